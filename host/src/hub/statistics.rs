//! What is known of contact points: which statistics are open, and their values. A value counts while the link that told
//! it is up, and not a moment longer.

use super::{Hub, effect::Effect, timers::Timer, watching::Watching};
use crate::{
    clock::Moment,
    policy::{ContactPoint, ContactType, StatisticDefinition, contact_points::WhenToTell},
    stat_server::{Notify, ObjectType, Reading, Report, Statistic},
    web::arrival::PageId,
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// Open statistics and their values.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    watching: Watching,
    values: HashMap<Arc<Statistic>, u64>,
    /// The timer that is set.
    wakes_at: Option<Moment>,
}

impl Statistics {
    /// Its value; none: not known.
    pub(super) fn value(&self, statistic: &Statistic) -> Option<u64> {
        self.values.get(statistic).copied()
    }
}

/// What the Stat Server is asked for; none: it knows nothing of such a contact point.
pub(super) fn statistic(point: &ContactPoint, definition: &StatisticDefinition) -> Option<Statistic> {
    let object_type = match point.kind {
        ContactType::Queue => ObjectType::Queue,
        ContactType::RoutePoint => ObjectType::RoutePoint,
        ContactType::AgentGroup => ObjectType::AgentGroup,
        ContactType::External => return None,
    };
    let interval = definition.interval();
    let notify = match definition.notify {
        WhenToTell::OnChange => Notify::OnChange(interval),
        WhenToTell::Periodic => Notify::Periodic(interval),
    };
    Some(Statistic { object: point.object().clone(), object_type, name: definition.statistic().clone(), notify })
}

impl Hub {
    /// The Stat Server link reports.
    pub(super) fn stat_server_report(&mut self, report: Report) {
        match report {
            Report::Up { server } => {
                tracing::info!(%server, "Stat Server link is up");
                self.effects.push(Effect::StatServerReadiness(None));
            }
            Report::Down { cause } => {
                tracing::warn!(%cause, "Stat Server link is down: statistics are shown as not known");
                self.effects.push(Effect::StatServerReadiness(Some(cause)));
                self.statistics.values.clear();
            }
            Report::Readings(readings) => {
                for (statistic, reading) in readings {
                    self.reading(statistic, &reading);
                }
            }
        }
    }

    fn reading(&mut self, statistic: Arc<Statistic>, reading: &Reading) {
        let value = match reading {
            // What is less than nothing is nothing that a page could show.
            Reading::Value(value) if *value >= 0.0 => Some(value.round() as u64),
            _ => None,
        };
        match value.filter(|_| self.statistics.watching.is_open(&statistic)) {
            Some(value) => drop(self.statistics.values.insert(statistic, value)),
            None => drop(self.statistics.values.remove(&statistic)),
        }
    }

    /// A page looks at exactly these from now on.
    pub(super) fn look_at(&mut self, page: PageId, statistics: BTreeSet<Arc<Statistic>>, now: Moment) {
        let Some(pause) = self.settings.close_statistics_after else { return };
        self.statistics.watching.look(page, statistics, pause, now);
        self.tell_stat_server(now);
    }

    /// Statistics that nobody looks at may be closed now.
    pub(super) fn close_statistics(&mut self, now: Moment) {
        self.statistics.wakes_at = None;
        self.statistics.watching.tick(now);
        self.tell_stat_server(now);
    }

    fn tell_stat_server(&mut self, now: Moment) {
        let Statistics { watching, values, wakes_at } = &mut self.statistics;
        if let Some(wanted) = watching.news(self.settings.most_statistics) {
            values.retain(|statistic, _| watching.is_open(statistic));
            self.effects.push(Effect::Statistics(wanted));
        }
        if let Some(at) = watching.deadline().filter(|at| wakes_at.is_none_or(|set| *at < set)) {
            *wakes_at = Some(at);
            self.timers.set(at.max(now), Timer::Statistics);
        }
    }
}
