//! One node: its clock, its lease, its hub, and what it keeps. Each life begins with nothing, as a process does.

use super::wires::{Call, Keeps, Told, given_up};
use crate::{
    agent_link::{self, Cause, Dn, EventKind, Outgoing, Report, Request, Ticket},
    clock::Moment,
    directory::{Directory, WorkerId},
    hub::{
        Event, Hub, RoleChange,
        tests::bench::{self, LINK, Recorded},
    },
    kept::TakenUp,
    mode::Mode,
    plugins::PluginArrival,
    worker::{self, Kept},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::sync::oneshot;
use uc_plugin_api::{Command, LinkStatus, Role, UserHandle};
use uc_store::{
    Change, Error, Fence, Key, Revision, Snapshot,
    lease::{Lease, Timing},
};

/// Which of the two.
pub(super) type At = usize;

/// Which life of all nodes.
pub(super) type Life = u64;

/// The client's patience with a request.
const PATIENCE: Duration = Duration::from_secs(10);

/// A call to the store is given up after this.
const STORE_DEADLINE: Duration = Duration::from_secs(10);

/// What stands is read no sooner again.
const READS_AGAIN: Duration = Duration::from_secs(1);

/// Whoever was primary lets others look first.
const AFTERWARDS: Duration = Duration::from_millis(2400);

/// What a node does.
#[derive(Debug)]
pub(super) enum Does {
    StandsBy,
    /// Reads what the one before has left; until when the store may take.
    Reads(Duration),
    Works,
}

/// What a node has to say.
#[derive(Debug)]
pub(super) enum Says {
    ToStore(Call),
    ToTServer(Outgoing),
    /// Its plug-in watches these now.
    Watches(Vec<UserHandle>),
}

/// One node in one life.
pub(super) struct Node {
    /// What its clock showed when the world began, and how fast it runs.
    pub(super) clock: (Duration, f64),
    pub(super) life: Life,
    pub(super) hub: Hub,
    pub(super) does: Does,
    /// The link to the T-Server is up.
    pub(super) linked: bool,
    pub(super) watched: BTreeSet<UserHandle>,
    /// DNs whose snapshot it has been told over this connection, and since it works.
    pub(super) read: BTreeSet<Dn>,
    mode: Mode,
    lease: Lease,
    /// The lease is not wanted before.
    wants: Duration,
    out: Recorded,
    tickets: Vec<(Ticket, Duration)>,
    /// The number of the last word of each worker that it has taken.
    pub(super) words: BTreeMap<WorkerId, u64>,
    changed: Changed,
    /// At which revision each record is; none: that is not known.
    stands: Option<BTreeMap<Key, Revision>>,
    writing: Option<(u64, Duration, Changed)>,
    writes: u64,
    /// What stands in the store is not read before.
    reads_again: Duration,
}

/// What is to be written down of each worker, the last of their words that is in it, and the DNs of the logins that
/// are.
type Changed = BTreeMap<WorkerId, (Option<Kept>, u64, BTreeSet<Dn>)>;

impl Node {
    /// A node's next life. `now` is the world's.
    pub(super) fn begin(mode: Mode, clock: (Duration, f64), life: Life, now: Duration, was_primary: bool) -> Self {
        let mine = clock.0 + now.mul_f64(clock.1);
        let follows_platforms = mode.follows_platforms();
        let settings = crate::hub::Settings { mode, ..bench::settings() };
        let settings =
            crate::hub::Settings { worker: worker::Settings { follows_platforms, ..settings.worker }, ..settings };
        let directory = Directory::new(vec![
            bench::worker("kim", "1001", &["5001", "5002"]),
            bench::worker("lee", "1002", &["5003"]),
        ]);
        Self {
            clock,
            life,
            hub: Hub::new(settings, &Arc::new(directory), moment(mine)),
            does: Does::StandsBy,
            linked: false,
            watched: BTreeSet::new(),
            read: BTreeSet::new(),
            mode,
            lease: Lease::new("primary", "node", life, Timing::DEFAULT).expect("a name"),
            wants: if was_primary { mine + AFTERWARDS } else { mine },
            out: Recorded::default(),
            tickets: Vec::new(),
            words: BTreeMap::new(),
            changed: BTreeMap::new(),
            stands: None,
            writing: None,
            writes: 0,
            reads_again: Duration::ZERO,
        }
    }

    /// What its clock shows.
    pub(super) fn now(&self, now: Duration) -> Duration {
        self.clock.0 + now.mul_f64(self.clock.1)
    }

    /// It may act.
    pub(super) fn holds(&self, now: Duration) -> Option<Fence> {
        self.lease.fence(self.now(now))
    }

    /// Takes what it is told, and does what is due. False: it works no longer, and begins anew.
    pub(super) fn turn(&mut self, told: Told, now: Duration, says: &mut Vec<Says>) -> bool {
        let mine = self.now(now);
        self.takes(told, mine, says);
        self.gives_up(mine);
        if mine >= self.wants {
            says.extend(self.lease.ask(mine).map(|ask| Says::ToStore(Call::Lease(ask))));
        }
        match (&self.does, self.lease.fence(mine)) {
            (Does::StandsBy, Some(_)) => self.reads(mine, says),
            (Does::Reads(_) | Does::Works, None) => return false,
            (Does::Reads(until), Some(_)) if *until <= mine => self.reads(mine, says),
            _ => {}
        }
        self.hub.tick(moment(mine));
        self.performs(mine, says);
        self.keeps(mine, says);
        true
    }

    fn reads(&mut self, mine: Duration, says: &mut Vec<Says>) {
        self.does = Does::Reads(mine + STORE_DEADLINE);
        says.push(Says::ToStore(Call::Read));
    }

    fn takes(&mut self, told: Told, mine: Duration, says: &mut Vec<Says>) {
        match told {
            Told::Lease(number, answer) => self.lease.answer(number, answer, mine),
            Told::Read(Ok(found)) => {
                if self.writing.is_none() {
                    self.stands =
                        Some(found.entries.iter().map(|(key, entry)| (key.clone(), entry.revision)).collect());
                }
                if matches!(self.does, Does::Reads(_)) {
                    self.begins(&found, mine);
                }
            }
            Told::Read(Err(_)) if matches!(self.does, Does::Reads(_)) => self.reads(mine, says),
            Told::Kept(number, result) => self.kept(number, &result),
            Told::Hub(event) => self.hears(event, mine),
            Told::Read(_) | Told::Time => {}
        }
    }

    fn hears(&mut self, event: Event, mine: Duration) {
        if let Event::TServer(_, reports) = &event {
            for report in reports {
                if let Report::Event(agent_link::Event { this_dn, kind: EventKind::Registered { .. } }, _) = report {
                    self.read.insert(this_dn.clone());
                }
                match report {
                    Report::Event(_, Cause::Request(ticket)) | Report::Refused(ticket, _) => {
                        self.tickets.retain(|(asked, _)| asked != ticket);
                    }
                    Report::Up { .. } => (self.linked, self.read) = (true, BTreeSet::new()),
                    Report::Down { .. } => {
                        (self.linked, self.tickets, self.read) = (false, Vec::new(), BTreeSet::new());
                    }
                    _ => {}
                }
            }
        }
        self.hub.handle(event, moment(mine));
    }

    /// Takes over what the one before has left.
    fn begins(&mut self, found: &Snapshot, mine: Duration) {
        let read = |(key, entry): (&Key, &uc_store::Entry)| {
            let id = key.text().strip_prefix("worker/").expect("of the span");
            (id.into(), serde_json::from_slice(&entry.value).expect("what was kept"))
        };
        let workers = found.entries.iter().map(read).collect();
        self.does = Does::Works;
        self.read.clear();
        let (left, (told, _)) = (TakenUp { workers, ..TakenUp::default() }, oneshot::channel());
        self.hears(Event::Role(RoleChange::Begins(Box::new(left), told)), mine);
        let roles: &[Role] =
            if self.mode == Mode::Standalone { &[Role::BrowserPresence] } else { &[Role::PresenceSource] };
        let plugin = bench::plugin();
        self.hears(Event::Plugin(PluginArrival::Started { plugin: plugin.clone(), info: bench::info(roles) }), mine);
        let up = uc_plugin_api::Event::Link(LinkStatus::Up, "".into());
        self.hears(Event::Plugin(PluginArrival::Event { plugin, event: up }), mine);
    }

    fn gives_up(&mut self, mine: Duration) {
        let late: Vec<_> = self.tickets.extract_if(.., |(_, until)| *until <= mine).collect();
        for (ticket, _) in late {
            self.hub.handle(Event::TServer(LINK, vec![given_up(ticket)]), moment(mine));
        }
        if self.writing.as_ref().is_some_and(|(_, until, _)| *until <= mine) {
            self.write_again();
        }
    }

    fn performs(&mut self, mine: Duration, says: &mut Vec<Says>) {
        self.hub.perform_all(&mut self.out, moment(mine));
        for outgoing in std::mem::take(&mut self.out.requests) {
            let of_any_node =
                matches!(outgoing.request, Request::RegisterAddress { .. } | Request::UnregisterAddress { .. });
            if self.linked && (of_any_node || self.lease.fence(mine).is_some()) {
                self.tickets.push((outgoing.ticket, mine + PATIENCE));
                says.push(Says::ToTServer(outgoing));
            }
        }
        for command in std::mem::take(&mut self.out.commands) {
            if let (Command::Watch(users), Does::Works) = (command, &self.does) {
                let fresh: Vec<_> = users.iter().map(|user| user.handle).collect();
                self.watched.extend(&fresh);
                says.push(Says::Watches(fresh));
            }
        }
        for (id, kept) in self.out.kept_workers.drain() {
            let word = self.words.get(&id).copied().unwrap_or_default();
            let handle = self.hub.by_worker[&id];
            let lines = self.hub.user(handle).into_iter().flat_map(|user| user.worker.lines());
            let logged_in = lines.filter(|line| line.agent().is_logged_in_here()).map(|line| line.place().dn.clone());
            let logged_in = logged_in.collect();
            self.changed.insert(id, (kept, word, logged_in));
        }
    }

    fn keeps(&mut self, mine: Duration, says: &mut Vec<Says>) {
        let Some(fence) = self.lease.fence(mine) else { return };
        if self.writing.is_some() || self.changed.is_empty() {
            return;
        }
        let Some(stands) = &self.stands else {
            if self.reads_again <= mine {
                self.reads_again = mine + READS_AGAIN;
                says.push(Says::ToStore(Call::Read));
            }
            return;
        };
        let batch = std::mem::take(&mut self.changed);
        let change = |(id, (kept, ..)): (&WorkerId, &(Option<Kept>, u64, BTreeSet<Dn>))| {
            let key = key_of(id);
            let at = stands.get(&key).copied().unwrap_or(Revision::ABSENT);
            let change = match kept {
                Some(kept) => Change::set(key, serde_json::to_vec(kept).expect("plain data")),
                None => Change::remove(key),
            };
            change.at(at)
        };
        self.writes += 1;
        let words = batch.iter().map(|(id, (_, word, _))| (id.clone(), *word)).collect();
        let logins = batch.values().flat_map(|(_, _, logins)| logins.clone()).collect();
        says.push(Says::ToStore(Call::Keep(
            batch.iter().map(change).collect(),
            fence,
            Keeps { write: self.writes, words, logins },
        )));
        self.writing = Some((self.writes, mine + STORE_DEADLINE, batch));
    }

    fn kept(&mut self, number: u64, result: &Result<Revision, Error>) {
        if self.writing.as_ref().is_none_or(|(asked, ..)| *asked != number) {
            return;
        }
        let (Ok(revision), Some(stands)) = (result, &mut self.stands) else { return self.write_again() };
        let written = self.writing.take().into_iter().flat_map(|(_, _, batch)| batch.into_keys());
        stands.extend(written.map(|id| (key_of(&id), *revision)));
    }

    fn write_again(&mut self) {
        let Some((_, _, batch)) = self.writing.take() else { return };
        self.stands = None;
        for (id, kept) in batch {
            self.changed.entry(id).or_insert(kept);
        }
    }

    /// When it looks at its clock again, by the world's.
    pub(super) fn wakes(&self) -> Duration {
        let lease = self.lease.wake().max(self.wants);
        let hub = self.hub.timers.next().map(|at| at.since(moment(Duration::ZERO)));
        let tickets = self.tickets.iter().map(|(_, until)| *until).min();
        let writing = self.writing.as_ref().map(|(_, until, _)| *until);
        let reads = (self.stands.is_none() && !self.changed.is_empty()).then_some(self.reads_again);
        let next = [hub, tickets, writing, reads].into_iter().flatten().chain([lease]).min().expect("the lease's");
        next.saturating_sub(self.clock.0).div_f64(self.clock.1) + Duration::from_micros(1)
    }
}

fn key_of(id: &WorkerId) -> Key {
    Key::new(&format!("worker/{id}")).expect("a key")
}

/// On the hub's timeline.
pub(super) fn moment(mine: Duration) -> Moment {
    Moment::since_1970(mine)
}
