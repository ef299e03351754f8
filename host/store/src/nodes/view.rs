//! What a node knows of all of them, for whoever looks; and why one may not take part.

use super::{
    Me, Partition, Partitions,
    record::{Cluster, Node},
    table::{Known, Table},
};
use std::collections::BTreeMap;

/// Who takes part and owns what, as one node read it last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Every node whose record is there, by name. One that has just died is still.
    pub nodes: BTreeMap<String, NodeView>,
    /// Name of the node that owns each partition; none: nobody does now.
    pub owners: BTreeMap<Partition, Option<String>>,
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeView {
    /// Version of its program.
    pub version: String,
    /// It is to own nothing.
    pub drains: bool,
    /// Where other nodes reach it; empty: nowhere.
    pub address: String,
    /// Where browsers reach it; empty: nowhere in particular.
    pub url: String,
}

/// Why a node may not take part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The number of partitions is fixed.
    #[error(
        "this node is configured for {ours} partitions, and the installation has {theirs} since its first start: set \
        `partitions = {theirs}` in [cluster]"
    )]
    Partitions {
        /// As it is configured.
        ours: u16,
        /// As it is.
        theirs: u16,
    },
    /// It does not know the form in which the others write.
    #[error(
        "this node's version {ours} is too old: the nodes write form {form} since version {theirs}, and it knows form \
        {knows} at most; run version {theirs} or newer"
    )]
    Older {
        /// Version of this node's program.
        ours: String,
        /// The newest form that it knows.
        knows: u32,
        /// The form that is written.
        form: u32,
        /// Version of the program that has begun with it.
        theirs: String,
    },
    /// It does not know the form in which the others write any more.
    #[error(
        "this node's version {ours} is too new: the nodes write form {form} (version {theirs}), and it knows form {knows} \
        and the one before; run a version between the two on all nodes first"
    )]
    Newer {
        /// Version of this node's program.
        ours: String,
        /// The newest form that it knows.
        knows: u32,
        /// The form that is written.
        form: u32,
        /// Version of the program that has begun with it.
        theirs: String,
    },
    /// Another process has its name, or it had the name itself a moment ago.
    #[error("another process takes part as node `{node}`: each node has a name of its own, `node` in [cluster]")]
    Name {
        /// The name.
        node: String,
    },
}

impl Refusal {
    /// Waiting does not help: what is configured or installed is to be changed.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Name { .. })
    }

    pub(super) fn of(cluster: &Cluster, me: &Me, partitions: Partitions) -> Option<Self> {
        let (ours, knows) = (me.version.clone(), me.form);
        let (form, theirs) = (cluster.form, cluster.version.clone());
        if form > knows {
            Some(Self::Older { ours, knows, form, theirs })
        } else if form + 1 < knows {
            Some(Self::Newer { ours, knows, form, theirs })
        } else if cluster.partitions != partitions.count() {
            Some(Self::Partitions { ours: partitions.count(), theirs: cluster.partitions })
        } else {
            None
        }
    }
}

impl View {
    pub(super) fn of(table: &Table) -> Self {
        let view = |(name, known): (&String, &Known)| Some((name.clone(), NodeView::of(known.living()?.clone())));
        let nodes = table.nodes.iter().filter_map(view).collect();
        let owners = table.owners().into_iter().map(|(at, owner)| (at, owner.map(str::to_owned))).collect();
        Self { nodes, owners }
    }

    /// The partitions of a node.
    pub fn of_node(&self, name: &str) -> impl Iterator<Item = Partition> {
        self.owners.iter().filter_map(move |(at, owner)| (owner.as_deref() == Some(name)).then_some(*at))
    }
}

impl NodeView {
    fn of(node: Node) -> Self {
        let Node { version, drains, address, url, .. } = node;
        Self { version, drains, address, url }
    }
}
