//! `uc-connector nodes`: who of many nodes owns which partitions, and to drain one.

use super::{Exit, File, running};
use clap::{Args, ValueEnum};

/// What is asked.
#[derive(Debug, Args)]
pub struct NodesOrder {
    /// What the node of this configuration is to do; without: which nodes there are
    #[arg(value_enum)]
    pub order: Option<Deed>,
    /// The configuration file of the node, which says where it listens for operators
    #[command(flatten)]
    pub file: File,
}

/// An order as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deed {
    /// It gives its partitions to the other nodes, and owns nothing from now on
    Drain,
    /// It owns its share again
    Work,
}

/// Answers the command.
pub(super) fn nodes(order: &NodesOrder) -> Exit {
    let word = order.order.map(|deed| match deed {
        Deed::Drain => "drain",
        Deed::Work => "work",
    });
    running::ask(&order.file, "nodes", word)
}
