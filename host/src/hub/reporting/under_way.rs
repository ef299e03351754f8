//! Events that the T-Server has not answered. Pure.

use super::{Of, event::Report};
use crate::agent_link::{ConnId, Dn, LinkId};
use std::collections::HashMap;

/// One call at one DN of a link.
pub(super) type Call = (LinkId, Dn, Option<ConnId>);

/// What is on its way, by number.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    events: HashMap<u32, (LinkId, Report)>,
    /// How many of them are ends: each may be refused and told again, and nothing that is told meanwhile may be
    /// overtaken by it.
    ends: HashMap<Call, usize>,
}

impl UnderWay {
    pub(super) fn add(&mut self, number: u32, link: LinkId, report: Report) {
        if report.is_end() {
            *self.ends.entry(report.call_at(link)).or_default() += 1;
        }
        self.events.insert(number, (link, report));
    }

    /// It is answered, refused, or came back.
    pub(super) fn take(&mut self, number: u32) -> Option<(LinkId, Report)> {
        let (link, report) = self.events.remove(&number)?;
        if report.is_end() {
            let call = report.call_at(link);
            let left = self.ends.remove(&call).unwrap_or_default().saturating_sub(1);
            self.ends.extend((left > 0).then_some((call, left)));
        }
        Some((link, report))
    }

    pub(super) fn retain(&mut self, stays: impl Fn(&Report) -> bool) {
        let gone: Vec<_> = self.events.iter().filter(|(_, (_, report))| !stays(report)).map(|(at, _)| *at).collect();
        gone.into_iter().for_each(|number| drop(self.take(number)));
    }

    /// One of them says that a state has ended.
    pub(super) fn has_ends(&self) -> bool {
        !self.ends.is_empty()
    }

    /// The end of this state is on its way.
    pub(super) fn ends(&self, of: &Of) -> bool {
        self.events.values().any(|(_, report)| report.ended() == Some(of))
    }

    /// This report has to wait.
    pub(super) fn holds(&self, link: LinkId, report: &Report) -> bool {
        !self.ends.is_empty() && self.ends.contains_key(&report.call_at(link))
    }

    /// The state has never begun. Its end holds up what comes after it all the same, until it is answered.
    pub(super) fn never_began(&mut self, of: &Of) {
        let ends = self.events.values_mut().map(|(_, report)| report).filter(|report| report.ended() == Some(of));
        ends.for_each(Report::ends_nothing);
    }
}
