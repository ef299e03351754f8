//! How this node stands among the nodes, as readiness says it: one that owns nothing is in order while others work, and
//! is not where nobody does.

use super::shown;
use crate::web::Readiness;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::sleep};
use uc_store::{
    lease::Timing,
    nodes::{Part, Refusal},
};

/// What readiness calls it.
const NODES: &str = "nodes";

/// It is looked so often.
const LOOK: Duration = Duration::from_secs(1);

/// Says how this node stands.
#[derive(Clone)]
pub(super) struct Standing {
    me: Arc<str>,
    part: Part,
    hindered: watch::Receiver<Option<Arc<str>>>,
    readiness: Readiness,
}

/// What there is to see.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// Why this node may not take part.
    refusal: Option<String>,
    /// Why it has not begun to.
    hindered: Option<Arc<str>>,
    /// For how long the store has taken no sign of life of it; none: it never has.
    silence: Option<Duration>,
    /// It owns something.
    owns: bool,
    drains: bool,
    /// Partitions that nobody owns, for longer than a change of hands takes.
    free: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum Stands {
    Well,
    /// It is in order, and owns nothing.
    Idle(String),
    /// Nobody works where somebody should.
    Missing(String),
}

impl Standing {
    /// `hindered`: why it has not begun to take part.
    pub(super) fn new(
        me: Arc<str>,
        part: Part,
        hindered: watch::Receiver<Option<Arc<str>>>,
        readiness: Readiness,
    ) -> Self {
        Self { me, part, hindered, readiness }
    }

    /// Says so for ever, at once where what it owns changes.
    pub(super) async fn run(mut self) {
        let mut free_since = None;
        loop {
            match standing(&self.seen(&mut free_since)) {
                Stands::Well => self.readiness.ready(NODES),
                Stands::Idle(why) => self.readiness.in_part(NODES, why),
                Stands::Missing(why) => self.readiness.not_ready(NODES, why),
            }
            tokio::select! {
                () = self.part.changed() => {}
                () = sleep(LOOK) => {}
            }
        }
    }

    fn seen(&self, free_since: &mut Option<Instant>) -> Seen {
        let (view, held, refused) = (self.part.view(), self.part.held(), self.part.refused());
        let (view, refused) = (view.borrow(), refused.borrow());
        let twin = matches!(&*refused, Some(Refusal::Name { .. }));
        let free = shown::free(&self.me, &view, &held.keys().copied().collect(), twin).len();
        let since = (free > 0).then(|| free_since.unwrap_or_else(Instant::now));
        *free_since = since;
        let lasts = since.is_some_and(|since| since.elapsed() >= Timing::DEFAULT.takes);
        Seen {
            refusal: refused.as_ref().map(ToString::to_string),
            hindered: self.hindered.borrow().clone(),
            silence: self.part.silence(),
            owns: !held.is_empty(),
            drains: view.nodes.get(&*self.me).is_some_and(|node| node.drains),
            free: if lasts { free } else { 0 },
        }
    }
}

fn standing(seen: &Seen) -> Stands {
    let nobody = "this node works for nobody: the store of [cluster] has taken no sign of life of it";
    match seen {
        Seen { refusal: Some(why), .. } => Stands::Idle(why.clone()),
        Seen { silence: None, hindered: Some(why), .. } => Stands::Missing(format!("{nobody} yet: {why}")),
        Seen { silence: None, .. } => Stands::Missing(format!("{nobody} yet")),
        Seen { silence: Some(silence), .. } if *silence >= Timing::DEFAULT.takes => {
            Stands::Missing(format!("{nobody} for {} s: it does not answer, or takes nothing", silence.as_secs()))
        }
        Seen { owns: true, .. } => Stands::Well,
        Seen { free: free @ 1.., drains: true, .. } => Stands::Missing(format!(
            "{free} partitions are owned by nobody, and this node drains: say `nodes work` here, or begin another node"
        )),
        Seen { free: free @ 1.., .. } => Stands::Missing(format!("{free} partitions are owned by nobody")),
        Seen { drains: true, .. } => Stands::Idle("this node owns no partition: it drains".to_owned()),
        Seen { .. } => Stands::Idle("this node owns no partition: the others do".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_missing_where_nobody_works_and_idle_where_others_do() {
        let well = || Seen { silence: Some(Duration::ZERO), ..Seen::default() };
        let silent = |seconds| Some(Duration::from_secs(seconds));
        for (seen, missing, words) in [
            (Seen { owns: true, ..well() }, None, ""),
            (Seen { owns: true, drains: true, free: 2, ..well() }, None, ""),
            (well(), Some(false), "the others do"),
            (Seen { drains: true, ..well() }, Some(false), "it drains"),
            (
                Seen { drains: true, free: 8, ..well() },
                Some(true),
                "8 partitions are owned by nobody, and this node drains",
            ),
            (Seen { free: 3, ..well() }, Some(true), "3 partitions are owned by nobody"),
            (Seen { silence: None, ..well() }, Some(true), "no sign of life of it yet"),
            (Seen { hindered: Some("no permission".into()), ..Seen::default() }, Some(true), "yet: no permission"),
            (Seen { silence: silent(12), ..well() }, Some(true), "for 12 s"),
            (Seen { silence: silent(12), owns: true, ..well() }, Some(true), "for 12 s"),
            (Seen { refusal: Some("twice".into()), silence: None, ..well() }, Some(false), "twice"),
        ] {
            let (was_missing, said) = match standing(&seen) {
                Stands::Well => (None, String::new()),
                Stands::Idle(said) => (Some(false), said),
                Stands::Missing(said) => (Some(true), said),
            };
            assert!(was_missing == missing && said.contains(words), "{seen:?}: {said}");
        }
    }
}
