//! Lines that are none, on both links: counted, answered where there is an answer, and nothing else is disturbed.

use crate::story::{Asker, accepted, kim, request};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream},
    net::TcpStream,
};
use uc_connector::web::message::StateKind;
use uc_lab::lab::{Lab, Page, Setup};

async fn all_is_well(lab: &Lab, page: &mut Page, state: &str, kind: StateKind) {
    page.choose(state).await;
    page.is(kind).await.unwrap();
    let urs = Asker::Link(lab.urs().await.unwrap());
    let accept = async || {
        let preview = page.previewed().await.unwrap();
        page.answer(preview.id, true).await;
    };
    assert_eq!(urs.ask_while(lab, request(99, ["1000"]), accept).await, accepted("1000", "5000"));
}

#[tokio::test]
async fn nonsense_from_the_t_server_is_counted_and_the_link_stays() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let links = lab.metric("uc_tlib_links_lost_total").await;
    let lines = [
        ("no JSON at all", "uc_tlib_unreadable_lines_total"),
        (r#"{"messageName":"EventOfTheYear","thisDN":"5000","glory":1}"#, "uc_tlib_unknown_messages_total"),
        (r#"{"messageName":"EventAgentReady","thisDN":["5000"]}"#, "uc_tlib_unreadable_lines_total"),
        (r#"{"messageName":"EventAgentReady","thisDN":"4999"}"#, "uc_hub_events_of_unknown_dns_total"),
        (
            r#"{"messageName":"EventUserEvent","thisDN":"5000","referenceID":987654}"#,
            "uc_tlib_unexpected_reference_ids_total",
        ),
    ];
    for (line, counter) in lines {
        let before = lab.metric(counter).await;
        lab.t_server.send_raw(format!("{line}\n"));
        let counted = async |lab: &Lab| lab.metric(counter).await > before;
        lab.until(&format!("{counter} counts {line}"), counted).await.unwrap();
    }
    assert_eq!(lab.metric("uc_tlib_links_lost_total").await, links);
    all_is_well(&lab, &mut page, "open", StateKind::Ready).await;
}

#[tokio::test]
async fn an_endless_line_from_the_t_server_costs_the_connection_and_no_more() {
    let (lab, mut page) = kim(Setup { t_server: "max-line = 4096".into(), ..Setup::of(["kim"]) }).await;
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    lab.t_server.send_raw("x".repeat(5000));
    page.is(StateKind::OutOfService).await.unwrap();
    page.is(StateKind::Ready).await.unwrap();
    assert!(lab.metric("uc_tlib_oversized_lines_total").await >= 1.0);
    all_is_well(&lab, &mut page, "busy", StateKind::NotReady).await;
}

struct Raw(BufStream<TcpStream>);

impl Raw {
    async fn connect(lab: &Lab) -> Self {
        let stream = TcpStream::connect(lab.addresses().preview_link.unwrap()).await.unwrap();
        Self(BufStream::new(stream))
    }

    async fn say(&mut self, line: &str) {
        self.0.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    async fn hears(&mut self) -> serde_json::Value {
        let mut line = String::new();
        let read = tokio::time::timeout(crate::story::LIMIT, self.0.read_line(&mut line));
        read.await.expect("a line").unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    async fn is_closed(&mut self) {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(crate::story::LIMIT, self.0.read_to_end(&mut rest));
        let _ = read.await.expect("the connection ends");
    }
}

#[tokio::test]
async fn nonsense_from_urs_is_answered_and_the_link_stays() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let mut urs = Raw::connect(&lab).await;
    urs.say(r#"{"messageName":"LinkHello","protocol":"preview","version":1,"name":"stranger"}"#).await;
    let hello = urs.hears().await;
    assert_eq!(hello["messageName"], "LinkHello", "{hello}");
    for (line, error) in
        [("no JSON at all", "malformed"), (r#"{"messageName":"PreviewTheFuture","referenceID":5}"#, "unknown-message")]
    {
        urs.say(line).await;
        let answer = urs.hears().await;
        assert_eq!(answer["error"], error, "{answer}");
    }
    urs.say(r#"{"messageName":"PreviewInteractionRequest","referenceID":6,"connId":"7","agent":42}"#).await;
    let answer = urs.hears().await;
    assert_eq!((answer["result"].as_str(), answer["referenceID"].as_i64()), (Some("error"), Some(6)), "{answer}");
    assert!(lab.metric("uc_routing_refused_total").await >= 2.0);
    all_is_well(&lab, &mut page, "open", StateKind::Ready).await;
}

#[tokio::test]
async fn an_endless_line_or_no_hello_from_urs_costs_that_link_alone() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let mut rude = Raw::connect(&lab).await;
    rude.say(r#"{"messageName":"PreviewInteractionRequest","referenceID":6}"#).await;
    rude.is_closed().await;
    let mut endless = Raw::connect(&lab).await;
    endless.say(r#"{"messageName":"LinkHello","protocol":"preview","version":1,"name":"stranger"}"#).await;
    endless.hears().await;
    endless.say(&"x".repeat(300_000)).await;
    endless.is_closed().await;
    all_is_well(&lab, &mut page, "open", StateKind::Ready).await;
}
