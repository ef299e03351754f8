//! What contradicts itself in `[stat-server]` and among `[[statistic]]` and `[[contact-point]]`.

use super::{
    findings::Findings,
    is_language,
    t_server::{LINE, WAITING, check_limit, is_host_port},
};
use crate::{
    policy::{
        ContactPoint, ContactType, StatisticDefinition,
        contact_points::{MOST_POINTS, MOST_STATISTICS},
    },
    stat_server,
};
use std::collections::HashSet;

/// The link.
pub(super) fn check_link(link: &stat_server::Config, findings: &mut Findings<'_>) {
    for (key, address) in [("address", Some(&link.address)), ("backup-address", link.backup_address.as_ref())] {
        if address.is_some_and(|address| !is_host_port(address)) {
            let key = format!("stat-server.{key}");
            findings.wrong(&key, "this is no address", "HOST:PORT, such as statserver.example.com:2060");
        }
    }
    if link.backup_address.as_ref() == Some(&link.address) {
        findings.wrong("stat-server.backup-address", "this is the primary's address", "another HOST:PORT, or none");
    }
    check_limit("stat-server.max-line", link.max_line, LINE, findings);
    check_limit("stat-server.max-open", link.max_open, WAITING, findings);
    if link.reconnect_min > link.reconnect_max {
        findings.wrong("stat-server.reconnect-min", "this is more than reconnect-max", "up to reconnect-max");
    }
}

/// The statistics, and the contact points that name them.
pub(super) fn check(points: &[ContactPoint], statistics: &[StatisticDefinition], findings: &mut Findings<'_>) {
    too_many("statistic", statistics.len(), MOST_STATISTICS, findings);
    let mut names = HashSet::new();
    for (index, statistic) in statistics.iter().enumerate().take(MOST_STATISTICS) {
        for fault in statistic.faults(is_language) {
            findings.wrong(&format!("statistic[{index}].{}", fault.key), fault.message, fault.allowed);
        }
        if !names.insert(&*statistic.name) {
            let message = format!("{:?} is listed above already", statistic.name);
            findings.wrong(&format!("statistic[{index}].name"), message, "each name once");
        }
    }
    too_many("contact-point", points.len(), MOST_POINTS, findings);
    let (mut names, mut numbers) = (HashSet::new(), HashSet::new());
    for (index, point) in points.iter().enumerate().take(MOST_POINTS) {
        for fault in point.faults(statistics, is_language) {
            findings.wrong(&format!("contact-point[{index}].{}", fault.key), fault.message, fault.allowed);
        }
        for (key, value, fresh) in [
            ("name", &point.name, names.insert(&*point.name)),
            ("number", &point.number, numbers.insert(&*point.number)),
        ] {
            if !fresh {
                let message = format!("{value:?} is listed above already");
                findings.wrong(&format!("contact-point[{index}].{key}"), message, format!("each {key} once"));
            }
        }
    }
}

/// What keeps statistics from being shown, and nobody from work.
pub(super) fn warn(points: &[ContactPoint], link: Option<&stat_server::Config>, findings: &mut Findings<'_>) {
    let idle = |point: &ContactPoint| point.kind != ContactType::External && !point.statistics.is_empty();
    if link.is_none()
        && let Some(index) = points.iter().position(idle)
    {
        let key = format!("contact-point[{index}].statistics");
        findings.wrong(&key, "no statistic is shown: there is no Stat Server", "a section [stat-server]");
    }
}

fn too_many(key: &str, count: usize, most: usize, findings: &mut Findings<'_>) {
    if count > most {
        findings.wrong(&format!("{key}[{most}]"), format!("there are {count} of these"), format!("up to {most}"));
    }
}
