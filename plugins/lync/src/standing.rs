//! The state of an account's link, as an operator reads it: signed in, who of the people is known, and why not all.
//! Pure.

use crate::subscriber::Subscriber;
use std::time::{Duration, Instant};
use uc_plugin_api::LinkStatus;

/// The same state in other words or with another number is told no sooner.
const PAUSE: Duration = Duration::from_secs(10);
/// A server tells when its user services go; that they are back it may say to those alone who register (MS-SIPREGE, section
/// 3.5.1.4).
const BACK: Duration = Duration::from_secs(60);

/// What the link's state is made of.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    pub(crate) signed_in: bool,
    services_down: bool,
    /// When the server is asked whether they are up again.
    asks_at: Option<Instant>,
    people: usize,
    /// Why not everybody is known, and how many are.
    trouble: Option<(String, usize)>,
    /// The subscriber as it was when it was looked at.
    seen: Option<u64>,
    /// What was told last, and when.
    told: Option<(LinkStatus, String, Instant)>,
    /// Something else is to be told then.
    due: Option<Instant>,
}

impl Standing {
    /// Looks at the subscriptions.
    pub(crate) fn watching(&mut self, people: usize, subscriber: &Subscriber) {
        self.people = people;
        if self.seen.replace(subscriber.changes()) != Some(subscriber.changes()) {
            self.trouble = subscriber.state().map(|(why, _, covered)| (why.to_owned(), covered));
            self.due = None;
        }
    }

    /// Takes what the server says of its user services; whether that is another word than before.
    pub(crate) fn services(&mut self, up: bool, now: Instant) -> bool {
        self.asks_at = (!up).then_some(now + BACK);
        std::mem::replace(&mut self.services_down, !up) == up
    }

    /// Whether the server is to be asked for its user services now.
    pub(crate) fn asks_for_services(&mut self, now: Instant) -> bool {
        let due = self.asks_at.is_some_and(|at| at <= now);
        if due {
            self.asks_at = Some(now + BACK);
        }
        due
    }

    /// When [`Self::news`] or [`Self::asks_for_services`] may have something.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.due.into_iter().chain(self.asks_at).min()
    }

    /// What is to be told, if it is another state than the last one, and not too soon.
    pub(crate) fn news(&mut self, user: &str, server: &str, now: Instant) -> Option<(LinkStatus, String)> {
        if !self.signed_in || self.due.is_some_and(|due| due > now) {
            return None;
        }
        self.due = None;
        let status = self.status();
        if let Some((before, why, at)) = &self.told {
            if *before == status && self.trouble.is_none() && !self.services_down {
                return None;
            }
            if *before == status && at.checked_add(PAUSE).is_some_and(|due| due > now) {
                self.due = Some(*at + PAUSE).filter(|_| *why != self.words(user, server));
                return None;
            }
        }
        let why = self.words(user, server);
        let told = self.told.replace((status, why.clone(), now));
        told.is_none_or(|(before, words, _)| (before, &words) != (status, &why)).then_some((status, why))
    }

    /// Down when nobody at all is known: then nothing works, whatever the connection is worth.
    fn status(&self) -> LinkStatus {
        match (&self.trouble, self.services_down) {
            (Some((_, 0)), _) => LinkStatus::Down,
            (Some(_), _) | (None, true) => LinkStatus::Degraded,
            (None, false) => LinkStatus::Up,
        }
    }

    fn words(&self, user: &str, server: &str) -> String {
        let people = match self.people {
            1 => "one person".to_owned(),
            people => format!("{people} people"),
        };
        match (&self.trouble, self.services_down) {
            (Some((why, covered)), _) => {
                let dark = self.people.saturating_sub(*covered);
                format!("{user}: the presence of {dark} of {people} is not known: {why}; asked again until it is")
            }
            (None, true) => format!("{user}: user services of {server} are down"),
            (None, false) => format!("{user} is signed in at {server} and watches {people}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(trouble: Option<(&str, usize)>) -> Standing {
        let trouble = trouble.map(|(why, covered)| (why.to_owned(), covered));
        Standing { signed_in: true, people: 10, trouble, ..Standing::default() }
    }

    #[test]
    fn an_operator_reads_how_many_people_are_not_covered_and_why() {
        let now = Instant::now();
        for (trouble, status, words) in [
            (None, LinkStatus::Up, "sip:w is signed in at fe and watches 10 people"),
            (Some(("403", 7)), LinkStatus::Degraded, "sip:w: the presence of 3 of 10 people is not known: 403"),
            (Some(("403", 0)), LinkStatus::Down, "sip:w: the presence of 10 of 10 people is not known: 403"),
        ] {
            let (told, why) = standing(trouble).news("sip:w", "fe", now).unwrap();
            assert!(told == status && why.starts_with(words), "{why}");
        }
        assert_eq!(Standing::default().news("sip:w", "fe", now), None, "before the sign-in the link says more");
    }

    #[test]
    fn a_server_whose_user_services_are_down_is_asked_for_them_until_they_are_back() {
        let (mut standing, now) = (standing(None), Instant::now());
        assert!(!standing.services(true, now) && standing.poll_timeout().is_none(), "nothing new");
        assert!(standing.services(false, now) && !standing.services(false, now));
        let (status, why) = standing.news("sip:w", "fe", now).unwrap();
        assert_eq!((status, &*why), (LinkStatus::Degraded, "sip:w: user services of fe are down"));
        for round in 1..4 {
            let at = standing.poll_timeout().unwrap();
            assert_eq!(at, now + BACK * round);
            assert!(!standing.asks_for_services(at - PAUSE) && standing.asks_for_services(at));
        }
        assert!(standing.services(true, now) && standing.poll_timeout().is_none());
        assert_eq!(standing.news("sip:w", "fe", now).unwrap().0, LinkStatus::Up);
    }

    #[test]
    fn another_state_is_told_at_once_and_other_words_after_a_while() {
        let (mut standing, now) = (standing(Some(("403", 7))), Instant::now());
        assert!(standing.news("w", "fe", now).is_some() && standing.news("w", "fe", now).is_none());
        standing.trouble = Some(("403".to_owned(), 8));
        assert_eq!((standing.news("w", "fe", now), standing.poll_timeout()), (None, Some(now + PAUSE)));
        assert!(standing.news("w", "fe", now + PAUSE).unwrap().1.contains("2 of 10"));
        standing.trouble = None;
        assert_eq!(standing.news("w", "fe", now + PAUSE).unwrap().0, LinkStatus::Up);
    }
}
