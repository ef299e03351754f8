//! What pages are told of calls: each call once a turn, as it is when the turn ends, however many events it had.

use super::{
    Hub,
    pages::{by_kind, windows},
    user::News,
};
use crate::{
    agent_link::{ConnId, Dn, Ending},
    desk,
    web::message::ServerFrame,
    worker::LineId,
};
use uc_plugin_api::UserHandle;

/// What the pages of one user are to be told of calls when the turn ends.
#[derive(Debug, Default)]
pub(super) struct CallNews {
    changed: Vec<(LineId, ConnId)>,
    /// With why they ended last; none: they go on as another call.
    ended: Vec<(Dn, ConnId, Option<Ending>)>,
}

impl Hub {
    /// The pages are told how this call is when the turn ends.
    pub(super) fn list_call(&mut self, handle: UserHandle, line: LineId, conn_id: ConnId) {
        if let Some(news) = self.call_news(handle)
            && !news.changed.contains(&(line, conn_id))
        {
            news.changed.push((line, conn_id));
        }
    }

    /// The pages are told that this call has ended when the turn ends.
    pub(super) fn list_ended_call(&mut self, handle: UserHandle, dn: Dn, conn_id: ConnId, ending: Option<Ending>) {
        if let Some(news) = self.call_news(handle) {
            news.ended.retain(|(at, ended, _)| (at, *ended) != (&dn, conn_id));
            news.ended.push((dn, conn_id, ending));
        }
    }

    /// None: nobody looks.
    fn call_news(&mut self, handle: UserHandle) -> Option<&mut CallNews> {
        self.list_news(handle, News::Calls);
        self.user_mut(handle).filter(|user| !user.pages.is_empty()).map(|user| &mut user.call_news)
    }

    /// Tells the pages. What has ended comes first: the same ConnID may be there again. Who is sent a snapshot has every
    /// call in it.
    pub(super) fn tell_calls(&mut self, handle: UserHandle, news: News) {
        let Some(user) = self.user_mut(handle) else { return };
        let CallNews { changed, ended } = std::mem::take(&mut user.call_news);
        for (dn, conn_id, ending) in ended {
            let (conn_id, ending) = (conn_id.to_string().into(), desk::ending(ending));
            self.frame_to_all(handle, &ServerFrame::CallEnd { conn_id, dn, ending });
        }
        if news < News::Everything {
            changed.into_iter().for_each(|(line, conn_id)| self.tell_call(handle, line, conn_id));
        }
    }

    fn tell_call(&mut self, handle: UserHandle, line: LineId, conn_id: ConnId) {
        let Some(user) = self.user(handle) else { return };
        let form = &self.settings.user_data;
        let call = |kind| desk::call(&user.worker, line, conn_id, form, windows(kind)[1]);
        let frames = by_kind(&self.pages, &user.pages, |kind| call(kind).map(ServerFrame::Call));
        self.effects.extend(frames);
    }
}
