//! Merges what one user's sources say (requirements F48): the platform, the worker's own choice in the browser.
//!
//! - The platform beats the browser while its link is up; a repeated report is no news and changes nothing.
//! - An explicit action beats a timer that fires for what was there before it.
//! - A platform that does not know, or whose link is down, makes the state *stale*: after a grace time the agent
//!   becomes not ready with the reason "presence unknown", never ready.
//!
//! Pure: `now` is an argument. What comes back is the new want, or nothing when the user's want stands.

use crate::{
    clock::Moment,
    policy::{Want, presence_unknown},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The sources of one user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sources {
    platform: Option<Want>,
    stale_since: Option<Moment>,
    /// The platform's last word does not count any more: whatever it says next is news.
    unknown: bool,
}

impl Sources {
    /// The platform's word, mapped; none: it does not know.
    pub(crate) fn platform(&mut self, want: Option<Want>, now: Moment) -> Option<Want> {
        let Some(want) = want else {
            self.stale(now);
            return None;
        };
        let news = self.unknown || self.platform.as_ref() != Some(&want);
        *self = Self { platform: Some(want.clone()), ..Self::default() };
        news.then_some(want)
    }

    /// The worker's wish in the browser; refused while the platform's word is fresh. An explicit one ends the doubt
    /// about what the platform said before.
    pub(crate) fn browser(&mut self, want: Want, explicit: bool) -> Option<Want> {
        let doubt = self.stale_since.is_some();
        self.unknown |= doubt && explicit;
        (self.platform.is_none() || doubt).then_some(want)
    }

    /// What the user's platform asks for now; none: it never said anything.
    pub(crate) fn current(&self) -> Option<Want> {
        if self.unknown { Some(presence_unknown()) } else { self.platform.clone() }
    }

    /// The platform showed our own publication: its link works, and what it said before stands.
    pub(crate) fn echoed(&mut self) {
        if !self.unknown {
            self.stale_since = None;
        }
    }

    /// What the platform said was no word of the user's.
    pub(crate) fn forget(&mut self) {
        self.platform = None;
    }

    /// The platform stopped knowing, or its link went down. The time of the first doubt counts.
    pub(crate) fn stale(&mut self, now: Moment) {
        self.stale_since.get_or_insert(now);
    }

    /// The platform's last word is in doubt.
    pub(crate) fn is_stale(&self) -> bool {
        self.stale_since.is_some()
    }

    /// When the grace time ends, while it runs.
    pub(crate) fn deadline(&self, grace: Duration) -> Option<Moment> {
        self.stale_since.filter(|_| !self.unknown).map(|since| since + grace)
    }

    /// The grace time may be over.
    pub(crate) fn expire(&mut self, grace: Duration, now: Moment) -> Option<Want> {
        let over = self.deadline(grace).is_some_and(|at| at <= now);
        self.unknown |= over;
        over.then(presence_unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(30);

    #[test]
    fn a_repeated_report_is_no_news() {
        let (mut sources, now) = (Sources::default(), Moment::default());
        assert_eq!(sources.platform(Some(Want::LoggedOut), now), Some(Want::LoggedOut));
        assert_eq!(sources.platform(Some(Want::LoggedOut), now), None);
    }

    #[test]
    fn a_dead_link_makes_unknown_after_the_grace_time_and_the_same_report_heals_it() {
        let (mut sources, now) = (Sources::default(), Moment::default());
        sources.platform(Some(Want::LoggedIn), now);
        sources.stale(now);
        sources.stale(now + GRACE / 2);
        assert_eq!(sources.expire(GRACE, now + GRACE / 2), None);
        assert_eq!(sources.deadline(GRACE), Some(now + GRACE), "the first doubt counts");
        assert!(matches!(sources.expire(GRACE, now + GRACE), Some(Want::WhileLoggedIn(_))));
        assert_eq!(sources.deadline(GRACE), None);
        assert_eq!(sources.platform(Some(Want::LoggedIn), now + GRACE), Some(Want::LoggedIn));
    }

    #[test]
    fn a_short_gap_changes_nothing() {
        let (mut sources, now) = (Sources::default(), Moment::default());
        sources.platform(Some(Want::LoggedIn), now);
        sources.stale(now);
        assert_eq!(sources.platform(Some(Want::LoggedIn), now + GRACE / 2), None);
        assert_eq!(sources.deadline(GRACE), None);
    }

    #[test]
    fn the_platform_beats_the_browser_while_it_is_fresh() {
        let (mut sources, now) = (Sources::default(), Moment::default());
        assert!(sources.browser(Want::LoggedIn, true).is_some());
        sources.platform(Some(Want::LoggedOut), now);
        assert_eq!(sources.browser(Want::LoggedIn, true), None);
        sources.stale(now);
        assert!(sources.browser(Want::LoggedIn, false).is_some());
        assert!(sources.deadline(GRACE).is_some(), "a timer ends no doubt");
        assert!(sources.browser(Want::LoggedIn, true).is_some());
        assert_eq!(sources.expire(GRACE, now + GRACE), None, "what they chose themselves stands");
        assert_eq!(sources.platform(Some(Want::LoggedOut), now + GRACE), Some(Want::LoggedOut), "until it is back");
    }
}
