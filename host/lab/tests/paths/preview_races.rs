//! A broadcast has exactly one winner, however many accept in the same moment.

use crate::story::{LIMIT, request};
use futures_util::{StreamExt, future::try_join_all, stream};
use std::collections::HashMap;
use uc_connector::{
    routing::message::Outcome,
    web::message::{PreviewEnd, ServerFrame},
};
use uc_lab::lab::{Lab, Page, Setup};

const PREVIEWS: u64 = 1_000;
const WORKERS: usize = 8;
/// Previews open at once.
const OPEN: usize = 100;

/// Accepts everything at once, until every preview has ended here; how each ended.
async fn accept_all(mut page: Page) -> HashMap<u64, PreviewEnd> {
    let mut ends = HashMap::new();
    while (ends.len() as u64) < PREVIEWS {
        match page.next().await.expect("the page stays open") {
            ServerFrame::PreviewOffer(preview) => page.answer(preview.id, true).await,
            ServerFrame::PreviewEnd { id, end, .. } => assert_eq!(ends.insert(id, end), None, "ends once"),
            ServerFrame::Problem { code, .. } => assert_eq!(&*code, "preview-closed"),
            _ => {}
        }
    }
    ends
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_broadcasts_raced_by_accepting_pages_have_one_winner_each() {
    let workers = (0..WORKERS).map(|number| format!("worker-{number}")).collect();
    let web = "[web.limits]\nframes-per-second = 1000000\nqueued-frames = 100000".into();
    let lab = Lab::start(Setup { workers, web, ..Setup::of([]) }).await.unwrap();
    let mut pages = Vec::new();
    for number in 0..WORKERS {
        pages.push(tokio::spawn(accept_all(lab.page(&format!("worker-{number}")).await.unwrap())));
    }
    let urs = lab.urs().await.unwrap();
    let agents: [String; WORKERS] = std::array::from_fn(|number| (1000 + number).to_string());
    let ask = |conn_id| {
        let (urs, request) = (urs.clone(), request(conn_id, std::array::from_fn::<_, WORKERS, _>(|n| &*agents[n])));
        async move { urs.preview(request).await.unwrap() }
    };
    let race = stream::iter(1..=PREVIEWS).map(ask).buffer_unordered(OPEN).collect::<Vec<_>>();
    let outcomes = tokio::time::timeout(LIMIT, race).await.unwrap();
    let ends = tokio::time::timeout(LIMIT, try_join_all(pages)).await.unwrap().unwrap();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Accepted { .. })));
    let mut winners: HashMap<u64, usize> = HashMap::new();
    for (id, end) in ends.iter().flatten() {
        *winners.entry(*id).or_default() += usize::from(*end == PreviewEnd::Accepted);
        assert!(matches!(end, PreviewEnd::Accepted | PreviewEnd::TakenByAnother), "{end:?}");
    }
    assert_eq!(winners.len() as u64, PREVIEWS);
    assert!(winners.values().all(|winners| *winners == 1), "exactly one winner each");
    // What the strategies were told is what the pages were told.
    for (agent, page) in agents.iter().zip(&ends) {
        let won = page.values().filter(|end| **end == PreviewEnd::Accepted).count();
        let routed = |outcome: &&Outcome| matches!(outcome, Outcome::Accepted { agent: to, .. } if **to == **agent);
        assert_eq!(outcomes.iter().filter(routed).count(), won);
    }
}
