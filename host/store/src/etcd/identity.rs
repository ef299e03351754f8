//! Which etcd this node uses. Endpoints that name members of two are a fault of whoever wrote them down, and nothing that a
//! single answer shows: each etcd would have a primary of its own.

use crate::{
    History,
    survey::{list, several},
};
use std::collections::BTreeMap;

/// What is known by now.
#[derive(Debug, Default)]
pub(super) struct Identity {
    /// The one that this node uses from its first survey on, for as long as it lives; a process that begins anew goes on.
    known: Option<u64>,
    /// Nobody is asked, for this reason.
    wrong: Option<String>,
    /// The highest revision that any answer told.
    highest: i64,
    /// Its history went back, and it has the id of the one before, which follows from how it was started: nobody is asked
    /// as long as this node lives.
    went_back: Option<String>,
}

impl Identity {
    /// None: it is not known which one it is.
    pub(super) fn history(&self) -> Option<History> {
        self.known.map(|etcd| History { etcd, revision: self.highest })
    }

    /// As the process before has known it.
    pub(super) fn goes_on_from(&mut self, before: History) {
        (self.known, self.highest) = (Some(before.etcd), before.revision.max(self.highest));
    }

    /// Every endpoint was asked; of those that did not answer nothing is known.
    pub(super) fn surveyed<'e>(&mut self, answers: impl IntoIterator<Item = (&'e str, Option<u64>)>) {
        let (mut asked, mut found) = (0, BTreeMap::<u64, Vec<&str>>::new());
        for (endpoint, id) in answers {
            asked += 1;
            id.into_iter().for_each(|id| found.entry(id).or_default().push(endpoint));
        }
        let answered: usize = found.values().map(Vec::len).sum();
        let of_known = self.known.and_then(|known| found.get(&known)).map_or(0, Vec::len);
        match (self.known, found.len()) {
            (_, 0) => {}
            // Whoever was odd may only be down.
            (_, 1) if self.wrong.is_some() && answered < asked => {}
            (None, 1) => (self.known, self.wrong) = (found.keys().next().copied(), None),
            (Some(_), 1) if of_known == answered => self.wrong = None,
            (Some(known), 1) => self.wrong = Some(another(known, &found)),
            // The odd ones alone are not asked: a member that was made anew is not to end the work of all nodes.
            (Some(_), _) if 2 * of_known > asked => self.wrong = None,
            _ => self.wrong = Some(several(&found)),
        }
    }

    /// What a call is judged by that begins now.
    pub(super) fn highest(&self) -> i64 {
        self.highest
    }

    /// A call that began when the highest revision was `asked_at` was answered at this one. Reads and writes are linear:
    /// an earlier one is the history of another etcd.
    pub(super) fn answered(&mut self, revision: i64, asked_at: i64) -> Result<(), String> {
        if revision < asked_at && self.went_back.is_none() {
            self.went_back = Some(format!(
                "etcd was at revision {asked_at}, and is at {revision} now: its data is another; {REMEDY}"
            ));
        }
        self.highest = self.highest.max(revision);
        self.went_back.clone().map_or(Ok(()), Err)
    }

    /// Whether what a member has answered counts.
    pub(super) fn is_ours(&self, answered: u64) -> Result<(), String> {
        match (self.known, self.wrong()) {
            (_, Some(wrong)) => Err(wrong.clone()),
            (Some(known), None) if known != answered => {
                Err(format!("it belongs to etcd {answered:x}, and this node uses {known:x}: {REMEDY}"))
            }
            _ => Ok(()),
        }
    }

    fn wrong(&self) -> Option<&String> {
        self.went_back.as_ref().or(self.wrong.as_ref())
    }

    /// Whether anybody may be asked; the outer none: that is not known yet.
    pub(super) fn may_ask(&self) -> Option<Result<(), String>> {
        match (self.known, self.wrong()) {
            (_, Some(wrong)) => Some(Err(wrong.clone())),
            (Some(_), None) => Some(Ok(())),
            (None, None) => None,
        }
    }
}

const REMEDY: &str =
    "if it was restored or made anew, restart all nodes; if not, see endpoints in [cluster] and its data folder";

fn another(known: u64, found: &BTreeMap<u64, Vec<&str>>) -> String {
    format!("this node uses etcd {known:x}, and now there is {}: {REMEDY}", list(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Option<u64> = Some(0x1f);
    const OTHER: Option<u64> = Some(0x2e);

    /// What each survey found at `a`, `b` and `c`, and whether anybody may be asked after the last.
    fn after(surveys: &[[Option<u64>; 3]]) -> Option<Result<(), String>> {
        let mut identity = Identity::default();
        surveys.iter().for_each(|found| identity.surveyed(["a", "b", "c"].into_iter().zip(found.iter().copied())));
        identity.may_ask()
    }

    #[test]
    fn nobody_is_asked_while_there_is_doubt() {
        let whole = [OURS, OURS, OURS];
        for (surveys, asks) in [
            (&[[None, None, None]][..], None),
            (&[whole], Some(true)),
            (&[[None, None, OURS]], Some(true)),
            // At the beginning there is no majority: nobody knows whose is older.
            (&[[OURS, OURS, OTHER]], Some(false)),
            (&[[OURS, OURS, OTHER], [OURS, OURS, None]], Some(false)),
            (&[[OURS, OURS, OTHER], whole], Some(true)),
            // Later the odd one is left out.
            (&[whole, [OURS, OURS, OTHER]], Some(true)),
            (&[whole, [OURS, None, OTHER]], Some(false)),
            (&[whole, [OURS, None, OTHER], [OURS, OURS, None]], Some(false)),
            (&[whole, [OURS, None, OTHER], whole], Some(true)),
            // Who was alone with another one at the beginning is the odd one now.
            (&[[None, None, OTHER], [OURS, OURS, OTHER]], Some(false)),
            (&[whole, [None, None, None]], Some(true)),
            (&[whole, [OTHER, OTHER, OTHER]], Some(false)),
        ] {
            assert_eq!(after(surveys).map(|asks| asks.is_ok()), asks, "{surveys:?}");
        }
    }

    #[test]
    fn an_etcd_whose_history_goes_back_is_another_whatever_its_id_says() {
        let mut identity = Identity::default();
        identity.surveyed([("a", OURS)]);
        // When it was asked, and when it was answered: a slow answer may come after a newer one.
        for (asked_at, answered) in [(0, 5), (5, 5), (5, 9), (5, 7), (9, 9)] {
            assert_eq!(identity.answered(answered, asked_at), Ok(()));
        }
        assert_eq!(identity.highest(), 9);
        let said = identity.answered(2, 9).unwrap_err();
        assert!(said.contains("revision 9, and is at 2 now") && said.contains("restart all nodes"), "{said}");
        identity.surveyed([("a", OURS)]);
        assert!(identity.may_ask().is_some_and(|may| may.is_err()) && identity.answered(20, 9).is_err());
    }

    #[test]
    fn a_process_that_begins_anew_judges_as_the_one_before_would() {
        let whole = [OURS, OURS, OURS];
        for (found, revision, asks) in [
            (whole, 18, true),
            (whole, 19, true),
            // Made anew, or restored from an older copy, with the id that it had, or with another one.
            (whole, 1, false),
            ([OTHER, OTHER, OTHER], 19, false),
            // It is not the beginning: whose is older is known.
            ([OURS, OURS, OTHER], 19, true),
            ([OURS, OTHER, OTHER], 19, false),
        ] {
            let (mut before, mut anew) = (Identity::default(), Identity::default());
            assert_eq!(before.history(), None);
            before.surveyed(["a", "b", "c"].into_iter().zip(whole));
            before.answered(18, 0).unwrap();
            before.history().into_iter().for_each(|history| anew.goes_on_from(history));
            anew.surveyed(["a", "b", "c"].into_iter().zip(found));
            let went_on = anew.answered(revision, anew.highest()).is_ok();
            assert_eq!(went_on && anew.may_ask().is_some_and(|may| may.is_ok()), asks, "{found:?} at {revision}");
        }
    }

    #[test]
    fn both_ids_their_addresses_and_the_remedy_are_said() {
        let words = |surveys: &[[Option<u64>; 3]]| after(surveys).unwrap().unwrap_err();
        let several = words(&[[OURS, OTHER, OURS]]);
        assert!(several.contains("1f at a, c and 2e at b") && several.contains("endpoints in [cluster]"), "{several}");
        let restored = words(&[[OURS; 3], [OTHER; 3]]);
        assert!(
            restored.contains("1f, and now there is 2e at a, b, c") && restored.contains("restart all nodes"),
            "{restored}"
        );
    }
}
