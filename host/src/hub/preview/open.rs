//! One open preview, as data: it can be written out and read back.

use super::{Candidate, InvitationId, Over, PreviewId, Shown, Step};
use crate::{
    agent_link::ConnId,
    clock::Moment,
    directory::WorkerId,
    routing::{
        asker::AskerId,
        message::{Outcome, UNDELIVERABLE},
    },
    web::message::PreviewEnd,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};

/// An acceptance waits for its verdict so long after the deadline at most: longer than a link takes to be found lost, which
/// takes its shares back. Whoever was told earlier that they have won may not have.
pub(super) const PROMISED: Duration = Duration::from_secs(15);

/// How one candidate stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Answer {
    /// No page open: they see the preview as soon as they open one.
    Absent,
    /// Likewise, and their page closed a moment ago, as when it reloads: worth waiting for.
    Returning,
    /// Likewise, and their UC client is asking them to: worth waiting for until all these invitations have failed.
    Invited(BTreeSet<InvitationId>),
    /// Their pages show it.
    Pending,
    /// They declined.
    Rejected,
    /// They accepted, and the call had nowhere to go.
    Undeliverable,
    /// Their last page closed, and none came back in time.
    Gone,
    /// The asker no longer wants them: a page that they open later shows nothing.
    Withdrawn,
}

impl Answer {
    pub(super) fn may_still_come(&self) -> bool {
        matches!(self, Self::Returning | Self::Invited(_) | Self::Pending)
    }
}

/// A candidate and how they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) candidate: Candidate,
    pub(super) answer: Answer,
}

/// An open preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::hub) struct Preview {
    /// Which interaction.
    pub conn_id: ConnId,
    /// What its window shows.
    pub shown: Shown,
    /// When it times out.
    pub deadline: Moment,
    /// Its whole length.
    pub length: Duration,
    /// In the order of their worker's IDs, each worker once.
    pub(super) asked: Vec<Asked>,
    /// Who else is asked, at other nodes: this is a share then, which stays until it is known what became of the whole.
    #[serde(default)]
    pub(super) elsewhere: BTreeSet<WorkerId>,
    /// Who gets the outcome.
    pub(super) askers: BTreeSet<AskerId>,
    /// What the askers of a share were told.
    #[serde(default)]
    pub(super) told: Option<Told>,
}

/// What came of a share, told before it is known what became of the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) outcome: Outcome,
    /// Who has accepted.
    pub(super) winner: Option<WorkerId>,
}

impl Preview {
    /// More than one worker is asked.
    pub(in crate::hub) fn broadcast(&self) -> bool {
        self.asked.len() + self.elsewhere.len() > 1
    }

    /// Everybody who is asked, here and at other nodes.
    pub(super) fn everybody(&self) -> BTreeSet<&WorkerId> {
        self.workers().chain(&self.elsewhere).collect()
    }

    /// A worker has accepted, and it is not known yet whether another one at another node has, too.
    pub(super) fn is_promised(&self) -> bool {
        self.told.as_ref().is_some_and(|told| told.winner.is_some())
    }

    /// When it ends whatever else is said: a promise may still be waiting for its verdict at the deadline.
    pub(in crate::hub) fn expires(&self) -> Moment {
        if self.is_promised() { self.deadline + PROMISED } else { self.deadline }
    }

    /// This worker's part.
    pub(in crate::hub) fn candidate(&self, worker: &str) -> Option<&Candidate> {
        self.find(worker).map(|asked| &asked.candidate)
    }

    pub(super) fn workers(&self) -> impl Iterator<Item = &WorkerId> {
        self.asked.iter().map(|asked| &asked.candidate.worker)
    }

    /// The strategy's word for a worker: theirs when it asked, else theirs now.
    pub(super) fn named(&self, word: &str, now: Option<&WorkerId>) -> Option<WorkerId> {
        let then = self.asked.iter().find(|asked| *asked.candidate.asked_as == *word);
        then.map(|asked| &asked.candidate.worker).or(now).filter(|worker| self.find(worker).is_some()).cloned()
    }

    pub(super) fn find(&self, worker: &str) -> Option<&Asked> {
        self.place(worker).map(|place| &self.asked[place])
    }

    /// How this worker stands.
    pub(super) fn answer_mut(&mut self, worker: &str) -> Option<&mut Answer> {
        self.place(worker).map(|place| &mut self.asked[place].answer)
    }

    fn place(&self, worker: &str) -> Option<usize> {
        self.asked.binary_search_by(|asked| (*asked.candidate.worker).cmp(worker)).ok()
    }

    /// Whether its window is open at this worker's pages.
    pub(super) fn shows(&self, worker: &str) -> bool {
        self.find(worker).is_some_and(|asked| asked.answer == Answer::Pending)
    }

    /// It is over for this worker, who was asked and has not answered, or would have been as soon as they came.
    pub(super) fn over(&self, id: PreviewId, worker: &WorkerId, end: PreviewEnd) -> Option<Step> {
        let Asked { candidate, answer } = self.find(worker)?;
        let shown = *answer == Answer::Pending;
        if !(shown || matches!(answer, Answer::Gone | Answer::Invited(_) | Answer::Returning)) {
            return None;
        }
        let (deadline, caller) = (self.deadline, self.shown.caller.clone());
        let over = Over { id, deadline, caller, candidate: candidate.clone(), end, shown };
        Some(Step::Over(worker.clone(), Box::new(over)))
    }

    /// How it ends, when no answer can come any more.
    pub(super) fn decided(&self) -> Option<Outcome> {
        let any = |answer: &Answer| self.asked.iter().any(|asked| asked.answer == *answer);
        if self.told.is_some() || self.asked.iter().any(|asked| asked.answer.may_still_come()) {
            None
        } else if any(&Answer::Undeliverable) {
            Some(Outcome::Error(UNDELIVERABLE.into()))
        } else if any(&Answer::Rejected) {
            Some(Outcome::Rejected)
        } else if any(&Answer::Absent) || any(&Answer::Gone) {
            Some(Outcome::NoClient)
        } else {
            Some(Outcome::Cancelled)
        }
    }
}

/// How a preview that had this outcome ended for a worker who has not answered it, or has won it.
pub(super) fn end_for(outcome: &Outcome, winner: bool) -> PreviewEnd {
    match outcome {
        Outcome::Accepted { .. } if winner => PreviewEnd::Accepted,
        Outcome::Accepted { .. } => PreviewEnd::TakenByAnother,
        // Nobody came in time: nobody has withdrawn it. Who answered was told by then: it is over for those who were away,
        // whatever the others said.
        Outcome::TimedOut | Outcome::NoClient | Outcome::Rejected | Outcome::Error(_) => PreviewEnd::TimedOut,
        Outcome::CallerGone => PreviewEnd::CallerGone,
        Outcome::Cancelled => PreviewEnd::Cancelled,
    }
}
