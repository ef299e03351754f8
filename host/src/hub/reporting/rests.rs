//! When the end of a state is told again that the T-Server has not answered, or cannot take now; and once the begin of
//! one. Pure.

use super::{event::Report, under_way::Call};
use crate::{agent_link::LinkId, clock::Moment};
use std::{collections::HashMap, time::Duration};

/// The pause after each try; after further ones the last.
const PAUSES: [Duration; 7] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(9),
    Duration::from_secs(27),
    Duration::from_secs(81),
    Duration::from_secs(243),
    Duration::from_secs(15 * 60),
];
/// Tries of what begins: it is worth less with each second.
const ENOUGH_OF_A_BEGIN: u8 = 1;
/// Tries after which nothing is expected of another: they take a day.
const ENOUGH: u8 = 100;

/// Until when nothing is told of a call at a DN: what came later may not overtake what is told again, for ICON would take
/// the old end for that of the new state.
#[derive(Debug, Default)]
pub(super) struct Rests(HashMap<Call, Moment>);

impl Rests {
    /// This report has to wait.
    pub(super) fn holds(&self, link: LinkId, report: &Report) -> bool {
        !self.0.is_empty() && self.0.contains_key(&report.call_at(link))
    }

    /// Nothing came of it. When it is told again; none: never.
    pub(super) fn begin(&mut self, link: LinkId, report: &mut Report, now: Moment) -> Option<Moment> {
        let begins = report.begun().filter(|_| report.tries < ENOUGH_OF_A_BEGIN);
        begins.or(report.ended().filter(|_| report.tries < ENOUGH))?;
        let until = now + PAUSES[usize::from(report.tries).min(PAUSES.len() - 1)];
        report.tries += 1;
        self.0.insert(report.call_at(link), until);
        Some(until)
    }

    /// Those of this link that are over.
    pub(super) fn end(&mut self, link: LinkId, now: Moment) {
        self.0.retain(|(of, ..), until| *of != link || *until > now);
    }

    /// The link is another: nothing is known of it yet.
    pub(super) fn end_all(&mut self, link: LinkId) {
        self.0.retain(|(of, ..), _| *of != link);
    }
}
