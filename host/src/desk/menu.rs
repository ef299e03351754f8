//! What a page shows of a state: the T-Server's facts matched against the presence definition document, the most
//! specific definition first, then document order (requirements F39; host/docs/requirements.md, "Presence definition
//! document"). Pure.

use crate::{
    agent_link::{AgentStatus, Seen, WorkMode, short},
    policy,
    web::message::{MenuEntry, ShownState, StateKind},
    worker::{Line, Standing, Worker},
};
use std::sync::Arc;
use uc_plugin_api::{Action, StateDefinition, StateMenu, Text};

/// The states a browser plug-in defined; empty without one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Menu {
    definitions: Vec<(Definition, StateDefinition)>,
    /// Offer logging out.
    pub log_out: bool,
    /// Seconds without input until a page reports idle; 0: never.
    pub idle_after: u32,
    /// A browser plug-in is loaded.
    pub offered: bool,
}

/// What a definition asks of the T-Server's facts.
#[derive(Debug, PartialEq, Eq)]
struct Definition {
    work_mode: Option<WorkMode>,
    specificity: u8,
}

impl From<StateMenu> for Menu {
    fn from(menu: StateMenu) -> Self {
        let definition = |mut state: StateDefinition| {
            state.icon = site_file(&state.icon).into();
            let work_mode = state.work_mode.into_option().map(policy::work_mode);
            let specificity = u8::from(work_mode.is_some()) + 2 * u8::from(state.reason.is_some());
            (Definition { work_mode, specificity }, state)
        };
        Self {
            definitions: menu.states.into_iter().map(definition).collect(),
            log_out: menu.log_out,
            idle_after: menu.idle_after_seconds,
            offered: true,
        }
    }
}

impl Menu {
    /// The entries to choose from.
    pub(crate) fn entries(&self, language: &str) -> Vec<MenuEntry> {
        let choosable = self.definitions.iter().filter(|(_, state)| !state.menu.is_empty());
        let entry = |(_, state): &(Definition, StateDefinition)| MenuEntry {
            id: state.id.as_str().into(),
            icon: state.icon.as_str().into(),
            text: text_in(&state.menu, language),
            ready: state.ready,
        };
        choosable.map(entry).collect()
    }

    /// The browser plug-in does not offer this, so that it would do nothing.
    pub(crate) fn lacks(&self, action: &Action) -> bool {
        let chosen = |id: &str| self.definitions.iter().any(|(_, state)| state.id == *id && !state.menu.is_empty());
        self.offered
            && match action {
                Action::Choose(id) => !chosen(id),
                Action::LogOut => !self.log_out,
                _ => false,
            }
    }

    /// How one line is shown. Another agent at the DN is shown as that, never as the worker's own state.
    pub(crate) fn line(&self, line: &Line, language: &str) -> ShownState {
        if !line.in_service() {
            return predefined("predefOutOfService", StateKind::OutOfService, "");
        }
        if let Some(other) = line.agent().foreign() {
            return predefined("predefOtherAgent", StateKind::OutOfService, other);
        }
        self.seen(&line.confirmed().seen(), language)
    }

    fn seen(&self, seen: &Seen<'_>, language: &str) -> ShownState {
        let kind = match seen.status {
            AgentStatus::LoggedOut => return predefined("predefLoggedOut", StateKind::LoggedOut, ""),
            AgentStatus::Ready => StateKind::Ready,
            AgentStatus::NotReady => StateKind::NotReady,
        };
        match self.matching(seen) {
            Some(state) => ShownState {
                id: state.id.as_str().into(),
                icon: state.icon.as_str().into(),
                text: text_in(if state.status.is_empty() { &state.menu } else { &state.status }, language),
                words: "".into(),
                kind,
            },
            None if kind == StateKind::Ready => predefined("predefReady", kind, ""),
            None => not_ready(seen),
        }
    }

    /// How the worker as a whole is shown.
    pub(crate) fn whole(&self, worker: &Worker, language: &str) -> ShownState {
        match worker.standing() {
            Standing::PartlyReady => predefined("predefPartReady", StateKind::PartReady, ""),
            Standing::As(line) => self.line(line, language),
            Standing::Unknown => {
                let taken = worker.lines().find(|line| line.in_service());
                let out = || predefined("predefOutOfService", StateKind::OutOfService, "");
                taken.map_or_else(out, |line| self.line(line, language))
            }
        }
    }

    fn matching(&self, seen: &Seen<'_>) -> Option<&StateDefinition> {
        let fitting = self.definitions.iter().filter(|(definition, state)| fits(definition, state, seen));
        // `max_by_key` keeps the last of equals, document order wants the first.
        let best = fitting.rev().max_by_key(|(definition, _)| definition.specificity);
        best.filter(|(definition, _)| definition.specificity > 0 || !self.says_more(seen)).map(|(_, state)| state)
    }

    /// Not ready in a way that nobody can have chosen here: a definition that fits whoever is not ready would hide why
    /// they are so.
    fn says_more(&self, seen: &Seen<'_>) -> bool {
        let defined = |code: &str| {
            let mut reasons = self.definitions.iter().filter_map(|(_, state)| state.reason.as_ref().into_option());
            reasons.any(|reason| *reason == *code)
        };
        let mode = matches!(seen.work_mode, WorkMode::AfterCallWork | WorkMode::LegalGuard);
        seen.status == AgentStatus::NotReady && (mode || seen.code(false).is_some_and(|code| !defined(&code)))
    }
}

fn fits(definition: &Definition, state: &StateDefinition, seen: &Seen<'_>) -> bool {
    let code = seen.code(state.reason_ext);
    state.ready == (seen.status == AgentStatus::Ready)
        && definition.work_mode.is_none_or(|mode| mode == seen.work_mode)
        && state.reason.as_ref().into_option().is_none_or(|wanted| code.as_deref() == Some(wanted.as_str()))
}

/// A state that no definition of the site's says anything of: pages have their own text for it.
fn predefined(id: &str, kind: StateKind, words: &str) -> ShownState {
    ShownState { id: id.into(), icon: "".into(), text: "".into(), words: words.into(), kind }
}

/// Not ready, with the first reason that says something.
fn not_ready(seen: &Seen<'_>) -> ShownState {
    let code = seen.code(false).or_else(|| seen.reasons.str("KW_UC_STATUS").map(Into::into));
    let wraps_up = code.is_none() && seen.work_mode == WorkMode::AfterCallWork;
    let id = if wraps_up { "predefAfterCallWork" } else { "predefNotReady" };
    predefined(id, StateKind::NotReady, short(&code.unwrap_or_default()))
}

/// Where a page finds a file that the site names: relative paths are below the site's own folder.
pub(crate) fn site_file(name: &str) -> String {
    let elsewhere = name.is_empty() || name.starts_with(['/', '#']) || name.contains(':');
    if elsewhere { name.to_owned() } else { format!("/files/{name}") }
}

/// The text in `language`, else in its main language, else the one without language, else the first.
fn text_in(texts: &[Text], language: &str) -> Arc<str> {
    let main = language.split('-').next().unwrap_or_default();
    let exact = texts.iter().find(|text| text.language.eq_ignore_ascii_case(language));
    let same_main = || texts.iter().find(|text| text.language.eq_ignore_ascii_case(main));
    let default = || texts.iter().find(|text| text.language.is_empty());
    let chosen = exact.or_else(same_main).or_else(default).or_else(|| texts.first());
    chosen.map_or_else(|| "".into(), |text| text.text.as_str().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent_link::{AgentFacts, KvList, Value};
    use uc_plugin_api::{Text, WorkMode as EdgeMode};

    fn text(language: &str, text: &str) -> Text {
        Text { language: language.into(), text: text.into() }
    }

    fn definition(id: &str, ready: bool, mode: Option<EdgeMode>, reason: Option<&str>) -> StateDefinition {
        StateDefinition {
            id: id.into(),
            icon: "".into(),
            menu: vec![text("", id)].into(),
            status: vec![text("", id), text("de", "auf Deutsch")].into(),
            ready,
            work_mode: mode.into(),
            reason: reason.map(Into::into).into(),
            reason_ext: false,
        }
    }

    fn menu() -> Menu {
        let states = vec![
            definition("away", false, Some(EdgeMode::AuxWork), None),
            definition("lunch", false, Some(EdgeMode::AuxWork), Some("12")),
            definition("open", true, None, None),
        ];
        Menu::from(StateMenu { states: states.into(), ..StateMenu::default() })
    }

    fn facts(status: AgentStatus, work_mode: WorkMode, reason: Option<&str>) -> AgentFacts {
        let mut reasons = KvList::default();
        reason.into_iter().for_each(|code| reasons.push_str("ReasonCode", code));
        AgentFacts { status, work_mode, reasons, ..AgentFacts::default() }
    }

    #[test]
    fn the_most_specific_definition_shows() {
        let shown = |reason| menu().seen(&facts(AgentStatus::NotReady, WorkMode::AuxWork, reason).seen(), "").id;
        assert_eq!((&*shown(Some("12")), &*shown(Some("99")), &*shown(None)), ("lunch", "away", "away"));
    }

    #[test]
    fn what_no_definition_fits_is_shown_all_the_same() {
        let shown = menu().seen(&facts(AgentStatus::NotReady, WorkMode::AfterCallWork, None).seen(), "");
        assert_eq!((&*shown.id, &*shown.text), ("predefAfterCallWork", ""));
    }

    /// The states of a document as far as a state is matched against them.
    fn states(document: &str) -> Menu {
        let value = |text: &str, name: &str| {
            let (_, after) = text.split_once(&format!("{name}=\""))?;
            Some(after.split_once('"')?.0.to_owned())
        };
        let states = document.split("<state ").skip(1).map(|state| {
            let agent = state.split_once("<genesysAgent ").expect("an agent's state").1;
            let mode = value(agent, "mode").map(|mode| {
                assert_eq!(mode, "away", "the only one of the sample");
                EdgeMode::WalkAway
            });
            let reason = agent.split_once("<reason").and_then(|(_, reason)| reason.split_once('>'));
            let code = reason.and_then(|(_, code)| code.split_once('<')).map(|(code, _)| code);
            let ready = value(agent, "ready").as_deref() == Some("true");
            let reason_ext = reason.is_some_and(|(attributes, _)| attributes.contains("true"));
            let id = value(state, "id").expect("an id");
            StateDefinition { reason_ext, ..definition(&id, ready, mode, code) }
        });
        Menu::from(StateMenu { states: states.collect::<Vec<_>>().into(), ..StateMenu::default() })
    }

    #[test]
    fn a_state_of_any_kind_hides_no_reason_and_no_work_mode_that_is_defined_nowhere() {
        use WorkMode::{AfterCallWork, AuxWork, LegalGuard, Unknown, WalkAway};
        let shipped = states(include_str!("../../../config/presence.xml"));
        let own = Menu::from(StateMenu {
            states: vec![
                definition("doNotDisturb", false, None, None),
                definition("lunch", false, Some(EdgeMode::WalkAway), Some("lunch")),
                definition("wrapsUp", false, Some(EdgeMode::AfterCallWork), None),
            ]
            .into(),
            ..StateMenu::default()
        });
        for (mode, reason, by_own, by_shipped, words) in [
            (Unknown, None, "doNotDisturb", "doNotDisturb", ""),
            (AuxWork, None, "doNotDisturb", "doNotDisturb", ""),
            (AfterCallWork, None, "wrapsUp", "predefAfterCallWork", ""),
            (LegalGuard, None, "predefNotReady", "predefNotReady", ""),
            (Unknown, Some("supervisor"), "predefNotReady", "predefNotReady", "supervisor"),
            (WalkAway, Some("supervisor"), "predefNotReady", "predefNotReady", "supervisor"),
            (WalkAway, Some("lunch"), "lunch", "lunch", ""),
            (Unknown, Some("lunch"), "doNotDisturb", "doNotDisturb", ""),
        ] {
            let facts = facts(AgentStatus::NotReady, mode, reason);
            for (menu, id) in [(&own, by_own), (&shipped, by_shipped)] {
                let shown = menu.seen(&facts.seen(), "");
                assert_eq!((&*shown.id, &*shown.words), (id, words), "{mode:?} {reason:?}");
            }
        }
    }

    #[test]
    fn a_code_is_compared_as_people_read_it_and_cut_where_it_is_shown() {
        let aux = AgentFacts { work_mode: WorkMode::AuxWork, ..facts(AgentStatus::NotReady, WorkMode::Unknown, None) };
        let hardware = StateDefinition { reason_ext: true, ..definition("ext", false, None, Some("12")) };
        let ext = Menu::from(StateMenu { states: vec![hardware].into(), ..StateMenu::default() });
        for twelve in [Value::Int(12), Value::Str("12".into())] {
            let codes = KvList(vec![("ReasonCode".into(), twelve)]);
            let soft = AgentFacts { reasons: codes.clone(), ..aux.clone() };
            let hard = AgentFacts { extensions: codes, ..aux.clone() };
            assert_eq!(&*menu().seen(&soft.seen(), "").id, "lunch");
            assert_eq!(&*ext.seen(&hard.seen(), "").id, "ext");
            let shown = Menu::default().seen(&soft.seen(), "");
            assert_eq!((&*shown.id, &*shown.words), ("predefNotReady", "12"));
        }
        let huge = facts(AgentStatus::NotReady, WorkMode::Unknown, Some(&"ü".repeat(150_000)));
        assert_eq!(*Menu::default().seen(&huge.seen(), "").words, *"ü".repeat(256));
    }

    #[test]
    fn texts_follow_the_language() {
        let shown = menu().seen(&facts(AgentStatus::Ready, WorkMode::Unknown, None).seen(), "de-AT");
        assert_eq!(&*shown.text, "auf Deutsch");
    }
}
