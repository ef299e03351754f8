//! One preview at several nodes, from the question to its one outcome.

use super::{
    message::Why,
    share::{End, Tell},
};
use crate::routing::{
    asker::{Answers, AskerId},
    message::{OPEN_WITH_OTHERS, Outcome, Verdict},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    mem::replace,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::mpsc::{self, WeakSender},
    time::timeout,
};

/// What may be said of a share and wait.
const ENDS: usize = 8;

/// So long an acceptance waits for what the other shares say, and any other end until they are let go. Longer than a node
/// that hangs keeps its partitions.
const CONFIRMED: Duration = Duration::from_secs(1);

/// Whoever is told that another worker has won says what came of it there within this time.
const HEARD: Duration = Duration::from_secs(10);

/// A withdrawal of the whole call may come here so much later than what a share has come to by it: each goes by links of
/// its own.
const LATE: Duration = Duration::from_millis(500);

/// Who can end a preview, or a share of it.
pub(super) type Ends = mpsc::Sender<End>;

/// Somebody who waits for the outcome.
pub(super) struct WaitsFor {
    pub(super) asker: AskerId,
    pub(super) answers: Arc<Answers>,
}

/// Who waits for the outcome of one preview. Clones are the same one.
#[derive(Clone)]
pub(super) struct Race(Arc<Mutex<State>>);

enum State {
    Open(Vec<(AskerId, Arc<Answers>)>),
    /// The shares may still be hearing of it: whoever asks meanwhile is told the same.
    Over(Outcome),
}

/// What became of one who asks for the same.
pub(super) enum Joined {
    /// They wait, too, and can end it.
    Open(Ends),
    /// They have been told.
    Over,
    /// Nobody waited for it any more.
    Left,
}

impl Race {
    pub(super) fn of(WaitsFor { asker, answers }: WaitsFor) -> Self {
        Self(Arc::new(Mutex::new(State::Open(vec![(asker, answers)]))))
    }

    /// The very same one.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn join(&self, waits: &WaitsFor, ends: &WeakSender<End>) -> Joined {
        match (&mut *self.lock(), ends.upgrade()) {
            (State::Over(outcome), _) => {
                waits.answers.answer(waits.asker, outcome.clone());
                Joined::Over
            }
            (State::Open(askers), Some(ends)) => {
                askers.push((waits.asker, waits.answers.clone()));
                Joined::Open(ends)
            }
            (State::Open(_), None) => Joined::Left,
        }
    }

    /// Decides it, tells everybody who waits, and hears what the shares say of it. Returns who waited. Nobody is told of
    /// what they have left: whoever asks for the same begins anew.
    pub(super) async fn run(&self, mut shares: Shares, ended: mpsc::Receiver<End>) -> Vec<AskerId> {
        let decided = shares.decide(ended).await;
        let won = matches!(decided, Some(Outcome::Accepted { .. }));
        if !won {
            // Whoever is told asks the next one at once, of whom a share that stays would be in the way.
            shares.let_go().await;
        }
        let askers = decided.map(|outcome| self.over(&outcome)).unwrap_or_default();
        if won {
            shares.hear_the_rest().await;
        }
        askers
    }

    fn over(&self, outcome: &Outcome) -> Vec<AskerId> {
        let State::Open(askers) = replace(&mut *self.lock(), State::Over(outcome.clone())) else { return Vec::new() };
        askers.iter().for_each(|(asker, answers)| answers.answer(*asker, outcome.clone()));
        askers.into_iter().map(|(asker, _)| asker).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic under the lock leaves a list that is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is asked at each node. Dropping it takes back whatever is still open: each share alone, whoever else waits for it.
pub(super) struct Shares {
    ends: Vec<Ends>,
    says: mpsc::UnboundedReceiver<Said>,
    /// None: there are no more. The last share that is over ends the channel then.
    tells: Option<mpsc::UnboundedSender<Said>>,
    /// Those that have not told yet.
    open: BTreeSet<usize>,
    told: BTreeMap<usize, Outcome>,
}

/// What a share has come to; none: nothing is open of it any more.
type Said = (usize, Option<Outcome>);

/// The way back of one share, which says when it is over.
struct Says(usize, Option<mpsc::UnboundedSender<Said>>);

impl Says {
    fn say(&self, outcome: Option<&Outcome>) {
        // The race may be over.
        self.1.iter().for_each(|tells| drop(tells.send((self.0, outcome.cloned()))));
    }
}

impl Drop for Says {
    fn drop(&mut self) {
        self.say(None);
    }
}

impl Shares {
    pub(super) fn new() -> Self {
        let (tells, says) = mpsc::unbounded_channel();
        Self { ends: Vec::new(), says, tells: Some(tells), open: BTreeSet::new(), told: BTreeMap::new() }
    }

    /// What one more share hears, and how it tells its outcome. It keeps the second for as long as anything is open of it.
    pub(super) fn one_more(&mut self) -> (mpsc::Receiver<End>, Tell) {
        let ((ends, ended), says) = (mpsc::channel(ENDS), Says(self.ends.len(), self.tells.clone()));
        self.open.insert(self.ends.len());
        self.ends.push(ends);
        (ended, Box::new(move |outcome| says.say(Some(&outcome))))
    }

    /// Everybody is asked.
    pub(super) fn are_all(&mut self) {
        self.tells = None;
    }

    /// The outcome: an acceptance, or what all others come to. None: nobody waits for it any more.
    async fn decide(&mut self, mut ended: mpsc::Receiver<End>) -> Option<Outcome> {
        let mut ends_as = None;
        while !self.open.is_empty() {
            tokio::select! {
                // What the shares come to follows from an end of the whole.
                biased;
                end = ended.recv() => {
                    let end = end?;
                    ends_as = whole(&end).or(ends_as);
                    self.ends.iter().for_each(|share| drop(share.try_send(end.clone())));
                }
                Some((share, outcome)) = self.says.recv() => match outcome {
                    Some(accepted @ Outcome::Accepted { .. }) => return Some(self.confirmed(share, accepted).await),
                    // What another preview asks, none of the shares may: two windows for one call could both be accepted.
                    Some(refused) if refused.is_open_with_others() => return Some(refused),
                    outcome => self.heard(share, outcome),
                },
            }
        }
        let together = together(self.told.values());
        if ends_as.is_none() && together != Outcome::Cancelled && self.told.values().any(|o| *o == Outcome::Cancelled) {
            // The whole call was withdrawn, or one worker of it.
            match timeout(LATE, ended.recv()).await {
                Ok(end) => ends_as = whole(&end?),
                Err(_late) => {}
            }
        }
        Some(ends_as.unwrap_or(together))
    }

    fn heard(&mut self, share: usize, outcome: Option<Outcome>) {
        self.open.remove(&share);
        self.told.extend(outcome.map(|outcome| (share, outcome)));
    }

    /// Takes every share back, and waits until nothing of it stands in the way of the next question, wherever that is asked.
    async fn let_go(&mut self) {
        self.ends.clear();
        let _ = timeout(CONFIRMED, async { while self.says.recv().await.is_some() {} }).await;
    }

    /// The first acceptance wins, unless another share has been refused, or another worker has accepted in the same
    /// moment: of those the first agent ID, so that whoever else decides over the same shares decides the same.
    async fn confirmed(&mut self, share: usize, outcome: Outcome) -> Outcome {
        for other in (0..self.ends.len()).filter(|other| *other != share) {
            self.decided(other, Verdict::Taken).await;
        }
        self.heard(share, Some(outcome));
        if timeout(CONFIRMED, self.hear()).await == Ok(Heard::Refused) {
            return Outcome::Error(OPEN_WITH_OTHERS.into());
        }
        let accepted = |(_, outcome): &(_, &Outcome)| matches!(outcome, Outcome::Accepted { .. });
        let mut accepted: Vec<_> =
            self.told.iter().filter(accepted).map(|(share, told)| (*share, told.clone())).collect();
        accepted.sort_by(|(_, one), (_, other)| agent(one).cmp(&agent(other)));
        let mut accepted = accepted.into_iter();
        let Some((winner, outcome)) = accepted.next() else { return Outcome::NoClient };
        self.decided(winner, Verdict::Won).await;
        for (share, _) in accepted {
            self.lost(share).await;
        }
        outcome
    }

    async fn hear(&mut self) -> Heard {
        while !self.open.is_empty()
            && let Some((share, outcome)) = self.says.recv().await
        {
            if outcome.as_ref().is_some_and(Outcome::is_open_with_others) {
                return Heard::Refused;
            }
            self.heard(share, outcome);
        }
        Heard::All
    }

    /// Who accepts at a node that has hung has done so in vain.
    async fn hear_the_rest(&mut self) {
        let rest = async {
            while !self.open.is_empty()
                && let Some((share, outcome)) = self.says.recv().await
            {
                if matches!(outcome, Some(Outcome::Accepted { .. })) {
                    self.lost(share).await;
                }
                self.heard(share, outcome);
            }
        };
        let _ = timeout(HEARD, rest).await;
    }

    async fn lost(&self, share: usize) {
        metrics::counter!("uc_nodes_accepted_in_vain_total").increment(1);
        tracing::info!("two workers have accepted a call in the same moment: one of them is told that it is taken");
        self.decided(share, Verdict::Lost).await;
    }

    async fn decided(&self, share: usize, verdict: Verdict) {
        if let Some(ends) = self.ends.get(share) {
            // One that is over needs no verdict.
            let _ = ends.send(End::Decided(verdict)).await;
        }
    }
}

/// What the other shares said.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    All,
    Refused,
}

fn agent(outcome: &Outcome) -> Option<&Arc<str>> {
    let Outcome::Accepted { agent, .. } = outcome else { return None };
    Some(agent)
}

/// What a withdrawal of the whole makes of whatever the shares have said.
fn whole(end: &End) -> Option<Outcome> {
    let End::Withdrawn { why, .. } = end else { return None };
    Some(if *why == Why::CallerGone { Outcome::CallerGone } else { Outcome::Cancelled })
}

/// What shares that nobody accepted come to: what their workers would have at one node.
fn together<'o>(outcomes: impl Iterator<Item = &'o Outcome>) -> Outcome {
    let rank = |outcome: &&Outcome| match outcome {
        Outcome::Accepted { .. } => 0,
        // Whatever others said before.
        Outcome::CallerGone => 1,
        Outcome::TimedOut => 2,
        undeliverable if undeliverable.is_undeliverable() => 3,
        Outcome::Rejected => 4,
        Outcome::NoClient => 5,
        Outcome::Cancelled => 6,
        Outcome::Error(_) => 7,
    };
    outcomes.min_by_key(rank).cloned().unwrap_or(Outcome::NoClient)
}

#[cfg(test)]
mod tests;
