//! What must outlive a process: one store, its engines, and leases upon it.
//!
//! ```text
//!   whoever keeps something ──▶ Store ──▶ memory     nothing outlives the process
//!   get · compare_and_set · watch     ├─▶ embedded   a file in the state directory, the default
//!                                     └─▶ etcd       what several nodes share (feature `etcd`)
//!
//!   Lease (pure: asks what it wants of the store, is told what came of it, reads no clock) ◀── lease::keep
//!   Member (likewise: one of many nodes, which own partitions)                             ◀── nodes::take_part
//! ```
//!
//! # What always holds
//!
//! * A store has three operations: [`Store::get`], [`Store::compare_and_set`], [`Store::watch`]. What an engine can do
//!   beyond them, such as keys that end by themselves, is not used: whoever judges by an engine's clock waits for an
//!   election in that engine (etcd prolongs every lease when its leader changes).
//! * Revisions grow with every change of the store. A change may say at which revision its key must be, and all
//!   changes of one call are made or none is. A [`Fence`] names a key that must be as it was when something was
//!   decided, in the same transaction.
//! * What [`Store::compare_and_set`] has answered is there after a crash. What it has not answered may be there or not.
//! * A watch is a full read that is repeated, with changes in between for those in a hurry ([`Watch`]).
//! * Keys, values, transactions and the whole are bounded ([`bounds`]); an engine that is damaged or out of reach keeps
//!   nobody waiting longer than [`DEADLINE`], or than [`DEADLINE`] for the next part of what it reads.
//!
//! It never knows what is kept in it, and nothing of the host.

pub mod asking;
pub mod bounds;
mod embedded;
mod entry;
mod error;
#[cfg(feature = "etcd")]
mod etcd;
mod history;
pub mod lease;
mod ledger;
mod memory;
pub mod nodes;
#[cfg(test)]
mod post;
mod store;
mod survey;
mod watch;

pub use embedded::usable;
pub use entry::{Change, Entry, Fence, Key, Revision, Snapshot, Span, When};
pub use error::Error;
#[cfg(feature = "etcd")]
pub use etcd::{EtcdAt, EtcdTls};
pub use history::History;
pub use store::{DEADLINE, Store};
pub use survey::{Said, Survey, Surveyed};
pub use watch::{Changed, Seen, Watch};
