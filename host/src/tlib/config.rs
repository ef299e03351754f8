//! One `[[t-server]]` of the configuration.

use super::errors::ErrorTable;
use crate::wire::{MAX_LINE, seconds, tls::ClientConfigFiles};
use serde::Deserialize;
use std::{num::NonZeroU32, path::PathBuf, time::Duration};

/// A link to a T-Server.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Name in logs, and what the directory's switches refer to.
    pub name: String,
    /// `HOST:PORT`.
    pub address: String,
    /// `HOST:PORT` of the T-Server that is the other half of a redundant pair; none: there is only one. Everything
    /// else of this section is for both.
    pub backup_address: Option<String>,
    /// TLS; none: plain TCP.
    pub tls: Option<ClientConfigFiles>,
    /// Application name told to the T-Server.
    #[serde(default = "client_name")]
    pub client_name: String,
    /// File whose first line is the application's password; none: no password is sent.
    pub password_file: Option<PathBuf>,
    /// Seconds of silence after which we ask for a sign of life; after twice that the link counts as lost. 0: never.
    #[serde(default = "ten_seconds", with = "seconds")]
    pub addp_timeout: Duration,
    /// The same for the T-Server's side. 0: it does not watch us.
    #[serde(default = "twenty_seconds", with = "seconds")]
    pub addp_remote_timeout: Duration,
    /// `addp-timeout` of the connection to the one at `backup-address`; none: as of the other.
    #[serde(default, deserialize_with = "seconds::optional")]
    pub backup_addp_timeout: Option<Duration>,
    /// `addp-remote-timeout` of the one at `backup-address`; none: as of the other.
    #[serde(default, deserialize_with = "seconds::optional")]
    pub backup_addp_remote_timeout: Option<Duration>,
    /// Seconds for TCP, TLS and hello together.
    #[serde(default = "ten_seconds", deserialize_with = "seconds::above_zero")]
    pub connect_timeout: Duration,
    /// Seconds after which an unanswered request counts as refused.
    #[serde(default = "ten_seconds", deserialize_with = "seconds::above_zero")]
    pub request_timeout: Duration,
    /// Seconds before the first attempt to connect again; doubles with each, drawn between half and all of it.
    #[serde(default = "reconnect_min", deserialize_with = "seconds::above_zero")]
    pub reconnect_min: Duration,
    /// Longest wait between two attempts, seconds. For a T-Server that ends its connections soon after they came up
    /// it is a minute at the least.
    #[serde(default = "reconnect_max", deserialize_with = "seconds::above_zero")]
    pub reconnect_max: Duration,
    /// Longest line accepted, bytes.
    #[serde(default = "max_line")]
    pub max_line: usize,
    /// Requests that may wait to be written; above, they are handed back.
    #[serde(default = "max_queued")]
    pub max_queued: usize,
    /// Requests that may wait for their answer; further ones stay in the queue until there is room.
    #[serde(default = "max_open")]
    pub max_open: usize,
    /// Agent logins a second, at most; none: as many as there are.
    pub login_rate: Option<NonZeroU32>,
    /// Reactions to codes of EventError that differ from the built-in table: `{ "59" = "retry" }`.
    #[serde(default)]
    pub errors: ErrorTable,
}

impl Config {
    /// A link with every option at its default.
    pub fn new(name: impl Into<String>, address: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            address: address.into(),
            backup_address: None,
            tls: None,
            client_name: client_name(),
            password_file: None,
            addp_timeout: ten_seconds(),
            addp_remote_timeout: twenty_seconds(),
            backup_addp_timeout: None,
            backup_addp_remote_timeout: None,
            connect_timeout: ten_seconds(),
            request_timeout: ten_seconds(),
            reconnect_min: reconnect_min(),
            reconnect_max: reconnect_max(),
            max_line: max_line(),
            max_queued: max_queued(),
            max_open: max_open(),
            login_rate: None,
            errors: ErrorTable::default(),
        }
    }

    /// The same for the other half of the pair, at this address.
    pub(super) fn of_backup(&self, address: &str) -> Self {
        Self {
            address: address.to_owned(),
            backup_address: None,
            addp_timeout: self.backup_addp_timeout.unwrap_or(self.addp_timeout),
            addp_remote_timeout: self.backup_addp_remote_timeout.unwrap_or(self.addp_remote_timeout),
            ..self.clone()
        }
    }
}

fn client_name() -> String {
    "uc-connector".to_owned()
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

fn twenty_seconds() -> Duration {
    Duration::from_secs(20)
}

fn reconnect_min() -> Duration {
    Duration::from_millis(200)
}

/// Low enough for every agent's state to be right within 5 seconds of the T-Server's return.
fn reconnect_max() -> Duration {
    Duration::from_secs(3)
}

fn max_line() -> usize {
    MAX_LINE
}

fn max_queued() -> usize {
    16_384
}

fn max_open() -> usize {
    65_536
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_address_are_enough() {
        let config: Config = toml::from_str("name = 'hq'\naddress = '127.0.0.1:7000'").unwrap();
        assert_eq!(config, Config::new("hq", "127.0.0.1:7000"));
    }

    #[test]
    fn each_half_of_a_pair_has_its_timers() {
        let text = "name = 'hq'\naddress = 'a:1'\nbackup-address = 'b:1'\naddp-timeout = 4";
        let config: Config = toml::from_str(text).unwrap();
        let timers = |config: &Config| [config.addp_timeout, config.addp_remote_timeout].map(|time| time.as_secs());
        assert_eq!(timers(&config.of_backup("b:1")), [4, 20]);
        let own = "\nbackup-addp-timeout = 0\nbackup-addp-remote-timeout = 30";
        let config: Config = toml::from_str(&format!("{text}{own}")).unwrap();
        assert_eq!((timers(&config), timers(&config.of_backup("b:1"))), ([4, 20], [0, 30]));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, told) in [
            ("adress = 'x'", "unknown field `adress`"),
            ("addp-timeout = 3601", "0 to 3600 seconds"),
            ("addp-timeout = -1", "0 to 3600 seconds"),
            ("backup-addp-timeout = -1", "0 to 3600 seconds"),
            ("backup-addp-remote-timeout = 3601", "0 to 3600 seconds"),
            ("connect-timeout = 0", "more than 0 and up to 3600 seconds"),
            ("request-timeout = 0.0", "more than 0 and up to 3600 seconds"),
            ("reconnect-min = 0", "more than 0 and up to 3600 seconds"),
            ("reconnect-max = 1e-12", "more than 0 and up to 3600 seconds"),
            ("[tls]\nca-file = 'x'", "unknown field `ca-file`"),
        ] {
            let text = format!("name = 'hq'\naddress = 'x:1'\n{line}");
            let error = toml::from_str::<Config>(&text).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
