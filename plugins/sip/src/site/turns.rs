//! Accounts take turns at the KDC. The library that asks holds a thread until it has an answer, half a minute long when none
//! comes, and a plug-in has few threads: those who wait for their turn hold none.

use super::Trouble;
use crate::{
    auth::{NoTicket, Obstacle, SignInError},
    message::Message,
};
use std::{pin::Pin, time::Duration};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// How many ask at once: a quarter of the threads that a plug-in has for what blocks (`plugin-api/src/sdk/instance.rs`).
const AT_ONCE: usize = 4;
/// Longest wait for a turn: as long as those before may take who get no answer.
const PATIENCE: Duration = Duration::from_secs(60);

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

type Waiting = Pin<Box<dyn Future<Output = Result<SemaphorePermit<'static>, Trouble>> + Send>>;

/// A challenge whose answer needs a ticket, waiting for its turn.
pub(super) struct Turn {
    challenge: Message,
    waiting: Waiting,
}

impl Turn {
    pub(super) fn of(challenge: Message) -> Self {
        Self { challenge, waiting: Box::pin(turn()) }
    }
}

/// Waits for the turn, and gives the challenge that may be answered while the permit is held. Without a challenge for ever;
/// cancelling it loses no place in the queue.
///
/// # Errors
/// Those who came before have no answer yet: no domain controller is there.
pub(super) async fn come(held: &mut Option<Turn>) -> Result<(Message, SemaphorePermit<'static>), Trouble> {
    let Some(turn) = held else { return std::future::pending().await };
    let come = (&mut turn.waiting).await;
    match held.take() {
        Some(Turn { challenge, .. }) => come.map(|permit| (challenge, permit)),
        None => std::future::pending().await,
    }
}

async fn turn() -> Result<SemaphorePermit<'static>, Trouble> {
    // The semaphore is never closed.
    timeout(PATIENCE, TURNS.acquire()).await.ok().and_then(Result::ok).ok_or_else(unanswered)
}

fn unanswered() -> Trouble {
    let said = "the accounts that asked before this one still wait for an answer".to_owned();
    Trouble::from(&SignInError::NoTicket(NoTicket { obstacle: Obstacle::NoKdc, said }))
}
