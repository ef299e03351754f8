//! Searches of pages: who is found and how they are, which statistics are open meanwhile, and the note that goes with a
//! call.

use super::{bench::*, *};
use crate::{
    agent_link::{AgentStatus, CallAction, KvList, UserDataChange, Value},
    policy::{ContactPoint, ContactPoints, StatisticDefinition},
    stat_server::{Reading, Statistic, Wanted},
    web::{arrival::Frame, message::Target},
};
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

const POINTS: &str = "\
[[statistic]]\nname = 'waiting'\nlabel = 'Waiting'\n\
[[statistic]]\nname = 'wait'\nstatistic = 'ExpectedWaitTime'\nformat = 'seconds'\nnotify = 'periodic'\ninterval = 5\n\
[[point]]\nname = 'billing'\nlabel = { en = 'Billing', de = 'Rechnungen' }\nnumber = '8000'\ntype = 'queue'\n\
statistics = ['wait', 'waiting']\ngroup = 'Finance'\n\
[[point]]\nname = 'vip'\nnumber = '8001'\ntype = 'route-point'\nobject = 'vip@lab'\nvisible-to = ['Gold']\n\
[[point]]\nname = 'Kiosk'\nnumber = '0301234'\ntype = 'external'\n";

const SECOND: Duration = Duration::from_secs(1);

fn points() -> Arc<ContactPoints> {
    points_of(POINTS)
}

fn points_of(text: &str) -> Arc<ContactPoints> {
    #[derive(serde::Deserialize)]
    struct Part {
        statistic: Vec<StatisticDefinition>,
        point: Vec<ContactPoint>,
    }
    let Part { statistic, point } = toml::from_str(text).expect("contact points");
    ContactPoints::new(point, statistic).into()
}

/// A bench with kim's page.
fn desk() -> (Bench, Receiver<Frame>) {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.hub.settings.contact_points = points();
    bench.link_up();
    let page = bench.open(1, "kim");
    bench.requests();
    (bench, page)
}

fn says(bench: &mut Bench, frame: ClientFrame) {
    bench.turn(Event::Page(Page::Frame(PageId(1), frame)));
}

fn search(bench: &mut Bench, query: &str, keep: &[&str]) {
    let keep = keep.iter().map(|id| Arc::from(*id)).collect();
    says(bench, ClientFrame::Search { query: query.into(), keep });
}

fn found(page: &mut Receiver<Frame>) -> Option<Vec<Target>> {
    frames(page).into_iter().rev().find_map(|frame| match frame {
        ServerFrame::Found { targets, .. } => Some(targets),
        _ => None,
    })
}

fn ids(page: &mut Receiver<Frame>) -> Vec<String> {
    found(page).unwrap().iter().map(|target| target.id.to_string()).collect()
}

fn open(bench: &Bench) -> Vec<String> {
    bench.out.statistics.iter().map(|open| format!("{} of {}", open.name, open.object)).collect()
}

fn tell(bench: &mut Bench, values: &[(&str, Reading)]) {
    let wanted: Wanted = bench.out.statistics.clone();
    let of = |name: &str| -> Arc<Statistic> { wanted.iter().find(|open| &*open.name == name).unwrap().clone() };
    let readings = values.iter().map(|(name, reading)| (of(name), reading.clone())).collect();
    bench.turn(Event::StatServer(stat_server::Report::Readings(readings)));
}

fn values(page: &mut Receiver<Frame>) -> Vec<Option<u64>> {
    let targets = found(page).unwrap();
    targets.iter().flat_map(|target| &target.statistics).map(|statistic| statistic.value).collect()
}

#[test]
fn a_contact_point_is_found_by_its_number_however_that_is_parted() {
    let (mut bench, mut page) = desk();
    let points = "[[statistic]]\nname = 'w'\nlabel = 'W'\n[[point]]\nname = 'Desk'\nnumber = '+49 711 12345'\ntype = 'external'\n";
    bench.hub.settings.contact_points = points_of(points);
    for (query, finds) in [
        ("+49 711 12345", true),
        ("711 123", true),
        ("+4971112345", true),
        ("4971112", true),
        ("+49 (711) 123-45", true),
        ("+49-7111-2345", true),
        ("12346", false),
        ("+49 711 123456", false),
    ] {
        bench.later(SECOND);
        search(&mut bench, query, &[]);
        let found = found(&mut page).unwrap();
        assert_eq!(found.iter().any(|target| &*target.name == "Desk"), finds, "{query}: {found:?}");
    }
}

#[test]
fn colleagues_and_contact_points_are_found_and_nobody_finds_themselves() {
    let (mut bench, mut page) = desk();
    for (query, keep, expected) in [
        ("LE", &[][..], &["worker:lee"][..]),
        ("kim", &[], &[]),
        ("k", &[], &["point:Kiosk"]),
        ("5003", &[], &["worker:lee"]),
        ("80", &[], &["point:billing"]),
        ("fin", &[], &["point:billing"]),
        ("", &[], &["point:billing", "point:Kiosk"]),
        (
            "kio",
            &["worker:lee", "point:Kiosk", "worker:kim", "worker:gone", "nonsense"],
            &["worker:lee", "point:Kiosk"],
        ),
        ("vip", &["point:vip"], &[]),
    ] {
        search(&mut bench, query, keep);
        assert_eq!(ids(&mut page), expected, "{query}");
    }
}

#[test]
fn no_more_is_told_of_a_colleague_than_name_groups_number_and_state() {
    let (mut bench, mut page) = desk();
    search(&mut bench, "lee", &[]);
    let mut lee = found(&mut page).unwrap().remove(0);
    let state = lee.state.take().unwrap();
    assert_eq!((&*state.id, &*lee.number, lee.busy), ("predefLoggedOut", "5003", false));
    let call = Call { other_dn: Some("0815".into()), ..inbound(ConnId(9)) };
    bench.t_server("5003", EventKind::Call(call, CallStep::Established), None);
    bench.later(SECOND);
    let sent: String = std::iter::from_fn(|| page.try_recv().ok()).map(|frame| frame.to_string()).collect();
    assert!(sent.contains("\"busy\":true") && !sent.contains("0815") && !sent.contains("example.com"), "{sent}");
    bench.later(SECOND);
    assert!(found(&mut page).is_none(), "nothing is new");
    says(&mut bench, ClientFrame::SearchEnd {});
    bench.t_server("5003", facts(AgentStatus::Ready, KvList::default()), None);
    bench.later(SECOND);
    assert!(found(&mut page).is_none(), "nobody looks");
}

#[test]
fn statistics_are_open_while_a_page_looks_and_a_while_longer() {
    let (mut bench, mut page) = desk();
    search(&mut bench, "bill", &[]);
    assert_eq!(open(&bench), ["ExpectedWaitTime of 8000", "waiting of 8000"]);
    assert_eq!(values(&mut page), [None, None]);
    tell(&mut bench, &[("waiting", Reading::Value(3.0)), ("ExpectedWaitTime", Reading::Value(44.6))]);
    bench.later(SECOND);
    assert_eq!(values(&mut page), [Some(45), Some(3)], "in the contact point's order");
    search(&mut bench, "lee", &[]);
    bench.later(29 * SECOND);
    assert_eq!(open(&bench).len(), 2);
    bench.later(SECOND);
    assert!(open(&bench).is_empty());
    search(&mut bench, "bill", &[]);
    assert_eq!(values(&mut page), [None, None], "what was known is of before");
    bench.turn(Event::Page(Page::Closed(PageId(1))));
    bench.later(30 * SECOND);
    assert!(open(&bench).is_empty(), "with the page goes its look");
}

#[test]
fn what_is_not_known_any_more_is_not_shown() {
    let (mut bench, mut page) = desk();
    search(&mut bench, "bill", &[]);
    let known = [("waiting", Reading::Value(3.0)), ("ExpectedWaitTime", Reading::Value(40.0))];
    tell(&mut bench, &known);
    tell(&mut bench, &[("waiting", Reading::Failed("no such queue".into()))]);
    bench.later(SECOND);
    assert_eq!(values(&mut page), [Some(40), None]);
    tell(&mut bench, &[("ExpectedWaitTime", Reading::Value(-1.0))]);
    bench.later(SECOND);
    assert_eq!(values(&mut page), [None, None], "less than nothing is no wait");
    tell(&mut bench, &known);
    bench.turn(Event::StatServer(stat_server::Report::Down { cause: "gone".into() }));
    bench.later(SECOND);
    search(&mut bench, "bill", &[]);
    assert_eq!(values(&mut page), [None, None]);
}

#[test]
fn who_joins_the_directory_is_found_and_who_leaves_it_is_not() {
    let (mut bench, mut page) = desk();
    search(&mut bench, "l", &[]);
    assert_eq!(ids(&mut page), ["worker:lee"]);
    let workers = vec![worker("kim", "1001", &["5001", "5002"]), worker("lou", "1003", &["5004"])];
    bench.turn(Event::Directory(Arc::new(Directory::new(workers))));
    bench.later(SECOND);
    assert_eq!(ids(&mut page), ["worker:lou"]);
}

#[test]
fn a_note_goes_into_the_business_data_before_the_call_goes_on() {
    let (mut bench, mut page) = desk();
    bench.t_server("5001", EventKind::Call(inbound(ConnId(9)), CallStep::Established), None);
    let press = |note: &str, state| ClientFrame::Call {
        button: CallButton::ConsultTransfer,
        conn_id: ConnId(9).to_string().into(),
        dn: "5001".into(),
        state,
        to: Some("5003".into()),
        note: Some(note.into()),
    };
    says(&mut bench, press(" She waits since Monday\n", CallState::Established));
    let actions = bench.acknowledged().into_iter().filter_map(|request| match request {
        Request::Call { action, .. } => Some(action),
        _ => None,
    });
    let note = UserDataChange::update("TransferNote", Value::Str("She waits since Monday".into()));
    assert_eq!(actions.collect::<Vec<_>>(), [CallAction::UserData(note), CallAction::InitiateTransfer("5003".into())]);
    // What is acknowledged and has not shown by then may be asked again.
    bench.later(SECOND * 3);
    assert!(matches!(bench.requests()[..], [Request::RegisterAddress { .. }]), "what has come of it is read");
    for (note, asked) in [("  ", 1), (&*"x".repeat(2001), 0), ("bell\u{7}", 0)] {
        says(&mut bench, press(note, CallState::Established));
        assert_eq!(bench.requests().len(), asked, "{note:?}");
    }
    bench.hub.settings.transfer_note_key = "".into();
    frames(&mut page);
    says(&mut bench, press("hello", CallState::Established));
    assert_eq!(bench.requests().len(), 0);
    assert!(
        matches!(&frames(&mut page)[..], [ServerFrame::Problem { remark, .. }] if remark.why == crate::remark::Why::NoteNotNow)
    );
}

/// Kim at the first T-Server, and Lee at these DNs.
fn colleagues(lees: &[(&str, u16)]) -> (Bench, Receiver<Frame>) {
    let (mut bench, page) = desk();
    let line = |(dn, link): &(&str, u16)| crate::directory::Line {
        dn: (*dn).into(),
        switch: "S".into(),
        link: crate::agent_link::LinkId(*link),
    };
    let lee = crate::directory::Worker { lines: lees.iter().map(line).collect(), ..worker("lee", "1002", &[]) };
    let people = vec![worker("kim", "1001", &["5001", "5002"]), lee, worker("max", "1003", &["5005"])];
    bench.turn(Event::Directory(Arc::new(crate::directory::Directory::new(people))));
    bench.play();
    (bench, page)
}

#[test]
fn the_number_of_a_colleague_is_one_at_which_they_are_reached_from_here() {
    for (lees, number) in [
        (&[("5003", 0)][..], Some("5003")),
        // One at the same T-Server, else one that is nobody else's there.
        (&[("5003", 1), ("5004", 0)], Some("5004")),
        (&[("5003", 1)], Some("5003")),
        (&[("5005", 1)], None),
        (&[("5005", 1), ("5006", 1)], Some("5006")),
    ] {
        let (mut bench, mut page) = colleagues(lees);
        search(&mut bench, "lee", &[]);
        let told = found(&mut page).unwrap();
        assert_eq!(told.first().map(|lee| &*lee.number), number, "{lees:?}");
    }
}

#[test]
fn where_another_agent_sits_a_colleague_is_not_reached() {
    let (mut bench, mut page) = colleagues(&[("5003", 0), ("5004", 0)]);
    let agent_id = Some("7777".into());
    let facts = crate::agent_link::AgentFacts { status: AgentStatus::Ready, agent_id, ..Default::default() };
    bench.t_server("5003", EventKind::Agent(facts), None);
    search(&mut bench, "lee", &[]);
    assert_eq!(&*found(&mut page).unwrap()[0].number, "5004");
}

/// A number's own name is called as it is, however much it looks like a number that somebody wrote.
#[test]
fn what_the_directory_or_the_site_names_is_called_as_it_is_named_and_the_rest_as_a_number() {
    let (mut bench, _page) = colleagues(&[("50-04", 0), ("60.1", 1)]);
    bench.hub.settings.contact_points = points_of(
        "[[statistic]]\nname = 'waiting'\nlabel = 'Waiting'\n\
        [[point]]\nname = 'Billing'\nnumber = '8000-1'\ntype = 'queue'\n\
        [[point]]\nname = 'Kiosk'\nnumber = '+49 30 (99)'\ntype = 'external'\n",
    );
    for (to, called) in [
        ("50-04", "50-04"),
        (" 50-04 ", "50-04"),
        ("60.1", "60.1"),
        ("50-05", "5005"),
        ("8000-1", "8000-1"),
        ("+49 30 (99)", "+493099"),
        ("+49 (0)30 1234", "+49301234"),
        ("0711 / 123-45", "071112345"),
    ] {
        assert_eq!(bench.hub.called(to).as_deref(), Some(called), "{to:?}");
    }
}
