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
    collections::HashMap,
    sync::{
        Arc, Once, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};

/// How often the host is told.
const EVERY: Duration = Duration::from_secs(1);
/// Most counters and gauges kept for one instance, together: as many metrics as the host takes, but for the one that counts
/// what is lost beyond.
const MOST: usize = 127;
/// Counts changes of metrics beyond [`MOST`]. They are lost: what is added or set could only go to a metric that keeps
/// nothing, and would read as something else.
const LOST: &str = "metrics_lost_total";

/// Sends metrics of this library to the instance whose thread counts, from now on.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    // In a unit test the recorder may be the test's own; then the metrics are its.
    ONCE.call_once(|| drop(metrics::set_global_recorder(Bridge)));
}

/// What one instance counts by macro.
#[derive(Default)]
pub(super) struct Meters {
    counters: RwLock<HashMap<Key, Arc<Added>>>,
    gauges: RwLock<HashMap<Key, Arc<Level>>>,
    /// How many both have.
    names: AtomicUsize,
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
fn meter<T: Default>(known: &RwLock<HashMap<Key, Arc<T>>>, names: &AtomicUsize, key: &Key) -> Option<Arc<T>> {
    if let Some(meter) = known.read().unwrap_or_else(PoisonError::into_inner).get(key) {
        return Some(meter.clone());
    }
    let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(meter) = known.get(key) {
        return Some(meter.clone());
    }
    let more = |names: usize| (names < MOST).then_some(names + 1);
    names.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
    Some(known.entry(key.clone()).or_default().clone())
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
