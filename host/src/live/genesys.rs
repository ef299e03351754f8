//! T-Servers and Stat Servers: a connection and the hello.

use super::{ENDS, Found};
use crate::{
    agent_link::{LinkId, Report},
    config::Config,
    stat_server, tlib,
};
use std::time::Duration;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout, timeout_at},
};

/// Beyond `connect-timeout`, so that the link's own words are heard.
const BEYOND: Duration = Duration::from_secs(1);

/// Asks each of them, and each backup.
pub(super) async fn look(config: &Config) -> Found {
    let servers = config.t_servers.iter().flat_map(|server| {
        let backup = server.backup_address.clone().map(|address| tlib::Config { address, ..server.clone() });
        [Some(server.clone()), backup].into_iter().flatten().map(|one| tlib::Config { backup_address: None, ..one })
    });
    let asked: Vec<_> = servers.map(|server| tokio::spawn(t_server(server))).collect();
    let mut found = match &config.stat_server {
        Some(config) => stat_server(config.clone()).await,
        None => Found::default(),
    };
    for one in asked {
        // One that has panicked says so itself.
        found.add(one.await.unwrap_or_default());
    }
    found
}

async fn t_server(config: tlib::Config) -> Found {
    let who = format!("t-server {} at {}", config.name, config.address);
    let until = Instant::now() + config.connect_timeout + BEYOND;
    let (owner, mut reports) = mpsc::channel(16);
    let (client, handle) = match tlib::Client::new(LinkId(0), config, owner) {
        Ok(begun) => begun,
        Err(error) => return fault(&who, &error.to_string()),
    };
    let link = tokio::spawn(client.run());
    let said = timeout_at(until, async {
        while let Some((_, batch)) = reports.recv().await {
            for report in batch {
                match report {
                    Report::Up { server } => return answer(&who, &format!("primary, says it is {server:?}")),
                    Report::Standby => return answer(&who, "backup"),
                    Report::Down { cause } => return fault(&who, &cause),
                    Report::Waiting { why } => return fault(&who, &why),
                    _ => {}
                }
            }
        }
        fault(&who, "the link has ended")
    });
    let found = said.await.unwrap_or_else(|_| fault(&who, "it is connected, and does not say that it serves"));
    // It says farewell when nobody needs it any more.
    drop((handle, reports));
    let _ = timeout(ENDS, link).await;
    found
}

async fn stat_server(config: stat_server::Config) -> Found {
    let until = Instant::now() + 2 * config.connect_timeout + BEYOND;
    let mut untried = 1 + usize::from(config.backup_address.is_some());
    let (owner, mut reports) = mpsc::channel(16);
    let (client, wanted) = match stat_server::Client::new(config, owner) {
        Ok(begun) => begun,
        Err(error) => return fault("stat-server", &error.to_string()),
    };
    let link = tokio::spawn(client.run());
    let mut last = "it is connected, and does not say that it serves".to_owned();
    let up = timeout_at(until, async {
        loop {
            match reports.recv().await {
                Some(stat_server::Report::Up { server }) => return Some(server),
                Some(stat_server::Report::Down { cause }) => {
                    (last, untried) = (cause.to_string(), untried - 1);
                    if untried == 0 {
                        return None;
                    }
                }
                Some(stat_server::Report::Readings(_)) => {}
                None => return None,
            }
        }
    });
    let found = match up.await {
        Ok(Some(server)) => answer("stat-server", &format!("says it is {server:?}")),
        Ok(None) | Err(_) => fault("stat-server", &last),
    };
    drop((wanted, reports));
    let _ = timeout(ENDS, link).await;
    found
}

fn answer(who: &str, words: &str) -> Found {
    Found { answers: vec![format!("{who}: {words}")], ..Found::default() }
}

fn fault(who: &str, words: &str) -> Found {
    Found { faults: vec![format!("{who}: {words}")], ..Found::default() }
}
