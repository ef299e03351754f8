//! Interaction previews: offered → accepted | rejected | timed out | cancelled | caller gone | no client.
//! Each ends exactly once, a broadcast has exactly one winner (requirements section 7, F6–F8, F32). Pure: `now` is an
//! argument; windows to open and close, and outcomes to answer, come back as [`Step`]s.

use crate::clock::Moment;
use crate::{
    routing::message::{Outcome, Withdrawal},
    web::message::PreviewEnd,
    wire::{ConnId, KvList},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::sync::oneshot;
use uc_plugin_api::UserHandle;

/// Number of a preview, unique while the process lives.
pub(super) type PreviewId = u64;

/// One worker of an offer, as the directory resolved him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The worker.
    pub user: UserHandle,
    /// Agent ID, for the outcome.
    pub agent: Arc<str>,
    /// Where the call would be delivered.
    pub dn: Arc<str>,
    /// The DN's switch.
    pub switch: Arc<str>,
    /// How he can be reached now.
    pub reach: Reach,
}

/// How a worker can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// A page is open.
    Page,
    /// No page, but his UC client can be made to open one (requirements F34).
    Invitation,
    /// Not at all.
    Nothing,
}

/// An offer whose targets are resolved.
#[derive(Debug)]
pub(super) struct Proposal {
    /// Which interaction.
    pub conn_id: ConnId,
    /// Whom to ask; not empty.
    pub candidates: Vec<Candidate>,
    /// Media type.
    pub media_type: Arc<str>,
    /// Business data.
    pub user_data: Arc<KvList>,
    /// How long.
    pub length: Duration,
    /// Gets the outcome.
    pub reply: oneshot::Sender<Outcome>,
}

/// What has to happen, in order.
#[derive(Debug)]
pub(super) enum Step {
    /// Open the window of this preview at this worker's pages.
    Show(PreviewId, UserHandle),
    /// Make his UC client open a page.
    Invite(UserHandle),
    /// Close it.
    Close(PreviewId, UserHandle, PreviewEnd, Arc<str>),
    /// Answer the asker.
    Reply(oneshot::Sender<Outcome>, Outcome),
}

/// How one candidate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// No page open: he sees the preview as soon as he opens one.
    Absent,
    /// Likewise, and his UC client is asking him to: worth waiting for.
    Invited,
    Pending,
    Rejected,
    /// His last page closed, and none came back in time.
    Gone,
    /// The asker no longer wants him: a page that he opens later shows nothing.
    Withdrawn,
}

/// An open preview.
#[derive(Debug)]
pub(super) struct Preview {
    /// Which interaction.
    pub conn_id: ConnId,
    /// Media type.
    pub media_type: Arc<str>,
    /// Business data.
    pub user_data: Arc<KvList>,
    /// When it times out.
    pub deadline: Moment,
    /// The same on the wall clock, milliseconds since 1970 UTC.
    pub deadline_unix_ms: u64,
    /// Its whole length.
    pub length: Duration,
    candidates: Vec<(Candidate, Answer)>,
    replies: Vec<oneshot::Sender<Outcome>>,
}

impl Preview {
    /// More than one worker is asked.
    pub(super) fn broadcast(&self) -> bool {
        self.candidates.len() > 1
    }

    /// Where `user` would get the call.
    pub(super) fn dn_of(&self, user: UserHandle) -> Option<&Arc<str>> {
        self.candidates.iter().find(|(c, _)| c.user == user).map(|(c, _)| &c.dn)
    }
}

/// The answer came too late: the preview is closed, or was never offered to this worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Closed;

/// All open previews.
#[derive(Debug, Default)]
pub(super) struct Previews {
    open: BTreeMap<PreviewId, Preview>,
    by_conn_id: HashMap<ConnId, Vec<PreviewId>>,
    by_user: HashMap<UserHandle, Vec<PreviewId>>,
    last: PreviewId,
}

impl Previews {
    /// How many are open.
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    /// The interactions under preview.
    pub(super) fn conn_ids(&self) -> Vec<ConnId> {
        self.by_conn_id.keys().copied().collect()
    }

    /// An open preview.
    pub(super) fn get(&self, id: PreviewId) -> Option<&Preview> {
        self.open.get(&id)
    }

    /// The previews that `user`'s pages show, oldest first.
    pub(super) fn shown_to(&self, user: UserHandle) -> impl Iterator<Item = (PreviewId, &Preview)> {
        let ids = self.by_user.get(&user).map(Vec::as_slice).unwrap_or_default();
        let open = ids.iter().filter_map(|id| self.open.get(id).map(|preview| (*id, preview)));
        open.filter(move |(_, preview)| preview.candidates.iter().any(|c| c.0.user == user && c.1 == Answer::Pending))
    }

    /// Offers a preview. The same interaction for the same workers joins the one that is open; for overlapping
    /// workers it is refused, because two windows for one call could both be accepted.
    ///
    /// Returns the ID and the deadline of a preview that was opened.
    pub(super) fn offer(
        &mut self,
        proposal: Proposal,
        now: Moment,
        steps: &mut Vec<Step>,
    ) -> Option<(PreviewId, Moment)> {
        if let Some(proposal) = self.join(proposal, steps) {
            if proposal.candidates.iter().all(|candidate| candidate.reach == Reach::Nothing) {
                steps.push(Step::Reply(proposal.reply, Outcome::NoClient));
                return None;
            }
            return Some(self.open(proposal, now, steps));
        }
        None
    }

    fn join(&mut self, proposal: Proposal, steps: &mut Vec<Step>) -> Option<Proposal> {
        let same_call = self.by_conn_id.get(&proposal.conn_id).map(Vec::as_slice).unwrap_or_default();
        let asked = |preview: &Preview, c: &Candidate| preview.candidates.iter().any(|(have, _)| have.user == c.user);
        let overlapping = same_call
            .iter()
            .copied()
            .find(|id| self.open.get(id).is_some_and(|preview| proposal.candidates.iter().any(|c| asked(preview, c))));
        let Some(preview) = overlapping.and_then(|id| self.open.get_mut(&id)) else { return Some(proposal) };
        let same_workers = preview.candidates.len() == proposal.candidates.len()
            && proposal.candidates.iter().all(|c| asked(preview, c));
        if same_workers {
            preview.replies.push(proposal.reply);
        } else {
            let text = "a preview of this interaction is open with other workers: cancel it first";
            steps.push(Step::Reply(proposal.reply, Outcome::Error(text.into())));
        }
        None
    }

    fn open(&mut self, proposal: Proposal, now: Moment, steps: &mut Vec<Step>) -> (PreviewId, Moment) {
        self.last += 1;
        let id = self.last;
        let deadline = now + proposal.length;
        self.by_conn_id.entry(proposal.conn_id).or_default().push(id);
        let mut candidates = Vec::with_capacity(proposal.candidates.len());
        for candidate in proposal.candidates {
            self.by_user.entry(candidate.user).or_default().push(id);
            let (answer, step) = match candidate.reach {
                Reach::Page => (Answer::Pending, Some(Step::Show(id, candidate.user))),
                Reach::Invitation => (Answer::Invited, Some(Step::Invite(candidate.user))),
                Reach::Nothing => (Answer::Absent, None),
            };
            steps.extend(step);
            candidates.push((candidate, answer));
        }
        let preview = Preview {
            conn_id: proposal.conn_id,
            media_type: proposal.media_type,
            user_data: proposal.user_data,
            deadline,
            deadline_unix_ms: deadline.unix_ms(),
            length: proposal.length,
            candidates,
            replies: vec![proposal.reply],
        };
        self.open.insert(id, preview);
        (id, deadline)
    }

    /// A worker's answer. The first acceptance wins; an answer after the deadline is too late even when the timer
    /// has not fired yet.
    ///
    /// # Errors
    /// [`Closed`]: the worker was too late.
    pub(super) fn answer(
        &mut self,
        id: PreviewId,
        user: UserHandle,
        accept: bool,
        now: Moment,
        steps: &mut Vec<Step>,
    ) -> Result<(), Closed> {
        let preview = self.open.get_mut(&id).filter(|preview| now < preview.deadline).ok_or(Closed)?;
        let pending = |c: &&mut (Candidate, Answer)| c.0.user == user && c.1 == Answer::Pending;
        let (candidate, answer) = preview.candidates.iter_mut().find(pending).ok_or(Closed)?;
        if accept {
            let Candidate { agent, dn, switch, .. } = candidate.clone();
            self.end(id, &Outcome::Accepted { agent, dn, switch }, Some(user), &"".into(), steps);
            return Ok(());
        }
        *answer = Answer::Rejected;
        steps.push(Step::Close(id, user, PreviewEnd::Rejected, "".into()));
        self.end_if_nobody_is_left(id, steps);
        Ok(())
    }

    /// The deadline of a preview may have passed.
    pub(super) fn expire(&mut self, id: PreviewId, now: Moment, steps: &mut Vec<Step>) {
        if self.open.get(&id).is_some_and(|preview| preview.deadline <= now) {
            self.end(id, &Outcome::TimedOut, None, &"".into(), steps);
        }
    }

    /// The asker withdraws: everything for this interaction, or one worker's part of it.
    pub(super) fn withdraw(
        &mut self,
        conn_id: ConnId,
        user: Option<UserHandle>,
        why: Withdrawal,
        text: &Arc<str>,
        steps: &mut Vec<Step>,
    ) {
        let outcome = match why {
            Withdrawal::Cancelled | Withdrawal::AskerGone => Outcome::Cancelled,
            Withdrawal::CallerGone => Outcome::CallerGone,
        };
        for id in self.by_conn_id.get(&conn_id).cloned().unwrap_or_default() {
            let Some(preview) = self.open.get(&id) else { continue };
            match user {
                _ if why == Withdrawal::AskerGone && preview.replies.iter().any(|reply| !reply.is_closed()) => {}
                Some(user) if preview.dn_of(user).is_none() => {}
                Some(user) if preview.broadcast() => self.drop_candidate(id, user, text, steps),
                _ => self.end(id, &outcome, None, text, steps),
            }
        }
    }

    fn drop_candidate(&mut self, id: PreviewId, user: UserHandle, text: &Arc<str>, steps: &mut Vec<Step>) {
        let preview = self.open.get_mut(&id);
        if let Some((_, answer)) = preview.and_then(|p| p.candidates.iter_mut().find(|c| c.0.user == user)) {
            if *answer == Answer::Pending {
                steps.push(Step::Close(id, user, PreviewEnd::Cancelled, text.clone()));
            }
            *answer = Answer::Withdrawn;
            self.end_if_nobody_is_left(id, steps);
        }
    }

    /// A worker opened his first page: he sees what was offered while he was away.
    pub(super) fn present(&mut self, user: UserHandle) {
        for id in self.by_user.get(&user).map(Vec::as_slice).unwrap_or_default() {
            let preview = self.open.get_mut(id);
            let his = preview.and_then(|p| p.candidates.iter_mut().find(|c| c.0.user == user));
            if let Some((_, answer @ (Answer::Absent | Answer::Invited | Answer::Gone))) = his {
                *answer = Answer::Pending;
            }
        }
    }

    /// A worker has had no page for longer than the grace time, or left the directory.
    pub(super) fn gone(&mut self, user: UserHandle, steps: &mut Vec<Step>) {
        for id in self.by_user.get(&user).cloned().unwrap_or_default() {
            let preview = self.open.get_mut(&id);
            if let Some((_, answer)) = preview.and_then(|p| p.candidates.iter_mut().find(|c| c.0.user == user)) {
                if !matches!(answer, Answer::Rejected | Answer::Withdrawn) {
                    *answer = Answer::Gone;
                }
                self.end_if_nobody_is_left(id, steps);
            }
        }
    }

    fn end_if_nobody_is_left(&mut self, id: PreviewId, steps: &mut Vec<Step>) {
        let Some(preview) = self.open.get(&id) else { return };
        let any = |answer| preview.candidates.iter().any(|c| c.1 == answer);
        if !any(Answer::Pending) && !any(Answer::Invited) {
            let outcome = if any(Answer::Rejected) {
                Outcome::Rejected
            } else if any(Answer::Absent) || any(Answer::Gone) {
                Outcome::NoClient
            } else {
                Outcome::Cancelled
            };
            self.end(id, &outcome, None, &"".into(), steps);
        }
    }

    fn end(
        &mut self,
        id: PreviewId,
        outcome: &Outcome,
        winner: Option<UserHandle>,
        text: &Arc<str>,
        steps: &mut Vec<Step>,
    ) {
        let Some(preview) = self.open.remove(&id) else { return };
        forget(&mut self.by_conn_id, preview.conn_id, id);
        // The asker first: routing the call matters more than closing windows.
        steps.extend(preview.replies.into_iter().map(|reply| Step::Reply(reply, outcome.clone())));
        for (candidate, answer) in preview.candidates {
            forget(&mut self.by_user, candidate.user, id);
            if answer == Answer::Pending {
                let end = end_for(outcome, winner == Some(candidate.user));
                steps.push(Step::Close(id, candidate.user, end, text.clone()));
            }
        }
    }
}

fn forget<K: std::hash::Hash + Eq>(index: &mut HashMap<K, Vec<PreviewId>>, key: K, id: PreviewId) {
    if let std::collections::hash_map::Entry::Occupied(mut ids) = index.entry(key) {
        ids.get_mut().retain(|have| *have != id);
        if ids.get().is_empty() {
            ids.remove();
        }
    }
}

fn end_for(outcome: &Outcome, winner: bool) -> PreviewEnd {
    match outcome {
        Outcome::Accepted { .. } if winner => PreviewEnd::Accepted,
        Outcome::Accepted { .. } => PreviewEnd::TakenByAnother,
        Outcome::TimedOut => PreviewEnd::TimedOut,
        Outcome::CallerGone => PreviewEnd::CallerGone,
        Outcome::Rejected => PreviewEnd::Rejected,
        Outcome::Cancelled | Outcome::NoClient | Outcome::Error(_) => PreviewEnd::Cancelled,
    }
}

#[cfg(test)]
mod tests;
