//! What workers do on their pages.

use crate::{
    agent_link::ConnId,
    clock::Moment,
    desk,
    hub::{Hub, preview::Reply, timers::Timer},
    policy,
    web::{
        arrival::{Arrival, Frames, PageId},
        message::{CallButton, ClientFrame, ServerFrame},
    },
    worker::Input,
};
use std::sync::Arc;
use uc_plugin_api::{Action, Command, Role, UserAction, UserHandle};

impl Hub {
    pub(in crate::hub) fn page_arrival(&mut self, arrival: Arrival, now: Moment) {
        match arrival {
            Arrival::Opened { page, worker, language, frames } => {
                self.page_opened(page, &worker, language, frames, now);
            }
            Arrival::Frame(page, frame) => self.page_frame(page, frame, now),
            Arrival::Closed(page) => self.page_closed(page, now),
        }
    }

    fn page_opened(&mut self, page: PageId, worker: &str, language: Arc<str>, frames: Frames, now: Moment) {
        let Some(&handle) = self.by_worker.get(worker) else {
            // Signed in, but gone from the directory since: dropping the sender closes the page.
            return;
        };
        let Some(user) = self.user_mut(handle) else { return };
        user.pages.push(page);
        user.pages_closed = None;
        let first = user.pages.len() == 1;
        let own = user.entry.language.clone();
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
    pub(in crate::hub) fn page_closed(&mut self, page: PageId, now: Moment) {
        let Some(handle) = self.pages.close(page) else { return };
        let Some(user) = self.user_mut(handle) else { return };
        user.pages.retain(|open| *open != page);
        // Of one who has left the directory nobody waits for a page, and no plug-in knows them.
        if user.pages.is_empty() && !user.retired {
            user.pages_closed = Some(now);
            self.timers.set(now + self.settings.page_grace, Timer::PageGrace(handle));
            self.act(handle, &Action::PagesClosed);
        }
    }

    /// The grace time may be over; a page that came back and closed again started it anew.
    pub(in crate::hub) fn page_grace_over(&mut self, handle: UserHandle, now: Moment) {
        let Some(user) = self.roster.present(handle).filter(|user| user.pages_closed.is_some()) else { return };
        if !self.may_return(user, now) {
            let (worker, inviters) = (user.entry.id.clone(), self.inviters_of(user));
            self.previews.grace_over(&worker, &inviters, &mut self.steps);
            self.carry_out_steps();
        }
    }

    fn page_frame(&mut self, page: PageId, frame: ClientFrame, now: Moment) {
        let Some((user, _)) = self.pages.who(page) else { return };
        if self.roster.present(user).is_none() {
            return;
        }
        match frame {
            ClientFrame::Choose { state } => self.act(user, &Action::Choose((&*state).into())),
            ClientFrame::LogIn => self.act(user, &Action::LogIn),
            ClientFrame::LogOut => self.act(user, &Action::LogOut),
            ClientFrame::Idle { idle } => self.act(user, if idle { &Action::Idle } else { &Action::Active }),
            ClientFrame::Resync => self.snapshot(page, now),
            ClientFrame::PreviewAnswer { id, accept } => self.preview_answer(page, user, id, accept, now),
            ClientFrame::Call { button, conn_id, dn, to } => {
                self.call_button(user, button, &conn_id, &dn, to.as_ref(), now);
            }
        }
    }

    fn preview_answer(&mut self, page: PageId, user: UserHandle, id: u64, accept: bool, now: Moment) {
        let Some(worker) = self.user(user).map(|user| user.entry.id.clone()) else { return };
        let reply = if accept { Reply::Accept(self.delivery(user, id)) } else { Reply::Decline };
        let answered = self.previews.answer(id, &worker, reply, now, &mut self.steps);
        self.carry_out_steps();
        if answered.is_err() {
            metrics::counter!("uc_preview_answers_too_late_total").increment(1);
            let text = "this preview is closed already".into();
            self.frame_to(page, &ServerFrame::Problem { code: "preview-closed".into(), text });
        }
    }

    fn call_button(
        &mut self,
        handle: UserHandle,
        button: CallButton,
        conn_id: &str,
        dn: &str,
        to: Option<&Arc<str>>,
        now: Moment,
    ) {
        let conn_id = conn_id.parse::<ConnId>();
        let call = conn_id.as_ref().ok().copied();
        let line = self.user(handle).and_then(|user| user.worker.line_of(dn, call)).map(|line| line.id());
        match (line, conn_id, desk::action(button, to)) {
            (None, ..) => self.tell_problem(handle, "call-refused", "this DN is not yours"),
            (_, Err(_), _) => self.tell_problem(handle, "call-refused", "this is no ConnID"),
            (.., None) => self.tell_problem(handle, "call-refused", "enter the number to transfer to"),
            (Some(line), Ok(conn_id), Some(action)) => self.step(handle, Input::Call(line, conn_id, action), now),
        }
    }

    /// Passes a worker's action to the browser plug-in, which decides what it means.
    fn act(&mut self, user: UserHandle, action: &Action) {
        if self.anybody_has(&[Role::BrowserPresence]) {
            self.command_roles(&[Role::BrowserPresence], |_| Command::Act(UserAction { user, action: action.clone() }));
        } else if policy::changes_state(action) {
            self.tell_problem(user, "state-refused", "states cannot be chosen here: no browser plug-in is running");
        }
    }
}
