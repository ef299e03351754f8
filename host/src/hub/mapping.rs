//! UC presence → what is wanted of the agent (requirements 5.1, 5.2): online → ready, offline → logged out, anything
//! else → not ready with the reasons `KW_UC_STATUS` and `KW_UC_NOTE`. Pure.

use super::agent::{Target, Want};
use crate::{tlib::WorkMode, wire::KvList};
use std::{collections::HashMap, sync::Arc};
use uc_plugin_api::{Action, AgentStatus, Availability, Presence, Reason, Wanted, Wish};

/// Reason key of the UC status word.
const STATUS_KEY: &str = "KW_UC_STATUS";
/// Reason key of the worker's note; sent empty when there is none, as the product's own trace shows.
const NOTE_KEY: &str = "KW_UC_NOTE";

/// Maps presences, sharing the targets that thousands of workers have in common.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    without_note: HashMap<Availability, Want>,
}

impl Mapping {
    /// What `presence` asks for; none when the platform does not know.
    pub(super) fn want(&mut self, presence: &Presence) -> Option<Want> {
        if presence.availability == Availability::Unknown {
            return None;
        }
        if presence.note.is_empty() {
            let shared = self.without_note.entry(presence.availability);
            return Some(shared.or_insert_with(|| map(presence.availability, "")).clone());
        }
        Some(map(presence.availability, &presence.note))
    }
}

fn map(availability: Availability, note: &str) -> Want {
    match availability {
        Availability::Available | Availability::AvailableIdle => {
            Want::State(Arc::new(Target { ready: true, ..Target::default() }))
        }
        Availability::Offline => Want::LoggedOut,
        other => Want::State(not_ready(other.word(), note)),
    }
}

fn not_ready(status: &str, note: &str) -> Arc<Target> {
    let mut reasons = KvList::default();
    reasons.push_str(STATUS_KEY, status);
    reasons.push_str(NOTE_KEY, note);
    Arc::new(Target { reasons, ..Target::default() })
}

/// What is wanted when the platform's word is too old to trust: not ready, and only while somebody is logged in.
pub(super) fn presence_unknown() -> Want {
    Want::Held(not_ready("presence unknown", ""))
}

/// What a worker's wish asks for.
pub(super) fn wish(wanted: &Wanted) -> Want {
    match &wanted.wish {
        Wish::LogIn => Want::LoggedIn,
        Wish::State(state) if state.status == AgentStatus::LoggedOut => Want::LoggedOut,
        Wish::State(state) => {
            let pairs = |hardware| -> KvList {
                let chosen = state.reasons.iter().filter(|reason| reason.hardware == hardware);
                chosen.map(|Reason { key, value, .. }| (&**key, crate::wire::Value::Str(value.to_string()))).collect()
            };
            Want::State(Arc::new(Target {
                ready: state.status == AgentStatus::Ready,
                work_mode: work_mode(state.work_mode),
                reasons: pairs(false),
                extensions: pairs(true),
            }))
        }
    }
}

/// The edge's work mode in T-Library's terms.
pub(super) fn work_mode(mode: uc_plugin_api::WorkMode) -> WorkMode {
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
pub(super) fn edge_work_mode(mode: WorkMode) -> uc_plugin_api::WorkMode {
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
pub(super) fn changes_state(action: &Action) -> bool {
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
        let mut mapping = Mapping::default();
        let mut want = |class| mapping.want(&presence(class, "back at 3"));
        assert!(matches!(want(Availability::Available), Some(Want::State(target)) if target.ready));
        assert_eq!(want(Availability::Offline), Some(Want::LoggedOut));
        assert_eq!(want(Availability::Unknown), None);
        assert!(matches!(want(Availability::Away),
            Some(Want::State(target)) if !target.ready && target.reasons.str("KW_UC_NOTE") == Some("back at 3")));
    }
}
