//! Which node a worker is at.

use crate::directory::{Directory, WorkerId};
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::watch;
use uc_store::nodes::{Part, Partition, Partitions, View};

/// Where the work for a worker is done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// At this node.
    Here,
    /// At this other one.
    Node(Arc<str>),
    /// Nowhere at the moment, as far as this node can know.
    Nowhere,
}

/// Which node does the work for whom. Clones know the same.
#[derive(Clone, Debug)]
pub struct Owners {
    /// The name of this node.
    pub me: Arc<str>,
    /// How many partitions there are.
    pub partitions: Partitions,
    /// Who owns what, as it was read last.
    pub views: watch::Receiver<View>,
    /// What this node owns.
    pub part: Part,
    /// For which of that it works: what was left of them has been read.
    pub begun: watch::Receiver<BTreeSet<Partition>>,
}

impl Owners {
    /// Where the work for a worker is done now. What was read of the others is old where the store does not answer.
    pub fn at(&self, worker: &str) -> At {
        let partition = self.partitions.of(worker);
        if self.part.works(partition) && self.begun.borrow().contains(&partition) {
            return At::Here;
        }
        let view = self.views.borrow();
        let owner = view.owners.get(&partition).and_then(|owner| owner.as_deref());
        match owner.filter(|owner| **owner != *self.me && self.part.is_heard()) {
            Some(owner) => At::Node(owner.into()),
            None => At::Nowhere,
        }
    }
}

/// The same of whom a strategy names. Clones know the same.
#[derive(Clone, Debug)]
pub struct Who {
    /// Who owns what.
    pub owners: Owners,
    /// Who is who.
    pub directory: watch::Receiver<Arc<Directory>>,
}

impl Who {
    /// Where the work for whoever has this agent ID or user name is done. Who is not in the directory is told so here.
    pub(super) fn agent_at(&self, agent: &str) -> At {
        let worker: Option<WorkerId> = self.directory.borrow().agent(agent).map(|worker| worker.id.clone());
        worker.map_or(At::Here, |worker| self.owners.at(&worker))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeMap, time::Duration};
    use tokio::time::{sleep, timeout};
    use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
    use uc_store::{
        Store,
        lease::Timing,
        nodes::{Me, Member, take_part},
    };

    #[tokio::test(start_paused = true)]
    async fn who_owns_what_is_believed_only_while_the_store_answers() {
        let partitions = Partitions::new(1).unwrap();
        let (version, address, url) = ("1".to_owned(), String::new(), String::new());
        let me = Me { name: "a".into(), life: 1, form: 1, version, address, url, clock: Duration::ZERO };
        let member = Member::new(me, partitions, Timing::DEFAULT).unwrap();
        let (part, work) = take_part(Store::in_memory(), member, CancellationToken::new());
        let (begins, begun) = watch::channel(BTreeSet::new());
        let owned_by = |node: Option<&str>| View {
            owners: BTreeMap::from([(Partition(0), node.map(str::to_owned))]),
            ..View::default()
        };
        let (shows, views) = watch::channel(owned_by(Some("b")));
        let owners = Owners { me: "a".into(), partitions, views, part: part.clone(), begun };
        assert_eq!(owners.at("kim"), At::Nowhere, "nothing was ever heard");
        let works = AbortOnDropHandle::new(tokio::spawn(work));
        let owns = async {
            while !part.works(Partition(0)) {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(60), owns).await.unwrap();
        shows.send_replace(owned_by(Some("a")));
        assert_eq!(owners.at("kim"), At::Nowhere, "what was left of its workers is not read yet");
        begins.send_replace(BTreeSet::from([Partition(0)]));
        assert_eq!(owners.at("kim"), At::Here);
        begins.send_replace(BTreeSet::new());
        shows.send_replace(owned_by(Some("b")));
        assert_eq!(owners.at("kim"), At::Node("b".into()));
        shows.send_replace(owned_by(None));
        assert_eq!(owners.at("kim"), At::Nowhere);
        drop(works);
        sleep(Timing::DEFAULT.holds).await;
        for (owner, begun) in [("a", true), ("b", true), ("b", false)] {
            shows.send_replace(owned_by(Some(owner)));
            begins.send_replace(begun.then_some(Partition(0)).into_iter().collect());
            assert_eq!(owners.at("kim"), At::Nowhere, "{owner} has owned it, and the store does not answer");
        }
        assert!(!part.is_heard() && part.silence() >= Some(Timing::DEFAULT.holds));
    }
}
