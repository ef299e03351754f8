//! `[routing]`: the preview link of URS, the HTTP service of ORS, and their bounds.

use crate::wire::{seconds, tls::ServerConfigFiles};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// The section. Every key has a default; a misspelt one is refused, and so is a value outside its bounds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Config {
    /// Where URS's preview link connects; none: no link.
    pub listen: Option<SocketAddr>,
    /// TLS of the link; none: plain TCP. HTTP has the web server's TLS.
    pub tls: Option<ServerConfigFiles>,
    /// File with the bearer tokens of the HTTP service, one a line; none: the service refuses everybody.
    pub api_token_file: Option<PathBuf>,
    /// Seconds a worker has to answer when the strategy names no time.
    pub preview_timeout: Bounded<1, 3_600>,
    /// Longest time in seconds a strategy may ask for; more is cut to it.
    pub preview_timeout_max: Bounded<1, 3_600>,
    /// Most workers of one broadcast.
    pub max_targets: Bounded<1, 10_000>,
    /// Most preview links at once; further connections are closed.
    pub max_links: Bounded<1, 1_000>,
    /// Most unanswered previews of one link; further requests get an error.
    pub max_open_per_link: Bounded<1, 100_000>,
    /// Most bytes of one line of the link, and of one HTTP body.
    pub max_message_bytes: Bounded<1_024, 16_777_216>,
    /// Most previews the HTTP service remembers, open or ended.
    pub max_results: Bounded<1, 1_000_000>,
    /// Seconds the HTTP service remembers how a preview ended.
    pub result_ttl: Bounded<1, 86_400>,
    /// Seconds of silence after which the host polls a link; it is closed after the same time again. 0: never.
    #[serde(with = "seconds")]
    pub addp_timeout: Duration,
}

/// Two keys contradict each other. The operator's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The default is longer than the longest allowed.
    #[error(
        "`preview-timeout` is {default} s, above `preview-timeout-max` of {max} s; lower the first or raise the second"
    )]
    TimeoutAboveMax {
        /// `preview-timeout`.
        default: u64,
        /// `preview-timeout-max`.
        max: u64,
    },
}

impl ConfigError {
    /// The key to point at, inside `[routing]`.
    pub fn key(&self) -> &'static str {
        match self {
            Self::TimeoutAboveMax { .. } => "preview-timeout",
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: None,
            tls: None,
            api_token_file: None,
            preview_timeout: Bounded(30),
            preview_timeout_max: Bounded(300),
            max_targets: Bounded(2_000),
            max_links: Bounded(16),
            max_open_per_link: Bounded(1_000),
            max_message_bytes: Bounded(crate::wire::MAX_LINE as u64),
            max_results: Bounded(10_000),
            result_ttl: Bounded(600),
            addp_timeout: Duration::from_secs(10),
        }
    }
}

impl Config {
    /// What single keys cannot show: whether they fit together.
    pub fn check(&self) -> Result<(), ConfigError> {
        let (default, max) = (self.preview_timeout.get(), self.preview_timeout_max.get());
        match default <= max {
            true => Ok(()),
            false => Err(ConfigError::TimeoutAboveMax { default, max }),
        }
    }

    /// Most who may wait for an outcome at once: what the links and the HTTP service may have open together.
    pub fn most_askers(&self) -> usize {
        let links = self.max_links.count().saturating_mul(self.max_open_per_link.count());
        links.saturating_add(self.max_results.count())
    }
}

/// A whole number between `MIN` and `MAX`; outside them it does not parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bounded<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Bounded<MIN, MAX> {
    /// The number, if it is within bounds.
    pub const fn new(number: u64) -> Option<Self> {
        if number >= MIN && number <= MAX { Some(Self(number)) } else { None }
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// As a size or count.
    pub const fn count(self) -> usize {
        self.0 as usize
    }

    /// As a time.
    pub const fn seconds(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Bounded<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let number = i128::deserialize(source)?;
        let bounded = u64::try_from(number).ok().and_then(Self::new);
        bounded.ok_or_else(|| D::Error::custom(format_args!("{number} is out of bounds: {MIN} to {MAX} are allowed")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_default() {
        assert_eq!(toml::from_str::<Config>("").unwrap(), Config::default());
        assert_eq!(Config::default().check(), Ok(()));
    }

    #[test]
    fn reads_every_key() {
        let text = r#"
            listen = "127.0.0.1:5080"
            tls = { cert = "c.pem", key = "k.pem", client-ca = "ca.pem" }
            api-token-file = "tokens"
            preview-timeout = 20
            preview-timeout-max = 60
            max-targets = 10
            max-links = 2
            max-open-per-link = 3
            max-message-bytes = 4096
            max-results = 5
            result-ttl = 6
            addp-timeout = 0
        "#;
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!((config.preview_timeout.get(), config.max_message_bytes.count()), (20, 4096));
        assert_eq!(config.tls.unwrap().client_ca, Some("ca.pem".into()));
    }

    #[test]
    fn refuses_what_is_misspelt_or_out_of_bounds() {
        let fault = |text: &str| toml::from_str::<Config>(text).unwrap_err().to_string();
        assert!(fault("preview-timout = 3").contains("preview-timout"));
        assert!(fault("preview-timeout = 0").contains("0 is out of bounds: 1 to 3600 are allowed"));
        assert!(fault("max-links = -1").contains("-1 is out of bounds"));
        assert!(fault("listen = \"nowhere\"").contains("listen"));
    }

    #[test]
    fn the_default_timeout_is_within_the_longest() {
        let config: Config = toml::from_str("preview-timeout = 90\npreview-timeout-max = 60").unwrap();
        let fault = config.check().unwrap_err();
        assert_eq!(
            (fault.key(), fault.clone()),
            ("preview-timeout", ConfigError::TimeoutAboveMax { default: 90, max: 60 })
        );
    }

    #[test]
    fn nobody_waits_whom_no_other_bound_lets_in() {
        assert_eq!(Config::default().most_askers(), 16 * 1_000 + 10_000);
    }
}
