//! Numbers that are missing in a dialog. Notifies that nobody answers are lost so, and whom they may have been about is
//! unknown until asked for again. But a server may also count other requests of its own with the same numbers, which is
//! no error (RFC 3261, section 12.2.2): there is a gap before nearly every notify then, and a whole pool would be unknown
//! for ever. After two gaps in a dialog of which asking again has shown nothing lost its people stay known, and are asked
//! for again within seconds all the same. Once that shows that something was lost, gaps are losses again.

use super::Subscriber;
use crate::coverage::{Kept, PoolNumber};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use uc_plugin_api::UserHandle;

/// So many gaps in vain make one that probably is none.
const VAIN: u8 = 2;
/// What is missing may still come, and there may be more gaps until then.
const SOON: Duration = Duration::from_secs(1);
/// Between two rounds in which everybody is asked for again, at the least and at the most.
const ROUNDS: [Duration; 2] = [Duration::from_secs(9), Duration::from_secs(45)];
/// In between, a server is asked for so many people a second at the most.
const PEOPLE_A_SECOND: usize = 200;

/// Those of one dialog.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// In a row, of which asking again has shown nothing lost.
    vain: u8,
    /// Whom the last one has left in doubt, and how many of them were found as they were. Somebody was not.
    doubted: usize,
    same: usize,
    news: bool,
    /// When everybody is asked for again; when that was last.
    round: Option<Instant>,
    last: Option<Instant>,
}

impl Gaps {
    /// One more. Whether probably nothing was lost.
    fn one_more(&mut self) -> bool {
        if std::mem::take(&mut self.news) {
            self.vain = 0;
        } else if self.same > 0 && self.same * 2 >= self.doubted {
            self.vain = VAIN.min(self.vain + 1);
        }
        self.same = 0;
        self.vain >= VAIN
    }

    /// Somebody in doubt was asked for. What is not the answer may be a change of this very moment.
    pub(super) fn compared(&mut self, news: bool, answer: bool) {
        self.news |= news && answer;
        self.same += usize::from(!news);
    }

    /// When everybody is to be asked for again.
    pub(super) fn due(&self) -> Option<Instant> {
        self.round
    }

    /// The dialog is gone. How its server counts is remembered.
    pub(super) fn clear(&mut self) {
        (self.round, self.same, self.news) = (None, 0, false);
    }

    fn plan(&mut self, people: usize, now: Instant) {
        let between = Duration::from_secs((people / PEOPLE_A_SECOND) as u64).clamp(ROUNDS[0], ROUNDS[1]);
        let next = (now + SOON).max(self.last.map_or(now, |last| last + between));
        self.round.get_or_insert(next);
    }

    fn take_due(&mut self, now: Instant) -> bool {
        let due = self.round.take_if(|at| *at <= now).is_some();
        if due {
            self.last = Some(now);
        }
        due
    }
}

/// What one message says.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    answer: bool,
    /// Whom it tells of, and whether that is all there is to say.
    told: HashMap<UserHandle, bool>,
}

impl Hearing {
    /// Nothing yet.
    pub(super) fn of(answer: bool) -> Self {
        Self { answer, told: HashMap::new() }
    }

    pub(super) fn is_answer(&self) -> bool {
        self.answer
    }

    /// Without their `state` it says too little to be the latest of a person.
    pub(super) fn told(&mut self, user: UserHandle, kept: Kept, state: bool) {
        if state || kept.whole {
            self.told.insert(user, kept.whole);
        }
    }
}

impl Subscriber {
    /// Numbers are missing before a message that has `told` something, or nothing.
    pub(super) fn missed(&mut self, at: PoolNumber, missing: u32, told: bool, now: Instant) {
        let hearing = std::mem::take(&mut self.hearing);
        let latest = if told { hearing.told } else { HashMap::new() };
        let behind = |user: &UserHandle| latest.get(user) != Some(&true);
        let behind: Vec<_> = self.coverage.people_of(at).filter(behind).collect();
        let (fresh, dark): (Vec<_>, Vec<_>) = behind.into_iter().partition(|user| latest.contains_key(user));
        // Whoever is in doubt already waits to be asked for.
        let any = dark.iter().any(|user| !self.coverage.is_dark(*user));
        if any && self.pools[at].gaps.one_more() {
            self.skipped();
            let people = self.coverage.people_of(at).count();
            self.pools[at].gaps.plan(people, now);
            return self.stir(at);
        }
        for user in fresh {
            self.coverage.recheck(user);
            self.later(user, now + SOON);
        }
        if any {
            self.pools[at].gaps.doubted = dark.len();
            dark.into_iter().for_each(|user| self.coverage.again(user));
            let why = format!("{missing} notifies of the server were lost; its people are asked for again");
            self.repeat(at, why, now);
        }
    }

    /// Has everybody of a dialog asked for again, who stay known meanwhile.
    pub(super) fn recheck(&mut self, at: PoolNumber, now: Instant) {
        if self.pools[at].gaps.take_due(now) {
            let all: Vec<_> = self.coverage.people_of(at).collect();
            all.iter().for_each(|user| self.coverage.recheck(*user));
            self.pools[at].to_add = all.into();
        }
    }

    fn skipped(&mut self) {
        self.counts.skipped += 1;
        if !std::mem::replace(&mut self.skipping_told, true) {
            tracing::warn!(
                "numbers are missing before notifies of the server though nothing was lost: it seems to count other requests with \
                 them. Who is watched is asked for again each time, within seconds. Further times on this connection are only \
                 counted (lync_numbers_skipped_total): report it to whoever runs the server"
            );
        }
    }
}
