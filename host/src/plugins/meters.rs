//! A plug-in's own metrics, as `uc_plugin_<name>{plugin="…"}`.

use super::{id::PluginId, log::Log};
use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};
use uc_plugin_api::abi::{Level, MetricKind};

/// Most metrics of one instance; more would be names made of users or calls.
const MOST: usize = 128;
/// Longest name, in bytes.
const LONGEST: usize = 64;

/// The metrics of one instance. The lock is held for a look-up; only the first use of a name writes.
pub(super) struct Meters {
    plugin: PluginId,
    log: Log,
    known: RwLock<HashMap<String, Meter>>,
}

enum Meter {
    Counter(Counter),
    Gauge(Gauge),
    Histogram(Histogram),
    Refused,
}

impl Meters {
    pub(super) fn new(plugin: PluginId, log: Log) -> Self {
        Self { plugin, log, known: RwLock::default() }
    }

    /// Changes a metric, unless its name or value is impossible.
    pub(super) fn change(&self, kind: MetricKind, name: &str, value: f64) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(meter) = known.get(name) {
            return meter.change(kind, value);
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST && name.len() <= LONGEST {
            known.entry(name.to_owned()).or_insert_with(|| self.meter(kind, name)).change(kind, value);
        }
    }

    fn meter(&self, kind: MetricKind, name: &str) -> Meter {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(allowed) {
            self.log.write(Level::Warn, "host", &format!("metric {name:?} refused: names are a-z, 0-9 and _"));
            return Meter::Refused;
        }
        let (name, plugin) = (format!("uc_plugin_{name}"), self.plugin.to_string());
        match kind {
            MetricKind::Counter => Meter::Counter(counter!(name, "plugin" => plugin)),
            MetricKind::Gauge => Meter::Gauge(gauge!(name, "plugin" => plugin)),
            MetricKind::Histogram => Meter::Histogram(histogram!(name, "plugin" => plugin)),
        }
    }
}

impl Meter {
    fn change(&self, kind: MetricKind, value: f64) {
        match (self, kind) {
            (Self::Counter(counter), MetricKind::Counter) if value >= 0.0 => counter.increment(value as u64),
            (Self::Gauge(gauge), MetricKind::Gauge) => gauge.set(value),
            (Self::Histogram(histogram), MetricKind::Histogram) => histogram.record(value),
            _ => {}
        }
    }
}
