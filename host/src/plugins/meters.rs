//! A plug-in's own metrics, as `uc_plugin_<name>{plugin="…"}`, with the labels that stand in the name if there are any.

use super::{id::PluginId, log::Log};
use metrics::{Counter, Gauge, Histogram, Label, counter, describe_counter, describe_gauge, gauge, histogram};
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, Once, PoisonError, RwLock},
};
use uc_plugin_api::{
    abi::{Level, MetricKind},
    metric_descriptions,
};

/// Most metrics of one instance; more would be names made of users or calls.
const MOST: usize = 128;
/// Longest name, and longest with its labels, in bytes.
const LONGEST: (usize, usize) = (64, 256);
/// Letters taken of what a metric means.
const LONGEST_WORDS: usize = 300;
/// Bytes shown of a name that is refused.
const SHOWN: usize = 100;

/// The metrics of one instance. The lock is held for a look-up; only the first use of a name writes.
pub(super) struct Meters {
    plugin: PluginId,
    log: Log,
    known: RwLock<HashMap<String, Meter>>,
    /// Names of which the recorder keeps words, for as long as it lives.
    described: Mutex<HashSet<String>>,
    /// Changes that no metric took.
    refused: Counter,
    told_too_long: Once,
    told_too_many: Once,
}

enum Meter {
    Counter(Counter),
    Gauge(Gauge),
    Histogram(Histogram),
    Refused,
}

impl Meters {
    pub(super) fn new(plugin: PluginId, log: Log) -> Self {
        let refused = counter!("uc_plugin_metrics_refused_total", "plugin" => plugin.to_string());
        let (told_too_long, told_too_many) = (Once::new(), Once::new());
        Self {
            plugin,
            log,
            known: RwLock::default(),
            described: Mutex::default(),
            refused,
            told_too_long,
            told_too_many,
        }
    }

    /// Changes a metric, unless its name or value is impossible.
    pub(super) fn change(&self, kind: MetricKind, name: &str, value: f64) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(meter) = known.get(name) {
            return self.count(meter.change(kind, value));
        }
        if name.len() > LONGEST.1 {
            let told = format!("with its labels it has more than {} bytes", LONGEST.1);
            return self.refuse(&self.told_too_long, name, &told);
        }
        let full = known.len() >= MOST;
        drop(known);
        if full {
            let told = format!("there are {MOST} metrics already; names must not be made of users or calls");
            return self.refuse(&self.told_too_many, name, &told);
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let taken = known.entry(name.to_owned()).or_insert_with(|| self.meter(kind, name)).change(kind, value);
        drop(known);
        self.count(taken);
    }

    /// Takes the plug-in's words of what its metrics mean; a library that two plug-ins share means the same in both. Of more
    /// than [`MOST`] names, however often it speaks of others, none is kept.
    pub(super) fn describe(&self, text: &str) {
        let mut described = self.described.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, words) in metric_descriptions::read(text).filter(|(name, _)| is_name(name)) {
            if !described.contains(name) && described.len() >= MOST {
                continue;
            }
            described.insert(name.to_owned());
            let words: String = words.chars().filter(|letter| !letter.is_control()).take(LONGEST_WORDS).collect();
            let name = format!("uc_plugin_{name}");
            match name.ends_with("_total") {
                true => describe_counter!(name, words),
                false => describe_gauge!(name, words),
            }
        }
    }

    fn count(&self, taken: bool) {
        if !taken {
            self.refused.increment(1);
        }
    }

    /// Says once why, and counts.
    fn refuse(&self, told: &Once, name: &str, why: &str) {
        self.refused.increment(1);
        told.call_once(|| {
            let shown: String = name.chars().take(SHOWN).collect();
            self.log.write(Level::Warn, "host", &format!("metric {shown:?} refused, and others like it: {why}"));
        });
    }

    fn meter(&self, kind: MetricKind, name: &str) -> Meter {
        let Some((name, mut labels)) = parts(name) else {
            let text = format!("metric {name:?} refused: names are a-z, 0-9 and _, at most {} bytes", LONGEST.0);
            self.log.write(Level::Warn, "host", &text);
            return Meter::Refused;
        };
        let name = format!("uc_plugin_{name}");
        labels.push(Label::new("plugin", self.plugin.to_string()));
        match kind {
            MetricKind::Counter => Meter::Counter(counter!(name, labels)),
            MetricKind::Gauge => Meter::Gauge(gauge!(name, labels)),
            MetricKind::Histogram => Meter::Histogram(histogram!(name, labels)),
        }
    }
}

/// The parts of `name` or `name{key="value",…}`, if they are possible. Whose metric it is says the host.
fn parts(text: &str) -> Option<(&str, Vec<Label>)> {
    let (name, labels) = match text.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}')?),
        None => (text, ""),
    };
    let labels = labels.split(',').filter(|label| !label.is_empty()).map(|label| {
        let (key, value) = label.split_once('=')?;
        let value = value.strip_prefix('"')?.strip_suffix('"')?;
        let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte));
        (is_name(key) && key != "plugin" && plain).then(|| Label::new(key.to_owned(), value.to_owned()))
    });
    let labels = labels.collect::<Option<_>>()?;
    is_name(name).then_some((name, labels))
}

fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=LONGEST.0).contains(&text.len()) && text.bytes().all(allowed)
}

/// More at a time is no count of anything, and a few of them would take the counter back to the beginning.
const MOST_AT_ONCE: f64 = 1e12;

impl Meter {
    /// False: it is a metric of another kind, or the value is impossible.
    fn change(&self, kind: MetricKind, value: f64) -> bool {
        if !value.is_finite() {
            return false;
        }
        match (self, kind) {
            (Self::Counter(counter), MetricKind::Counter) if (0.0..=MOST_AT_ONCE).contains(&value) => {
                counter.increment(value as u64);
            }
            (Self::Gauge(gauge), MetricKind::Gauge) => gauge.set(value),
            (Self::Histogram(histogram), MetricKind::Histogram) => histogram.record(value),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_counted_and_disturbs_no_other() {
        use metrics_exporter_prometheus::PrometheusBuilder;
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            let plugin = PluginId::new("busy").unwrap();
            let meters = Meters::new(plugin.clone(), Log::of(&plugin));
            (0..MOST + 5).for_each(|number| meters.change(MetricKind::Counter, &format!("c{number}_total"), 1.0));
            meters.change(MetricKind::Counter, "c0_total", 1.0);
            meters.change(MetricKind::Gauge, "c0_total", 1.0);
            for value in [f64::NAN, f64::INFINITY, -1.0, u64::MAX as f64] {
                meters.change(MetricKind::Counter, "c0_total", value);
            }
            meters.change(MetricKind::Counter, &format!("x{{a=\"{}\"}}", "y".repeat(300)), 1.0);
        });
        let shown = recorder.handle().render();
        assert!(shown.contains("uc_plugin_metrics_refused_total{plugin=\"busy\"} 11"), "{shown}");
        assert!(shown.contains("uc_plugin_c0_total{plugin=\"busy\"} 2"), "{shown}");
    }

    #[test]
    fn what_a_metric_means_is_shown_and_what_is_no_name_is_not() {
        use metrics_exporter_prometheus::PrometheusBuilder;
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            let plugin = PluginId::new("busy").unwrap();
            let meters = Meters::new(plugin.clone(), Log::of(&plugin));
            meters.describe(&format!("calls_total Calls\u{1b}[2J taken\nopen {}\nBad No\n", "x".repeat(5000)));
            meters.change(MetricKind::Counter, "calls_total", 1.0);
            meters.change(MetricKind::Gauge, "open", 1.0);
        });
        let shown = recorder.handle().render();
        assert!(shown.contains("# HELP uc_plugin_calls_total Calls[2J taken\n"), "{shown}");
        assert!(shown.contains(&format!("# HELP uc_plugin_open {}\n", "x".repeat(LONGEST_WORDS))), "{shown}");
        assert!(!shown.contains("Bad"), "{shown}");
    }

    #[test]
    fn words_are_kept_of_a_bounded_number_of_names_however_often_others_come() {
        use metrics_exporter_prometheus::PrometheusBuilder;
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            let plugin = PluginId::new("busy").unwrap();
            let meters = Meters::new(plugin.clone(), Log::of(&plugin));
            for call in 0..10 {
                let words = (0..MOST / 2).map(|name| format!("n{call}_{name}_total Words\n")).collect::<String>();
                meters.describe(&words);
            }
            meters.describe("n0_0_total Other words\n");
            // Words show beside values only; the other plug-in's stand beside these.
            let other = Meters::new(PluginId::new("other").unwrap(), Log::of(&plugin));
            for name in (0..3).map(|call| format!("n{call}_0_total")) {
                other.change(MetricKind::Counter, &name, 1.0);
            }
        });
        let shown = recorder.handle().render();
        assert!(
            shown.contains("# HELP uc_plugin_n0_0_total ") && shown.contains("# HELP uc_plugin_n1_0_total "),
            "{shown}"
        );
        assert!(!shown.contains("# HELP uc_plugin_n2_0_total "), "{shown}");
    }

    #[test]
    fn a_name_may_carry_labels() {
        let read = |text| {
            let (name, labels) = parts(text)?;
            Some((name, labels.iter().map(|label| format!("{}={}", label.key(), label.value())).collect::<Vec<_>>()))
        };
        for (text, expected) in [
            ("calls_total", Some(("calls_total", vec![]))),
            ("requests_total{method=\"SUBSCRIBE\"}", Some(("requests_total", vec!["method=SUBSCRIBE".to_owned()]))),
            ("a{b=\"1\",c=\"2\"}", Some(("a", vec!["b=1".to_owned(), "c=2".to_owned()]))),
            ("", None),
            ("Calls", None),
            ("calls{", None),
            ("calls{b}", None),
            ("calls{b=1}", None),
            ("calls{b=\"\n\"}", None),
            // Whose it is cannot be claimed.
            ("calls{plugin=\"lync\"}", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read(&"n".repeat(65)), None);
    }
}
