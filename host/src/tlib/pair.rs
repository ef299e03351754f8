//! Two T-Servers that are one link: primary and backup, both connected all the time, the one that is primary in use
//! (requirements F26; host/docs/t-library.md, "Primary and backup").
//!
//! A [`Client`] for each, as if it were alone; here requests go to the one in use, and what that one says goes to the
//! owner. Which one that is, [`sides`] decides.

mod sides;

use super::{
    ClientHandle, Config, StartError,
    client::Client,
    connection::{Reports, Unwanted},
    counters::Counters,
    queue::{self, Queue},
    session::unsent,
};
use crate::agent_link::{LinkId, Outgoing, Report};
use sides::{Side, Sides};
use std::collections::VecDeque;
use tokio::sync::mpsc;

/// Requests taken from the queue at a time.
const BATCH: usize = 256;
/// Batches of reports that may wait of both sides together; a side with more is not read meanwhile.
const WAITING: usize = 16;

/// Both clients, and what goes between them and the owner.
pub struct Pair {
    clients: [Client; 2],
    exchange: Exchange,
}

/// Between the owner and the two clients.
struct Exchange {
    queue: Queue,
    handles: [ClientHandle; 2],
    said: mpsc::Receiver<(LinkId, Vec<Report>)>,
    reports: Reports,
    sides: Sides,
    /// Requests for which the one in use has no room now.
    waiting: VecDeque<Outgoing>,
}

impl Pair {
    /// A client of the T-Server at `config.address` and one of that at `backup`, which share everything else of the
    /// configuration. Reports go to `owner` as [`Client::new`]'s do.
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
        let client = |side: Side, address: &str| {
            let name = format!("{} ({address})", config.name);
            let config = Config { name, address: address.to_owned(), backup_address: None, ..config.clone() };
            Client::new(side.into(), config, teller.clone())
        };
        let (first, to_first) = client(Side::First, &config.address)?;
        let (second, to_second) = client(Side::Second, backup)?;
        let (handle, queue) = queue::queue(config.max_queued.max(1));
        let reports = Reports { link, owner, counters: Counters::new() };
        let sides = Sides::new(&config.name, [&config.address, backup]);
        let (handles, waiting) = ([to_first, to_second], VecDeque::new());
        let exchange = Exchange { queue, handles, said, reports, sides, waiting };
        Ok((Self { clients: [first, second], exchange }, handle))
    }

    /// Keeps both connected and serves, until nobody needs it any more. Both clients end with their handles.
    pub async fn run(self) {
        let [first, second] = self.clients;
        tokio::join!(first.run(), second.run(), self.exchange.run());
    }
}

impl Exchange {
    async fn run(mut self) {
        while self.serve().await.is_ok() {}
    }

    async fn serve(&mut self) -> Result<(), Unwanted> {
        let mut batch = Vec::new();
        tokio::select! {
            said = self.said.recv() => {
                let (side, reports) = said.ok_or(Unwanted)?;
                self.reported(side.into(), reports).await
            }
            count = self.queue.requests.recv_many(&mut batch, BATCH), if self.waiting.is_empty() => {
                if count == 0 {
                    return Err(Unwanted);
                }
                let mut reports = self.send(batch);
                reports.extend(self.queue.has_room_again());
                self.deliver(reports).await
            }
        }
    }

    async fn reported(&mut self, side: Side, reports: Vec<Report>) -> Result<(), Unwanted> {
        let (used, mut told) = (self.sides.used(), Vec::with_capacity(reports.len()));
        for report in reports {
            self.sides.report(side, report, &mut told);
        }
        // What waited for the one that was in use may be out of date by the time the other is asked. It ends before the
        // other is told to be up.
        if self.sides.used() != used {
            told.splice(0..0, self.waiting.drain(..).map(|outgoing| refused(&outgoing)));
        }
        let waiting = self.waiting.drain(..).collect();
        told.extend(self.send(waiting));
        self.deliver(told).await
    }

    /// Sends requests to the one in use; the refusals of what cannot be sent.
    fn send(&mut self, batch: Vec<Outgoing>) -> Vec<Report> {
        let Some(used) = self.sides.used() else { return batch.iter().map(refused).collect() };
        for outgoing in batch {
            if !self.waiting.is_empty() {
                self.waiting.push_back(outgoing);
            } else if let Err(outgoing) = self.handles[used.index()].send(outgoing) {
                self.waiting.push_back(outgoing);
            }
        }
        Vec::new()
    }

    async fn deliver(&self, reports: Vec<Report>) -> Result<(), Unwanted> {
        if reports.is_empty() {
            return Ok(());
        }
        self.reports.deliver(reports).await.map(drop)
    }
}

fn refused(outgoing: &Outgoing) -> Report {
    unsent(outgoing.ticket, "neither T-Server of the pair is primary and connected")
}
