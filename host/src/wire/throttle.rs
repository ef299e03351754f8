//! Faults of a peer, told without flooding a log: each distinct one at once, then once a minute with a count. Reads no
//! clock: times are whatever its owner goes by.

use super::Shown;
use std::{
    collections::HashMap,
    ops::Add,
    time::{Duration, Instant},
};

/// Between two reports of one fault.
pub const PERIOD: Duration = Duration::from_secs(60);

/// Distinct faults told apart at a time; a peer can make up any number.
const MAX_FAULTS: usize = 64;

/// Under this name goes what finds no room.
const OTHERS: &str = "faults of still other kinds";

/// Which faults were told lately.
#[derive(Debug)]
pub struct Throttle<T = Instant> {
    told: HashMap<Box<str>, Told<T>>,
    /// No count is due before; kept here so that asking costs nothing.
    deadline: Option<T>,
}

#[derive(Clone, Copy, Debug)]
struct Told<T> {
    since: T,
    kept_back: u64,
}

/// A fault that came again while it was kept back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// Which.
    pub fault: Box<str>,
    /// How often since it was told last.
    pub count: u64,
}

impl<T> Default for Throttle<T> {
    fn default() -> Self {
        Self { told: HashMap::new(), deadline: None }
    }
}

impl<T: Copy + Ord + Add<Duration, Output = T>> Throttle<T> {
    /// Notes a fault; gives the words to tell now, fit to be shown, none when it was told within the last minute.
    pub fn note(&mut self, fault: &str, now: T) -> Option<String> {
        // Cut before it is kept: a peer may have had a hand in it.
        let shown = Shown::new(fault).to_string();
        let fault = if self.has_room_for(&shown, now) { &*shown } else { OTHERS };
        if let Some(told) = self.told.get_mut(fault).filter(|told| now < told.since + PERIOD || told.kept_back > 0) {
            told.kept_back += 1;
            let due = told.since + PERIOD;
            self.deadline = Some(self.deadline.map_or(due, |before| before.min(due)));
            return None;
        }
        self.told.insert(fault.into(), Told { since: now, kept_back: 0 });
        Some(fault.to_owned())
    }

    /// What was kept back and is to be told at `now`.
    pub fn due(&mut self, now: T) -> Vec<Repeated> {
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return Vec::new();
        }
        let mut due = Vec::new();
        for (fault, told) in self.told.iter_mut().filter(|(_, told)| told.kept_back > 0 && now >= told.since + PERIOD) {
            due.push(Repeated { fault: fault.clone(), count: told.kept_back });
            *told = Told { since: now, kept_back: 0 };
        }
        let waiting = self.told.values().filter(|told| told.kept_back > 0);
        self.deadline = waiting.map(|told| told.since + PERIOD).min();
        due
    }

    /// When to call [`Self::due`] next.
    pub fn deadline(&self) -> Option<T> {
        self.deadline
    }

    fn has_room_for(&mut self, fault: &str, now: T) -> bool {
        if self.told.len() < MAX_FAULTS || self.told.contains_key(fault) {
            return true;
        }
        self.told.retain(|_, told| told.kept_back > 0 || now < told.since + PERIOD);
        self.told.len() < MAX_FAULTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn repeated(fault: &str, count: u64) -> Repeated {
        Repeated { fault: fault.into(), count }
    }

    #[test]
    fn each_fault_is_told_at_once_and_then_once_a_minute_with_a_count() {
        let start = Instant::now();
        let mut throttle = Throttle::default();
        assert_eq!(throttle.note("a", start).as_deref(), Some("a"));
        assert_eq!(throttle.note("b", start).as_deref(), Some("b"));
        assert_eq!(throttle.deadline(), None);
        for _ in 0..3000 {
            assert_eq!(throttle.note("a", start + SECOND), None);
        }
        assert_eq!(throttle.deadline(), Some(start + PERIOD));
        assert_eq!(throttle.due(start + 59 * SECOND), []);
        assert_eq!(throttle.due(start + 60 * SECOND), [repeated("a", 3000)]);
        assert_eq!((throttle.deadline(), throttle.due(start + 120 * SECOND)), (None, vec![]));
        assert_eq!(throttle.note("a", start + 61 * SECOND), None);
        assert_eq!(throttle.due(start + 120 * SECOND), [repeated("a", 1)]);
        assert_eq!(throttle.note("b", start + 61 * SECOND).as_deref(), Some("b"));
    }

    #[test]
    fn a_count_that_is_overdue_is_told_with_the_rest() {
        let start = Instant::now();
        let mut throttle = Throttle::default();
        throttle.note("a", start);
        throttle.note("a", start);
        assert_eq!(throttle.note("a", start + 70 * SECOND), None);
        assert_eq!(throttle.due(start + 70 * SECOND), [repeated("a", 2)]);
    }

    #[test]
    fn made_up_faults_share_one_place() {
        let start = Instant::now();
        let mut throttle = Throttle::default();
        let told = (0..100_000).filter(|number| throttle.note(&format!("fault {number}"), start).is_some());
        assert_eq!(told.count(), MAX_FAULTS + 1);
        assert!(throttle.told.len() <= MAX_FAULTS + 1);
        assert_eq!(throttle.due(start + PERIOD), [repeated(OTHERS, 100_000 - MAX_FAULTS as u64 - 1)]);
        assert_eq!(throttle.note("later", start + 2 * PERIOD + SECOND).as_deref(), Some("later"));
    }

    #[test]
    fn what_is_kept_and_told_is_cut_and_fit_to_be_shown() {
        let (start, fault) = (Instant::now(), format!("\u{1b}[2J\n{}", "x".repeat(1_000_000)));
        let mut throttle = Throttle::default();
        let told = throttle.note(&fault, start).unwrap();
        assert!(told.len() < 600 && !told.contains(char::is_control), "{told}");
        assert_eq!(throttle.note(&fault, start), None);
        assert_eq!(throttle.due(start + PERIOD), [repeated(&told, 1)]);
    }
}
