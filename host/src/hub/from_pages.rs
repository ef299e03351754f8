//! What workers do on their pages.

use super::{
    Hub, Now, calls,
    effect::Effect,
    preview::Reply,
    ticket::{Home, Purpose},
    timers::Timer,
};
use crate::policy;
use crate::{
    agent_link::{Outgoing, Request},
    web::{
        arrival::{Arrival, Frames, PageId},
        message::{CallButton, ClientFrame, ServerFrame},
    },
    wire::ConnId,
};
use std::sync::Arc;
use uc_plugin_api::{Action, Command, Role, UserAction, UserHandle};

impl Hub {
    pub(super) fn page_arrival(&mut self, arrival: Arrival, now: Now) {
        match arrival {
            Arrival::Opened { page, worker, language, frames } => {
                self.page_opened(page, &worker, language, frames, now);
            }
            Arrival::Frame(page, frame) => self.page_frame(page, frame, now),
            Arrival::Closed(page) => self.page_closed(page, now),
        }
    }

    fn page_opened(&mut self, page: PageId, worker: &str, language: Arc<str>, frames: Frames, now: Now) {
        let Some(&handle) = self.by_worker.get(worker) else {
            // Signed in, but gone from the directory since: dropping the sender closes the page.
            return;
        };
        let Some(user) = self.user_mut(handle) else { return };
        user.pages.push(page);
        user.pages_closed = None;
        let first = user.pages.len() == 1;
        let own = user.worker.language.clone();
        let fallback = if own.is_empty() { self.settings.language.clone() } else { own };
        let language = if language.is_empty() { fallback } else { language };
        self.pages.open(page, handle, language, frames);
        if first {
            self.previews.present(worker);
            self.act(handle, &Action::PageOpened);
        }
        self.snapshot(page, now);
    }

    /// A page is gone: closed, or too slow to take its frames.
    pub(super) fn page_closed(&mut self, page: PageId, now: Now) {
        let Some(handle) = self.pages.close(page) else { return };
        let Some(user) = self.user_mut(handle) else { return };
        user.pages.retain(|open| *open != page);
        if user.pages.is_empty() {
            user.pages_closed = Some(now.mono);
            self.timers.set(now.mono + self.settings.page_grace, Timer::PageGrace(handle));
            self.act(handle, &Action::PagesClosed);
        }
    }

    /// The grace time may be over; a page that came back and closed again started it anew.
    pub(super) fn page_grace_over(&mut self, handle: UserHandle, now: Now) {
        let Some(user) = self.user(handle).filter(|user| user.pages_closed.is_some()) else { return };
        if !self.may_return(user, now) {
            let (worker, inviters) = (user.worker.id.clone(), self.inviters_of(user));
            self.previews.grace_over(&worker, &inviters, &mut self.steps);
            self.carry_out_steps();
        }
    }

    fn page_frame(&mut self, page: PageId, frame: ClientFrame, now: Now) {
        let Some((user, _)) = self.pages.who(page) else { return };
        match frame {
            ClientFrame::Choose { state } => self.act(user, &Action::Choose((&*state).into())),
            ClientFrame::LogIn => self.act(user, &Action::LogIn),
            ClientFrame::LogOut => self.act(user, &Action::LogOut),
            ClientFrame::Idle { idle } => self.act(user, if idle { &Action::Idle } else { &Action::Active }),
            ClientFrame::Resync => self.snapshot(page, now),
            ClientFrame::PreviewAnswer { id, accept } => self.preview_answer(page, user, id, accept, now),
            ClientFrame::Call { button, conn_id, dn, to } => self.call_button(user, button, &conn_id, &dn, to.as_ref()),
        }
    }

    fn preview_answer(&mut self, page: PageId, user: UserHandle, id: u64, accept: bool, now: Now) {
        let Some(worker) = self.user(user).map(|user| user.worker.id.clone()) else { return };
        let reply = if accept { Reply::Accept(self.delivery(user, id)) } else { Reply::Decline };
        let answered = self.previews.answer(id, &worker, reply, now.mono, &mut self.steps);
        self.carry_out_steps();
        if answered.is_err() {
            metrics::counter!("uc_preview_answers_too_late_total").increment(1);
            let text = "this preview is closed already".into();
            self.frame_to(page, &ServerFrame::Problem { code: "preview-closed".into(), text });
        }
    }

    fn call_button(&mut self, user: UserHandle, button: CallButton, conn_id: &str, dn: &str, to: Option<&Arc<str>>) {
        match self.call_request(user, button, conn_id, dn, to) {
            Ok(effect) => self.effects.push(effect),
            Err(text) => self.problem(user, "call-refused", text),
        }
    }

    fn call_request(
        &self,
        handle: UserHandle,
        button: CallButton,
        conn_id: &str,
        dn: &str,
        to: Option<&Arc<str>>,
    ) -> Result<Effect, &'static str> {
        let user = self.user(handle).ok_or("you are not in the directory any more")?;
        let (line, found) = user.line_of(dn).ok_or("this DN is not yours")?;
        let conn_id: ConnId = conn_id.parse().map_err(|_| "this is no ConnID")?;
        let live = user.calls.get(line, conn_id).ok_or("this call has ended")?;
        if !live.buttons(found.agent.in_service()).contains(&button) {
            return Err("the call's state does not allow this now");
        }
        let action = calls::action(button, to).ok_or("enter the number to transfer to")?;
        let ticket = Home { user: handle, line, purpose: Purpose::Call }.ticket();
        let request = Request::Call { this_dn: found.line.dn.clone(), conn_id, action };
        Ok(Effect::Request(found.line.link, Outgoing { ticket, request }))
    }

    /// Passes a worker's action to the browser plug-in, which decides what it means.
    fn act(&mut self, user: UserHandle, action: &Action) {
        if self.anybody_has(&[Role::BrowserPresence]) {
            self.command_roles(&[Role::BrowserPresence], |_| Command::Act(UserAction { user, action: action.clone() }));
        } else if policy::changes_state(action) {
            self.problem(user, "state-refused", "states cannot be chosen here: no browser plug-in is running");
        }
    }
}
