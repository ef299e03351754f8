//! Which etcd this node uses. Endpoints that name members of two are a fault of whoever wrote them down, and nothing that a
//! single answer shows: each etcd would have a primary of its own.

use crate::survey::{list, several};
use std::collections::BTreeMap;

/// What is known by now.
#[derive(Debug, Default)]
pub(super) struct Identity {
    /// The one that this node uses from its first survey on, for as long as it lives.
    known: Option<u64>,
    /// Nobody is asked, for this reason.
    wrong: Option<String>,
}

impl Identity {
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

    /// Whether what a member has answered counts.
    pub(super) fn is_ours(&self, answered: u64) -> Result<(), String> {
        match (self.known, &self.wrong) {
            (_, Some(wrong)) => Err(wrong.clone()),
            (Some(known), None) if known != answered => {
                Err(format!("it belongs to etcd {answered:x}, and this node uses {known:x}: {REMEDY}"))
            }
            _ => Ok(()),
        }
    }

    /// Whether anybody may be asked; the outer none: that is not known yet.
    pub(super) fn may_ask(&self) -> Option<Result<(), String>> {
        match (self.known, &self.wrong) {
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
