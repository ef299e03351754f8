//! `uc-connector map`: what the configuration makes of a presence, or of an agent's state, and which rule decided.

mod agent;
mod presence;

use super::{DEFAULT_FILE, Exit};
use crate::{
    agent_link::{AgentStatus, CallType, WorkMode},
    check::report,
    config::{Config, Problem},
    policy::{AgentRule, Mapping, PresenceRule},
};
use clap::{ArgGroup, Args};
use std::path::{Path, PathBuf};

/// A presence, or an agent's state, to try the rules on.
#[derive(Clone, Debug, Args)]
#[command(group(ArgGroup::new("tried").required(true).args(["availability", "agent_state"])))]
pub struct Try {
    /// The configuration file; without: the service's own, or no rules where there is none yet
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Availability number of the platform, 0 to 18500 and up: what becomes of the agent?
    #[arg(long)]
    pub availability: Option<u32>,
    /// Activity token, such as on-the-phone
    #[arg(long, default_value = "", conflicts_with = "agent_state")]
    pub activity: String,
    /// The worker's note
    #[arg(long, default_value = "", conflicts_with = "agent_state")]
    pub note: String,
    /// State of the agent: LoggedOut, Ready or NotReady: what is shown on the platform?
    #[arg(long, value_parser = agent::state)]
    pub agent_state: Option<AgentStatus>,
    /// Work mode, such as AfterCallWork
    #[arg(long, value_parser = agent::work_mode, requires = "agent_state")]
    pub work_mode: Option<WorkMode>,
    /// Reason code
    #[arg(long, default_value = "", requires = "agent_state")]
    pub reason: String,
    /// On a call of this type: Unknown, Internal, Inbound, Outbound or Consult
    #[arg(long, value_parser = agent::call_type, requires = "agent_state")]
    pub call_type: Option<CallType>,
    /// Login code of the agent, for the note
    #[arg(long, default_value = "", requires = "agent_state")]
    pub agent: String,
    /// Answer in JSON
    #[arg(long)]
    pub json: bool,
}

/// The operator's rules, both ways.
#[derive(Default)]
struct OwnRules {
    of_presences: Vec<PresenceRule>,
    of_agents: Vec<AgentRule>,
}

/// Answers the command. Only the rules of the configuration are looked at.
pub(super) fn map(asked: &Try) -> Exit {
    match (own_rules(asked.config.as_deref()), asked.agent_state) {
        (Ok(own), Some(state)) => agent::answer(asked, state, &own.of_agents),
        (Ok(own), None) => presence::answer(asked, &Mapping::new(own.of_presences)),
        (Err(problems), _) => {
            report(&problems);
            Exit::Config
        }
    }
}

fn own_rules(named: Option<&Path>) -> Result<OwnRules, Vec<Problem>> {
    let file = named.unwrap_or(Path::new(DEFAULT_FILE));
    if named.is_none() && !file.exists() {
        eprintln!("{DEFAULT_FILE} is not there: these are the defaults; --config names another file");
        return Ok(OwnRules::default());
    }
    let config = Config::load(file)?;
    Ok(OwnRules { of_presences: config.presence_rules, of_agents: config.agent_rules })
}
