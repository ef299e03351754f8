//! Contact points: where workers can pass calls on besides to each other, and which statistics say how it is there
//! (requirements F28). The operator's `[[contact-point]]` and `[[statistic]]`.

mod contact_point;
mod statistic;

pub use contact_point::{ContactPoint, ContactType};
pub use statistic::{StatisticDefinition, ValueFormat, WhenToTell};

use std::sync::Arc;

/// More `[[contact-point]]` are refused: pages look through all of them.
pub const MOST_POINTS: usize = 1000;

/// More `[[statistic]]` are refused.
pub const MOST_STATISTICS: usize = 100;

/// More statistics of one contact point are refused: there is one line for all.
pub const MOST_OF_A_POINT: usize = 5;

/// All contact points, and the statistics they name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactPoints {
    points: Vec<Arc<ContactPoint>>,
    statistics: Vec<Arc<StatisticDefinition>>,
}

impl ContactPoints {
    /// Both in the order of the file.
    pub fn new(points: Vec<ContactPoint>, statistics: Vec<StatisticDefinition>) -> Self {
        Self {
            points: points.into_iter().map(Arc::new).collect(),
            statistics: statistics.into_iter().map(Arc::new).collect(),
        }
    }

    /// All of them.
    pub fn points(&self) -> &[Arc<ContactPoint>] {
        &self.points
    }

    /// Those that a member of these groups sees.
    pub fn seen_by<'s>(&'s self, groups: &'s [Arc<str>]) -> impl Iterator<Item = &'s Arc<ContactPoint>> {
        self.points.iter().filter(|point| point.is_seen_by(groups))
    }

    /// The contact point of this name, if a member of these groups sees it.
    pub fn named(&self, name: &str, groups: &[Arc<str>]) -> Option<&Arc<ContactPoint>> {
        self.points.iter().find(|point| *point.name == *name).filter(|point| point.is_seen_by(groups))
    }

    /// The statistics of a contact point, in its order.
    pub fn statistics_of<'s>(&'s self, point: &'s ContactPoint) -> impl Iterator<Item = &'s Arc<StatisticDefinition>> {
        let named = |name: &Arc<str>| self.statistics.iter().find(|known| known.name == *name);
        point.statistics.iter().filter_map(named)
    }
}
