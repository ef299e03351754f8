//! The metrics bridge: what a plug-in and the libraries in it count with the `metrics` macros goes to the host.
//!
//! Every library has statics of its own, so the host's recorder is none of a plug-in's. Here a count is an addition to
//! a number that the instance keeps; once a second, and at the end, what was added goes to the host.

use super::{
    host::{Host, WeakHost},
    log,
};
use crate::abi::MetricKind;
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Once, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};

/// How often the host is told.
const EVERY: Duration = Duration::from_secs(1);
/// Most metrics of one instance, of all kinds and whichever way they are counted: as many as the host takes, but for
/// [`LOST`].
const MOST: usize = 127;
/// Counts changes of metrics beyond [`MOST`]. They are lost: what is added or set could only go to a metric that keeps
/// nothing, and would read as something else.
pub(super) const LOST: &str = "metrics_lost_total";
/// What it means.
pub(super) const LOST_MEANS: (&str, &str) = (
    LOST,
    "Changes of metrics that are lost, because the plug-in has more names than are taken: names made of users or calls",
);

/// Sends metrics of this library to the instance whose thread counts, from now on.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    // In a unit test the recorder may be the test's own; then the metrics are its.
    ONCE.call_once(|| drop(metrics::set_global_recorder(Bridge)));
}

/// What one instance counts: the values by macro, the names by either way.
#[derive(Default)]
pub(super) struct Meters {
    counters: RwLock<HashMap<Key, Arc<Added>>>,
    gauges: RwLock<HashMap<Key, Arc<Level>>>,
    /// Those that the host was or will be told of, with their labels.
    names: RwLock<HashSet<String>>,
    lost: AtomicU64,
}

impl Meters {
    /// Gives what was added and set since to `tell`.
    pub(super) fn flush(&self, tell: impl Fn(MetricKind, &str, f64)) {
        for (key, added) in &*self.counters.read().unwrap_or_else(PoisonError::into_inner) {
            if let Some(more) = added.take() {
                tell(MetricKind::Counter, &name(key), more as f64);
            }
        }
        for (key, level) in &*self.gauges.read().unwrap_or_else(PoisonError::into_inner) {
            if level.changed.swap(false, Ordering::Acquire) {
                tell(MetricKind::Gauge, &name(key), f64::from_bits(level.bits.load(Ordering::Relaxed)));
            }
        }
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tell(MetricKind::Counter, LOST, lost as f64);
        }
    }

    fn counter(&self, key: &Key) -> Option<Arc<Added>> {
        meter(&self.counters, &self.names, key)
    }

    fn gauge(&self, key: &Key) -> Option<Arc<Level>> {
        meter(&self.gauges, &self.names, key)
    }

    /// Whether a metric of this name has room; what is lost for want of it is counted.
    pub(super) fn admits(&self, name: &str) -> bool {
        let admitted = has_room(&self.names, name);
        if !admitted {
            self.loses_one();
        }
        admitted
    }

    fn loses_one(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }
}

/// Tells the host once a second, for as long as the instance lives.
pub(super) async fn tell(host: Host) {
    let mut every = interval(EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        host.flush_meters();
    }
}

/// The meter of this key, or none once there are too many names of all kinds.
fn meter<T: Default>(
    known: &RwLock<HashMap<Key, Arc<T>>>,
    names: &RwLock<HashSet<String>>,
    key: &Key,
) -> Option<Arc<T>> {
    if let Some(meter) = known.read().unwrap_or_else(PoisonError::into_inner).get(key) {
        return Some(meter.clone());
    }
    let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(meter) = known.get(key) {
        return Some(meter.clone());
    }
    if !has_room(names, &name(key)) {
        return None;
    }
    Some(known.entry(key.clone()).or_default().clone())
}

/// Whether there is room for this name, which is kept then. That of what is lost is nobody's.
fn has_room(names: &RwLock<HashSet<String>>, name: &str) -> bool {
    if names.read().unwrap_or_else(PoisonError::into_inner).contains(name) {
        return true;
    }
    let mut names = names.write().unwrap_or_else(PoisonError::into_inner);
    let room = name != LOST && (names.len() < MOST || names.contains(name));
    if room {
        names.insert(name.to_owned());
    }
    room
}

/// As the host reads it: `name`, or `name{key="value",…}` with values of letters, digits and `-_.:/`.
fn name(key: &Key) -> String {
    let plain = |text: &str| -> String {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
        text.chars().map(|c| if allowed(c) { c } else { '_' }).collect()
    };
    let labels: Vec<_> = key.labels().map(|label| format!("{}=\"{}\"", label.key(), plain(label.value()))).collect();
    if labels.is_empty() { key.name().to_owned() } else { format!("{}{{{}}}", key.name(), labels.join(",")) }
}

struct Bridge;

impl Recorder for Bridge {
    // What a plug-in's own mean it says in `Backend::METRICS`: a library's words come before there is an instance.
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let Some(host) = log::current() else { return Counter::noop() };
        match host.meters().counter(key) {
            Some(counter) => Counter::from_arc(counter),
            None => Counter::from_arc(Arc::new(Lost(host.downgrade()))),
        }
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let Some(host) = log::current() else { return Gauge::noop() };
        match host.meters().gauge(key) {
            Some(gauge) => Gauge::from_arc(gauge),
            None => Gauge::from_arc(Arc::new(Lost(host.downgrade()))),
        }
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        log::current()
            .map_or_else(Histogram::noop, |host| Histogram::from_arc(Arc::new(Measure(host.downgrade(), name(key)))))
    }
}

/// What was added to a counter and not told yet.
#[derive(Default)]
struct Added {
    more: AtomicU64,
    /// The largest of the absolute values it was set to.
    absolute: AtomicU64,
    known: AtomicBool,
}

impl Added {
    /// Nothing once there is nothing new; a counter shows from its first use, be it by 0.
    fn take(&self) -> Option<u64> {
        let more = self.more.swap(0, Ordering::Relaxed);
        (!self.known.swap(true, Ordering::Relaxed) || more > 0).then_some(more)
    }
}

impl CounterFn for Added {
    fn increment(&self, more: u64) {
        self.more.fetch_add(more, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        let before = self.absolute.fetch_max(value, Ordering::Relaxed);
        self.increment(value.saturating_sub(before));
    }
}

/// A gauge's value, as the bits of an `f64`.
#[derive(Default)]
struct Level {
    bits: AtomicU64,
    changed: AtomicBool,
}

impl Level {
    fn change(&self, to: impl Fn(f64) -> f64) {
        let new = |bits| Some(to(f64::from_bits(bits)).to_bits());
        // It always has a new value.
        let _ = self.bits.fetch_update(Ordering::Relaxed, Ordering::Relaxed, new);
        self.changed.store(true, Ordering::Release);
    }
}

impl GaugeFn for Level {
    fn increment(&self, value: f64) {
        self.change(|before| before + value);
    }

    fn decrement(&self, value: f64) {
        self.change(|before| before - value);
    }

    fn set(&self, value: f64) {
        self.change(|_| value);
    }
}

/// A metric that keeps nothing, because nothing is added up: each value goes to the host as it is.
struct Measure(WeakHost, String);

impl HistogramFn for Measure {
    fn record(&self, value: f64) {
        if let Some(host) = self.0.upgrade() {
            host.measure(&self.1, value);
        }
    }
}

/// A counter or gauge beyond [`MOST`]: each change of it is one that is lost.
struct Lost(WeakHost);

impl Lost {
    fn change(&self) {
        if let Some(host) = self.0.upgrade() {
            host.meters().loses_one();
        }
    }
}

impl CounterFn for Lost {
    fn increment(&self, _: u64) {
        self.change();
    }

    fn absolute(&self, _: u64) {
        self.change();
    }
}

impl GaugeFn for Lost {
    fn increment(&self, _: f64) {
        self.change();
    }

    fn decrement(&self, _: f64) {
        self.change();
    }

    fn set(&self, _: f64) {
        self.change();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn told(meters: &Meters) -> Vec<(String, f64)> {
        let told = RefCell::new(Vec::new());
        meters.flush(|_, name, value| told.borrow_mut().push((name.to_owned(), value)));
        told.into_inner()
    }

    #[test]
    fn what_was_added_is_told_once_and_a_counter_shows_at_zero() {
        let meters = Meters::default();
        let counter = meters.counter(&Key::from_name("calls_total")).unwrap();
        assert_eq!(told(&meters), [("calls_total".to_owned(), 0.0)]);
        assert_eq!(told(&meters), []);
        counter.increment(2);
        counter.increment(3);
        assert_eq!(told(&meters), [("calls_total".to_owned(), 5.0)]);
        counter.absolute(10);
        counter.absolute(12);
        assert_eq!(told(&meters), [("calls_total".to_owned(), 12.0)]);
        let gauge = meters.gauge(&Key::from_name("agents")).unwrap();
        gauge.set(4.0);
        gauge.decrement(1.5);
        assert_eq!(told(&meters), [("agents".to_owned(), 2.5)]);
        assert_eq!(told(&meters), []);
    }

    #[test]
    fn labels_travel_in_the_name() {
        let key = Key::from_parts("requests_total", &[("method", "SUBSCRIBE"), ("peer", "a\"b\n")]);
        assert_eq!(name(&key), "requests_total{method=\"SUBSCRIBE\",peer=\"a_b_\"}");
    }

    #[test]
    fn names_made_of_peers_end_at_the_bound() {
        let meters = Meters::default();
        let made = |n: usize| match n % 2 {
            0 => meters.counter(&Key::from_name(format!("n{n}"))).is_some(),
            _ => meters.gauge(&Key::from_name(format!("n{n}"))).is_some(),
        };
        assert_eq!((0..1000).filter(|n| made(*n)).count(), MOST, "of both kinds together");
        assert!(made(0) && made(1), "those that are known stay");
        assert!(meters.admits("n0") && !meters.admits("direct_total"), "whichever way they are counted");
        assert_eq!(
            told(&meters).into_iter().filter(|(name, _)| name == LOST).collect::<Vec<_>>(),
            [(LOST.to_owned(), 1.0)]
        );
    }

    #[test]
    fn names_that_are_counted_directly_are_bounded_with_the_others() {
        let meters = Meters::default();
        assert_eq!((0..1000).filter(|n| meters.admits(&format!("n{n}"))).count(), MOST);
        assert!(meters.admits("n0") && meters.counter(&Key::from_name("n0")).is_some(), "one name is one metric");
        assert!(meters.counter(&Key::from_name("other")).is_none() && !meters.admits(LOST));
        let lost = (1000 - MOST + 1) as f64;
        assert!(told(&meters).contains(&(LOST.to_owned(), lost)));
    }

    #[test]
    fn what_is_lost_is_counted_and_mixed_into_nothing() {
        let meters = Meters::default();
        assert!(!told(&meters).iter().any(|(name, _)| name == LOST));
        (0..3).for_each(|_| meters.loses_one());
        assert_eq!(told(&meters), [(LOST.to_owned(), 3.0)]);
        assert_eq!(told(&meters), []);
    }
}
