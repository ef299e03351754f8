//! Previews that are over, as a page that opens later lists them.

use super::bench::*;
use crate::{
    agent_link::{ConnId, KvList},
    clock::SameMoment,
    directory::WorkerId,
    hub::Event,
    kept::TakenUp,
    routing::{
        self,
        message::{Offer, Target},
    },
    web::{
        arrival::{PageArrival as Page, PageId},
        message::{ClientFrame, PastPreview, PreviewEnd, ServerFrame},
    },
    worker::PastPreviews,
};
use std::{collections::BTreeMap, time::Duration};
use uc_plugin_api::Role;

fn past(frames: Vec<ServerFrame>) -> Vec<PastPreview> {
    let told = frames.into_iter().filter_map(|frame| match frame {
        ServerFrame::Snapshot(snapshot) => Some(snapshot.past),
        _ => None,
    });
    told.last().expect("a snapshot")
}

fn ends(past: &[PastPreview]) -> Vec<(&str, PreviewEnd, bool)> {
    past.iter().map(|past| (&*past.dn, past.end, past.seen)).collect()
}

#[test]
fn how_each_ended_is_listed_at_a_page_that_opens_later_and_after_a_restart() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    let page = bench.open(1, "kim");
    let first = Bench::first_preview();
    for (conn_id, accept) in [(1, Some(true)), (2, Some(false)), (3, None)] {
        let _outcome = bench.offer(conn_id, &["1001"]);
        match accept {
            Some(accept) => bench.answer(1, first + conn_id - 1, accept),
            None => bench.later(Duration::from_secs(60)),
        }
    }
    drop(page);
    bench.turn(Event::Page(Page::Closed(PageId(1))));
    let listed = past(frames(&mut bench.open(2, "kim")));
    let all = [
        ("5001", PreviewEnd::TimedOut, false),
        ("5001", PreviewEnd::Rejected, false),
        ("5001", PreviewEnd::Accepted, false),
    ];
    assert_eq!(ends(&listed), all);

    let ids = vec![listed[0].id, listed[2].id];
    bench.turn(Event::Page(Page::Frame(PageId(2), ClientFrame::PreviewsSeen { ids })));
    let listed = past(frames(&mut bench.open(3, "kim")));
    assert_eq!(listed.iter().map(|past| past.seen).collect::<Vec<_>>(), [true, false, true]);

    // By a clock that goes an hour ahead.
    let ahead = Duration::from_secs(3600);
    let clock = SameMoment { here: bench.now, there: bench.now + ahead };
    let mut next = Bench::new(Role::PresenceSource);
    next.now = bench.now;
    next.hub.take_up(TakenUp { past: kept(&mut bench), clock, ..TakenUp::default() }, next.now);
    let taken_up = past(frames(&mut next.open(1, "kim")));
    let an_hour_ago = |past: &PastPreview| PastPreview { at: past.at - ahead.as_millis() as u64, ..past.clone() };
    assert_eq!(taken_up, listed.iter().map(an_hour_ago).collect::<Vec<_>>());
    next.later(Duration::from_secs(26 * 3600));
    assert_eq!(past(frames(&mut next.open(2, "kim"))), []);
}

/// What is written down of previews that are over.
fn kept(bench: &mut Bench) -> BTreeMap<WorkerId, PastPreviews> {
    let handle = bench.hub.by_worker["kim"];
    let worker = bench.hub.roster.worker_mut(handle).expect("a worker");
    let kept = worker.past_to_keep().expect("it has changed").expect("there are some");
    assert_eq!(worker.past_to_keep(), None, "once");
    [("kim".into(), kept)].into()
}

#[test]
fn what_they_looked_at_on_one_page_is_told_to_the_others_once() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    let (_one, mut other) = (bench.open(1, "kim"), bench.open(2, "kim"));
    let _outcome = bench.offer(1, &["1001"]);
    bench.later(Duration::from_secs(60));
    let ids = vec![past(frames(&mut bench.open(3, "kim")))[0].id];
    frames(&mut other);
    for _ in 0..2 {
        bench.turn(Event::Page(Page::Frame(PageId(1), ClientFrame::PreviewsSeen { ids: ids.clone() })));
    }
    assert_eq!(frames(&mut other), [ServerFrame::PreviewsSeen { ids }]);
}

#[test]
fn a_caller_of_a_hundred_thousand_letters_is_cut() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    let mut page = bench.open(1, "kim");
    frames(&mut page);
    let (asker, _outcome) = bench.asker();
    let mut user_data = KvList::default();
    user_data.push_str("ANI", "ü".repeat(100_000));
    let targets = vec![Target { agent: "1001".into(), dn: None, switch: None }];
    let offer = Offer { conn_id: ConnId(1), targets, media_type: "voice".into(), user_data, timeout: None, asker };
    bench.turn(Event::Routing(routing::message::RoutingArrival::Offer(offer)));
    bench.later(Duration::from_secs(60));
    assert_eq!(past(frames(&mut bench.open(2, "kim")))[0].caller.chars().count(), 100);
}

#[test]
fn one_that_ended_while_they_had_no_page_was_missed() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    drop(bench.open(1, "kim"));
    bench.turn(Event::Page(Page::Closed(PageId(1))));
    let _outcome = bench.offer(1, &["1001"]);
    bench.later(Duration::from_secs(60));
    assert_eq!(ends(&past(frames(&mut bench.open(2, "kim")))), [("5001", PreviewEnd::TimedOut, false)]);
    assert_eq!(bench.hub.user(bench.hub.by_worker["kim"]).expect("a worker").worker.missed_previews(), 0);
}

#[test]
fn nobody_is_listed_who_could_not_be_asked() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    let mut lee = bench.open(1, "lee");
    frames(&mut lee);
    let _outcome = bench.offer(1, &["1001", "1002"]);
    bench.later(Duration::from_secs(60));
    assert_eq!(past(frames(&mut bench.open(2, "kim"))), []);
    assert_eq!(past(frames(&mut bench.open(3, "lee"))).len(), 1);
}
