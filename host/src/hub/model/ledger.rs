//! The model's own book of what was said and asked, kept by the words of the requirements alone.
//!
//! Long, because it is one book: what a wish, a word and a decision mean at a DN depends on the others.

use super::{
    answered::Answered,
    told::{Told, goes_to},
    wishes::{Owner, carries, differ, is_away_beyond, is_decided_by_others, outlasts, passes, runs_out},
    world::STRANGER,
};
use crate::{
    agent_link::{AgentFacts, AgentStatus, Cause, Dn, EventKind, LinkId, Outgoing, Report, Request},
    clock::Moment,
    directory::WorkerId,
    hub::Hub,
    mode::Mode,
    policy::{Want, presence_unknown},
    worker::{Line, LineId, Reading},
};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

mod places;
mod said;

use said::Said;

pub(super) type At = (LinkId, Dn);

const MINUTE: Duration = Duration::from_secs(60);
/// Requests of one DN in a minute in which nobody wished anything and its link stayed as it was, whatever a T-Server
/// does.
const QUIET: usize = 9;
/// Requests that each new wish, each line that comes or is given up and each change of the link may bring about beyond
/// that: its registration, the login, the state, and a repetition of one of them.
const EACH: usize = 4;

/// The book.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    said: HashMap<WorkerId, Said>,
    /// A platform says who is available.
    follows_platforms: bool,
    /// Whose the DNs are.
    dns: HashMap<WorkerId, Vec<At>>,
    /// Who has DNs that are nobody's by configuration.
    seats: HashMap<At, WorkerId>,
    /// Whose each line is; none: a free seat's.
    homes: HashMap<LineId, Option<WorkerId>>,
    /// Who logged in at DNs that became free in this turn.
    freed: HashMap<At, Arc<str>>,
    /// Who logs in there.
    logins: HashMap<At, Arc<str>>,
    /// DNs where somebody else's decision stands: nothing is asked there.
    pub(super) left_alone: HashSet<At>,
    /// DNs among them where a work mode that ends by itself is all that keeps the wish from counting.
    interrupted: HashSet<At>,
    /// DNs among them where ready was taken away for a doubt: its end gives back what was wished.
    taken_away: HashSet<At>,
    /// DNs where who logged out while they were held stays so.
    stays_out: HashSet<At>,
    /// DNs where who was to be logged out sat down: they are as they find themselves until they wish anew.
    sat_down: HashSet<At>,
    /// What the T-Servers said.
    pub(super) told: Told,
    held: HashSet<WorkerId>,
    /// Which line of the hub's asked last at a DN.
    lines: HashMap<At, LineId>,
    requests: HashMap<At, VecDeque<Moment>>,
    resets: HashMap<At, VecDeque<Moment>>,
    /// What became of the last requests.
    answered: Answered,
    pub(super) last_request: Moment,
}

impl Ledger {
    /// The book of a hub in this mode.
    pub(super) fn of(mode: Mode) -> Self {
        Self { follows_platforms: mode.follows_platforms(), ..Self::default() }
    }

    /// Who is held now; at the end of it what was said last is asked for, but for who logged out meanwhile.
    pub(super) fn holds(&mut self, hub: &Hub, now: Moment) {
        for (_, user) in hub.roster.users() {
            let id = &user.entry.id;
            if user.worker.is_held() == self.held.contains(id) {
                continue;
            }
            self.wish_is_news(id, now);
            if self.held.remove(id) {
                let out = |line: &&Line| *line.agent().own_wish() == Want::LoggedOut;
                self.stays_out.extend(user.worker.lines().filter(out).map(at));
            } else {
                self.held.insert(id.clone());
            }
        }
    }

    fn wish_is_news(&mut self, id: &WorkerId, now: Moment) {
        for at in self.dns_of(id) {
            self.forget_decisions(&at, now);
        }
    }

    fn dns_of(&self, id: &WorkerId) -> Vec<At> {
        self.dns.get(id).cloned().unwrap_or_default()
    }

    /// Something is wished, or changed, that makes more requests worth it.
    fn reset(&mut self, at: &At, now: Moment) {
        self.resets.entry(at.clone()).or_default().push_back(now);
        self.answered.reset(at);
    }

    fn forget_decisions(&mut self, at: &At, now: Moment) {
        self.left_alone.remove(at);
        self.interrupted.remove(at);
        self.taken_away.remove(at);
        self.stays_out.remove(at);
        self.sat_down.remove(at);
        self.reset(at, now);
    }

    /// Whether what is told of a DN may be somebody's decision: its line is settled before. A snapshot is one when it
    /// stands for something that could not be read, or came unasked.
    /// A logout that may be for the sake of a client that is gone is none, nor is what a request whose answer was lost
    /// may bring about.
    pub(super) fn before(&self, hub: &Hub, link: LinkId, report: &Report, now: Moment) -> bool {
        let Report::Event(event, cause) = report else { return false };
        let Some(line) = line_at(hub, link, &event.this_dn) else { return false };
        let tells = match (&event.kind, line.reading()) {
            (EventKind::Agent(_), _) | (EventKind::Registered { .. }, None) => *cause == Cause::Elsewhere,
            (EventKind::Registered { .. }, Some(reading)) => reading == Reading::AfterDoubt,
            _ => false,
        };
        let ours = |facts: &AgentFacts| {
            let out = facts.status == AgentStatus::LoggedOut;
            (out && line.may_lose_old_login(now)) || line.may_be_of_a_lost_request(facts, now)
        };
        let ours = matches!(&event.kind, EventKind::Agent(facts) if ours(facts));
        tells && line.is_settled() && !line.is_leaving() && !ours
    }

    /// Notes what is told: the truth that a page may show, and decisions that are to be left alone.
    pub(super) fn after(&mut self, hub: &Hub, link: LinkId, report: &Report, settled: bool, now: Moment) {
        self.somebody_gets_up(hub, link, report);
        let before = self.told_at(link, report);
        let asked_at = if let Report::Refused(ticket, _) = report { self.answered.asked_at(*ticket) } else { None };
        let told = asked_at.and_then(|at| self.told.last(&at));
        self.answered.hears(hub, (link, report), (&before, told), now);
        self.told.hears(hub, link, report);
        let event = match report {
            Report::Event(event, _) => event,
            Report::Up { .. } | Report::Down { .. } => {
                let here: Vec<_> = self.logins.keys().filter(|at| at.0 == link).cloned().collect();
                here.iter().for_each(|at| self.reset(at, now));
                return self.answered.reset_link(link);
            }
            Report::Refused(..) | Report::Standby | Report::Waiting { .. } | Report::Backup { .. } | Report::Room => {
                return;
            }
        };
        let at = (link, event.this_dn.clone());
        let (EventKind::Agent(_) | EventKind::Registered { .. }) = event.kind else { return };
        // Who says once more what is known decides nothing.
        let facts = self.told.last(&at).cloned().unwrap_or_default();
        let news = differ(&before, &facts);
        let Some(line) = line_at(hub, link, &event.this_dn) else { return };
        let unknown = self.whose(&at).is_some_and(|id| self.is_unknown(id));
        let own = line.agent().own_wish();
        if self.is_of_a_passing_mode(&at, own, unknown, [&before, &facts]) {
            return;
        }
        if unknown && facts.status == AgentStatus::Ready {
            return;
        }
        let wish = if unknown { own } else { line.agent().wish() };
        if carries(&facts, own) {
            self.left_alone.remove(&at);
            self.interrupted.remove(&at);
        } else if settled && news && is_decided_by_others(wish, &facts) {
            self.taken_away.remove(&at);
            let away = is_away_beyond(own, &facts);
            if self.left_alone.insert(at.clone()) && away {
                self.interrupted.insert(at);
            }
        }
    }

    /// What a work mode that ends by itself goes over to, and what follows it by itself, is nobody's decision over a wish
    /// that is to count beyond it.
    fn is_of_a_passing_mode(&mut self, at: &At, own: &Want, unknown: bool, [before, facts]: [&AgentFacts; 2]) -> bool {
        let counts = match own {
            Want::State(_) if unknown => presence_unknown(),
            _ if unknown => &Want::Observe,
            own => own,
        };
        let interrupted = self.interrupted.contains(at);
        if !interrupted && (self.left_alone.contains(at) || !outlasts(counts, before)) {
            return false;
        }
        if passes(facts) && facts.agent_id.as_deref() != Some(STRANGER) {
            return true;
        }
        self.interrupted.remove(at);
        let by_itself = runs_out(facts, interrupted);
        if by_itself {
            self.left_alone.remove(at);
        }
        by_itself
    }

    fn whose(&self, at: &At) -> Option<&WorkerId> {
        self.dns.iter().find(|(_, dns)| dns.contains(at)).map(|(id, _)| id)
    }

    fn told_at(&self, link: LinkId, report: &Report) -> AgentFacts {
        let Report::Event(event, _) = report else { return AgentFacts::default() };
        self.told.last(&(link, event.this_dn.clone())).cloned().unwrap_or_default()
    }

    /// A request goes out.
    pub(super) fn request(&mut self, hub: &Hub, link: LinkId, outgoing: &Outgoing, now: Moment) {
        let request = &outgoing.request;
        let at = goes_to(link, request);
        let dn = at.1.clone();
        self.told.request(&at, outgoing);
        let Some((handle, _)) = hub.dns.at(link, &dn) else { return };
        let Some(user) = hub.user(handle) else { return super::seats::is_only_watched(hub, &at, request) };
        let leaving = line_at(hub, link, &dn).is_none_or(Line::is_leaving);
        let owner = self.owner(&user.entry.id, &at);
        use Owner::{LoggedIn, LoggedOut, NotReady, Ready};
        let unknown = self.is_unknown(&user.entry.id);
        let wanted = match request {
            Request::AgentReady { .. } => matches!(owner, Some(Ready)) && !unknown,
            Request::AgentNotReady { work_mode, .. } => owner == Some(NotReady(*work_mode)) || unknown,
            Request::AgentLogin { .. } => matches!(owner, Some(Ready | NotReady(_) | LoggedIn)) && !unknown,
            Request::AgentLogout { .. } => leaving || (matches!(owner, Some(LoggedOut)) && !unknown),
            _ => true,
        };
        let ready = self.told.last(&at).is_some_and(|facts| facts.status == AgentStatus::Ready);
        if unknown && ready && self.left_alone.contains(&at) {
            self.taken_away.insert(at.clone());
        }
        assert!(wanted, "nobody wanted this at {dn}, but {owner:?}: {request:?}");
        let registering = matches!(request, Request::RegisterAddress { .. } | Request::UnregisterAddress { .. });
        assert!(registering || hub.settings.mode.drives_agents(), "{dn} is only to be listened to");
        assert!(registering || leaving || !self.held.contains(&user.entry.id), "whoever is held is left alone at {dn}");
        let alone = self.left_alone.contains(&at) && !self.taken_away.contains(&at);
        assert!(registering || leaving || !alone, "a decision at {dn} is not left alone");
        let stranger = self.told.last(&at).is_some_and(|facts| facts.agent_id.as_deref() == Some(STRANGER));
        assert!(registering || !stranger, "a stranger at {dn} is not left alone");
        let line = line_at(hub, link, &dn).map(Line::id);
        if line.is_some_and(|line| self.lines.insert(at.clone(), line) != Some(line)) {
            self.reset(&at, now);
        }
        // The DN is read for its calls, whatever was told of its agent.
        let for_calls = line_at(hub, link, &dn).is_some_and(|line| line.reading() == Some(Reading::ForCalls));
        if !(matches!(request, Request::UnregisterAddress { .. }) || (for_calls && registering)) {
            self.answered.request(&at, outgoing, leaving, now);
        }
        self.requests.entry(at.clone()).or_default().push_back(now);
        self.last_request = now;
        self.count(&at, now);
    }

    fn count(&mut self, at: &At, now: Moment) {
        let recent = |moments: Option<&mut VecDeque<Moment>>| {
            let Some(moments) = moments else { return 0 };
            while moments.front().is_some_and(|first| *first + MINUTE < now) {
                moments.pop_front();
            }
            moments.len()
        };
        let resets = recent(self.resets.get_mut(at));
        let requests = recent(self.requests.get_mut(at));
        assert!(requests <= QUIET + EACH * resets, "{requests} requests for {} in a minute, {resets} new wishes", at.1);
    }
}

/// Where a line is.
pub(super) fn at(line: &Line) -> At {
    (line.place().link, line.place().dn.clone())
}

pub(super) fn line_at<'h>(hub: &'h Hub, link: LinkId, dn: &Dn) -> Option<&'h Line> {
    let (handle, line) = hub.dns.at(link, dn)?;
    hub.roster.worker(handle)?.line(line)
}
