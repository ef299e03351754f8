//! Both ends of the product in one thread: every change at the T-Server changes what is shown of an agent, and is done
//! when the Front End has taken the right publication.

use super::{
    day::Doing,
    figures::Measured,
    front_end::{self, Happened},
    switch::{self, Switch},
};
use std::{
    thread,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// Longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Changes of a flood that are written at once.
const AT_ONCE: usize = 64;

#[derive(Clone, Default)]
struct Agent {
    doing: Doing,
    seen: Doing,
    /// Since when a change is under way.
    since: Option<Instant>,
}

/// The ends, and what is on its way between them.
pub(super) struct Loader {
    switch: Switch,
    happened: mpsc::UnboundedReceiver<Happened>,
    agents: Vec<Agent>,
    next: usize,
    open: usize,
    /// Agents who are seen to do something else than they do.
    wrong: usize,
    /// Whether changes may overtake each other.
    flooded: bool,
    done: Measured,
    /// Endpoints registered, and publications taken, so far.
    pub(super) registered: u32,
    pub(super) published: u64,
    /// When everybody was registered.
    pub(super) all_registered: Instant,
}

/// What a flood gave.
pub(super) struct Flood {
    pub(super) changes: u64,
    pub(super) publications: u64,
    pub(super) time: Duration,
}

impl Loader {
    /// Waits for a product, until it listens to all agents and has published something of so many.
    pub(super) async fn meet(
        front_end: &front_end::Door,
        switch: &switch::Door,
        agents: u32,
        publications: u32,
    ) -> Self {
        let (happened, switch) = tokio::join!(front_end.accept(), switch.accept());
        let agents = vec![Agent::default(); agents as usize];
        let (done, now) = (Measured::default(), Instant::now());
        let mut loader = Self {
            switch,
            happened,
            agents,
            next: 0,
            open: 0,
            wrong: 0,
            flooded: false,
            done,
            registered: 0,
            published: 0,
            all_registered: now,
        };
        let all = loader.agents.len() as u32;
        let met = async {
            while loader.switch.registered < all || loader.published < publications.into() {
                loader.step(None).await;
            }
        };
        tokio::time::timeout(PATIENCE, met).await.expect("the product does not publish everybody");
        loader
    }

    /// So many under way, for that time.
    pub(super) async fn window(&mut self, window: usize, time: Duration) -> Measured {
        let begin = Instant::now();
        self.done = Measured::default();
        while begin.elapsed() < time {
            while self.open < window.min(self.agents.len()) {
                self.change(Instant::now());
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
                self.done.late.push(at.elapsed());
                self.change(at);
            }
        }
        clock.join().unwrap();
        self.drain().await;
        self.done.time = begin.elapsed();
        std::mem::take(&mut self.done)
    }

    /// Changes as fast as the product takes them off its socket, for that time, and until everybody is right.
    pub(super) async fn flood(&mut self, time: Duration) -> Flood {
        let (begin, before) = (Instant::now(), self.published);
        let mut changes = 0;
        self.flooded = true;
        while begin.elapsed() < time {
            for _ in 0..AT_ONCE {
                let (agent, doing) = self.advance();
                doing.tell(&mut self.switch, agent);
                changes += 1;
            }
            self.switch.flush().await;
            while let Ok(happened) = self.happened.try_recv() {
                self.happened(happened);
            }
            tokio::task::yield_now().await;
        }
        let right = async {
            while self.wrong > 0 {
                self.step(None).await;
            }
        };
        tokio::time::timeout(PATIENCE, right).await.expect("somebody is shown wrong");
        self.flooded = false;
        Flood { changes, publications: self.published - before, time: begin.elapsed() }
    }

    async fn drain(&mut self) {
        let drained = async {
            while self.open > 0 {
                self.step(None).await;
            }
        };
        tokio::time::timeout(PATIENCE, drained).await.expect("a publication never came");
    }

    /// The next agent in turn goes on to the next thing of their day.
    fn advance(&mut self) -> (u32, Doing) {
        let agent = self.next;
        self.next = (self.next + 1) % self.agents.len();
        let known = &mut self.agents[agent];
        self.wrong -= usize::from(known.doing != known.seen);
        known.doing = known.doing.next();
        self.wrong += usize::from(known.doing != known.seen);
        (agent as u32, known.doing)
    }

    fn change(&mut self, since: Instant) {
        let (agent, doing) = self.advance();
        let known = &mut self.agents[agent as usize];
        assert!(known.since.is_none(), "the last change of {agent} is still under way: too many for so few agents");
        known.since = Some(since);
        doing.tell(&mut self.switch, agent);
        self.open += 1;
    }

    /// Writes what there is, takes what comes, and hands on when something is due.
    async fn step(&mut self, due: Option<&mut mpsc::UnboundedReceiver<Instant>>) -> Option<Instant> {
        self.switch.flush().await;
        let due = async {
            match due {
                Some(due) => due.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            happened = self.happened.recv() => {
                self.happened(happened.expect("the product closed its connection"));
                while let Ok(happened) = self.happened.try_recv() {
                    self.happened(happened);
                }
            }
            () = self.switch.fill() => self.switch.work(|agent, _| panic!("something was asked for {agent}")),
            at = due => return at,
        }
        None
    }

    fn happened(&mut self, happened: Happened) {
        match happened {
            Happened::Registered => {
                self.registered += 1;
                self.all_registered = Instant::now();
            }
            Happened::Published(agent, doing) => {
                self.published += 1;
                self.publication(agent, doing);
            }
        }
    }

    fn publication(&mut self, agent: u32, doing: Doing) {
        let known = &mut self.agents[agent as usize];
        self.wrong -= usize::from(known.doing != known.seen);
        known.seen = doing;
        self.wrong += usize::from(known.doing != known.seen);
        assert!(self.flooded || doing == known.doing, "{agent} is shown as {doing:?} and does {:?}", known.doing);
        if let Some(since) = known.since.take() {
            self.done.latencies.push(since.elapsed());
            self.done.count += 1;
            self.open -= 1;
        }
    }
}
