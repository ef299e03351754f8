//! One task a plug-in: announces its instances, notices their failures, starts it again with back-off, exchanges its
//! instance for another, ends it. What happens to one plug-in never waits for another. What an instance says does not
//! pass here: its lane goes to the owner with the announcement of its start.

use super::{
    announcement::{Announcement, Announcer, InstanceChange},
    config::Spec,
    discover::role_word,
    edge::Ends,
    handle::PluginHandle,
    hanging::{Board, attend},
    id::PluginId,
    instance::{Instance, Live},
    loader::Library,
};
use crate::tasks::contained;
use metrics::counter;
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::{sleep_until, timeout},
};
use tokio_util::task::AbortOnDropHandle;
use uc_backoff::Backoff;
use uc_plugin_api::{Role, SUCCEEDED_BY, abi::TRY_NOW};

/// How long an instance may take to learn that another one follows. One that hangs is stopped without.
const SUCCESSION: Duration = Duration::from_secs(1);

/// What the owner asks of a supervisor.
pub(super) enum Order {
    /// Use this instance from now on and end the one before.
    Replace(Box<Replacement>),
    /// Instances get that long to stop from now on.
    StopWithin(Duration),
    /// Whatever waits before it is tried again is tried now: an operator has mended something.
    TryNow,
    /// End.
    Stop { done: oneshot::Sender<()> },
}

/// An instance to use instead, and what to start again if it fails.
pub(super) struct Replacement {
    pub(super) library: Library,
    pub(super) spec: Spec,
    pub(super) instance: Instance,
}

/// What a supervisor is made of.
pub(super) struct Supervisor {
    pub(super) library: Library,
    pub(super) spec: Spec,
    pub(super) handle: PluginHandle,
    pub(super) restart: Backoff,
    pub(super) stop: Duration,
    pub(super) commands: Duration,
    pub(super) hanging: Board,
    pub(super) owner: Announcer,
    pub(super) orders: mpsc::Receiver<Order>,
    /// What the owner has no room for yet; nothing but orders is looked at meanwhile.
    pub(super) outgoing: VecDeque<Announcement>,
    /// The end of the instances before the one in use.
    pub(super) leaving: Option<Leaving>,
}

/// Instances that end aside.
pub(super) type Leaving = JoinHandle<Option<()>>;

enum Phase {
    Starting(JoinHandle<Result<Instance, String>>),
    /// It has started, and is used as soon as those before it have left the platform.
    Following {
        before: Leaving,
        next: Instance,
    },
    Running {
        failure: oneshot::Receiver<String>,
        /// It has no turns.
        hangs: watch::Receiver<bool>,
        _attended: AbortOnDropHandle<Option<()>>,
    },
    Waiting(tokio::time::Instant),
}

enum Step {
    Order(Option<Order>),
    Sent,
    Failed(String),
    Hangs(bool),
    Started(Result<Instance, String>),
    Left,
    Due,
}

impl Supervisor {
    /// Runs until stopped. Without a first instance it starts one.
    pub(super) async fn run(mut self, first: Option<Instance>) {
        let mut phase = match first {
            Some(instance) => self.take(instance),
            None => self.start(),
        };
        loop {
            phase = match self.step(&mut phase).await {
                Step::Sent => phase,
                Step::Hangs(hangs) => {
                    self.announce(if hangs { InstanceChange::Hangs } else { InstanceChange::Answers });
                    phase
                }
                Step::Failed(why) | Step::Started(Err(why)) => self.fail(why),
                Step::Started(Ok(instance)) => self.follow(phase, instance),
                Step::Left => self.used(phase),
                Step::Due => self.start(),
                Step::Order(Some(Order::Replace(new))) => {
                    (self.library, self.spec) = (new.library, new.spec);
                    self.restart.succeed();
                    self.follow(phase, new.instance)
                }
                Step::Order(Some(Order::TryNow)) => self.try_now(phase),
                Step::Order(Some(Order::StopWithin(stop))) => {
                    self.stop = stop;
                    phase
                }
                Step::Order(Some(Order::Stop { done })) => return self.end(phase, Some(done)).await,
                Step::Order(None) => return self.end(phase, None).await,
            };
        }
    }

    /// The next thing that happens. An order is heard even while the owner takes nothing: it may be the owner who
    /// waits for the order to be carried out.
    async fn step(&mut self, phase: &mut Phase) -> Step {
        tokio::select! {
            biased;
            order = self.orders.recv() => Step::Order(order),
            Ok(room) = self.owner.0.reserve(), if !self.outgoing.is_empty() => {
                if let Some(announcement) = self.outgoing.pop_front() {
                    room.send(announcement);
                }
                Step::Sent
            }
            step = phase.next(), if self.outgoing.is_empty() => step,
        }
    }

    fn start(&self) -> Phase {
        Phase::Starting(tokio::spawn(Instance::start(self.library.clone(), self.spec.clone())))
    }

    /// Uses an instance in the place of the one before, and not before that one is out: to the platform both are one
    /// endpoint, and whatever the old one takes back when it leaves would be the new one's.
    fn follow(&mut self, phase: Phase, next: Instance) -> Phase {
        if let Phase::Following { before, next: overtaken } = phase {
            self.leaving = Some(before);
            self.dismiss(overtaken.live, None);
        }
        // Without a platform nothing is taken back, and no choice of a worker has to wait.
        if next.live.info.roles.iter().all(|role| *role == Role::BrowserPresence) {
            return self.take(next);
        }
        let settings = self.spec.settings.text.to_string();
        if let Some(old) = self.handle.swap(None) {
            self.say_leaving(&old);
            self.dismiss(old, Some(settings));
        }
        match self.leaving.take() {
            Some(before) => Phase::Following { before, next },
            None => self.take(next),
        }
    }

    fn used(&mut self, phase: Phase) -> Phase {
        match phase {
            Phase::Following { next, .. } => self.take(next),
            phase => phase,
        }
    }

    /// Tries now what waits: the next start, or whatever the running instance waits for.
    fn try_now(&mut self, phase: Phase) -> Phase {
        if let Phase::Waiting(_) = phase {
            self.restart.succeed();
            return self.start();
        }
        let handle = self.handle.clone();
        tokio::spawn(contained("plug-in call", async move {
            // One built before there was such a word has nothing to say to it.
            let _ = handle.call(TRY_NOW, Vec::new()).await;
        }));
        phase
    }

    fn take(&mut self, Instance { live, ends: Ends { lane, failure } }: Instance) -> Phase {
        let info = live.info.clone();
        let roles: Vec<_> = info.roles.iter().copied().map(role_word).collect();
        tracing::info!(plugin = %self.spec.id, library = %info.name, version = %info.version, roles = roles.join(", "),
            digest = %self.library.digest, rustc = %info.rustc, "plug-in started");
        self.announce(InstanceChange::Started { info, lane });
        let (tell, hangs) = watch::channel(false);
        let attending = attend(self.id(), live.clone(), self.commands, self.hanging.clone(), tell);
        self.retire(Some(live));
        let _attended = AbortOnDropHandle::new(tokio::spawn(contained("hanging plug-ins", attending)));
        Phase::Running { failure, hangs, _attended }
    }

    fn fail(&mut self, why: String) -> Phase {
        let wait = self.restart.fail(Instant::now());
        counter!("uc_plugin_failures_total", "plugin" => self.spec.id.to_string()).increment(1);
        tracing::error!(plugin = %self.spec.id, reason = why, retry_in = ?wait, failures = self.restart.failures(),
            "plug-in failed: what it reported is stale; the others go on");
        self.announce(InstanceChange::Failed { why, retry_in: wait });
        self.retire(None);
        Phase::Waiting((Instant::now() + wait).into())
    }

    /// Puts another instance, or none, in the place of the one in use, which ends aside.
    fn retire(&mut self, next: Option<Arc<Live>>) {
        if let Some(old) = self.handle.swap(next) {
            self.dismiss(old, None);
        }
    }

    /// Has an instance end aside, which is told with which settings another one follows, if one does at once. Whoever
    /// follows waits for it, and for those that were leaving already.
    fn dismiss(&mut self, old: Arc<Live>, next: Option<String>) {
        let (id, deadline, before) = (self.id(), self.stop, self.leaving.take());
        self.leaving = Some(tokio::spawn(contained("plug-in stop", async move {
            if let Some(settings) = next {
                // One that knows no such word, or has no time for it, takes leave as ever.
                let _ = timeout(SUCCESSION, old.clone().call(SUCCEEDED_BY.to_owned(), settings.into_bytes())).await;
            }
            note(&id, old.stop(deadline).await);
            if let Some(before) = before {
                // However it ended, it has.
                let _ = before.await;
            }
        })));
    }

    async fn end(mut self, phase: Phase, done: Option<oneshot::Sender<()>>) {
        let live = match phase {
            // A start cannot be broken off; what comes of it is stopped aside.
            Phase::Starting(starting) => {
                let (id, deadline) = (self.id(), self.stop);
                tokio::spawn(contained("plug-in stop", async move {
                    if let Ok(Ok(instance)) = starting.await {
                        note(&id, instance.live.stop(deadline).await);
                    }
                }));
                None
            }
            Phase::Following { before, next } => {
                self.leaving = Some(before);
                Some(next.live)
            }
            _ => self.handle.swap(None),
        };
        if let Some(live) = live {
            self.say_leaving(&live);
            self.dismiss(live, None);
        }
        if let Some(leaving) = self.leaving.take() {
            // However it ended, it has.
            let _ = leaving.await;
        }
        tracing::info!(plugin = %self.spec.id, "plug-in stopped");
        self.announce(InstanceChange::Stopped);
        say_the_rest(self.owner, self.outgoing);
        if let Some(done) = done {
            let _ = done.send(());
        }
    }

    /// What a sink takes back as it leaves is nobody's choice: that is on its way to the owner before the instance is told
    /// to stop, and so before any platform can say anything of it.
    fn say_leaving(&mut self, live: &Live) {
        if live.info.roles.contains(&Role::PresenceSink) {
            self.announce(InstanceChange::Leaves);
            self.say_what_fits();
        }
    }

    fn say_what_fits(&mut self) {
        while let Some(next) = self.outgoing.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(next)) = self.owner.0.try_send(next) {
                return self.outgoing.push_front(next);
            }
        }
    }

    fn announce(&mut self, change: InstanceChange) {
        self.outgoing.push_back(Announcement::of(self.id(), change));
    }

    fn id(&self) -> PluginId {
        self.spec.id.clone()
    }
}

impl Phase {
    /// What the instance, the start or the wait brings. Safe to drop and ask again.
    async fn next(&mut self) -> Step {
        match self {
            Self::Starting(starting) => Step::Started(starting.await.unwrap_or_else(|e| Err(e.to_string()))),
            Self::Following { before, .. } => {
                // However it ended, it has.
                let _ = before.await;
                Step::Left
            }
            Self::Running { failure, hangs, .. } => tokio::select! {
                biased;
                why = failure => Step::Failed(why.unwrap_or_else(|_| "it let go of the host".to_owned())),
                Ok(()) = hangs.changed() => Step::Hangs(*hangs.borrow_and_update()),
            },
            Self::Waiting(until) => {
                sleep_until(*until).await;
                Step::Due
            }
        }
    }
}

/// What a supervisor that ends has still to say: at once where there is room, else aside, because the owner may be the
/// one who waits for this end.
fn say_the_rest(Announcer(owner): Announcer, mut rest: VecDeque<Announcement>) {
    while let Some(next) = rest.pop_front() {
        if let Err(mpsc::error::TrySendError::Full(next)) = owner.try_send(next) {
            rest.push_front(next);
            tokio::spawn(contained("plug-in announcement", async move {
                for announcement in rest {
                    // An owner who is gone needs no word.
                    let _ = owner.send(announcement).await;
                }
            }));
            return;
        }
    }
}

fn note(id: &PluginId, stopped: Result<(), String>) {
    if let Err(why) = stopped {
        tracing::warn!(plugin = %id, reason = why, "plug-in instance did not end by itself");
    }
}
