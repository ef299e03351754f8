//! UC presence → what is wanted of the agent: the operator's rules first, then the documented default
//! (host/docs/requirements.md, "Presence to agent state" and "The request"): online → ready, offline → logged out,
//! anything else → not ready with the reasons `KW_UC_STATUS` and `KW_UC_NOTE`. Pure.

use super::{
    presence_rule::{PresenceRule, reasons},
    want::{Target, Want},
};
use crate::agent_link::{KvList, WorkMode};
use std::sync::{Arc, LazyLock};
use uc_plugin_api::{Action, AgentStatus, Availability, Presence, Reason, Wanted, Wish};

/// Every class, in the order of its discriminant.
const CLASSES: [Availability; 9] = [
    Availability::Unknown,
    Availability::Available,
    Availability::AvailableIdle,
    Availability::Busy,
    Availability::BusyIdle,
    Availability::DoNotDisturb,
    Availability::BeRightBack,
    Availability::Away,
    Availability::Offline,
];

/// Maps presences, sharing the wishes that thousands of workers have in common.
#[derive(Clone, Debug)]
pub struct Mapping {
    rules: Arc<[PresenceRule]>,
    /// What the default, then each rule, asks for with each availability and without a note.
    without_note: Arc<[[Want; CLASSES.len()]]>,
}

/// Which rule decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decider {
    /// The operator's rule with this index.
    Rule(usize),
    /// The documented default for this class.
    Default(Availability),
    /// The platform does not know: nothing changes at first, see the grace time.
    Unknown,
}

impl Mapping {
    /// A mapping with the operator's rules before the defaults.
    pub fn new(rules: Vec<PresenceRule>) -> Self {
        let each = |want: &dyn Fn(&Presence) -> Want| {
            CLASSES.map(|availability| want(&Presence { availability, ..Presence::default() }))
        };
        let default = each(&|presence| default(presence.availability, ""));
        let own = rules.iter().map(|rule| each(&|presence| rule.want(presence)));
        let without_note = std::iter::once(default).chain(own).collect();
        Self { rules: rules.into(), without_note }
    }

    /// The operator's rules.
    pub fn rules(&self) -> &[PresenceRule] {
        &self.rules
    }

    /// Which rule decides on `presence`.
    pub fn decider(&self, presence: &Presence) -> Decider {
        if presence.availability == Availability::Unknown {
            return Decider::Unknown;
        }
        let rule = self.rules.iter().position(|rule| rule.fits(presence));
        rule.map_or(Decider::Default(presence.availability), Decider::Rule)
    }

    /// What `presence` asks for; none when the platform does not know.
    pub fn want(&self, presence: &Presence) -> Option<Want> {
        let rule = match self.decider(presence) {
            Decider::Unknown => return None,
            Decider::Default(_) => None,
            Decider::Rule(index) => Some(index),
        };
        if presence.note.is_empty() {
            let row = &self.without_note[rule.map_or(0, |index| index + 1)];
            return Some(row[presence.availability as usize].clone());
        }
        Some(match rule.and_then(|index| self.rules.get(index)) {
            Some(rule) => rule.want(presence),
            None => default(presence.availability, &presence.note),
        })
    }
}

impl Default for Mapping {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

fn default(availability: Availability, note: &str) -> Want {
    match availability {
        Availability::Available | Availability::AvailableIdle => {
            Want::State(Arc::new(Target { ready: true, ..Target::default() }))
        }
        Availability::Offline => Want::LoggedOut,
        other => Want::State(Arc::new(Target { reasons: reasons(other.word(), note).into(), ..Target::default() })),
    }
}

/// What is wanted when the platform's word is too old to trust: not ready, and only while somebody is logged in.
pub fn presence_unknown() -> &'static Want {
    static UNKNOWN: LazyLock<Want> = LazyLock::new(|| {
        Want::WhileLoggedIn(Arc::new(Target { reasons: reasons("presence unknown", "").into(), ..Target::default() }))
    });
    &UNKNOWN
}

/// What is wanted of whoever has missed previews, in the place of what might make them ready.
pub fn previews_missed(wished: &Want) -> Want {
    static TARGET: LazyLock<Arc<Target>> =
        LazyLock::new(|| Arc::new(Target { reasons: reasons("missed previews", "").into(), ..Target::default() }));
    match wished {
        Want::State(_) | Want::LoggedIn => Want::State(TARGET.clone()),
        _ => Want::WhileLoggedIn(TARGET.clone()),
    }
}

/// Ready, and nothing else said.
pub fn ready() -> Want {
    Want::State(Arc::new(Target { ready: true, ..Target::default() }))
}

/// What a worker's wish asks for.
pub fn wish(wanted: &Wanted) -> Want {
    match &wanted.wish {
        Wish::LogIn => Want::LoggedIn,
        Wish::State(state) if state.status == AgentStatus::LoggedOut => Want::LoggedOut,
        Wish::State(state) => {
            let pairs = |hardware| -> KvList {
                let chosen = state.reasons.iter().filter(|reason| reason.hardware == hardware);
                chosen
                    .map(|Reason { key, value, .. }| (&**key, crate::agent_link::Value::Str(value.to_string())))
                    .collect()
            };
            Want::State(Arc::new(Target {
                ready: state.status == AgentStatus::Ready,
                work_mode: work_mode(state.work_mode),
                reasons: pairs(false).into(),
                extensions: pairs(true).into(),
            }))
        }
    }
}

/// The edge's work mode in T-Library's terms.
pub fn work_mode(mode: uc_plugin_api::WorkMode) -> WorkMode {
    use uc_plugin_api::WorkMode as Edge;
    match mode {
        Edge::Unknown => WorkMode::Unknown,
        Edge::ManualIn => WorkMode::ManualIn,
        Edge::AutoIn => WorkMode::AutoIn,
        Edge::LegalGuard => WorkMode::LegalGuard,
        Edge::AfterCallWork => WorkMode::AfterCallWork,
        Edge::AuxWork => WorkMode::AuxWork,
        Edge::NoCallDisconnect => WorkMode::NoCallDisconnect,
        Edge::WalkAway => WorkMode::WalkAway,
        Edge::ReturnBack => WorkMode::ReturnBack,
    }
}

/// T-Library's work mode in the edge's terms.
pub fn edge_work_mode(mode: WorkMode) -> uc_plugin_api::WorkMode {
    use uc_plugin_api::WorkMode as Edge;
    match mode {
        WorkMode::Unknown => Edge::Unknown,
        WorkMode::ManualIn => Edge::ManualIn,
        WorkMode::AutoIn => Edge::AutoIn,
        WorkMode::LegalGuard => Edge::LegalGuard,
        WorkMode::AfterCallWork => Edge::AfterCallWork,
        WorkMode::AuxWork => Edge::AuxWork,
        WorkMode::NoCallDisconnect => Edge::NoCallDisconnect,
        WorkMode::WalkAway => Edge::WalkAway,
        WorkMode::ReturnBack => Edge::ReturnBack,
    }
}

/// True for what only a browser plug-in can carry out.
pub fn changes_state(action: &Action) -> bool {
    matches!(action, Action::LogIn | Action::LogOut | Action::Choose(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presence(availability: Availability, note: &str) -> Presence {
        Presence { availability, note: note.into(), ..Presence::default() }
    }

    #[test]
    fn on_the_phone_gives_the_reasons_of_the_products_own_trace() {
        let Some(Want::State(target)) = Mapping::default().want(&presence(Availability::from_number(6500), "")) else {
            panic!("busy is a state");
        };
        assert!(!target.ready);
        assert_eq!((target.reasons.str("KW_UC_STATUS"), target.reasons.str("KW_UC_NOTE")), (Some("busy"), Some("")));
    }

    #[test]
    fn every_class_follows_the_documented_default() {
        let mapping = Mapping::default();
        let want = |class| mapping.want(&presence(class, "back at 3"));
        assert!(matches!(want(Availability::Available), Some(Want::State(target)) if target.ready));
        assert_eq!(want(Availability::Offline), Some(Want::LoggedOut));
        assert_eq!(want(Availability::Unknown), None);
        assert!(matches!(want(Availability::Away),
            Some(Want::State(target)) if !target.ready && target.reasons.str("KW_UC_NOTE") == Some("back at 3")));
    }
}
