//! How the members of the etcd are, for whoever runs the node: in the log, in readiness, in the metrics.

use crate::web::Readiness;
use std::collections::BTreeSet;
use tokio::sync::watch;
use uc_store::Survey;

/// What readiness calls it.
const ETCD: &str = "etcd";

/// Runs until the store ends. `quota`: at so many bytes the etcd takes nothing more.
pub async fn show(mut surveys: watch::Receiver<Survey>, readiness: Readiness, quota: u64) {
    let mut logged = BTreeSet::new();
    while surveys.changed().await.is_ok() {
        let survey = surveys.borrow_and_update().clone();
        measure(&survey);
        tell(&survey, &readiness, quota);
        log(&survey, quota, &mut logged);
    }
}

fn measure(survey: &Survey) {
    for member in &survey.members {
        let endpoint = member.endpoint.clone();
        metrics::gauge!("uc_etcd_member_up", "endpoint" => endpoint.clone())
            .set(f64::from(u8::from(member.said.is_ok())));
        if let Ok(said) = &member.said {
            metrics::gauge!("uc_etcd_database_bytes", "endpoint" => endpoint.clone()).set(said.size as f64);
            metrics::gauge!("uc_etcd_alarms", "endpoint" => endpoint).set(said.faults.len() as f64);
        }
    }
}

fn tell(survey: &Survey, readiness: &Readiness, quota: u64) {
    let (faults, large) = (survey.faults(), survey.large(quota));
    let words = faults.iter().chain(&large).map(String::as_str).collect::<Vec<_>>().join("; ");
    // Whether this node can work is another part's to say.
    match words.is_empty() {
        true => readiness.ready(ETCD),
        false => readiness.in_part(ETCD, words),
    }
}

/// Each once, and once more when it had gone meanwhile.
fn log(survey: &Survey, quota: u64, logged: &mut BTreeSet<String>) {
    let said: BTreeSet<_> = survey.faults().into_iter().chain(survey.warnings(quota)).collect();
    said.difference(logged).for_each(|words| tracing::warn!("{words}"));
    if said.is_empty() && !logged.is_empty() {
        tracing::info!("etcd has nothing to complain of any more");
    }
    // An old version that is only out of reach for a moment is not told again.
    let kept: BTreeSet<_> = logged.iter().filter(|words| words.contains("too old")).cloned().collect();
    *logged = &said | &kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use uc_store::{Said, Surveyed};

    fn survey(size: u64, faults: &[&str]) -> Survey {
        let faults = faults.iter().copied().map(str::to_owned).collect();
        let said = Said { cluster: 1, version: "3.5.13".into(), size, faults };
        let members = vec![Surveyed { endpoint: "http://etcd:2379".into(), said: Ok(said) }];
        Survey { members, refused: None }
    }

    #[test]
    fn what_stops_everybody_is_told_and_what_will() {
        for (survey, start, words) in [
            (survey(40, &[]), "[+] etcd", "ready"),
            (survey(50, &[]), "[~] etcd", "its database fills half"),
            (survey(40, &["memberID:1 alarm:NOSPACE "]), "[~] etcd", "etcdctl alarm disarm"),
        ] {
            let readiness = Readiness::default();
            tell(&survey, &readiness, 100);
            let report = readiness.report();
            assert!(report.starts_with(start) && report.contains(words), "{report}");
        }
    }

    #[test]
    fn nothing_is_logged_twice_but_what_had_gone() {
        let mut logged = BTreeSet::new();
        log(&survey(50, &[]), 100, &mut logged);
        assert_eq!(logged.len(), 1);
        log(&survey(51, &[]), 100, &mut logged);
        assert_eq!(logged.len(), 1, "another size is no other news");
        log(&survey(0, &[]), 100, &mut logged);
        assert!(logged.is_empty());
    }
}
