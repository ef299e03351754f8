//! Workers who say, all the time, whether they are available: on their pages, or on the platform.

use super::{
    desk::{Deed, Desk},
    words::{Said, user},
};
use rand::Rng;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};
use uc_lab::front_end::{FrontEnd, Presence};

/// Several say something at once, so often.
const PACE: Duration = Duration::from_millis(10);

/// Where they say it.
pub(super) enum Place {
    Pages(Vec<Desk>),
    /// So many workers.
    Platform(FrontEnd, usize),
}

/// Ends when dropped.
pub(super) struct Speaker {
    speaks: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Drop for Speaker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Speaker {
    /// So many changes a second.
    pub(super) fn begin(place: Place, said: Arc<Said>, rate: f64) -> Self {
        let speaks = Arc::new(AtomicBool::new(true));
        let now = Arc::clone(&speaks);
        let task = tokio::spawn(async move {
            let mut pace = interval(PACE);
            pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
            let (each, mut due) = (rate * PACE.as_secs_f64(), 0.0);
            loop {
                pace.tick().await;
                due += each;
                while due >= 1.0 {
                    due -= 1.0;
                    if now.load(Ordering::Relaxed) {
                        one_speaks(&place, &said);
                    }
                }
            }
        });
        Self { speaks, task }
    }

    pub(super) fn speak(&self, speaks: bool) {
        self.speaks.store(speaks, Ordering::Relaxed);
    }
}

/// Somebody says something else than they said last.
fn one_speaks(place: &Place, said: &Said) {
    match place {
        Place::Pages(desks) => desks[rand::rng().random_range(0..desks.len())].does(Deed::Choose),
        Place::Platform(front_end, workers) => {
            let worker = rand::rng().random_range(0..*workers);
            let (address, word) = (format!("sip:{}@example.com", user(worker)), said.says_more(worker));
            front_end.set_presence(&address, Presence::new(word.availability)).unwrap();
        }
    }
}
