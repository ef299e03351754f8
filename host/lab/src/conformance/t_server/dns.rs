//! Registrations, and what is refused without them.

use super::{Target, must};
use crate::peer::{Line, Peer, request};
use std::collections::HashSet;
use uc_connector::{
    tlib::Message,
    wire::{KvList, Value},
};

pub(super) async fn registers(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    for _ in 0..2 {
        let answer = peer.ask_for(request("RequestRegisterAddress", &target.dn), "EventRegistered").await?;
        let status = answer.kv_list("extensions").and_then(|list| list.first("AgentStatus"));
        let free = matches!(status, None | Some(Value::Int(0))) && answer.str("agentID").is_none();
        must(free, "a snapshot without an agent (is somebody logged in at this DN?)", &answer)?;
    }
    peer.ask_for(request("RequestUnregisterAddress", &target.dn), "EventUnregistered").await.map(|_| ())
}

pub(super) async fn refuses_unknown_dn(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    let answer = peer.ask_for(request("RequestRegisterAddress", "no-such-dn-4711"), "EventError").await?;
    must(answer.int("errorCode").is_some(), "errorCode", &answer)
}

pub(super) async fn refuses_unregistered(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    refuses_with_41(target, &mut peer).await
}

pub(super) async fn refuses_monitor(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    let monitor = request("RequestRegisterAddress", &target.dn).with("registerMode", "ModeMonitor");
    peer.ask_for(monitor, "EventRegistered").await?;
    refuses_with_41(target, &mut peer).await
}

pub(super) async fn answers_in_a_row(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    let mut open = HashSet::new();
    for _ in 0..20 {
        open.insert(peer.send(request("RequestRegisterAddress", &target.dn)).await?);
    }
    while !open.is_empty() {
        match peer.line("an answer to each of 20 requests").await? {
            Line::Message(message) => drop(message.reference_id().map(|id| open.remove(&id))),
            Line::Closed => return Err(format!("closed with {} requests open", open.len())),
            Line::Link(_) => {}
        }
    }
    Ok(())
}

pub(super) async fn refuses_a_request_without_dn(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    peer.ask_for(Message::new("RequestRegisterAddress"), "EventError").await.map(|_| ())
}

pub(super) async fn refuses_after_unregistering(target: &Target) -> Result<(), String> {
    let mut peer = target.registered().await?;
    peer.ask_for(request("RequestUnregisterAddress", &target.dn), "EventUnregistered").await?;
    refuses_with_41(target, &mut peer).await
}

async fn refuses_with_41(target: &Target, peer: &mut Peer) -> Result<(), String> {
    let refusal = peer.ask_for(request("RequestAgentReady", &target.dn), "EventError").await?;
    must(refusal.int("errorCode") == Some(41), "errorCode 41", &refusal)
}

pub(super) async fn answers_mode_private(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    let private = request("RequestRegisterAddress", &target.dn).with("registerMode", "ModePrivate");
    let answer = peer.ask(private).await?;
    let known = answer.name == "EventRegistered" || answer.name == "EventError";
    must(known, "EventRegistered or EventError", &answer)
}

pub(super) async fn tells_user_events(target: &Target) -> Result<(), String> {
    let (mut other, mut peer) = (target.registered().await?, target.open().await?);
    let mut data = KvList::default();
    data.push_str("EventName", "conformance");
    let event = || request("RequestDistributeUserEvent", &target.dn).with("userData", data.clone());
    peer.ask_for(event(), "EventACK").await?;
    other.event("EventUserEvent").await?;
    peer.ask_for(request("RequestRegisterAddress", &target.dn), "EventRegistered").await?;
    let own = peer.ask_for(event(), "EventUserEvent").await?;
    must(own.kv_list("userData").is_some(), "userData", &own)?;
    other.event("EventUserEvent").await.map(|_| ())
}
