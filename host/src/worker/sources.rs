//! Merges what one user's sources say (requirements F48): the platform, the worker's own choice in the browser.
//!
//! - The platform beats the browser while its word is fresh; a repeated report is no news and changes nothing.
//! - An explicit action beats a timer that fires for what was there before it.
//! - A doubt about the platform's word gives the word to the worker, never to a timer: it is a restraint over what the
//!   platform wished, and what a timer wished in it would outlive it.
//! - A platform's word is *in doubt* from the moment a source is asked for the user until it speaks of them, and again
//!   whenever it says that it does not know, its link goes down, or another instance takes over. After a grace time
//!   presence is *unknown*. What that makes of an agent is laid over what is wished ([`Agent`](super::agent::Agent)):
//!   the wish itself stays, and counts again when the platform says the same.
//!
//! Pure: `now` is an argument. What comes back is the new want, or nothing when the user's want stands.

use crate::{clock::Moment, policy::Want};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The sources of one user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sources {
    platform: Option<Want>,
    doubt: Doubt,
}

/// Whether what the platform said last may be over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Doubt {
    #[default]
    None,
    /// The grace time runs since then.
    Since(Moment),
    /// Another process heard it until then; the grace time runs, and the platform's next word is news, whatever it is.
    TakenUp(Moment),
    /// The grace time is over.
    Unknown,
    /// The worker chose in the browser meanwhile: that stands until the platform says something, whatever it is.
    Chosen,
}

impl Sources {
    /// The platform's word, mapped; none: it does not know.
    pub(crate) fn platform(&mut self, want: Option<Want>, now: Moment) -> Option<Want> {
        let Some(want) = want else {
            self.stale(now);
            return None;
        };
        let news = matches!(self.doubt, Doubt::Chosen | Doubt::TakenUp(_)) || self.platform.as_ref() != Some(&want);
        *self = Self { platform: Some(want.clone()), doubt: Doubt::None };
        news.then_some(want)
    }

    /// What the user is known to have chosen on the platform, though the platform itself has not said it: a doubt stays.
    pub(crate) fn replace(&mut self, want: Option<Want>) {
        self.platform = want.or(self.platform.take());
    }

    /// The worker's wish in the browser; refused while the platform's word is fresh. An explicit one ends the doubt
    /// about what the platform said before; any other waits for that.
    pub(crate) fn browser(&mut self, want: Want, explicit: bool) -> Option<Want> {
        if explicit && self.doubt != Doubt::None {
            self.doubt = Doubt::Chosen;
        }
        (self.platform.is_none() || self.doubt == Doubt::Chosen).then_some(want)
    }

    /// What the user's platform said last; none: it never said anything.
    pub(crate) fn last(&self) -> Option<&Want> {
        self.platform.as_ref()
    }

    /// Nothing fresh is known of the user, for longer than the grace time.
    pub(crate) fn is_unknown(&self) -> bool {
        self.doubt == Doubt::Unknown
    }

    /// The platform showed our own publication: its link works, and what it said before stands.
    pub(crate) fn echoed(&mut self) {
        if let Doubt::Since(_) | Doubt::TakenUp(_) = self.doubt {
            self.doubt = Doubt::None;
        }
    }

    /// What the platform said was no word of the user's.
    pub(crate) fn forget(&mut self) {
        self.platform = None;
    }

    /// What the platform said may be over. The time of the first doubt counts.
    pub(crate) fn stale(&mut self, now: Moment) {
        if self.doubt == Doubt::None {
            self.doubt = Doubt::Since(now);
        }
    }

    /// Another process heard the platform until a moment ago, or until long ago: the platform is to say it again.
    pub(crate) fn mark_taken_up(&mut self, long: bool, now: Moment) {
        let said = self.platform.is_some();
        self.doubt = match self.doubt {
            Doubt::None | Doubt::Since(_) | Doubt::TakenUp(_) if !said => Doubt::None,
            Doubt::None | Doubt::Since(_) | Doubt::TakenUp(_) if long => Doubt::Unknown,
            Doubt::None | Doubt::Since(_) | Doubt::TakenUp(_) => Doubt::TakenUp(now),
            Doubt::Chosen | Doubt::Unknown => self.doubt,
        };
        if long {
            // What it made of the agent was forgotten: the same word again is to count.
            self.platform = None;
        }
    }

    /// What the platform said last may be over.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.doubt != Doubt::None
    }

    /// When the grace time ends, while it runs.
    pub(crate) fn deadline(&self, grace: Duration) -> Option<Moment> {
        match self.doubt {
            Doubt::Since(since) | Doubt::TakenUp(since) => Some(since + grace),
            Doubt::None | Doubt::Unknown | Doubt::Chosen => None,
        }
    }

    /// True when the grace time is just over.
    pub(crate) fn expire(&mut self, grace: Duration, now: Moment) -> bool {
        let over = self.deadline(grace).is_some_and(|at| at <= now);
        if over {
            self.doubt = Doubt::Unknown;
        }
        over
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
        assert!(!sources.expire(GRACE, now + GRACE / 2));
        assert_eq!(sources.deadline(GRACE), Some(now + GRACE), "the first doubt counts");
        assert!(sources.expire(GRACE, now + GRACE) && sources.is_unknown());
        assert_eq!(sources.deadline(GRACE), None);
        assert_eq!(sources.platform(Some(Want::LoggedIn), now + GRACE), None, "the wish was never another");
        assert!(!sources.is_unknown());
    }

    #[test]
    fn the_same_report_is_news_to_who_has_forgotten_what_it_made_of_the_agent() {
        let (mut heard, now) = (Sources::default(), Moment::default());
        heard.platform(Some(Want::LoggedIn), now);
        let mut unknown = heard.clone();
        unknown.stale(now);
        assert!(unknown.expire(GRACE, now + GRACE));
        for mut sources in [heard, unknown] {
            sources.mark_taken_up(true, now);
            assert!(sources.is_unknown());
            assert_eq!(sources.platform(Some(Want::LoggedIn), now), Some(Want::LoggedIn));
            assert!(!sources.is_in_doubt());
        }
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
    fn what_others_tell_of_the_platform_ends_no_doubt() {
        let (mut sources, now) = (Sources::default(), Moment::default());
        sources.platform(Some(Want::LoggedIn), now);
        sources.stale(now);
        sources.replace(Some(Want::LoggedOut));
        assert_eq!(sources.last(), Some(&Want::LoggedOut));
        assert!(sources.expire(GRACE, now + GRACE));
    }

    #[test]
    fn the_platform_beats_the_browser_while_it_is_fresh() {
        let (mut sources, now) = (Sources::default(), Moment::default());
        assert!(sources.browser(Want::LoggedIn, true).is_some());
        sources.platform(Some(Want::LoggedOut), now);
        assert_eq!(sources.browser(Want::LoggedIn, true), None);
        sources.stale(now);
        assert_eq!(sources.browser(Want::LoggedIn, false), None, "what a timer wished would outlive the doubt");
        assert!(sources.deadline(GRACE).is_some(), "a timer ends no doubt");
        assert!(sources.browser(Want::LoggedIn, true).is_some());
        assert!(sources.browser(Want::LoggedIn, false).is_some(), "a timer that runs for what they chose");
        assert!(!sources.expire(GRACE, now + GRACE), "what they chose themselves stands");
        assert_eq!(sources.platform(Some(Want::LoggedOut), now + GRACE), Some(Want::LoggedOut), "until it is back");
    }
}
