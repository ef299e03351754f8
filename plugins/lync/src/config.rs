//! The plug-in's options. Unknown keys and impossible values are refused, with the place of the mistake.

use serde::Deserialize;
use std::path::Path;
use uc_plugin_api::Complaint;
use uc_sip::site::{Account, Auth, Listen, Mistake, Reach, Server, SilenceLimit, Tls, Transport};

/// Settings of one instance.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// Front Ends or pools, `host` or `host:port`, tried in turn.
    pub(crate) servers: Vec<Server>,
    /// How to reach them.
    #[serde(default)]
    pub(crate) transport: Transport,
    /// SIP domain to register in; without: that of each account's address.
    #[serde(default)]
    pub(crate) domain: Option<String>,
    /// Who watches. People are shared out evenly.
    pub(crate) accounts: Vec<Account>,
    /// People in one SUBSCRIBE.
    #[serde(default)]
    pub(crate) batch_size: BatchSize,
    /// How long a server may say nothing before its connection is given up.
    #[serde(default)]
    pub(crate) silence_limit: SilenceLimit,
    /// Language (BCP 47) of custom activities for people without one of their own.
    #[serde(default)]
    pub(crate) language: String,
    /// Certificates.
    #[serde(default)]
    pub(crate) tls: Tls,
    /// Where Front Ends reach a trusted application; without: only over the connections it opens itself.
    #[serde(default)]
    pub(crate) listen: Option<Listen>,
    /// For replaying recorded traffic.
    #[serde(default)]
    pub(crate) replay: Option<Replay>,
}

/// 1 to 1000 people.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "usize")]
pub(crate) struct BatchSize(pub(crate) usize);

impl Default for BatchSize {
    fn default() -> Self {
        Self(100)
    }
}

impl TryFrom<usize> for BatchSize {
    type Error = String;

    fn try_from(size: usize) -> Result<Self, String> {
        match size {
            1..=1000 => Ok(Self(size)),
            _ => Err(format!("{size} people; allowed: 1 to 1000")),
        }
    }
}

/// Identifiers of the first presence subscription's dialog, instead of random ones, so that recorded notifies fit.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Replay {
    /// Call-ID.
    pub(crate) call_id: String,
    /// Our tag.
    pub(crate) tag: String,
}

impl Config {
    /// What is wrong that types cannot say.
    pub(crate) fn complaints(&self, directory: &Path) -> Vec<Complaint> {
        let mut found = self.reach().mistakes(directory);
        if self.accounts.is_empty() {
            found.push(Mistake::new("accounts", "name at least one watcher account"));
        }
        if self.listen.is_some() && self.accounts.iter().all(|account| account.auth != Auth::Trusted) {
            let nobody = "only accounts with auth = \"trusted\" are reached there, and there is none";
            found.push(Mistake::new("listen.address", nobody));
        }
        found.into_iter().map(|mistake| Complaint::new(mistake.key, mistake.message)).collect()
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
