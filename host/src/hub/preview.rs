//! Interaction previews: offered → accepted | rejected | timed out | cancelled | caller gone | no client.
//! Each ends exactly once, a broadcast has exactly one winner (requirements F6–F8, F32; host/docs/requirements.md,
//! "Previews"). Pure: `now` is an argument; windows to open and close, and outcomes to answer, come back as [`Step`]s.
//! Workers, askers and invitations are known by what names them, so that an open [`Preview`] is plain data.
//! Long, because whatever happens to a preview may decide it, and each of that is a few lines here.

mod index;
mod invitation;
mod open;
mod proposal;
mod share;
mod step;
mod stopping;

pub(super) use invitation::InvitationId;
pub(super) use open::Preview;
pub(super) use proposal::{Candidate, Proposal, Reach, Shown, ShownData};
pub(super) use step::{Closed, Delivery, Over, Reply, Step};

use crate::{
    agent_link::ConnId,
    clock::Moment,
    directory::WorkerId,
    plugins::PluginId,
    routing::{
        asker::AskerId,
        message::{OPEN_WITH_OTHERS, Outcome, Withdrawal},
    },
    web::message::PreviewEnd,
};
use index::Index;
use invitation::{Invitation, Invitations};
use open::{Answer, Asked, end_for};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Number of a preview, unique over restarts as long as the clock does not go back: an answer that a page sends again
/// never meets another preview.
pub(super) type PreviewId = u64;

/// All open previews.
#[derive(Debug, Default)]
pub(super) struct Previews {
    open: BTreeMap<PreviewId, Preview>,
    by_conn_id: Index<ConnId>,
    by_worker: Index<WorkerId>,
    by_asker: Index<AskerId>,
    invitations: Invitations,
    last: PreviewId,
}

impl Previews {
    /// The first one gets the number after `last`.
    pub(super) fn numbered_after(last: PreviewId) -> Self {
        Self { last, ..Self::default() }
    }

    /// How many are open.
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    /// An open preview.
    pub(super) fn get(&self, id: PreviewId) -> Option<&Preview> {
        self.open.get(&id)
    }

    /// The previews that this worker's pages show, oldest first.
    pub(super) fn shown_to(&self, worker: &str) -> impl Iterator<Item = (PreviewId, &Preview)> {
        let open = self.by_worker.of(worker).iter().filter_map(|id| self.open.get(id).map(|preview| (*id, preview)));
        open.filter(move |(_, preview)| preview.shows(worker))
    }

    /// Offers a preview. The same interaction for the same workers joins the one that is open; for overlapping
    /// workers it is refused, because two windows for one call could both be accepted. `inviters` can make UC clients
    /// open a page.
    ///
    /// Returns the ID and the deadline of a preview that was opened.
    pub(super) fn offer(
        &mut self,
        mut proposal: Proposal,
        inviters: &[PluginId],
        now: Moment,
        steps: &mut Vec<Step>,
    ) -> Option<(PreviewId, Moment)> {
        proposal.candidates.sort_by(|(a, _), (b, _)| a.worker.cmp(&b.worker));
        proposal.candidates.dedup_by(|(a, _), (b, _)| a.worker == b.worker);
        // One whose timer is about to fire is over: who asks now does not get its end.
        for id in self.by_conn_id.of(&proposal.conn_id).to_vec() {
            self.expire(id, now, steps);
        }
        match self.overlapping(&proposal) {
            Some(id) => self.join(id, &proposal, steps),
            // A share is remembered as long as the others are asked, whoever can be reached here.
            None if proposal.elsewhere.is_empty()
                && proposal.candidates.iter().all(|(_, reach)| *reach == Reach::Nothing) =>
            {
                steps.push(Step::Outcome(proposal.asker, Outcome::NoClient));
            }
            None => return Some(self.open(proposal, inviters, now, steps)),
        }
        None
    }

    fn overlapping(&self, proposal: &Proposal) -> Option<PreviewId> {
        let everybody = proposal.everybody();
        let overlaps = |preview: &Preview| !preview.everybody().is_disjoint(&everybody);
        let mut same_call = self.by_conn_id.of(&proposal.conn_id).iter().copied();
        same_call.find(|id| self.open.get(id).is_some_and(overlaps))
    }

    fn join(&mut self, id: PreviewId, proposal: &Proposal, steps: &mut Vec<Step>) {
        let Some(preview) = self.open.get_mut(&id) else { return };
        if preview.everybody() != proposal.everybody() {
            return steps.push(Step::Outcome(proposal.asker, Outcome::Error(OPEN_WITH_OTHERS.into())));
        }
        steps.extend(preview.told.iter().map(|told| Step::Outcome(proposal.asker, told.outcome.clone())));
        preview.askers.insert(proposal.asker);
        self.by_asker.add(proposal.asker, id);
    }

    fn open(
        &mut self,
        proposal: Proposal,
        inviters: &[PluginId],
        now: Moment,
        steps: &mut Vec<Step>,
    ) -> (PreviewId, Moment) {
        self.last += 1;
        let id = self.last;
        let Proposal { conn_id, candidates, elsewhere, shown, length, asker } = proposal;
        self.by_conn_id.add(conn_id, id);
        self.by_asker.add(asker, id);
        let mut asked = Vec::with_capacity(candidates.len());
        for (candidate, reach) in candidates {
            self.by_worker.add(candidate.worker.clone(), id);
            let answer = match reach {
                Reach::Page => {
                    steps.push(Step::Show(id, candidate.worker.clone()));
                    Answer::Pending
                }
                Reach::Returning => Answer::Returning,
                Reach::Invitation => self.invite(id, &candidate.worker, inviters, steps),
                Reach::Nothing => Answer::Absent,
            };
            asked.push(Asked { candidate, answer });
        }
        let deadline = now + length;
        let askers = BTreeSet::from([asker]);
        let preview = Preview { conn_id, shown, deadline, length, asked, elsewhere, askers, told: None };
        self.open.insert(id, preview);
        self.end_if_decided(id, steps);
        (id, deadline)
    }

    /// Asks every inviter, each by a number of its own; nobody to ask: the worker cannot be reached.
    fn invite(&mut self, id: PreviewId, worker: &WorkerId, inviters: &[PluginId], steps: &mut Vec<Step>) -> Answer {
        let mut round = BTreeSet::new();
        for plugin in inviters {
            let invitation = Invitation { plugin: plugin.clone(), preview: id, worker: worker.clone() };
            let number = self.invitations.begin(invitation);
            round.insert(number);
            steps.push(Step::Invite(number, plugin.clone(), worker.clone()));
        }
        if round.is_empty() { Answer::Gone } else { Answer::Invited(round) }
    }

    /// A worker's answer. The first acceptance wins, of a share as far as it is known here; an answer after the deadline is
    /// too late even when the timer has not fired yet. An acceptance that cannot be delivered takes the worker out, and leaves it to the others.
    ///
    /// # Errors
    /// [`Closed`]: the worker was too late.
    pub(super) fn answer(
        &mut self,
        id: PreviewId,
        worker: &WorkerId,
        reply: Reply,
        now: Moment,
        steps: &mut Vec<Step>,
    ) -> Result<(), Closed> {
        let still_asks = |preview: &&mut Preview| now < preview.deadline && preview.told.is_none();
        let preview = self.open.get_mut(&id).filter(still_asks).ok_or(Closed)?;
        preview.answer_mut(worker).filter(|answer| **answer == Answer::Pending).ok_or(Closed)?;
        let (becomes, end, text) = match reply {
            Reply::Accept(Some(delivery)) => {
                self.tell(id, delivery.into(), Some(worker), steps);
                return Ok(());
            }
            Reply::Accept(None) => (Answer::Undeliverable, PreviewEnd::Undeliverable, ""),
            Reply::Decline => (Answer::Rejected, PreviewEnd::Rejected, ""),
        };
        steps.push(Step::Close(id, worker.clone(), end, text.into()));
        steps.extend(preview.over(id, worker, end));
        preview.answer_mut(worker).into_iter().for_each(|answer| *answer = becomes.clone());
        self.end_if_decided(id, steps);
        Ok(())
    }

    /// The time of a preview may be over.
    pub(super) fn expire(&mut self, id: PreviewId, now: Moment, steps: &mut Vec<Step>) {
        match self.open.get(&id).filter(|preview| preview.expires() <= now) {
            Some(preview) if preview.told.is_some() => self.end_as_told(id, steps),
            Some(_) => self.end(id, &Outcome::TimedOut, None, &"".into(), steps),
            None => {}
        }
    }

    /// The asker withdraws: everything for this interaction, or one worker's part of it. `agent` is the strategy's word
    /// for them, with the worker it means now, if any. An asker that is gone takes back its own share alone.
    pub(super) fn withdraw(
        &mut self,
        conn_id: ConnId,
        agent: Option<(&str, Option<&WorkerId>)>,
        why: Withdrawal,
        text: &Arc<str>,
        steps: &mut Vec<Step>,
    ) {
        let outcome = match why {
            Withdrawal::AskerGone(asker) => return self.asker_gone(asker, text, steps),
            Withdrawal::Cancelled => Outcome::Cancelled,
            Withdrawal::CallerGone => Outcome::CallerGone,
        };
        for id in self.by_conn_id.of(&conn_id).to_vec() {
            // What was accepted before stays so.
            let Some(preview) = self.open.get(&id).filter(|preview| !preview.is_promised()) else { continue };
            match agent.map(|(word, now)| preview.named(word, now)) {
                Some(None) => {}
                Some(Some(worker)) if preview.broadcast() => self.drop_candidate(id, &worker, text, steps),
                _ => self.end(id, &outcome, None, text, steps),
            }
        }
    }

    /// What this asker has asked for ends, for whoever else waits for it too; other previews of the same interaction
    /// stay.
    pub(super) fn end_of(&mut self, asker: AskerId, why: Withdrawal, text: &Arc<str>, steps: &mut Vec<Step>) {
        let outcome = if why == Withdrawal::CallerGone { Outcome::CallerGone } else { Outcome::Cancelled };
        for id in self.by_asker.of(&asker).to_vec() {
            if !self.open.get(&id).is_some_and(Preview::is_promised) {
                self.end(id, &outcome, None, text, steps);
            }
        }
    }

    fn asker_gone(&mut self, asker: AskerId, text: &Arc<str>, steps: &mut Vec<Step>) {
        for id in self.by_asker.of(&asker).to_vec() {
            self.by_asker.remove(asker, id);
            let Some(preview) = self.open.get_mut(&id) else { continue };
            preview.askers.remove(&asker);
            match &preview.told {
                _ if !preview.askers.is_empty() => {}
                Some(told) if told.winner.is_none() => self.end_as_told(id, steps),
                _ => self.end(id, &Outcome::Cancelled, None, text, steps),
            }
        }
    }

    fn drop_candidate(&mut self, id: PreviewId, worker: &WorkerId, text: &Arc<str>, steps: &mut Vec<Step>) {
        let Some(preview) = self.open.get_mut(&id) else { return };
        let over = preview.over(id, worker, PreviewEnd::Cancelled);
        let answer = preview.answer_mut(worker);
        // What was answered stays answered.
        let Some(answer) = answer.filter(|a| !matches!(a, Answer::Rejected | Answer::Undeliverable)) else { return };
        match std::mem::replace(answer, Answer::Withdrawn) {
            Answer::Pending => steps.push(Step::Close(id, worker.clone(), PreviewEnd::Cancelled, text.clone())),
            Answer::Invited(round) => steps.extend(self.invitations.take_back(&round)),
            _ => {}
        }
        steps.extend(over);
        self.end_if_decided(id, steps);
    }

    /// A worker opened their first page: they see what was offered while they were away.
    pub(super) fn present(&mut self, worker: &WorkerId, steps: &mut Vec<Step>) {
        for id in self.by_worker.of(&**worker) {
            let asks = self.open.get_mut(id).filter(|preview| preview.told.is_none());
            let Some(answer) = asks.and_then(|preview| preview.answer_mut(worker)) else { continue };
            if let Answer::Invited(round) = answer {
                steps.extend(self.invitations.take_back(round));
            }
            if matches!(answer, Answer::Absent | Answer::Returning | Answer::Invited(_) | Answer::Gone) {
                *answer = Answer::Pending;
                steps.push(Step::Found(*id, worker.clone()));
            }
        }
    }

    /// A worker has had no page for longer than the grace time. Whoever has not seen a preview yet is invited, if
    /// anybody can; whoever left its window is not bothered.
    pub(super) fn grace_over(&mut self, worker: &WorkerId, inviters: &[PluginId], steps: &mut Vec<Step>) {
        for id in self.by_worker.of(&**worker).to_vec() {
            let answer = self.open.get(&id).and_then(|preview| preview.find(worker)).map(|asked| asked.answer.clone());
            let becomes = match answer {
                Some(Answer::Pending) => Answer::Gone,
                Some(Answer::Returning) => self.invite(id, worker, inviters, steps),
                _ => continue,
            };
            self.set_answer(id, worker, becomes, steps);
        }
    }

    /// The workers who are asked something now.
    pub(super) fn asked(&self) -> impl Iterator<Item = &WorkerId> {
        self.by_worker.keys()
    }

    /// A worker left the directory: nobody waits for them. One who comes back before the end sees it again.
    pub(super) fn left(&mut self, worker: &WorkerId, steps: &mut Vec<Step>) {
        for id in self.by_worker.of(&**worker).to_vec() {
            let Some(answer) = self.open.get_mut(&id).and_then(|preview| preview.answer_mut(worker)) else { continue };
            if answer.may_still_come() {
                if let Answer::Invited(round) = answer {
                    steps.extend(self.invitations.take_back(round));
                }
                self.set_answer(id, worker, Answer::Gone, steps);
            }
        }
    }

    /// What came of an invitation. A failure concerns whoever still waits for exactly this one; the worker is given up
    /// when all of its round have failed. Once it has arrived, it cannot fail any more.
    pub(super) fn invitation_ended(
        &mut self,
        plugin: &PluginId,
        number: InvitationId,
        failed: bool,
        steps: &mut Vec<Step>,
    ) {
        let Some(Invitation { preview: id, worker, .. }) = self.invitations.end(plugin, number) else { return };
        let answer = self.open.get_mut(&id).and_then(|preview| preview.answer_mut(&worker));
        if let (true, Some(Answer::Invited(round))) = (failed, answer) {
            round.remove(&number);
            if round.is_empty() {
                self.set_answer(id, &worker, Answer::Gone, steps);
            }
        }
    }

    /// An inviter ended: what it was asked for, and has not reported, comes to nothing; but for what the next one is
    /// asked for.
    pub(super) fn inviter_ended(&mut self, plugin: &PluginId, next: &[InvitationId], steps: &mut Vec<Step>) {
        for number in self.invitations.of(plugin) {
            if !next.contains(&number) {
                self.invitation_ended(plugin, number, true, steps);
            }
        }
    }

    /// Whether an invitation of this plug-in may still come to something.
    pub(super) fn awaits(&self, plugin: &PluginId, number: InvitationId) -> bool {
        self.invitations.of(plugin).contains(&number)
    }

    fn set_answer(&mut self, id: PreviewId, worker: &WorkerId, given: Answer, steps: &mut Vec<Step>) {
        if let Some(answer) = self.open.get_mut(&id).and_then(|preview| preview.answer_mut(worker)) {
            if std::mem::replace(answer, given) == Answer::Pending {
                steps.push(Step::Away(id, worker.clone()));
            }
            self.end_if_decided(id, steps);
        }
    }

    fn end_if_decided(&mut self, id: PreviewId, steps: &mut Vec<Step>) {
        if let Some(outcome) = self.open.get(&id).and_then(Preview::decided) {
            self.tell(id, outcome, None, steps);
        }
    }

    fn end(
        &mut self,
        id: PreviewId,
        outcome: &Outcome,
        winner: Option<&WorkerId>,
        text: &Arc<str>,
        steps: &mut Vec<Step>,
    ) {
        self.end_as(id, outcome, |worker| end_for(outcome, winner == Some(worker)), text, steps);
    }

    fn end_as(
        &mut self,
        id: PreviewId,
        outcome: &Outcome,
        end_of: impl Fn(&WorkerId) -> PreviewEnd,
        text: &Arc<str>,
        steps: &mut Vec<Step>,
    ) {
        let Some(preview) = self.open.remove(&id) else { return };
        self.by_conn_id.remove(preview.conn_id, id);
        // The asker first: routing the call matters more than closing windows.
        for asker in &preview.askers {
            self.by_asker.remove(*asker, id);
            if preview.told.is_none() {
                steps.push(Step::Outcome(*asker, outcome.clone()));
            }
        }
        let over: Vec<_> = preview.workers().filter_map(|worker| preview.over(id, worker, end_of(worker))).collect();
        let mut invited = BTreeSet::new();
        for Asked { candidate, answer } in preview.asked {
            match answer {
                Answer::Pending => {
                    let end = end_of(&candidate.worker);
                    steps.push(Step::Close(id, candidate.worker.clone(), end, text.clone()));
                }
                Answer::Invited(round) => invited.extend(round),
                _ => {}
            }
            self.by_worker.remove(candidate.worker, id);
        }
        steps.extend(self.invitations.take_back(&invited));
        steps.extend(over);
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
