//! Business data of the site's choice, on pages and back to the T-Server (requirements F9, F43).

use crate::story::{asked, count, data, kim, request};
use uc_connector::{
    agent_link::ConnId,
    web::message::{Call, CallButton, CallState},
    wire::{KvList, Value},
};
use uc_lab::{
    lab::{Lab, Page, Picture, Setup},
    t_server::Mood,
};

const CONNECTOR: &str = "\
user-data-others = 'hide'
filter-key = 'Show'
[[user-data]]
key = 'Order'
label = { en = 'Order', de = 'Auftrag' }
link = 'https://crm.example.com/order/{value}'
edit = true
[[user-data]]
key = 'Result'
show = ['interaction']
edit = true
[[user-data]]
key = 'Segment'
show = ['preview', 'extension']
";

fn setup() -> Setup {
    Setup { connector: CONNECTOR.into(), ..Setup::of(["kim"]) }
}

fn told(call: &Call) -> Vec<String> {
    call.data.iter().map(|pair| format!("{}={}", pair.key, pair.value)).collect()
}

async fn shows(page: &mut Page, expected: &[&str]) -> Picture {
    let fits = |picture: &Picture| picture.call().is_some_and(|call| told(call) == expected);
    page.shows(&format!("{expected:?}"), fits).await.unwrap()
}

/// A lab of kim's, who is on a call with this data.
async fn on_a_call<const N: usize>(pairs: [(&str, &str); N]) -> (Lab, Page, ConnId) {
    let (lab, mut page) = kim(setup()).await;
    let call = lab.t_server.make_call("123", "5000", data(pairs)).unwrap();
    page.shows("a call", |picture| picture.call().is_some()).await.unwrap();
    page.press(CallButton::Answer, None).await;
    let talking = |picture: &Picture| picture.call().is_some_and(|call| call.state == CallState::Established);
    page.shows("the call connected", talking).await.unwrap();
    (lab, page, call)
}

#[tokio::test]
async fn a_worker_changes_adds_and_removes_what_is_theirs_to_change() {
    let (lab, mut page, call) = on_a_call([("Order", "4711"), ("Secret", "x")]).await;
    let picture = shows(&mut page, &["Order=4711"]).await;
    let shown = picture.call().unwrap();
    assert_eq!((shown.data[0].edit, shown.add.as_slice()), (true, &["Result".into()][..]));
    assert_eq!(shown.data[0].link.as_deref(), Some("https://crm.example.com/order/4711"));

    let mark = lab.t_server.mark();
    page.change("Order", Some("4712")).await;
    let request = asked(&lab, mark, "RequestUpdateUserData", "5000").await;
    assert_eq!(request.kv_list("userData"), Some(&data([("Order", "4712")])), "that pair and no other");
    assert_eq!(request.conn_id("connID"), Some(call));
    shows(&mut page, &["Order=4712"]).await;

    page.change("Result", Some("sold")).await;
    asked(&lab, mark, "RequestAttachUserData", "5000").await;
    let picture = shows(&mut page, &["Order=4712", "Result=sold"]).await;
    assert!(picture.call().unwrap().add.is_empty());

    page.press(CallButton::Hold, None).await;
    page.shows("the call held", |picture| picture.call().is_some_and(|call| call.state == CallState::Held))
        .await
        .unwrap();
    page.change("Order", None).await;
    assert_eq!(asked(&lab, mark, "RequestDeletePair", "5000").await.str("key"), Some("Order"));
    shows(&mut page, &["Result=sold"]).await;
    page.change("Result", None).await;
    shows(&mut page, &[]).await;
    assert!(page.picture().unwrap().problems.is_empty());
}

#[tokio::test]
async fn the_last_pair_of_all_can_be_removed() {
    let (_lab, mut page, _) = on_a_call([("Order", "4711")]).await;
    shows(&mut page, &["Order=4711"]).await;
    page.change("Order", None).await;
    shows(&mut page, &[]).await;
}

#[tokio::test]
async fn what_may_not_be_changed_is_refused_here() {
    let (lab, mut page, call) = on_a_call([("Order", "4711"), ("Secret", "x"), ("Segment", "Gold")]).await;
    shows(&mut page, &["Order=4711"]).await;
    let mark = lab.t_server.mark();
    let (secret, segment, long) = (("Secret", Some("y")), ("Segment", Some("y")), "x".repeat(2_001));
    for (key, value) in [secret, segment, ("unheard", Some("y")), ("Order", Some(&*long)), ("Order", Some("\u{1b}"))] {
        page.change(key, value).await;
    }
    page.shows("five refusals", |picture| picture.problems == ["data-refused"; 5]).await.unwrap();
    lab.t_server.customer_hangs_up(call).unwrap();
    let late = page.picture().unwrap().clone();
    page.shows("no call", |picture| picture.call().is_none()).await.unwrap();
    let ended = late.call().unwrap();
    let frame = uc_connector::web::message::ClientFrame::UserData {
        conn_id: ended.conn_id.clone(),
        dn: ended.dn.clone(),
        key: "Order".into(),
        was: Some("4711".into()),
        value: Some("4712".into()),
    };
    page.send(&frame).await;
    page.shows("one more", |picture| picture.problems == ["data-refused"; 6]).await.unwrap();
    for name in ["RequestUpdateUserData", "RequestAttachUserData", "RequestDeletePair"] {
        assert_eq!(count(&lab, mark, name), 0, "{name}");
    }
}

#[tokio::test]
async fn a_change_of_what_somebody_else_has_changed_is_refused() {
    let (lab, mut page, call) = on_a_call([("Order", "4711")]).await;
    shows(&mut page, &["Order=4711"]).await;
    let stale = page.picture().unwrap().call().unwrap().clone();
    lab.t_server.attach(call, &data([("Segment", "Gold")])).unwrap();
    page.change("Order", Some("4712")).await;
    shows(&mut page, &["Order=4712"]).await;
    let frame = uc_connector::web::message::ClientFrame::UserData {
        conn_id: stale.conn_id,
        dn: stale.dn,
        key: "Order".into(),
        was: Some("4711".into()),
        value: Some("4713".into()),
    };
    page.send(&frame).await;
    page.shows("the refusal", |picture| picture.problems == ["data-refused"]).await.unwrap();
    shows(&mut page, &["Order=4712"]).await;
}

#[tokio::test]
async fn the_t_servers_refusal_is_told_and_changes_nothing() {
    let (lab, mut page, _) = on_a_call([("Order", "4711")]).await;
    shows(&mut page, &["Order=4711"]).await;
    lab.t_server.mood(Mood::Refuses(53).on("RequestUpdateUserData").times(1));
    page.change("Order", Some("4712")).await;
    page.shows("the refusal", |picture| picture.problems == ["data-refused"]).await.unwrap();
    shows(&mut page, &["Order=4711"]).await;
    page.change("Order", Some("4712")).await;
    shows(&mut page, &["Order=4712"]).await;
}

#[tokio::test]
async fn what_the_t_server_does_not_offer_is_said_once_and_not_offered_again() {
    let (lab, mut page, _) = on_a_call([("Order", "4711")]).await;
    shows(&mut page, &["Order=4711"]).await;
    lab.t_server.mood(Mood::Refuses(51).on("RequestUpdateUserData").times(1));
    page.change("Order", Some("4712")).await;
    page.shows("that it is not offered", |picture| {
        // It may still be removed, and others added: those are requests of their own.
        let fixed = picture.call().is_some_and(|call| call.data.iter().all(|pair| pair.edit && pair.fixed));
        picture.problems == ["data-refused"] && fixed && picture.call().is_some_and(|call| !call.add.is_empty())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_number_stays_a_number() {
    let (lab, mut page, call) = on_a_call([]).await;
    let number: KvList = [("Order", Value::Int(7))].into_iter().collect();
    lab.t_server.attach(call, &number).unwrap();
    shows(&mut page, &["Order=7"]).await;
    let mark = lab.t_server.mark();
    page.change("Order", Some("8")).await;
    let request = asked(&lab, mark, "RequestUpdateUserData", "5000").await;
    assert_eq!(request.kv_list("userData").unwrap().first("Order"), Some(&Value::Int(8)));
}

#[tokio::test]
async fn each_window_is_sent_what_it_shows_and_nothing_else() {
    let (lab, mut page) = kim(setup()).await;
    let mut extension = lab.sign_in("kim").await.unwrap().open_extension().await.unwrap();
    let urs = lab.urs().await.unwrap();
    let pairs = [("Order", "1"), ("Result", "2"), ("Segment", "3"), ("Secret", "4"), ("Notes", "for kim")];
    let asked_for =
        uc_connector::routing::preview_request::PreviewRequest { user_data: data(pairs), ..request(9, ["1000"]) };
    let asking = tokio::spawn(async move { urs.preview(asked_for).await });
    for page in [&mut page, &mut extension] {
        let preview = page.previewed().await.unwrap();
        let keys: Vec<_> = preview.data.list().iter().map(|pair| pair.key.clone()).collect();
        assert_eq!(keys, ["Order".into(), "Segment".into()]);
        assert_eq!(&*preview.notes, "for kim");
    }
    asking.abort();
    lab.t_server
        .make_call(
            "123",
            "5000",
            data([("Show", "Order,Segment,Secret"), ("Order", "1"), ("Result", "2"), ("Segment", "3")]),
        )
        .unwrap();
    shows(&mut page, &["Order=1"]).await;
    shows(&mut extension, &["Order=1", "Segment=3"]).await;
    assert!(extension.picture().unwrap().call().unwrap().data.iter().all(|pair| !pair.edit));
}

#[tokio::test]
async fn a_reload_changes_what_is_shown_while_pages_stay_open() {
    let (mut lab, mut page, _) = on_a_call([("Order", "4711"), ("Secret", "x")]).await;
    let picture = shows(&mut page, &["Order=4711"]).await;
    assert_eq!(&*picture.now.form.fields[0].label, "Order");
    lab.site.setup.connector = CONNECTOR.replace("en = 'Order'", "en = 'Purchase'").replace("'hide'", "'fold'");
    lab.site.rewrite().unwrap();
    let report = lab.reload().await.unwrap();
    assert!(report.errors.is_empty() && report.needs_restart.is_empty(), "{report:?}");
    assert_eq!(report.changed, ["uc-connector.user-data-others", "user-data[0].label.en"]);
    let picture = shows(&mut page, &["Order=4711", "Secret=x"]).await;
    assert!(picture.now.form.fold_others);
    assert_eq!(&*picture.now.form.fields[0].label, "Purchase");
    lab.site.setup.connector = CONNECTOR.replace("https://crm", "http://crm");
    lab.site.rewrite().unwrap();
    let report = lab.reload().await.unwrap();
    assert!(report.errors.iter().any(|error| error.contains("user-data[0].link")), "{report:?}");
    page.change("Order", Some("4712")).await;
    shows(&mut page, &["Order=4712", "Secret=x"]).await;
}
