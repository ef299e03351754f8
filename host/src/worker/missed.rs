//! Whoever lets previews time out one after the other is not there, whatever state they are in: from so many on
//! (`after-missed-previews`) nothing makes their agent ready until they act.
//!
//! | What happens | What it is taken for |
//! |---|---|
//! | a preview that their pages showed times out | missed; so many in a row: away |
//! | they accept or decline one | they are there |
//! | they choose a state, at a page or by hand on the platform, or say at a page that they are back | likewise |
//! | the platform says available | nothing: it says so of every computer that is not locked |
//! | the platform says anything else, they log out | that, as ever: it keeps calls away, too |
//!
//! Being away lies between what is wished and the lines: what would make the agent ready, or leave that to the T-Server,
//! makes them not ready with a reason, while it lasts. What was wished counts again afterwards. Pure.

use super::{Line, Output, Settings, Worker};
use crate::policy::{self, Want};
use serde::{Deserialize, Serialize};

/// Previews missed in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Missed {
    count: u32,
    away: bool,
    /// What is wished, without regard to being away.
    wished: Want,
}

impl Missed {
    /// What counts of a wish.
    pub(super) fn limit(&mut self, want: &Want) -> Want {
        self.wished = want.clone();
        match want {
            ready if self.away && ready.may_be_ready() => policy::previews_missed(ready),
            want => want.clone(),
        }
    }
}

impl Worker {
    /// How many previews in a row were missed by whoever is kept from being ready for it; 0: they are not.
    pub(crate) fn missed_previews(&self) -> u32 {
        if self.missed.away { self.missed.count } else { 0 }
    }

    pub(super) fn preview_missed(&mut self, settings: &Settings, outputs: &mut Vec<Output>) {
        self.missed.count = self.missed.count.saturating_add(1);
        let enough = settings.after_missed_previews > 0 && self.missed.count >= settings.after_missed_previews;
        if enough && !self.missed.away {
            tracing::info!(worker = %self.profile.id, missed = self.missed.count, "not ready until they act");
            metrics::counter!("uc_workers_away_after_missed_previews_total").increment(1);
            self.missed.away = true;
            self.wish_again();
        }
        outputs.extend(self.missed.away.then_some(Output::StateChanged));
    }

    /// They are there.
    pub(super) fn acts(&mut self, outputs: &mut Vec<Output>) {
        self.missed.count = 0;
        if std::mem::take(&mut self.missed.away) {
            self.wish_again();
            outputs.push(Output::StateChanged);
        }
    }

    /// They say that they are back. Where nobody has wished a state, that is one.
    pub(super) fn returns(&mut self, outputs: &mut Vec<Output>) {
        if !self.missed.away {
            return;
        }
        let open = matches!(self.missed.wished, Want::Observe | Want::LoggedIn) && !self.is_held();
        let ready = open.then(policy::ready).and_then(|want| self.sources.browser(want, true));
        self.acts(outputs);
        if let Some(ready) = ready {
            self.wish(&ready);
        }
        self.lines.iter_mut().filter(|line| !line.is_leaving()).for_each(Line::choose);
    }

    /// Who is held is driven by nobody; what is wished then counts when that ends. A wish that keeps calls away is the same
    /// as before, and who decided against it meanwhile is left alone.
    fn wish_again(&mut self) {
        let wished = self.missed.wished.clone();
        if wished.may_be_ready() && !self.is_held() {
            self.wish(&wished);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        agent_link::{AgentFacts, AgentStatus, Cause, EventKind, LinkId, RegisterMode, Request},
        clock::Moment,
        policy::{AgentMap, Mapping},
        preview_end::PreviewEnd,
        worker::{ChatRules, Input, LineId, PastPreview, Place, Profile, Publishes},
    };
    use std::time::Duration;
    use uc_plugin_api::{Availability, Presence, UserHandle, Wanted, Wish};

    fn settings(after_missed_previews: u32) -> Settings {
        Settings {
            register_mode: RegisterMode::Share,
            login_queue: None,
            publishes: Publishes::Nothing,
            follows_platforms: true,
            reports: false,
            presence_grace: Duration::from_secs(30),
            after_call_work_limit: Duration::ZERO,
            after_missed_previews,
            mapping: Mapping::default(),
            agent_map: AgentMap::default(),
            chats: ChatRules::default(),
        }
    }

    fn over(end: PreviewEnd, shown: bool) -> Input<'static> {
        let (caller, dn) = ("+4930".into(), "5001".into());
        let (at, deadline) = (Moment::default(), Moment::default());
        Input::PreviewOver(PastPreview { id: 7, at, deadline, caller, dn, end, seen: false }, shown)
    }

    /// A worker with one line, whose T-Server does what it is asked.
    struct Bench {
        worker: Worker,
        settings: Settings,
    }

    impl Bench {
        fn new(limit: u32) -> Self {
            let settings = settings(limit);
            let profile =
                Profile { id: "kim".into(), agent_id: "1".into(), password: None, address: Ok("sip:kim@x".into()) };
            let mut worker = Worker::new(UserHandle(1), profile, &settings);
            let place = Place { link: LinkId(0), dn: "5001".into(), switch: "S".into() };
            worker.add_line(LineId(1), place, &settings, Some(true));
            let mut bench = Self { worker, settings };
            bench.takes(Input::Time);
            bench
        }

        fn takes(&mut self, input: Input<'_>) {
            let (mut outputs, now) = (Vec::new(), Moment::default());
            self.worker.step(input, &self.settings, now, &mut outputs);
            let asked = outputs.into_iter().find_map(|output| match output {
                Output::Request(_, question, request) => Some((question, request)),
                _ => None,
            });
            let Some((question, request)) = asked else { return };
            let facts = |status, reasons| EventKind::Agent(AgentFacts { status, reasons, ..AgentFacts::default() });
            let kind = match request {
                Request::RegisterAddress { .. } => EventKind::Registered {
                    agent: AgentFacts::default(),
                    calls: Some(Vec::new()),
                    out_of_service: false,
                },
                Request::AgentReady { reasons, .. } => facts(AgentStatus::Ready, (*reasons).clone()),
                Request::AgentNotReady { reasons, .. } => facts(AgentStatus::NotReady, (*reasons).clone()),
                Request::AgentLogin { .. } => facts(AgentStatus::NotReady, Default::default()),
                Request::AgentLogout { .. } => facts(AgentStatus::LoggedOut, Default::default()),
                other => panic!("{other:?}"),
            };
            self.takes(Input::Event(LineId(1), kind, Cause::Request(question.into())));
        }

        fn platform(&mut self, availability: Availability) {
            self.takes(Input::Presence(&Presence { availability, ..Presence::default() }));
        }

        fn wishes(&mut self, explicit: bool) {
            self.takes(Input::Wish(&Wanted { user: UserHandle(1), wish: Wish::LogIn, explicit }));
        }

        fn miss(&mut self, times: usize) {
            (0..times).for_each(|_| self.takes(over(PreviewEnd::TimedOut, true)));
        }

        fn status(&self) -> (AgentStatus, Option<String>) {
            let facts = self.worker.lines[0].confirmed();
            (facts.status, facts.reasons.str("KW_UC_STATUS").map(str::to_owned))
        }

        fn is_away(&self) -> bool {
            let (status, reason) = self.status();
            assert_eq!(self.worker.missed_previews() > 0, reason.as_deref() == Some("missed previews"));
            assert!(status == AgentStatus::NotReady || reason.is_none());
            reason.is_some()
        }
    }

    #[test]
    fn so_many_in_a_row_make_not_ready_and_nothing_the_platform_says_makes_ready() {
        let mut bench = Bench::new(3);
        bench.platform(Availability::Available);
        bench.miss(2);
        assert_eq!(bench.status().0, AgentStatus::Ready);
        bench.miss(1);
        assert!(bench.is_away());
        for word in [Availability::Busy, Availability::Available, Availability::Unknown, Availability::Available] {
            bench.platform(word);
            assert_eq!(bench.status().0, AgentStatus::NotReady, "{word:?}");
        }
        bench.takes(Input::Returns);
        assert_eq!(bench.status().0, AgentStatus::Ready);
        bench.miss(2);
        assert_eq!(bench.status().0, AgentStatus::Ready, "it counts from the beginning");
    }

    #[test]
    fn an_answer_begins_the_count_anew_and_ends_it() {
        let mut bench = Bench::new(2);
        bench.platform(Availability::Available);
        (0..4).for_each(|_| {
            bench.miss(1);
            bench.takes(over(PreviewEnd::Rejected, true));
        });
        assert!(!bench.is_away());
        bench.miss(2);
        assert!(bench.is_away());
        bench.takes(over(PreviewEnd::Rejected, true));
        assert_eq!(bench.status().0, AgentStatus::Ready);
    }

    #[test]
    fn who_logs_out_stays_out_and_is_not_ready_after_coming_back() {
        let mut bench = Bench::new(1);
        bench.platform(Availability::Available);
        bench.miss(1);
        bench.platform(Availability::Offline);
        assert_eq!(bench.status().0, AgentStatus::LoggedOut);
        bench.platform(Availability::Available);
        assert!(bench.is_away());
    }

    #[test]
    fn in_the_browser_a_timer_changes_nothing_and_a_choice_ends_it() {
        let mut bench = Bench::new(1);
        bench.wishes(true);
        bench.miss(1);
        assert!(bench.is_away());
        bench.wishes(false);
        assert!(bench.is_away());
        bench.wishes(true);
        assert_eq!(bench.worker.missed_previews(), 0);
        bench.miss(1);
        bench.takes(Input::Returns);
        assert_eq!(bench.status().0, AgentStatus::Ready, "they said so");
    }

    #[test]
    fn without_the_option_nothing_happens() {
        let mut bench = Bench::new(0);
        bench.platform(Availability::Available);
        bench.miss(50);
        assert_eq!(bench.status().0, AgentStatus::Ready);
    }
}
