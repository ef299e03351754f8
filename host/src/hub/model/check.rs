//! What must always be so, whatever the T-Servers do, and where it must lead when they behave.

use super::{
    ledger::{At, at},
    play::Play,
    wishes::{Owner, modes_fit},
};
use crate::{
    agent_link::{AgentFacts, AgentStatus, CallStep, ConnId, LinkId, Ticket, WorkMode},
    hub::{Hub, steps::SOON, user::User},
    mode::Mode,
    web::message::{ShownState, StateKind},
    worker::{Line, Question},
};
use std::{collections::BTreeSet, time::Duration};
use uc_plugin_api::UserHandle;

/// A DN whose T-Server answers is read again by then, whatever made it doubtful.
const READ_AGAIN: Duration = Duration::from_secs(25);
/// So long before the end nothing is asked any more.
const SILENCE: Duration = Duration::from_secs(3600);

/// After every turn: of those whom it concerned, or of everybody.
pub(super) fn after_a_turn(play: &Play, whom: Option<UserHandle>) {
    let Play { hub, ledger, out, .. } = play;
    ledger.told.check_readiness(hub, out);
    super::seats::are_of_who_is_there(hub, &ledger.told);
    let concerned = |handle: &UserHandle| whom.is_none_or(|whom| whom == *handle);
    for (_, user) in hub.roster.users().filter(|(handle, _)| concerned(handle)) {
        let shown: Vec<_> = user.worker.lines().map(|line| (line, hub.menu.line(line, ""))).collect();
        the_whole_is_of_its_lines(hub, user, &shown);
        play.desk.is_up_to_date(&user.entry.id, &shown);
        for (line, shown) in shown {
            assert!(!line.is_mute(play.now - SOON), "{} of {} is mute: {line:?}", line.place().dn, user.entry.id);
            let read_by = play.now + READ_AGAIN;
            assert!(!line.is_long_unread(read_by), "{} is answered, and not read: {line:?}", line.place().dn);
            shows_what_was_told(user, line, shown.kind, ledger.told.truth(&at(line)));
            ledger.told.data.is_known(line);
            let told = ledger.told.calls(line.id());
            let over = |call: &&ConnId| !told.is_some_and(|told| told.contains(*call));
            let over = line.calls().iter().map(|live| &live.call.conn_id).find(over);
            assert!(over.is_none(), "{over:?} at {} is over, or was never told of", line.place().dn);
            let lost = told.into_iter().flatten().find(|call| line.calls().get(**call).is_none());
            let looks = line.in_service() && !line.is_leaving();
            assert!(!looks || lost.is_none(), "{lost:?} at {} is there, and is not shown", line.place().dn);
        }
    }
}

/// What comes of an earlier request of ours is nobody's decision: a line that rests after it is as its owner wants it.
pub(super) fn a_late_answer_ends_no_wish(play: &Play, at: &At) {
    let home = play.hub.dns.at(at.0, &at.1);
    let user = home.and_then(|(user, _)| play.hub.user(user)).filter(|user| !user.retired);
    let line = user.and_then(|user| user.worker.line(home?.1));
    let rests =
        |line: &&Line| line.in_service() && line.is_settled() && !line.is_leaving() && !line.agent().is_decided();
    if let (Some(user), Some(line), Some(told)) = (user, line.filter(rests), play.ledger.told.truth(at)) {
        play.is_as_wished(user, line, at, told.status, told.work_mode);
    }
}

/// What was handed back is no refusal: its line waits, and asks as soon as there is room.
pub(super) fn waits_for_room(hub: &Hub, back: &[Ticket]) {
    for question in back.iter().map(|ticket| Question::from(*ticket)) {
        let home = hub.dns.owner(question.line).and_then(|owner| hub.roster.worker(owner));
        let line = home.and_then(|worker| worker.line(question.line));
        let asks = question.call_kind().is_none() && question.number != Question::NOBODY_WAITS;
        assert!(!asks || line.is_none_or(Line::waits_for_room), "handed back is no refusal: {line:?}");
    }
}

/// Word of room came: nobody waits for it any more.
pub(super) fn nobody_waits(hub: &Hub, link: LinkId) {
    let workers = hub.dns.holders(link).into_iter().filter_map(|holder| hub.roster.worker(holder));
    let mut lines = workers.flat_map(|worker| worker.all_lines()).filter(|line| line.place().link == link);
    assert!(!lines.any(Line::waits_for_room), "there is room again at {link:?}");
}

/// The state as a whole is that of a line.
fn the_whole_is_of_its_lines(hub: &Hub, user: &User, shown: &[(&Line, ShownState)]) {
    let whole = hub.menu.whole(&user.worker, "").kind;
    let one = if whole == StateKind::PartReady { StateKind::Ready } else { whole };
    let any = shown.iter().any(|(_, shown)| shown.kind == one);
    assert!(any || whole == StateKind::OutOfService, "{whole:?} of {shown:?}");
}

/// The page shows what the T-Server said of the worker's own agent, or that it is not known.
fn shows_what_was_told(user: &User, line: &Line, shown: StateKind, told: Option<&AgentFacts>) {
    let stranger = |facts: &&AgentFacts| facts.agent_id.as_ref().is_some_and(|id| *id != user.entry.agent_id);
    let truth = match told {
        Some(facts) if facts.status != AgentStatus::LoggedOut && stranger(&facts) => StateKind::OutOfService,
        Some(facts) => kind(facts.status),
        None => StateKind::OutOfService,
    };
    assert!(
        shown == StateKind::OutOfService || shown == truth,
        "{} shows {shown:?}, the T-Server said {told:?}: {line:?}",
        line.place().dn
    );
    let seen = |facts: &AgentFacts| {
        let seen = facts.seen();
        let codes: Vec<_> = seen.hardware_codes.into_iter().cloned().collect();
        (seen.status, seen.work_mode, seen.reasons.clone(), codes)
    };
    let told = told.filter(|_| shown != StateKind::OutOfService).map(seen);
    assert!(
        told.is_none_or(|told| told == seen(line.confirmed())),
        "{} is held to be otherwise: {line:?}",
        line.place().dn
    );
}

fn calls(line: &Line) -> BTreeSet<ConnId> {
    line.calls().iter().map(|live| live.call.conn_id).collect()
}

fn kind(status: AgentStatus) -> StateKind {
    match status {
        AgentStatus::LoggedOut => StateKind::LoggedOut,
        AgentStatus::Ready => StateKind::Ready,
        AgentStatus::NotReady => StateKind::NotReady,
    }
}

impl Play {
    /// Everybody behaved for hours: every line is where its owner wants it, or where somebody else decided; nothing is
    /// asked any more; the plug-in knows how everybody is.
    pub(super) fn check_the_end(&self) {
        let asked = self.ledger.last_request;
        assert!(asked + SILENCE < self.now, "still asking at {asked:?}, the end is {:?}", self.now);
        for (_, user) in self.hub.roster.users() {
            user.worker.lines().for_each(|line| self.check_line(user, line));
        }
        assert!(!self.desk.is_waiting(), "a button's request was never sent");
        self.check_plugin();
        self.check_seats();
    }

    fn check_line(&self, user: &User, line: &Line) {
        let (place, at) = (line.place(), at(line));
        let device = &self.servers[usize::from(place.link.0)].devices[&place.dn];
        assert!(line.in_service(), "{} is not in service in the end: {line:?}", place.dn);
        let told = self.ledger.told.calls(line.id()).cloned().unwrap_or_default();
        assert_eq!(calls(line), told, "the calls of {}", place.dn);
        let shown = self.hub.menu.line(line, "");
        if line.agent().foreign().is_some() {
            // Whoever a T-Server kept there against our logging them out is a stranger to the next.
            assert!(shown.kind == StateKind::OutOfService && line.problem().is_some(), "{line:?}");
            return;
        }
        assert_eq!(shown.kind, kind(device.facts.status), "{line:?}");
        let told = self.ledger.told.last(&at).map(|told| told.work_mode).unwrap_or_default();
        assert!(self.is_as_wished(user, line, &at, device.facts.status, told), "{device:?}: {line:?}");
    }

    fn is_as_wished(&self, user: &User, line: &Line, at: &At, status: AgentStatus, mode: WorkMode) -> bool {
        let drives = self.hub.settings.mode.drives_agents();
        if !drives || user.worker.is_held() {
            return true;
        }
        if self.ledger.is_unknown(&user.entry.id) {
            assert_ne!(status, AgentStatus::Ready, "{} is ready in doubt", line.place().dn);
            return true;
        }
        if self.ledger.left_alone.contains(at) {
            return true;
        }
        let owner = self.ledger.owner(&user.entry.id, at);
        let there = match owner {
            None => true,
            // Nobody is logged in for it.
            Some(Owner::NotReady(_)) if self.ledger.is_only_kept_from_ready(&user.entry.id) => {
                status != AgentStatus::Ready
            }
            Some(Owner::Ready) => status == AgentStatus::Ready,
            Some(Owner::NotReady(wished)) => status == AgentStatus::NotReady && modes_fit(wished, mode),
            Some(Owner::LoggedIn) => status != AgentStatus::LoggedOut,
            Some(Owner::LoggedOut) => status == AgentStatus::LoggedOut,
        };
        assert!(there, "{} is {status:?} {mode:?}, and {owner:?} was wished", line.place().dn);
        there
    }

    /// What the plug-in was told last is what stands.
    fn check_plugin(&self) {
        let (hub, plugin) = (&self.hub, &self.out.plugin);
        let users: BTreeSet<_> = hub.roster.users().map(|(handle, _)| handle).collect();
        assert_eq!(plugin.watched, users, "whom the plug-in watches");
        for (handle, user) in hub.roster.users() {
            let told = plugin.reported.get(&handle);
            assert!(!hub.settings.worker.reports || told == user.worker.reported(), "{}: {told:?}", user.entry.id);
            let shown = plugin.shown.get(&handle);
            assert_eq!(shown, user.worker.published(), "what stands of {}", user.entry.id);
            if hub.settings.mode == Mode::PresenceConnector {
                assert_eq!(shown.is_some(), is_to_be_shown(user), "{} shows {shown:?}", user.entry.id);
            }
        }
    }
}

/// Whether the platform is to show something of an agent: not ready, or ready and on a call.
fn is_to_be_shown(user: &User) -> bool {
    let own = || user.worker.lines().filter(|line| line.agent().foreign().is_none());
    let any = |status| own().any(|line| line.confirmed().status == status);
    let on_a_call = |line: &Line| line.calls().iter().any(|live| live.step != CallStep::Ringing);
    any(AgentStatus::NotReady) || (any(AgentStatus::Ready) && own().any(on_a_call))
}
