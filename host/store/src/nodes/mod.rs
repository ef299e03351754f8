//! Many nodes: everybody is in one of a fixed number of partitions, and each partition is owned by one node at a time.
//!
//! The rules are those of a [lease](crate::lease), with one record for everything that a node owns, so that a renewal
//! costs the same for one partition and for a thousand:
//!
//! * A node *lives* as long as its record is there. It renews it by compare-and-set, and holds what it owns for
//!   [`Timing::holds`](crate::lease::Timing::holds) from the moment when it *sent* the last renewal that was confirmed.
//! * Whoever has seen the same revision of another's record for [`Timing::takes`](crate::lease::Timing::takes), by
//!   its own clock and counted from the *answer* that first showed it, writes there that this life is gone, by
//!   compare-and-set on that revision. A renewal that was under way makes that fail; one that comes afterwards fails.
//!   A life never begins again: who finds its own gone begins another one, which owns nothing.
//! * A partition's record names the life that owns it, and is written at a change of hands alone: its revision is the
//!   [`Fence`](crate::Fence) of every write of state for it. It may be taken by compare-and-set when that life is
//!   gone, or has given it away, or when its record was not seen for the time after which it would be gone (somebody
//!   may have removed it); and only in a transaction in which the taker's own record still is what it was.
//! * Who is to own what follows from what is read, the same at every node (`shares`). An owner that is to give
//!   something away stops working for it first ([`Member::let_go`]).
//! * How many partitions there are, and in which form nodes write, stands in the store. A form that a node of the
//!   version before does not know is written only when every node knows it; who does not know what is written is
//!   refused with both versions.
//!
//! | Key | Value |
//! |---|---|
//! | `nodes/cluster` | number of partitions, form |
//! | `nodes/node/NAME` | its life, version, addresses, and whether it drains |
//! | `nodes/partition/NUMBER` | the life that owns it, or nobody |
//!
//! [`Member`] is pure; [`take_part`] runs it on a store. A renewal, a read, and rarely a change of hands each 0.3 s
//! are what a node costs: three nodes with 64 partitions make ten writes a second. What its model finds:
//! `src/nodes/model.rs`.

mod member;
#[cfg(test)]
mod model;
mod partition;
mod record;
mod shares;
mod table;
mod take_part;
#[cfg(test)]
mod tests;
mod view;

pub use member::{Clocks, Held, Me, Member};
pub use partition::{MOST, Partition, Partitions};
pub use take_part::{Part, take_part};
pub use view::{NodeView, Refusal, View};

use crate::{Error, Key, Span, Store};

/// What is there, from then on, in an installation whose workers are divided among nodes.
///
/// # Errors
/// None, as long as keys may look like that.
pub fn cluster_key() -> Result<Key, Error> {
    record::cluster()
}

/// Into how many partitions the workers of the installation are divided; none: they are not.
///
/// # Errors
/// As [`Store::get`].
pub async fn partitions_of(store: &Store) -> Result<Option<u16>, Error> {
    let key = record::cluster()?;
    let snapshot = store.get(&Span::One(key.clone())).await?;
    let cluster = snapshot.entries.get(&key).and_then(|entry| record::read::<record::Cluster>(&entry.value));
    Ok(cluster.map(|cluster| cluster.partitions))
}
