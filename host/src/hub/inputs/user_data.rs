//! A worker changes the business data of their call.

use crate::{
    agent_link::{CallAction, ConnId},
    clock::Moment,
    desk::{self, Wanted},
    hub::Hub,
    policy::Window,
    remark::{Remark, Why},
    web::arrival::PageId,
    worker::{Input, LineId},
};
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
            Err(remark) => self.problem_to(page, "data-refused", remark),
        }
    }

    /// The note that a worker passes on with a call, as a change of its business data; none: they wrote nothing.
    pub(in crate::hub) fn note(
        &self,
        handle: UserHandle,
        line: LineId,
        conn_id: ConnId,
        note: &str,
    ) -> Result<Option<CallAction>, Remark> {
        let key = &self.settings.transfer_note_key;
        let change = desk::note_change(key, note)?;
        let worker = self.user(handle).map(|user| &user.worker).ok_or(Why::NotYours)?;
        let (of, live) = worker.call(line, conn_id).ok_or(Why::CallOver)?;
        if change.as_ref().is_some_and(|change| !of.situation(live).allows(change.kind())) {
            return Err(Why::NoteNotNow.into());
        }
        Ok(change.map(CallAction::UserData))
    }

    /// What the worker may change is what the call's window shows as such.
    fn data_request(
        &self,
        handle: UserHandle,
        [conn_id, dn]: [&str; 2],
        wanted: &Wanted<'_>,
    ) -> Result<(LineId, ConnId, CallAction), Remark> {
        let worker = self.user(handle).map(|user| &user.worker).ok_or(Why::NotYours)?;
        let conn_id = conn_id.parse::<ConnId>().map_err(|_| Why::NotYours)?;
        let line = worker.line_of(dn, Some(conn_id)).ok_or(Why::NotYours)?.id();
        let form = &self.settings.user_data;
        let call = desk::call(worker, line, conn_id, form, Window::Interaction).ok_or(Why::CallOver)?;
        let data = worker.call(line, conn_id).and_then(|(_, live)| live.call.user_data.as_ref());
        let change = desk::data_change(&call, data, wanted)?;
        Ok((line, conn_id, CallAction::UserData(change)))
    }
}
