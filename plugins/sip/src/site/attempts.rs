//! Which server to try next, and when.

use super::{Again, Server, of_uri};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};
use uc_backoff::Backoff;

/// First and longest wait when all servers have failed.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// A session that lived that long is a success: one that ends sooner counts as a failure, so that a Front End which
/// drops its clients as soon as they have signed in is not stormed by them.
const SETTLED: Duration = Duration::from_secs(30);
/// The wait when somebody must act; shortened by up to half at random.
const SLOWLY: Duration = Duration::from_secs(600);
/// The pauses after an account was refused. Accounts are locked by so many wrong passwords within a window of, by
/// Windows' own baseline, ten to thirty minutes; five to ten of them, three at the strictest. So one more attempt comes
/// soon, which is enough for a server that was just started or a domain controller that was away, and from then on
/// never two within thirty minutes: at most two of the three, whatever happens. Jitter only ever lengthens these
/// pauses.
const ONCE_MORE: Duration = Duration::from_secs(15);
const BEYOND_WINDOW: (Duration, Duration) = (Duration::from_secs(35 * 60), Duration::from_secs(4 * 3600));
/// Redirections in a row before they count as a failure.
const MAX_REDIRECTS: u32 = 4;

/// Which server is next, and when.
#[derive(Debug)]
pub struct Attempts {
    servers: Vec<Server>,
    /// Until when each server asked to be left alone (Retry-After).
    rests: Vec<Option<Instant>>,
    next: usize,
    /// Servers tried since the last wait, without those that rest.
    tried: usize,
    redirects: u32,
    redirected: VecDeque<Server>,
    backoff: Backoff,
    /// Refusals of the account in a row.
    refusals: u32,
}

impl Attempts {
    /// Longest wait after what may pass by itself; a longer one is worth telling.
    pub const LONGEST: Duration = BACKOFF.1;

    /// The first of them, of which there is at least one.
    pub fn new(servers: Vec<Server>) -> Self {
        let backoff = Backoff::new(BACKOFF.0, BACKOFF.1);
        let rests = vec![None; servers.len()];
        Self { servers, rests, next: 0, tried: 0, redirects: 0, redirected: VecDeque::new(), backoff, refusals: 0 }
    }

    /// The server to try now: the next one that does not rest, or the one whose rest ends first.
    pub fn server(&mut self, now: Instant) -> Server {
        if let Some(server) = self.redirected.pop_front() {
            return server;
        }
        let count = self.servers.len();
        let in_turn = (0..count).map(|step| (self.next + step) % count);
        self.next = in_turn.min_by_key(|at| self.rest(*at, now)).unwrap_or_default();
        self.servers[self.next].clone()
    }

    /// How long a server still rests.
    fn rest(&self, at: usize, now: Instant) -> Duration {
        self.rests[at].map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// A session that had been signed in has ended after that time.
    pub fn lived(&mut self, time: Duration) {
        self.refusals = 0;
        if time >= SETTLED {
            (self.tried, self.redirects) = (0, 0);
            self.backoff.succeed();
        }
    }

    /// The wait was broken off: somebody may have mended what was wrong. That costs a refused account one attempt, not
    /// the two with which it began, so that a few reloads do not lock it.
    pub fn try_now(&mut self) {
        self.refusals = self.refusals.min(1);
        self.tried = 0;
        self.backoff.succeed();
    }

    /// How long to wait after trouble.
    pub fn wait(&mut self, again: &Again, now: Instant) -> Duration {
        if let Again::At(uri) = again
            && self.redirects < MAX_REDIRECTS
            && let Some(server) = of_uri(uri)
        {
            self.redirects += 1;
            self.redirected.push_back(server);
            return Duration::ZERO;
        }
        let redirected = std::mem::take(&mut self.redirects) > 0;
        match again {
            Again::Guarded => return self.guarded(),
            // A server that names no time has its pause all the same, and grows tired of being asked.
            Again::After(asked) if !redirected => {
                self.rests[self.next] = now.checked_add(self.backoff.fail_asked(*asked, now));
            }
            // What another server asks for is no matter of the one that sent to it.
            Again::After(_) | Again::Soon | Again::At(_) | Again::Slowly => self.tried += 1,
        }
        self.next = (self.next + 1) % self.servers.len();
        let (awake, resting): (Vec<_>, Vec<_>) =
            (0..self.servers.len()).map(|at| self.rest(at, now)).partition(Duration::is_zero);
        if self.tried < awake.len() {
            return Duration::ZERO;
        }
        self.tried = 0;
        let own = match again {
            _ if awake.is_empty() => Duration::MAX,
            Again::Slowly => SLOWLY.mul_f64(rand::random_range(0.5..=1.0)),
            _ => self.backoff.fail(now),
        };
        // One that rests may be the next to be asked.
        resting.into_iter().fold(own, Duration::min)
    }

    /// The other servers of the pool ask the same domain: none of them is tried meanwhile.
    fn guarded(&mut self) -> Duration {
        let refusals = self.refusals;
        self.refusals = refusals.saturating_add(1);
        let pause = match refusals {
            0 => ONCE_MORE,
            more => BEYOND_WINDOW.0.saturating_mul(1 << (more - 1).min(8)).min(BEYOND_WINDOW.1),
        };
        pause.mul_f64(rand::random_range(1.0..=1.3))
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
            attempts.wait(&Again::Soon, Instant::now())
        };
        for longest in [1, 2, 4, 8, 16, 30, 30] {
            let wait = drop_after(Duration::from_secs(1)).as_secs_f64();
            assert!((f64::from(longest) / 2.0..=f64::from(longest)).contains(&wait), "{wait} of {longest}");
        }
        assert!(drop_after(SETTLED) <= Duration::from_secs(1));
    }

    #[test]
    fn two_servers_that_send_to_each_other_are_followed_ever_more_slowly() {
        let (mut attempts, start) = (attempts(1), Instant::now());
        let (mut now, mut connections) = (start, 0);
        while now < start + Duration::from_secs(300) {
            connections += 1;
            attempts.server(now);
            attempts.lived(Duration::from_secs(1));
            now += attempts.wait(&Again::At("sip:other.example.com".into()), now);
        }
        assert!((20..150).contains(&connections), "{connections} in five minutes");
    }

    #[test]
    fn a_refused_account_is_tried_for_ever_and_never_three_times_within_a_lockout_window() {
        const WINDOW: Duration = Duration::from_secs(30 * 60);
        for servers in [1, 3] {
            let (mut attempts, begin) = (attempts(servers), Instant::now());
            let mut tries = vec![begin];
            for _ in 0..20 {
                let now = *tries.last().unwrap();
                attempts.server(now);
                tries.push(now + attempts.wait(&Again::Guarded, now));
            }
            assert!(tries[1] <= begin + Duration::from_secs(20), "a domain controller may have been away for a moment");
            assert!(tries.windows(3).all(|three| three[2] - three[0] > WINDOW));
            let longest = tries.windows(2).map(|two| two[1] - two[0]).max().unwrap();
            assert!(longest <= Duration::from_secs(6 * 3600));
            attempts.lived(Duration::from_secs(1));
            assert!(attempts.wait(&Again::Guarded, begin) <= Duration::from_secs(20));
        }
    }

    #[test]
    fn whoever_says_that_something_was_mended_costs_a_refused_account_one_attempt() {
        let (mut attempts, now) = (attempts(1), Instant::now());
        let mut refused = || attempts.wait(&Again::Guarded, now);
        for _ in 0..3 {
            refused();
        }
        for _ in 0..3 {
            attempts.try_now();
            assert!((BEYOND_WINDOW.0..BEYOND_WINDOW.0 * 2).contains(&attempts.wait(&Again::Guarded, now)));
        }
    }

    #[test]
    fn servers_that_ask_for_little_or_no_time_are_asked_ever_more_slowly() {
        let second = Duration::from_secs(1);
        for again in [Again::Soon, Again::After(Duration::ZERO), Again::After(second)] {
            for servers in [1_u32, 2, 3] {
                let (mut attempts, start) = (attempts(servers as usize), Instant::now());
                let (mut now, mut connections) = (start, 0);
                while now < start + Duration::from_secs(300) {
                    connections += 1;
                    attempts.server(now);
                    // Signed in, and out of order when it is to refresh.
                    attempts.lived(second);
                    now += attempts.wait(&again, now).max(Duration::from_millis(1));
                }
                assert!((10 * servers..30 * servers).contains(&connections), "{again:?}, {servers}: {connections}");
            }
        }
    }

    #[test]
    fn one_that_only_somebody_can_repair_does_not_keep_from_one_that_rests() {
        let (mut attempts, now) = (attempts(2), Instant::now());
        attempts.server(now);
        attempts.wait(&Again::After(Duration::from_secs(5)), now);
        attempts.server(now);
        assert!(attempts.wait(&Again::Slowly, now) <= Duration::from_secs(5));
    }

    #[test]
    fn what_the_server_sent_to_asks_for_does_not_rest_the_one_that_sent() {
        let (mut attempts, now) = (attempts(1), Instant::now());
        let own = attempts.server(now);
        attempts.wait(&Again::At("sip:fe1.example.com".into()), now);
        assert_ne!(attempts.server(now), own);
        let pause = attempts.wait(&Again::After(Duration::from_secs(3600)), now);
        assert!(pause < Duration::from_secs(600), "{pause:?}");
        assert_eq!(attempts.server(now), own);
    }

    #[test]
    fn every_server_of_the_pool_is_tried_before_waiting() {
        let mut attempts = attempts(3);
        let waits: Vec<_> = (0..6).map(|_| attempts.wait(&Again::Soon, Instant::now()).is_zero()).collect();
        assert_eq!(waits, [true, true, false, true, true, false]);
    }

    #[test]
    fn a_server_is_left_alone_as_long_as_it_asks_while_others_are_tried() {
        let named = |host: &str| Server { host: host.into(), port: None };
        let (mut attempts, now) = (Attempts::new(vec![named("a"), named("b")]), Instant::now());
        let minutes = |count: u64| Duration::from_secs(60 * count);
        assert_eq!(attempts.server(now).host, "a");
        assert_eq!(attempts.wait(&Again::After(minutes(15)), now), Duration::ZERO);
        for _ in 0..3 {
            assert_eq!(attempts.server(now).host, "b");
            assert!(attempts.wait(&Again::Soon, now) > Duration::ZERO, "there is nobody else to try");
        }
        assert_eq!(attempts.server(now).host, "b");
        assert_eq!(attempts.wait(&Again::After(minutes(20)), now), minutes(15), "both rest");
        assert_eq!(attempts.server(now + minutes(15)).host, "a");
    }
}
