//! A worker's chats (requirements F5, F45): what the T-Server tells of them, what the worker writes, and what is
//! asked of the T-Server so that both sides have every line once. Pure.
//!
//! Long, because it is the table below, a few lines each.
//!
//! | What happens | What is asked |
//! |---|---|
//! | the DN is registered, a chat appears, a number is missing | tell it again from the first that is missing |
//! | the worker writes | the line, by the page's number, when all that was said is known; again until it is told |
//! | a page has lines, the worker reads them | delivered, read |
//! | the worker leaves | leave; a few times more until it is told |
//! | a chat that nobody here takes | refuse |
//!
//! Whatever the T-Server answers, it is asked for one thing of one chat after pauses that grow ([`tries`]). What it does
//! not tell again after a few tries is shown as missing, and who cannot leave is told so.

mod outbox;
mod room;
mod rules;
mod session;
#[cfg(test)]
mod tests;
mod transcript;
mod tries;

pub(crate) use outbox::{Own, OwnState};
pub(super) use room::written;
pub use rules::ChatRules;
pub(crate) use session::{Chat, Over, Phase};
pub(crate) use transcript::{Entry, What};

use super::{Question, place::LineId};
use crate::{
    agent_link::{
        Behaviour, ChatAction, ChatEvent, ChatNews, ConnId, Dn, Escalation, LinkId, NO_SUCH_CALL, Refusal, Request,
    },
    clock::{Moment, SameMoment},
    remark::{Remark, Why},
};
use serde::{Deserialize, Serialize};
use session::Known;
use std::sync::Arc;
use tries::Others;

/// Most requests of one worker for chats under way; beyond, what may be left out is.
const MOST_ASKED: usize = 64;
/// All chats of a worker.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Chats {
    chats: Vec<Chat>,
    #[serde(skip)]
    asked: Vec<Asked>,
    #[serde(skip)]
    numbers: u32,
    /// Chats that are none of theirs, and what was asked of those.
    #[serde(skip)]
    others: Others,
    /// To be asked when the step ends.
    #[serde(skip)]
    due: Vec<(Place, ChatAction)>,
    /// Chats that pages are to forget.
    #[serde(skip)]
    gone: Vec<(Dn, ConnId)>,
}

/// Where a chat is.
type Place = (LinkId, Dn, ConnId);

/// A request under way.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    number: u32,
    of: Place,
    action: ChatAction,
}

impl Asked {
    /// It is a line of this chat.
    fn sends(&self, place: &Place) -> bool {
        self.of == *place && matches!(self.action, ChatAction::Send { .. })
    }
}

/// What the worker does in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Writes a line; with the number of a refused one: once more.
    Write(Arc<str>, Arc<str>),
    /// Gives a refused line up.
    Drop(Arc<str>),
    /// Is writing.
    Typing,
    /// Has what came up to this revision, and has read it or not.
    Seen(u64, bool),
    /// Leaves; of one that is over: is done with it.
    Leave,
    /// Wishes to talk to the customer.
    Escalate,
}

/// What pages are told of one chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChatShown {
    /// It changed; pages have its entries up to this revision.
    Changed(Dn, ConnId, u64),
    /// Somebody writes there.
    Typing(Dn, ConnId, Dn),
    /// It is gone.
    Gone(Dn, ConnId),
}

impl Chats {
    /// All of them, the oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Chat> {
        self.chats.iter()
    }

    /// One of them.
    pub(crate) fn get(&self, dn: &str, conn_id: ConnId) -> Option<&Chat> {
        self.chats.iter().find(|chat| *chat.dn == *dn && chat.conn_id == conn_id)
    }

    fn find(&mut self, (link, dn, conn_id): &Place) -> Option<&mut Chat> {
        self.chats.iter_mut().find(|chat| (chat.link, &chat.dn, chat.conn_id) == (*link, dn, *conn_id))
    }

    fn ask(&mut self, of: &Place, action: ChatAction) {
        self.due.push((of.clone(), action));
    }

    /// Links have other numbers here; those of a T-Server that is gone are gone with it.
    pub(super) fn go_to(&mut self, number: impl Fn(LinkId) -> Option<LinkId>) {
        self.chats.retain_mut(|chat| number(chat.link).map(|link| chat.link = link).is_some());
    }

    /// They are of a life before.
    pub(super) fn mark_taken_up(&mut self) {
        self.chats.iter_mut().for_each(Chat::forget_asking);
    }

    /// They were written down by another clock.
    pub(super) fn written_by(&mut self, clock: SameMoment, rules: &ChatRules, now: Moment) {
        self.chats.iter_mut().for_each(|chat| chat.written_by(clock, rules, now));
    }

    /// The T-Server tells something of a chat at a DN.
    pub(super) fn event(&mut self, link: LinkId, dn: &Dn, event: ChatEvent, rules: &ChatRules, now: Moment) {
        let place = (link, dn.clone(), event.conn_id);
        let comes_back = self.find(&place).is_some_and(|chat| chat.comes_back(&event));
        let taken = !comes_back || self.refusal(rules).is_none();
        if let Some(chat) = self.find(&place).filter(|_| taken) {
            if comes_back {
                chat.begin_anew();
            }
            return chat.event(event, rules, now);
        }
        match &event.news {
            ChatNews::Opened(_) => match self.refusal(rules) {
                Some(words) if self.may_ask_other(&place, now) => {
                    metrics::counter!("uc_chats_refused_total").increment(1);
                    self.ask(&place, ChatAction::Refuse(words.into()));
                }
                Some(_) => {}
                None => self.appears(place, event, rules, now),
            },
            // Its beginning was not told, or comes later.
            ChatNews::Line { .. } | ChatNews::Joined(_) if rules.enabled && self.may_ask_other(&place, now) => {
                self.ask(&place, ChatAction::Resume(1));
            }
            _ => {}
        }
    }

    /// Of a chat that is none of the worker's one thing is asked at a time, not too often, and not of too many.
    fn may_ask_other(&mut self, place: &Place, now: Moment) -> bool {
        let mut asked = self.asked.iter().map(|asked| &asked.of).chain(self.due.iter().map(|(of, _)| of));
        let has_room = self.asked.len() + self.due.len() < MOST_ASKED && !asked.any(|of| of == place);
        has_room && self.others.ask(place, now)
    }

    fn appears(&mut self, (link, dn, conn_id): Place, event: ChatEvent, rules: &ChatRules, now: Moment) {
        let mut chat = Chat::new(link, dn, conn_id, now);
        chat.event(event, rules, now);
        self.chats.push(chat);
        if self.chats.len() > 2 * rules.most_chats {
            self.forget_oldest();
        }
    }

    /// Why another chat is not taken.
    fn refusal(&self, rules: &ChatRules) -> Option<&'static str> {
        let live = self.chats.iter().filter(|chat| chat.is_live()).count();
        if !rules.enabled {
            Some("UC Connector carries no chats here: they belong to the UC platform, or [chat] is off")
        } else if live >= rules.most_chats {
            Some("the worker has as many chats as they may have at the same time")
        } else {
            None
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(at) = self.chats.iter().position(|chat| !chat.is_live()) {
            let chat = self.chats.remove(at);
            self.gone.push((chat.dn, chat.conn_id));
        }
    }

    /// The DN was registered: what was said meanwhile is asked for.
    pub(super) fn registered(&mut self, link: LinkId, dn: &Dn, now: Moment) {
        let there = self.chats.iter_mut().filter(|chat| chat.link == link && chat.dn == *dn && chat.is_live());
        there.for_each(|chat| chat.registered(now));
    }

    /// Only these DNs are the worker's.
    pub(super) fn stay_at(&mut self, theirs: impl Fn(LinkId, &str) -> bool, rules: &ChatRules, now: Moment) {
        for chat in self.chats.iter_mut().filter(|chat| chat.is_live() && !theirs(chat.link, &chat.dn)) {
            chat.end(Over::DnGone, rules, now);
        }
    }

    /// The chats at a DN that is given up: whoever writes there is to know that nobody reads it any more.
    pub(super) fn given_up_at(&self, link: LinkId, dn: &Dn) -> impl Iterator<Item = Request> {
        let open = |chat: &&Chat| chat.is_live() || matches!(chat.phase, Phase::WrapUp(Over::DnGone, _));
        let there = self.chats.iter().filter(move |chat| chat.link == link && chat.dn == *dn).filter(open);
        there.map(|chat| Request::Chat { this_dn: chat.dn.clone(), conn_id: chat.conn_id, action: ChatAction::Leave })
    }

    /// The worker does something in a chat.
    ///
    /// # Errors
    /// Why it cannot be, in words for the worker.
    pub(super) fn deed(&mut self, at: (&str, ConnId), deed: Deed, now: Moment) -> Result<(), Why> {
        let chat = self.chats.iter_mut().find(|chat| *chat.dn == *at.0 && chat.conn_id == at.1);
        let chat = chat.ok_or(Why::ChatOver)?;
        let place = (chat.link, chat.dn.clone(), chat.conn_id);
        if !chat.is_live() {
            match deed {
                Deed::Write(..) | Deed::Escalate => return Err(Why::ChatOver),
                Deed::Leave => {
                    self.chats.retain(|chat| (&*chat.dn, chat.conn_id) != at);
                    self.gone.push((place.1, place.2));
                }
                Deed::Seen(revision, read) => drop(chat.seen(revision, read)),
                Deed::Drop(id) => chat.outbox.drop_refused(&id),
                Deed::Typing => {}
            }
            return Ok(());
        }
        match deed {
            // A page that was away sends once more what it does not know to have arrived.
            Deed::Write(id, _) if chat.transcript.has(&chat.dn, &id) => {}
            Deed::Write(id, text) => {
                chat.changed = true;
                chat.outbox.write(&id, &text, now)?;
            }
            Deed::Drop(id) => {
                chat.changed = true;
                chat.outbox.drop_refused(&id);
            }
            Deed::Typing => self.ask(&place, ChatAction::Typing),
            Deed::Seen(revision, read) => {
                let marks = chat.seen(revision, read);
                let told = [
                    (marks.delivered, ChatAction::Delivered(marks.delivered)),
                    (marks.read, ChatAction::Read(marks.read)),
                ];
                told.into_iter().filter(|(number, _)| *number > 0).for_each(|(_, action)| self.ask(&place, action));
            }
            Deed::Leave if chat.phase == Phase::Closing => {}
            Deed::Leave => chat.leave(now),
            Deed::Escalate if matches!(chat.escalation, Some((Escalation::Asked, _))) => {}
            Deed::Escalate => {
                (chat.escalation, chat.changed) = (Some((Escalation::Asked, "".into())), true);
                self.ask(&place, ChatAction::Escalate);
            }
        }
        Ok(())
    }

    /// Time has passed: transcripts whose time is over go.
    pub(super) fn tick(&mut self, now: Moment) {
        let over = |chat: &mut Chat| matches!(chat.phase, Phase::WrapUp(_, until) if until <= now);
        let gone = self.chats.extract_if(.., over).map(|chat| (chat.dn, chat.conn_id));
        self.gone.extend(gone);
    }

    /// What is asked of the T-Servers now. `serves`: the line of a DN where something comes of it.
    pub(super) fn requests(
        &mut self,
        serves: impl Fn(LinkId, &str) -> Option<LineId>,
        now: Moment,
    ) -> Vec<(LinkId, Question, Request)> {
        for chat in self.chats.iter_mut().filter(|chat| chat.is_live() && serves(chat.link, &chat.dn).is_some()) {
            let place = (chat.link, chat.dn.clone(), chat.conn_id);
            if let Some(from) = chat.resume(now) {
                self.due.push((place.clone(), ChatAction::Resume(from)));
            }
            if chat.leaves_now(now) {
                self.due.push((place.clone(), ChatAction::Leave));
            }
            if chat.known == Known::Whole
                && !self.asked.iter().any(|asked| asked.sends(&place))
                && let Some((id, text)) = chat.outbox.send(now)
            {
                self.due.push((place, ChatAction::Send { id, text }));
            }
        }
        let due = std::mem::take(&mut self.due);
        due.into_iter().filter_map(|(of, action)| self.request(of, action, &serves)).collect()
    }

    fn request(
        &mut self,
        of: Place,
        action: ChatAction,
        serves: impl Fn(LinkId, &str) -> Option<LineId>,
    ) -> Option<(LinkId, Question, Request)> {
        // Who looks at a line is told by the next mark too.
        let may_be_left_out = matches!(action, ChatAction::Typing | ChatAction::Delivered(_) | ChatAction::Read(_));
        if may_be_left_out && self.asked.len() >= MOST_ASKED {
            return None;
        }
        let (link, dn, conn_id) = of.clone();
        let Some(line) = serves(link, &dn) else {
            // What else is asked is asked again when the DN is back.
            if action == ChatAction::Escalate
                && let Some(chat) = self.find(&of)
            {
                (chat.escalation, chat.changed) = (Some((Escalation::Refused, "".into())), true);
            }
            return None;
        };
        self.numbers = (self.numbers + 1) % Question::MOST_OF_CHATS;
        self.asked.push(Asked { number: self.numbers, of, action: action.clone() });
        Some((link, Question::of_chat(line, self.numbers), Request::Chat { this_dn: dn, conn_id, action }))
    }

    fn take_asked(&mut self, number: u32) -> Option<Asked> {
        let at = self.asked.iter().position(|asked| asked.number == number)?;
        Some(self.asked.remove(at))
    }

    /// A request was answered; what happened was told before. What the worker is to be told.
    pub(super) fn answered(&mut self, number: u32, now: Moment) -> Option<Remark> {
        let Asked { of, action, .. } = self.take_asked(number)?;
        let chat = self.find(&of)?;
        match action {
            ChatAction::Resume(_) => chat.resumes(now),
            // Taken, and not told: it is asked for again by the same number.
            ChatAction::Send { id, .. } => chat.outbox.again(&id, &"".into(), now),
            ChatAction::Leave if !chat.leaves_again(now) => return Some(Why::CallUnanswered.into()),
            _ => {}
        }
        None
    }

    /// A request was refused, or not answered. What the worker is to be told.
    pub(super) fn refused(&mut self, number: u32, refusal: &Refusal, rules: &ChatRules, now: Moment) -> Option<Remark> {
        let Asked { of, action, .. } = self.take_asked(number)?;
        let chat = self.find(&of)?;
        // Of what was not answered there are no words of others.
        let words = &if refusal.code.is_some() { refusal.message.clone() } else { "".into() };
        if refusal.code == Some(NO_SUCH_CALL) && chat.is_live() {
            let over = if chat.phase == Phase::Closing { Over::Left } else { Over::Lost };
            chat.end(over, rules, now);
            return None;
        }
        let for_good = refusal.behaviour == Behaviour::Permanent;
        let unsent = refusal.behaviour == Behaviour::Unsent;
        chat.changed = true;
        match action {
            ChatAction::Resume(_) if for_good => chat.give_up(),
            ChatAction::Resume(_) => chat.resumes_later(unsent, now),
            ChatAction::Send { id, .. } if for_good => chat.outbox.refused(&id, words),
            ChatAction::Send { id, .. } => chat.outbox.again(&id, words, now),
            ChatAction::Leave if unsent => chat.leaves_later(now),
            ChatAction::Leave if for_good && chat.phase == Phase::Closing => {
                chat.stays();
                return Some(crate::worker::refused(refusal, Why::CallRefused));
            }
            ChatAction::Leave if !chat.leaves_again(now) => {
                return Some(crate::worker::refused(refusal, Why::CallRefused));
            }
            ChatAction::Escalate => chat.escalation = Some((Escalation::Refused, words.clone())),
            _ => {}
        }
        None
    }

    /// What pages are to be told since the last time.
    pub(crate) fn take_shown(&mut self) -> Vec<ChatShown> {
        let mut shown: Vec<_> = self.gone.drain(..).map(|(dn, conn_id)| ChatShown::Gone(dn, conn_id)).collect();
        for chat in &mut self.chats {
            let of = || (chat.dn.clone(), chat.conn_id);
            if std::mem::take(&mut chat.changed) || chat.shown < chat.transcript.revision() {
                let (dn, conn_id) = of();
                shown.push(ChatShown::Changed(dn, conn_id, chat.shown));
                chat.shown = chat.transcript.revision();
            }
            let typing = chat.typing.drain(..);
            shown.extend(typing.map(|party| ChatShown::Typing(chat.dn.clone(), chat.conn_id, party)));
        }
        shown
    }

    /// Pages are to be told something.
    pub(super) fn has_news(&self) -> bool {
        let news = |chat: &Chat| chat.changed || chat.shown < chat.transcript.revision() || !chat.typing.is_empty();
        !self.gone.is_empty() || self.chats.iter().any(news)
    }

    /// When something is due without any input.
    pub(super) fn deadline(&self, serves: impl Fn(LinkId, &str) -> bool) -> Option<Moment> {
        let due = |chat: &&Chat| !chat.is_live() || serves(chat.link, &chat.dn);
        let sending = |chat: &Chat| {
            let place = (chat.link, chat.dn.clone(), chat.conn_id);
            self.asked.iter().any(|asked| asked.sends(&place))
        };
        self.chats.iter().filter(due).filter_map(|chat| chat.deadline(sending(chat))).min()
    }

    /// There is none.
    pub(super) fn is_empty(&self) -> bool {
        self.chats.is_empty() && self.due.is_empty() && self.gone.is_empty()
    }
}
