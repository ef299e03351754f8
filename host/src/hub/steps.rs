//! Whoever is meant takes a step, and what the step asks for becomes effects.

use super::{
    Hub,
    effect::Effect,
    user::{News, User},
};
use crate::{
    agent_link::{Outgoing, Request},
    clock::Moment,
    hub::timers::Timer,
    web::message::ServerFrame,
    worker::{Input, Output},
};
use std::time::Duration;
use uc_plugin_api::{Command, Role, UserHandle};

/// A worker is woken no sooner.
pub(super) const SOON: Duration = Duration::from_millis(1);

impl Hub {
    /// One worker takes one input.
    pub(super) fn step(&mut self, handle: UserHandle, input: Input<'_>, now: Moment) {
        let mut outputs = std::mem::take(&mut self.outputs);
        if let Some(worker) = self.roster.worker_mut(handle) {
            worker.step(input, &self.settings.worker, now, &mut outputs);
            outputs.drain(..).for_each(|output| self.carry_out(handle, output, now));
            self.list_for_keeping(handle, now);
        }
        self.outputs = outputs;
    }

    /// What a plug-in says of somebody: it may still speak of those who have left, or of nobody.
    pub(super) fn step_of_plugin(&mut self, handle: UserHandle, input: Input<'_>, now: Moment) {
        match self.roster.present(handle) {
            Some(_) => self.step(handle, input, now),
            None => metrics::counter!("uc_plugin_events_of_unknown_users_total").increment(1),
        }
    }

    fn carry_out(&mut self, handle: UserHandle, output: Output, now: Moment) {
        match output {
            Output::Request(link, question, Request::AgentLogin { .. }) if !self.login_may_go(link, now) => {
                self.login_waits(handle, link, question, now);
            }
            Output::Request(link, question, request) => {
                // Free seats are every node's, which only reads there.
                let permit = self.user(handle).map(|user| user.permit.clone()).unwrap_or_default();
                self.effects.push(Effect::Request(link, Outgoing { ticket: question.into(), request, permit }));
            }
            // What is due is done by the step itself: one that says it is due still must not hold the others up.
            Output::Wake(at) => self.wake(handle, at.max(now + SOON)),
            Output::StateChanged => {
                self.note_faults(handle);
                self.list_news(handle, News::State);
            }
            Output::ChatsChanged => self.list_chat_news(handle),
            Output::CallsChanged => {
                self.list_outcomes(handle, None);
                self.list_news(handle, News::Everything);
            }
            Output::CallChanged(line, conn_id) => {
                self.list_outcomes(handle, None);
                self.list_call(handle, line, conn_id);
            }
            Output::CallEnded(dn, conn_id, ending) => {
                self.list_outcomes(handle, ending.is_none().then(|| (dn.clone(), conn_id)));
                self.list_ended_call(handle, dn, conn_id, ending);
            }
            Output::Lacks(link, kind) => self.link_lacks(link, kind, now),
            Output::RefusedForGood { link, dn, code, message } => {
                self.refused_for_good(link, &dn, code, &message, now);
            }
            Output::AskedInVain { link, dn, what } => {
                let agent_id = self.user(handle).map(|user| user.entry.agent_id.clone()).unwrap_or_default();
                self.asked_in_vain(link, &dn, &agent_id, &what, now);
                self.note_faults(handle);
            }
            Output::NotShown(why) => self.not_shown(handle, &why, now),
            Output::PreviewsSeen(ids) => self.frame_to_all(handle, &ServerFrame::PreviewsSeen { ids }),
            Output::Problem(code, remark) => self.tell_problem(handle, code, remark),
            Output::Report(report) => {
                self.command_roles(&[Role::BrowserPresence], |_| Command::Report(vec![report.clone()].into()));
            }
            Output::LookAtPublication if self.user(handle).is_some_and(|user| user.retired) => {}
            Output::LookAtPublication => self.published.look_at(handle),
            Output::Publish(shows) => self.published.tell(handle, shows),
            Output::Left(line, link, dn, agent_id) => {
                self.line_left(handle, line, link, &dn, now);
                self.agent_is_free(&agent_id, now);
            }
        }
    }

    /// A timer that is set for an earlier time serves as well: the step it brings asks again.
    fn wake(&mut self, handle: UserHandle, at: Moment) {
        let Some(wakes_at) = self.roster.wakes_at(handle) else { return };
        if wakes_at.is_some_and(|set| set <= at) {
            return;
        }
        *wakes_at = Some(at);
        self.timers.set(at, Timer::Worker(handle));
    }

    /// A worker's time has come.
    pub(super) fn woken(&mut self, handle: UserHandle, now: Moment) {
        self.roster.wakes_at(handle).into_iter().for_each(|wakes_at| *wakes_at = None);
        self.step(handle, Input::Time, now);
    }

    /// Everybody takes the same input.
    pub(super) fn step_all(&mut self, input: impl Fn() -> Input<'static>, now: Moment) {
        self.roster.handles().for_each(|handle| self.step(handle, input(), now));
    }

    /// A user.
    pub(super) fn user(&self, handle: UserHandle) -> Option<&User> {
        self.roster.user(handle)
    }

    /// A user, to change.
    pub(super) fn user_mut(&mut self, handle: UserHandle) -> Option<&mut User> {
        self.roster.user_mut(handle)
    }
}
