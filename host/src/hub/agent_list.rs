//! The list of agents that operators ask for.

use super::{Hub, user::User};
use crate::{
    agent_link::WorkMode,
    web::{AgentRow, Shows},
    worker::Line,
};
use std::sync::Arc;
use uc_plugin_api::Standing;

impl Hub {
    /// Every user, in the order in which they came.
    pub(super) fn agent_list(&self) -> Vec<AgentRow> {
        self.roster.users().map(|(_, user)| row(user)).collect()
    }
}

fn row(user: &User) -> AgentRow {
    let shows = user.worker.published().map(|(presence, standing)| Shows {
        availability: presence.number,
        activity: presence.activity.as_str().into(),
        note: presence.note.as_str().into(),
        manual: *standing == Standing::Manual,
    });
    let publication = user.worker.publication_state();
    AgentRow {
        worker: user.entry.id.clone(),
        agent_id: user.entry.agent_id.clone(),
        address: user.entry.address.clone(),
        state: state(user),
        held: user.worker.is_held(),
        publication: publication.word().into(),
        shows,
        problem: publication.problem().or_else(|| line_problem(user)),
    }
}

/// The first thing wrong with a DN of theirs.
fn line_problem(user: &User) -> Option<Arc<str>> {
    let of_line = |line: &Line| Some(format!("{}: {}", line.place().dn, line.problem()?).into());
    user.worker.lines().find_map(of_line)
}

fn state(user: &User) -> Option<Arc<str>> {
    let view = user.worker.view()?;
    Some(match view.work_mode {
        WorkMode::Unknown => format!("{:?}", view.state).into(),
        mode => format!("{:?} {}", view.state, mode.name()).into(),
    })
}

#[cfg(test)]
mod tests {
    use crate::{web::PUBLICATION_WORDS, worker::PublicationState};

    #[test]
    fn operators_can_ask_for_each_state() {
        use PublicationState::{Asked, Failed, NoAddress, Nothing, Published, Unmapped};
        let all = [Nothing, Asked, Published, Failed("".into()), Unmapped("".into()), NoAddress("".into())];
        assert_eq!(all.map(|state| state.word()), PUBLICATION_WORDS);
    }
}
