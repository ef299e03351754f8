//! Agent state → what a UC platform shows of the agent: the operator's rules first, then the defaults. Pure.
//!
//! | Default for | Shown |
//! |---|---|
//! | logged out | nothing |
//! | on a call, whatever its type | automatic: busy, `on-the-phone` |
//! | After Call Work | automatic: away, with a note |
//! | Legal Guard | automatic: busy, with a note |
//! | walked away | automatic: away |
//! | not ready, for any other reason | automatic: busy |
//! | ready | nothing: the user's own presence shows |
//!
//! Reason codes are the contact centre's own business: no default shows one to colleagues.

use super::{
    agent_rule::{AgentRule, AgentView, Level, RuleAgentState, RulePublish},
    note_template,
    presence_rule::RuleWorkMode,
};
use std::sync::Arc;
use uc_plugin_api::{Presence, Standing};

/// Maps agents to what is shown of them.
#[derive(Clone, Debug)]
pub struct AgentMap {
    own: Arc<[Judged]>,
    defaults: Arc<[(&'static str, AgentRule)]>,
}

/// A rule of the operator, with what is wrong with it.
#[derive(Debug)]
struct Judged {
    rule: AgentRule,
    fault: Option<Arc<str>>,
}

/// Which rule decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownBy {
    /// The operator's rule with this index.
    Rule(usize),
    /// The default for this.
    Default(&'static str),
}

/// What is shown of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing of ours.
    Nothing,
    /// Nothing, because the rule that decides is wrong in this way.
    Faulty(Arc<str>),
    /// This.
    Presence(Presence, Standing),
}

impl AgentMap {
    /// A map with the operator's rules before the defaults.
    pub fn new(rules: Vec<AgentRule>) -> Self {
        let judged = |(index, rule): (usize, AgentRule)| {
            let fault = rule.faults().into_iter().next();
            let words = |fault: super::agent_rule::RuleFault| {
                format!("agent-rule[{index}].{}: {} (allowed: {})", fault.key, fault.message, fault.allowed).into()
            };
            Judged { rule, fault: fault.map(words) }
        };
        Self { own: rules.into_iter().enumerate().map(judged).collect(), defaults: defaults().into() }
    }

    /// The rules that decide when none of the operator's fits, in order, each with its name.
    pub fn defaults(&self) -> &[(&'static str, AgentRule)] {
        &self.defaults
    }

    /// What is shown of this agent, and which rule says so.
    pub fn shown(&self, view: &AgentView) -> (Shown, ShownBy) {
        if let Some(index) = self.own.iter().position(|judged| judged.rule.fits(view)) {
            let Judged { rule, fault } = &self.own[index];
            let shown = fault.as_ref().map_or_else(|| carried_out(rule, view), |fault| Shown::Faulty(fault.clone()));
            return (shown, ShownBy::Rule(index));
        }
        let default = self.defaults.iter().find(|(_, rule)| rule.fits(view));
        default.map_or((Shown::Nothing, ShownBy::Default("ready")), |(name, rule)| {
            (carried_out(rule, view), ShownBy::Default(name))
        })
    }
}

impl Default for AgentMap {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

fn carried_out(rule: &AgentRule, view: &AgentView) -> Shown {
    let standing = match rule.publish {
        RulePublish::Nothing => return Shown::Nothing,
        RulePublish::Automatic => Standing::Automatic,
        RulePublish::Manual => Standing::Manual,
    };
    let (availability, number) = rule.availability.as_ref().and_then(Level::meaning).unwrap_or_default();
    let presence = Presence {
        availability,
        number,
        activity: rule.activity.as_deref().unwrap_or_default().into(),
        note: rule.note.as_deref().map(|note| note_template::fill(note, view)).unwrap_or_default().into(),
        ..Presence::default()
    };
    Shown::Presence(presence, standing)
}

fn defaults() -> Vec<(&'static str, AgentRule)> {
    let state = |state| AgentRule { agent_state: vec![state], ..AgentRule::nothing() };
    let not_ready = |number, note: Option<&str>| AgentRule {
        publish: RulePublish::Automatic,
        availability: Some(Level::Number(number)),
        note: note.map(Into::into),
        ..state(RuleAgentState::NotReady)
    };
    let mode = |mode, rule| AgentRule { work_mode: vec![mode], ..rule };
    let call = AgentRule {
        on_call: Some(true),
        publish: RulePublish::Automatic,
        availability: Some(Level::Number(6500)),
        activity: Some("on-the-phone".into()),
        ..AgentRule::nothing()
    };
    let (wrap_up, pause) = (not_ready(15_500, Some("After call work")), not_ready(6500, Some("Pause between calls")));
    vec![
        ("logged out", state(RuleAgentState::LoggedOut)),
        ("on a call", call),
        ("after call work", mode(RuleWorkMode::AfterCallWork, wrap_up)),
        ("legal guard", mode(RuleWorkMode::LegalGuard, pause)),
        ("walked away", mode(RuleWorkMode::WalkAway, not_ready(15_500, None))),
        ("not ready", not_ready(6500, None)),
        ("ready", state(RuleAgentState::Ready)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent_link::{AgentStatus, CallType, WorkMode};

    fn view(state: AgentStatus, work_mode: WorkMode, call: Option<CallType>) -> AgentView {
        AgentView { state, work_mode, call, ..AgentView::default() }
    }

    #[test]
    fn the_defaults() {
        use AgentStatus::{LoggedOut, NotReady, Ready};
        let map = AgentMap::default();
        let shown = |state, mode, call| match map.shown(&view(state, mode, call)) {
            (Shown::Presence(presence, Standing::Automatic), ShownBy::Default(name)) => {
                format!("{name}: {} {} {}", presence.number, presence.activity, presence.note)
            }
            (Shown::Nothing, ShownBy::Default(name)) => format!("{name}: nothing"),
            other => panic!("{other:?}"),
        };
        assert_eq!(shown(LoggedOut, WorkMode::Unknown, Some(CallType::Inbound)), "logged out: nothing");
        assert_eq!(shown(Ready, WorkMode::AutoIn, None), "ready: nothing");
        assert_eq!(shown(Ready, WorkMode::AutoIn, Some(CallType::Inbound)), "on a call: 6500 on-the-phone ");
        assert_eq!(shown(NotReady, WorkMode::AfterCallWork, None), "after call work: 15500  After call work");
        assert_eq!(shown(NotReady, WorkMode::LegalGuard, None), "legal guard: 6500  Pause between calls");
        assert_eq!(shown(NotReady, WorkMode::WalkAway, None), "walked away: 15500  ");
        assert_eq!(shown(NotReady, WorkMode::AuxWork, None), "not ready: 6500  ");
        assert!(defaults().iter().all(|(_, rule)| rule.faults().is_empty()));
    }

    #[test]
    fn the_first_rule_of_the_operator_wins_and_a_wrong_one_shows_nothing() {
        let rule = |text: &str| toml::from_str::<AgentRule>(text).unwrap();
        let map = AgentMap::new(vec![
            rule("work-mode = ['after-call-work']\npublish = 'manual'\navailability = 'busy'\nactivity = 'juggling'"),
            rule("agent-state = ['not-ready']\npublish = 'manual'\navailability = 'do-not-disturb'\nnote = '{reason}'"),
        ]);
        let (shown, by) = map.shown(&view(AgentStatus::NotReady, WorkMode::AfterCallWork, None));
        assert_eq!(by, ShownBy::Rule(0));
        assert!(
            matches!(shown, Shown::Faulty(why) if why.contains("agent-rule[0].activity") && why.contains("juggling"))
        );
        let lunch = AgentView { reason: "lunch".into(), ..view(AgentStatus::NotReady, WorkMode::AuxWork, None) };
        let (Shown::Presence(presence, Standing::Manual), ShownBy::Rule(1)) = map.shown(&lunch) else { panic!() };
        assert_eq!((presence.number, &*presence.note), (9500, "lunch"));
    }
}
