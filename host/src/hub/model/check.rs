//! What must always be so, whatever the T-Servers do.

use super::{play::Play, world::this_dn};
use crate::{
    agent_link::{AgentFacts, AgentStatus, Cause, Dn, EventKind, LinkId, Report, Request, WorkMode},
    clock::Moment,
    directory::{self, Worker, WorkerId},
    hub::Hub,
    policy::Want,
    web::message::StateKind,
    worker::Line,
};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};
use uc_plugin_api::Availability;

type At = (LinkId, Dn);

/// As [`bench::settings`](crate::hub::tests::bench::settings) has it.
const GRACE: Duration = Duration::from_secs(30);
const MINUTE: Duration = Duration::from_secs(60);
/// Requests of one DN in a minute in which nothing else happened.
const QUIET: usize = 9;
/// Requests that each thing that happened may bring about.
const EACH: usize = 4;

/// What the owner of an agent wants of them, told apart as the requests are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Ready,
    NotReady,
    LoggedOut,
}

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
}

/// The model's own book of what was said and asked.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    said: HashMap<WorkerId, Said>,
    /// Whose the DNs are.
    dns: HashMap<WorkerId, Vec<At>>,
    /// Who logs in there.
    logins: HashMap<At, Arc<str>>,
    /// DNs where somebody else's decision stands: nothing is asked there.
    left_alone: HashSet<At>,
    /// DNs among them where ready was taken away for a doubt: its end gives it back, or what was wished.
    taken_away: HashSet<At>,
    /// What the T-Server said last of a DN.
    told: HashMap<At, AgentFacts>,
    requests: HashMap<At, VecDeque<Moment>>,
    causes: HashMap<LinkId, VecDeque<Moment>>,
}

impl Ledger {
    pub(super) fn platform_said(&mut self, id: &WorkerId, availability: Availability, now: Moment) {
        let owner = match availability {
            Availability::Unknown => return self.stale(id, now),
            Availability::Available | Availability::AvailableIdle => Owner::Ready,
            Availability::Offline => Owner::LoggedOut,
            _ => Owner::NotReady,
        };
        let said = self.said.entry(id.clone()).or_default();
        // Different words that mean not ready are different wishes.
        let news = said.doubt == Doubt::Chosen || said.platform != Some(availability);
        let (current, doubt) = (if news { Some(owner) } else { said.now }, said.doubt);
        *said = Said { platform: Some(availability), now: current, doubt: Doubt::None };
        if doubt == Doubt::Unknown {
            self.doubt_ends(id, now);
        }
        if news {
            self.wish_is_news(id, now);
        }
    }

    fn stale(&mut self, id: &WorkerId, now: Moment) {
        let said = self.said.entry(id.clone()).or_default();
        if said.doubt == Doubt::None {
            said.doubt = Doubt::Since(now);
        }
    }

    fn doubt_ends(&mut self, id: &WorkerId, now: Moment) {
        for at in self.dns.get(id).into_iter().flatten() {
            if self.taken_away.remove(at) {
                self.left_alone.remove(at);
            }
        }
        self.everywhere(now);
    }

    pub(super) fn platform_is_gone(&mut self, now: Moment) {
        let ids: Vec<_> = self.dns.keys().cloned().collect();
        ids.iter().for_each(|id| self.stale(id, now));
    }

    pub(super) fn wished(&mut self, id: &WorkerId, status: uc_plugin_api::AgentStatus, now: Moment) {
        let said = self.said.entry(id.clone()).or_default();
        if said.platform.is_some() && said.doubt == Doubt::None {
            return;
        }
        if said.doubt != Doubt::None {
            said.doubt = Doubt::Chosen;
        }
        said.now = Some(match status {
            uc_plugin_api::AgentStatus::LoggedOut => Owner::LoggedOut,
            uc_plugin_api::AgentStatus::Ready => Owner::Ready,
            uc_plugin_api::AgentStatus::NotReady => Owner::NotReady,
        });
        self.wish_is_news(id, now);
    }

    /// Grace times end.
    pub(super) fn time(&mut self, now: Moment) {
        let over = |said: &Said| matches!(said.doubt, Doubt::Since(since) if since + GRACE <= now);
        let over: Vec<_> = self.said.iter().filter(|(_, said)| over(said)).map(|(id, _)| id.clone()).collect();
        for id in over {
            self.said.entry(id).or_default().doubt = Doubt::Unknown;
            self.everywhere(now);
        }
    }

    fn wish_is_news(&mut self, id: &WorkerId, now: Moment) {
        for at in self.dns.get(id).into_iter().flatten() {
            self.left_alone.remove(at);
            self.taken_away.remove(at);
        }
        self.everywhere(now);
    }

    fn everywhere(&mut self, now: Moment) {
        (0..2).for_each(|link| self.causes.entry(LinkId(link)).or_default().push_back(now));
    }

    pub(super) fn directory_changes(&mut self, workers: &[Worker], now: Moment) {
        self.said.retain(|id, _| workers.iter().any(|worker| worker.id == *id));
        let dns = |worker: &Worker| (worker.id.clone(), worker.lines.iter().map(directory::Line::at).collect());
        self.dns = workers.iter().map(dns).collect();
        let logins =
            workers.iter().flat_map(|worker| worker.lines.iter().map(|line| (line.at(), worker.agent_id.clone())));
        let before = std::mem::replace(&mut self.logins, logins.collect());
        self.left_alone.retain(|at| self.logins.get(at).is_some_and(|login| before.get(at) == Some(login)));
        self.taken_away.retain(|at| self.left_alone.contains(at));
        for worker in workers.iter().filter(|worker| !self.said.contains_key(&worker.id)).collect::<Vec<_>>() {
            self.said.insert(worker.id.clone(), Said { doubt: Doubt::Since(now), ..Said::default() });
        }
        (0..3).for_each(|_| self.everywhere(now));
    }

    /// Something that may bring requests about.
    pub(super) fn cause(&mut self, link: LinkId, report: &Report, now: Moment) {
        let counts = match report {
            Report::Event(_, cause) => *cause == Cause::Elsewhere,
            Report::Up { .. } | Report::Down { .. } => true,
            Report::Refused(..) | Report::Room => false,
        };
        if counts {
            self.causes.entry(link).or_default().push_back(now);
        }
    }

    /// Whether a DN's line is settled, before something is told of it.
    pub(super) fn before(&self, hub: &Hub, link: LinkId, report: &Report) -> bool {
        let Report::Event(event, Cause::Elsewhere) = report else { return false };
        line_at(hub, link, &event.this_dn).is_some_and(|line| line.is_settled() && !line.is_leaving())
    }

    /// Notes what is told: the truth that a page may show, and decisions that are to be left alone.
    pub(super) fn after(&mut self, hub: &Hub, link: LinkId, report: &Report, settled: bool) {
        let Report::Event(event, cause) = report else { return };
        let at = (link, event.this_dn.clone());
        let facts = match &event.kind {
            EventKind::Agent(facts) | EventKind::Registered { agent: facts, .. } => facts,
            _ => return,
        };
        self.told.insert(at.clone(), facts.clone());
        let Some(line) = line_at(hub, link, &event.this_dn) else { return };
        let unknown = self.doubt_at(&at) == Doubt::Unknown;
        if unknown && facts.status == AgentStatus::Ready {
            return;
        }
        let wish = if unknown { line.agent().own_wish() } else { line.agent().wish() };
        if carries(facts, line.agent().own_wish()) {
            self.left_alone.remove(&at);
        } else if settled
            && *cause == Cause::Elsewhere
            && matches!(event.kind, EventKind::Agent(_))
            && matches!(wish, Want::State(_) | Want::LoggedOut)
        {
            self.taken_away.remove(&at);
            self.left_alone.insert(at);
        }
    }

    fn doubt_at(&self, at: &At) -> Doubt {
        let whose = self.dns.iter().find(|(_, dns)| dns.contains(at)).map(|(id, _)| id);
        whose.and_then(|id| self.said.get(id)).map(|said| said.doubt).unwrap_or_default()
    }

    /// A request goes out.
    pub(super) fn request(&mut self, hub: &Hub, link: LinkId, request: &Request, now: Moment) {
        let dn = this_dn(request).clone();
        let at = (link, dn.clone());
        let Some((handle, _)) = hub.dns.at(link, &dn) else { return };
        let Some(user) = hub.user(handle) else { return };
        let leaving = line_at(hub, link, &dn).is_none_or(Line::is_leaving);
        let owner = self.said.get(&user.entry.id).and_then(|said| said.now);
        let unknown = self.doubt_at(&at) == Doubt::Unknown;
        match request {
            Request::AgentReady { .. } => {
                assert_eq!(owner, Some(Owner::Ready), "nobody made {dn} ready");
                assert!(!unknown, "ready in doubt at {dn}");
            }
            Request::AgentNotReady { .. } if unknown && self.left_alone.contains(&at) => {
                let told = self.told.get(&at).map(|facts| facts.status);
                assert_eq!(told, Some(AgentStatus::Ready), "a decision at {dn} is not left alone in doubt");
                self.taken_away.insert(at.clone());
            }
            Request::AgentLogin { .. } => assert!(
                matches!(owner, Some(Owner::Ready | Owner::NotReady)),
                "nobody wanted to be logged in at {dn}: {owner:?}"
            ),
            Request::AgentLogout { .. } => {
                assert!(leaving || owner == Some(Owner::LoggedOut), "nobody logs out at {dn}");
            }
            _ => {}
        }
        let registering = matches!(request, Request::RegisterAddress { .. } | Request::UnregisterAddress { .. });
        let alone = self.left_alone.contains(&at) && !self.taken_away.contains(&at);
        assert!(registering || leaving || !alone, "a decision at {dn} is not left alone");
        let stranger = self.told.get(&at).is_some_and(|facts| facts.agent_id.as_deref() == Some("7777"));
        assert!(registering || !stranger, "a stranger at {dn} is not left alone");
        self.requests.entry(at.clone()).or_default().push_back(now);
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
        let causes = recent(self.causes.get_mut(&at.0));
        let requests = recent(self.requests.get_mut(at));
        assert!(requests <= QUIET + EACH * causes, "{requests} requests for {} in a minute, {causes} causes", at.1);
    }
}

/// Whether the facts are what is wished, by the words of the issue alone.
fn carries(facts: &AgentFacts, wish: &Want) -> bool {
    match wish {
        Want::State(target) | Want::WhileLoggedIn(target) => {
            let status = if target.ready { AgentStatus::Ready } else { AgentStatus::NotReady };
            let mode =
                [target.work_mode, facts.work_mode].contains(&WorkMode::Unknown) || target.work_mode == facts.work_mode;
            let stranger = facts.agent_id.as_deref() == Some("7777");
            !stranger && facts.status == status && mode && facts.reasons == *target.reasons
        }
        Want::LoggedOut => facts.status == AgentStatus::LoggedOut || facts.agent_id.as_deref() == Some("7777"),
        Want::LoggedIn => facts.status != AgentStatus::LoggedOut,
        Want::Observe => true,
    }
}

fn line_at<'h>(hub: &'h Hub, link: LinkId, dn: &Dn) -> Option<&'h Line> {
    let (handle, line) = hub.dns.at(link, dn)?;
    hub.roster.worker(handle)?.line(line)
}

/// After every step.
pub(super) fn after_a_step(hub: &Hub, ledger: &Ledger, now: Moment) {
    for (_, user) in hub.roster.users() {
        for line in user.worker.lines() {
            let place = line.place();
            assert!(!line.is_mute(now), "{} of {} is mute: {line:?}", place.dn, user.entry.id);
            let shown = hub.menu.line(line, "").kind;
            let told = ledger.told.get(&(place.link, place.dn.clone()));
            let truth = told.map(|facts| kind(facts.status)).unwrap_or(StateKind::OutOfService);
            assert!(
                shown == StateKind::OutOfService || shown == truth,
                "{} shows {shown:?}, the T-Server said {truth:?}: {line:?}",
                place.dn
            );
        }
    }
}

fn kind(status: AgentStatus) -> StateKind {
    match status {
        AgentStatus::LoggedOut => StateKind::LoggedOut,
        AgentStatus::Ready => StateKind::Ready,
        AgentStatus::NotReady => StateKind::NotReady,
    }
}

impl Play {
    /// Everybody behaved for hours: every line is where its owner wants it, or where somebody else decided.
    pub(super) fn check_the_end(&self) {
        for (_, user) in self.hub.roster.users() {
            let said = self.ledger.said.get(&user.entry.id).copied().unwrap_or_default();
            for line in user.worker.lines() {
                let place = line.place();
                let at = (place.link, place.dn.clone());
                let device = &self.servers[usize::from(place.link.0)].devices[&place.dn];
                assert!(line.in_service(), "{} is not in service in the end: {line:?}", place.dn);
                let shown = self.hub.menu.line(line, "");
                if line.agent().foreign().is_some() {
                    // Whoever a T-Server kept there against our logging them out is a stranger to the next.
                    assert!(shown.kind == StateKind::OutOfService && line.problem().is_some(), "{line:?}");
                    continue;
                }
                assert_eq!(shown.kind, kind(device.facts.status), "{line:?}");
                let status = device.facts.status;
                if self.ledger.left_alone.contains(&at) && said.doubt != Doubt::Unknown {
                    continue;
                }
                let there = match said.now {
                    _ if said.doubt == Doubt::Unknown => status != AgentStatus::Ready,
                    None => true,
                    Some(Owner::Ready) => status == AgentStatus::Ready,
                    Some(Owner::NotReady) => status == AgentStatus::NotReady,
                    Some(Owner::LoggedOut) => status == AgentStatus::LoggedOut,
                };
                assert!(there, "{} is {status:?}, and {said:?}: {line:?}", place.dn);
            }
        }
    }
}
