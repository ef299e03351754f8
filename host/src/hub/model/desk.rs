//! The workers' pages: what they show, how many frames they get, and the buttons that are pressed there.

use super::{
    business,
    ledger::{At, line_at},
    world::link,
};
use crate::{
    agent_link::{AgentFacts, Behaviour, Call, CallStep, Cause, ConnId, Dn, EventKind, LinkId, Report, Ticket},
    directory::WorkerId,
    hub::{Event, Hub, tests::bench},
    policy::Window,
    web::{
        arrival::{Frame, PageArrival, PageId, PageKind},
        message::{CallButton, CallState, Channel, ClientFrame, ServerFrame, ShownState},
    },
    worker::{Line, Question, calls::LiveCall},
};
use rand::{Rng, rngs::SmallRng, seq::IndexedRandom};
use std::collections::BTreeMap;
use tokio::sync::mpsc;
use uc_plugin_api::UserHandle;

/// Frames of one turn that a page has room for; a turn that brings more is a flood.
const MOST: usize = 8;

/// All open pages, one of a worker at the most.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pages: BTreeMap<WorkerId, Page>,
    numbers: u64,
    /// Where a button was pressed that has asked for nothing yet.
    pressed: Option<Dn>,
    /// What pressed buttons asked for while the queue of a link was full.
    waiting: Vec<(LinkId, Ticket)>,
}

#[derive(Debug)]
struct Page {
    id: PageId,
    frames: mpsc::Receiver<Frame>,
    /// How each DN is shown.
    shown: BTreeMap<Dn, ShownState>,
    got: Got,
}

/// How many frames a page got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Got {
    pub(super) frames: usize,
    pub(super) problems: usize,
}

impl Desk {
    /// The page of a worker opens, or closes.
    pub(super) fn turns(&mut self, worker: &WorkerId) -> Event {
        if let Some(page) = self.pages.remove(worker) {
            return Event::Page(PageArrival::Closed(page.id));
        }
        self.numbers += 1;
        let (id, (sender, frames)) = (PageId(self.numbers), mpsc::channel(MOST));
        self.pages.insert(worker.clone(), Page { id, frames, shown: BTreeMap::new(), got: Got::default() });
        Event::Page(PageArrival::Opened {
            page: id,
            worker: worker.clone(),
            language: "".into(),
            kind: PageKind::Browser,
            frames: sender,
        })
    }

    /// A button is pressed: mostly one that the page offers, else any. Or business data is changed, as `data` has it.
    pub(super) fn presses(
        &mut self,
        hub: &Hub,
        worker: &WorkerId,
        random: &mut SmallRng,
        data: &mut SmallRng,
    ) -> Option<Event> {
        let page = self.pages.get(worker)?;
        let user = hub.by_worker.get(worker).and_then(|user| hub.user(*user))?;
        let dns: Vec<_> = user.worker.lines().map(|line| line.place().dn.clone()).collect();
        let (dn, conn_id) = (dns.choose(random)?.clone(), ConnId(random.random_range(1..8)));
        let offered = user.worker.line_of(&dn, Some(conn_id)).map(|line| line.id());
        let offered = offered.and_then(|line| {
            crate::desk::call(&user.worker, line, conn_id, &hub.settings.user_data, Window::Interaction)
        });
        let listens = !hub.settings.mode.drives_agents();
        let idle = offered.as_ref().is_none_or(|call| call.buttons.is_empty());
        assert!(!listens || idle, "buttons at {dn}, which is only listened to: {offered:?}");
        let change = offered.as_ref().filter(|_| data.random_bool(0.3)).and_then(|call| business::pressed(call, data));
        let state = offered.as_ref().map_or(CallState::Ringing, |call| call.state);
        let buttons = offered.map(|call| call.buttons).filter(|buttons| !buttons.is_empty());
        use CallButton::{Answer, Hold, Release, Retrieve, Transfer};
        let buttons = buttons.unwrap_or_else(|| vec![Answer, Release, Hold, Retrieve, Transfer]);
        let button = *buttons.choose(random)?;
        self.pressed = Some(dn.clone());
        let (conn_id, to) = (conn_id.to_string().into(), Some("5999".into()));
        let frame = ClientFrame::Call { button, conn_id, dn, state, to, note: None };
        Some(Event::Page(PageArrival::Frame(page.id, change.unwrap_or(frame))))
    }

    /// A call's request goes out: once for each button.
    pub(super) fn call_request(&mut self, link: LinkId, ticket: Ticket, dn: &Dn) {
        let waited = self.waiting.iter().position(|waits| *waits == (link, ticket));
        match waited {
            Some(at) => drop(self.waiting.remove(at)),
            None => assert_eq!(self.pressed.take().as_ref(), Some(dn), "no button asks for anything of a call at {dn}"),
        }
    }

    /// The link changed: what waited for it is void.
    pub(super) fn forget_link(&mut self, link: LinkId) {
        self.waiting.retain(|(waits_for, _)| *waits_for != link);
    }

    /// Whether a button's request waits for room still.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The turn ends: frames are read.
    pub(super) fn reads(&mut self, hub: &Hub) {
        self.pages.retain(|worker, page| {
            let frames = page.takes();
            assert!(!page.frames.is_closed() || !hub.by_worker.contains_key(worker), "a flood at the page of {worker}");
            page.counts(worker, &frames);
            !page.frames.is_closed()
        });
    }

    /// The page of a worker shows the DNs that they have, each as it is held.
    pub(super) fn is_up_to_date(&self, worker: &WorkerId, lines: &[(&Line, ShownState)]) {
        let Some(Page { shown, .. }) = self.pages.get(worker) else { return };
        let same = |(line, state): &(&Line, ShownState)| shown.get(&line.place().dn) == Some(state);
        let all = shown.len() == lines.len() && lines.iter().all(same);
        assert!(all, "the page of {worker} shows {shown:?}, and these are held: {lines:?}");
    }

    /// This user has a page open.
    pub(super) fn is_open(&self, hub: &Hub, user: Option<UserHandle>) -> bool {
        let user = user.and_then(|user| hub.user(user));
        user.is_some_and(|user| self.pages.contains_key(&user.entry.id))
    }

    /// Frames that this user's page has got so far.
    pub(super) fn got(&self, hub: &Hub, user: Option<UserHandle>) -> Got {
        let worker = user.and_then(|user| hub.user(user)).map(|user| &user.entry.id);
        worker.and_then(|worker| self.pages.get(worker)).map(|page| page.got).unwrap_or_default()
    }

    /// What was pressed has led to a request at once or as soon as there is room, or to word of why not.
    pub(super) fn answered(&mut self, hub: &Hub, told: bool) {
        let Some(open) = self.pressed.take().filter(|_| !told) else { return };
        let mut deferred = hub.deferred.of_calls();
        for known in &self.waiting {
            deferred.iter().position(|waits| waits == known).map(|at| deferred.swap_remove(at));
        }
        assert!(!deferred.is_empty(), "a button pressed at {open} led to nothing, and nobody was told");
        self.waiting.append(&mut deferred);
    }
}

impl Page {
    fn takes(&mut self) -> Vec<ServerFrame> {
        bench::frames(&mut self.frames)
    }

    /// One word of the state in a turn is enough.
    fn counts(&mut self, worker: &WorkerId, frames: &[ServerFrame]) {
        let problems = frames.iter().filter(|frame| matches!(frame, ServerFrame::Problem { .. })).count();
        self.got = Got { frames: self.got.frames + frames.len(), problems: self.got.problems + problems };
        let channels = |frame: &ServerFrame| match frame {
            ServerFrame::Snapshot(snapshot) => Some(snapshot.channels.clone()),
            ServerFrame::State { channels, .. } => Some(channels.clone()),
            _ => None,
        };
        let mut states: Vec<Vec<Channel>> = frames.iter().filter_map(channels).collect();
        assert!(states.len() < 3, "{} times the state of {worker} in one turn", states.len());
        if let Some(last) = states.pop() {
            self.shown = last.into_iter().map(|channel| (channel.dn, channel.state)).collect();
        }
    }
}

/// Of an event that says what is known nothing is told.
pub(super) fn is_no_news(hub: &Hub, to: LinkId, report: &Report) -> bool {
    let Report::Event(event, Cause::Elsewhere) = report else { return false };
    let Some(line) = line_at(hub, to, &event.this_dn) else { return false };
    match &event.kind {
        EventKind::Agent(facts) => is_known_agent(line, facts),
        EventKind::Call(call, step) => is_known_call(line, call, Some(*step)),
        EventKind::CallChanged(call) => is_known_call(line, call, None),
        EventKind::Muted(conn_id, muted) => line.calls().get(*conn_id).is_none_or(|live| live.muted == *muted),
        EventKind::Registered { agent, calls: Some(calls), out_of_service: false } => {
            let same = calls.len() == line.calls().iter().count()
                && calls.iter().zip(line.calls().iter()).all(|((call, step), live)| {
                    live.call.conn_id == call.conn_id && is_known_call(line, call, Some(*step))
                });
            same && line.reading().is_none() && is_known_agent(line, agent)
        }
        _ => false,
    }
}

fn is_known_agent(line: &Line, facts: &AgentFacts) -> bool {
    let before = line.confirmed();
    let same = before.seen() == facts.seen() && before.agent_id == facts.agent_id;
    same && line.in_service() && line.is_settled() && line.problem().is_none() && !line.is_leaving()
}

/// The call is there, at this step, and what is told of it is known; the model's calls differ in nothing else.
fn is_known_call(line: &Line, call: &Call, step: Option<CallStep>) -> bool {
    let known = |live: &LiveCall| {
        let data = call.user_data.is_none() || call.user_data == live.call.user_data;
        data && step.is_none_or(|step| live.step == step)
    };
    call.previous_conn_id.is_none() && line.calls().get(call.conn_id).is_some_and(known)
}

/// A request of a worker's for a call was refused, and not because it is so already.
pub(super) fn is_refused_call(report: &Report) -> bool {
    let Report::Refused(ticket, refusal) = report else { return false };
    refusal.behaviour != Behaviour::AlreadySo && Question::from(*ticket).call_kind().is_some()
}

/// Where a late answer tells how an agent is.
pub(super) fn late_at(link: LinkId, report: &Report) -> Option<At> {
    match report {
        Report::Event(event, Cause::EarlierRequest) if matches!(event.kind, EventKind::Agent(_)) => {
            Some((link, event.this_dn.clone()))
        }
        _ => None,
    }
}

/// Whose page is told of a report.
pub(super) fn reader(hub: &Hub, at: usize, report: &Report) -> Option<UserHandle> {
    match report {
        Report::Event(event, _) => hub.dns.at(link(at), &event.this_dn).map(|(user, _)| user),
        Report::Refused(ticket, _) => hub.dns.owner(Question::from(*ticket).line),
        _ => None,
    }
}
