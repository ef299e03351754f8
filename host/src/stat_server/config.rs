//! Section `[stat-server]` of the configuration.

use crate::wire::{MAX_LINE, seconds, tls::ClientConfigFiles};
use serde::Deserialize;
use std::{path::PathBuf, time::Duration};

/// The link to a Stat Server and its backup.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// `HOST:PORT` of the primary.
    pub address: String,
    /// `HOST:PORT` of the backup; none: there is none.
    pub backup_address: Option<String>,
    /// TLS, of both; none: plain TCP.
    pub tls: Option<ClientConfigFiles>,
    /// Application name told to the Stat Server.
    #[serde(default = "client_name")]
    pub client_name: String,
    /// File whose first line is the application's password; none: no password is sent.
    pub password_file: Option<PathBuf>,
    /// Seconds of silence after which we ask for a sign of life; after twice that the link counts as lost. 0: never.
    #[serde(default = "ten_seconds", with = "seconds")]
    pub addp_timeout: Duration,
    /// The same for the Stat Server's side. 0: it does not watch us.
    #[serde(default = "twenty_seconds", with = "seconds")]
    pub addp_remote_timeout: Duration,
    /// Seconds for TCP, TLS and hello together.
    #[serde(default = "ten_seconds", deserialize_with = "seconds::above_zero")]
    pub connect_timeout: Duration,
    /// Seconds after which an unanswered request counts as refused.
    #[serde(default = "ten_seconds", deserialize_with = "seconds::above_zero")]
    pub request_timeout: Duration,
    /// Seconds before the first attempt to connect again; doubles with each, drawn between half and all of it.
    #[serde(default = "reconnect_min", deserialize_with = "seconds::above_zero")]
    pub reconnect_min: Duration,
    /// Longest wait between two attempts, seconds.
    #[serde(default = "reconnect_max", deserialize_with = "seconds::above_zero")]
    pub reconnect_max: Duration,
    /// Longest line accepted, bytes.
    #[serde(default = "max_line")]
    pub max_line: usize,
    /// Statistics that may be open at a time; what is wanted beyond is shown as not known.
    #[serde(default = "max_open")]
    pub max_open: usize,
    /// Seconds that a statistic stays open after the last page looked at it.
    #[serde(default = "close_after", with = "seconds")]
    pub close_after: Duration,
}

impl Config {
    /// A link with every option at its default.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            backup_address: None,
            tls: None,
            client_name: client_name(),
            password_file: None,
            addp_timeout: ten_seconds(),
            addp_remote_timeout: twenty_seconds(),
            connect_timeout: ten_seconds(),
            request_timeout: ten_seconds(),
            reconnect_min: reconnect_min(),
            reconnect_max: reconnect_max(),
            max_line: max_line(),
            max_open: max_open(),
            close_after: close_after(),
        }
    }

    /// The address of each attempt in turn: primary and backup.
    pub(super) fn address_of(&self, attempt: usize) -> &str {
        match &self.backup_address {
            Some(backup) if attempt % 2 == 1 => backup,
            _ => &self.address,
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

/// Statistics may be unknown for a while without harm: gentler than the T-Server's link.
fn reconnect_max() -> Duration {
    Duration::from_secs(10)
}

fn max_line() -> usize {
    MAX_LINE
}

fn max_open() -> usize {
    2000
}

fn close_after() -> Duration {
    Duration::from_secs(30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_enough_and_the_backup_has_its_turn() {
        let config: Config = toml::from_str("address = '127.0.0.1:7300'").unwrap();
        assert_eq!(config, Config::new("127.0.0.1:7300"));
        assert_eq!([0, 1, 2].map(|attempt| config.address_of(attempt)), ["127.0.0.1:7300"; 3]);
        let pair = Config { backup_address: Some("b:1".into()), ..Config::new("a:1") };
        assert_eq!([0, 1, 2].map(|attempt| pair.address_of(attempt)), ["a:1", "b:1", "a:1"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, told) in [
            ("adress = 'x'", "unknown field `adress`"),
            ("addp-timeout = 3601", "0 to 3600 seconds"),
            ("reconnect-min = 0", "more than 0 and up to 3600 seconds"),
            ("close-after = -1", "0 to 3600 seconds"),
        ] {
            let error = toml::from_str::<Config>(&format!("address = 'x:1'\n{line}")).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
