//! A worker's steps where their chats are concerned.

use super::{
    Line, LineId, Output, Question, Settings, Worker,
    chat::{Chats, Deed},
};
use crate::{
    agent_link::{Cause, ConnId, EventKind, LinkId, Refusal, RegisterMode},
    clock::Moment,
};

impl Worker {
    /// Their chats.
    pub(crate) fn chats(&self) -> &Chats {
        &self.chats
    }

    /// Their chats, to tell pages of them.
    pub(crate) fn chats_mut(&mut self) -> &mut Chats {
        &mut self.chats
    }

    /// An event at one of their lines, as far as chats are concerned.
    pub(super) fn chat_event(
        &mut self,
        id: LineId,
        (kind, cause): (&EventKind, Cause),
        settings: &Settings,
        now: Moment,
        outputs: &mut Vec<Output>,
    ) {
        if matches!(kind, EventKind::Chat(_) | EventKind::Registered { .. } | EventKind::RegisteredAlone) {
            self.chat_told(id, kind, settings, now);
        }
        if let Cause::Request(ticket) = cause {
            self.chat_answered(ticket.into(), now, outputs);
        }
    }

    fn chat_told(&mut self, id: LineId, kind: &EventKind, settings: &Settings, now: Moment) {
        let asks = settings.register_mode == RegisterMode::Share;
        let place = self.line(id).filter(|line| asks && !line.is_leaving() && !line.login.is_nobodys());
        let place = place.map(|line| (line.place().link, line.place().dn.clone(), line.is_anothers()));
        match (kind, place) {
            (EventKind::Chat(event), Some((link, dn, false))) => {
                self.chats.event(link, &dn, event.clone(), &settings.chats, now);
            }
            (EventKind::Registered { .. } | EventKind::RegisteredAlone, Some((link, dn, _))) => {
                self.chats.registered(link, &dn, now);
            }
            _ => {}
        }
    }

    /// Something has answered this question, if it was one of a chat.
    pub(super) fn chat_answered(&mut self, question: Question, now: Moment, outputs: &mut Vec<Output>) {
        let told = question.chat_number().and_then(|number| self.chats.answered(number, now));
        outputs.extend(told.map(|remark| Output::Problem("chat-refused", remark)));
    }

    pub(super) fn chat_refused(
        &mut self,
        number: u32,
        refusal: &Refusal,
        settings: &Settings,
        now: Moment,
        outputs: &mut Vec<Output>,
    ) {
        let told = self.chats.refused(number, refusal, &settings.chats, now);
        outputs.extend(told.map(|remark| Output::Problem("chat-refused", remark)));
    }

    pub(super) fn chat_deed(&mut self, at: (&str, ConnId), deed: Deed, now: Moment, outputs: &mut Vec<Output>) {
        let told = self.chats.deed(at, deed, now).err();
        outputs.extend(told.map(|why| Output::Problem("chat-refused", why.into())));
    }

    /// The end of a step: what is asked of T-Servers and what pages are told. When there is more to do.
    pub(super) fn settle_chats(
        &mut self,
        settings: &Settings,
        now: Moment,
        outputs: &mut Vec<Output>,
    ) -> Option<Moment> {
        if self.chats.is_empty() {
            return None;
        }
        let Self { chats, lines, .. } = self;
        let at = |link: LinkId, dn: &str| {
            lines.iter().find(|line| !line.is_leaving() && line.place().link == link && *line.place().dn == *dn)
        };
        chats.stay_at(|link, dn| at(link, dn).is_some(), &settings.chats, now);
        chats.tick(now);
        let serves = |link: LinkId, dn: &str| at(link, dn).filter(|line| line.takes_call_requests());
        let requests = chats.requests(|link, dn| serves(link, dn).map(Line::id), now);
        outputs.extend(requests.into_iter().map(|(link, question, request)| Output::Request(link, question, request)));
        outputs.extend(chats.has_news().then_some(Output::ChatsChanged));
        chats.deadline(|link, dn| serves(link, dn).is_some())
    }
}
