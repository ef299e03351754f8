//! Whom a worker can pass a call on to, as their page shows it: no more of a colleague than name, groups, number and
//! state.

use super::menu::Menu;
use crate::{
    agent_link::Dn,
    policy::{ContactPoint, ContactType, contact_points::ValueFormat},
    web::message::{self, ShownStatistic, Target, TargetKind},
    worker::Worker,
};
use std::sync::Arc;

/// Before the ids of workers and contact points.
const WORKER: &str = "worker:";
const POINT: &str = "point:";

/// What an id of a page names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named<'i> {
    /// The worker of this user name.
    Worker(&'i str),
    /// The contact point of this name.
    Point(&'i str),
}

impl<'i> Named<'i> {
    /// Reads an id; none: it is none of ours.
    pub(crate) fn read(id: &'i str) -> Option<Self> {
        let worker = id.strip_prefix(WORKER).map(Self::Worker);
        worker.or_else(|| id.strip_prefix(POINT).map(Self::Point))
    }
}

/// Who a worker is, beside their state.
pub(crate) struct Colleague<'c> {
    /// User name.
    pub(crate) id: &'c str,
    /// Display name.
    pub(crate) name: &'c Arc<str>,
    /// Agent groups.
    pub(crate) groups: &'c [Arc<str>],
    /// An agent, and no knowledge worker.
    pub(crate) is_agent: bool,
    /// The number that leads to them.
    pub(crate) number: Dn,
}

/// A colleague, and how they are now.
pub(crate) fn colleague(of: Colleague<'_>, how: Option<(&Worker, &Menu)>, language: &str) -> Target {
    Target {
        id: format!("{WORKER}{}", of.id).into(),
        kind: if of.is_agent { TargetKind::Agent } else { TargetKind::Worker },
        name: of.name.clone(),
        group: of.groups.join(", ").into(),
        number: of.number,
        state: how.map(|(worker, menu)| menu.whole(worker, language)),
        busy: how.is_some_and(|(worker, _)| !worker.calls().is_empty()),
        statistics: Vec::new(),
    }
}

/// A contact point with its statistics.
pub(crate) fn contact_point(point: &ContactPoint, statistics: Vec<ShownStatistic>, language: &str) -> Target {
    Target {
        id: format!("{POINT}{}", point.name).into(),
        kind: match point.kind {
            ContactType::Queue => TargetKind::Queue,
            ContactType::RoutePoint => TargetKind::RoutePoint,
            ContactType::AgentGroup => TargetKind::AgentGroup,
            ContactType::External => TargetKind::External,
        },
        name: point.label_in(language).clone(),
        group: point.group_in(language).cloned().unwrap_or_default(),
        number: point.number.clone(),
        state: None,
        busy: false,
        statistics,
    }
}

/// How a page writes the values.
pub(crate) fn format(format: ValueFormat) -> message::ValueFormat {
    match format {
        ValueFormat::Number => message::ValueFormat::Number,
        ValueFormat::Seconds => message::ValueFormat::Seconds,
        ValueFormat::Percent => message::ValueFormat::Percent,
    }
}
