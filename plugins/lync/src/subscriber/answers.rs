//! What happened to a subscription, and what becomes of its people.

use super::{HOME, Subscriber, pool::Asking};
use crate::{coverage::PoolNumber, roster::Roster};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};
use uc_plugin_api::UserHandle;
use uc_sip::{
    subscription::{Ended, Event},
    user_agent::SubscriptionId,
};

/// The status of an answer that sends to where it comes from.
const REDIRECTED: u16 = 302;
/// Why somebody is asked for again.
pub(crate) const UNREADABLE: &str = "a presence document of the server cannot be read";

impl Subscriber {
    /// Takes what happened to a subscription; what its notifies say is the session's.
    pub(crate) fn handle(&mut self, id: SubscriptionId, event: &Event, roster: &mut Roster, now: Instant) {
        let Some(at) = self.pool(id) else { return };
        match event {
            Event::Notify(notify) => self.heard(at, !notify.is_request(), now),
            Event::Refreshing => self.refreshing(at, roster, now),
            Event::Active { expires, change } => self.accepted(at, *expires, *change, roster, now),
            Event::Lost { missing, told } => self.missed(at, *missing, *told, now),
            Event::Unsettled { state } => {
                let why =
                    format!("the server says `{state}` of the presence subscription; its people are asked for again");
                self.ask_for_all_again(at, why, now);
            }
            Event::NotTaken { why, elsewhere: Some(target), .. } if self.is_elsewhere(at, target) => {
                self.rotate_from(at, now);
                let stands = matches!(self.pools[at].asking, Asking::People(_) | Asking::Removal);
                self.sent_elsewhere(at, target, stands, why, roster, now);
            }
            Event::NotTaken { status, why, wait, .. } => self.not_taken(at, *status, why, *wait, roster, now),
            Event::Ended(ended) => self.ended(at, ended, roster, now),
            // It does not renew itself.
            Event::Stale { .. } => {}
        }
    }

    fn refreshing(&mut self, at: PoolNumber, roster: &mut Roster, now: Instant) {
        roster.named(&self.pools[at].head, now);
        self.pools[at].refreshing(now);
        self.stir(at);
    }

    /// The dialog stands, and what was asked in it is refused.
    fn not_taken(&mut self, at: PoolNumber, status: u16, why: &str, wait: Duration, roster: &mut Roster, now: Instant) {
        let why = format!("the presence subscription is refused ({why})");
        self.rotate_from(at, now);
        match std::mem::take(&mut self.pools[at].asking) {
            Asking::People(people) => self.refused(at, &people, status, why, wait, roster, now),
            Asking::Sign => self.lose(at, why, wait, now),
            // Whom the server goes on telling of is nobody here.
            Asking::Removal | Asking::Refresh | Asking::Nothing => self.stir(at),
        }
    }

    fn ended(&mut self, at: PoolNumber, ended: &Ended, roster: &mut Roster, now: Instant) {
        match ended {
            Ended::Refused { status: 0, reason, .. } => {
                let why = format!("the server ended the presence subscription ({reason})");
                self.lose(at, why, Duration::from_secs(1), now);
            }
            Ended::Refused { status, reason, diagnostics } => {
                let advice = diagnostics.as_ref().map_or(String::new(), |told| format!(": {told}"));
                let why = format!("the presence subscription is refused ({reason}){advice}");
                self.refused_whole(at, *status, why, roster, now);
            }
            Ended::Redirected { target, why } if self.is_elsewhere(at, target) => {
                self.sent_elsewhere(at, target, false, why, roster, now);
            }
            Ended::Redirected { why, .. } => {
                let why = format!("the server sends the presence subscription to where it is ({why})");
                self.refused_whole(at, REDIRECTED, why, roster, now);
            }
            Ended::Lost { why, wait } => self.lose(at, why.clone(), *wait, now),
            Ended::TooBrief { least } => {
                self.pools[at].expires = Some(*least);
                self.lose(at, format!("the server wants to be asked for {least} s at least"), Duration::ZERO, now);
            }
            Ended::Renumbered { why, wait } => {
                self.renumbered(why);
                self.lose(at, why.clone(), *wait, now);
            }
            // Whoever is not needed any more has been forgotten before.
            Ended::ByUs => {}
        }
    }

    fn is_elsewhere(&self, at: PoolNumber, target: &str) -> bool {
        self.pools[at].target != target
    }

    /// The server says where to ask instead: whoever was asked for is subscribed to there, and everybody if no dialog
    /// `stands` after that, for then it was said of the pool.
    fn sent_elsewhere(
        &mut self,
        at: PoolNumber,
        target: &str,
        stands: bool,
        why: &str,
        roster: &mut Roster,
        now: Instant,
    ) {
        let why = format!("the server sends the presence subscription to {target} ({why})");
        let mut people = Vec::new();
        if stands {
            if let Asking::People(asked) = std::mem::take(&mut self.pools[at].asking) {
                people = asked;
            }
            self.trouble(why);
        } else {
            self.lose(at, why, Duration::ZERO, now);
            people.extend(self.coverage.people_of(at));
        }
        people.retain(|user| self.is_in(at, *user));
        people.into_iter().for_each(|user| self.move_to(user, Some(target), roster, now));
        self.stir(at);
    }

    /// There is no dialog after that refusal.
    fn refused_whole(&mut self, at: PoolNumber, status: u16, why: String, roster: &mut Roster, now: Instant) {
        match self.pools[at].asking.clone() {
            Asking::People(people) => {
                self.lose(at, why.clone(), Duration::ZERO, now);
                self.refused(at, &people, status, why, Duration::ZERO, roster, now);
            }
            _ => self.lose(at, why, Duration::from_secs(1), now),
        }
    }

    fn renumbered(&mut self, why: &str) {
        self.counts.renumbered += 1;
        if !std::mem::replace(&mut self.renumbering_told, true) {
            tracing::warn!(
                why,
                "the server's notifies would be taken for old ones: it is subscribed to afresh. Further times on this \
                 connection are only counted (lync_subscriptions_renumbered_total): report it to whoever runs the server"
            );
        }
    }

    fn accepted(&mut self, at: PoolNumber, expires: u32, change: bool, roster: &mut Roster, now: Instant) {
        let until = now.checked_add(Duration::from_secs(expires.into())).unwrap_or(now);
        self.coverage.live(at, until);
        self.rotate_from(at, now);
        if let Some(Asking::People(people)) = self.pools[at].answered(change, now) {
            self.coverage.accepted(at, &people);
            roster.accepted(&people);
            self.pools[at].accepted(people, now);
        }
        self.stir(at);
    }

    /// The dialog is gone, and with it what it covered.
    pub(super) fn lose(&mut self, at: PoolNumber, why: String, wait: Duration, now: Instant) {
        self.counts.lost += 1;
        self.coverage.end(at);
        let pool = &mut self.pools[at];
        if let Some(id) = pool.id {
            self.by_id.remove(&id);
            self.abandoned.push(id);
        }
        pool.lost(wait, now);
        pool.to_add = self.coverage.people_of(at).collect();
        self.suspect_others(at);
        self.trouble(why);
        self.stir(at);
    }

    /// What was said may be wrong by now.
    pub(crate) fn ask_for_all_again(&mut self, at: PoolNumber, why: String, now: Instant) {
        self.coverage.forget(at);
        self.repeat(at, why, now);
    }

    /// The same of all pools.
    pub(crate) fn ask_for_everybody_again(&mut self, why: &str, now: Instant) {
        for at in 0..self.pools.len() {
            if self.pools[at].id.is_some() {
                self.ask_for_all_again(at, why.to_owned(), now);
            }
        }
    }

    pub(super) fn repeat(&mut self, at: PoolNumber, why: String, now: Instant) {
        let pool = &mut self.pools[at];
        pool.repeat(now);
        pool.to_add = self.coverage.people_of(at).collect();
        self.trouble(why);
        self.stir(at);
    }

    /// One person is asked for again inside the dialog: what was said last could not be read.
    pub(crate) fn ask_again(&mut self, user: UserHandle, why: &str, roster: &mut Roster, now: Instant) {
        self.coverage.again(user);
        self.trouble(why.to_owned());
        if let Some(at) = self.coverage.pool_of(user) {
            self.pools[at].told = false;
        }
        let pause = roster.denied(user);
        self.later(user, now + pause);
    }

    /// Whether a person belongs to that pool.
    pub(crate) fn is_in(&self, at: PoolNumber, user: UserHandle) -> bool {
        self.coverage.pool_of(user) == Some(at)
    }

    /// A document of that part of a notify cannot be read: it may have said something of that person, or of anybody.
    pub(crate) fn unreadable(&mut self, at: PoolNumber, whose: &str, roster: &mut Roster, now: Instant) {
        match roster.find(whose).filter(|user| self.is_in(at, *user)) {
            Some(user) => self.ask_again(user, UNREADABLE, roster, now),
            None => self.ask_for_all_again(at, UNREADABLE.to_owned(), now),
        }
    }

    /// People were asked for and refused. Who of them is the cause will show; a server in trouble says nothing of them.
    #[allow(clippy::too_many_arguments, reason = "what a refusal says, of whom, and when")]
    fn refused(
        &mut self,
        at: PoolNumber,
        people: &[UserHandle],
        status: u16,
        why: String,
        wait: Duration,
        roster: &mut Roster,
        now: Instant,
    ) {
        people.iter().for_each(|user| self.coverage.refused(*user));
        let named: HashSet<_> = people.iter().collect();
        self.pools[at].to_add.retain(|user| !named.contains(user));
        self.pools[at].refused(wait, now);
        let passes = matches!(status, 300..=399 | 408 | 429 | 480 | 500..=599);
        // Whoever another pool does not want may be at home again.
        let home = at != HOME && self.pools[at].id.is_none();
        let pause = if passes && !home { Duration::ZERO } else { roster.refused(people) };
        for user in people {
            if home {
                self.coverage.put(*user, HOME);
            }
            self.later(*user, now + pause.max(Duration::from_millis(1)));
        }
        self.trouble(why);
        self.stir(at);
    }
}
