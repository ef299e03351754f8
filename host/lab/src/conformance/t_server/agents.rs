//! Agents: logged in, ready, not ready, logged out, and who is told.

use super::{Target, must};
use crate::peer::{Peer, request};
use uc_connector::{
    tlib::Message,
    wire::{KvList, Value},
};

pub(super) async fn keeps_agents(target: &Target) -> Result<(), String> {
    drop(target.logged_in().await?);
    let mut peer = target.open().await?;
    let seen = peer.ask_for(request("RequestRegisterAddress", &target.dn), "EventRegistered").await;
    let kept = seen.and_then(|seen| shows_agent(target, &seen));
    target.log_out(&mut peer).await.and(kept)
}

pub(super) async fn logs_in_and_out(target: &Target) -> Result<(), String> {
    let mut peer = target.logged_in().await?;
    target.log_out(&mut peer).await
}

pub(super) async fn changes_state(target: &Target) -> Result<(), String> {
    let mut peer = target.logged_in().await?;
    let changed = change_state(target, &mut peer).await;
    target.log_out(&mut peer).await.and(changed)
}

async fn change_state(target: &Target, peer: &mut Peer) -> Result<(), String> {
    peer.done(request("RequestAgentReady", &target.dn)).await?;
    let mut reasons = KvList::default();
    reasons.push_str("ReasonCode", "lunch");
    for mode in ["AuxWork", "AfterCallWork"] {
        let not_ready =
            request("RequestAgentNotReady", &target.dn).with("agentWorkMode", mode).with("reasons", reasons.clone());
        // Mode and reasons may be left out, and be others.
        peer.done(not_ready).await?;
    }
    Ok(())
}

pub(super) async fn tells_everybody(target: &Target) -> Result<(), String> {
    let mut other = target.registered().await?;
    let mut peer = target.logged_in().await?;
    let told = tell_everybody(target, &mut other).await;
    target.log_out(&mut peer).await.and(told)?;
    other.event("EventAgentLogout").await.map(|_| ())
}

async fn tell_everybody(target: &Target, other: &mut Peer) -> Result<(), String> {
    let seen = other.event("EventAgentLogin").await?;
    must(seen.reference_id().unwrap_or_default() == 0, "no ReferenceID in another client's copy", &seen)?;
    let snapshot = other.ask_for(request("RequestRegisterAddress", &target.dn), "EventRegistered").await?;
    shows_agent(target, &snapshot)
}

fn shows_agent(target: &Target, snapshot: &Message) -> Result<(), String> {
    let agent = snapshot.str("agentID");
    must(agent.is_none_or(|agent| agent == target.agent), "agentID in the snapshot, or none", snapshot)?;
    let extensions = snapshot.kv_list("extensions");
    let logged_in = match extensions.and_then(|list| list.first("AgentStatus")) {
        // Without any, nothing is told.
        None => agent.is_some() || extensions.is_none(),
        Some(status) => matches!(status, Value::Int(1..=5)),
    };
    must(logged_in, "agentID or AgentStatus of a logged-in agent in the snapshot", snapshot)
}
