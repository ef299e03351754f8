//! A worker as it is written out and read back: what is wished at each line, what the sources said, the hold, what
//! sinks were told. What the T-Server says is not kept: its snapshot is the truth, and is read again.

use super::{
    Hold, Line, LineId, Missed, Place, Settings, Shows, Worker,
    chat::{Chats, written},
    sources::Sources,
};
use crate::{
    agent_link::{Dn, LinkId},
    clock::{Moment, SameMoment},
    policy::Want,
};
use serde::{Deserialize, Serialize};
use std::{ops::Not, sync::Arc};

/// What is kept of one worker. Plain data: times are moments of the hub's timeline, lines are known by link and DN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Names of the T-Servers in the order of their links' numbers here; none: those of whoever reads it, as earlier
    /// versions took them to be.
    #[serde(default, rename = "tServers", skip_serializing_if = "Option::is_none")]
    t_servers: Option<Arc<[Arc<str>]>>,
    wish: Want,
    lines: Vec<KeptLine>,
    sources: Sources,
    hold: Option<Hold>,
    published: Option<Shows>,
    #[serde(default)]
    chats: Chats,
    missed: Missed,
}

/// What is wished at one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptLine {
    pub(crate) link: LinkId,
    pub(crate) dn: Dn,
    pub(super) wish: Want,
    pub(super) overruled: bool,
    /// By a work mode that ends by itself.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub(super) interrupted: bool,
    pub(super) logged_in_here: bool,
    /// The agent was never as wished: nobody can have decided against it.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub(super) open: bool,
}

impl Worker {
    /// What is to be kept of them now. Chats have the room that is left: what a worker wishes is kept however much they
    /// write.
    pub fn kept(&self) -> Kept {
        let without_chats = Kept {
            t_servers: None,
            wish: self.wish.clone(),
            lines: self.lines().map(Line::kept).collect(),
            sources: self.sources.clone(),
            hold: self.hold.as_deref().cloned(),
            published: self.publication.told().cloned(),
            chats: Chats::default(),
            missed: self.missed.clone(),
        };
        let room = Kept::MOST.saturating_sub(written(&without_chats));
        Kept { chats: self.chats.within(room), ..without_chats }
    }

    /// Takes over what was kept. Lines that are new since then get what was wished last. Lines
    /// that were being given up are not kept: their agents stay logged in. `long`: nobody worked for longer than the
    /// grace time of presence. What made somebody ready may be over then, and the T-Server's word counts. Returns the
    /// lines that they have no longer, where we have logged an agent in.
    pub(crate) fn resume(&mut self, mut kept: Kept, long: bool, now: Moment) -> Vec<KeptLine> {
        if long {
            kept.forget_ready();
        }
        self.wish = kept.wish;
        self.sources = kept.sources;
        self.sources.mark_taken_up(long, now);
        self.missed = kept.missed;
        self.hold_is_old = kept.hold.is_some();
        self.hold = self.hold.take().map(|fresh| kept.hold.map_or(fresh, Box::new));
        // Whoever stopped took ours back, and a life before may have died with it.
        self.hold.iter_mut().for_each(|hold| hold.doubt_ours(now));
        self.publication.told_now(kept.published);
        self.chats = kept.chats;
        self.chats.mark_taken_up();
        for line in &mut self.lines {
            let place = line.place();
            match kept.lines.iter().find(|kept| kept.is_of(place)) {
                Some(kept) => line.resume(kept),
                None => line.set_wish(self.wish.clone()),
            }
        }
        self.publication_due = true;
        let has = |kept: &KeptLine| self.lines.iter().any(|line| kept.is_of(line.place()));
        kept.lines.into_iter().filter(|kept| kept.logged_in_here && !has(kept)).collect()
    }

    /// Gives up a line that they had in the life before.
    pub(crate) fn leave_kept(&mut self, id: LineId, kept: &KeptLine, now: Moment) {
        self.line_mut(id).into_iter().for_each(|line| line.resume(kept));
        self.leave_line(id, now);
    }
}

impl KeptLine {
    fn is_of(&self, place: &Place) -> bool {
        self.link == place.link && self.dn == place.dn
    }
}

impl Kept {
    /// Most bytes of one, written down, but for the names of T-Servers.
    pub(crate) const MOST: usize = 640 * 1024;

    /// As it is written down where the links go to these T-Servers.
    pub(crate) fn with_names(self, t_servers: &Arc<[Arc<str>]>) -> Self {
        Self { t_servers: Some(t_servers.clone()), ..self }
    }

    /// With the numbers that links have where they go to these T-Servers. What was at one that is gone is gone.
    pub(crate) fn at_links_of(mut self, here: &[Arc<str>]) -> Self {
        let Some(there) = self.t_servers.take() else { return self };
        let number = |link: LinkId| {
            let name = there.get(usize::from(link.0))?;
            here.iter().position(|other| other == name).and_then(|at| u16::try_from(at).ok()).map(LinkId)
        };
        self.lines.retain_mut(|line| number(line.link).map(|link| line.link = link).is_some());
        self.chats.go_to(number);
        self
    }

    /// As this node would have written it down. What has lasted for so long by the clock of whoever wrote it has lasted as
    /// long here, and nothing begins later than now, or lasts longer than it may: what is not known of the other clock
    /// makes nobody's After Call Work end at once, or never. Doubts of [`Sources`] begin anew anyway.
    pub fn written_by(mut self, clock: SameMoment, settings: &Settings, now: Moment) -> Self {
        if let Some(hold) = &mut self.hold {
            hold.written_by(clock, now);
        }
        self.chats.written_by(clock, &settings.chats, now);
        self
    }

    fn forget_ready(&mut self) {
        let wishes = std::iter::once(&mut self.wish).chain(self.lines.iter_mut().map(|line| &mut line.wish));
        for wish in wishes.filter(|wish| wish.may_be_ready()) {
            *wish = Want::Observe;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        agent_link::{AgentFacts, AgentStatus, Cause, ChatEvent, ChatNews, ConnId, EventKind, RegisterMode, WorkMode},
        clock::Moment,
        policy::{AgentMap, Mapping},
        worker::{ChatRules, Input, Output, Profile, Publishes, Settings},
    };
    use proptest::prelude::*;
    use std::time::Duration;
    use uc_plugin_api::{Availability, Presence, UserHandle};

    fn settings() -> Settings {
        Settings {
            register_mode: RegisterMode::Share,
            login_queue: None,
            publishes: Publishes::BeyondPlatforms,
            follows_platforms: true,
            reports: false,
            presence_grace: Duration::from_secs(30),
            after_call_work_limit: Duration::from_secs(600),
            after_missed_previews: 0,
            mapping: Mapping::default(),
            agent_map: AgentMap::default(),
            chats: ChatRules::default(),
        }
    }

    /// A worker with two lines whose link is down.
    fn worker() -> Worker {
        let address = Ok("sip:kim@example.com".into());
        let profile = Profile { id: "kim".into(), agent_id: "1001".into(), password: None, address };
        let mut worker = Worker::new(UserHandle(0), profile, &settings());
        for (number, dn) in [(1, "5001"), (2, "5002")] {
            let place = Place { link: LinkId(0), dn: dn.into(), switch: "S".into() };
            worker.add_line(LineId(number), place, &settings(), Some(false));
        }
        worker
    }

    /// What happens to a worker, as numbers.
    fn happens(worker: &mut Worker, what: u8, now: Moment) -> Vec<Output> {
        use AgentStatus::{LoggedOut, NotReady, Ready};
        let presence = |availability| Presence { availability, note: "back at 3".into(), ..Presence::default() };
        let facts = |status, work_mode| AgentFacts { status, work_mode, ..AgentFacts::default() };
        let event =
            |line, status, mode| Input::Event(LineId(line), EventKind::Agent(facts(status, mode)), Cause::Elsewhere);
        let registered = |line| {
            let agent = facts(LoggedOut, WorkMode::Unknown);
            let kind = EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false };
            Input::Event(LineId(line), kind, Cause::Elsewhere)
        };
        let said = [Availability::Available, Availability::Busy, Availability::Offline, Availability::Unknown];
        let said = presence(said[usize::from(what / 11) % 4]);
        let input = match what % 11 {
            0 | 1 => Input::Presence(&said),
            2 => Input::PresenceStale,
            3 => Input::Link(LinkId(0), what > 100),
            4 | 5 => registered(1 + u32::from(what > 100)),
            6 => event(1, NotReady, WorkMode::AfterCallWork),
            7 => event(1 + u32::from(what > 100), Ready, WorkMode::AutoIn),
            8 => event(1, LoggedOut, WorkMode::Unknown),
            9 => Input::Chosen(&said),
            _ => Input::TurnEnds,
        };
        let mut outputs = Vec::new();
        worker.step(input, &settings(), now, &mut outputs);
        outputs
    }

    /// Restarted: its links come up, and both lines are read.
    fn comes_up(worker: &mut Worker, now: Moment) -> Vec<Output> {
        let mut outputs = Vec::new();
        for up in [false, true] {
            worker.step(Input::Link(LinkId(0), up), &settings(), now, &mut Vec::new());
        }
        for line in [1, 2] {
            let kind =
                EventKind::Registered { agent: AgentFacts::default(), calls: Some(Vec::new()), out_of_service: false };
            worker.step(Input::Event(LineId(line), kind, Cause::Elsewhere), &settings(), now, &mut outputs);
        }
        outputs
    }

    fn asked(outputs: Vec<Output>) -> Vec<String> {
        let request = |output| match output {
            Output::Request(_, _, request) => Some(format!("{request:?}")),
            _ => None,
        };
        outputs.into_iter().filter_map(request).collect()
    }

    /// The store takes no longer value: the wish would stay that of a day before.
    #[test]
    fn however_long_a_chat_is_the_worker_is_kept_with_the_newest_of_it() {
        let now = Moment::since_1970(Duration::from_secs(1_700_000_000));
        let letters = |letter: &str, count| letter.repeat(count);
        for (lines, text) in [
            (10_000, letters("x", 60)),
            (40, letters("x", 64 * 1024)),
            (40, letters("\u{1}", 64 * 1024)),
            (3, letters("ü", 20_000)),
        ] {
            let (mut worker, rules) = (worker(), ChatRules { enabled: true, ..ChatRules::default() });
            worker.step(Input::Presence(&Presence::default()), &settings(), now, &mut Vec::new());
            let opened = ChatNews::Opened(Box::default());
            let line = || ChatNews::Line { party: "7001".into(), id: "".into(), text: text.as_str().into() };
            for (sequence, news) in std::iter::once((None, opened)).chain((1..=lines).map(|at| (Some(at), line()))) {
                let event = ChatEvent { conn_id: ConnId(7), sequence, time: None, news };
                worker.chats_mut().event(LinkId(0), &"5001".into(), event, &rules, now);
            }
            let kept = worker.kept();
            assert!(written(&kept) <= Kept::MOST);
            assert_eq!(kept.wish, worker.wish);
            let chat = kept.chats.get("5001", ConnId(7)).expect("it is kept");
            assert_eq!(chat.transcript.entries().next_back().map(|entry| entry.order), Some(lines));
        }
    }

    proptest! {
        #[test]
        fn a_worker_that_was_read_back_wants_what_the_one_before_wanted(life in prop::collection::vec(any::<u8>(), 0..40)) {
            let (mut before, mut now) = (worker(), Moment::since_1970(Duration::from_secs(1_700_000_000)));
            for what in life {
                now += Duration::from_millis(u64::from(what) * 40);
                happens(&mut before, what, now);
            }
            let kept = serde_json::to_string(&before.kept()).unwrap();
            let mut after = worker();
            after.resume(serde_json::from_str(&kept).unwrap(), false, now);
            // Another process heard the platform.
            before.sources.mark_taken_up(false, now);
            before.hold.iter_mut().for_each(|hold| hold.doubt_ours(now));
            let kept = serde_json::to_string(&before.kept()).unwrap();
            prop_assert_eq!(serde_json::to_string(&after.kept()).unwrap(), kept);
            now += Duration::from_secs(1);
            prop_assert_eq!(asked(comes_up(&mut after, now)), asked(comes_up(&mut before, now)));
        }
    }
}
