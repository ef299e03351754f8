//! The members of an etcd.

use super::Found;
use crate::{config::Cluster, etcd};
use std::time::Duration;
use tokio::time::timeout;
use uc_store::{Error, Said, Span, Store, Survey};

/// A survey takes no longer.
const ANSWERS: Duration = Duration::from_secs(5);

/// Asks each member how it is, and then whether we may read there.
pub(super) async fn look(cluster: Option<&Cluster>) -> Found {
    let Some(cluster) = cluster else { return Found::default() };
    match etcd::connect(cluster) {
        Ok(store) => asked(&store, cluster.etcd_quota_bytes()).await,
        Err(error) => Found { faults: vec![error.to_string()], ..Found::default() },
    }
}

async fn asked(store: &Store, quota: u64) -> Found {
    let Some(mut surveys) = store.surveys() else { return Found::default() };
    let came = timeout(ANSWERS, surveys.wait_for(|survey| !survey.members.is_empty())).await;
    let Ok(Ok(survey)) = came.map(|came| came.map(|survey| survey.clone())) else {
        return Found { faults: vec!["no member of the etcd answers".to_owned()], ..Found::default() };
    };
    let mut found = told(&survey, quota);
    if let Err(error) = read(store).await {
        // What one member said is in the survey already.
        let why = error.to_string();
        if !found.faults.iter().any(|fault| why.contains(fault.as_str())) {
            found.faults.push(why);
        }
    }
    found
}

fn told(survey: &Survey, quota: u64) -> Found {
    let of = |endpoint: &str, said: &Said| {
        let version = if said.version.is_empty() { "version not told" } else { &said.version };
        format!("etcd at {endpoint}: {version}, etcd {:x}, database {} MiB", said.cluster, said.size >> 20)
    };
    let answered = survey.members.iter().filter_map(|at| Some(of(&at.endpoint, at.said.as_ref().ok()?)));
    Found { answers: answered.collect(), warnings: survey.warnings(quota), faults: survey.faults() }
}

/// Most of its members must agree to it, and the user must have the right.
async fn read(store: &Store) -> Result<(), Error> {
    store.get(&Span::Below("lease/".into())).await.map(drop)
}
