//! Which server to try next, and when.

use super::{Again, Server, of_uri};
use crate::backoff::Backoff;
use std::{collections::VecDeque, time::Duration};

/// First and longest wait when all servers have failed.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// The wait when somebody must act; shortened by up to half at random.
const SLOWLY: Duration = Duration::from_secs(600);
/// Redirections in a row before they count as a failure.
const MAX_REDIRECTS: u32 = 4;

/// Which server is next, and when.
#[derive(Debug)]
pub struct Attempts {
    servers: Vec<Server>,
    next: usize,
    /// Servers tried since the last wait.
    tried: usize,
    redirects: u32,
    redirected: VecDeque<Server>,
    backoff: Backoff,
}

impl Attempts {
    /// Longest wait after what may pass by itself; a longer one is worth telling.
    pub const LONGEST: Duration = BACKOFF.1;

    /// The first of them, of which there is at least one.
    pub fn new(servers: Vec<Server>) -> Self {
        let backoff = Backoff::new(BACKOFF.0, BACKOFF.1);
        Self { servers, next: 0, tried: 0, redirects: 0, redirected: VecDeque::new(), backoff }
    }

    /// The server to try now.
    pub fn server(&mut self) -> Server {
        self.redirected.pop_front().unwrap_or_else(|| self.servers[self.next % self.servers.len()].clone())
    }

    /// It worked.
    pub fn succeeded(&mut self) {
        self.tried = 0;
        self.redirects = 0;
        self.backoff.succeed();
    }

    /// How long to wait after trouble, none for ever.
    pub fn wait(&mut self, again: &Again) -> Option<Duration> {
        if let Again::At(uri) = again
            && self.redirects < MAX_REDIRECTS
            && let Some(server) = of_uri(uri)
        {
            self.redirects += 1;
            self.redirected.push_back(server);
            return Some(Duration::ZERO);
        }
        if *again == Again::Never {
            return None;
        }
        self.redirects = 0;
        self.next += 1;
        self.tried += 1;
        if self.tried < self.servers.len() {
            return Some(Duration::ZERO);
        }
        self.tried = 0;
        Some(match again {
            Again::After(wait) => *wait,
            Again::Slowly => SLOWLY.mul_f64(rand::random_range(0.5..=1.0)),
            Again::Soon | Again::At(_) | Again::Never => self.backoff.fail(),
        })
    }
}
