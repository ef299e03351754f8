//! Which server to try next, and when.

use super::{Again, Server, of_uri};
use crate::backoff::Backoff;
use std::{collections::VecDeque, time::Duration};

/// First and longest wait when all servers have failed.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// A session that lived that long is a success: one that ends sooner counts as a failure, so that a Front End which
/// drops its clients as soon as they have signed in is not stormed by them.
const SETTLED: Duration = Duration::from_secs(30);
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

    /// A session that had been signed in has ended after that time.
    pub fn lived(&mut self, time: Duration) {
        self.redirects = 0;
        if time >= SETTLED {
            self.tried = 0;
            self.backoff.succeed();
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn attempts(servers: usize) -> Attempts {
        Attempts::new(vec![Server { host: "fe".into(), port: None }; servers])
    }

    #[test]
    fn who_is_dropped_again_and_again_comes_back_ever_more_slowly() {
        let mut attempts = attempts(1);
        let mut drop_after = |time| {
            attempts.lived(time);
            attempts.wait(&Again::Soon).unwrap()
        };
        for longest in [1, 2, 4, 8, 16, 30, 30] {
            let wait = drop_after(Duration::from_secs(1)).as_secs_f64();
            assert!((f64::from(longest) / 2.0..=f64::from(longest)).contains(&wait), "{wait} of {longest}");
        }
        assert!(drop_after(SETTLED) <= Duration::from_secs(1));
    }

    #[test]
    fn every_server_of_the_pool_is_tried_before_waiting() {
        let mut attempts = attempts(3);
        let waits: Vec<_> = (0..6).map(|_| attempts.wait(&Again::Soon).unwrap().is_zero()).collect();
        assert_eq!(waits, [true, true, false, true, true, false]);
    }
}
