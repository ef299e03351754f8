//! How one of a redundant pair follows the other while it is backup. As text: `hot`, `warm`, `silent`, `lags 0.5`.

use super::switch::Delivery;
use std::{
    collections::VecDeque,
    fmt,
    str::FromStr,
    time::{Duration, Instant},
};
use uc_connector::{tlib::Message, wire::Role};

/// The longest it may be behind, seconds.
const LATEST: f64 = 60.0;

/// How it follows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Standby {
    /// It takes registrations, and tells everything as the primary does.
    #[default]
    Hot,
    /// As backup it takes no registrations (EventError 51), and tells nothing of what happens.
    Warm,
    /// As backup it takes registrations, and tells nothing of what happens: the two are cut off from each other.
    Silent,
    /// It tells everything so much later.
    Lags(Duration),
}

impl Standby {
    /// It refuses to register a DN.
    pub(super) fn refuses(self, role: Role, request: &Message) -> bool {
        self == Self::Warm && role == Role::Backup && request.name == "RequestRegisterAddress"
    }

    /// It does not tell this.
    pub(super) fn leaves_out(self, role: Role, message: &Message) -> bool {
        let of_its_own = message.reference_id().is_some() || message.name.starts_with("EventLink");
        matches!(self, Self::Warm | Self::Silent) && role == Role::Backup && !of_its_own
    }

    /// How much later it tells everything.
    pub(super) fn lag(self) -> Duration {
        if let Self::Lags(lag) = self { lag } else { Duration::ZERO }
    }
}

/// What one that lags has still to tell.
#[derive(Debug, Default)]
pub(super) struct Lagging(VecDeque<(Instant, Delivery)>);

impl Lagging {
    pub(super) fn add(&mut self, at: Instant, delivery: Delivery) {
        self.0.push_back((at, delivery));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is to be told by `now`.
    pub(super) fn due(&mut self, now: Instant) -> Option<Delivery> {
        self.0.pop_front_if(|(at, _)| *at <= now).map(|(_, delivery)| delivery)
    }
}

impl FromStr for Standby {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let standby = match words.next().unwrap_or_default() {
            "hot" => Self::Hot,
            "warm" => Self::Warm,
            "silent" => Self::Silent,
            "lags" => {
                let word = words.next().ok_or("`lags` needs seconds")?;
                let seconds = word.parse().ok().filter(|number| (0.0..=LATEST).contains(number));
                Self::Lags(Duration::from_secs_f64(seconds.ok_or(format!("`{word}`; allowed: 0 to {LATEST} seconds"))?))
            }
            other => return Err(format!("`{other}` is none of hot, warm, silent, lags SECONDS")),
        };
        words.next().map_or(Ok(standby), |more| Err(format!("`{more}` is too much")))
    }
}

impl fmt::Display for Standby {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hot => f.write_str("hot"),
            Self::Warm => f.write_str("warm"),
            Self::Silent => f.write_str("silent"),
            Self::Lags(lag) => write!(f, "lags {}", lag.as_secs_f64()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_reads_as_it_shows() {
        for text in ["hot", "warm", "silent", "lags 0.5"] {
            assert_eq!(text.parse::<Standby>().map(|standby| standby.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "cold", "lags", "lags -1", "hot now"] {
            assert!(text.parse::<Standby>().is_err(), "{text}");
        }
    }
}
