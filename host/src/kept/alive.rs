//! The note of a primary that it works, and what it tells of clocks.

use crate::clock::{Clock, Moment, SameMoment};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How often it is written.
pub(super) const NOTED_EVERY: Duration = Duration::from_secs(5);

/// A note of a primary that it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Form")]
pub struct Alive {
    /// By the wall clock, in milliseconds since 1970 UTC.
    wall: u64,
    /// The same by the clock by which it keeps everything: that one stays as it is when somebody sets the wall clock.
    clock: u64,
}

/// Every form in which it was ever kept.
#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    Wall(u64),
    Both { wall: u64, clock: u64 },
}

impl From<Form> for Alive {
    fn from(form: Form) -> Self {
        match form {
            Form::Wall(wall) => Self { wall, clock: wall },
            Form::Both { wall, clock } => Self { wall, clock },
        }
    }
}

impl Alive {
    pub(super) fn now(clock: Clock) -> Self {
        let wall = u64::try_from(since_1970().as_millis()).unwrap_or(u64::MAX);
        Self { wall, clock: clock.now().unix_ms() }
    }

    /// Written at this moment of the clock here.
    pub fn at(self, here: Moment) -> SameMoment {
        SameMoment { here, there: moment(self.clock) }
    }

    /// What is known of its clock without having seen it work: the wall clocks of both show the same, unless they
    /// contradict each other; then it has worked until now.
    pub(super) fn unseen(self, now: Moment) -> SameMoment {
        self.at(moment(self.wall).min(now))
    }
}

fn moment(unix_ms: u64) -> Moment {
    Moment::since_1970(Duration::from_millis(unix_ms))
}

/// By the clocks of both lives. Where they contradict each other, or nothing was noted, it may have been long.
pub(super) fn away(alive: Option<Alive>) -> Duration {
    let Some(alive) = alive.map(|alive| Duration::from_millis(alive.wall)) else { return Duration::MAX };
    let now = since_1970();
    match now.checked_sub(alive) {
        Some(away) => away,
        None if alive - now < NOTED_EVERY => Duration::ZERO,
        None => Duration::MAX,
    }
}

pub(super) fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_by_a_wall_clock_that_was_set_since_is_as_long_ago_as_it_was() {
        let (now, hour, minute) = (moment(1_764_411_234_567), Duration::from_secs(3600), Duration::from_secs(60));
        let alive = |wall: Moment, clock: Moment| Alive { wall: wall.unix_ms(), clock: clock.unix_ms() };
        for (wall, clock, since) in [
            // The same clock, and nobody worked for a minute.
            (now - minute, now - minute, now - 2 * minute),
            // It was set back by an hour while that life went on.
            (now - minute, now - minute + hour, now - 2 * minute),
            // It was set back between the two: how long nobody worked is not known.
            (now + hour, now + hour, now - minute),
        ] {
            assert_eq!(alive(wall, clock).unseen(now).since(clock - minute, now), since);
        }
    }

    #[test]
    fn every_form_that_was_ever_kept_is_read() {
        let (wall, clock) = (1_764_411_234_567, 1_764_414_834_567);
        let both = Alive { wall, clock };
        let alive = |form| serde_json::from_str::<Alive>(form).unwrap();
        assert_eq!(alive(include_str!("forms/alive-1.json")), Alive { wall, clock: wall });
        assert_eq!(alive(include_str!("forms/alive-2.json")), both);
        assert_eq!(serde_json::to_string(&both).unwrap(), include_str!("forms/alive-2.json").trim_end());
    }
}
