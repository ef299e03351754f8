//! Where accepted calls go: outside numbers.

use super::bench::*;
use crate::{
    clock::Moment,
    directory::Directory,
    hub::{Event, Hub},
    policy::NumberingPlan,
    routing::message::Outcome,
    web::{
        NotRedirected, RedirectChange, RedirectOrder,
        arrival::{PageArrival as Page, PageId},
        message::{ClientFrame, Redirect, ServerFrame, Snapshot},
    },
};
use std::sync::Arc;
use tokio::sync::oneshot;
use uc_plugin_api::Role;

fn bench() -> Bench {
    let mut bench = Bench::new(Role::BrowserPresence);
    let plan = NumberingPlan { allowed: vec!["+49".into()], country_code: "49".into(), ..NumberingPlan::default() };
    let directory = Directory::new(vec![worker("kim", "1001", &["5001"]), worker("lee", "1002", &["5003"])]);
    let now = Moment::since_1970(std::time::Duration::from_secs(1_700_000_000));
    bench.hub = Hub::new(super::Settings { numbering_plan: Some(plan), ..settings() }, &Arc::new(directory), now);
    bench
}

fn choose(bench: &mut Bench, page: u64, number: &str, on: bool) {
    let frame = ClientFrame::Redirect { number: number.into(), on };
    bench.turn(Event::Page(Page::Frame(PageId(page), frame)));
}

fn accept(bench: &mut Bench, page: u64, seen: Option<&str>) {
    let frame = ClientFrame::PreviewAnswer { id: Bench::first_preview(), accept: true, redirect: seen.map(Into::into) };
    bench.turn(Event::Page(Page::Frame(PageId(page), frame)));
}

fn order(bench: &mut Bench, change: RedirectChange) -> Result<Redirect, NotRedirected> {
    let (ticket, mut answer) = oneshot::channel();
    bench.turn(Event::Redirect(RedirectOrder { worker: "lee".into(), change, ticket }));
    answer.try_recv().unwrap()
}

fn set(number: &str, on: bool, locked: bool) -> Redirect {
    Redirect { number: number.into(), on, locked }
}

fn last_snapshot(frames: Vec<ServerFrame>) -> Snapshot {
    let snapshots = frames.into_iter().filter_map(|frame| match frame {
        ServerFrame::Snapshot(snapshot) => Some(*snapshot),
        _ => None,
    });
    snapshots.last().unwrap()
}

fn problems(frames: Vec<ServerFrame>) -> Vec<String> {
    let codes = frames.into_iter().filter_map(|frame| match frame {
        ServerFrame::Problem { code, .. } => Some(code.to_string()),
        _ => None,
    });
    codes.collect()
}

fn accepted(redirect: Option<&str>) -> Outcome {
    let redirect = redirect.map(Into::into);
    Outcome::Accepted { agent: "1002".into(), dn: "5003".into(), switch: "S".into(), redirect }
}

#[test]
fn every_page_shows_the_number_and_the_acceptance_carries_it() {
    let mut bench = bench();
    let (mut one, mut other) = (bench.open(1, "lee"), bench.open(2, "lee"));
    choose(&mut bench, 1, "0711 12345", true);
    for page in [&mut one, &mut other] {
        assert_eq!(last_snapshot(frames(page)).redirect, Some(set("+4971112345", true, false)));
    }
    let mut outcome = bench.offer(1, &["1002"]);
    let shown = frames(&mut other).into_iter().find_map(|frame| match frame {
        ServerFrame::PreviewOffer(preview) => preview.redirect,
        _ => None,
    });
    assert_eq!(shown.as_deref(), Some("+4971112345"));
    accept(&mut bench, 2, shown.as_deref());
    assert_eq!(outcome.try_recv(), Ok(accepted(Some("+4971112345"))));
    assert_eq!(bench.out.kept_redirects.len(), 1);
    frames(&mut one);
    frames(&mut other);
    bench.turn(Event::Page(Page::NotKept(PageId(1))));
    bench.turn(Event::Page(Page::NotKept(PageId(99))));
    assert_eq!(problems(frames(&mut one)), ["redirect-not-kept"]);
    assert_eq!(problems(frames(&mut other)), [""; 0], "they did not choose it");
}

#[test]
fn no_telephone_is_to_take_what_is_no_call() {
    for (media, outside) in [("voice", true), ("Voice", true), ("chat", false), ("email", false), ("workitem", false)] {
        let mut bench = bench();
        let mut page = bench.open(1, "lee");
        choose(&mut bench, 1, "0711 12345", true);
        let mut outcome = bench.offer_of(media, 1, &["1002"]);
        let number = outside.then_some("+4971112345");
        let shown = frames(&mut page).into_iter().find_map(|frame| match frame {
            ServerFrame::PreviewOffer(preview) => preview.redirect,
            _ => None,
        });
        assert_eq!(shown.as_deref(), number, "{media}");
        accept(&mut bench, 1, number);
        assert_eq!(outcome.try_recv(), Ok(accepted(number)), "{media}");
    }
}

#[test]
fn an_acceptance_never_goes_where_the_page_did_not_say() {
    let mut bench = bench();
    let mut page = bench.open(1, "lee");
    let mut outcome = bench.offer(1, &["1002"]);
    order(&mut bench, RedirectChange::Set(set("+1 212 555 0100", true, false))).unwrap_err();
    order(&mut bench, RedirectChange::Set(set("+49 711 12345", true, true))).unwrap();
    frames(&mut page);
    accept(&mut bench, 1, None);
    assert!(outcome.try_recv().is_err(), "the page did not show the number yet");
    let told = frames(&mut page);
    assert_eq!(problems(told.clone()), ["preview-redirected"]);
    let shown = last_snapshot(told).previews[0].redirect.clone();
    accept(&mut bench, 1, shown.as_deref());
    assert_eq!(outcome.try_recv(), Ok(accepted(Some("+4971112345"))));
}

#[test]
fn whoever_switches_it_off_meanwhile_gets_the_call_at_the_dn() {
    let mut bench = bench();
    let mut page = bench.open(1, "lee");
    choose(&mut bench, 1, "+49711999", true);
    let mut outcome = bench.offer(1, &["1002"]);
    choose(&mut bench, 1, "+49711999", false);
    assert_eq!(last_snapshot(frames(&mut page)).redirect, Some(set("+49711999", false, false)), "remembered");
    accept(&mut bench, 1, Some("+49711999"));
    assert!(outcome.try_recv().is_err());
    accept(&mut bench, 1, None);
    assert_eq!(outcome.try_recv(), Ok(accepted(None)));
}

#[test]
fn what_is_refused_says_why_and_changes_nothing() {
    let mut bench = bench();
    let mut page = bench.open(1, "lee");
    choose(&mut bench, 1, "+1 212 555 0100", true);
    order(&mut bench, RedirectChange::Set(set("", false, true))).unwrap();
    choose(&mut bench, 1, "+49711999", true);
    let told = frames(&mut page);
    assert_eq!(problems(told.clone()), ["redirect-refused", "redirect-refused"]);
    assert_eq!(last_snapshot(told).redirect, Some(set("", false, true)));
    assert_eq!(order(&mut bench, RedirectChange::AsInDirectory), Ok(set("", false, false)));
    assert_eq!(order(&mut bench, RedirectChange::Nothing), Ok(set("", false, false)));
}

#[test]
fn declining_needs_no_number() {
    let mut bench = bench();
    let _page = bench.open(1, "lee");
    choose(&mut bench, 1, "+49711999", true);
    let mut outcome = bench.offer(1, &["1002"]);
    bench.answer(1, Bench::first_preview(), false);
    assert_eq!(outcome.try_recv(), Ok(Outcome::Rejected));
}
