//! Asks every member of an etcd what it says of itself.

use super::{failure::Failure, members::Members};
use crate::survey::{Said, Surveyed};
use etcd_client::{Client, GetOptions, ResponseHeader};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

/// How often.
const EVERY: Duration = Duration::from_secs(10);

/// And while nobody is asked anything else for what was found.
const IN_DOUBT: Duration = Duration::from_secs(2);

/// Pause between two surveys, whoever wants one.
const PAUSE: Duration = Duration::from_millis(200);

/// Asks all at the same time, again and again, as long as it is not dropped.
pub(super) async fn follow(members: Arc<Members>) {
    loop {
        let may_ask = members.surveyed(survey(&members).await);
        sleep(PAUSE).await;
        // Sooner when somebody wants it.
        let _ = timeout(if may_ask { EVERY } else { IN_DOUBT }, members.survey_wanted()).await;
    }
}

async fn survey(members: &Arc<Members>) -> Vec<Surveyed> {
    let (mut asked, mut found) = (JoinSet::new(), BTreeMap::new());
    for number in 0..members.count() {
        let members = members.clone();
        asked.spawn(async move { (number, members.state(number).await) });
    }
    while let Some(Ok((number, member))) = asked.join_next().await {
        found.insert(number, member);
    }
    found.into_values().collect()
}

/// What this member says of itself.
pub(super) async fn ask(client: &Client, prefix: &str) -> Result<Said, Failure> {
    match client.maintenance_client().status().await {
        Ok(status) => Ok(Said {
            cluster: status.header().map_or(0, ResponseHeader::cluster_id),
            version: status.version().to_owned(),
            size: status.db_size().unsigned_abs(),
            faults: status.errors().to_vec(),
        }),
        Err(error) => match Failure::of(&error) {
            Failure::Forbidden(_) => bare(client, prefix).await,
            failure => Err(failure),
        },
    }
}

/// Where its state is for administrators alone: which etcd it belongs to, every answer says.
async fn bare(client: &Client, prefix: &str) -> Result<Said, Failure> {
    let options = GetOptions::new().with_serializable().with_limit(1);
    let found = client.kv_client().get(prefix, Some(options)).await.map_err(|error| Failure::of(&error))?;
    let cluster = found.header().map_or(0, ResponseHeader::cluster_id);
    Ok(Said { cluster, version: String::new(), size: 0, faults: Vec::new() })
}
