//! What workers do on their pages.

use crate::{
    agent_link::{CallAction, ConnId, Dn, number},
    clock::Moment,
    desk,
    directory::WorkerId,
    hub::{
        Hub,
        preview::{Preview, Reply},
        timers::Timer,
    },
    policy,
    remark::{Remark, Why},
    web::{
        arrival::{Frames, PageArrival, PageId, PageKind},
        message::{CallButton, CallState, ClientFrame},
    },
    worker::{Input, LineId},
};
use std::sync::Arc;
use uc_plugin_api::{Action, Command, Role, UserAction, UserHandle};

/// A button of the call strip, and what it was drawn for.
struct Pressed<'f> {
    button: CallButton,
    conn_id: &'f str,
    dn: &'f str,
    state: CallState,
    to: Option<&'f Arc<str>>,
}

impl Hub {
    pub(in crate::hub) fn page_arrival(&mut self, arrival: PageArrival, now: Moment) {
        match arrival {
            PageArrival::Opened { page, worker, language, kind, frames } => {
                self.page_opened(page, &worker, (language, kind), frames, now);
            }
            PageArrival::Frame(page, frame) => self.page_frame(page, frame, now),
            PageArrival::Closed(page) => self.page_closed(page, now),
            PageArrival::NotKept(page) => self.redirect_not_kept(page),
        }
    }

    fn page_opened(
        &mut self,
        page: PageId,
        worker: &WorkerId,
        (language, kind): (Arc<str>, PageKind),
        frames: Frames,
        now: Moment,
    ) {
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
        self.pages.open(page, handle, language, kind, frames);
        if first {
            self.previews.present(worker, &mut self.steps);
            self.carry_out_steps();
            self.act(handle, &Action::PageOpened);
        }
        self.snapshot(page, now);
    }

    /// A page is gone: closed, or too slow to take its frames.
    pub(in crate::hub) fn page_closed(&mut self, page: PageId, now: Moment) {
        self.search_ended(page, now);
        if let Some((handle, _)) = self.pages.who(page) {
            self.leaves_page(page, handle, now);
        }
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

    /// One whose pages were at the node before: they are waited for as if they had closed now.
    pub(in crate::hub) fn page_may_come(&mut self, worker: &WorkerId, now: Moment) {
        let Some(handle) = self.by_worker.get(worker).copied() else { return };
        let Some(user) = self.user_mut(handle).filter(|user| user.pages.is_empty()) else { return };
        (user.pages_closed, user.active_at) = (Some(now), Some(now));
        self.timers.set(now + self.settings.page_grace, Timer::PageGrace(handle));
        self.act(handle, &Action::PagesClosed);
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
            ClientFrame::LogIn {} => self.act(user, &Action::LogIn),
            ClientFrame::LogOut {} => self.act(user, &Action::LogOut),
            ClientFrame::Idle { idle } => self.page_is_idle(page, user, idle, now),
            ClientFrame::Back {} => self.step(user, Input::Returns, now),
            ClientFrame::PreviewsSeen { ids } => self.step(user, Input::PreviewsSeen(&ids), now),
            ClientFrame::Resync {} => self.snapshot(page, now),
            ClientFrame::PreviewAnswer { id, accept, redirect } => {
                let seen = redirect.as_deref();
                self.preview_answer(page, user, (id, accept, seen), now);
            }
            ClientFrame::Redirect { number, on } => self.redirect_chosen(page, user, &number, on),
            ClientFrame::UserData { conn_id, dn, key, was, value } => {
                let wanted = desk::Wanted { key: &key, was: was.as_deref(), value: value.as_deref() };
                self.data_change(page, user, [&conn_id, &dn], &wanted, now);
            }
            ClientFrame::Outcome { id, conn_id, code, note } => {
                self.outcome_given(page, user, (id, &conn_id), (code.as_deref(), note.as_deref()));
            }
            ClientFrame::OutcomeSkip { id, conn_id } => self.outcome_skipped(page, user, (id, &conn_id)),
            ClientFrame::Chat { conn_id, dn, deed } => self.chat_deed(page, user, (&conn_id, &dn), deed, now),
            ClientFrame::Search { query, keep } => self.search(page, &query, keep, now),
            ClientFrame::SearchEnd {} => self.search_ended(page, now),
            ClientFrame::Call { button, conn_id, dn, state, to, note } => {
                let pressed = Pressed { button, conn_id: &conn_id, dn: &dn, state, to: to.as_ref() };
                let asked = self.aimed(user, &pressed).and_then(|(line, id, action)| {
                    let note = note.map(|note| self.note(user, line, id, &note)).transpose()?;
                    // The note comes first: whoever gets the call is to have it.
                    Ok((line, id, note.into_iter().flatten().chain([action])))
                });
                match asked {
                    Ok((line, id, actions)) => {
                        actions.for_each(|action| self.step(user, Input::Call(line, id, action), now));
                    }
                    Err(remark) => self.problem_to(page, "call-refused", remark),
                }
            }
            ClientFrame::Dial { dn, to } => match self.dialled(user, &dn, &to) {
                Ok((line, number)) => self.step(user, Input::Dial(line, number), now),
                Err(why) => self.problem_to(page, "call-refused", why),
            },
        }
    }

    /// `seen`: the outside number that the page showed. Where the call goes is what the worker agreed to: if it has
    /// changed since, they are shown where to, and asked again.
    fn preview_answer(
        &mut self,
        page: PageId,
        user: UserHandle,
        (id, accept, seen): (u64, bool, Option<&str>),
        now: Moment,
    ) {
        let Some(entry) = self.user(user).map(|user| user.entry.clone()) else { return };
        let goes_to = |preview: &Preview| self.redirects.of_media(&entry, &preview.shown.media_type);
        if accept && self.previews.get(id).is_some_and(|preview| goes_to(preview).as_deref() != seen) {
            self.snapshot(page, now);
            return self.problem_to(page, "preview-redirected", Why::PreviewRedirected);
        }
        let worker = entry.id.clone();
        let reply = if accept { Reply::Accept(self.delivery(user, id)) } else { Reply::Decline };
        let answered = self.previews.answer(id, &worker, reply, now, &mut self.steps);
        self.carry_out_steps();
        let Some(user) = self.user_mut(user) else { return };
        if answered.is_ok() {
            return user.note_answer(id, accept);
        }
        // From another page of theirs, or once more after a reconnect: it is so.
        if !user.answered.contains(&(id, accept)) {
            metrics::counter!("uc_preview_answers_too_late_total").increment(1);
            self.problem_to(page, "preview-closed", Why::PreviewClosed);
        }
    }

    /// What a pressed button asks for, if the call still is what the worker saw.
    fn aimed(&self, handle: UserHandle, pressed: &Pressed<'_>) -> Result<(LineId, ConnId, CallAction), Remark> {
        let worker = self.user(handle).map(|user| &user.worker).ok_or(Why::NotYours)?;
        let conn_id = pressed.conn_id.parse::<ConnId>().map_err(|_| Why::NotYours)?;
        let line = worker.line_of(pressed.dn, Some(conn_id)).ok_or(Why::NotYours)?;
        let original = line.calls().get(conn_id).and_then(|live| line.calls().original(live));
        let original = original.map(|live| live.call.conn_id);
        let action = desk::action(pressed.button, pressed.to, original, |to| self.called(to))?;
        let line = line.id();
        match desk::call_state(worker, line, conn_id) {
            Some(state) if state != pressed.state => {
                metrics::counter!("uc_call_buttons_too_late_total").increment(1);
                Err(Why::CallMoved.into())
            }
            _ => Ok((line, conn_id, action)),
        }
    }

    /// From which line a call is to be made, and to which number.
    fn dialled(&self, handle: UserHandle, dn: &str, to: &str) -> Result<(LineId, Dn), Why> {
        let worker = self.user(handle).map(|user| &user.worker).ok_or(Why::NotYours)?;
        let lines = || worker.lines().filter(|line| *line.place().dn == *dn);
        let line = lines().find(|line| line.can_dial()).or_else(|| lines().next()).ok_or(Why::NotYours)?;
        Ok((line.id(), self.called(to).ok_or(Why::CallNumber)?))
    }

    /// What is called for what a worker chose or typed: what the directory or the site names is called as it is named
    /// there, anything else as people write numbers.
    pub(in crate::hub) fn called(&self, to: &str) -> Option<Dn> {
        let dn: Dn = to.trim().into();
        if self.directory.has_dn(&dn) {
            Some(dn)
        } else {
            self.settings.contact_points.called(&dn).or_else(|| number(&dn))
        }
    }

    /// Passes a worker's action to the browser plug-in, which decides what it means. What it no longer offers, a page that
    /// still shows it must not wait for.
    pub(in crate::hub) fn act(&mut self, user: UserHandle, action: &Action) {
        if self.menu.lacks(action) {
            self.tell_problem(user, "state-refused", Why::StateLost);
        } else if self.anybody_has(&[Role::BrowserPresence]) {
            self.command_roles(&[Role::BrowserPresence], |_| Command::Act(UserAction { user, action: action.clone() }));
        } else if policy::changes_state(action) {
            self.tell_problem(user, "state-refused", Why::StateUnoffered);
        }
    }
}
