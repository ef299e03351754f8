//! Shows when certificates end, from 30 days before: in the log once a day, on `/metrics` always. Files are looked at
//! again every hour, because who renews a certificate need not reload.

use crate::{
    config::certificates::{End, Named},
    tasks::aside,
};
use std::{
    collections::{HashMap, HashSet},
    time::{Duration, SystemTime},
};
use tokio::{sync::watch, time::interval};

const LOOK: Duration = Duration::from_secs(60 * 60);
const TELL: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs until nobody names certificates any more. What is to be told at the start is told by the start itself.
pub(super) async fn show(mut named: watch::Receiver<Vec<Named>>) {
    let (mut looks, mut told) = (interval(LOOK), Told::default());
    let (mut shown, mut starts) = (HashSet::new(), true);
    loop {
        let certificates = named.borrow_and_update().clone();
        let named_now: HashSet<_> = certificates.iter().cloned().collect();
        let ends = aside("certificates", move || ends(certificates)).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "certificates are looked at again in an hour");
            Vec::new()
        });
        let now = SystemTime::now();
        for (named, end) in &ends {
            gauge(named).set(end.seconds());
            if let Some(text) = named.warning(end, now).filter(|_| told.is_due(named, now) && !starts) {
                tracing::warn!("{}: {text}", named.key);
            }
        }
        // A metric cannot be taken back: what is named no more never ends. What cannot be read now ends as it did.
        shown.difference(&named_now).for_each(|gone| gauge(gone).set(f64::INFINITY));
        (shown, starts) = (named_now, false);
        tokio::select! {
            _ = looks.tick() => {}
            changed = named.changed() => if changed.is_err() { return },
        }
    }
}

fn ends(certificates: Vec<Named>) -> Vec<(Named, End)> {
    certificates.into_iter().filter_map(|named| named.end().map(|end| (named, end))).collect()
}

/// When a certificate ends, in seconds of Unix time.
fn gauge(named: &Named) -> metrics::Gauge {
    let file = named.path.display().to_string();
    metrics::gauge!("uc_certificate_end_seconds", "key" => named.key.clone(), "file" => file)
}

/// What was told when.
#[derive(Default)]
struct Told(HashMap<Named, SystemTime>);

impl Told {
    /// Whether one is to be told now; once a day it is. A key may name two: the one in force, and that of the next start.
    fn is_due(&mut self, named: &Named, now: SystemTime) -> bool {
        let before = self.0.get(named);
        let due = before.is_none_or(|before| now.duration_since(*before).is_ok_and(|since| since >= TELL));
        if due {
            self.0.insert(named.clone(), now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_once_a_day() {
        let (mut told, now) = (Told::default(), SystemTime::UNIX_EPOCH);
        let named = |path: &str| Named { key: "web.tls-cert".into(), path: path.into() };
        let (a, b) = (named("a"), named("b"));
        assert!(told.is_due(&a, now) && told.is_due(&b, now));
        assert!(!told.is_due(&a, now + TELL - Duration::from_secs(1)));
        assert!(told.is_due(&a, now + TELL));
    }
}
