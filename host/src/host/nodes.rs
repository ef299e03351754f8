//! One of many nodes: its part among them, and what begins and ends with each partition.

mod shown;
mod standing;

use super::{StartError, role::LEASE};
use crate::{
    agent_link::Permit,
    clock::{Clock, Moment, SameMoment},
    config::{Cluster, Config},
    hub::{self, Gained},
    kept::KeptState,
    nodes::Owners,
    tasks::Parts,
    web::{self, KnownSessions},
};
use standing::Standing;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use uc_backoff::Backoff;
use uc_store::{
    Error, Revision, Store,
    lease::{self, Timing},
    nodes::{self, Held, Me, Member, Part, Partition, Partitions, Refusal, View},
};

/// The newest form in which this version keeps and says anything between nodes. One that a node of the version before
/// does not read raises it.
const FORM: u32 = 1;

/// What is kept last may take so long.
const LAST_WRITE: Duration = Duration::from_secs(2);

/// Open previews of a partition that is to go may come to their end first, for so long; and the pause before it is
/// looked again whether they have.
const PREVIEWS: (Duration, Duration) = (Duration::from_secs(60), Duration::from_millis(250));

/// Pauses before what is kept is read again: the first and the longest.
const AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// This node's part among the nodes.
#[derive(Clone)]
pub(super) struct Nodes {
    pub name: Arc<str>,
    pub part: Part,
    pub partitions: Partitions,
    pub views: watch::Receiver<View>,
    /// For which partitions the hub works.
    begun: Arc<watch::Sender<BTreeSet<Partition>>>,
    /// Why it does not take part yet.
    hindered: watch::Receiver<Option<Arc<str>>>,
}

impl Nodes {
    /// Takes part from now on, until `lets_go`, and then leaves. `clock`: the hub's.
    pub(super) fn begin(
        cluster: &Cluster,
        partitions: Partitions,
        config: &Config,
        store: &Store,
        (parts, lets_go): (&mut Parts, CancellationToken),
        clock: Clock,
    ) -> Result<Self, StartError> {
        let url = config.web.public_url.as_ref().map(|url| url.get_ref().to_string());
        let me = Me {
            name: cluster.node.clone(),
            life: rand::random(),
            form: FORM,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            address: cluster.address.clone().unwrap_or_default(),
            url: url.unwrap_or_default(),
            clock: Duration::from_millis(clock.now().unix_ms()),
        };
        let member = Member::new(me, partitions, Timing::DEFAULT).map_err(StartError::Store)?;
        let (part, work) = nodes::take_part(store.clone(), member, lets_go.clone());
        let (hinders, hindered) = watch::channel(None);
        let shared = store.clone();
        parts.begin_while_needed("lease", async move {
            let _ = lets_go.run_until_cancelled(no_pair_works(&shared, &hinders)).await;
            hinders.send_replace(None);
            work.await;
        });
        let begun = Arc::new(watch::Sender::default());
        Ok(Self { name: cluster.node.as_str().into(), views: part.view(), part, partitions, begun, hindered })
    }

    /// Which node does the work for whom.
    pub(super) fn owners(&self) -> Owners {
        let Self { name, part, partitions, views, begun, .. } = self.clone();
        Owners { me: name, partitions, views, part, begun: begun.subscribe() }
    }

    /// Who takes part and owns what, for an operator.
    pub(super) fn shown(&self) -> String {
        let held = self.part.held().keys().copied().collect();
        let twin = matches!(&*self.part.refused().borrow(), Some(Refusal::Name { .. }));
        shown::text(&self.name, &self.views.borrow(), &held, self.part.silence(), twin)
    }

    /// Whether this node is to own nothing from now on.
    pub(super) async fn drain(&self, drains: bool) {
        tracing::warn!(drains, "somebody has said whether this node is to own partitions");
        self.part.drain(drains).await;
    }
}

/// What begins and ends here with each partition.
pub(super) struct Ownership {
    part: Part,
    refused: watch::Receiver<Option<Refusal>>,
    kept: KeptState,
    role_changes: mpsc::Sender<hub::RoleChange>,
    sessions: KnownSessions,
    standing: Standing,
    begun: Arc<watch::Sender<BTreeSet<Partition>>>,
    /// Those that the hub works for.
    works: BTreeMap<Partition, Works>,
    /// Since when those that are to go wait for the end of their previews.
    waits: BTreeMap<Partition, Instant>,
    /// At which revision each was owned here last: by another one, somebody else had it meanwhile.
    last: BTreeMap<Partition, Revision>,
}

struct Works {
    revision: Revision,
    /// Requests may be made for its workers, as long as it is held.
    permitted: Arc<AtomicBool>,
}

impl Ownership {
    pub(super) fn new(
        nodes: &Nodes,
        kept: KeptState,
        role_changes: mpsc::Sender<hub::RoleChange>,
        sessions: KnownSessions,
        readiness: web::Readiness,
    ) -> Self {
        let (part, refused, begun) = (nodes.part.clone(), nodes.part.refused(), nodes.begun.clone());
        let (works, waits, last) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let standing = Standing::new(nodes.name.clone(), part.clone(), nodes.hindered.clone(), readiness);
        Self { part, refused, kept, role_changes, sessions, standing, begun, works, waits, last }
    }

    /// Follows what this node owns. Returns when it may not take part at all.
    pub(super) async fn run(self) {
        let standing = self.standing.clone();
        // Beside the rest, which waits for the store.
        tokio::select! {
            () = self.follow() => {}
            () = standing.run() => {}
        }
    }

    async fn follow(mut self) {
        let mut pauses = Backoff::new(AGAIN.0, AGAIN.1);
        let (mut knows_sessions, mut said) = (false, None);
        loop {
            let held = self.part.held();
            self.lose(&held).await;
            let wait = self.give(&held).await;
            let refusal = self.refused.borrow().clone();
            if let Some(why) = refusal.as_ref().filter(|_| refusal != said) {
                tracing::error!(%why, "this node takes no part with the others");
            }
            if refusal.as_ref().is_some_and(Refusal::is_final) {
                return;
            }
            said = refusal;
            let gained = self.gain(&held, &mut knows_sessions).await;
            let again = match gained {
                Ok(()) => None,
                Err(error) => {
                    tracing::warn!(%error, "what is kept cannot be read, and no partition begins before; it is tried again");
                    Some(pauses.fail(Instant::now()))
                }
            };
            tokio::select! {
                () = self.part.changed() => {}
                Ok(()) = self.refused.changed() => {}
                () = pause(again) => {}
                () = pause(wait) => {}
            }
        }
    }

    /// What is not held any more, or was another's meanwhile.
    async fn lose(&mut self, held: &BTreeMap<Partition, Held>) {
        let goes_on = |(partition, works): (&Partition, &Works)| {
            held.get(partition).is_some_and(|held| held.fence.revision == works.revision)
        };
        let lost: BTreeSet<_> = self.works.iter().filter(|entry| !goes_on(*entry)).map(|(at, _)| *at).collect();
        if lost.is_empty() {
            return;
        }
        metrics::counter!("uc_partitions_lost_total").increment(lost.len() as u64);
        tracing::warn!(partitions = lost.len(), "this node owns partitions no longer: nothing more is sent for them");
        self.end(&lost);
        let _ = self.role_changes.send(hub::RoleChange::Loses(lost, None)).await;
    }

    /// What another node is to have, once nobody is asked anything there: what is to be kept is written down first.
    /// When to look again for what waits.
    async fn give(&mut self, held: &BTreeMap<Partition, Held>) -> Option<Duration> {
        let leaving: BTreeSet<_> = held.iter().filter(|(_, held)| held.leaving).map(|(at, _)| *at).collect();
        self.waits.retain(|partition, _| leaving.contains(partition));
        let asks = self.asks(&leaving).await;
        let leaving: BTreeSet<_> = leaving.difference(&asks).copied().collect();
        let worked: BTreeSet<_> = leaving.iter().copied().filter(|at| self.works.contains_key(at)).collect();
        if !worked.is_empty() {
            metrics::counter!("uc_partitions_given_total").increment(worked.len() as u64);
            self.end(&worked);
            let (tell, told) = oneshot::channel();
            let said = async {
                let _ = self.role_changes.send(hub::RoleChange::Loses(worked, Some(tell))).await;
                let _ = told.await;
                self.kept.write().await
            };
            match timeout(LAST_WRITE, said).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "what changed last cannot be kept: the next node goes by what was kept before");
                }
                Err(_) => {
                    tracing::warn!("what changed last is not kept in time: the next node goes by what was kept before");
                }
            }
        }
        for partition in leaving {
            self.part.let_go(partition).await;
        }
        (!asks.is_empty()).then_some(PREVIEWS.1)
    }

    /// Those of them in which somebody is asked something now, and not for too long.
    async fn asks(&mut self, leaving: &BTreeSet<Partition>) -> BTreeSet<Partition> {
        let now = Instant::now();
        for partition in leaving.iter().filter(|at| self.works.contains_key(at)) {
            self.waits.entry(*partition).or_insert(now);
        }
        let patient = self.waits.iter().filter(|(_, since)| since.elapsed() < PREVIEWS.0);
        let patient: BTreeSet<_> = patient.map(|(partition, _)| *partition).collect();
        if patient.is_empty() {
            return patient;
        }
        let (tell, told) = oneshot::channel();
        let asked = async {
            let _ = self.role_changes.send(hub::RoleChange::Previews(tell)).await;
            told.await
        };
        // A hub that does not answer is not waited for.
        let open = timeout(LAST_WRITE, asked).await.ok().and_then(Result::ok).unwrap_or_default();
        patient.intersection(&open).copied().collect()
    }

    /// What is held and not worked for yet begins where the node before has left off.
    async fn gain(&mut self, held: &BTreeMap<Partition, Held>, knows_sessions: &mut bool) -> Result<(), Error> {
        let fresh = |(partition, held): &(&Partition, &Held)| !held.leaving && !self.works.contains_key(*partition);
        let fresh: Vec<_> = held.iter().filter(fresh).map(|(at, held)| (*at, held.clone())).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        if !*knows_sessions {
            self.sessions.take_up().await?;
            *knows_sessions = true;
        }
        let partitions: BTreeSet<_> = fresh.iter().map(|(partition, _)| *partition).collect();
        let by_others = |(partition, held): &&(Partition, Held)| self.last.get(partition) != Some(&held.fence.revision);
        let others: BTreeSet<_> = fresh.iter().filter(by_others).map(|(partition, _)| *partition).collect();
        let read = Instant::now();
        let left = self.kept.found_of(&partitions, &others, self.sessions.users()).await?;
        metrics::counter!("uc_partitions_gained_total").increment(partitions.len() as u64);
        let gained = fresh.into_iter().map(|(partition, held)| self.begin(partition, &held, read)).collect();
        let _ = self.role_changes.send(hub::RoleChange::Gains(gained, Box::new(left))).await;
        self.begun.send_replace(self.works.keys().copied().collect());
        Ok(())
    }

    fn begin(&mut self, partition: Partition, held: &Held, since: Instant) -> Gained {
        let (permitted, revision) = (Arc::new(AtomicBool::new(true)), held.fence.revision);
        let (part, flag) = (self.part.clone(), permitted.clone());
        let permit = Permit::while_so(move || flag.load(Ordering::Relaxed) && part.works(partition));
        self.works.insert(partition, Works { revision, permitted });
        self.last.insert(partition, revision);
        let away = held.away.map_or(Duration::MAX, |away| away.saturating_add(since.elapsed()));
        let moment = Moment::since_1970;
        let clock = held.clocks.map(|both| SameMoment { here: moment(both.here), there: moment(both.there) });
        Gained { partition, permit, away, clock: clock.unwrap_or_default() }
    }

    /// From now on nothing is sent for them, whatever is still in queues.
    fn end(&mut self, partitions: &BTreeSet<Partition>) {
        self.begun.send_modify(|begun| begun.retain(|partition| !partitions.contains(partition)));
        for partition in partitions {
            if let Some(works) = self.works.remove(partition) {
                works.permitted.store(false, Ordering::Relaxed);
            }
        }
    }
}

/// Waits until no node works alone for everybody, as one of a pair does, which knows of no partitions. Once there are
/// some, none begins to any more.
async fn no_pair_works(store: &Store, hinders: &watch::Sender<Option<Arc<str>>>) {
    let mut said = BTreeSet::new();
    loop {
        let works = match nodes::partitions_of(store).await {
            Ok(Some(_)) => return,
            Ok(None) => lease::renewed_by(store, LEASE, Timing::DEFAULT).await,
            Err(error) => Err(error),
        };
        let why: Arc<str> = match works {
            Ok(None) => return,
            Ok(Some(node)) => format!(
                "node `{node}` works for everybody, without partitions in its [cluster]: this node begins when it is stopped"
            )
            .into(),
            Err(error) => error.to_string().into(),
        };
        hinders.send_replace(Some(why.clone()));
        // What takes part says such things otherwise, and has not begun.
        if said.insert(why.clone()) {
            tracing::error!(%why, "this node does not take part yet");
        }
        sleep(AGAIN.0).await;
    }
}

async fn pause(pause: Option<Duration>) {
    match pause {
        Some(pause) => sleep(pause).await,
        None => std::future::pending().await,
    }
}
