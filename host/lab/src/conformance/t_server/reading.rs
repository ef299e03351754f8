//! What a server reads: names, numbers, lists, and lines that are none.

use super::{Target, must};
use crate::peer::{Line, Peer, request};
use uc_connector::tlib::Message;

pub(super) async fn refuses_unknown_request(target: &Target) -> Result<(), String> {
    let mut peer = target.registered().await?;
    let answer = peer.ask_for(request("RequestOfTomorrow", &target.dn), "EventError").await?;
    must(answer.int("errorCode") == Some(51), "errorCode 51", &answer)
}

pub(super) async fn survives_nonsense(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    peer.raw(b"\r\nnonsense\n[1]\n{\"noName\":1}\n\xff\xfe\n").await?;
    peer.ask_for(request("RequestRegisterAddress", &target.dn), "EventRegistered").await.map(|_| ())
}

pub(super) async fn reads_any_case(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    let request = Message::new("requestREGISTERaddress").with("THISDN", target.dn.clone()).with("ofTomorrow", 1);
    peer.ask_for(request, "EventRegistered").await.map(|_| ())
}

/// Sends a line whose request has this ReferenceID, and gives the answer.
async fn answer_to(peer: &mut Peer, id: i64, line: &str) -> Result<Message, String> {
    peer.raw(line.as_bytes()).await?;
    loop {
        match peer.line(&format!("an answer to referenceID {id}")).await? {
            Line::Message(message) if message.reference_id() == Some(id) => return Ok(message),
            Line::Closed => return Err(format!("closed instead of answering {line}")),
            _ => {}
        }
    }
}

async fn registered_by(target: &Target, line: &str) -> Result<Peer, String> {
    let mut peer = target.open().await?;
    let answer = answer_to(&mut peer, 9001, line).await?;
    must(answer.name == "EventRegistered", &format!("EventRegistered as the answer to {line}"), &answer)?;
    Ok(peer)
}

pub(super) async fn ignores_carriage_returns_and_empty_lines(target: &Target) -> Result<(), String> {
    let dn = &target.dn;
    let line = format!(
        "\r\n\n{{\"messageName\":\"RequestRegisterAddress\",\"referenceID\":9001,\"thisDN\":\"{dn}\"}}\r\n\r\n"
    );
    registered_by(target, &line).await.map(|_| ())
}

pub(super) async fn takes_the_first_that_is_not_null(target: &Target) -> Result<(), String> {
    let (dn, other) = (&target.dn, "no-such-dn-4711");
    let dns = format!("\"thisDN\":null,\"thisDN\":\"{dn}\",\"thisDN\":\"{other}\"");
    let line = format!("{{{dns},\"referenceID\":9001,\"messageName\":\"RequestRegisterAddress\"}}\n");
    registered_by(target, &line).await.map(|_| ())
}

pub(super) async fn takes_the_number_of_an_enumeration(target: &Target) -> Result<(), String> {
    let dn = &target.dn;
    // ModeMonitor.
    let mode = format!("\"thisDN\":\"{dn}\",\"registerMode\":2");
    let line = format!("{{\"messageName\":\"RequestRegisterAddress\",\"referenceID\":9001,{mode}}}\n");
    let mut peer = registered_by(target, &line).await?;
    peer.ask_for(request("RequestAgentReady", dn), "EventError").await.map(|_| ())
}

pub(super) async fn takes_lists_in_every_form(target: &Target) -> Result<(), String> {
    let dn = &target.dn;
    for data in [
        r#"{"Name":"Kim","Visits":3}"#,
        r#"[{"key":"Name","value":"Kim"},{"key":"Visits","value":3}]"#,
        r#"[{"key":"Name","type":"str","value":"Kim"},{"key":"Photo","type":"bin","value":"AQID"},{"key":"Visits","type":"int","value":3}]"#,
    ] {
        let mut peer = target.registered().await?;
        let what = format!("\"thisDN\":\"{dn}\",\"userData\":{data}");
        let line = format!("{{\"messageName\":\"RequestDistributeUserEvent\",\"referenceID\":9001,{what}}}\n");
        let told = answer_to(&mut peer, 9001, &line).await?;
        let data = told.kv_list("userData");
        let kept = data.is_some_and(|list| list.str("Name") == Some("Kim") && list.first("Visits").is_some());
        must(told.name == "EventUserEvent" && kept, "EventUserEvent with Name and Visits", &told)?;
    }
    Ok(())
}
