//! Business data on its way to pages and back: what is sent to which kind of page, and what is asked of the T-Server.

use super::{bench::*, *};
use crate::{
    agent_link::{CallAction, KvList, UserDataChange, Value},
    policy::{Others, UserDataField, UserDataForm},
    web::arrival::{Frame, PageKind},
};
use tokio::sync::mpsc::Receiver;

const FIELDS: &str = "\
[[field]]\nkey = 'Order'\nedit = true\n\
[[field]]\nkey = 'Window'\nshow = ['preview', 'interaction']\n\
[[field]]\nkey = 'Extension'\nshow = ['extension']\n";

fn form(fields: &str, others: Others) -> Arc<UserDataForm> {
    #[derive(serde::Deserialize)]
    struct Part {
        field: Vec<UserDataField>,
    }
    let Part { field } = toml::from_str(fields).expect("a form");
    UserDataForm::new(&field, others, "".into()).into()
}

fn data() -> KvList {
    let pairs =
        [("Order", "of 4711"), ("Window", "for windows"), ("Extension", "for extensions"), ("Rest", "for nobody")];
    pairs.map(|(key, value)| (key, Value::Str(value.into()))).into_iter().collect()
}

/// A bench with kim's page and extension window, and what both are sent.
fn desk() -> (Bench, [Receiver<Frame>; 2]) {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    bench.turn(Event::UserData(form(FIELDS, Others::Hide)));
    let page = bench.open(1, "kim");
    let extension = bench.open_in(2, "kim", PageKind::Extension);
    bench.requests();
    (bench, [page, extension])
}

fn sent(page: &mut Receiver<Frame>) -> String {
    std::iter::from_fn(|| page.try_recv().ok()).map(|frame| frame.to_string()).collect()
}

fn on_a_call(bench: &mut Bench) {
    let call = Call { user_data: Some(data()), ..inbound(ConnId(9)) };
    bench.t_server("5001", EventKind::Call(call, CallStep::Established), None);
}

fn change(bench: &mut Bench, key: &str, was: Option<&str>, value: Option<&str>) {
    let (conn_id, dn) = (ConnId(9).to_string().into(), "5001".into());
    let (was, value) = (was.map(Into::into), value.map(Into::into));
    bench.turn(Event::Page(Page::Frame(PageId(1), ClientFrame::UserData { conn_id, dn, key: key.into(), was, value })));
}

#[test]
fn no_page_is_sent_what_its_windows_do_not_show() {
    let (mut bench, [mut page, mut extension]) = desk();
    on_a_call(&mut bench);
    let (asker, _outcome) = bench.asker();
    let targets = vec![crate::routing::message::Target { agent: "1001".into(), dn: None, switch: None }];
    let (conn_id, media_type, timeout) = (ConnId(7), "voice".into(), None);
    let offer = crate::routing::message::Offer { conn_id, targets, media_type, user_data: data(), timeout, asker };
    bench.turn(Event::Routing(crate::routing::message::RoutingArrival::Offer(offer)));
    let mut later = bench.open(3, "kim");
    for page in [&mut page, &mut later] {
        let sent = sent(page);
        assert!(sent.contains("for windows") && sent.matches("of 4711").count() == 2, "{sent}");
        assert!(!sent.contains("for extensions") && !sent.contains("for nobody"), "{sent}");
    }
    let sent = sent(&mut extension);
    assert!(sent.contains("for extensions") && sent.matches("of 4711").count() == 2, "{sent}");
    assert!(!sent.contains("for windows") && !sent.contains("for nobody") && !sent.contains("\"edit\""), "{sent}");
}

#[test]
fn pages_of_one_kind_share_one_text() {
    let (mut bench, [mut page, _]) = desk();
    let mut second = bench.open(3, "kim");
    let _ = (sent(&mut page), sent(&mut second));
    on_a_call(&mut bench);
    let [one, other] = [&mut page, &mut second].map(|page| page.try_recv().expect("the call"));
    assert!(Arc::ptr_eq(&one, &other));
}

#[test]
fn a_change_is_asked_of_the_t_server_and_shown_when_it_says_so() {
    let (mut bench, [mut page, _]) = desk();
    on_a_call(&mut bench);
    sent(&mut page);
    change(&mut bench, "Order", Some("of 4711"), Some("of 4712"));
    let asked = UserDataChange::update("Order", Value::Str("of 4712".into()));
    assert!(
        matches!(&bench.requests()[..], [Request::Call { action: CallAction::UserData(change), .. }] if *change == asked)
    );
    assert_eq!(sent(&mut page), "", "nothing is so yet");
    let mut changed = data();
    changed.0[0].1 = Value::Str("of 4712".into());
    let call = Call { user_data: Some(changed), ..inbound(ConnId(9)) };
    bench.t_server("5001", EventKind::CallChanged(call), None);
    assert!(sent(&mut page).contains("of 4712"));
}

#[test]
fn what_may_not_be_changed_is_refused_in_words_and_asked_of_nobody() {
    let (mut bench, [mut page, mut extension]) = desk();
    change(&mut bench, "Order", Some("of 4711"), None);
    on_a_call(&mut bench);
    change(&mut bench, "Window", Some("for windows"), Some("x"));
    change(&mut bench, "Rest", Some("for nobody"), Some("x"));
    change(&mut bench, "Order", Some("of 4710"), Some("x"));
    change(&mut bench, "Order", None, None);
    assert_eq!(bench.requests(), []);
    assert_eq!(sent(&mut page).matches("\"data-refused\"").count(), 5);
    assert_eq!(sent(&mut extension).matches("\"data-refused\"").count(), 0, "told where it was tried");
    let call = Call { user_data: Some(data()), ..inbound(ConnId(9)) };
    bench.t_server("5001", EventKind::Call(call, CallStep::Ringing), None);
    change(&mut bench, "Order", Some("of 4711"), Some("x"));
    assert_eq!(bench.requests(), [], "it rings");
}

#[test]
fn another_form_reaches_open_pages_with_their_languages_labels() {
    let (mut bench, [mut page, _]) = desk();
    on_a_call(&mut bench);
    sent(&mut page);
    bench.turn(Event::UserData(form("[[field]]\nkey = 'Rest'\nlabel = 'What is left'\n", Others::Fold)));
    let sent = sent(&mut page);
    assert!(
        sent.contains("What is left") && sent.contains("for nobody") && sent.contains("\"foldOthers\":true"),
        "{sent}"
    );
}
