//! What a page shows of a state: the T-Server's facts matched against the presence definition document, the most
//! specific definition first, then document order (requirements F39; host/docs/requirements.md, "Presence definition
//! document"). Pure.

use crate::{
    agent_link::{AgentStatus, Seen, WorkMode},
    policy,
    web::message::{MenuEntry, ShownState, StateKind},
    worker::{Line, Standing, Worker},
};
use std::sync::Arc;
use uc_plugin_api::{StateDefinition, StateMenu, Text};

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
        fitting.rev().max_by_key(|(definition, _)| definition.specificity).map(|(_, state)| state)
    }
}

fn fits(definition: &Definition, state: &StateDefinition, seen: &Seen<'_>) -> bool {
    let code = seen.code(state.reason_ext);
    state.ready == (seen.status == AgentStatus::Ready)
        && definition.work_mode.is_none_or(|mode| mode == seen.work_mode)
        && state.reason.as_ref().into_option().is_none_or(|wanted| code == Some(wanted.as_str()))
}

/// A state that no definition of the site's says anything of: pages have their own text for it.
fn predefined(id: &str, kind: StateKind, words: &str) -> ShownState {
    ShownState { id: id.into(), icon: "".into(), text: "".into(), words: words.into(), kind }
}

/// Not ready, with the first reason that says something.
fn not_ready(seen: &Seen<'_>) -> ShownState {
    let code = seen.code(false).or_else(|| seen.reasons.str("KW_UC_STATUS"));
    let wraps_up = code.is_none() && seen.work_mode == WorkMode::AfterCallWork;
    let id = if wraps_up { "predefAfterCallWork" } else { "predefNotReady" };
    predefined(id, StateKind::NotReady, code.unwrap_or_default())
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
    use crate::agent_link::{AgentFacts, KvList};
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

    #[test]
    fn texts_follow_the_language() {
        let shown = menu().seen(&facts(AgentStatus::Ready, WorkMode::Unknown, None).seen(), "de-AT");
        assert_eq!(&*shown.text, "auf Deutsch");
    }
}
