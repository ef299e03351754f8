//! Who is there when a seed begins: workers, DNs, the mode and its plug-in.

use super::{business, world::link};
use crate::{
    agent_link::{LinkId, RegisterMode},
    directory::{Line, Worker},
    hub::{Settings, tests::bench},
    mode::Mode,
    policy::Mapping,
    worker::{self, Publishes},
};
use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};
use uc_plugin_api::{Role, StateDefinition, StateMenu, WorkMode};

pub(super) const WORKERS: [(&str, &str); 3] = [("ann", "1001"), ("bob", "1002"), ("cyd", "1003")];
pub(super) const DNS: [(&str, usize); 5] = [("5001", 0), ("5002", 0), ("5003", 0), ("6001", 1), ("6002", 1)];

/// The mode of a seed, by how much can go wrong in it.
pub(super) fn mode(seed: u64) -> Mode {
    match seed / 2 % 8 {
        0..4 => Mode::Normal,
        4 => Mode::Standalone,
        5 | 6 => Mode::PresencePropagation,
        _ => Mode::PresenceConnector,
    }
}

/// What the one plug-in of the model does in this mode. In normal mode it serves the browser as well, so that both speak.
pub(super) fn roles(mode: Mode) -> &'static [Role] {
    match mode {
        Mode::Normal => &[Role::PresenceSource, Role::BrowserPresence],
        Mode::Standalone => &[Role::BrowserPresence],
        Mode::PresencePropagation => &[Role::PresenceSource, Role::PresenceSink],
        Mode::PresenceConnector => &[Role::PresenceSink],
    }
}

pub(super) fn settings(mode: Mode, after_call_work_limit: Duration) -> Settings {
    let (register_mode, publishes) = match mode {
        Mode::PresencePropagation => (RegisterMode::Share, Publishes::BeyondPlatforms),
        Mode::PresenceConnector => (RegisterMode::Monitor, Publishes::Everything),
        Mode::Normal | Mode::Standalone => (RegisterMode::Share, Publishes::Nothing),
    };
    let common = bench::settings();
    let reports = roles(mode).contains(&Role::BrowserPresence);
    let follows_platforms = mode.follows_platforms();
    let after_missed_previews = 2;
    let common_worker = worker::Settings {
        after_missed_previews,
        follows_platforms,
        after_call_work_limit,
        mapping: rules(),
        ..common.worker
    };
    Settings {
        mode,
        worker: worker::Settings { register_mode, publishes, reports, ..common_worker },
        user_data: business::form(),
        ..common
    }
}

/// One state has a work mode: a T-Server may answer it by another, or leave it out.
fn rules() -> Mapping {
    let rule = "availability = ['away', 'be-right-back']\nstate = 'not-ready'\nwork-mode = 'aux-work'";
    Mapping::new(vec![toml::from_str(rule).expect("a rule of the configuration")])
}

/// Pages show the work modes that are wished as states of their own.
pub(super) fn menu() -> StateMenu {
    let state = |(id, mode): (&str, WorkMode)| StateDefinition {
        id: id.into(),
        icon: "".into(),
        menu: Vec::new().into(),
        status: Vec::new().into(),
        ready: false,
        work_mode: Some(mode).into(),
        reason: None.into(),
        reason_ext: false,
    };
    let states: Vec<_> = [("aux", WorkMode::AuxWork), ("away", WorkMode::WalkAway)].map(state).into();
    StateMenu { states: states.into(), ..StateMenu::default() }
}

/// The first link takes one login a second.
pub(super) fn slow_logins() -> BTreeMap<LinkId, NonZeroU32> {
    BTreeMap::from([(link(0), NonZeroU32::MIN)])
}

/// The directory of the beginning.
pub(super) fn workers() -> Vec<Worker> {
    let lines = |from: usize, to: usize| DNS[from..to].iter().map(line).collect();
    let lines = [lines(0, 2), lines(2, 4), lines(4, 5)];
    WORKERS.iter().zip(lines).map(|((id, agent), lines)| worker(id, agent, lines)).collect()
}

pub(super) fn line((dn, at): &(&str, usize)) -> Line {
    Line { dn: (*dn).into(), switch: "S".into(), link: link(*at) }
}

pub(super) fn worker(id: &str, agent: &str, lines: Vec<Line>) -> Worker {
    Worker { lines, ..bench::worker(id, agent, &[]) }
}
