//! How figures are printed.

use std::time::Duration;

/// What one measure gave.
#[derive(Default)]
pub(super) struct Measured {
    pub(super) count: u64,
    pub(super) time: Duration,
    /// From each cause to its effect: as the bench says.
    pub(super) latencies: Vec<Duration>,
    /// How late what a schedule asked for was sent.
    pub(super) late: Vec<Duration>,
}

impl Measured {
    pub(super) fn rate(&self) -> f64 {
        self.count as f64 / self.time.as_secs_f64().max(1e-9)
    }

    /// `p50 1.2µs, p99 3.4µs`.
    pub(super) fn quantiles(&mut self) -> String {
        quantiles(&mut self.latencies)
    }
}

pub(super) fn quantiles(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let Some(last) = times.len().checked_sub(1) else { return "nothing measured".into() };
    let at = |share: f64| times[(last as f64 * share) as usize];
    format!("p50 {:.0?}, p99 {:.0?}, worst {:.0?}", at(0.5), at(0.99), at(1.0))
}

/// The middle one, and the range.
pub(super) fn median(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_unstable_by(f64::total_cmp);
    (values[values.len() / 2], values[0], values[values.len() - 1])
}
