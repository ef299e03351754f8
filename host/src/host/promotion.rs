//! This node's turn to work: what begins with it, and what ends.

use super::{hand_over::HandOver, links::Links, nodes::Ownership, role_desk::ANSWERED, scripts::Scripts};
use crate::{
    clock::SameMoment,
    hub,
    kept::{KeptState, TakenUp},
    role::{Primacy, Role},
    signals::Drained,
    web::{KnownSessions, Readiness},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use uc_backoff::Backoff;
use uc_store::{
    Store,
    asking::Fault,
    lease::{Known, Timing},
    nodes,
};

/// What readiness calls it.
pub(super) const ROLE: &str = "role";

/// What is said when a turn is over.
const NO_MORE: &str = "this node is primary no more: it sends nothing from now on, and begins anew";

/// What is kept last may take so long.
const LAST_WRITE: Duration = Duration::from_secs(2);

/// While nothing of what is kept can be read for so long, another node may try. A read goes on as long as parts of it
/// arrive: where it is much and the way is slow, it would be no quicker at another.
pub(super) const READS: Duration = Duration::from_secs(15);

/// Pauses before what is kept is read again: the first and the longest.
const AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(3));

/// How often a standby says how it stands.
const SHOWN_EVERY: Duration = Duration::from_secs(1);

/// How often a standby looks whether another node works.
const LOOK: Duration = Duration::from_secs(2);

/// One turn of this node.
pub(super) struct Promotion {
    pub primacy: Primacy,
    pub kept: KeptState,
    /// To the hub.
    pub role_changes: mpsc::Sender<hub::RoleChange>,
    /// To whoever starts the plug-ins; told back when they are.
    pub plugins: oneshot::Sender<oneshot::Sender<()>>,
    pub sessions: KnownSessions,
    /// Whether users are served.
    pub serves: Arc<watch::Sender<bool>>,
    pub readiness: Readiness,
    /// Name of this node; none: the nodes have no store in common.
    pub node: Option<String>,
    pub scripts: Scripts,
    /// Where many nodes would say that they are many.
    pub store: Store,
    /// What another node has kept is read here.
    pub shares: bool,
    /// Of many nodes: there are no roles, and partitions come and go.
    pub partitions: Option<Ownership>,
    /// What is said of while standing by.
    pub links: Links,
    /// What ends a turn in which no T-Server can be reached.
    pub hand_over: HandOver,
}

impl Promotion {
    /// Waits for it and begins it; returns when it is over.
    pub(super) async fn run(mut self) -> Drained {
        if let Some(partitions) = self.partitions {
            partitions.run().await;
            return Drained::Refused;
        }
        if self.primacy.is_alone() {
            self.primacy.ended().await;
            return Drained::Left;
        }
        show(&self.readiness, standing(self.primacy.lease(), self.node.as_deref()));
        tracing::info!(event = "00-5151", "this node is standby");
        self.scripts.begin(Role::Standby).await;
        let worked = match self.stand_by().await {
            Ok(worked) => worked,
            Err(partitions) => {
                tracing::error!(
                    partitions,
                    "the nodes of this installation work with {partitions} partitions, and this one is configured for a \
                     pair: set partitions = {partitions} in [cluster]"
                );
                return Drained::Refused;
            }
        };
        let mut ends = self.primacy.clone();
        tokio::select! {
            biased;
            () = ends.ended() => {}
            () = self.begin(worked) => {}
        }
        // What is let go on purpose was said before the site's program ran.
        if !self.hand_over.lets_go.is_cancelled() {
            tracing::warn!(event = "00-5151", "{NO_MORE}");
        }
        // Operators are answered as long as the site's program runs; users ask the other node.
        self.serves.send_replace(false);
        self.readiness.not_ready(ROLE, NO_MORE);
        if self.primacy.is_told() {
            // Nothing is sent any more; what was wished is written down all the same.
            tokio::join!(give_up(&self.role_changes, &self.kept), sleep(ANSWERED));
        }
        Drained::Left
    }

    /// Waits for this node's turn; when another was seen to work last, by the clocks of both.
    ///
    /// # Errors
    /// The number of partitions that others work with: no turn comes.
    async fn stand_by(&mut self) -> Result<Option<SameMoment>, u16> {
        let (kept, node, mut worked, mut last) = (self.kept.clone(), self.node.clone(), None, None);
        let (standbys, store, shares) = (kept.standbys(), self.store.clone(), self.shares);
        let links = self.links.clone();
        let (readiness, primacy, me) = (self.readiness.clone(), self.primacy.clone(), self.node.clone());
        // Beside the rest, which waits for the store.
        let shows = async {
            loop {
                show(&readiness, standing(primacy.lease(), me.as_deref()));
                sleep(SHOWN_EVERY).await;
            }
        };
        let look = async {
            loop {
                if let Some(node) = &node
                    && let Err(error) = standbys.note(node, links.is_any()).await
                {
                    tracing::debug!(%error, "that this node stands by cannot be noted now");
                }
                let alive = kept.alive().await;
                if let Some(alive) = alive.filter(|alive| last.is_some_and(|last| last != *alive)) {
                    worked = Some(alive.at(kept.now()));
                }
                last = alive.or(last);
                if shares && let Ok(Some(partitions)) = nodes::partitions_of(&store).await {
                    return partitions;
                }
                sleep(LOOK).await;
            }
        };
        tokio::select! {
            () = self.primacy.begun() => {}
            partitions = look => return Err(partitions),
            () = shows => {}
        }
        Ok(worked)
    }

    /// Begins to work, and goes on. It returns when what is kept cannot be read, or no T-Server be reached that another
    /// node reaches: that one may have more luck. `worked`: when another node was seen to work last, whatever the clocks
    /// of both say.
    async fn begin(&mut self, worked: Option<SameMoment>) {
        tracing::info!(event = "00-5150", "this node is primary");
        self.scripts.begin(Role::Primary).await;
        let Some(mut left) = self.read().await else {
            return tracing::error!(since = ?READS, "what is kept cannot be read: this node gives its turn up");
        };
        if let Some(worked) = worked {
            (left.away, left.clock) = (self.kept.now().since(worked.here), worked);
        }
        if !self.shares {
            // Another node has worked since, and what it did stands at the T-Server alone.
            left.workers.clear();
        }
        takes_up(&self.role_changes, left).await;
        let (tell, told) = oneshot::channel();
        let plugins = std::mem::replace(&mut self.plugins, oneshot::channel().0);
        if plugins.send(tell).is_ok() {
            let _ = told.await;
        }
        self.readiness.ready(ROLE);
        self.serves.send_replace(true);
        self.hand_over.run().await;
    }

    /// What the node before has left; who is signed in there is signed in here from now on. None: for too long nothing
    /// could be read.
    async fn read(&self) -> Option<TakenUp> {
        let (mut pauses, mut patience) = (Backoff::new(AGAIN.0, AGAIN.1), Patience::default());
        loop {
            let begun = Instant::now();
            match self.kept.found(self.sessions.take_up()).await {
                Ok(left) => {
                    self.kept.note_taken_up();
                    return Some(left);
                }
                Err(error) => {
                    tracing::warn!(%error, "what is kept cannot be read, and nothing begins before; it is tried again");
                }
            }
            if !patience.lasts(begun, Instant::now()) {
                return None;
            }
            sleep(pauses.fail(Instant::now())).await;
        }
    }
}

/// How a node stands that stands by.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    /// As it should, or as far as anybody can tell.
    By(String),
    /// It could not take over.
    Cannot(String),
}

/// `lease`: what is known of it; none: an arbiter says who works. `me`: name of this node.
fn standing(lease: Option<Known>, me: Option<&str>) -> Standing {
    let Some(Known { owner, fault }) = lease else {
        return Standing::By("standby: nobody has told this node to work".to_owned());
    };
    // What passes sooner keeps nobody from anything.
    let fault =
        fault.map(|(fault, since)| (fault, since.elapsed())).filter(|(_, since)| *since >= Timing::DEFAULT.takes);
    match (fault, owner) {
        // That somebody holds the lease shows that there is room by now, or that they write what needs none.
        (Some((Fault::Full, since)), None) => {
            Standing::Cannot(format!("nobody works: the store of [cluster] is full since {} s", since.as_secs()))
        }
        (Some((Fault::Silent, since)), _) => Standing::Cannot(format!(
            "standby: the store of [cluster] does not answer this node since {} s, and it can take over from nobody",
            since.as_secs()
        )),
        (_, Some(owner)) if me == Some(&*owner) => {
            Standing::By("standby: another process of this node's name works, or has until now".to_owned())
        }
        (_, Some(owner)) => Standing::By(format!("standby: node {owner} works")),
        (None, None) => Standing::By("standby: nobody works yet".to_owned()),
    }
}

fn show(readiness: &Readiness, standing: Standing) {
    match standing {
        Standing::By(words) => readiness.in_part(ROLE, words),
        Standing::Cannot(words) => readiness.not_ready(ROLE, words),
    }
}

/// The hub takes up what the node before has left, before plug-ins and pages say anything newer, which would be
/// overwritten by it.
async fn takes_up(role_changes: &mpsc::Sender<hub::RoleChange>, left: TakenUp) {
    let (tell, told) = oneshot::channel();
    // The hub takes it unless it stops.
    let _ = role_changes.send(hub::RoleChange::Begins(Box::new(left), tell)).await;
    let _ = told.await;
}

/// How long reads have failed that had nothing to show for it.
#[derive(Default)]
struct Patience {
    since: Option<Instant>,
}

impl Patience {
    /// A read has failed; false: for too long by now.
    fn lasts(&mut self, begun: Instant, now: Instant) -> bool {
        // It fails when no part has come for much less than that: parts of this one did.
        if now - begun >= READS {
            self.since = None;
        }
        now - *self.since.get_or_insert(now) < READS
    }
}

/// Lets another node have the lease: what this one has taken is given up first, and what is to be kept written down.
pub(super) async fn let_another_work(
    scripts: &Scripts,
    role_changes: &mpsc::Sender<hub::RoleChange>,
    kept: &KeptState,
    lets_go: &CancellationToken,
) {
    tracing::warn!(
        event = "00-5151",
        "this node is to be primary no more: it gives up what it has taken, and begins anew"
    );
    scripts.give_up().await;
    give_up(role_changes, kept).await;
    lets_go.cancel();
}

/// What is to be kept is written down before another node works.
async fn give_up(role_changes: &mpsc::Sender<hub::RoleChange>, kept: &KeptState) {
    let (tell, told) = oneshot::channel();
    let asked = async {
        let _ = role_changes.send(hub::RoleChange::Ends(tell)).await;
        let _ = told.await;
        kept.write().await
    };
    match timeout(LAST_WRITE, asked).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, "what changed last cannot be kept: the other node goes by what was kept before");
        }
        Err(_) => tracing::warn!("what changed last is not kept in time: the other node goes by what was kept before"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn nothing_else_begins_before_the_hub_has_taken_up_what_is_left() {
        let (role_changes, mut hub) = mpsc::channel(1);
        let mut begins = Box::pin(takes_up(&role_changes, TakenUp::default()));
        assert_eq!((&mut begins).now_or_never(), None);
        let Ok(hub::RoleChange::Begins(_, told)) = hub.try_recv() else { panic!("the hub is told") };
        assert_eq!((&mut begins).now_or_never(), None, "it has not taken it up yet");
        told.send(()).unwrap();
        assert_eq!(begins.now_or_never(), Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_standby_says_who_works_and_that_it_could_not_take_over() {
        let failed = |fault, seconds| Some((fault, tokio::time::Instant::now() - Duration::from_secs(seconds)));
        let of = |owner: Option<&str>, fault| Some(Known { owner: owner.map(str::to_owned), fault });
        for (lease, words, stands_by) in [
            (None, "nobody has told this node", true),
            (of(None, None), "nobody works yet", true),
            (of(Some("a"), None), "node a works", true),
            (of(Some("b"), None), "another process of this node's name", true),
            (of(Some("a"), failed(Fault::Silent, 0)), "node a works", true),
            (of(Some("a"), failed(Fault::Silent, 7)), "does not answer this node since 7 s", false),
            (of(None, failed(Fault::Full, 7)), "nobody works: the store of [cluster] is full since 7 s", false),
            (of(Some("a"), failed(Fault::Full, 7)), "node a works", true),
        ] {
            let (by, said) = match standing(lease.clone(), Some("b")) {
                Standing::By(said) => (true, said),
                Standing::Cannot(said) => (false, said),
            };
            assert!(by == stands_by && said.contains(words), "{lease:?}: {said}");
        }
    }

    #[test]
    fn a_turn_is_given_up_when_reads_fail_at_once_and_kept_while_they_get_on() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let lasts = |reads: &[(u64, u64)]| {
            let mut patience = Patience::default();
            reads.iter().all(|(begun, failed)| patience.lasts(at(*begun), at(*failed)))
        };
        assert!(lasts(&[(0, 2), (3, 5), (6, 8), (9, 11)]));
        assert!(!lasts(&[(0, 2), (3, 5), (6, 8), (9, 11), (12, 17)]));
        assert!(lasts(&[(0, 60), (61, 120), (121, 123), (124, 126)]), "parts of the long ones arrived");
        assert!(!lasts(&[(0, 60), (61, 63), (64, 70), (71, 75)]));
    }
}
