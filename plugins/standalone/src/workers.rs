//! All workers of this instance: the host's commands in, wishes out. Pure: time is an argument.

use crate::worker::{Asked, Refusal, Rules, Worker};
use std::{
    collections::{BTreeSet, HashMap},
    time::Instant,
};
use uc_plugin_api::{Command, UserHandle, Wanted};

/// What a command led to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Wishes to send, in order.
    pub(crate) wanted: Vec<Wanted>,
    /// Actions without effect.
    pub(crate) refused: Vec<(UserHandle, Refusal)>,
}

/// The workers and their timers.
pub(crate) struct Workers {
    rules: Rules,
    known: HashMap<UserHandle, Worker>,
    /// The deadline of each worker who has one.
    deadlines: BTreeSet<(Instant, UserHandle)>,
}

impl Workers {
    /// Nobody yet.
    pub(crate) fn new(rules: Rules) -> Self {
        Self { rules, known: HashMap::new(), deadlines: BTreeSet::new() }
    }

    /// New rules. Timers that run keep their time; what they do follows the new rules.
    pub(crate) fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// When [`Workers::expire`] wants to be called next.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Takes one command. Those about people who are not watched come late and have no effect.
    pub(crate) fn handle(&mut self, command: Command, now: Instant) -> Outcome {
        let mut outcome = Outcome::default();
        match command {
            Command::Watch(users) => {
                self.known.reserve(users.len());
                outcome.wanted.extend(users.iter().filter_map(|user| self.watch(user.handle)));
            }
            Command::Unwatch(users) => users.iter().for_each(|user| self.forget(*user)),
            Command::Report(reports) => {
                for report in reports {
                    let user = report.user;
                    let asked = self.change(user, |worker, rules| worker.report(report, rules, now)).flatten();
                    outcome.wanted.extend(asked.map(|asked| wanted(user, asked)));
                }
            }
            Command::Act(act) => match self.change(act.user, |worker, rules| worker.act(act.action, rules, now)) {
                Some(Ok(asked)) => outcome.wanted.extend(asked.map(|asked| wanted(act.user, asked))),
                Some(Err(refusal)) => outcome.refused.push((act.user, refusal)),
                None => {}
            },
            // For sinks and inviters; the host sends them to no other.
            Command::Publish(_) | Command::Withdraw(_) | Command::Invite(_) => {}
        }
        outcome
    }

    /// Lets every timer that is due at `now` act.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<Wanted> {
        let mut all = Vec::new();
        while let Some((deadline, user)) = self.deadlines.first().copied().filter(|(deadline, _)| *deadline <= now) {
            self.deadlines.remove(&(deadline, user));
            if let Some(worker) = self.known.get_mut(&user) {
                all.extend(worker.expire(&self.rules).map(|asked| wanted(user, asked)));
            }
        }
        all
    }

    fn watch(&mut self, user: UserHandle) -> Option<Wanted> {
        if self.known.contains_key(&user) {
            return None;
        }
        let asked = self.known.entry(user).or_default().start(&self.rules);
        asked.map(|asked| wanted(user, asked))
    }

    fn forget(&mut self, user: UserHandle) {
        if let Some(deadline) = self.known.remove(&user).and_then(|worker| worker.deadline()) {
            self.deadlines.remove(&(deadline, user));
        }
    }

    /// Changes a worker and keeps their place in the order of deadlines right.
    fn change<T>(&mut self, user: UserHandle, how: impl FnOnce(&mut Worker, &Rules) -> T) -> Option<T> {
        let worker = self.known.get_mut(&user)?;
        let before = worker.deadline();
        let result = how(worker, &self.rules);
        let after = worker.deadline();
        if before != after {
            before.map(|deadline| self.deadlines.remove(&(deadline, user)));
            after.map(|deadline| self.deadlines.insert((deadline, user)));
        }
        Some(result)
    }
}

fn wanted(user: UserHandle, asked: Asked) -> Wanted {
    Wanted { user, wish: asked.wish, explicit: asked.explicit }
}
