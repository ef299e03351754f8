//! Previews where the hub joins them with pages, directory, plug-ins and settings.

use super::*;
use crate::{
    kept::TakenUp,
    routing::message::{Offer, RoutingArrival, Target},
    web::arrival::PageKind,
    wire::KvList,
};
use tokio::sync::oneshot::Receiver;
use uc_plugin_api::{Invitation, Invited};

fn target(agent: &str, dn: Option<&str>) -> Target {
    Target { agent: agent.into(), dn: dn.map(Into::into), switch: None }
}

fn offer(bench: &mut Bench, targets: Vec<Target>, timeout: Option<Duration>) -> Receiver<Outcome> {
    let (asker, outcome) = bench.asker();
    let user_data = [("ANI", "030"), ("Order", "4711")].map(|(key, text)| (key, crate::wire::Value::Str(text.into())));
    let user_data: KvList = user_data.into_iter().collect();
    let offer = Offer { conn_id: ConnId(7), targets, media_type: "voice".into(), user_data, timeout, asker };
    bench.turn(Event::Routing(RoutingArrival::Offer(offer)));
    outcome
}

fn close(bench: &mut Bench, page: u64) {
    bench.turn(Event::Page(Page::Closed(PageId(page))));
}

fn invitations(bench: &mut Bench) -> Vec<Invitation> {
    let invite = |command| match command {
        Command::Invite(invitation) => Some(invitation),
        _ => None,
    };
    std::mem::take(&mut bench.out.commands).into_iter().filter_map(invite).collect()
}

fn fails(bench: &mut Bench, invitation: &Invitation) {
    let invited = Invited { id: invitation.id, error: "not signed in\nand more".into() };
    bench.plugin_says(uc_plugin_api::Event::Invited(invited));
}

fn previews(frames: Vec<ServerFrame>) -> Vec<crate::web::message::Preview> {
    let shown = |frame| match frame {
        ServerFrame::Snapshot(snapshot) => snapshot.previews,
        ServerFrame::PreviewOffer(preview) => vec![preview],
        _ => Vec::new(),
    };
    frames.into_iter().flat_map(shown).collect()
}

fn moved(bench: &mut Bench, kim: &[&str]) {
    let workers = vec![worker("kim", "1009", kim), worker("lee", "1002", &["5003"])];
    bench.turn(Event::Directory(Arc::new(Directory::new(workers))));
}

#[test]
fn a_timeout_is_cut_to_the_longest_and_the_default_stands_for_none() {
    let settings = settings();
    let ms = |time: Duration| u64::try_from(time.as_millis()).expect("small");
    let (default, longest) = (settings.preview_timeout, settings.longest_preview);
    let asked = [None, Some(Duration::from_secs(7)), Some(longest * 2), Some(Duration::from_secs(u64::MAX))];
    for (asked, length) in asked.into_iter().zip([default, Duration::from_secs(7), longest, longest]) {
        let mut bench = Bench::new(Role::BrowserPresence);
        let mut page = bench.open(1, "lee");
        let mut outcome = offer(&mut bench, vec![target("1002", None)], asked);
        assert_eq!(previews(frames(&mut page))[0].length, ms(length));
        bench.later(length - Duration::from_millis(1));
        assert!(outcome.try_recv().is_err());
        bench.later(Duration::from_millis(1));
        assert_eq!(outcome.try_recv(), Ok(Outcome::TimedOut));
    }
}

#[test]
fn a_page_that_is_reloading_gets_a_preview_that_comes_meanwhile() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let _before = bench.open(1, "lee");
    close(&mut bench, 1);
    bench.later(Duration::from_secs(9));
    let mut outcome = offer(&mut bench, vec![target("1002", None)], None);
    let mut back = bench.open(2, "lee");
    let shown = previews(frames(&mut back));
    assert_eq!((shown.len(), shown[0].data.list().len()), (1, 2));
    bench.answer(2, shown[0].id, true);
    assert!(matches!(outcome.try_recv(), Ok(Outcome::Accepted { .. })));
}

#[test]
fn a_page_that_was_not_reloading_is_waited_for_no_longer_than_the_grace_time() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let _before = bench.open(1, "lee");
    close(&mut bench, 1);
    bench.later(Duration::from_secs(4));
    let mut outcome = offer(&mut bench, vec![target("1002", None)], None);
    bench.later(Duration::from_secs(5));
    assert!(outcome.try_recv().is_err());
    bench.later(Duration::from_secs(1));
    assert_eq!(outcome.try_recv(), Ok(Outcome::NoClient));
    assert_eq!(offer(&mut bench, vec![target("1002", None)], None).try_recv(), Ok(Outcome::NoClient), "at once now");
}

#[test]
fn the_page_of_one_who_was_signed_in_at_the_node_before_is_waited_for() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let (signed_in, now) = (["lee".into()].into(), bench.now);
    bench.hub.take_up(TakenUp { signed_in, ..TakenUp::default() }, now);
    let mut outcome = offer(&mut bench, vec![target("1002", None)], None);
    assert!(outcome.try_recv().is_err(), "it is on its way");
    let mut back = bench.open(1, "lee");
    let shown = previews(frames(&mut back));
    bench.answer(1, shown[0].id, true);
    assert!(matches!(outcome.try_recv(), Ok(Outcome::Accepted { .. })));
    let mut kim = offer(&mut bench, vec![target("1001", None)], None);
    assert_eq!(kim.try_recv(), Ok(Outcome::NoClient), "who was not signed in has no page");
}

#[test]
fn nobody_is_invited_over_a_reload_and_whoever_stays_away_is() {
    let mut bench = Bench::new(Role::Inviter);
    let _before = bench.open(1, "lee");
    close(&mut bench, 1);
    let mut outcome = offer(&mut bench, vec![target("1002", None)], None);
    assert!(invitations(&mut bench).is_empty());
    bench.later(Duration::from_secs(10));
    let [invitation] = &invitations(&mut bench)[..] else { panic!("an invitation") };
    assert!(outcome.try_recv().is_err());
    fails(&mut bench, invitation);
    assert_eq!(outcome.try_recv(), Ok(Outcome::NoClient));
}

#[test]
fn an_invitation_that_fails_late_does_not_end_the_second_preview() {
    let mut bench = Bench::new(Role::Inviter);
    let mut first = offer(&mut bench, vec![target("1002", None)], Some(Duration::from_secs(1)));
    let late = invitations(&mut bench);
    bench.later(Duration::from_secs(1));
    assert_eq!(first.try_recv(), Ok(Outcome::TimedOut));
    let mut second = offer(&mut bench, vec![target("1002", None)], None);
    let [due] = &invitations(&mut bench)[..] else { panic!("an invitation") };
    assert_ne!(late[0].id, due.id);
    fails(&mut bench, &late[0]);
    assert!(second.try_recv().is_err());
    fails(&mut bench, due);
    assert_eq!(second.try_recv(), Ok(Outcome::NoClient));
}

#[test]
fn an_inviter_that_stops_or_takes_nothing_is_not_waited_for() {
    let mut bench = Bench::new(Role::Inviter);
    let mut outcome = offer(&mut bench, vec![target("1002", None)], None);
    let why = "it panicked".to_owned();
    bench.turn(Event::Plugin(plugins::PluginArrival::Failed {
        plugin: plugin(),
        why,
        retry_in: Duration::from_secs(1),
    }));
    assert_eq!(outcome.try_recv(), Ok(Outcome::NoClient));
    let mut bench = Bench::new(Role::Inviter);
    bench.out.plugin_full = true;
    let mut outcome = offer(&mut bench, vec![target("1002", None)], None);
    (0..8).for_each(|_| bench.later(Duration::from_secs(1)));
    assert_eq!(outcome.try_recv(), Ok(Outcome::NoClient));
    assert_eq!(offer(&mut bench, vec![target("1002", None)], None).try_recv(), Ok(Outcome::NoClient), "at once now");
}

#[test]
fn an_invitation_waits_for_the_next_instance_and_one_that_was_sent_does_not() {
    let mut bench = Bench::new(Role::Inviter);
    let mut sent = offer(&mut bench, vec![target("1002", None)], None);
    assert_eq!(invitations(&mut bench).len(), 1);
    bench.out.plugin_full = true;
    let mut waits = bench.offer(8, &["1001"]);
    bench.later(Duration::from_secs(1));
    let mut over = bench.offer(9, &["1001"]);
    let (conn_id, why) = (ConnId(9), crate::routing::message::Withdrawal::Cancelled);
    bench.turn(Event::Routing(RoutingArrival::Withdraw { conn_id, agent: None, why, text: None }));
    bench.out.plugin_full = false;
    bench.turn(Event::Plugin(plugins::PluginArrival::Started { plugin: plugin(), info: info(&[Role::Inviter]) }));
    assert!(matches!(bench.out.commands.first(), Some(Command::Watch(_))), "whom to invite is known by then");
    let [invitation] = &invitations(&mut bench)[..] else { panic!("the one that waited, and is not over") };
    assert_eq!(sent.try_recv(), Ok(Outcome::NoClient));
    assert!(waits.try_recv().is_err() && over.try_recv().is_ok());
    fails(&mut bench, invitation);
    assert_eq!(waits.try_recv(), Ok(Outcome::NoClient));
}

#[test]
fn an_acceptance_carries_the_dn_and_agent_id_of_its_own_time() {
    let dns = [Some("5002"), None];
    for (asked, accepted) in dns.into_iter().zip(["5002", "5001"]) {
        let mut bench = Bench::new(Role::BrowserPresence);
        let mut page = bench.open(1, "kim");
        let mut outcome = offer(&mut bench, vec![target("1001", asked)], None);
        assert_eq!(&*previews(frames(&mut page))[0].dn, accepted);
        moved(&mut bench, &["5009", "5002"]);
        let now = if asked.is_some() { "5002" } else { "5009" };
        let shown = previews(frames(&mut page));
        assert_eq!(shown.last().map(|preview| &*preview.dn), Some(now), "the page shows where it would go now");
        bench.answer(1, shown[0].id, true);
        let expected = Outcome::Accepted { agent: "1009".into(), dn: now.into(), switch: "S".into(), redirect: None };
        assert_eq!(outcome.try_recv(), Ok(expected));
    }
}

#[test]
fn a_dn_that_moved_away_is_replaced_by_the_main_one() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let mut page = bench.open(1, "kim");
    let mut outcome = offer(&mut bench, vec![target("1001", Some("5002"))], None);
    moved(&mut bench, &["5008", "5001"]);
    bench.answer(1, previews(frames(&mut page))[0].id, true);
    let expected = Outcome::Accepted { agent: "1009".into(), dn: "5008".into(), switch: "S".into(), redirect: None };
    assert_eq!(outcome.try_recv(), Ok(expected));
}

#[test]
fn an_acceptance_without_any_dn_is_an_error_and_the_page_is_told() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let mut page = bench.open(1, "kim");
    let mut outcome = offer(&mut bench, vec![target("1001", Some("5002"))], None);
    moved(&mut bench, &[]);
    let id = previews(frames(&mut page))[0].id;
    bench.answer(1, id, true);
    assert!(matches!(outcome.try_recv(), Ok(Outcome::Error(text)) if text.contains("no DN")));
    let told = |frame: &ServerFrame| matches!(frame, ServerFrame::PreviewEnd { end: PreviewEnd::Undeliverable, .. });
    assert!(frames(&mut page).iter().any(told));
    let asked = offer(&mut bench, vec![target("1009", None)], None).try_recv();
    assert!(matches!(asked, Ok(Outcome::Error(text)) if text.contains("has no DN now")));
}

#[test]
fn a_cancel_means_the_worker_who_was_asked_whoever_has_the_agent_id_now() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let _page = bench.open(1, "kim");
    let mut outcome = offer(&mut bench, vec![target("1001", None)], None);
    let workers = vec![worker("kim", "1009", &["5001"]), worker("lee", "1001", &["5003"])];
    bench.turn(Event::Directory(Arc::new(Directory::new(workers))));
    let (conn_id, why) = (ConnId(7), crate::routing::message::Withdrawal::Cancelled);
    bench.turn(Event::Routing(RoutingArrival::Withdraw { conn_id, agent: Some("1001".into()), why, text: None }));
    assert_eq!(outcome.try_recv(), Ok(Outcome::Cancelled));
}

#[test]
fn the_windows_of_a_broadcast_differ_in_nothing_but_the_dn() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let (mut kim, mut lee) = (bench.open(1, "kim"), bench.open(2, "lee"));
    frames(&mut kim);
    frames(&mut lee);
    let _outcome = offer(&mut bench, vec![target("1001", None), target("1002", None)], None);
    let [kim, lee] = [kim, lee].map(|mut page| page.try_recv().expect("a window").to_string());
    assert!(kim.contains("\"dn\":\"5001\"") && kim.contains(r#""data":[{"key":"ANI","value":"030"},{"key":"Order""#));
    assert_eq!(kim.replace("5001", "5003"), lee);
}

#[test]
fn the_hub_that_stops_answers_everybody() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let mut page = bench.open(1, "kim");
    let mut outcomes = [0, 1].map(|_| offer(&mut bench, vec![target("1001", None)], None));
    bench.hub.end_all_previews();
    bench.later(Duration::ZERO);
    let stopping = || Ok(Outcome::Error("the service is stopping; ask the other node".into()));
    assert_eq!(outcomes.each_mut().map(Receiver::try_recv), [stopping(), stopping()], "no cancel: callers still wait");
    let told = |frame: &ServerFrame| matches!(frame, ServerFrame::PreviewEnd { end: PreviewEnd::Cancelled, .. });
    assert!(frames(&mut page).iter().any(told));
}

#[test]
fn the_windows_of_a_broadcast_share_the_text_of_its_data() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let _pages = [bench.open(1, "kim"), bench.open(2, "lee")];
    let _outcome = offer(&mut bench, vec![target("1001", None), target("1002", None)], None);
    for kind in [PageKind::Browser, PageKind::Extension] {
        let hub = &bench.hub;
        let frame = |user: u32| {
            let user = hub.user(UserHandle(user)).expect("there");
            let (id, preview) = hub.previews.shown_to(&user.entry.id).next().expect("a preview");
            hub.preview_frame(id, preview, user, kind)
        };
        let [kim, lee] = [frame(0), frame(1)];
        assert!(kim.data.is_shared_with(&lee.data) && !kim.data.list().is_empty(), "{kind:?}");
    }
}
