//! The list of agents that operators ask for.

use super::{Hub, user::User};
use crate::{
    agent_link::WorkMode,
    web::{AgentRow, Shows},
};
use std::sync::Arc;
use uc_plugin_api::Standing;

impl Hub {
    /// Every user, in the order in which they came.
    pub(super) fn agent_list(&self) -> Vec<AgentRow> {
        self.users.iter().flatten().map(row).collect()
    }
}

fn row(user: &User) -> AgentRow {
    let shows = user.publishing.told().map(|(presence, standing)| Shows {
        availability: presence.number,
        activity: presence.activity.as_str().into(),
        note: presence.note.as_str().into(),
        manual: *standing == Standing::Manual,
    });
    let publication = user.publishing.state();
    AgentRow {
        worker: user.worker.id.clone(),
        agent_id: user.worker.agent_id.clone(),
        address: user.worker.address.clone(),
        state: state(user),
        held: user.hold.as_ref().is_some_and(|hold| hold.holds()),
        publication: publication.word().into(),
        shows,
        problem: publication.problem(),
    }
}

fn state(user: &User) -> Option<Arc<str>> {
    let view = user.view()?;
    Some(match view.work_mode {
        WorkMode::Unknown => format!("{:?}", view.state).into(),
        mode => format!("{:?} {}", view.state, mode.name()).into(),
    })
}
