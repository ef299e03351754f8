//! An endpoint of ours that signs in as the user makes somebody absent look as available as they chose to be last, until
//! the platform knows that nobody works at it. From its beginning until [`LATE`] after it stands, the word that makes
//! somebody absent appear is held back: it counts if it still stands then. Whoever was seen there before the endpoint
//! came goes on to count, and every other word counts at once. Pure: `now` is an argument.
//!
//! What a source says while its own word is in doubt is as good as a first word: nobody knows whether the user left.

use super::hold::LATE;
use crate::clock::Moment;
use uc_plugin_api::{Availability, Presence, own_endpoints::OwnEndpoint};

/// What is known of one user's appearing.
#[derive(Debug, Default)]
pub(super) struct Appearing {
    /// The platform's last word that counted said that somebody is there.
    there: bool,
    ours: Ours,
    /// Boxed: few have one, and every step of everybody reads what is beside it.
    held_back: Option<Box<Presence>>,
}

/// Our endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ours {
    /// Nobody is taken for present for its sake.
    #[default]
    Harmless,
    Appears,
    /// What it brought about may be under way until then.
    Echoes(Moment),
}

impl Appearing {
    /// A sink's word.
    pub(super) fn endpoint(&mut self, said: OwnEndpoint, now: Moment) {
        self.ours = match said {
            OwnEndpoint::Appears => Ours::Appears,
            OwnEndpoint::Stands => Ours::Echoes(now + LATE),
        };
    }

    /// The sink, or its link, is gone, and its endpoints with it.
    pub(super) fn sink_gone(&mut self, now: Moment) {
        if self.ours == Ours::Appears {
            self.endpoint(OwnEndpoint::Stands, now);
        }
    }

    /// Whether a word of the platform counts now. `doubt`: what it said before may be over.
    pub(super) fn admits(&mut self, presence: &Presence, doubt: bool) -> bool {
        let unknown = presence.availability == Availability::Unknown;
        let there = !unknown && presence.availability != Availability::Offline;
        if there && (doubt || !self.there) && self.ours != Ours::Harmless {
            self.held_back = Some(presence.clone().into());
            return false;
        }
        self.held_back = None;
        self.there = if unknown { self.there } else { there };
        true
    }

    /// What the source said last stands no longer.
    pub(super) fn passes(&mut self) {
        self.held_back = None;
    }

    /// When [`Self::due`] has something to say.
    pub(super) fn deadline(&self) -> Option<Moment> {
        match self.ours {
            Ours::Echoes(until) => Some(until),
            Ours::Harmless | Ours::Appears => None,
        }
    }

    /// The word that was held back and stands still.
    pub(super) fn due(&mut self, now: Moment) -> Option<Presence> {
        if self.deadline().is_none_or(|until| now < until) {
            return None;
        }
        self.ours = Ours::Harmless;
        self.held_back.take().map(|held_back| *held_back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OwnEndpoint::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn word(availability: Availability) -> Presence {
        Presence { availability, ..Presence::default() }
    }

    const AVAILABLE: Availability = Availability::Available;
    const OFFLINE: Availability = Availability::Offline;

    #[test]
    fn who_is_absent_does_not_appear_for_our_endpoints_sake() {
        let (mut appearing, now) = (Appearing::default(), Moment::default());
        assert!(appearing.admits(&word(OFFLINE), false));
        appearing.endpoint(Appears, now);
        assert!(!appearing.admits(&word(AVAILABLE), false));
        assert!(appearing.admits(&word(OFFLINE), false));
        appearing.endpoint(Stands, now);
        assert!(!appearing.admits(&word(AVAILABLE), false), "it was late");
        assert!(appearing.admits(&word(OFFLINE), false));
        assert_eq!(appearing.due(now + LATE), None);
        assert!(appearing.admits(&word(AVAILABLE), false));
    }

    #[test]
    fn who_comes_meanwhile_counts_in_the_end() {
        let (mut appearing, now) = (Appearing::default(), Moment::default());
        appearing.endpoint(Appears, now);
        assert!(!appearing.admits(&word(AVAILABLE), false));
        assert_eq!(appearing.deadline(), None, "the endpoint does not stand yet");
        appearing.endpoint(Stands, now);
        assert_eq!((appearing.deadline(), appearing.due(now + LATE / 2)), (Some(now + LATE), None));
        assert_eq!(appearing.due(now + LATE), Some(word(AVAILABLE)));
        assert!(appearing.admits(&word(AVAILABLE), false) && appearing.deadline().is_none());
    }

    #[test]
    fn who_was_there_before_stays_unless_that_is_in_doubt() {
        let (mut appearing, now) = (Appearing::default(), Moment::default());
        appearing.admits(&word(AVAILABLE), false);
        appearing.endpoint(Appears, now);
        assert!(appearing.admits(&word(Availability::Busy), false) && appearing.admits(&word(AVAILABLE), false));
        assert!(!appearing.admits(&word(AVAILABLE), true), "they may have left while nobody saw it");
    }

    #[test]
    fn a_sink_that_is_gone_holds_nobody_back_for_ever() {
        let (mut appearing, now) = (Appearing::default(), Moment::default());
        appearing.sink_gone(now);
        assert_eq!(appearing.deadline(), None);
        appearing.endpoint(Appears, now);
        appearing.sink_gone(now);
        assert_eq!(appearing.deadline(), Some(now + LATE));
    }

    proptest! {
        /// In every order: an absent user's word of being there counts neither before the endpoint stands nor within
        /// the time of an echo.
        #[test]
        fn no_order_lets_anybody_appear(steps in proptest::collection::vec((0u8..4, 0u64..8), 0..30)) {
            let (mut appearing, mut now) = (Appearing::default(), Moment::default());
            appearing.endpoint(Appears, now);
            let mut stood = None;
            for (step, seconds) in steps {
                now += Duration::from_secs(seconds);
                if let Some(said) = appearing.due(now) {
                    prop_assert!(stood.is_some_and(|stood| now >= stood + LATE) && said == word(AVAILABLE));
                    break;
                }
                if stood.is_some_and(|stood| now >= stood + LATE) {
                    break;
                }
                match step {
                    0 => prop_assert!(!appearing.admits(&word(AVAILABLE), false)),
                    1 => prop_assert!(appearing.admits(&word(OFFLINE), false)),
                    2 => prop_assert!(appearing.admits(&word(Availability::Unknown), false)),
                    _ => {
                        appearing.endpoint(Stands, now);
                        stood = Some(now);
                    }
                }
            }
        }
    }
}
