//! Another agent desktop of the workers: what they do at the T-Server behind the product's back.

use super::floor::Floor;
use crate::t_server::TServer;
use serde::Deserialize;
use uc_connector::tlib::Message;

/// What somebody does at it.
#[derive(Debug, Deserialize)]
pub(super) struct Deed {
    dn: String,
    state: State,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum State {
    LoggedIn,
    Ready,
    NotReady,
    AfterCallWork,
    LegalGuard,
    LoggedOut,
}

impl State {
    fn request(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::LoggedIn => ("RequestAgentLogin", None),
            Self::Ready => ("RequestAgentReady", None),
            Self::NotReady => ("RequestAgentNotReady", None),
            Self::AfterCallWork => ("RequestAgentNotReady", Some("AfterCallWork")),
            Self::LegalGuard => ("RequestAgentNotReady", Some("LegalGuard")),
            Self::LoggedOut => ("RequestAgentLogout", None),
        }
    }
}

/// Carries it out; who is not logged in and does something else than logging out is logged in first.
pub(super) fn act(floor: &Floor, t_server: &TServer, deed: &Deed) -> Result<(), String> {
    let owner = floor.workers.iter().find(|worker| worker.lines.iter().any(|line| *line.dn == *deed.dn));
    let owner = owner.ok_or_else(|| format!("no worker has DN {}", deed.dn))?;
    let ask = |state: State| {
        let (name, mode) = state.request();
        let request = Message::new(name).with("thisDN", deed.dn.clone()).with("agentID", owner.agent_id.to_string());
        let request = request.with_some("agentWorkMode", mode.map(str::to_owned));
        t_server.act(&request).map_err(|refused| format!("the T-Server refuses: {refused}"))
    };
    let out = t_server.agent(&deed.dn).is_none();
    if out && ![State::LoggedIn, State::LoggedOut].contains(&deed.state) {
        ask(State::LoggedIn)?;
    }
    ask(deed.state)
}
