//! One chat at one DN: from the T-Server's first word of it to the end of the wrap-up. Pure.
//!
//! Long, because every word of the T-Server about a chat ends here, and each changes what the others mean.

mod missing;

use super::{
    outbox::Outbox,
    rules::ChatRules,
    transcript::{Transcript, What},
    tries::Tries,
};
use crate::{
    agent_link::{ChatEvent, ChatNews, ChatOpened, ConnId, Dn, Escalation, KvList, LinkId},
    clock::{Moment, SameMoment},
};
pub(super) use missing::Known;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// Pause before leaving is asked for again, at the least.
const LEAVES_AGAIN: Duration = Duration::from_secs(2);
/// Lines that were not sent can be read for so long after the end, at the least.
const UNSENT: Duration = Duration::from_secs(60);
/// Most parties shown of a chat.
const MOST_PARTIES: usize = 64;

/// Where a chat stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Lines are written and read.
    Open,
    /// The worker has left it; the T-Server has not said so yet.
    Closing,
    /// It is over; the transcript stays until then.
    WrapUp(Over, Moment),
}

/// Why a chat is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Over {
    /// The worker left it.
    Left,
    /// The T-Server ended it, in these words.
    Closed(Arc<str>),
    /// The T-Server does not know it any more.
    Lost,
    /// The DN is no longer the worker's.
    DnGone,
}

/// One chat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Chat {
    /// Whose T-Server.
    pub(crate) link: LinkId,
    /// The worker's DN.
    pub(crate) dn: Dn,
    /// Which chat.
    pub(crate) conn_id: ConnId,
    /// When it was first told of here.
    pub(crate) since: Moment,
    /// What it is about.
    pub(crate) subject: Arc<str>,
    /// Who takes part.
    pub(crate) parties: Vec<Dn>,
    /// Its business data.
    pub(crate) user_data: KvList,
    /// The call during which it was begun.
    pub(crate) call: Option<ConnId>,
    /// Where it stands.
    pub(crate) phase: Phase,
    /// What was said.
    pub(crate) transcript: Transcript,
    /// What the worker wrote and the T-Server has not confirmed.
    pub(crate) outbox: Outbox,
    /// How far others have read, and how far lines are at somebody's.
    pub(crate) marks: Marks,
    /// How it stands with the worker's wish to have the customer's call, and the words for it.
    pub(crate) escalation: Option<(Escalation, Arc<str>)>,
    /// They had asked for it in a life before, so that an answer may be on its way.
    #[serde(skip)]
    was_asked: bool,
    /// The revision up to which the worker has read.
    read: u64,
    /// What the T-Server was told of how far the worker is.
    pub(super) told: Marks,
    #[serde(skip, default = "not_asked")]
    pub(super) known: Known,
    #[serde(skip)]
    resumes: u32,
    /// Refusals of those in a row.
    #[serde(skip)]
    refusals: u32,
    /// How often it was asked to tell again.
    #[serde(skip)]
    asks: Tries,
    /// Up to this number an `opened` has told who takes part: what comes of it is history.
    #[serde(default)]
    parties_told_to: u64,
    /// Number of the worker's own leaving; none: they are in it, or none was told.
    #[serde(default)]
    own_leaving: Option<u64>,
    /// When leaving is asked for, or asked for again.
    leaves_at: Option<Moment>,
    /// How often it was asked for.
    #[serde(skip)]
    leaves: Tries,
    /// Pages know of what they show besides entries.
    #[serde(skip)]
    pub(super) changed: bool,
    /// The revision that pages were told last.
    #[serde(skip)]
    pub(super) shown: u64,
    /// Others who are writing, to be told once.
    #[serde(skip)]
    pub(super) typing: Vec<Dn>,
}

/// Numbers up to which lines have come somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marks {
    /// At somebody's page.
    pub(crate) delivered: u64,
    /// Before their eyes.
    pub(crate) read: u64,
}

fn not_asked() -> Known {
    Known::NotAsked
}

impl Chat {
    pub(super) fn new(link: LinkId, dn: Dn, conn_id: ConnId, now: Moment) -> Self {
        Self {
            link,
            dn,
            conn_id,
            since: now,
            subject: "".into(),
            parties: Vec::new(),
            user_data: KvList::default(),
            call: None,
            phase: Phase::Open,
            transcript: Transcript::default(),
            outbox: Outbox::default(),
            marks: Marks::default(),
            escalation: None,
            was_asked: false,
            read: 0,
            told: Marks::default(),
            known: Known::NotAsked,
            resumes: 0,
            refusals: 0,
            asks: Tries::default(),
            parties_told_to: 0,
            own_leaving: None,
            leaves_at: None,
            leaves: Tries::default(),
            changed: true,
            shown: 0,
            typing: Vec::new(),
        }
    }

    /// The same without what may be long.
    pub(super) fn bare(&self) -> Self {
        Self {
            subject: self.subject.clone(),
            parties: self.parties.clone(),
            phase: self.phase.clone(),
            transcript: self.transcript.bare(),
            escalation: self.escalation.clone(),
            call: self.call,
            since: self.since,
            marks: self.marks,
            read: self.read,
            told: self.told,
            parties_told_to: self.parties_told_to,
            own_leaving: self.own_leaving,
            leaves_at: self.leaves_at,
            ..Self::new(self.link, self.dn.clone(), self.conn_id, self.since)
        }
    }

    /// It is not over.
    pub(crate) fn is_live(&self) -> bool {
        !matches!(self.phase, Phase::WrapUp(..))
    }

    /// It was written down by another clock.
    pub(super) fn written_by(&mut self, clock: SameMoment, rules: &ChatRules, now: Moment) {
        self.since = clock.since(self.since, now);
        if let Phase::WrapUp(_, until) = &mut self.phase {
            *until = clock.until(*until, rules.wrap_up.max(UNSENT), now);
        }
        self.leaves_at = self.leaves_at.map(|at| clock.until(at, LEAVES_AGAIN, now));
        self.outbox.written_by(clock, now);
    }

    /// Lines of others that the worker has not read.
    pub(crate) fn unread(&self) -> usize {
        let line = |entry: &&super::Entry| matches!(entry.what, What::Line { .. }) && entry.party != self.dn;
        self.transcript.entries().filter(|entry| entry.revision > self.read).filter(line).count()
    }

    /// What the T-Server tells of it.
    pub(super) fn event(&mut self, event: ChatEvent, rules: &ChatRules, now: Moment) {
        let ChatEvent { sequence, time, news, .. } = event;
        let time = time.unwrap_or_else(|| now.unix_ms());
        match news {
            ChatNews::Opened(opened) => self.opened(*opened),
            // What is missing may be on its way still.
            _ if !self.is_live() && !self.transcript.lacks(sequence) => {}
            ChatNews::Line { party, id, text } => {
                if party == self.dn && !id.is_empty() {
                    self.changed |= self.outbox.remove(&id);
                }
                self.typing.retain(|writes| *writes != party);
                self.transcript.take(sequence, time, party, What::line(id, &text), rules);
            }
            ChatNews::Joined(party) => {
                if self.transcript.take(sequence, time, party.clone(), What::Joined, rules) && self.is_news(sequence) {
                    self.joins(party);
                }
            }
            ChatNews::Left(party) => {
                if self.transcript.take(sequence, time, party.clone(), What::Left, rules) && self.is_news(sequence) {
                    self.leaves(&party, sequence, rules, now);
                }
            }
            _ if !self.is_live() => {}
            ChatNews::Typing(party) if party != self.dn && !self.typing.contains(&party) => {
                let room = self.typing.len() < MOST_PARTIES;
                self.typing.extend(room.then_some(party));
            }
            ChatNews::Typing(_) => {}
            ChatNews::Delivered(party, number) if party != self.dn => self.mark(number, 0),
            ChatNews::Read(party, number) if party != self.dn => self.mark(number, number),
            ChatNews::Delivered(..) | ChatNews::Read(..) => {}
            ChatNews::Closed(words) => {
                self.transcript.give_up();
                self.end(Over::Closed(words), rules, now);
            }
            ChatNews::Escalation(party, stands, words) => self.escalation_told(&party, stands, words),
        }
        self.look_for_gap(now);
    }

    /// Who takes part now is another by it. What an `opened` has told already is told again with the history.
    fn is_news(&self, sequence: Option<u64>) -> bool {
        self.is_live() && sequence.is_none_or(|number| number > self.parties_told_to)
    }

    fn leaves(&mut self, party: &Dn, sequence: Option<u64>, rules: &ChatRules, now: Moment) {
        self.parties.retain(|there| there != party);
        self.changed = true;
        if *party == self.dn {
            self.own_leaving = sequence;
            // What is said after it is not for them.
            self.transcript.give_up_to(sequence.unwrap_or_default());
            self.end(Over::Left, rules, now);
        }
    }

    /// The worker has left it, and is in it again. An `opened` that was under way when they left does not know of that yet.
    pub(super) fn comes_back(&self, event: &ChatEvent) -> bool {
        let own_leaving = self.own_leaving.unwrap_or(self.transcript.last());
        let told = match &event.news {
            ChatNews::Joined(party) => *party == self.dn && event.sequence.is_none_or(|number| number > own_leaving),
            ChatNews::Opened(opened) => {
                let named = opened.parties.as_ref().is_some_and(|parties| parties.contains(&self.dn));
                named && opened.last.is_none_or(|told| told >= own_leaving)
            }
            _ => false,
        };
        told && matches!(self.phase, Phase::WrapUp(Over::Left, _))
    }

    /// What was asked of it before they left is void.
    pub(super) fn begin_anew(&mut self) {
        (self.phase, self.known, self.escalation, self.own_leaving) = (Phase::Open, Known::NotAsked, None, None);
        (self.resumes, self.refusals, self.asks) = (0, 0, Tries::default());
        (self.was_asked, self.changed) = (false, true);
    }

    /// Everybody in the chat is told of everybody's wish, and of the agent's answer: theirs is none of this worker's.
    fn escalation_told(&mut self, party: &str, stands: Escalation, words: Arc<str>) {
        let theirs = match stands {
            Escalation::Asked => party.is_empty() || *party == *self.dn,
            Escalation::Accepted | Escalation::Refused => {
                matches!(self.escalation, Some((Escalation::Asked, _))) || self.was_asked
            }
        };
        if theirs {
            self.was_asked = false;
            (self.escalation, self.changed) = (Some((stands, words)), true);
        }
    }

    /// Whether a life before still sent what it was asked for nobody knows: the customer's call may be asked for again.
    pub(super) fn forget_asking(&mut self) {
        self.was_asked = self.escalation.take_if(|(stands, _)| *stands == Escalation::Asked).is_some();
    }

    fn joins(&mut self, party: Dn) {
        if !self.parties.contains(&party) && self.parties.len() < MOST_PARTIES {
            self.parties.push(party);
            self.changed = true;
        }
    }

    fn mark(&mut self, delivered: u64, read: u64) {
        let marks = Marks { delivered: self.marks.delivered.max(delivered), read: self.marks.read.max(read) };
        self.changed |= marks != self.marks;
        self.marks = marks;
    }

    /// Of a chat that is over it is an old word, unless it was only taken for lost, or its DN was away. One that the worker
    /// has left [begins anew](Self::comes_back) before.
    fn opened(&mut self, opened: ChatOpened) {
        match self.phase {
            Phase::WrapUp(Over::Lost | Over::DnGone, _) => {
                self.phase = Phase::Open;
                self.known = Known::NotAsked;
            }
            Phase::WrapUp(..) => return,
            Phase::Open | Phase::Closing => {}
        }
        let ChatOpened { subject, parties, user_data, call, first, last } = opened;
        self.subject = subject.unwrap_or_else(|| self.subject.clone());
        self.user_data = user_data.unwrap_or_else(|| std::mem::take(&mut self.user_data));
        self.call = call.or(self.call);
        if let Some(parties) = parties {
            self.parties.clear();
            parties.into_iter().for_each(|party| self.joins(party));
            // One that does not name the worker, such as an answer to whoever asks for the history, leaves their leaving to be told.
            self.parties_told_to = last.filter(|_| self.parties.contains(&self.dn)).unwrap_or_default();
        }
        self.transcript.there_are(first, last);
        self.changed = true;
    }

    /// It is over.
    pub(super) fn end(&mut self, over: Over, rules: &ChatRules, now: Moment) {
        if self.is_live() {
            // What was not sent stays long enough to be seen.
            let least = if self.outbox.iter().next().is_some() { UNSENT } else { Duration::ZERO };
            self.phase = Phase::WrapUp(over, now + rules.wrap_up.max(least));
            self.outbox.end(&"".into());
            self.typing.clear();
            (self.leaves_at, self.changed) = (None, true);
        }
    }

    /// The connection is another: whatever was said meanwhile is asked for.
    pub(super) fn registered(&mut self, now: Moment) {
        // What the link before was asked for says nothing of this one.
        (self.known, self.resumes, self.refusals, self.asks) = (Known::AskAt(now), 0, 0, Tries::default());
        self.outbox.start_over(now);
        if self.leaves_at.is_none() && self.phase == Phase::Closing {
            self.leaves_at = self.leaves.again_at().max(Some(now));
        }
    }

    /// The worker leaves it.
    pub(super) fn leave(&mut self, now: Moment) {
        (self.phase, self.leaves_at, self.changed) = (Phase::Closing, Some(now), true);
        self.leaves = Tries::default();
    }

    /// True, once: leaving is to be asked for now.
    pub(super) fn leaves_now(&mut self, now: Moment) -> bool {
        let due = self.phase == Phase::Closing && self.leaves_at.take_if(|at| *at <= now).is_some();
        if due {
            self.leaves.tried(now);
        }
        due
    }

    /// Nothing has come of leaving. False: nor will it, and the worker stays.
    pub(super) fn leaves_again(&mut self, now: Moment) -> bool {
        let goes_on = self.phase != Phase::Closing || !self.leaves.are_enough();
        if goes_on {
            self.leaves_later(now);
        } else {
            metrics::counter!("uc_chats_given_up_total").increment(1);
            self.stays();
        }
        goes_on
    }

    /// Leaving is asked for again.
    pub(super) fn leaves_later(&mut self, now: Moment) {
        if self.phase == Phase::Closing {
            self.leaves_at = self.leaves.again_at().max(Some(now + LEAVES_AGAIN));
        }
    }

    /// The worker cannot leave.
    pub(super) fn stays(&mut self) {
        (self.phase, self.leaves_at, self.changed) = (Phase::Open, None, true);
    }

    /// The worker's page has what came up to this revision, and the worker has read it or not. What the T-Server is
    /// to be told of it.
    pub(super) fn seen(&mut self, revision: u64, read: bool) -> Marks {
        let number = self.transcript.number_at(revision);
        let before = self.told;
        self.told.delivered = before.delivered.max(number);
        if read {
            let revision = self.read.max(revision.min(self.transcript.revision()));
            self.changed |= revision != self.read;
            (self.read, self.told.read) = (revision, before.read.max(number));
        }
        let news = |now: u64, before: u64| if now > before { now } else { 0 };
        Marks { delivered: news(self.told.delivered, before.delivered), read: news(self.told.read, before.read) }
    }

    /// When something is due without any input. While a line is under way nothing else is sent, however long it waits.
    pub(super) fn deadline(&self, sending: bool) -> Option<Moment> {
        if let Phase::WrapUp(_, until) = self.phase {
            return Some(until);
        }
        let send = self.outbox.deadline().filter(|_| self.known == Known::Whole && !sending);
        let leaves = self.leaves_at.filter(|_| self.phase == Phase::Closing);
        [self.resume_at(), send, leaves].into_iter().flatten().min()
    }
}
