//! Rules that decide what a UC platform shows of an agent: the mirror image of [`presence_rule`](super::presence_rule).
//!
//! A rule whose conditions cannot be read is refused with the rest of the file: nobody would know whom it matches. One
//! whose *result* is wrong is a warning: it still matches, publishes nothing, and says so for each agent it matches
//! (issue "Presence connector", part 2: invalid entry → nothing is pushed for it).

use super::{
    note_template,
    presence_rule::{Class, RuleWorkMode, like, some, word},
};
use crate::agent_link::{AgentStatus, CallType, WorkMode};
use serde::Deserialize;
use std::{fmt, sync::Arc};
use uc_plugin_api::Availability;

/// Highest availability number (offline).
const HIGHEST: i64 = 18_500;
/// Lowest that means something for a person (lync availability classes).
const LOWEST: i64 = 3000;

/// Activity tokens that UC clients know.
pub(super) const ACTIVITIES: [&str; 7] = [
    "on-the-phone",
    "in-a-conference",
    "in-a-meeting",
    "in-presentation",
    "urgent-interruptions-only",
    "off-work",
    "out-of-office",
];

/// One `[[agent-rule]]`. All conditions that are given must hold; the first rule that fits decides.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AgentRule {
    /// States of the agent; none: any.
    #[serde(default, deserialize_with = "some")]
    pub agent_state: Vec<RuleAgentState>,
    /// Work modes; none: any.
    #[serde(default, deserialize_with = "some")]
    pub work_mode: Vec<RuleWorkMode>,
    /// Pattern of the reason code, `*` for any text, case ignored; none: any reason or none.
    pub reason: Option<Arc<str>>,
    /// With a call in progress, or without; none: either.
    pub on_call: Option<bool>,
    /// Types of the call in progress; none: any.
    #[serde(default, deserialize_with = "some")]
    pub call_type: Vec<RuleCallType>,
    /// What is published.
    pub publish: RulePublish,
    /// How reachable the agent is shown; none: only the note.
    pub availability: Option<Level>,
    /// Activity token shown with it.
    pub activity: Option<Arc<str>>,
    /// Note with placeholders; none: no note of ours.
    pub note: Option<Arc<str>>,
}

/// A state of an agent, by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleAgentState {
    /// Nobody is logged in.
    LoggedOut,
    /// Ready.
    Ready,
    /// Not ready.
    NotReady,
}

/// A type of call, by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleCallType {
    /// The T-Server does not say.
    Unknown,
    /// Between two DNs of the switch.
    Internal,
    /// From outside.
    Inbound,
    /// To outside.
    Outbound,
    /// A consultation.
    Consult,
}

/// What a rule publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RulePublish {
    /// Beside the user's own choice, which it never overwrites.
    Automatic,
    /// In the place of their own choice.
    Manual,
    /// Nothing: their own presence shows.
    Nothing,
}

/// How reachable somebody is shown: a class by its word, or the platform's number. Judged by [`AgentRule::faults`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "this is neither a number nor a word such as \"busy\"")]
pub enum Level {
    /// The platform's number.
    Number(i64),
    /// A class.
    Word(String),
}

/// Something wrong with what a rule publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// The key at fault.
    pub key: &'static str,
    /// What is wrong.
    pub message: String,
    /// What is allowed.
    pub allowed: String,
}

/// What the T-Server says of an agent, all their lines together: what a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AgentView {
    /// Logged out, ready or not.
    pub state: AgentStatus,
    /// Work mode.
    pub work_mode: WorkMode,
    /// Reason code; empty when there is none.
    pub reason: Arc<str>,
    /// Type of the call in progress, if any.
    pub call: Option<CallType>,
    /// The agent's login code.
    pub agent: Arc<str>,
}

impl AgentView {
    /// After Call Work or Legal Guard: a state that UC platforms have no word for.
    pub fn beyond_platforms(&self) -> bool {
        beyond_platforms(self.state, self.work_mode)
    }
}

/// See [`AgentView::beyond_platforms`].
pub(crate) fn beyond_platforms(state: AgentStatus, mode: WorkMode) -> bool {
    state == AgentStatus::NotReady && matches!(mode, WorkMode::AfterCallWork | WorkMode::LegalGuard)
}

impl Level {
    /// The class and the number that a platform is given; none: it means nothing.
    pub(super) fn meaning(&self) -> Option<(Availability, u32)> {
        let number = match self {
            Self::Number(number) if (LOWEST..=HIGHEST).contains(number) => u32::try_from(*number).ok()?,
            Self::Number(_) => return None,
            Self::Word(word) => Class::from_word(word)?.number(),
        };
        Some((Availability::from_number(number), number))
    }
}

impl AgentRule {
    /// A rule that fits every agent and publishes nothing.
    pub(super) const fn nothing() -> Self {
        Self {
            agent_state: Vec::new(),
            work_mode: Vec::new(),
            reason: None,
            on_call: None,
            call_type: Vec::new(),
            publish: RulePublish::Nothing,
            availability: None,
            activity: None,
            note: None,
        }
    }

    /// Everything wrong with what the rule publishes; with any fault it publishes nothing.
    pub fn faults(&self) -> Vec<RuleFault> {
        let availability = self.availability.as_ref().filter(|level| level.meaning().is_none()).map(|level| {
            let said = match level {
                Level::Number(number) => number.to_string(),
                Level::Word(word) => format!("{word:?}"),
            };
            let allowed = format!("a number from {LOWEST} to {HIGHEST}, or {}", Class::WORDS.join(", "));
            fault("availability", format!("no UC client knows the availability {said}"), allowed)
        });
        let activity = self.activity.as_deref().filter(|token| !ACTIVITIES.contains(token));
        let activity = activity.map(|token| {
            fault("activity", format!("no UC client knows the activity {token:?}"), ACTIVITIES.join(", "))
        });
        let note = self.note.as_deref().and_then(|note| note_template::check(note).err());
        let note = note.map(|(message, allowed)| fault("note", message, allowed));
        [availability, activity, note, self.contradiction()].into_iter().flatten().collect()
    }

    fn contradiction(&self) -> Option<RuleFault> {
        let nothing_said = self.availability.is_none() && self.activity.is_none() && self.note.is_none();
        match self.publish {
            RulePublish::Nothing if !nothing_said => {
                let message = "this publishes nothing, and says what to show";
                Some(fault("publish", message, "automatic or manual, or no availability, activity and note"))
            }
            RulePublish::Automatic | RulePublish::Manual if nothing_said => {
                Some(fault("publish", "there is nothing to show", "availability or note beside it, or `nothing`"))
            }
            _ if self.activity.is_some() && self.availability.is_none() => {
                Some(fault("activity", "an activity shows only with an availability", "availability beside it"))
            }
            _ => None,
        }
    }

    /// Whether all its conditions hold.
    pub(super) fn fits(&self, view: &AgentView) -> bool {
        let call = view.call.map(RuleCallType::from);
        (self.agent_state.is_empty() || self.agent_state.contains(&view.state.into()))
            && (self.work_mode.is_empty() || self.work_mode.iter().any(|mode| WorkMode::from(*mode) == view.work_mode))
            && self.reason.as_deref().is_none_or(|pattern| !view.reason.is_empty() && like(pattern, &view.reason))
            && self.on_call.is_none_or(|on_call| on_call == view.call.is_some())
            && (self.call_type.is_empty() || call.is_some_and(|call| self.call_type.contains(&call)))
    }

    /// Whether it can ever decide in presence propagation, where only states go out that the platform has no word for,
    /// and calls are the platform's own business.
    pub fn acts_in_propagation(&self) -> bool {
        let beyond = |mode: &RuleWorkMode| matches!(mode, RuleWorkMode::AfterCallWork | RuleWorkMode::LegalGuard);
        (self.agent_state.is_empty() || self.agent_state.contains(&RuleAgentState::NotReady))
            && (self.work_mode.is_empty() || self.work_mode.iter().any(beyond))
            && self.on_call != Some(true)
            && self.call_type.is_empty()
    }
}

fn fault(key: &'static str, message: impl Into<String>, allowed: impl Into<String>) -> RuleFault {
    RuleFault { key, message: message.into(), allowed: allowed.into() }
}

/// One line for an operator: the conditions, then what is published.
impl fmt::Display for AgentRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |words: Vec<String>| (!words.is_empty()).then(|| words.join(" or "));
        let mut conditions: Vec<String> = Vec::with_capacity(5);
        conditions.extend(or(self.agent_state.iter().map(word).collect()));
        conditions.extend(or(self.work_mode.iter().map(word).collect()));
        conditions.extend(self.reason.as_ref().map(|pattern| format!("reason like {pattern:?}")));
        conditions.extend(self.on_call.map(|on| if on { "on a call".into() } else { "not on a call".into() }));
        conditions.extend(or(self.call_type.iter().map(|call| format!("{} call", word(call))).collect()));
        let conditions = if conditions.is_empty() { "any agent".to_owned() } else { conditions.join(", ") };
        write!(f, "{conditions} → {}", word(&self.publish))?;
        match &self.availability {
            Some(Level::Number(number)) => write!(f, ", {number}")?,
            Some(Level::Word(class)) => write!(f, ", {class}")?,
            None => {}
        }
        self.activity.iter().try_for_each(|token| write!(f, ", {token}"))?;
        self.note.iter().try_for_each(|note| write!(f, ", note {note:?}"))
    }
}

impl From<AgentStatus> for RuleAgentState {
    fn from(status: AgentStatus) -> Self {
        match status {
            AgentStatus::LoggedOut => Self::LoggedOut,
            AgentStatus::Ready => Self::Ready,
            AgentStatus::NotReady => Self::NotReady,
        }
    }
}

impl From<CallType> for RuleCallType {
    fn from(call: CallType) -> Self {
        match call {
            CallType::Unknown => Self::Unknown,
            CallType::Internal => Self::Internal,
            CallType::Inbound => Self::Inbound,
            CallType::Outbound => Self::Outbound,
            CallType::Consult => Self::Consult,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> AgentRule {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn every_condition_must_hold() {
        let rule =
            rule("agent-state = ['not-ready']\nwork-mode = ['aux-work']\nreason = 'lunch*'\npublish = 'nothing'");
        let view = AgentView {
            state: AgentStatus::NotReady,
            work_mode: WorkMode::AuxWork,
            reason: "Lunch 2".into(),
            ..AgentView::default()
        };
        assert!(rule.fits(&view));
        for other in [
            AgentView { state: AgentStatus::Ready, ..view.clone() },
            AgentView { work_mode: WorkMode::WalkAway, ..view.clone() },
            AgentView { reason: "".into(), ..view.clone() },
        ] {
            assert!(!rule.fits(&other), "{other:?}");
        }
        let on_call = AgentRule { on_call: Some(true), call_type: vec![RuleCallType::Inbound], ..rule };
        assert!(!on_call.fits(&view) && on_call.fits(&AgentView { call: Some(CallType::Inbound), ..view }));
    }

    #[test]
    fn what_no_client_knows_is_a_fault_with_what_is_allowed() {
        for (text, key, allowed) in [
            ("publish = 'automatic'\navailability = 20000", "availability", "3000 to 18500"),
            ("publish = 'automatic'\navailability = 'bussy'", "availability", "do-not-disturb"),
            ("publish = 'automatic'\navailability = 'busy'\nactivity = 'juggling'", "activity", "on-the-phone"),
            ("publish = 'manual'\nnote = '{shoe-size}'", "note", "{reason}"),
            ("publish = 'automatic'", "publish", "availability or note"),
            ("publish = 'nothing'\nnote = 'x'", "publish", "automatic or manual"),
            ("publish = 'automatic'\nnote = 'x'\nactivity = 'off-work'", "activity", "availability beside it"),
        ] {
            let faults = rule(text).faults();
            assert!(
                matches!(&faults[..], [one] if one.key == key && one.allowed.contains(allowed)),
                "{text} {faults:?}"
            );
        }
        assert_eq!(rule("publish = 'manual'\navailability = 'do-not-disturb'").faults(), []);
    }

    #[test]
    fn a_rule_reads_as_one_line() {
        let rule = rule(
            "agent-state = ['ready', 'not-ready']\non-call = true\npublish = 'automatic'\navailability = 6500\n\
             activity = 'on-the-phone'\nnote = 'On {call-type}'",
        );
        let line = "ready or not-ready, on a call → automatic, 6500, on-the-phone, note \"On {call-type}\"";
        assert_eq!((rule.to_string().as_str(), rule.acts_in_propagation()), (line, false));
    }
}
