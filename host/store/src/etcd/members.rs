//! The members of an etcd, and which of them is asked now.

use super::{at::EtcdAt, failure};
use crate::Error;
use etcd_client::{Certificate, Client, ConnectOptions, Identity, TlsOptions};
use std::{
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;

/// A member that has not answered so long is left for the next one. Longer than an answer takes while etcd elects a leader
/// would be of no use: the next one is no faster then, and what was lost with a member that hangs is found sooner.
const ANSWERS: Duration = Duration::from_millis(800);

pub(super) struct Members {
    at: EtcdAt,
    /// Connected, once somebody has asked for it.
    clients: Vec<Mutex<Option<Client>>>,
    now: AtomicUsize,
    /// Of the members that answered first: one that answers for another etcd is none of ours.
    cluster: Mutex<Option<u64>>,
}

impl Members {
    pub(super) fn new(at: EtcdAt) -> Self {
        let clients = at.endpoints.iter().map(|_| Mutex::default()).collect();
        Self { at, clients, now: AtomicUsize::new(0), cluster: Mutex::default() }
    }

    pub(super) fn count(&self) -> usize {
        self.clients.len()
    }

    pub(super) fn prefix(&self) -> &str {
        &self.at.prefix
    }

    /// Asks the member whose turn it is. When it fails, hangs, or whoever asks cannot wait any longer, it is the next one's.
    pub(super) async fn ask<T>(
        &self,
        call: impl AsyncFnOnce(&mut Client, &str) -> Result<Answered<T>, etcd_client::Error>,
    ) -> Result<T, Error> {
        let asking = Asking { members: self, number: self.now.load(Ordering::Relaxed), answered: false };
        let asked = async {
            let mut client = self.client(asking.number).await?;
            call(&mut client, &self.at.prefix).await
        };
        let answer = match timeout(ANSWERS, asked).await {
            Err(_) => return Err(self.failed(asking.number, &format!("no answer in {} ms", ANSWERS.as_millis()))),
            Ok(Err(error)) => failure::of(&error).map_err(|why| self.failed(asking.number, &why))?,
            Ok(Ok(answer)) => {
                self.is_ours(answer.cluster).map_err(|why| self.failed(asking.number, &why))?;
                answer.result
            }
        };
        asking.answered();
        answer
    }

    /// One that is connected, or is about to be: connecting waits for nobody but the sign-in.
    pub(super) async fn client(&self, number: usize) -> Result<Client, etcd_client::Error> {
        if let Some(client) = lock(&self.clients[number]).clone() {
            return Ok(client);
        }
        let client = Client::connect([&self.at.endpoints[number]], Some(self.options())).await?;
        *lock(&self.clients[number]) = Some(client.clone());
        Ok(client)
    }

    /// Which one is asked now.
    pub(super) fn turn(&self) -> usize {
        self.now.load(Ordering::Relaxed)
    }

    fn options(&self) -> ConnectOptions {
        let mut options = ConnectOptions::new()
            .with_connect_timeout(ANSWERS)
            .with_keep_alive(Duration::from_secs(1), ANSWERS)
            .with_require_leader(true);
        if let Some((name, password)) = &self.at.user {
            options = options.with_user(name, password).with_auto_token_refresh(true);
        }
        if self.at.endpoints.iter().any(|endpoint| endpoint.starts_with("https://")) {
            options = options.with_tls(self.tls());
        }
        options
    }

    fn tls(&self) -> TlsOptions {
        let mut tls = TlsOptions::new();
        if let Some(authority) = &self.at.tls.authority {
            tls = tls.ca_certificate(Certificate::from_pem(authority));
        }
        if let Some((certificate, key)) = &self.at.tls.identity {
            tls = tls.identity(Identity::from_pem(certificate, key));
        }
        if let Some(name) = &self.at.tls.server_name {
            tls = tls.domain_name(name);
        }
        tls
    }

    fn is_ours(&self, cluster: u64) -> Result<(), String> {
        let mut known = lock(&self.cluster);
        match *known {
            Some(known) if known != cluster => {
                Err(format!("it belongs to etcd {cluster:x}, the others to {known:x}: see its data folder"))
            }
            _ => {
                *known = Some(cluster);
                Ok(())
            }
        }
    }

    fn failed(&self, number: usize, why: &str) -> Error {
        Error::OutOfReach(format!("etcd at {}: {why}", self.at.endpoints[number]).into())
    }

    fn pass_on(&self, number: usize) {
        *lock(&self.clients[number]) = None;
        let next = (number + 1) % self.count();
        // Somebody else may have passed it on already.
        let _ = self.now.compare_exchange(number, next, Ordering::Relaxed, Ordering::Relaxed);
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Members").field("at", &self.at).field("now", &self.now).finish_non_exhaustive()
    }
}

/// What a member said, and which etcd it belongs to.
#[derive(Debug)]
pub(super) struct Answered<T> {
    pub(super) cluster: u64,
    pub(super) result: Result<T, Error>,
}

/// A member is being asked. Whoever drops it without an answer has the next one asked from then on.
struct Asking<'m> {
    members: &'m Members,
    number: usize,
    answered: bool,
}

impl Asking<'_> {
    fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.members.pass_on(self.number);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
