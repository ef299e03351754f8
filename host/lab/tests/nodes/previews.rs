//! Previews that are asked for at one node, of workers at others.

use crate::{
    Together,
    together::{choose, partition, user, workers},
};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use uc_connector::{
    routing::{
        cancel::Cancel,
        message::{Outcome, Target, Withdrawal},
        preview_request::PreviewRequest,
    },
    web::message::{Preview, PreviewEnd},
    wire::{ConnId, KvList},
};
use uc_lab::{
    lab::{Page, Picture},
    urs::Urs,
};

fn preview(conn_id: u64, workers: &[usize]) -> PreviewRequest {
    let target = |worker: &usize| Target { agent: (1000 + worker).to_string().into(), dn: None, switch: None };
    PreviewRequest {
        conn_id: ConnId(conn_id),
        targets: workers.iter().map(target).collect(),
        media_type: "voice".into(),
        user_data: KvList::default(),
        timeout: Some(Duration::from_secs(20)),
    }
}

/// Waits until a page shows the preview of this call; its number.
async fn shown(page: &mut Page, conn_id: u64) -> u64 {
    let picture =
        page.shows("the preview", |picture| picture.now.previews.iter().any(|open| is_of(open, conn_id))).await;
    picture.unwrap().now.previews.iter().find(|open| is_of(open, conn_id)).unwrap().id
}

fn is_of(preview: &Preview, conn_id: u64) -> bool {
    preview.conn_id.parse() == Ok(ConnId(conn_id))
}

/// Asks at one node, and goes on.
async fn ask(together: &Together, node: &str, request: PreviewRequest) -> JoinHandle<Outcome> {
    let urs = Urs::connect(&together.node(node).urs(), None).await.unwrap();
    tokio::spawn(async move { urs.preview(request).await.unwrap() })
}

/// The same, and waits until the node that decides knows of it: what is asked right behind it, by the same ways, is shown at
/// this page by then.
async fn ask_and_be_heard(
    together: &Together,
    node: &str,
    request: PreviewRequest,
    page: &mut Page,
) -> JoinHandle<Outcome> {
    let behind = PreviewRequest { conn_id: ConnId(rand::random()), ..request.clone() };
    let (urs, conn_id) = (Arc::new(Urs::connect(&together.node(node).urs(), None).await.unwrap()), behind.conn_id);
    let (first, second) = (urs.clone(), urs);
    let mut asked = Box::pin(async move { first.preview(request).await.unwrap() });
    tokio::select! {
        biased;
        outcome = &mut asked => panic!("nobody has answered: {outcome:?}"),
        // It is said by then, and what follows comes after it.
        () = std::future::ready(()) => {}
    }
    let asked = tokio::spawn(asked);
    let said = tokio::spawn(async move { second.preview(behind).await });
    shown(page, conn_id.0).await;
    said.abort();
    asked
}

/// Waits until the preview is over at a page; how it ended there.
async fn end(page: &mut Page, id: u64) -> PreviewEnd {
    let over = |picture: &Picture| picture.ends.iter().any(|(of, _)| *of == id);
    let picture = page.shows("the preview is over", over).await.unwrap();
    picture.ends.iter().find(|(of, _)| *of == id).unwrap().1
}

fn accepted_by(outcome: &Outcome, worker: usize) {
    let Outcome::Accepted { agent, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(**agent, *(1000 + worker).to_string());
}

/// Somebody of each node, with their pages at `a`.
async fn one_of_each(together: &Together) -> Vec<(usize, Page)> {
    let owners = together.until_shared(&[]).await;
    let mut pages = Vec::new();
    for node in ["a", "b"] {
        let worker = workers().find(|worker| owners[&partition(&user(*worker))] == node).unwrap();
        let (_browser, mut page) = together.page("a", worker).await;
        choose(&mut page, "open").await;
        pages.push((worker, page));
    }
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_goes_to_the_node_of_its_worker_and_a_broadcast_has_one_winner() {
    let mut together = Together::start(&["a", "b"]).await;
    let mut pages = one_of_each(&together).await;
    let [(of_a, first), (of_b, second)] = &mut pages[..] else { panic!("two") };
    let urs = Urs::connect(&together.node("a").urs(), None).await.unwrap();
    let (asked, _) = tokio::join!(urs.preview(preview(1, &[*of_b])), async {
        let id = shown(second, 1).await;
        second.answer(id, true).await;
    });
    accepted_by(&asked.unwrap(), *of_b);

    for (conn_id, at) in [(2, "a"), (3, "b")] {
        let urs = Urs::connect(&together.node(at).urs(), None).await.unwrap();
        let (asked, _) = tokio::join!(urs.preview(preview(conn_id, &[*of_a, *of_b])), async {
            let (id, also) = (shown(first, conn_id).await, shown(second, conn_id).await);
            first.answer(id, false).await;
            second.answer(also, true).await;
        });
        accepted_by(&asked.unwrap(), *of_b);
    }
    let (asked, _) = tokio::join!(urs.preview(preview(4, &[*of_a, *of_b])), async {
        let (id, _) = (shown(first, 4).await, shown(second, 4).await);
        first.answer(id, true).await;
        let is_closed = |picture: &Picture| picture.now.previews.iter().all(|open| !is_of(open, 4));
        second.shows("the other one's window closes", is_closed).await.unwrap();
    });
    accepted_by(&asked.unwrap(), *of_a);

    let of_both = Urs::connect(&together.node("a").urs(), None).await.unwrap();
    let of_b = preview(6, &[*of_b]);
    let lost = tokio::spawn(async move { urs.preview(of_b).await });
    shown(second, 6).await;
    let asked = tokio::spawn(async move { of_both.preview(preview(5, &[0, 1, 2, 3, 4, 5, 6, 7])).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    together.kill("b");
    let outcome = tokio::time::timeout(Duration::from_secs(10), lost).await.unwrap().unwrap().unwrap();
    assert_eq!(outcome, Outcome::NoClient, "whoever was being asked is there no more");
    // Who is left answers for all; nobody waits for a node that is gone.
    let outcome = tokio::time::timeout(Duration::from_secs(25), asked).await.unwrap().unwrap().unwrap();
    assert!(!matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_preview_stays_while_its_node_drains_and_the_worker_goes_afterwards() {
    let together = Together::start(&["a", "b"]).await;
    let mut pages = one_of_each(&together).await;
    let [_, (of_b, page)] = &mut pages[..] else { panic!("two") };
    let theirs = partition(&user(*of_b));
    let urs = Urs::connect(&together.node("a").urs(), None).await.unwrap();
    let (asked, ()) = tokio::join!(urs.preview(preview(1, &[*of_b])), async {
        let id = shown(page, 1).await;
        assert_eq!(together.node("b").operator("PUT", "/-/nodes", "drain").await.unwrap().status, 200);
        together.until_owns("b", &[theirs]).await;
        page.answer(id, true).await;
    });
    accepted_by(&asked.unwrap(), *of_b);
    let owners = together.until_shared(&["b"]).await;
    assert_eq!(owners[&theirs], "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_follows_its_request_at_once_leaves_no_window_open_at_any_node() {
    let together = Together::start(&["a", "b"]).await;
    let mut pages = one_of_each(&together).await;
    let urs = Urs::connect(&together.node("a").urs(), None).await.unwrap();
    let all: Vec<_> = pages.iter().map(|(worker, _)| *worker).collect();
    let targets = all.iter().map(|worker| vec![*worker]).chain([all.clone()]);
    for (round, targets) in (0..20).flat_map(|_| targets.clone()).enumerate() {
        let conn_id = 100 + round as u64;
        let cancel =
            Cancel { conn_id: ConnId(conn_id), agent: None, why: Withdrawal::CallerGone, text: Some("gone".into()) };
        let asked = async { tokio::join!(urs.preview(preview(conn_id, &targets)), urs.cancel(cancel)) };
        let (outcome, _) = tokio::time::timeout(Duration::from_secs(5), asked).await.expect("it does not ring on");
        assert!(matches!(outcome, Ok(Outcome::CallerGone | Outcome::Cancelled)), "{targets:?}: {outcome:?}");
    }
    for (_, page) in &mut pages {
        page.shows("no preview", |picture| picture.now.previews.is_empty()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_has_one_winner_wherever_it_is_asked_for_and_however_often() {
    let together = Together::start(&["a", "b"]).await;
    let mut pages = one_of_each(&together).await;
    let [(of_a, first), (of_b, second)] = &mut pages[..] else { panic!("two") };
    let all = [*of_a, *of_b];
    for (conn_id, at) in (200..206).zip([["a", "b"], ["b", "a"], ["b", "b"]].into_iter().cycle()) {
        // Whoever asks when it is over begins anew.
        let asked = [
            ask_and_be_heard(&together, at[0], preview(conn_id, &all), first).await,
            ask_and_be_heard(&together, at[1], preview(conn_id, &all), first).await,
        ];
        let (id, also) = (shown(first, conn_id).await, shown(second, conn_id).await);
        tokio::join!(first.answer(id, true), second.answer(also, true));
        let [one, other] = asked;
        let (one, other) = (one.await.unwrap(), other.await.unwrap());
        assert_eq!(one, other, "{conn_id} asked at {at:?}");
        let mut ends = [(*of_a, end(first, id).await), (*of_b, end(second, also).await)];
        ends.sort_by_key(|(_, end)| *end != PreviewEnd::Accepted);
        let [(winner, PreviewEnd::Accepted), (_, PreviewEnd::TakenByAnother)] = ends else { panic!("{ends:?}") };
        accepted_by(&one, winner);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_not_answered_a_broadcast_is_told_the_same_at_every_node() {
    let together = Together::start(&["a", "b"]).await;
    let mut pages = one_of_each(&together).await;
    let [(of_a, first), (of_b, second)] = &mut pages[..] else { panic!("two") };
    for (conn_id, at) in [(300, "a"), (301, "b")] {
        let asked = ask(&together, at, preview(conn_id, &[*of_a, *of_b])).await;
        let (id, also) = (shown(first, conn_id).await, shown(second, conn_id).await);
        first.answer(id, true).await;
        assert_eq!(end(second, also).await, PreviewEnd::TakenByAnother);
        assert_eq!(end(first, id).await, PreviewEnd::Accepted);
        accepted_by(&asked.await.unwrap(), *of_a);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_some_of_the_workers_is_refused_wherever_they_and_it_are() {
    let together = Together::start(&["a", "b"]).await;
    let mut pages = one_of_each(&together).await;
    let [(of_a, first), (of_b, second)] = &mut pages[..] else { panic!("two") };
    let other = workers().find(|worker| ![*of_a, *of_b].contains(worker)).unwrap();
    let some = [vec![*of_a], vec![*of_b], vec![*of_a, other], vec![other, *of_b], vec![*of_a, *of_b, other]];
    for (conn_id, at) in [(400, "a"), (401, "b")] {
        let asked = ask(&together, at, preview(conn_id, &[*of_a, *of_b])).await;
        let (id, also) = (shown(first, conn_id).await, shown(second, conn_id).await);
        for (whom, at) in some.iter().flat_map(|whom| [(whom, "a"), (whom, "b")]) {
            let refused = ask(&together, at, preview(conn_id, whom)).await.await.unwrap();
            assert!(refused.is_open_with_others(), "{whom:?} at {at}: {refused:?}");
        }
        // It still stands in the way when all of its workers at one node have declined.
        first.answer(id, false).await;
        assert_eq!(end(first, id).await, PreviewEnd::Rejected);
        let refused = ask(&together, "b", preview(conn_id, &[*of_a])).await.await.unwrap();
        assert!(refused.is_open_with_others(), "{refused:?}");
        second.answer(also, true).await;
        accepted_by(&asked.await.unwrap(), *of_b);
    }
}
