//! A primary that has lost every T-Server, and what it does about that: it lets another node work that has one, or says
//! why it goes on.

use super::{
    links::Links,
    promotion::{ROLE, let_another_work},
    scripts::Scripts,
};
use crate::{
    hub,
    kept::{HandOvers, KeptState, Linked, Standbys},
    role::{LONG_TURN, Others, Situation, Verdict},
    web::Readiness,
};
use std::{future::pending, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

/// Whoever stands by has noted it within this time.
pub(super) const STANDS_BY: Duration = Duration::from_secs(6);

/// Between two looks at other nodes.
const LOOK: Duration = Duration::from_secs(5);

/// What a primary without any T-Server needs to let another node work.
pub(super) struct HandOver {
    /// Without one for so long; zero: never.
    pub after: Duration,
    pub links: Links,
    /// The nodes have a store in common, and the lease there decides; else an arbiter does.
    pub shares: bool,
    pub scripts: Scripts,
    /// To the hub.
    pub role_changes: mpsc::Sender<hub::RoleChange>,
    pub kept: KeptState,
    /// Cancelled when another node may have the lease.
    pub lets_go: CancellationToken,
    pub readiness: Readiness,
}

impl HandOver {
    /// Of a node whose turn has begun; returns when it has given it up.
    pub(super) async fn run(&self) {
        if self.after.is_zero() {
            return pending().await;
        }
        tokio::select! {
            () = self.watch() => {}
            () = self.ends_a_series() => {}
        }
    }

    /// A long turn makes what was before it old, whatever ends it.
    async fn ends_a_series(&self) {
        sleep(LONG_TURN).await;
        if self.shares
            && counted(&self.kept.hand_overs()).await > 0
            && let Err(error) = self.kept.hand_overs().keep(0).await
        {
            tracing::debug!(%error, "the count of hand-overs cannot be kept now: at worst a pause is too long");
        }
        pending::<()>().await;
    }

    /// Returns when the turn was given up.
    async fn watch(&self) {
        let (begun, mut said) = (Instant::now(), None);
        loop {
            self.links.none_for(self.after).await;
            let looked = tokio::select! {
                biased;
                () = self.links.any() => None,
                (situation, verdict) = self.look(begun) => Some((situation, verdict)),
            };
            if let Some((situation, verdict)) = looked {
                if verdict == Verdict::HandsOver && self.hand_over(situation).await {
                    return;
                }
                self.say(verdict, &mut said);
            }
            tokio::select! {
                () = self.links.any() => self.is_served(&mut said),
                () = sleep(LOOK) => {}
            }
        }
    }

    async fn look(&self, begun: Instant) -> (Situation, Verdict) {
        let others = if self.shares { others(&self.kept.standbys()).await } else { Others::Unknown };
        let before = if self.shares { counted(&self.kept.hand_overs()).await } else { 0 };
        let situation = Situation { without: self.links.without(), worked: begun.elapsed(), before, others };
        (situation, situation.verdict(self.after))
    }

    /// False: that it does cannot be kept, so the node goes on.
    async fn hand_over(&self, situation: Situation) -> bool {
        if let Err(error) = self.kept.hand_overs().keep(situation.count()).await {
            tracing::warn!(%error, "no T-Server is connected, and the turn cannot be given up now; it is tried again");
            return false;
        }
        metrics::counter!("uc_hand_overs_total").increment(1);
        tracing::warn!(
            without = ?situation.without,
            "no T-Server is connected here, and another node says that one is there: this node gives its turn up"
        );
        let_another_work(&self.scripts, &self.role_changes, &self.kept, &self.lets_go).await;
        true
    }

    fn say(&self, verdict: Verdict, said: &mut Option<&'static str>) {
        let Some(words) = words(verdict) else { return };
        match verdict {
            Verdict::Waits(left) => self.readiness.in_part(ROLE, format!("{words} ({} s more)", left.as_secs())),
            _ => self.readiness.in_part(ROLE, words),
        }
        if said.replace(words) != Some(words) {
            tracing::warn!(without = ?self.links.without(), "{words}");
        }
    }

    fn is_served(&self, said: &mut Option<&'static str>) {
        if said.take().is_some() {
            self.readiness.ready(ROLE);
            tracing::info!("a T-Server is connected again: this node works on");
        }
    }
}

async fn others(standbys: &Standbys) -> Others {
    let with = standbys.is_somebody(STANDS_BY, |linked| linked == Linked::Yes).await;
    if with { Others::With } else { Others::Without }
}

/// Where it cannot be read nothing can be kept either, so that nothing is handed over.
async fn counted(hand_overs: &HandOvers) -> u32 {
    hand_overs.count().await.unwrap_or_default()
}

fn words(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Stays | Verdict::HandsOver => None,
        Verdict::Arbiters => {
            Some("no T-Server is connected, so that nobody is served: see that the arbiter lets another node work")
        }
        Verdict::NobodyElse => Some(
            "no T-Server is connected, so that nobody is served, and no other node that stands by says that one is \
             there: this node stays primary",
        ),
        Verdict::Waits(_) => Some(
            "no T-Server is connected, so that nobody is served; the turn is given up to the other node after a pause, \
             because that one has lost its T-Servers, too, a short while ago",
        ),
    }
}
