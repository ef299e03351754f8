//! Two T-Servers that are one link: primary and backup, both connected and registered with all the time, the one that
//! is primary in use (requirements F26; host/docs/t-library.md, "Primary and backup").
//!
//! A [`Client`] for each, as if it were alone; here requests go to the one in use, and what that one says goes to the
//! owner. Which one that is, [`sides`] decides. What the other one says is compared with it by [`mirror`], so that it
//! goes on where the first stopped; [`following`] registers there what the owner registers.

mod asked;
mod copies;
mod exchange;
mod following;
mod known;
mod meaning;
mod mirror;
mod sides;
mod state;

use super::{
    ClientHandle, Config, StartError,
    client::Client,
    connection::{Reports, Unwanted},
    counters::Counters,
    queue::{self, Queue},
};
use crate::agent_link::{LinkId, Outgoing, Permit, Report};
use exchange::Exchange;
use mirror::Times;
use sides::Side;
use std::time::Duration;
use tokio::{
    sync::mpsc,
    time::{Instant as TokioInstant, sleep_until},
};

/// Requests taken from the queue at a time.
const BATCH: usize = 256;
/// Batches of reports that may wait of both sides together; a side with more is not read meanwhile.
const WAITING: usize = 16;
/// So much longer than a silent side is waited for.
const SPARE: Duration = Duration::from_secs(8);
/// However long one may be silent.
const LONGEST: Duration = Duration::from_secs(120);

/// Both clients, and what goes between them and the owner.
pub struct Pair {
    clients: [Client; 2],
    desk: Desk,
}

/// Between the owner and the two clients: the queues, and [`Exchange`], which decides.
struct Desk {
    queue: Queue,
    said: mpsc::Receiver<(LinkId, Vec<Report>)>,
    reports: Reports,
    exchange: Exchange<[ClientHandle; 2]>,
}

impl Pair {
    /// A client of the T-Server at `config.address` and one of that at `backup`, which share everything else of the
    /// configuration but the timers of their heartbeats. Reports go to `owner` as [`Client::new`]'s do.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn new(
        link: LinkId,
        config: &Config,
        backup: &str,
        owner: mpsc::Sender<(LinkId, Vec<Report>)>,
    ) -> Result<(Self, ClientHandle), StartError> {
        let (teller, said) = mpsc::channel(WAITING);
        let client = |side: Side, config: Config| {
            let name = format!("{} ({})", config.name, config.address);
            let (client, handle) = Client::new(side.into(), Config { name, ..config }, teller.clone())?;
            Ok((client.of_pair(), handle))
        };
        let (first, to_first) = client(Side::First, Config { backup_address: None, ..config.clone() })?;
        let (second, to_second) = client(Side::Second, config.of_backup(backup))?;
        let (handle, queue) = queue::queue(config.max_queued.max(1));
        let reports = Reports { link, owner, counters: Counters::new() };
        let times = times(config, &config.of_backup(backup));
        let exchange = Exchange::new(&config.name, [&config.address, backup], times, [to_first, to_second]);
        Ok((Self { clients: [first, second], desk: Desk { queue, said, reports, exchange } }, handle))
    }

    /// As [`Client::permitted`].
    pub fn permitted(self, permit: &Permit) -> Self {
        let clients = self.clients.map(|client| client.permitted(permit.clone()));
        Self { clients, ..self }
    }

    /// Keeps both connected and serves, until nobody needs it any more. Both clients end with their handles.
    pub async fn run(self) {
        let [first, second] = self.clients;
        tokio::join!(first.run(), second.run(), self.desk.run());
    }
}

/// Whoever is silent is given up after twice the timeout, and never where there is none: until then nobody knows.
fn times(first: &Config, second: &Config) -> Times {
    let longest = |one: Duration, other: Duration| {
        let never = one.is_zero() || other.is_zero();
        if never { LONGEST } else { (one.max(other) * 2 + SPARE).min(LONGEST) }
    };
    Times {
        copies: longest(first.addp_timeout, second.addp_timeout),
        logouts: longest(first.addp_remote_timeout, second.addp_remote_timeout),
    }
}

impl Desk {
    async fn run(mut self) {
        while self.serve().await.is_ok() {}
    }

    async fn serve(&mut self) -> Result<(), Unwanted> {
        let mut batch: Vec<Outgoing> = Vec::new();
        let wake = self.exchange.deadline().map(TokioInstant::from_std);
        let now = || TokioInstant::now().into_std();
        let told = tokio::select! {
            said = self.said.recv() => {
                let (side, reports) = said.ok_or(Unwanted)?;
                self.exchange.reported(side.into(), reports, now())
            }
            count = self.queue.requests.recv_many(&mut batch, BATCH), if self.exchange.takes_requests() => {
                if count == 0 {
                    return Err(Unwanted);
                }
                let mut told = self.exchange.send(batch);
                told.extend(self.queue.has_room_again());
                told
            }
            () = sleep_until(wake.unwrap_or_else(TokioInstant::now)), if wake.is_some() => self.exchange.tick(now()),
        };
        self.deliver(told).await
    }

    async fn deliver(&self, reports: Vec<Report>) -> Result<(), Unwanted> {
        if reports.is_empty() {
            return Ok(());
        }
        self.reports.deliver(reports).await.map(drop)
    }
}

impl exchange::Ways for [ClientHandle; 2] {
    fn send(&self, side: Side, outgoing: Outgoing) -> Result<(), Outgoing> {
        self[side.index()].send(outgoing)
    }
}
