//! What stands in the store for nodes and partitions.

use super::Partition;
use crate::{Error, Key, Span};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::time::Duration;

/// Everything of it is read at once.
pub(super) const BELOW: &str = "nodes/";

const NODE: &str = "nodes/node/";
const PARTITION: &str = "nodes/partition/";

/// What all nodes have to agree on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Cluster {
    /// How many partitions there are, since the first start.
    pub(super) partitions: u16,
    /// In which form nodes keep and say everything. No node writes another.
    pub(super) form: u32,
    /// Version of the program that has set it.
    pub(super) version: String,
}

/// One life of one process as a node. No other process has it, and it never begins again once its record is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Life {
    pub(super) life: u64,
    pub(super) turn: u32,
}

/// A node. Its revision is a new one with every renewal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Node {
    pub(super) lives: Life,
    /// The life has ended: it has left, or another node has seen that it does not renew its record.
    #[serde(default)]
    pub(super) gone: bool,
    /// The life of the same name before it, which has ended.
    #[serde(default)]
    pub(super) after: Option<Life>,
    /// The newest form that it knows.
    pub(super) form: u32,
    pub(super) version: String,
    /// It is to own nothing.
    #[serde(default)]
    pub(super) drains: bool,
    /// Where other nodes reach it; empty: nowhere.
    #[serde(default)]
    pub(super) address: String,
    /// Where browsers reach it; empty: nowhere in particular.
    #[serde(default)]
    pub(super) url: String,
    /// What the clock by which it writes down moments showed when it wrote this, in milliseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) clock: Option<u64>,
}

impl Node {
    /// What its clock showed.
    pub(super) fn clock(&self) -> Option<Duration> {
        self.clock.map(Duration::from_millis)
    }
}

/// Whose a partition is. Written at each change of hands, and not since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Owner {
    Nobody,
    Of(Life),
}

pub(super) fn everything() -> Span {
    Span::Below(BELOW.into())
}

pub(super) fn cluster() -> Result<Key, Error> {
    Key::new("nodes/cluster")
}

pub(super) fn node(name: &str) -> Result<Key, Error> {
    Key::new(&format!("{NODE}{name}"))
}

pub(super) fn partition(partition: Partition) -> Result<Key, Error> {
    Key::new(&format!("{PARTITION}{partition}"))
}

/// Name of the node whose record this is.
pub(super) fn node_of(key: &Key) -> Option<&str> {
    key.text().strip_prefix(NODE)
}

/// Which partition's record this is.
pub(super) fn partition_of(key: &Key) -> Option<Partition> {
    key.text().strip_prefix(PARTITION)?.parse().ok().map(Partition)
}

pub(super) fn written(record: &impl Serialize) -> Vec<u8> {
    // Texts and numbers are always written.
    serde_json::to_vec(record).unwrap_or_default()
}

/// None: it is no record of ours.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}
