//! What the owner of a link to a Stat Server and the link say to each other: no wire format.

use serde::Deserialize;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// What statistics are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectType {
    /// An ACD queue.
    Queue,
    /// A route point.
    RoutePoint,
    /// A group of agents.
    AgentGroup,
    /// One agent.
    Agent,
}

impl ObjectType {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Queue, Self::RoutePoint, Self::AgentGroup, Self::Agent];

    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queue => "Queue",
            Self::RoutePoint => "RoutePoint",
            Self::AgentGroup => "GroupAgents",
            Self::Agent => "Agent",
        }
    }

    /// The type of a word, in any case.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(word))
    }
}

/// When a value is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Notify {
    /// When it changes, and not more often than this.
    OnChange(Duration),
    /// As often as this, changed or not.
    Periodic(Duration),
}

/// One statistic of one object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Statistic {
    /// The object's name at the Stat Server.
    pub object: Arc<str>,
    /// What the object is.
    pub object_type: ObjectType,
    /// The statistic's name at the Stat Server.
    pub name: Arc<str>,
    /// When its value is told.
    pub notify: Notify,
}

/// Everything that is to be open: a level, the latest counts.
pub type Wanted = Arc<BTreeSet<Arc<Statistic>>>;

/// What is known of a statistic.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Its value.
    Value(f64),
    /// The Stat Server does not give it, or gives what is no number: why, for an operator.
    Failed(Arc<str>),
}

/// What the link tells its owner.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// A Stat Server serves. Nothing is known yet.
    Up {
        /// Its name, or its address.
        server: Arc<str>,
    },
    /// None does: nothing is known any more.
    Down {
        /// In words for an operator.
        cause: Arc<str>,
    },
    /// What is known now of each of these.
    Readings(Vec<(Arc<Statistic>, Reading)>),
}
