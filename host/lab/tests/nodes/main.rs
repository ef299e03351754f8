//! Several nodes of one installation, as processes, on a real etcd: whoever is killed, stopped, added or drained,
//! only its partitions move, and whatever arrives at one node for the worker of another goes there.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../../store/tests/members/mod.rs"]
mod members;
mod moves;
#[allow(dead_code, reason = "each test uses some of this")]
#[path = "../standby/node.rs"]
mod node;
mod previews;
mod refused;
mod sessions;
mod together;

pub(crate) use together::Together;
