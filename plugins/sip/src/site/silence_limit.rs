//! How long a server may say nothing.

use crate::silence::Patience;
use serde::Deserialize;
use std::time::Duration;

/// 2 to 600 seconds.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(try_from = "u64")]
pub struct SilenceLimit(pub Patience);

impl TryFrom<u64> for SilenceLimit {
    type Error = String;

    fn try_from(seconds: u64) -> Result<Self, String> {
        match seconds {
            2..=600 => Ok(Self(Patience::of(Duration::from_secs(seconds)))),
            _ => Err(format!("{seconds} s; allowed: 2 to 600")),
        }
    }
}
