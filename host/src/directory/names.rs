//! Who is found by what is typed: the words of every worker, in order, so that looking for a beginning looks at few.

use super::Worker;
use crate::folded;
use std::sync::Arc;

/// At most so many workers are looked at for one question: one who types a single letter will type more.
const MOST_LOOKED_AT: usize = 1000;

/// The words of all workers, sorted.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(Vec<(Box<str>, u32)>);

impl Names {
    /// Of these workers.
    pub(super) fn of(workers: &[Arc<Worker>]) -> Self {
        let words = |(at, worker): (u32, &Arc<Worker>)| words(worker).into_iter().map(move |word| (word.into(), at));
        let mut all: Vec<_> = (0..).zip(workers).flat_map(words).collect();
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    /// Places of the workers of whom each word of the question begins a word, and whether there may be more.
    pub(super) fn find(&self, question: &[String], workers: &[Arc<Worker>]) -> (Vec<usize>, bool) {
        // The longest word says most.
        let Some(longest) = question.iter().max_by_key(|word| word.len()) else { return (Vec::new(), false) };
        let start = self.0.partition_point(|(word, _)| **word < **longest);
        let mut likely = self.0[start..].iter().take_while(|(word, _)| word.starts_with(longest.as_str()));
        let mut found: Vec<_> = likely.by_ref().take(MOST_LOOKED_AT).map(|(_, at)| *at as usize).collect();
        found.sort_unstable();
        found.dedup();
        let others = question.len() > 1;
        found.retain(|at| !others || workers.get(*at).is_some_and(|worker| folded::fit(question, &words(worker))));
        (found, likely.next().is_some())
    }
}

/// What a worker is found by: name, user name, agent groups, numbers.
fn words(worker: &Worker) -> Vec<String> {
    let texts = [&worker.name, &worker.id].into_iter().chain(&worker.groups);
    let numbers = worker.lines.iter().map(|line| &line.dn);
    let whole = numbers.clone().filter_map(|number| folded::number(number));
    texts.chain(numbers).flat_map(|text| folded::words(text)).chain(whole).collect()
}

#[cfg(test)]
mod tests {
    use crate::directory::{Directory, Kind, Line, Worker};

    fn worker(id: &str, name: &str, group: &str, dn: &str) -> Worker {
        let line = Line { dn: dn.into(), switch: "lab".into(), link: crate::agent_link::LinkId(0) };
        Worker {
            id: id.into(),
            name: name.into(),
            kind: Kind::KnowledgeWorker,
            language: "".into(),
            agent_id: id.into(),
            agent_password: None,
            place: "".into(),
            lines: vec![line],
            groups: vec![group.into()],
            address: None,
            redirect_number: None,
            redirect_locked: false,
        }
    }

    #[test]
    fn workers_are_found_by_the_beginnings_of_their_words() {
        let directory = Directory::new(vec![
            worker("kim", "Kim Müller", "Billing", "5001"),
            worker("zoe", "Zoë Kimball", "Claims", "5002"),
            worker("bo", "Bo Muller", "Claims", "7001"),
        ]);
        for (question, expected) in [
            ("kim", &["kim", "zoe"][..]),
            ("MULLER", &["kim", "bo"]),
            ("mül cl", &["bo"]),
            ("zoe", &["zoe"]),
            ("50", &["kim", "zoe"]),
            ("50 01", &["kim"]),
            ("claims", &["zoe", "bo"]),
            ("", &[]),
            ("x", &[]),
        ] {
            let (found, more) = directory.find(question);
            let ids: Vec<_> = found.iter().map(|worker| &*worker.id).collect();
            assert_eq!((ids.as_slice(), more), (expected, false), "{question}");
        }
    }

    #[test]
    fn a_question_that_fits_too_many_is_answered_in_part() {
        let all = (0..3000).map(|n| worker(&format!("w{n}"), &format!("Anna N{n}"), "G", &format!("{n}")));
        let directory = Directory::new(all.collect());
        let (found, more) = directory.find("anna");
        assert_eq!((found.len(), more), (1000, true));
        assert_eq!(directory.find("anna n2999").0.len(), 1, "more words say more");
    }
}
