//! Rules that decide what a UC presence means for the agent, before the documented defaults (host/docs/requirements.md,
//! "Presence to agent state").

use super::{Target, Want};
use crate::agent_link::{KvList, Value, WorkMode};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{collections::BTreeMap, fmt, sync::Arc};
use uc_plugin_api::{Availability, Presence};

/// Reason key of the UC status word.
const STATUS_KEY: &str = "KW_UC_STATUS";
/// Reason key of the worker's note; sent empty when there is none, as the product's own trace shows.
const NOTE_KEY: &str = "KW_UC_NOTE";

/// One `[[presence-rule]]`. All conditions that are given must hold; the first rule that fits decides.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PresenceRule {
    /// Classes of availability; none: any.
    #[serde(default, deserialize_with = "some")]
    pub availability: Vec<Class>,
    /// Activity token, such as `in-a-meeting`; none: any.
    pub activity: Option<Arc<str>>,
    /// Pattern of the note, `*` for any text, case ignored; none: any.
    pub note: Option<Arc<str>>,
    /// What the agent becomes.
    pub state: RuleState,
    /// Work mode of the request; none: left out.
    pub work_mode: Option<RuleWorkMode>,
    /// Value of `KW_UC_STATUS`; none: the word of the availability.
    pub status: Option<Arc<str>>,
    /// Further reasons, after `KW_UC_STATUS` and `KW_UC_NOTE`.
    #[serde(default)]
    pub reasons: BTreeMap<String, String>,
}

/// A class of availability, by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// 3000–4499.
    Available,
    /// 4500–5999.
    Idle,
    /// 6000–7499.
    Busy,
    /// 7500–8999.
    BusyIdle,
    /// 9000–11999.
    DoNotDisturb,
    /// 12000–14999.
    BeRightBack,
    /// 15000–17999.
    Away,
    /// 18000 and up.
    Offline,
}

/// What a rule makes of the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleState {
    /// Logged in and ready.
    Ready,
    /// Logged in and not ready.
    NotReady,
    /// Logged out.
    LoggedOut,
    /// Whatever the T-Server says.
    Keep,
}

/// A work mode, by its word; it must belong to the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleWorkMode {
    /// Ready.
    ManualIn,
    /// Ready.
    AutoIn,
    /// Ready.
    ReturnBack,
    /// Not ready.
    LegalGuard,
    /// Not ready; for agents alone, see the mode.
    AfterCallWork,
    /// Not ready.
    AuxWork,
    /// Not ready.
    NoCallDisconnect,
    /// Not ready.
    WalkAway,
}

impl PresenceRule {
    /// What contradicts itself: the key to point at, and what is allowed.
    pub fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        use RuleWorkMode::{AutoIn, ManualIn, ReturnBack};
        let for_ready = self.work_mode.map(|mode| matches!(mode, ManualIn | AutoIn | ReturnBack));
        match (self.state, for_ready) {
            (RuleState::Ready, Some(false)) => {
                Some(("work-mode", "manual-in, auto-in or return-back with state `ready`"))
            }
            (RuleState::NotReady, Some(true)) => {
                Some(("work-mode", "aux-work, walk-away, legal-guard, after-call-work or no-call-disconnect"))
            }
            (RuleState::LoggedOut | RuleState::Keep, Some(_)) => Some(("work-mode", "none: leave it out")),
            _ => None,
        }
    }

    pub(super) fn fits(&self, presence: &Presence) -> bool {
        let class = Class::of(presence.availability);
        (self.availability.is_empty() || class.is_some_and(|class| self.availability.contains(&class)))
            && self.activity.as_deref().is_none_or(|token| token.eq_ignore_ascii_case(&presence.activity))
            && self.note.as_deref().is_none_or(|pattern| like(pattern, &presence.note))
    }

    pub(super) fn want(&self, presence: &Presence) -> Want {
        let ready = match self.state {
            RuleState::Keep => return Want::Observe,
            RuleState::LoggedOut => return Want::LoggedOut,
            RuleState::Ready => true,
            RuleState::NotReady => false,
        };
        let status = self.status.as_deref().unwrap_or(presence.availability.word());
        let mut reasons = if ready { KvList::default() } else { reasons(status, &presence.note) };
        reasons.0.extend(self.reasons.iter().map(|(key, value)| (key.clone(), Value::Str(value.clone()))));
        let work_mode = self.work_mode.map_or(WorkMode::Unknown, WorkMode::from);
        Want::State(Arc::new(Target { ready, work_mode, reasons: reasons.into(), extensions: Arc::default() }))
    }
}

/// One line for an operator: the conditions, then what the agent becomes.
impl fmt::Display for PresenceRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes: Vec<_> = self.availability.iter().map(word).collect();
        let mut conditions = vec![if classes.is_empty() { "any presence".into() } else { classes.join(" or ") }];
        conditions.extend(self.activity.as_ref().map(|token| format!("activity {token}")));
        conditions.extend(self.note.as_ref().map(|pattern| format!("note like {pattern:?}")));
        write!(f, "{} → {}", conditions.join(", "), word(&self.state))?;
        self.work_mode.iter().try_for_each(|mode| write!(f, ", {}", word(mode)))?;
        self.status.iter().try_for_each(|status| write!(f, ", KW_UC_STATUS {status:?}"))?;
        self.reasons.iter().try_for_each(|(key, value)| write!(f, ", {key} {value:?}"))
    }
}

/// A condition that lists something: with nothing in the list nothing could fit, and whoever wrote it meant something else.
pub(super) fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let listed = Vec::deserialize(deserializer)?;
    match listed.is_empty() {
        true => Err(D::Error::custom("this list is empty: leave the key out for any")),
        false => Ok(listed),
    }
}

/// A variant as the configuration writes it: `DoNotDisturb` is `do-not-disturb`.
pub(super) fn word(variant: &impl fmt::Debug) -> String {
    let mut word = String::new();
    for letter in format!("{variant:?}").chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.extend(letter.to_lowercase());
    }
    word
}

/// The two documented reasons.
pub(super) fn reasons(status: &str, note: &str) -> KvList {
    let mut reasons = KvList::default();
    reasons.push_str(STATUS_KEY, status);
    reasons.push_str(NOTE_KEY, note);
    reasons
}

impl Class {
    /// Every word, in the order of the numbers.
    pub(super) const WORDS: [&'static str; 8] =
        ["available", "idle", "busy", "busy-idle", "do-not-disturb", "be-right-back", "away", "offline"];

    /// The class of this word.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        use Class::{Available, Away, BeRightBack, Busy, BusyIdle, DoNotDisturb, Idle, Offline};
        let classes = [Available, Idle, Busy, BusyIdle, DoNotDisturb, BeRightBack, Away, Offline];
        Self::WORDS.iter().position(|known| *known == word).map(|index| classes[index])
    }

    /// The number that platforms give for it.
    pub(super) fn number(self) -> u32 {
        match self {
            Self::Available => 3500,
            Self::Idle => 5000,
            Self::Busy => 6500,
            Self::BusyIdle => 7500,
            Self::DoNotDisturb => 9500,
            Self::BeRightBack => 12_500,
            Self::Away => 15_500,
            Self::Offline => 18_500,
        }
    }

    fn of(availability: Availability) -> Option<Self> {
        Some(match availability {
            Availability::Unknown => return None,
            Availability::Available => Self::Available,
            Availability::AvailableIdle => Self::Idle,
            Availability::Busy => Self::Busy,
            Availability::BusyIdle => Self::BusyIdle,
            Availability::DoNotDisturb => Self::DoNotDisturb,
            Availability::BeRightBack => Self::BeRightBack,
            Availability::Away => Self::Away,
            Availability::Offline => Self::Offline,
        })
    }
}

impl From<RuleWorkMode> for WorkMode {
    fn from(mode: RuleWorkMode) -> Self {
        match mode {
            RuleWorkMode::ManualIn => Self::ManualIn,
            RuleWorkMode::AutoIn => Self::AutoIn,
            RuleWorkMode::ReturnBack => Self::ReturnBack,
            RuleWorkMode::LegalGuard => Self::LegalGuard,
            RuleWorkMode::AfterCallWork => Self::AfterCallWork,
            RuleWorkMode::AuxWork => Self::AuxWork,
            RuleWorkMode::NoCallDisconnect => Self::NoCallDisconnect,
            RuleWorkMode::WalkAway => Self::WalkAway,
        }
    }
}

/// Whether `text` is like `pattern`, where `*` stands for any text; case ignored. Linear in both: the note is a
/// stranger's.
pub(super) fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut left) = text.strip_prefix(first).and_then(|left| left.strip_suffix(last)) else { return false };
    middle.split('*').all(|part| {
        let found = left.find(part).map(|at| &left[at + part.len()..]);
        left = found.unwrap_or_default();
        found.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text) in
            [("*", ""), ("lunch*", "Lunch until 2"), ("*out*", "I am OUT"), ("a*b*c", "a-b-b-c"), ("x", "X")]
        {
            assert!(like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("lunch", "lunch!"), ("a*a", "a"), ("*x*y*", "yx"), ("", "note")] {
            assert!(!like(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_rule_reads_and_contradictions_are_named() {
        let rule: PresenceRule = toml::from_str(
            "availability = ['busy', 'do-not-disturb']\nactivity = 'in-a-meeting'\nstate = 'not-ready'\n\
             work-mode = 'aux-work'\nstatus = 'meeting'\nreasons = { ReasonCode = '12' }",
        )
        .unwrap();
        assert_eq!(rule.contradiction(), None);
        let line = "busy or do-not-disturb, activity in-a-meeting → not-ready, aux-work, KW_UC_STATUS \"meeting\", \
                    ReasonCode \"12\"";
        assert_eq!(rule.to_string(), line);
        let presence = |availability| Presence { availability, activity: "in-a-meeting".into(), ..Presence::default() };
        assert!(rule.fits(&presence(Availability::Busy)) && !rule.fits(&presence(Availability::Away)));
        let Want::State(target) = rule.want(&presence(Availability::Busy)) else { panic!("a state") };
        assert_eq!(target.work_mode, WorkMode::AuxWork);
        assert_eq!(
            (target.reasons.str("KW_UC_STATUS"), target.reasons.str("ReasonCode")),
            (Some("meeting"), Some("12"))
        );
        let wrong = PresenceRule { state: RuleState::Ready, ..rule };
        assert_eq!(wrong.contradiction().map(|(key, _)| key), Some("work-mode"));
    }
}
