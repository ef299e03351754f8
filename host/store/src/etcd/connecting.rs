//! A connection to one member, and our sign-in there.

use super::{at::EtcdAt, failure::Failure};
use etcd_client::{Certificate, Client, ConnectOptions, Identity, TlsOptions};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use uc_backoff::Backoff;

/// Pauses before a sign-in that was refused is tried again at the same member: the first and the longest. Each costs
/// etcd a slow hash, at its leader, where the renewals of others are waited for.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// The connection to a member, once somebody has asked for it.
#[derive(Default)]
pub(super) struct Connection {
    client: Mutex<Option<Client>>,
    refused: Mutex<Option<Refused>>,
    /// Whoever connects has it, so that nobody else does meanwhile.
    connecting: tokio::sync::Mutex<()>,
}

/// It did not know us.
struct Refused {
    why: String,
    pauses: Backoff,
    until: Instant,
}

impl Connection {
    /// One that is connected, or is about to be: connecting waits for nobody but the sign-in.
    pub(super) async fn client(&self, at: &EtcdAt, number: usize, answers: Duration) -> Result<Client, Failure> {
        if let Some(client) = lock(&self.client).clone() {
            return Ok(client);
        }
        let _connecting = self.connecting.lock().await;
        if let Some(client) = lock(&self.client).clone() {
            return Ok(client);
        }
        if let Some(refused) = lock(&self.refused).as_ref().filter(|refused| Instant::now() < refused.until) {
            return Err(Failure::Unknown(refused.why.clone()));
        }
        match Client::connect([&at.endpoints[number]], Some(options(at, answers))).await {
            Ok(client) => {
                *lock(&self.refused) = None;
                *lock(&self.client) = Some(client.clone());
                Ok(client)
            }
            Err(error) => {
                let failure = Failure::of(&error);
                if let Failure::Unknown(why) = &failure {
                    self.refuse(why);
                }
                Err(failure)
            }
        }
    }

    /// It is connected to anew by the next one who asks.
    pub(super) fn forget(&self) {
        *lock(&self.client) = None;
    }

    fn refuse(&self, why: &str) {
        let (mut refused, now) = (lock(&self.refused), Instant::now());
        let mut pauses = refused.take().map_or_else(|| Backoff::new(AGAIN.0, AGAIN.1), |refused| refused.pauses);
        let until = now + pauses.fail(now);
        *refused = Some(Refused { why: why.to_owned(), pauses, until });
    }
}

fn options(at: &EtcdAt, answers: Duration) -> ConnectOptions {
    let mut options = ConnectOptions::new()
        .with_connect_timeout(answers)
        .with_keep_alive(Duration::from_secs(1), answers)
        .with_require_leader(true);
    if let Some((name, password)) = &at.user {
        options = options.with_user(name, password).with_auto_token_refresh(true);
    }
    if at.endpoints.iter().any(|endpoint| endpoint.starts_with("https://")) {
        options = options.with_tls(tls(at));
    }
    options
}

fn tls(at: &EtcdAt) -> TlsOptions {
    let mut tls = TlsOptions::new();
    if let Some(authority) = &at.tls.authority {
        tls = tls.ca_certificate(Certificate::from_pem(authority));
    }
    if let Some((certificate, key)) = &at.tls.identity {
        tls = tls.identity(Identity::from_pem(certificate, key));
    }
    if let Some(name) = &at.tls.server_name {
        tls = tls.domain_name(name);
    }
    tls
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
