//! The model's own book of what was said and asked, kept by the words of the requirements alone.
//!
//! Long, because it is one book: what a wish, a word and a decision mean at a DN depends on the others.

use super::{
    answered::Answered,
    told::{Told, goes_to},
    wishes::{Owner, carries, differ, is_decided_by_others, owner},
    world::STRANGER,
};
use crate::{
    agent_link::{AgentFacts, AgentStatus, Cause, Dn, EventKind, LinkId, Outgoing, Report, Request},
    clock::Moment,
    directory::{self, Worker, WorkerId},
    hub::Hub,
    mode::Mode,
    policy::Want,
    worker::{Line, LineId, Reading},
};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};
use uc_plugin_api::{AgentState, Availability, UserHandle, Wanted, Wish};

pub(super) type At = (LinkId, Dn);

/// As [`bench::settings`](crate::hub::tests::bench::settings) has it.
const GRACE: Duration = Duration::from_secs(30);
/// As long as a word of before a choice may be under way.
const LATE: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_secs(60);
/// Requests of one DN in a minute in which nobody wished anything and its link stayed as it was, whatever a T-Server does.
const QUIET: usize = 9;
/// Requests that each new wish, each new line and each change of the link may bring about beyond that: its registration,
/// the login, the state, and a repetition of one of them.
const EACH: usize = 4;

/// As [`scene::settings`](super::scene::settings) has it.
const TOO_MANY: u32 = 2;

/// How fresh a platform's word is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Doubt {
    #[default]
    None,
    Since(Moment),
    /// Nobody knows any more: anything but ready.
    Unknown,
    /// The worker chose meanwhile.
    Chosen,
}

/// What one worker and their platform said.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    platform: Option<Availability>,
    doubt: Doubt,
    now: Option<Owner>,
    /// What they chose over a publication of ours, and when.
    chose: Option<(Owner, Moment)>,
    /// A word that may be of before that.
    held_back: Option<Availability>,
    /// Previews missed in a row, and whether it were too many.
    missed: u32,
    away: bool,
}

impl Said {
    fn may_be_ready(&self) -> bool {
        matches!(self.now, None | Some(Owner::Ready | Owner::LoggedIn))
    }
}

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

    /// Nothing fresh is known of a worker: they may be anything but ready.
    pub(super) fn is_unknown(&self, id: &WorkerId) -> bool {
        !self.held.contains(id) && self.said.get(id).is_some_and(|said| said.doubt == Doubt::Unknown)
    }

    /// What the owner of a DN wants there.
    pub(super) fn owner(&self, id: &WorkerId, at: &At) -> Option<Owner> {
        if self.stays_out.contains(at) {
            return Some(Owner::LoggedOut);
        }
        if self.sat_down.contains(at) {
            return None;
        }
        let said = self.said.get(id).copied().unwrap_or_default();
        if said.away && said.may_be_ready() { Some(Owner::NotReady) } else { said.now }
    }

    /// Nothing was wished but what being away asks for.
    pub(super) fn is_only_kept_from_ready(&self, id: &WorkerId) -> bool {
        self.said.get(id).is_some_and(|said| said.away && said.now.is_none())
    }

    /// A preview timed out at a worker, or they answered it.
    pub(super) fn previewed(&mut self, id: &WorkerId, answered: bool, now: Moment) {
        if answered {
            return self.acts(id, now);
        }
        let said = self.said.entry(id.clone()).or_default();
        said.missed += 1;
        if said.missed >= TOO_MANY && !said.away {
            said.away = true;
            self.away_is_news(id, now);
        }
    }

    /// They are there.
    fn acts(&mut self, id: &WorkerId, now: Moment) {
        let said = self.said.entry(id.clone()).or_default();
        said.missed = 0;
        if std::mem::take(&mut said.away) {
            self.away_is_news(id, now);
        }
    }

    fn away_is_news(&mut self, id: &WorkerId, now: Moment) {
        let counts = self.said.get(id).copied().unwrap_or_default().may_be_ready();
        if counts && !self.held.contains(id) {
            self.wish_is_news(id, now);
        }
    }

    /// They say that they are back: where nobody wished a state, that they want to be ready.
    pub(super) fn returns(&mut self, id: &WorkerId, user: UserHandle, now: Moment) {
        let said = self.said.get(id).copied().unwrap_or_default();
        if !said.away {
            return;
        }
        self.acts(id, now);
        if matches!(said.now, None | Some(Owner::LoggedIn)) && !self.held.contains(id) {
            let state = AgentState { status: uc_plugin_api::AgentStatus::Ready, ..AgentState::default() };
            self.wished(id, &Wanted { user, wish: Wish::State(state), explicit: true }, now);
        }
        self.dns_of(id).iter().for_each(|at| self.reset(at, now));
    }

    pub(super) fn platform_said(&mut self, id: &WorkerId, availability: Availability, now: Moment) {
        let Some(owner) = owner(availability) else { return self.stale(id, now) };
        let said = self.said.entry(id.clone()).or_default();
        let restrained = matches!(said.chose, Some((Owner::NotReady | Owner::LoggedOut, _)));
        said.held_back = Some(availability).filter(|_| restrained && matches!(owner, Owner::Ready | Owner::LoggedIn));
        if said.held_back.is_some() {
            return;
        }
        // Different words that mean not ready are different wishes.
        let news = said.doubt == Doubt::Chosen || said.platform != Some(availability);
        let (current, doubt) = (if news { Some(owner) } else { said.now }, said.doubt);
        *said = Said { platform: Some(availability), now: current, doubt: Doubt::None, ..*said };
        if doubt == Doubt::Unknown {
            self.doubt_ends(id, now);
        }
        if news {
            self.wish_is_news(id, now);
        }
    }

    /// What ended a hold, or was chosen soon after that: a doubt stays.
    pub(super) fn chose(&mut self, id: &WorkerId, availability: Availability, now: Moment) {
        self.acts(id, now);
        let held = self.held.contains(id);
        let said = self.said.entry(id.clone()).or_default();
        let Some(owner) = owner(availability).filter(|_| held || said.chose.is_some()) else { return };
        said.chose = Some((owner, now));
        if held || owner != Owner::Ready {
            (said.platform, said.now) = (Some(availability), Some(owner));
            if !held {
                self.wish_is_news(id, now);
            }
        } else if let Some(word) = said.held_back.take() {
            self.platform_said(id, word, now);
        }
    }

    fn doubt_ends(&mut self, id: &WorkerId, now: Moment) {
        for at in self.dns_of(id) {
            if self.taken_away.remove(&at) {
                self.left_alone.remove(&at);
            }
            self.reset(&at, now);
        }
    }

    /// What the platform said last of the user themselves.
    pub(super) fn own_word(&self, id: &WorkerId) -> Availability {
        self.said.get(id).and_then(|said| said.platform).unwrap_or(Availability::Unknown)
    }

    /// The platform shows our own publication: its link works.
    pub(super) fn echoed(&mut self, id: &WorkerId) {
        let said = self.said.entry(id.clone()).or_default();
        said.held_back = None;
        if matches!(said.doubt, Doubt::Since(_)) {
            said.doubt = Doubt::None;
        }
    }

    fn stale(&mut self, id: &WorkerId, now: Moment) {
        let said = self.said.entry(id.clone()).or_default();
        said.held_back = None;
        if said.doubt == Doubt::None && self.follows_platforms {
            said.doubt = Doubt::Since(now);
        }
    }

    pub(super) fn platform_is_gone(&mut self, now: Moment) {
        let ids: Vec<_> = self.dns.keys().cloned().collect();
        ids.iter().for_each(|id| self.stale(id, now));
    }

    pub(super) fn wished(&mut self, id: &WorkerId, wanted: &Wanted, now: Moment) {
        if wanted.explicit {
            self.acts(id, now);
        }
        let said = self.said.entry(id.clone()).or_default();
        let registration = !wanted.explicit && wanted.wish == Wish::LogIn;
        let refused = said.platform.is_some()
            && match said.doubt {
                Doubt::None => true,
                Doubt::Since(_) | Doubt::Unknown => !wanted.explicit,
                Doubt::Chosen => false,
            };
        if (registration && (said.now.is_some() || said.away)) || refused {
            return;
        }
        let doubt = said.doubt;
        if doubt != Doubt::None && wanted.explicit {
            said.doubt = Doubt::Chosen;
        }
        said.now = Some(match &wanted.wish {
            Wish::LogIn => Owner::LoggedIn,
            Wish::State(state) => match state.status {
                uc_plugin_api::AgentStatus::LoggedOut => Owner::LoggedOut,
                uc_plugin_api::AgentStatus::Ready => Owner::Ready,
                uc_plugin_api::AgentStatus::NotReady => Owner::NotReady,
            },
        });
        if doubt == Doubt::Unknown && wanted.explicit {
            self.doubt_ends(id, now);
        }
        self.wish_is_news(id, now);
    }

    /// Grace times end.
    pub(super) fn time(&mut self, now: Moment) {
        let over = |said: &Said| matches!(said.doubt, Doubt::Since(since) if since + GRACE <= now);
        let over: Vec<_> = self.said.iter().filter(|(_, said)| over(said)).map(|(id, _)| id.clone()).collect();
        for id in over {
            self.said.entry(id.clone()).or_default().doubt = Doubt::Unknown;
            self.dns_of(&id).iter().for_each(|at| self.reset(at, now));
        }
        let late = |said: &Said| said.chose.is_some_and(|(_, at)| at + LATE <= now);
        let late: Vec<_> = self.said.iter().filter(|(_, said)| late(said)).map(|(id, _)| id.clone()).collect();
        for id in late {
            let said = self.said.entry(id.clone()).or_default();
            said.chose = None;
            if let Some(word) = said.held_back.take() {
                self.platform_said(&id, word, now);
            }
        }
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

    pub(super) fn directory_changes(&mut self, workers: &[Worker], free: &[directory::Line], now: Moment) {
        self.said.retain(|id, _| workers.iter().any(|worker| worker.id == *id));
        self.held.retain(|id| workers.iter().any(|worker| worker.id == *id));
        self.seats
            .retain(|at, id| workers.iter().any(|worker| worker.id == *id) && free.iter().any(|line| line.at() == *at));
        self.dns = workers.iter().map(|worker| (worker.id.clone(), self.lines_of(worker))).collect();
        let mut logins = HashMap::new();
        for worker in workers {
            logins.extend(self.dns_of(&worker.id).into_iter().map(|at| (at, worker.agent_id.clone())));
        }
        let before = std::mem::replace(&mut self.logins, logins);
        // Who had a free DN by configuration may sit on there.
        let freed = |at: &At| free.iter().any(|line| line.at() == *at);
        self.freed = before.iter().filter(|(at, _)| freed(at)).map(|(at, login)| (at.clone(), login.clone())).collect();
        let stays = |at: &At| match self.logins.get(at) {
            Some(login) => before.get(at) == Some(login),
            None => self.freed.contains_key(at),
        };
        self.left_alone.retain(&stays);
        self.taken_away.retain(&stays);
        self.stays_out.retain(&stays);
        self.sat_down.retain(&stays);
        let news: Vec<_> = self.logins.keys().filter(|at| !stays(at)).cloned().collect();
        news.iter().for_each(|at| self.reset(at, now));
        let new = workers.iter().filter(|worker| !self.said.contains_key(&worker.id));
        let new: Vec<_> = new.map(|worker| worker.id.clone()).collect();
        new.iter().for_each(|id| self.stale(id, now));
    }

    /// By configuration, or because they sit there.
    fn lines_of(&self, worker: &Worker) -> Vec<At> {
        let seats = self.seats.iter().filter(|(_, holder)| **holder == worker.id).map(|(at, _)| at.clone());
        worker.lines.iter().map(directory::Line::at).chain(seats).collect()
    }

    /// Who has a seat and is told to be there no longer takes their calls along.
    fn somebody_gets_up(&mut self, hub: &Hub, link: LinkId, report: &Report) {
        let Report::Event(event, _) = report else { return };
        let (EventKind::Agent(facts) | EventKind::Registered { agent: facts, .. }) = &event.kind else { return };
        let at = (link, event.this_dn.clone());
        let Some(line) = line_at(hub, link, &event.this_dn).filter(|_| self.seats.contains_key(&at)) else { return };
        let other = facts.agent_id.is_some() && facts.agent_id.as_ref() != self.logins.get(&at);
        if other || facts.status == AgentStatus::LoggedOut {
            self.told.forget_calls(line.id());
            self.homes.insert(line.id(), None);
        }
    }

    /// Who gets up from a line, or loses it, takes their calls along.
    fn homes_change(&mut self, hub: &Hub) {
        let homes = super::seats::homes(hub);
        let left = |line: &LineId, whose: &WorkerId| homes.get(line).is_none_or(|now| now.as_ref() != Some(whose));
        for (line, whose) in &self.homes {
            if whose.as_ref().is_some_and(|whose| left(line, whose)) {
                self.told.forget_calls(*line);
            }
        }
        self.homes = homes;
    }

    /// Who sits at a DN that is nobody's by configuration changes: what they want is asked for there anew.
    pub(super) fn seats_change(&mut self, hub: &Hub, now: Moment) {
        self.homes_change(hub);
        for at in hub.directory.free().iter().map(directory::Line::at) {
            let holder = hub.seating.holder(&at);
            if holder == self.seats.get(&at) {
                continue;
            }
            self.dns.values_mut().for_each(|dns| dns.retain(|dn| *dn != at));
            self.logins.remove(&at);
            self.seats.remove(&at);
            let worker = holder.and_then(|id| hub.directory.worker(id));
            let sits_on = worker.is_some_and(|worker| self.freed.remove(&at).as_ref() == Some(&worker.agent_id));
            if !sits_on {
                self.forget_decisions(&at, now);
            }
            let Some(worker) = worker else { continue };
            self.dns.entry(worker.id.clone()).or_default().push(at.clone());
            self.logins.insert(at.clone(), worker.agent_id.clone());
            if !sits_on && self.owner(&worker.id, &at) == Some(Owner::LoggedOut) {
                self.sat_down.insert(at.clone());
            }
            self.seats.insert(at, worker.id.clone());
        }
        for (at, _) in std::mem::take(&mut self.freed) {
            if !self.seats.contains_key(&at) {
                self.forget_decisions(&at, now);
            }
        }
    }

    fn forget_decisions(&mut self, at: &At, now: Moment) {
        self.left_alone.remove(at);
        self.taken_away.remove(at);
        self.stays_out.remove(at);
        self.sat_down.remove(at);
        self.reset(at, now);
    }

    /// Whether what is told of a DN may be somebody's decision: its line is settled before. A snapshot is one when it
    /// stands for something that could not be read, or came unasked.
    pub(super) fn before(&self, hub: &Hub, link: LinkId, report: &Report) -> bool {
        let Report::Event(event, cause) = report else { return false };
        let Some(line) = line_at(hub, link, &event.this_dn) else { return false };
        let tells = match (&event.kind, line.reading()) {
            (EventKind::Agent(_), _) | (EventKind::Registered { .. }, None) => *cause == Cause::Elsewhere,
            (EventKind::Registered { .. }, Some(reading)) => reading == Reading::AfterDoubt,
            _ => false,
        };
        tells && line.is_settled() && !line.is_leaving()
    }

    /// Notes what is told: the truth that a page may show, and decisions that are to be left alone.
    pub(super) fn after(&mut self, hub: &Hub, link: LinkId, report: &Report, settled: bool, now: Moment) {
        self.somebody_gets_up(hub, link, report);
        let before = self.told_at(link, report);
        let asked_at = if let Report::Refused(ticket, _) = report { self.answered.asked_at(*ticket) } else { None };
        let told = asked_at.and_then(|at| self.told.last(&at));
        self.answered.hears(hub, link, report, told, now);
        self.told.hears(hub, link, report);
        let event = match report {
            Report::Event(event, _) => event,
            Report::Up { .. } | Report::Down { .. } => {
                let here: Vec<_> = self.logins.keys().filter(|at| at.0 == link).cloned().collect();
                here.iter().for_each(|at| self.reset(at, now));
                return self.answered.reset_link(link);
            }
            Report::Refused(..) | Report::Room => return,
        };
        let at = (link, event.this_dn.clone());
        let (EventKind::Agent(_) | EventKind::Registered { .. }) = event.kind else { return };
        // Who says once more what is known decides nothing.
        let facts = self.told.last(&at).cloned().unwrap_or_default();
        let news = differ(&before, &facts);
        let Some(line) = line_at(hub, link, &event.this_dn) else { return };
        let unknown = self.whose(&at).is_some_and(|id| self.is_unknown(id));
        if unknown && facts.status == AgentStatus::Ready {
            return;
        }
        let wish = if unknown { line.agent().own_wish() } else { line.agent().wish() };
        if carries(&facts, line.agent().own_wish()) {
            self.left_alone.remove(&at);
        } else if settled && news && is_decided_by_others(wish, &facts) {
            self.taken_away.remove(&at);
            self.left_alone.insert(at);
        }
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
            Request::AgentNotReady { .. } => matches!(owner, Some(NotReady)) || unknown,
            Request::AgentLogin { .. } => matches!(owner, Some(Ready | NotReady | LoggedIn)) && !unknown,
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
        if !matches!(request, Request::UnregisterAddress { .. }) {
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
