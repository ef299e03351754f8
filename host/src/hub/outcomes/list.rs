//! What one worker is asked of calls and previews that are over. Pure.

use crate::{
    agent_link::{ConnId, Dn, LinkId},
    clock::Moment,
    desk::OutcomeView,
    policy::OutcomeOf,
};
use std::sync::Arc;

/// More than so many wait for a worker's word: the oldest that is over goes.
const MOST: usize = 20;

/// What is asked of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::hub) struct About {
    /// Whose T-Server.
    pub(in crate::hub) link: LinkId,
    /// The worker's DN.
    pub(in crate::hub) dn: Dn,
    /// Which call, or which the preview was of.
    pub(in crate::hub) conn_id: ConnId,
    /// Call or preview.
    pub(in crate::hub) of: OutcomeOf,
    /// The preview's; calls are voice.
    pub(in crate::hub) media_type: Arc<str>,
    /// Whom it was with.
    pub(in crate::hub) caller: Arc<str>,
}

/// A call that they talk on.
#[derive(Clone, Debug)]
pub(in crate::hub) struct Talked {
    /// Which.
    pub(in crate::hub) about: About,
    /// It may be asked of from now on: something comes of what is asked at its line.
    pub(in crate::hub) fresh: bool,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hub) enum Standing {
    /// The worker is asked.
    Open,
    /// They have said it, and the T-Server is asked to keep it.
    Asked,
    /// It is kept; the call goes on, and is not asked of again.
    Given,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::hub) struct Outcome {
    /// Never given twice while the process lives.
    pub(in crate::hub) id: u64,
    /// What it is about.
    pub(in crate::hub) about: About,
    /// Until when it can be said; none: the call goes on.
    pub(in crate::hub) until: Option<Moment>,
    /// Where it stands.
    pub(in crate::hub) standing: Standing,
}

impl Outcome {
    /// It is of the interaction with this ConnID.
    pub(in crate::hub) fn is_of(&self, conn_id: &str) -> bool {
        self.about.conn_id.to_string() == conn_id
    }

    /// As pages show it.
    pub(in crate::hub) fn view(&self) -> OutcomeView<'_> {
        OutcomeView {
            id: self.id,
            conn_id: self.about.conn_id.to_string().into(),
            dn: &self.about.dn,
            of: self.about.of,
            media_type: &self.about.media_type,
            caller: &self.about.caller,
            over: self.until.is_some(),
            waits: self.standing == Standing::Asked,
        }
    }
}

/// What pages are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hub) enum Change {
    /// This one appeared or changed.
    Shown(u64),
    /// Nobody said it in time.
    Late(u64),
}

/// A worker's, oldest first.
#[derive(Debug, Default)]
pub(in crate::hub) struct Outcomes(Vec<Outcome>);

impl Outcomes {
    /// Those that pages show.
    pub(in crate::hub) fn shown(&self) -> impl Iterator<Item = &Outcome> {
        self.0.iter().filter(|outcome| outcome.standing != Standing::Given)
    }

    /// One of those.
    pub(in crate::hub) fn get(&self, id: u64) -> Option<&Outcome> {
        self.shown().find(|outcome| outcome.id == id)
    }

    /// Nothing is remembered.
    pub(in crate::hub) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The worker is asked of something new.
    pub(in crate::hub) fn open(&mut self, id: u64, about: About, until: Option<Moment>, changes: &mut Vec<Change>) {
        if self.0.len() >= MOST {
            let oldest = self.0.iter().position(|one| one.until.is_some() && one.standing == Standing::Open);
            let Some(oldest) = oldest else { return metrics::counter!("uc_outcomes_not_given_total").increment(1) };
            self.drop_late(oldest, changes);
        }
        self.0.push(Outcome { id, about, until, standing: Standing::Open });
        changes.push(Change::Shown(id));
    }

    /// The calls that the worker talks on now. `merged`: calls that go on under the ConnID of another.
    pub(in crate::hub) fn follow(
        &mut self,
        calls: &[Talked],
        merged: &[(Dn, ConnId)],
        until: Moment,
        mut number: impl FnMut() -> u64,
        changes: &mut Vec<Change>,
    ) {
        let is = |a: &About, b: &About| (a.link, &a.dn, a.conn_id) == (b.link, &b.dn, b.conn_id);
        for Talked { about: call, fresh } in calls {
            let goes_on = |one: &Outcome| one.about.of == OutcomeOf::Call && one.until.is_none();
            if self.0.iter().any(|one| goes_on(one) && is(&one.about, call)) {
                continue;
            }
            let before = self.0.iter_mut().find(|one| {
                goes_on(one) && one.about.dn == call.dn && merged.contains(&(one.about.dn.clone(), one.about.conn_id))
            });
            match before {
                Some(one) => {
                    one.about = call.clone();
                    changes.extend((one.standing != Standing::Given).then_some(Change::Shown(one.id)));
                }
                None if *fresh => self.open(number(), call.clone(), None, changes),
                None => {}
            }
        }
        for one in self.0.iter_mut().filter(|one| one.about.of == OutcomeOf::Call && one.until.is_none()) {
            if !calls.iter().any(|call| is(&call.about, &one.about)) {
                one.until = Some(until);
                changes.extend((one.standing != Standing::Given).then_some(Change::Shown(one.id)));
            }
        }
        self.0.retain(|one| one.standing != Standing::Given || one.until.is_none());
    }

    /// It stands otherwise now.
    pub(in crate::hub) fn set(&mut self, id: u64, standing: Standing) {
        self.0.iter_mut().filter(|one| one.id == id).for_each(|one| one.standing = standing);
        self.0.retain(|one| one.standing != Standing::Given || one.until.is_none());
    }

    /// The worker has nothing to say; false: it still goes on, or has been said.
    pub(in crate::hub) fn skip(&mut self, id: u64) -> bool {
        let before = self.0.len();
        self.0.retain(|one| one.id != id || one.until.is_none() || one.standing != Standing::Open);
        self.0.len() < before
    }

    /// Time has passed: those that nobody spoke of go.
    pub(in crate::hub) fn expire(&mut self, now: Moment, changes: &mut Vec<Change>) {
        let late = |one: &Outcome| one.standing == Standing::Open && one.until.is_some_and(|until| until <= now);
        while let Some(at) = self.0.iter().position(late) {
            self.drop_late(at, changes);
        }
    }

    /// When the next one goes.
    pub(in crate::hub) fn deadline(&self) -> Option<Moment> {
        self.0.iter().filter(|one| one.standing == Standing::Open).filter_map(|one| one.until).min()
    }

    fn drop_late(&mut self, at: usize, changes: &mut Vec<Change>) {
        metrics::counter!("uc_outcomes_not_given_total").increment(1);
        changes.push(Change::Late(self.0.remove(at).id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn about(of: OutcomeOf, conn_id: u64) -> About {
        let (dn, caller) = ("5001".into(), "030".into());
        About { link: LinkId(0), dn, conn_id: ConnId(conn_id), of, media_type: "voice".into(), caller }
    }

    fn at(seconds: u64) -> Moment {
        Moment::default() + Duration::from_secs(seconds)
    }

    struct Bench {
        outcomes: Outcomes,
        last: u64,
    }

    impl Bench {
        fn follow(&mut self, calls: &[u64], merged: &[u64]) -> Vec<Change> {
            let mut changes = Vec::new();
            let talked = |conn_id: &u64| Talked { about: about(OutcomeOf::Call, *conn_id), fresh: true };
            let calls: Vec<_> = calls.iter().map(talked).collect();
            let merged: Vec<_> = merged.iter().map(|conn_id| ("5001".into(), ConnId(*conn_id))).collect();
            let last = &mut self.last;
            let number = || {
                *last += 1;
                *last
            };
            self.outcomes.follow(&calls, &merged, at(300), number, &mut changes);
            changes
        }
    }

    fn bench() -> Bench {
        Bench { outcomes: Outcomes::default(), last: 0 }
    }

    #[test]
    fn a_call_is_asked_of_once_while_it_goes_on_and_after() {
        let mut bench = bench();
        assert_eq!(bench.follow(&[7], &[]), [Change::Shown(1)]);
        assert_eq!(bench.follow(&[7], &[]), []);
        assert_eq!(bench.follow(&[], &[]), [Change::Shown(1)]);
        assert_eq!(bench.outcomes.get(1).and_then(|one| one.until), Some(at(300)));
        assert_eq!(bench.follow(&[7], &[]), [Change::Shown(2)], "the same number again is another call");
    }

    #[test]
    fn what_was_given_is_not_asked_again_while_the_call_goes_on() {
        let mut bench = bench();
        bench.follow(&[7], &[]);
        bench.outcomes.set(1, Standing::Given);
        assert!(bench.outcomes.get(1).is_none() && bench.follow(&[7], &[]).is_empty());
        assert!(bench.follow(&[], &[]).is_empty() && bench.outcomes.is_empty());
    }

    #[test]
    fn a_call_that_goes_on_under_another_number_is_the_same() {
        let mut bench = bench();
        bench.follow(&[7], &[]);
        assert_eq!(bench.follow(&[8], &[7]), [Change::Shown(1)]);
        bench.outcomes.set(1, Standing::Given);
        assert_eq!(bench.follow(&[9], &[8]), []);
        let mut other = self::bench();
        other.follow(&[1, 2], &[]);
        assert_eq!(other.follow(&[1], &[2]), [Change::Shown(2)], "the consult call is over");
    }

    #[test]
    fn nothing_is_dropped_while_it_goes_on_or_is_being_kept() {
        let mut outcomes = Outcomes::default();
        let mut changes = Vec::new();
        outcomes.open(1, about(OutcomeOf::Missed, 1), Some(at(10)), &mut changes);
        outcomes.open(2, about(OutcomeOf::Call, 2), None, &mut changes);
        assert!(!outcomes.skip(2), "it goes on");
        outcomes.set(1, Standing::Asked);
        outcomes.expire(at(20), &mut changes);
        assert!(!outcomes.skip(1) && outcomes.get(1).is_some());
        outcomes.set(1, Standing::Open);
        changes.clear();
        outcomes.expire(at(20), &mut changes);
        assert_eq!(changes, [Change::Late(1)]);
        assert_eq!(outcomes.deadline(), None);
    }

    #[test]
    fn the_oldest_that_is_over_makes_room() {
        let mut outcomes = Outcomes::default();
        let mut changes = Vec::new();
        outcomes.open(0, about(OutcomeOf::Call, 0), None, &mut changes);
        for id in 1..=MOST as u64 {
            outcomes.open(id, about(OutcomeOf::Declined, id), Some(at(10)), &mut changes);
        }
        assert!(changes.contains(&Change::Late(1)) && outcomes.get(0).is_some());
        assert_eq!(outcomes.shown().count(), MOST);
    }
}
