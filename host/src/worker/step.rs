//! One step of one worker.

use super::{
    Input, LineId, Output, Place, Question, Settings, Worker,
    hold::{Due, HoldChange, TakenFor},
    line::Line,
};
use crate::{
    agent_link::{Behaviour, Cause, EventKind, LinkId, Refusal},
    clock::Moment,
    policy::{self, Want},
    remark::{Remark, Why},
};
use std::borrow::Cow;
use uc_plugin_api::{Availability, Presence, Wanted, Wish};

/// How it is learnt where the agent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// It happened now.
    Event,
    /// A snapshot says so, or the entry in the directory is another: it may have been so for long, and what a snapshot
    /// does not show was not done by the agent.
    Afresh,
    /// A line came with it, or went.
    WithALine,
}

impl Told {
    fn by(input: &Input<'_>) -> Self {
        match input {
            Input::Event(_, EventKind::Registered { .. } | EventKind::RegisteredAlone, _) | Input::Profile(_) => {
                Self::Afresh
            }
            Input::Event(..) => Self::Event,
            _ => Self::WithALine,
        }
    }
}

impl Worker {
    /// Takes one input at `now`; what is to be done is added to `outputs`.
    pub(crate) fn step(&mut self, input: Input<'_>, settings: &Settings, now: Moment, outputs: &mut Vec<Output>) {
        let told = Told::by(&input);
        self.forget_past(now);
        match input {
            Input::Link(link, up) => {
                self.each_line_of(link, |line| if up { line.link_up() } else { line.link_down() });
            }
            Input::Switch(link, connected) => self.each_line_of(link, |line| line.switch(connected)),
            Input::LinkInDoubt(link, words) => self.each_line_of(link, |line| line.doubt(words)),
            Input::AgentFree => {
                let refused =
                    |line: &&mut Line| line.wants_to_log_in() && line.problem().is_some() && !line.is_leaving();
                self.lines.iter_mut().filter(refused).for_each(Line::insist);
            }
            Input::DnFree(id, link_up) => self.line_mut(id).into_iter().for_each(|line| line.dn_free(link_up)),
            Input::Event(id, kind, cause) => {
                self.chat_event(id, (&kind, cause), settings, now, outputs);
                self.event(id, kind, cause, now, outputs);
            }
            Input::AnsweredElsewhere(question) => {
                self.chat_answered(question, now, outputs);
                let answered = |line: &mut Line| {
                    line.under_way.acknowledged(question.number, false, now);
                    line.answered_elsewhere(question.number, now);
                };
                self.line_mut(question.line).into_iter().for_each(answered);
            }
            Input::LoginWaits(question) => {
                self.line_mut(question.line).into_iter().for_each(|line| line.login_waits(question.number));
            }
            Input::Unsent(question) => {
                self.line_mut(question.line).into_iter().for_each(|line| line.unsent(question.number));
            }
            Input::Refused(question, refusal) if let Some(number) = question.chat_number() => {
                self.chat_refused(number, refusal, settings, now, outputs);
            }
            Input::Refused(question, refusal) => self.refused(question, refusal, now, outputs),
            Input::Presence(presence) => self.presence(presence, settings, now),
            Input::PresenceStale => self.presence_stale(settings, now),
            Input::Wish(wanted) => self.wished(wanted, outputs),
            Input::PreviewOver(past, shown) => self.preview_over(past, shown, settings, outputs),
            Input::PreviewsSeen(ids) => self.previews_seen(ids, outputs),
            Input::Returns => self.returns(outputs),
            Input::Chosen(presence) => {
                self.acts(outputs);
                self.chosen(presence, settings, now);
            }
            Input::Published(outcome) => self.outcome(outcome, now, outputs),
            Input::PublicationInDoubt => {
                self.hold.iter_mut().for_each(|hold| hold.doubt_ours(now));
                self.appearing.sink_gone(now);
            }
            // Where nothing is pulled beside it, no word of a platform drives anybody.
            Input::OwnEndpoint(said) if self.hold.is_some() => self.appearing.endpoint(said, now),
            Input::OwnEndpoint(_) => {}
            Input::SinkStarts => self.sink_starts(),
            Input::Profile(profile) => self.change_profile(profile, settings, now, outputs),
            Input::Leave => self.leave(now),
            Input::Call(line, conn_id, action) => self.call_action(line, conn_id, action, now, outputs),
            Input::Dial(line, to) => self.dial(line, to, now, outputs),
            Input::Chat(dn, conn_id, deed) => self.chat_deed((dn, conn_id), deed, now, outputs),
            Input::Lacks(link, kind) => self.each_line_of(link, |line| line.lack(kind)),
            Input::TurnEnds => self.publish(settings, now, outputs),
            Input::Time => self.time(settings, now),
        }
        self.follow_hold(told, now);
        self.settle(settings, now, outputs);
    }

    fn each_line_of(&mut self, link: LinkId, act: impl FnMut(&mut Line)) {
        self.lines.iter_mut().filter(|line| line.place().link == link).for_each(act);
    }

    /// Sets what is wished on every line; one that was overruled there counts again.
    pub(super) fn wish(&mut self, want: &Want) {
        let want = &if self.is_held() { want.clone() } else { self.missed.limit(want) };
        self.wish = want.clone();
        for line in self.lines.iter_mut().filter(|line| !line.is_leaving()) {
            line.set_wish(want.clone());
        }
    }

    fn event(&mut self, id: LineId, kind: EventKind, cause: Cause, now: Moment, outputs: &mut Vec<Output>) {
        let Some(line) = self.line_mut(id) else { return };
        outputs.extend(line.failed_at_once(&kind, cause));
        let calls = line.event(kind, cause, now);
        self.calls_changed(id, calls, outputs);
    }

    fn refused(&mut self, question: Question, refusal: &Refusal, now: Moment, outputs: &mut Vec<Output>) {
        if let Some(kind) = question.call_kind() {
            return self.call_refused(question, kind, refusal, outputs);
        }
        let Some(line) = self.line_mut(question.line) else { return };
        line.refused(question.number, refusal, now);
        let (dn, code, message) = (&line.place().dn, refusal.code, &refusal.message);
        tracing::debug!(%dn, code, words = %message, behaviour = ?refusal.behaviour, "request refused");
        if refusal.behaviour == Behaviour::Permanent {
            let (link, dn, message) = (line.place().link, dn.clone(), message.clone());
            outputs.push(Output::RefusedForGood { link, dn, code, message });
        }
    }

    fn presence(&mut self, presence: &Presence, settings: &Settings, now: Moment) {
        let taken = self.hold.as_mut().map_or(TakenFor::Drives, |hold| hold.platform_says(presence, now));
        if taken == TakenFor::Ours {
            metrics::counter!("uc_presence_own_total").increment(1);
            // Whatever was held back is older than that.
            self.appearing.passes();
            self.overtaken.passes();
            return self.sources.echoed();
        }
        if taken != TakenFor::Replaced && !self.appearing.admits(presence, self.sources.is_in_doubt()) {
            return metrics::counter!("uc_presence_held_back_total").increment(1);
        }
        let without_ours = self.hold.as_ref().map_or(Cow::Borrowed(presence), |hold| hold.without_our_note(presence));
        let want = settings.mapping.want(&without_ours);
        if taken != TakenFor::Replaced && !self.overtaken.admits(presence, want.as_ref(), now) {
            return metrics::counter!("uc_presence_held_back_total").increment(1);
        }
        let news = self.sources.platform(want, now);
        match (taken, news) {
            (TakenFor::Drives, Some(want)) => self.wish(&want),
            (TakenFor::Replaced, _) => {
                self.appearing.passes();
                self.end_hold("their presence replaced ours", now);
            }
            (TakenFor::Drives, None) | (TakenFor::Remembered | TakenFor::Ours, _) => {}
        }
    }

    /// What the platform says may be over, of whoever is on one, or was spoken of by one without an address.
    pub(super) fn presence_stale(&mut self, settings: &Settings, now: Moment) {
        let on_platform = self.profile.address.is_ok() || self.sources.last().is_some();
        if settings.follows_platforms && on_platform {
            self.appearing.passes();
            self.overtaken.passes();
            self.sources.stale(now);
        }
    }

    fn wished(&mut self, wanted: &Wanted, outputs: &mut Vec<Output>) {
        if wanted.explicit {
            self.acts(outputs);
        }
        // A plug-in that starts again registers everybody again: who logged out meanwhile stays logged out.
        let registration = !wanted.explicit && wanted.wish == Wish::LogIn;
        let wished = self.wish != Want::Observe || self.lines().any(|line| !line.agent().is_unwished());
        if registration && wished {
            return;
        }
        let Some(want) = self.sources.browser(policy::wish(wanted), wanted.explicit) else {
            // A timer or a start-up rule that is refused is nobody's lost choice.
            let refused = || Output::Problem("state-refused", Why::StatePlatform.into());
            return outputs.extend(wanted.explicit.then(refused));
        };
        self.wish(&want);
        if wanted.explicit {
            self.lines.iter_mut().filter(|line| !line.is_leaving()).for_each(Line::choose);
            outputs.extend(self.choice_waits().map(|remark| Output::Problem("state-waits", remark)));
        }
    }

    /// Why no line can show a choice now: the worker would take it for lost.
    fn choice_waits(&self) -> Option<Remark> {
        if self.lines().any(Line::is_own) {
            return None;
        }
        let other = self.lines().find(|line| line.in_service()).and_then(|line| line.agent().foreign());
        Some(other.map_or(Why::StateWaits.into(), |other| Remark::with(Why::StateWaitsAgent, other.clone())))
    }

    /// What the user chose on the platform while a publication of ours stood, or soon after an earlier choice. A sink's
    /// word: whether the source still hears the platform it does not tell.
    fn chosen(&mut self, presence: &Presence, settings: &Settings, now: Moment) {
        let want = Some(presence).filter(|said| said.availability != Availability::Unknown);
        let want = want.and_then(|said| settings.mapping.want(said));
        if self.is_held() {
            self.appearing.passes();
            self.sources.replace(want.clone());
            self.end_hold("the user chose a state on the platform", now);
        } else if !self.overtaken.lasts(now) {
            return;
        } else if let Some(want) = want.as_ref().filter(|want| !want.may_be_ready()) {
            // The source's word of it may have come before the choice that ended the hold, and gone with that.
            self.appearing.passes();
            self.sources.replace(Some(want.clone()));
            self.wish(want);
        }
        if let Some(word) = want.and_then(|want| self.overtaken.chosen(&want, now)) {
            self.presence(&word, settings, now);
        }
    }

    /// Whether they are held follows from their lines as they are, whatever made them so: a word of the T-Server, or a
    /// line that came or went. `told`: how.
    fn follow_hold(&mut self, told: Told, now: Moment) {
        let Some(hold) = &self.hold else { return };
        if !hold.is_concerned() && self.lines().all(|line| !line.is_beyond_platforms()) {
            return;
        }
        let mode = self.beyond_platforms().map(|(_, view)| view.work_mode);
        self.hold_is_old &= mode.is_none() && !self.lines().any(Line::in_service);
        if self.hold_is_old {
            return;
        }
        let worker = self.profile.id.clone();
        let Some(hold) = &mut self.hold else { return };
        match hold.t_server(mode, told != Told::Event, now) {
            HoldChange::Stays => return,
            HoldChange::Entered => {
                tracing::info!(%worker, ?mode, "held: the platform does not drive the agent until this ends");
                self.wish(&Want::Observe);
            }
            HoldChange::Ended => {
                tracing::info!(%worker, "held no longer: the T-Server ended it");
                self.follow_memory(told != Told::Afresh);
            }
        }
        self.publication_due = true;
    }

    fn end_hold(&mut self, cause: &str, now: Moment) {
        if self.hold.as_mut().is_some_and(|hold| hold.let_go(now)) {
            tracing::info!(worker = %self.profile.id, cause, "held no longer");
            self.follow_memory(false);
            self.lines.iter_mut().for_each(Line::insist);
            self.publication_due = true;
        }
    }

    /// The agent follows what the platform said last, where nothing of ours was in it. Who logged themselves out
    /// stays so: nobody is logged in by the end of their After Call Work.
    fn follow_memory(&mut self, logged_out_counts: bool) {
        let memory = self.missed.limit(&self.sources.last().cloned().unwrap_or_default());
        self.wish = memory.clone();
        for line in self.lines.iter_mut().filter(|line| !line.is_leaving()) {
            let gone = logged_out_counts && line.in_service() && line.agent().is_logged_out();
            line.set_wish(if gone { Want::LoggedOut } else { memory.clone() });
        }
    }

    fn time(&mut self, settings: &Settings, now: Moment) {
        self.lines.iter_mut().for_each(|line| line.tick(now));
        if self.sources.expire(settings.presence_grace, now) {
            metrics::counter!("uc_presence_unknown_total").increment(1);
            self.platform_left();
        }
        self.publication_due = true;
        let held_back = [self.appearing.due(now), self.overtaken.due(now)];
        held_back.iter().flatten().for_each(|presence| self.presence(presence, settings, now));
        let limit = settings.after_call_work_limit;
        while let Some(due) = self.hold.as_mut().and_then(|hold| hold.due(limit, now)) {
            match due {
                Due::Limit => self.end_hold("after-call-work-limit", now),
                // An old echo is no word of a platform that is out of reach: it would end the doubt.
                Due::Themselves(_) if self.sources.is_in_doubt() => {}
                Due::Themselves(presence) => self.presence(&presence, settings, now),
            }
        }
    }

    /// The end of every step: the next request of each line, and what changed for those who look on.
    fn settle(&mut self, settings: &Settings, now: Moment, outputs: &mut Vec<Output>) {
        self.depart(now, outputs);
        let (mut changed, mut calls_changed, mut wake) = (false, false, None);
        let doubt = self.sources.is_unknown() && !self.is_held();
        for line in &mut self.lines {
            line.set_doubt(doubt);
            if let Some((question, request)) = line.reconcile(now) {
                outputs.extend(line.asks_in_vain().map(|what| in_vain(line.place(), what)));
                outputs.push(Output::Request(line.place().link, question, request));
            }
            line.end_choice_if_fulfilled();
            wake = earlier(wake, line.deadline(now));
            outputs.extend(line.take_refused_choice().map(|remark| Output::Problem("state-refused", remark)));
            changed |= line.take_changed();
            calls_changed |= line.calls.take_changed();
        }
        if changed {
            outputs.push(Output::StateChanged);
            // Whose a call is, and its buttons, depend on the line.
            let any = self.lines.iter().any(|line| !line.calls.is_empty());
            outputs.extend(any.then_some(Output::CallsChanged));
        }
        self.publication_due |= changed || calls_changed;
        if self.publication_due {
            self.report(settings, outputs);
        }
        self.list_publication(settings, outputs);
        wake = earlier(wake, self.settle_chats(settings, now, outputs));
        outputs.extend(earlier(wake, self.next_deadline(settings, now)).map(Output::Wake));
    }

    fn next_deadline(&self, settings: &Settings, now: Moment) -> Option<Moment> {
        let hold = self.hold.as_ref().and_then(|hold| hold.deadline(settings.after_call_work_limit));
        let sources = self.sources.deadline(settings.presence_grace);
        let publication = self.publication.deadline(settings.presence_grace).filter(|at| now < *at);
        let held_back = earlier(self.appearing.deadline(), self.overtaken.deadline());
        earlier(earlier(hold, held_back), earlier(sources, publication))
    }
}

fn in_vain(place: &Place, what: &Remark) -> Output {
    Output::AskedInVain { link: place.link, dn: place.dn.clone(), what: what.clone() }
}

fn earlier(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
