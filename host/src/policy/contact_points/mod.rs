//! Contact points: where workers can pass calls on besides to each other, and which statistics say how it is there
//! (requirements F28). The operator's `[[contact-point]]` and `[[statistic]]`.

mod contact_point;
mod statistic;

pub use contact_point::{ContactPoint, ContactType};
pub use statistic::{StatisticDefinition, ValueFormat, WhenToTell};

use crate::agent_link::Dn;
use std::{collections::HashSet, sync::Arc};

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

    /// What an operator should know of those that nobody sees because nobody is in their groups, each with its number in
    /// the order of the file.
    pub fn unseen(&self, groups: &HashSet<&Arc<str>>) -> Vec<(usize, String)> {
        let by_nobody = |(_, point): &(usize, &Arc<ContactPoint>)| {
            let seen_by = point.visible_to.as_ref();
            seen_by.is_some_and(|seen_by| seen_by.iter().all(|group| !groups.contains(group)))
        };
        let told = |(index, point): (usize, &Arc<ContactPoint>)| {
            (index, format!("nobody sees the contact point {:?}: nobody is in a group of its visible-to", point.name))
        };
        self.points.iter().enumerate().filter(by_nobody).map(told).collect()
    }

    /// Those that a member of these groups sees.
    pub fn seen_by<'s>(&'s self, groups: &'s [Arc<str>]) -> impl Iterator<Item = &'s Arc<ContactPoint>> {
        self.points.iter().filter(|point| point.is_seen_by(groups))
    }

    /// The contact point of this name, if a member of these groups sees it.
    pub fn named(&self, name: &str, groups: &[Arc<str>]) -> Option<&Arc<ContactPoint>> {
        self.points.iter().find(|point| *point.name == *name).filter(|point| point.is_seen_by(groups))
    }

    /// What is called where somebody chooses a contact point with this number; none: there is none.
    pub fn called(&self, number: &str) -> Option<Dn> {
        self.points.iter().find(|point| *point.number == *number).and_then(|point| point.called())
    }

    /// The statistics of a contact point, in its order.
    pub fn statistics_of<'s>(&'s self, point: &'s ContactPoint) -> impl Iterator<Item = &'s Arc<StatisticDefinition>> {
        let named = |name: &Arc<str>| self.statistics.iter().find(|known| known.name == *name);
        point.statistics.iter().filter_map(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_in_no_group_of_a_contact_point_does_not_see_it_and_one_that_nobody_sees_is_told() {
        let point = |name: &str, more: &str| -> ContactPoint {
            toml::from_str(&format!("name = '{name}'\nnumber = '1'\ntype = 'queue'\n{more}")).unwrap()
        };
        let points = ContactPoints::new(vec![point("all", ""), point("gold", "visible-to = ['Gold', 'Top']")], vec![]);
        let seen = |groups: &[Arc<str>]| points.seen_by(groups).map(|point| point.name.to_string()).collect::<Vec<_>>();
        let (top, other): (Arc<str>, Arc<str>) = ("Top".into(), "Silver".into());
        assert_eq!(
            (seen(&[]), seen(&[other.clone(), top.clone()])),
            (vec!["all".into()], vec!["all".into(), "gold".into()])
        );
        assert!(points.named("gold", &[]).is_none() && points.named("gold", std::slice::from_ref(&top)).is_some());
        assert_eq!(points.unseen(&HashSet::from([&top])), Vec::new());
        let told = points.unseen(&HashSet::from([&other]));
        assert!(matches!(&told[..], [(1, words)] if words.contains("\"gold\"")), "{told:?}");
    }
}
