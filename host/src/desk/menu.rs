//! What a page shows of a state: the T-Server's facts matched against the presence definition document, the most
//! specific definition first, then document order (requirements 13.2, F39). Pure.

use crate::policy;
use crate::worker::agent::AgentLine;
use crate::{
    agent_link::{AgentFacts, AgentStatus, WorkMode},
    web::message::{MenuEntry, ShownState, StateKind},
};
use std::sync::Arc;
use uc_plugin_api::{StateDefinition, StateMenu, Text};

/// Key of a reason code in Reasons and Extensions (genesys.md 4.3).
const REASON_CODE: &str = "ReasonCode";

/// The states a browser plug-in defined; empty without one.
#[derive(Debug, Default)]
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
#[derive(Debug)]
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

    /// How one line is shown.
    pub(crate) fn line(&self, line: &AgentLine, language: &str) -> ShownState {
        if !line.in_service() {
            return predefined("predefOutOfService", StateKind::OutOfService, "Out of service");
        }
        let facts = line.confirmed();
        let kind = match facts.status {
            AgentStatus::LoggedOut => return predefined("predefLoggedOut", StateKind::LoggedOut, "Logged out"),
            AgentStatus::Ready => StateKind::Ready,
            AgentStatus::NotReady => StateKind::NotReady,
        };
        match self.matching(facts) {
            Some(state) => ShownState {
                id: state.id.as_str().into(),
                icon: state.icon.as_str().into(),
                text: text_in(if state.status.is_empty() { &state.menu } else { &state.status }, language),
                kind,
            },
            None if kind == StateKind::Ready => predefined("predefReady", kind, "Ready"),
            None => predefined("predefNotReady", kind, &reason_text(facts)),
        }
    }

    /// How the worker as a whole is shown: like his lines when they agree.
    pub(crate) fn whole<'a>(&self, lines: impl Iterator<Item = &'a AgentLine>, language: &str) -> ShownState {
        let shown: Vec<_> = lines.map(|line| self.line(line, language)).collect();
        let ready = |state: &&ShownState| state.kind == StateKind::Ready;
        let by_kind = |kind| shown.iter().find(|state| state.kind == kind).cloned();
        match shown.iter().filter(ready).count() {
            0 => [StateKind::NotReady, StateKind::LoggedOut].into_iter().find_map(by_kind),
            count if count < shown.len() => Some(predefined("predefPartReady", StateKind::PartReady, "Partly ready")),
            _ => shown.first().cloned(),
        }
        .unwrap_or_else(|| predefined("predefOutOfService", StateKind::OutOfService, "Out of service"))
    }

    fn matching(&self, facts: &AgentFacts) -> Option<&StateDefinition> {
        let fitting = self.definitions.iter().filter(|(definition, state)| fits(definition, state, facts));
        // `max_by_key` keeps the last of equals, document order wants the first.
        fitting.rev().max_by_key(|(definition, _)| definition.specificity).map(|(_, state)| state)
    }
}

fn fits(definition: &Definition, state: &StateDefinition, facts: &AgentFacts) -> bool {
    let list = if state.reason_ext { &facts.extensions } else { &facts.reasons };
    state.ready == (facts.status == AgentStatus::Ready)
        && definition.work_mode.is_none_or(|mode| mode == facts.work_mode)
        && state.reason.as_ref().into_option().is_none_or(|code| list.str(REASON_CODE) == Some(code.as_str()))
}

fn predefined(id: &str, kind: StateKind, text: &str) -> ShownState {
    ShownState { id: id.into(), icon: "".into(), text: text.into(), kind }
}

/// "Not ready", with the first reason that says something.
fn reason_text(facts: &AgentFacts) -> String {
    let code = facts.reasons.str(REASON_CODE).or_else(|| facts.reasons.str("KW_UC_STATUS"));
    match (code, facts.work_mode) {
        (Some(code), _) => format!("Not ready: {code}"),
        (None, WorkMode::AfterCallWork) => "After call work".into(),
        _ => "Not ready".into(),
    }
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
    use crate::wire::KvList;
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

    fn line(status: AgentStatus, work_mode: WorkMode, reason: Option<&str>) -> AgentLine {
        let mut reasons = KvList::default();
        reason.into_iter().for_each(|code| reasons.push_str("ReasonCode", code));
        let mut line = AgentLine::default();
        line.registered(AgentFacts { status, work_mode, reasons, ..AgentFacts::default() }, false);
        line
    }

    #[test]
    fn the_most_specific_definition_shows() {
        let shown = |reason| menu().line(&line(AgentStatus::NotReady, WorkMode::AuxWork, reason), "").id;
        assert_eq!((&*shown(Some("12")), &*shown(Some("99")), &*shown(None)), ("lunch", "away", "away"));
    }

    #[test]
    fn what_no_definition_fits_is_shown_all_the_same() {
        let shown = menu().line(&line(AgentStatus::NotReady, WorkMode::AfterCallWork, None), "");
        assert_eq!((&*shown.id, &*shown.text), ("predefNotReady", "After call work"));
        assert_eq!(menu().line(&AgentLine::default(), "").kind, StateKind::OutOfService);
    }

    #[test]
    fn texts_follow_the_language() {
        let shown = menu().line(&line(AgentStatus::Ready, WorkMode::Unknown, None), "de-AT");
        assert_eq!(&*shown.text, "auf Deutsch");
    }

    #[test]
    fn several_lines_make_one_state() {
        let (ready, not) =
            (line(AgentStatus::Ready, WorkMode::Unknown, None), line(AgentStatus::NotReady, WorkMode::Unknown, None));
        assert_eq!(menu().whole([&ready, &not].into_iter(), "").kind, StateKind::PartReady);
        assert_eq!(menu().whole([&not, &not].into_iter(), "").kind, StateKind::NotReady);
        assert_eq!(menu().whole(std::iter::empty(), "").kind, StateKind::OutOfService);
    }
}
