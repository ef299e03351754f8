//! Chats in which both sides write, one line after the other.

use super::{
    desk::{Deed, Desk},
    words::dn,
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    task::JoinHandle,
    time::{interval, sleep},
};
use uc_connector::wire::{ConnId, KvList};
use uc_lab::t_server::TServer;

/// Each side of each chat writes a line in this time.
const PACE: Duration = Duration::from_secs(1);
/// How long the last lines may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// The agent.
const AGENT: &str = "7001";

/// Chats with the first workers.
pub(super) struct Chats {
    t_server: TServer,
    open: Arc<[(ConnId, Desk)]>,
    /// Lines that each side of each has written.
    written: Arc<AtomicUsize>,
}

impl Chats {
    pub(super) fn open(t_server: &TServer, desks: &[Desk]) -> Self {
        let open = desks.iter().enumerate().map(|(worker, desk)| {
            let chat = t_server.open_chat(AGENT, &dn(worker), "Invoice", KvList::default(), None);
            (chat.unwrap(), desk.clone())
        });
        Self { t_server: t_server.clone(), open: open.collect(), written: Arc::default() }
    }

    /// Both sides write until this ends, and then to the end of the round.
    pub(super) fn talk(&self) -> JoinHandle<()> {
        let (t_server, open, written) = (self.t_server.clone(), Arc::clone(&self.open), Arc::clone(&self.written));
        tokio::spawn(async move {
            let mut pace = interval(PACE);
            loop {
                pace.tick().await;
                let number = written.fetch_add(1, Ordering::Relaxed);
                // No wait in between: a round is whole or has not begun.
                for (chat, desk) in open.iter() {
                    t_server.says(*chat, AGENT, &format!("theirs {number}")).unwrap();
                    desk.does(Deed::Write(format!("k{number}"), format!("mine {number}")));
                }
            }
        })
    }

    /// What is wrong with them once nobody writes any more.
    pub(super) async fn faults(&self) -> Vec<String> {
        let begun = Instant::now();
        let mut faults = Vec::new();
        for (chat, desk) in self.open.iter() {
            while let Some(fault) = self.fault(*chat, desk).await {
                if begun.elapsed() > PATIENCE {
                    faults.push(fault);
                    break;
                }
                sleep(Duration::from_millis(50)).await;
            }
        }
        faults
    }

    async fn fault(&self, chat: ConnId, desk: &Desk) -> Option<String> {
        let Some(shown) = desk.shows().await else { return Some(format!("the page of chat {chat} has ended")) };
        let Some(said) = self.t_server.said(chat) else { return Some(format!("chat {chat} is over")) };
        let said: Vec<_> = said.into_iter().map(|line| line.text).collect();
        let (written, different) =
            (2 * self.written.load(Ordering::Relaxed), said.iter().collect::<BTreeSet<_>>().len());
        let is_right = (shown.unsent, said.len(), different) == (0, written, written) && shown.lines == said;
        (!is_right).then(|| {
            format!(
                "chat {chat}: {written} lines written, {} at the T-Server ({different} different), {} on the page, {} unsent",
                said.len(),
                shown.lines.len(),
                shown.unsent
            )
        })
    }
}
