//! The lab's Stat Server does what PROTOCOL.md demands of one, and the kit notices one that does not.
#![allow(clippy::unwrap_used, reason = "tests")]

use uc_connector::stat_server::ObjectType;
use uc_lab::{
    conformance::stat_server::{Target, must_do, run},
    stat_server::{Config, Mood, StatServer},
};

async fn failed(mood: Option<Mood>) -> Vec<&'static str> {
    let server = StatServer::start(Config::default()).await.unwrap();
    server.set("8000", "CallsWaiting", 3);
    mood.into_iter().for_each(|mood| server.mood(mood));
    let (object, statistic) = ("8000".to_owned(), "CallsWaiting".to_owned());
    let target = Target { address: server.addr().to_string(), object, object_type: ObjectType::Queue, statistic };
    let outcomes = run(&target).await;
    assert_eq!(outcomes.len(), must_do().count());
    outcomes.into_iter().filter(|outcome| outcome.result.is_err()).map(|outcome| outcome.check).collect()
}

#[tokio::test]
async fn the_labs_own_server_passes() {
    assert_eq!(failed(None).await, Vec::<&str>::new());
}

#[tokio::test]
async fn what_is_wrong_is_noticed() {
    assert_eq!(failed(Some(Mood::Words)).await.len(), 3);
    assert_eq!(failed(Some(Mood::UnknownObject)).await.len(), 4);
}
