//! Statistics that follow the lab's own calls: what waits where, and for how long.

use super::StatServer;
use crate::t_server::{Step, TServer};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::{Instant, sleep};
use uc_connector::{agent_link::AgentStatus, wire::ConnId};

/// Between two looks at the calls.
const LOOK: Duration = Duration::from_millis(250);

/// Calls that wait at a place.
const WAITING: &str = "CurrNumberWaitingCalls";
/// Seconds that the oldest of them has waited.
const LONGEST: &str = "CurrMaxCallWaitingTime";
/// Agents who are ready.
const READY: &str = "CurrentReadyAgents";

/// Tells for these places how many calls of the T-Server wait there and how long the oldest has, and how many of these
/// DNs have a ready agent. Until it is dropped.
pub async fn follow(server: StatServer, t_server: TServer, places: Vec<String>, dns: Vec<String>) {
    let mut since: BTreeMap<(String, ConnId), Instant> = BTreeMap::new();
    loop {
        let now = Instant::now();
        let waits = |call: &ConnId| {
            let parties = t_server.parties(*call).unwrap_or_default();
            let place = parties.into_iter().find(|(dn, step)| places.contains(dn) && *step != Step::Held);
            place.map(|(place, _)| (place, *call))
        };
        let waiting: Vec<_> = t_server.calls().iter().filter_map(waits).collect();
        since.retain(|place, _| waiting.contains(place));
        for place in &waiting {
            since.entry(place.clone()).or_insert(now);
        }
        let ready = dns.iter().filter(|dn| matches!(t_server.agent(dn), Some((_, AgentStatus::Ready, _)))).count();
        for place in &places {
            let of = || since.iter().filter(|((at, _), _)| at == place).map(|(_, since)| now - *since);
            server.set(place, WAITING, of().count() as i64);
            server.set(place, LONGEST, of().max().map_or(0, |time| time.as_secs() as i64));
            server.set(place, READY, ready as i64);
        }
        sleep(LOOK).await;
    }
}
