//! A worker changes the business data of their call.

use crate::{
    agent_link::{CallAction, ConnId},
    clock::Moment,
    desk::{self, Wanted},
    hub::Hub,
    policy::Window,
    web::{arrival::PageId, message::ServerFrame},
    worker::{Input, LineId},
};
use std::sync::Arc;
use uc_plugin_api::UserHandle;

impl Hub {
    /// What is shown changes when the T-Server says so.
    pub(in crate::hub) fn data_change(
        &mut self,
        page: PageId,
        user: UserHandle,
        call: [&str; 2],
        wanted: &Wanted<'_>,
        now: Moment,
    ) {
        match self.data_request(user, call, wanted) {
            Ok((line, conn_id, action)) => self.step(user, Input::Call(line, conn_id, action), now),
            Err(text) => self.frame_to(page, &ServerFrame::Problem { code: "data-refused".into(), text }),
        }
    }

    /// The note that a worker passes on with a call, as a change of its business data; none: they wrote nothing.
    pub(in crate::hub) fn note(
        &self,
        handle: UserHandle,
        line: LineId,
        conn_id: ConnId,
        note: &str,
    ) -> Result<Option<CallAction>, Arc<str>> {
        let key = &self.settings.transfer_note_key;
        let change = desk::note_change(key, note)?;
        let worker = self.user(handle).map(|user| &user.worker).ok_or("you are no longer in the directory")?;
        let (of, live) = worker.call(line, conn_id).ok_or("this call has ended")?;
        if change.as_ref().is_some_and(|change| !of.situation(live).allows(change.kind())) {
            return Err("no note can be passed on with this call: remove the note".into());
        }
        Ok(change.map(CallAction::UserData))
    }

    /// What the worker may change is what the call's window shows as such.
    fn data_request(
        &self,
        handle: UserHandle,
        [conn_id, dn]: [&str; 2],
        wanted: &Wanted<'_>,
    ) -> Result<(LineId, ConnId, CallAction), Arc<str>> {
        let worker = self.user(handle).map(|user| &user.worker).ok_or("you are no longer in the directory")?;
        let conn_id = conn_id.parse::<ConnId>().map_err(|_| "this is no ConnID")?;
        let line = worker.line_of(dn, Some(conn_id)).ok_or("this DN is not yours")?.id();
        let form = &self.settings.user_data;
        let call = desk::call(worker, line, conn_id, form, Window::Interaction).ok_or("this call has ended")?;
        let data = worker.call(line, conn_id).and_then(|(_, live)| live.call.user_data.as_ref());
        let change = desk::data_change(&call, data, wanted)?;
        Ok((line, conn_id, CallAction::UserData(change)))
    }
}
