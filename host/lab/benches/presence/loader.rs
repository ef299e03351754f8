//! Both ends of the product in one thread: every NOTIFY changes a user's state, and is done when its 200 and the right
//! request have come.

use super::{figures::Measured, platform, platform::Platform, switch, switch::Switch};
use std::{
    collections::VecDeque,
    thread,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// Longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
const AVAILABLE: u32 = 3500;
const BUSY: u32 = 6500;

/// A NOTIFY under way.
struct Way {
    since: Instant,
    requested: bool,
    answered: bool,
}

#[derive(Default)]
struct User {
    busy: bool,
    way: Option<Way>,
}

/// The ends, and what is on its way between them.
pub(super) struct Loader {
    platform: Platform,
    switch: Switch,
    users: Vec<User>,
    /// Whose 200 is to come, in order.
    unanswered: VecDeque<(u32, u32)>,
    open: usize,
    random: u64,
    done: Measured,
}

impl Loader {
    /// Waits for a product, and until it watches everybody.
    pub(super) async fn meet(platform: &platform::Door, switch: &switch::Door, users: u32, subscribes: u32) -> Self {
        let (platform, switch) = tokio::join!(platform.accept(), switch.accept());
        let users = std::iter::repeat_with(User::default).take(users as usize).collect();
        let (unanswered, done) = (VecDeque::new(), Measured::default());
        let mut loader = Self { platform, switch, users, unanswered, open: 0, random: 12_345, done };
        let all = loader.users.len() as u32;
        let met = async {
            while loader.switch.registered < all || loader.platform.subscribes < subscribes {
                loader.step(None).await;
            }
        };
        tokio::time::timeout(PATIENCE, met).await.expect("the product does not watch everybody");
        loader
    }

    /// So many under way, for that time.
    pub(super) async fn window(&mut self, window: usize, time: Duration) -> Measured {
        let begin = Instant::now();
        self.done = Measured::default();
        while begin.elapsed() < time {
            while self.open < window {
                let user = self.draw();
                self.notify(user, Instant::now());
            }
            self.step(None).await;
        }
        self.done.time = begin.elapsed();
        let counted = std::mem::take(&mut self.done);
        self.drain().await;
        counted
    }

    /// So many a second, whatever the product does; times count from when each was due.
    pub(super) async fn schedule(&mut self, rate: u32, time: Duration) -> Measured {
        let (sender, mut due) = mpsc::unbounded_channel();
        let begin = Instant::now() + Duration::from_millis(20);
        let count = (f64::from(rate) * time.as_secs_f64()) as u32;
        // Timers of the runtime are a thousandth of a second off; a thread's are not.
        let clock = thread::spawn(move || {
            for number in 0..count {
                let at = begin + Duration::from_secs(1) * number / rate;
                thread::sleep(at.saturating_duration_since(Instant::now()));
                sender.send(at).unwrap();
            }
        });
        self.done = Measured::default();
        while self.done.late.len() < count as usize {
            if let Some(at) = self.step(Some(&mut due)).await {
                self.on_time(at);
                while let Ok(at) = due.try_recv() {
                    self.on_time(at);
                }
            }
        }
        clock.join().unwrap();
        self.drain().await;
        self.done.time = begin.elapsed();
        std::mem::take(&mut self.done)
    }

    fn on_time(&mut self, at: Instant) {
        self.done.late.push(at.elapsed());
        let user = self.draw();
        self.notify(user, at);
    }

    async fn drain(&mut self) {
        let drained = async {
            while self.open > 0 {
                self.step(None).await;
            }
        };
        tokio::time::timeout(PATIENCE, drained).await.expect("a request or a 200 never came");
    }

    /// A user with nothing under way, by xorshift.
    fn draw(&mut self) -> u32 {
        loop {
            self.random ^= self.random << 13;
            self.random ^= self.random >> 7;
            self.random ^= self.random << 17;
            let user = (self.random % self.users.len() as u64) as u32;
            if self.users[user as usize].way.is_none() {
                return user;
            }
        }
    }

    fn notify(&mut self, user: u32, since: Instant) {
        let known = &mut self.users[user as usize];
        known.busy = !known.busy;
        known.way = Some(Way { since, requested: false, answered: false });
        let number = self.platform.notify(user, if known.busy { BUSY } else { AVAILABLE });
        self.unanswered.push_back((number, user));
        self.open += 1;
    }

    /// Writes what there is, reads what comes, and hands on when something is due.
    async fn step(&mut self, due: Option<&mut mpsc::UnboundedReceiver<Instant>>) -> Option<Instant> {
        self.switch.flush().await;
        self.platform.flush().await;
        let due = async {
            match due {
                Some(due) => due.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.platform.fill() => self.answered(),
            () = self.switch.fill() => self.requested(),
            at = due => return at,
        }
        None
    }

    fn answered(&mut self) {
        let Self { platform, users, unanswered, open, done, .. } = self;
        platform.work(|number| {
            let (expected, user) = unanswered.pop_front().expect("a 200 for nothing");
            assert_eq!(number, expected, "200s come in order");
            let known = &mut users[user as usize];
            known.way.as_mut().unwrap().answered = true;
            finish(known, open, done);
        });
    }

    fn requested(&mut self) {
        let Self { switch, users, open, done, .. } = self;
        let now = Instant::now();
        switch.work(|user, ready| {
            let known = &mut users[user as usize];
            assert_eq!(ready, !known.busy, "a wrong state for {user}");
            let way = known.way.as_mut().expect("a request for nothing");
            assert!(!std::mem::replace(&mut way.requested, true), "a request twice");
            done.latencies.push(now - way.since);
            finish(known, open, done);
        });
    }
}

fn finish(user: &mut User, open: &mut usize, done: &mut Measured) {
    if user.way.as_ref().is_some_and(|way| way.requested && way.answered) {
        user.way = None;
        *open -= 1;
        done.count += 1;
    }
}
