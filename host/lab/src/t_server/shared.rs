//! What the connections and the handles of one simulated T-Server share: the model, the clients, the moods, the log.

use super::{
    answers::{Moods, Reaction},
    liveness::Liveness,
    log::{Direction, Log},
    standby::{Lagging, Standby},
    switch::{ClientId, Delivery, Switch},
};
use bytes::{Bytes, BytesMut};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::sync::{mpsc, watch};
use uc_connector::{
    tlib::{Message, errors},
    wire::{LinkMessage, Role, Sequence},
};

/// Lines that may wait for one client; one that reads too slowly is disconnected, as real servers do.
const MAX_LINES: usize = 65_536;

/// How long answers are held back that come in any order.
const HELD: Duration = Duration::from_millis(100);

/// What is still to be done after a request.
enum Then {
    Nothing,
    /// Carry it out, so much later.
    CarryOut(Duration),
    /// Release answers that are held back.
    Release,
}

/// Shared by connections and handles.
pub(super) struct Shared {
    core: Mutex<Core>,
    pub(super) log: Log,
    /// The server itself, and its backup.
    pub(super) halves: [Half; 2],
    own: Weak<Shared>,
}

/// Which of a redundant pair: 0 is the first.
pub(super) type Side = usize;

/// What one of a pair does with its connections.
#[derive(Default)]
pub(super) struct Half {
    pub(super) liveness: watch::Sender<Liveness>,
    /// Changes when every connection is to be closed.
    pub(super) kick: watch::Sender<u64>,
}

/// Everything that changes.
pub(super) struct Core {
    pub(super) switch: Switch,
    pub(super) moods: Moods,
    /// Of each of the pair.
    pub(super) roles: [Role; 2],
    /// How each of the pair follows the other.
    pub(super) standby: [Standby; 2],
    lagging: [Lagging; 2],
    /// Requests of clients so far.
    pub(super) requests: u64,
    clients: BTreeMap<ClientId, Client>,
    last_client: ClientId,
}

struct Client {
    name: Arc<str>,
    side: Side,
    sequence: Sequence,
    lines: mpsc::Sender<Bytes>,
}

impl Shared {
    pub(super) fn new(switch: Switch, log: Log) -> Arc<Self> {
        let core = Core {
            switch,
            moods: Moods::default(),
            roles: [Role::Primary, Role::Backup],
            standby: Default::default(),
            lagging: Default::default(),
            requests: 0,
            clients: BTreeMap::new(),
            last_client: 0,
        };
        Arc::new_cyclic(|own| Self { core: Mutex::new(core), log, halves: <[Half; 2]>::default(), own: own.clone() })
    }

    /// Does something to the core, then sends what came of it and starts the clocks of After Call Work.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Core) -> T) -> T {
        let mut core = self.lock();
        let result = change(&mut core);
        let told = core.switch.deliveries();
        let mut latest = None;
        for delivery in core.moods.chats(told) {
            latest = core.deliver_in_time(&self.log, delivery).max(latest);
        }
        let wrap_ups = std::mem::take(&mut core.switch.wrap_ups);
        let time = Duration::from_secs(core.switch.file.wrap_up_time);
        drop(core);
        if let Some(lag) = latest {
            self.tell_later(lag);
        }
        // Without a time, only a request ends it.
        let timed = wrap_ups.into_iter().filter(|_| !time.is_zero());
        timed.for_each(|(dn, agent)| self.wrap_up(time, dn, agent));
        result
    }

    /// Takes in a client of one of the pair; what it is to be sent comes out of the receiver.
    pub(super) fn join(&self, side: Side, name: &str) -> (ClientId, mpsc::Receiver<Bytes>) {
        let (lines, receiver) = mpsc::channel(MAX_LINES);
        let id = self.change(|core| {
            core.last_client += 1;
            let client = core.last_client;
            let name = format!("{name}#{client}").into();
            core.clients.insert(client, Client { name, side, sequence: Sequence::default(), lines });
            let link = if core.switch.cti_link { "EventLinkConnected" } else { "EventLinkDisconnected" };
            core.switch.tell(client, Message::new(link));
            client
        });
        (id, receiver)
    }

    /// The client's connection ended.
    pub(super) fn leave(&self, client: ClientId) {
        self.change(|core| core.remove(client));
    }

    /// How long this request is to wait before [`Self::request`].
    pub(super) fn delay(&self, request: &Message) -> Duration {
        self.lock().moods.holds_up(request)
    }

    /// Carries out a request, unless a mood says otherwise.
    pub(super) fn request(&self, client: ClientId, request: Message) {
        let then = self.change(|core| {
            core.requests += 1;
            if let Some(client) = core.clients.get(&client).filter(|_| self.log.wanted()) {
                self.log.add(Direction::Received, &client.name, request.clone());
            }
            if core.refuses_as_backup(client, &request) {
                core.switch.refuse(client, &request, 51, errors::words(51));
                return Then::Nothing;
            }
            if core.ignores_as_backup(client, &request) {
                return Then::Nothing;
            }
            match core.moods.reaction(&request) {
                Reaction::CarryOut if core.carry_out(client, &request) => return Then::Release,
                Reaction::CarryOut | Reaction::Nothing => {}
                Reaction::Refuse(code) => core.switch.refuse(client, &request, code, errors::words(code)),
                Reaction::Close => core.remove(client),
                Reaction::Wait(time) => return Then::CarryOut(time),
            }
            Then::Nothing
        });
        match then {
            Then::Nothing => {}
            Then::Release => self.later(HELD, Core::release),
            Then::CarryOut(time) => self.later(time, move |core| {
                core.carry_out(client, &request);
                core.release();
            }),
        }
    }

    fn wrap_up(&self, time: Duration, dn: String, agent_id: String) {
        self.later(time, move |core| core.switch.end_wrap_up(&dn, &agent_id));
    }

    /// What one that lags has to tell is told.
    fn tell_later(&self, lag: Duration) {
        let own = self.own.clone();
        tokio::spawn(async move {
            tokio::time::sleep(lag).await;
            if let Some(shared) = own.upgrade() {
                shared.lock().deliver_due(&shared.log, Instant::now());
            }
        });
    }

    fn later(&self, time: Duration, change: impl FnOnce(&mut Core) + Send + 'static) {
        let own = self.own.clone();
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            if let Some(shared) = own.upgrade() {
                shared.change(change);
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    /// The role of one of the pair changes, and every client of it is told.
    pub(super) fn set_role(&mut self, side: Side, role: Role) {
        self.roles[side] = role;
        let mut line = BytesMut::new();
        LinkMessage::Role(role).write(&mut line);
        self.send_raw(side, &line.freeze());
    }

    /// The CTI link goes or comes, and every client is told.
    pub(super) fn set_cti_link(&mut self, up: bool) {
        self.switch.cti_link = up;
        let name = if up { "EventLinkConnected" } else { "EventLinkDisconnected" };
        let clients: Vec<_> = self.clients.keys().copied().collect();
        clients.into_iter().for_each(|client| self.switch.tell(client, Message::new(name)));
    }

    /// Bytes as they are, to every client of one of the pair.
    pub(super) fn send_raw(&mut self, side: Side, bytes: &Bytes) {
        for client in self.clients.values().filter(|client| client.side == side) {
            let _ = client.lines.try_send(bytes.clone());
        }
    }

    /// Names of the clients that are connected to one of the pair.
    pub(super) fn clients(&self, side: Side) -> Vec<Arc<str>> {
        self.clients.values().filter(|client| client.side == side).map(|client| Arc::clone(&client.name)).collect()
    }

    fn carry_out(&mut self, client: ClientId, request: &Message) -> bool {
        self.moods.carry_out(&mut self.switch, client, request)
    }

    /// Answers that were held back go out.
    fn release(&mut self) {
        let held = self.moods.released();
        self.switch.deliver(held);
    }

    fn remove(&mut self, client: ClientId) {
        self.clients.remove(&client);
        self.switch.forget(client);
    }

    /// A backup carries nothing out; who asks it has not heard yet that it is one.
    fn ignores_as_backup(&self, client: ClientId, request: &Message) -> bool {
        let asks = request.name.starts_with("RequestAgent") || request.str("connID").is_some();
        let is_backup = |client: &Client| self.roles[client.side] == Role::Backup;
        asks && self.clients.get(&client).is_some_and(is_backup)
    }

    fn refuses_as_backup(&self, client: ClientId, request: &Message) -> bool {
        let side = self.clients.get(&client).map(|client| client.side);
        side.is_some_and(|side| self.standby[side].refuses(self.roles[side], request))
    }

    /// Tells it, now or later: then, how much later.
    fn deliver_in_time(&mut self, log: &Log, delivery: Delivery) -> Option<Duration> {
        let side = self.clients.get(&delivery.client)?.side;
        let (standby, role) = (self.standby[side], self.roles[side]);
        if standby.leaves_out(role, &delivery.message) {
            return None;
        }
        let lag = standby.lag();
        if lag.is_zero() && self.lagging[side].is_empty() {
            self.deliver(log, delivery);
            return None;
        }
        self.lagging[side].add(Instant::now() + lag, delivery);
        Some(lag)
    }

    fn deliver_due(&mut self, log: &Log, now: Instant) {
        for side in 0..self.lagging.len() {
            while let Some(delivery) = self.lagging[side].due(now) {
                self.deliver(log, delivery);
            }
        }
    }

    fn deliver(&mut self, log: &Log, delivery: Delivery) {
        let Some(client) = self.clients.get_mut(&delivery.client) else { return };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let message = delivery
            .message
            .with("timeinSecs", now.as_secs() as i64)
            .with("timeinuSecs", i64::from(now.subsec_micros()))
            .with("linkSequence", client.sequence.number() as i64);
        let message = self.moods.worded(message);
        let mut line = BytesMut::with_capacity(256);
        message.write(&mut line);
        let sent = client.lines.try_send(line.freeze());
        if log.wanted() {
            log.add(Direction::Sent, &client.name, message);
        }
        if sent.is_err() {
            self.remove(delivery.client);
        }
    }
}
