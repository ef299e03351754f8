//! The plug-in's options. Unknown keys and impossible values are refused, with the place of the mistake.

use crate::{show::Device, state_directory};
use serde::Deserialize;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};
use uc_plugin_api::Complaint;
use uc_sip::site::{Account, Listen, Mistake, Reach, Server, SilenceLimit, Tls, Transport};

/// Settings of one instance.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// Front Ends or pools, `host` or `host:port`, tried in turn.
    pub(crate) servers: Vec<Server>,
    /// How to reach them.
    #[serde(default)]
    pub(crate) transport: Transport,
    /// SIP domain to register in; without: that of each agent's address.
    #[serde(default)]
    pub(crate) domain: Option<String>,
    /// Connections of the trusted application, over which agents without an account here are published. 0: there is
    /// none, agents without an account are not published.
    #[serde(default)]
    pub(crate) connections: Connections,
    /// Agents' own accounts, each with a connection of its own.
    #[serde(default)]
    pub(crate) accounts: Vec<Account>,
    /// How long a server may say nothing before its connection is given up.
    #[serde(default)]
    pub(crate) silence_limit: SilenceLimit,
    /// Certificates.
    #[serde(default)]
    pub(crate) tls: Tls,
    /// Where Front Ends reach the trusted application; without: only over the connections it opens itself.
    #[serde(default)]
    pub(crate) listen: Option<Listen>,
    /// What this endpoint says of itself as a device.
    #[serde(default)]
    pub(crate) device: Device,
    /// When agents register.
    #[serde(default)]
    pub(crate) register: Register,
    /// Directory of what agents chose themselves before ours was published in its place; without: the service's state
    /// directory, or `state` beside the configuration file.
    #[serde(default)]
    pub(crate) state_dir: Option<PathBuf>,
    /// Language (LCID) of activities in own words.
    #[serde(default)]
    pub(crate) activity_language: Language,
    /// Agents that register in a second.
    #[serde(default)]
    pub(crate) registrations_per_second: PerSecond<100>,
    /// Publications of all agents in a second.
    #[serde(default)]
    pub(crate) publications_per_second: PerSecond<500>,
    /// Publications of one agent in a minute; five may come at once.
    #[serde(default)]
    pub(crate) publications_per_minute: PerMinute,
}

/// When agents register.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Register {
    /// When something is to be shown of them for the first time over a connection: nobody who is absent looks present
    /// for a moment, because this endpoint has no state yet. For sites that route by the same people's presence.
    #[default]
    WhenShown,
    /// As soon as there is a connection: trouble with an agent's account shows at once. Who was absent and comes while
    /// the endpoint appears, or in the ten seconds after, counts as there only then.
    ///
    /// No word of the platform can end that wait sooner: "absent" after "there" may still be of an endpoint before this
    /// one, and what is told of several changes at once does not say which. Either would let a call be routed to nobody
    /// once in a while.
    AtStart,
}

/// 0 to 64.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "usize")]
pub(crate) struct Connections(pub(crate) usize);

/// A Windows language number.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Language(pub(crate) u32);

/// 1 to 100000, with a default.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "u32")]
pub(crate) struct PerSecond<const DEFAULT: u32>(pub(crate) u32);

/// 1 to 600.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "u32")]
pub(crate) struct PerMinute(pub(crate) u32);

impl Default for Connections {
    fn default() -> Self {
        Self(1)
    }
}

impl Default for Language {
    fn default() -> Self {
        Self(1033)
    }
}

impl<const DEFAULT: u32> Default for PerSecond<DEFAULT> {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl Default for PerMinute {
    fn default() -> Self {
        Self(60)
    }
}

impl TryFrom<usize> for Connections {
    type Error = String;

    fn try_from(count: usize) -> Result<Self, String> {
        if count <= 64 { Ok(Self(count)) } else { Err(format!("{count} connections; allowed: 0 to 64")) }
    }
}

impl<const DEFAULT: u32> TryFrom<u32> for PerSecond<DEFAULT> {
    type Error = String;

    fn try_from(count: u32) -> Result<Self, String> {
        if (1..=100_000).contains(&count) { Ok(Self(count)) } else { Err(format!("{count}; allowed: 1 to 100000")) }
    }
}

impl TryFrom<u32> for PerMinute {
    type Error = String;

    fn try_from(count: u32) -> Result<Self, String> {
        if (1..=600).contains(&count) { Ok(Self(count)) } else { Err(format!("{count}; allowed: 1 to 600")) }
    }
}

impl Config {
    /// What is wrong that types cannot say.
    pub(crate) fn complaints(&self, directory: &Path) -> Vec<Complaint> {
        let mut found = self.reach().mistakes(directory);
        if self.connections.0 == 0 && self.accounts.is_empty() {
            found
                .push(Mistake::new("connections", "with 0 nobody can be published: name agents' accounts, or allow 1"));
        }
        found.extend(self.bad_state_directory(directory).map(|why| Mistake::new("state-dir", why)));
        found.into_iter().map(|mistake| Complaint::new(mistake.key, mistake.message)).collect()
    }

    /// What keeps the directory of what is remembered from being used, and what to do.
    fn bad_state_directory(&self, directory: &Path) -> Option<String> {
        let state = state_directory::directory(self, directory);
        let why = match state.exists() && !state.is_dir() {
            true => "not a directory".to_owned(),
            false => uc_files::makeable(&state).err()?.to_string(),
        };
        Some(match &self.state_dir {
            Some(_) => format!("{why}: name a directory that the service may write"),
            None => format!(
                "{why}: without it {} is used; name a directory that the service may write, or check with the service's \
                 own environment (STATE_DIRECTORY)",
                state.display()
            ),
        })
    }

    /// Whether an instance with the `next` settings publishes the same endpoints at the same place, and remembers what
    /// they replaced in the same file.
    pub(crate) fn goes_on_as(&self, next: &Self, directory: &Path) -> bool {
        let endpoints = |config: &Self| {
            let all = config.accounts.iter().map(|account| (account.address.clone(), account.epid.clone()));
            all.collect::<BTreeSet<_>>()
        };
        let servers = |config: &Self| config.servers.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        let place = |config: &Self| {
            let memory = (state_directory::directory(config, directory), state_directory::file(config));
            (memory, servers(config), config.domain.clone(), config.connections.0 > 0, endpoints(config))
        };
        place(self) == place(next)
    }

    /// How the servers are reached.
    pub(crate) fn reach(&self) -> Reach<'_> {
        Reach {
            servers: &self.servers,
            transport: self.transport,
            domain: self.domain.as_deref(),
            tls: &self.tls,
            listen: self.listen.as_ref(),
            accounts: &self.accounts,
        }
    }
}
