//! Which server to try next, and when.

use super::{Again, Server, of_uri};
use std::{
    collections::{HashMap, VecDeque},
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use uc_backoff::Backoff;

/// First and longest wait when all servers have failed.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// A session that lived that long is a success: one that ends sooner counts as a failure, so that a Front End which
/// drops its clients as soon as they have signed in is not stormed by them.
const SETTLED: Duration = Duration::from_secs(30);
/// The same when somebody must act. It begins with seconds, too: a server in trouble says of well people that they are
/// disabled, and nobody can tell from here.
const SLOWLY: (Duration, Duration) = (Duration::from_secs(4), Duration::from_secs(600));
/// Accounts are locked by so many wrong passwords within a window of, by Windows' own baseline, ten to thirty minutes;
/// five to ten of them, three at the strictest.
const WINDOW: Duration = Duration::from_secs(30 * 60);
/// The pauses after an account was refused. One more attempt comes soon, which is enough for a server that was just
/// started or a domain controller that was away, and from then on none within the window: at most two of the three,
/// whatever happens. Jitter only ever lengthens these pauses.
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
    /// Whoever was asked since then, and those sent to among them: one that sends to one of these has failed.
    asked: Vec<Server>,
    redirects: u32,
    redirected: VecDeque<Server>,
    backoff: Backoff,
    slowly: Backoff,
    /// Whether a session was signed in since the last wait; when the last one was.
    was_in: bool,
    last_in: Option<Instant>,
    /// Refusals of the account in a row.
    refusals: u32,
    /// When the account was refused last, and when it was before that.
    refused: Refused,
    /// What the account proves itself by; none: nobody is locked for it.
    proof: Option<Proof>,
}

/// When an account was refused last, and when it was before that.
type Refused = [Option<Instant>; 2];

/// A login and its secret, as a digest of both: another secret is another proof.
pub type Proof = [u8; 20];

/// The refusals of every account within the window, which outlive whoever signed in: an instance that follows another
/// one, after a reload or a failure, has no attempts of its own.
static REFUSALS: LazyLock<Mutex<HashMap<Proof, Refused>>> = LazyLock::new(Mutex::default);

impl Attempts {
    /// Longest wait after what may pass by itself; a longer one is worth telling.
    pub const LONGEST: Duration = BACKOFF.1;

    /// The first of them, of which there is at least one.
    pub fn new(servers: Vec<Server>) -> Self {
        let backoff = Backoff::new(BACKOFF.0, BACKOFF.1);
        let rests = vec![None; servers.len()];
        Self {
            servers,
            rests,
            next: 0,
            tried: 0,
            asked: Vec::new(),
            redirects: 0,
            redirected: VecDeque::new(),
            backoff,
            slowly: Backoff::new(SLOWLY.0, SLOWLY.1),
            was_in: false,
            last_in: None,
            refusals: 0,
            refused: [None; 2],
            proof: None,
        }
    }

    /// With what is remembered of an account's refusals; by how much its first attempt is put off.
    pub fn remember(&mut self, proof: Proof, now: Instant) -> Duration {
        self.proof = Some(proof);
        self.refused =
            refusals().get(&proof).map_or([None; 2], |refused| refused.map(|at| at.filter(|at| is_recent(*at, now))));
        self.refusals = self.refused.iter().flatten().count() as u32;
        self.refused[1].map_or(Duration::ZERO, |at| (at + WINDOW).saturating_duration_since(now) + ONCE_MORE)
    }

    /// The server to try now: the next one that does not rest, or the one whose rest ends first.
    pub fn server(&mut self, now: Instant) -> Server {
        let server = self.in_turn(now);
        if !self.was_asked(&server) {
            self.asked.push(server.clone());
        }
        server
    }

    fn in_turn(&mut self, now: Instant) -> Server {
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
        (self.refusals, self.refused, self.was_in) = (0, [None; 2], true);
        if let Some(proof) = self.proof {
            refusals().remove(&proof);
        }
        if time >= SETTLED {
            self.redirects = 0;
            self.begin_round();
            self.backoff.succeed();
        }
        // Two that take an account from each other would do so every half minute.
        if time >= SLOWLY.1 {
            self.slowly.succeed();
        }
    }

    /// Somebody may have mended what was wrong: whether the wait is broken off. That costs a refused account one
    /// attempt, not the two with which it began, and it waits on where that could be the third within a lockout window.
    pub fn try_now(&mut self, now: Instant) -> bool {
        if self.refused[1].is_some_and(|at| is_recent(at, now)) {
            return false;
        }
        self.refusals = self.refusals.min(1);
        self.begin_round();
        self.backoff.succeed();
        self.slowly.succeed();
        true
    }

    /// Everybody may be asked again.
    fn begin_round(&mut self) {
        self.tried = 0;
        self.asked.clear();
    }

    fn was_asked(&self, server: &Server) -> bool {
        let same = |asked: &Server| asked.port == server.port && asked.host.eq_ignore_ascii_case(&server.host);
        self.asked.iter().any(same)
    }

    /// How long to wait after trouble.
    pub fn wait(&mut self, again: &Again, now: Instant) -> Duration {
        if let Again::At(uri) = again
            && self.redirects < MAX_REDIRECTS
            && let Some(server) = of_uri(uri).filter(|server| !self.was_asked(server))
        {
            self.redirects += 1;
            self.redirected.push_back(server);
            return Duration::ZERO;
        }
        let redirected = std::mem::take(&mut self.redirects) > 0;
        if std::mem::take(&mut self.was_in) {
            self.last_in = Some(now);
        }
        match again {
            Again::Guarded => return self.guarded(now),
            // A server that names no time has its pause all the same, and grows tired of being asked.
            Again::After(asked) if !redirected => {
                self.rests[self.next] = now.checked_add(self.backoff.fail_asked(*asked, now));
            }
            // What another server asks for is no matter of the one that sent to it.
            Again::After(_) | Again::Soon | Again::At(_) | Again::Slowly | Again::Refused => self.tried += 1,
        }
        self.next = (self.next + 1) % self.servers.len();
        let (awake, resting): (Vec<_>, Vec<_>) =
            (0..self.servers.len()).map(|at| self.rest(at, now)).partition(Duration::is_zero);
        if self.tried < awake.len() {
            return Duration::ZERO;
        }
        self.begin_round();
        let own = match again {
            _ if awake.is_empty() => Duration::MAX,
            Again::Refused if self.last_in.is_some_and(|at| is_recent(at, now)) => self.backoff.fail(now),
            Again::Slowly | Again::Refused => self.slowly.fail(now),
            _ => self.backoff.fail(now),
        };
        // One that rests may be the next to be asked.
        resting.into_iter().fold(own, Duration::min)
    }

    /// The other servers of the pool ask the same domain: none of them is tried meanwhile.
    fn guarded(&mut self, now: Instant) -> Duration {
        self.refused = [Some(now), self.refused[0]];
        if let Some(proof) = self.proof {
            let mut all = refusals();
            all.retain(|_, refused| refused[0].is_some_and(|at| is_recent(at, now)));
            all.insert(proof, self.refused);
        }
        let refusals = self.refusals;
        self.refusals = refusals.saturating_add(1);
        let pause = match refusals {
            0 => ONCE_MORE,
            more => BEYOND_WINDOW.0.saturating_mul(1 << (more - 1).min(8)).min(BEYOND_WINDOW.1),
        };
        pause.mul_f64(rand::random_range(1.0..=1.3))
    }
}

fn is_recent(at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(at) <= WINDOW
}

fn refusals() -> MutexGuard<'static, HashMap<Proof, Refused>> {
    // Whatever ended a thread, times are whole.
    REFUSALS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
