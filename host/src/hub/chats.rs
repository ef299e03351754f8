//! Chats between the pages and the worker: what pages do, and what they are told once a turn.

use super::{
    Hub,
    pages::{by_kind, serialise, windows},
};
use crate::{
    agent_link::ConnId,
    clock::Moment,
    desk,
    hub::effect::Effect,
    remark::Why,
    web::{
        arrival::PageId,
        message::{ChatDeed, ServerFrame},
    },
    worker::{Input, chat::ChatShown},
};
use std::sync::Arc;
use uc_plugin_api::UserHandle;

impl Hub {
    /// A page does something in a chat, or asks for what it lacks of it.
    pub(super) fn chat_deed(
        &mut self,
        page: PageId,
        user: UserHandle,
        (conn_id, dn): (&str, &str),
        deed: ChatDeed,
        now: Moment,
    ) {
        let Ok(id) = conn_id.parse::<ConnId>() else {
            return self.problem_to(page, "chat-refused", Why::NotYours);
        };
        if let ChatDeed::Entries { after } = deed {
            return self.send_entries(page, user, (dn, id), after);
        }
        match desk::chat_deed(deed, self.settings.worker.chats.longest_line) {
            Ok(deed) => deed.into_iter().for_each(|deed| self.step(user, Input::Chat(dn, id, deed), now)),
            Err(why) => self.problem_to(page, "chat-refused", why),
        }
    }

    fn send_entries(&mut self, page: PageId, user: UserHandle, (dn, id): (&str, ConnId), after: u64) {
        let chat = self.user(user).and_then(|user| user.worker.chats().get(dn, id));
        if let Some(entries) = chat.and_then(|chat| desk::chat_entries(chat, after)) {
            self.frame_to(page, &ServerFrame::ChatEntries(entries));
        }
    }

    /// The pages of this user are told of their chats when the turn ends.
    pub(super) fn list_chat_news(&mut self, handle: UserHandle) {
        if !self.chat_news.contains(&handle) {
            self.chat_news.push(handle);
        }
    }

    /// Tells pages what changed in chats in this turn. What is too much for a frame each page asks for.
    pub(super) fn tell_chats(&mut self) {
        for handle in std::mem::take(&mut self.chat_news) {
            let Some(user) = self.user_mut(handle) else { continue };
            let shown = user.worker.chats_mut().take_shown();
            shown.into_iter().for_each(|shown| self.tell_chat(handle, shown));
        }
    }

    fn tell_chat(&mut self, handle: UserHandle, shown: ChatShown) {
        let conn = |id: ConnId| Arc::<str>::from(id.to_string());
        match shown {
            ChatShown::Gone(dn, id) => self.frame_to_all(handle, &ServerFrame::ChatGone { conn_id: conn(id), dn }),
            ChatShown::Typing(dn, id, party) => {
                self.frame_to_all(handle, &ServerFrame::ChatTyping { conn_id: conn(id), dn, party });
            }
            ChatShown::Changed(dn, id, told) => {
                let Some(user) = self.user(handle) else { return };
                let Some(chat) = user.worker.chats().get(&dn, id) else { return };
                let form = &self.settings.user_data;
                let head = |kind| Some(ServerFrame::Chat(Box::new(desk::chat(chat, form, windows(kind)[1]))));
                let mut frames = Vec::new();
                if let Some(entries) =
                    desk::chat_entries(chat, told).filter(|news| news.up_to == chat.transcript.revision())
                {
                    let frame = serialise(&ServerFrame::ChatEntries(entries));
                    frames.extend(user.pages.iter().map(|page| Effect::Frame(*page, frame.clone())));
                }
                frames.extend(by_kind(&self.pages, &user.pages, head));
                self.effects.extend(frames);
            }
        }
    }
}
