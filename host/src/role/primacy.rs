//! Whether this node is primary now.

use super::Role;
use std::{future::pending, sync::Arc};
use tokio::sync::watch;
use uc_store::{
    Change, Error, Fence, Revision, Store,
    lease::{Holding, Known},
    nodes::{Part, Partition, Partitions},
};

/// Whether this node is primary. Clones are of the same one. Asked anew before every act.
#[derive(Clone, Debug)]
pub struct Primacy(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// There is no other node.
    Alone,
    /// Whoever holds a lease is.
    Leased(Holding),
    /// Whoever was told to be.
    Told(watch::Receiver<Word>),
    /// Every node is, each for the workers of its partitions.
    Shared(Part, Partitions),
}

/// What an arbiter has said, and what has come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Standby,
    Primary,
    /// It was primary: nothing is asked for any more, what is to be kept is written down, and the process begins anew.
    /// `again`: it has been told to work meanwhile, which is for the process that follows.
    Leaves {
        again: bool,
    },
}

impl Word {
    fn after(self, role: Role) -> Self {
        match (self, role) {
            (Self::Standby | Self::Primary, Role::Primary) => Self::Primary,
            (Self::Standby, Role::Standby) => Self::Standby,
            (Self::Primary, Role::Standby) => Self::Leaves { again: false },
            (Self::Leaves { .. }, role) => Self::Leaves { again: role == Role::Primary },
        }
    }
}

/// Where an arbiter outside says which node is primary.
#[derive(Clone, Debug)]
pub struct Decider(Arc<watch::Sender<Word>>);

impl Decider {
    /// One who has said nothing yet: this node is standby.
    pub fn new() -> (Self, Primacy) {
        let (says, said) = watch::channel(Word::Standby);
        (Self(Arc::new(says)), Primacy(Kind::Told(said)))
    }

    /// This node is that from now on: from the return of this on a standby asks for nothing, whatever is under way. True:
    /// it was something else.
    pub fn say(&self, role: Role) -> bool {
        self.0.send_if_modified(|word| {
            let after = word.after(role);
            std::mem::replace(word, after) != after
        })
    }

    /// The process that follows this one is to work.
    pub fn is_wanted_again(&self) -> bool {
        *self.0.borrow() == Word::Leaves { again: true }
    }
}

impl Primacy {
    /// Of the only node.
    pub fn alone() -> Self {
        Self(Kind::Alone)
    }

    /// Of a node that wants this lease.
    pub fn leased(holding: Holding) -> Self {
        Self(Kind::Leased(holding))
    }

    /// Of one of many nodes.
    pub fn shared(part: Part, partitions: Partitions) -> Self {
        Self(Kind::Shared(part, partitions))
    }

    /// Which partition a worker is in; none: the nodes have no partitions.
    pub fn partition_of(&self, worker: &str) -> Option<Partition> {
        match &self.0 {
            Kind::Shared(_, partitions) => Some(partitions.of(worker)),
            Kind::Alone | Kind::Leased(_) | Kind::Told(_) => None,
        }
    }

    /// This node is primary.
    pub fn holds(&self) -> bool {
        match &self.0 {
            Kind::Alone | Kind::Shared(..) => true,
            Kind::Leased(holding) => holding.fence().is_some(),
            Kind::Told(word) => *word.borrow() == Word::Primary,
        }
    }

    /// It works for somebody now: of many nodes, one that owns something.
    pub fn is_at_work(&self) -> bool {
        match &self.0 {
            Kind::Shared(part, _) => !part.held().is_empty(),
            Kind::Alone | Kind::Leased(_) | Kind::Told(_) => self.holds(),
        }
    }

    /// It works from its start on, and nobody promotes it.
    pub fn is_always(&self) -> bool {
        matches!(self.0, Kind::Alone | Kind::Shared(..))
    }

    /// Other nodes work beside this one.
    pub fn is_shared(&self) -> bool {
        matches!(self.0, Kind::Shared(..))
    }

    /// There are other nodes, and a store that all of them have.
    pub fn is_of_several(&self) -> bool {
        matches!(self.0, Kind::Leased(_) | Kind::Shared(..))
    }

    /// What is known of the lease; none: there is none.
    pub fn lease(&self) -> Option<Known> {
        match &self.0 {
            Kind::Leased(holding) => Some(holding.known()),
            Kind::Alone | Kind::Told(_) | Kind::Shared(..) => None,
        }
    }

    /// An arbiter outside decides.
    pub fn is_told(&self) -> bool {
        matches!(self.0, Kind::Told(_))
    }

    /// There is no other node.
    pub fn is_alone(&self) -> bool {
        matches!(self.0, Kind::Alone)
    }

    /// What it is.
    pub fn role(&self) -> Role {
        if self.holds() { Role::Primary } else { Role::Standby }
    }

    /// Waits until it is primary.
    pub async fn begun(&mut self) {
        match &mut self.0 {
            Kind::Alone | Kind::Shared(..) => {}
            Kind::Leased(holding) => drop(holding.begun().await),
            Kind::Told(word) => wait_for(word, |word| word != Word::Standby).await,
        }
    }

    /// Waits until it is not.
    pub async fn ended(&mut self) {
        match &mut self.0 {
            Kind::Alone | Kind::Shared(..) => pending().await,
            Kind::Leased(holding) => holding.ended().await,
            Kind::Told(word) => wait_for(word, |word| word != Word::Primary).await,
        }
    }

    /// Whether what is kept for this partition may be changed now.
    pub fn may_write(&self, partition: Option<Partition>) -> bool {
        self.fence(partition).is_ok()
    }

    /// Changes what is kept, as the primary; of many nodes as the owner of this partition.
    ///
    /// # Errors
    /// As [`Store::compare_and_set`]; [`Error::Conflict`] too where another node is primary by now, and
    /// [`Error::OutOfReach`] where this one is not.
    pub async fn write(
        &self,
        store: &Store,
        partition: Option<Partition>,
        changes: Vec<Change>,
    ) -> Result<Revision, Error> {
        store.compare_and_set(changes, self.fence(partition)?).await
    }

    fn fence(&self, partition: Option<Partition>) -> Result<Option<Fence>, Error> {
        let standby = || Error::OutOfReach("this node is not primary".into());
        match &self.0 {
            Kind::Shared(part, _) => match partition {
                Some(partition) => part.fence(partition).map(Some).ok_or_else(standby),
                None => Ok(None),
            },
            Kind::Leased(holding) => holding.fence().map(Some).ok_or_else(standby),
            Kind::Alone => Ok(None),
            // What was wished before it was told may still be kept: no other node has this folder.
            Kind::Told(word) => (*word.borrow() != Word::Standby).then_some(None).ok_or_else(standby),
        }
    }
}

async fn wait_for(said: &mut watch::Receiver<Word>, is_so: impl Fn(Word) -> bool) {
    // Who can say it no more ends with the process.
    if said.wait_for(|said| is_so(*said)).await.is_err() {
        pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uc_store::{Key, Span};

    fn change() -> Vec<Change> {
        vec![Change::set(Key::new("k").unwrap(), "1")]
    }

    #[tokio::test]
    async fn who_is_told_to_work_works_until_told_otherwise() {
        let (store, (decider, mut primacy)) = (Store::in_memory(), Decider::new());
        assert_eq!((primacy.role(), primacy.is_alone()), (Role::Standby, false));
        assert!(matches!(primacy.write(&store, None, change()).await, Err(Error::OutOfReach(_))));
        decider.say(Role::Primary);
        primacy.begun().await;
        primacy.write(&store, None, change()).await.unwrap();
        assert!(decider.say(Role::Standby) && !decider.say(Role::Standby));
        assert_eq!((primacy.holds(), primacy.role()), (false, Role::Standby), "at once, whatever is under way");
        primacy.ended().await;
        primacy.write(&store, None, change()).await.expect("what was wished before is kept");
        assert_eq!(store.get(&Span::Below("".into())).await.unwrap().entries.len(), 1);
    }

    #[tokio::test]
    async fn who_was_primary_is_so_again_only_as_another_process() {
        let (decider, mut primacy) = Decider::new();
        decider.say(Role::Primary);
        decider.say(Role::Standby);
        // Nobody has looked meanwhile: the turn begins, and ends at once.
        primacy.begun().await;
        decider.say(Role::Primary);
        primacy.ended().await;
        assert_eq!((primacy.holds(), decider.is_wanted_again()), (false, true));
        decider.say(Role::Standby);
        assert!(!decider.is_wanted_again());
    }
}
