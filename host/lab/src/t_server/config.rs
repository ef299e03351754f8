//! What the simulated T-Server knows: the DN file and where to listen.

use super::mood::MoodRule;
use serde::Deserialize;
use std::net::SocketAddr;
use uc_connector::wire::tls::ServerConfigFiles;

/// How to start a [`super::TServer`].
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// DNs and agents.
    pub switch: SwitchFile,
    /// TLS; none: plain TCP.
    pub tls: Option<ServerConfigFiles>,
    /// Print every message to the standard output.
    pub print: bool,
    /// How it differs from the lab's own ways from the start.
    pub moods: Vec<MoodRule>,
    /// Remember every message for [`super::TServer::log`]; benches turn it off.
    pub record: bool,
}

impl Config {
    /// On a free port of the loopback, silent, recording.
    pub fn new(switch: SwitchFile) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            switch,
            tls: None,
            print: false,
            moods: vec![],
            record: true,
        }
    }
}

/// The DN file.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SwitchFile {
    /// Server name in the hello.
    #[serde(default = "server_name")]
    pub server: String,
    /// State after a login.
    #[serde(default)]
    pub initial_state: InitialState,
    /// Seconds of After Call Work after a call of a ready agent; 0: none.
    #[serde(default)]
    pub wrap_up_time: u64,
    /// An agent is logged out when the client that logged them in unregisters their DN, or goes.
    #[serde(default)]
    pub logs_out_with_client: bool,
    /// DNs.
    #[serde(default)]
    pub dn: Vec<Dn>,
    /// Agent logins; none listed: every agent ID may log in with any password.
    #[serde(default)]
    pub agent: Vec<AgentLogin>,
    /// Applications that may connect; none listed: every one may.
    #[serde(default)]
    pub client: Vec<Application>,
}

/// What a T-Server does after a login (requirements F39: it decides).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InitialState {
    /// EventAgentNotReady follows EventAgentLogin.
    #[default]
    NotReady,
    /// EventAgentReady follows EventAgentLogin.
    Ready,
}

/// A DN.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dn {
    /// Number.
    pub dn: String,
    /// Switch it belongs to; for information.
    #[serde(default)]
    pub switch: String,
    /// Kind.
    #[serde(default, rename = "type")]
    pub kind: DnKind,
    /// Agent IDs that may log in here; none listed: all.
    #[serde(default)]
    pub agents: Vec<String>,
    /// The queue whose calls it takes; for information.
    pub queue: Option<String>,
}

/// Kinds of DN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnKind {
    /// A telephone.
    #[default]
    Extension,
    /// Calls wait here for a routing decision.
    RoutePoint,
    /// Agents log in to it.
    Queue,
}

/// An agent login.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AgentLogin {
    /// Login code.
    pub id: String,
    /// Its password; none: any will do.
    pub password: Option<String>,
}

/// An application.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Application {
    /// Name in its hello.
    pub name: String,
    /// Password in its hello; none: any will do.
    pub password: Option<String>,
}

impl SwitchFile {
    /// Reads a DN file.
    ///
    /// # Errors
    /// What is wrong, with line and key.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Extensions with these numbers where any agent may log in.
    pub fn of_extensions<'d>(numbers: impl IntoIterator<Item = &'d str>) -> Self {
        let dn = |number: &str| Dn {
            dn: number.to_owned(),
            switch: "lab".to_owned(),
            kind: DnKind::Extension,
            agents: Vec::new(),
            queue: None,
        };
        Self {
            server: server_name(),
            initial_state: InitialState::NotReady,
            wrap_up_time: 0,
            logs_out_with_client: false,
            dn: numbers.into_iter().map(dn).collect(),
            agent: Vec::new(),
            client: Vec::new(),
        }
    }
}

fn server_name() -> String {
    "tserver_lab".to_owned()
}
