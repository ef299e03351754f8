//! Does a T-Server, or a bridge, do what `host/src/tlib/PROTOCOL.md` asks of it? Needs one DN where nobody is logged in
//! and one agent ID that may log in there.

use super::Outcome;
use crate::peer::{Line, Peer, hello, request};
use std::{collections::HashSet, pin::Pin, time::Duration};
use uc_connector::{
    tlib::{Message, PROTOCOL},
    wire::{KvList, LinkMessage, MAX_LINE, Value},
};

/// What the checks call themselves.
const NAME: &str = "conformance";

/// The server under test and what may be done to it.
#[derive(Clone, Debug)]
pub struct Target {
    /// `HOST:PORT`.
    pub address: String,
    /// A DN where nobody is logged in.
    pub dn: String,
    /// An agent ID that may log in there.
    pub agent: String,
    /// Its password, when it needs one.
    pub password: Option<String>,
    /// The queue to log in to, when the server wants one.
    pub queue: Option<String>,
}

type Running<'t> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 't>>;
type Check = for<'t> fn(&'t Target) -> Running<'t>;

/// Every check, by what the server must do.
const CHECKS: [(&str, Check); 19] = [
    ("greets with LinkHello and EventLinkConnected", |target| Box::pin(greets(target))),
    ("refuses another protocol", |target| Box::pin(refuses_another_protocol(target))),
    ("refuses a request before LinkHello", |target| Box::pin(refuses_an_early_request(target))),
    ("refuses a second LinkHello", |target| Box::pin(refuses_a_second_hello(target))),
    ("answers a heartbeat with its number", |target| Box::pin(answers_heartbeats(target))),
    ("watches a client that asks for it", |target| Box::pin(watches(target))),
    ("closes at a line that is too long", |target| Box::pin(closes_at_a_long_line(target))),
    ("answers a registration with a snapshot", |target| Box::pin(registers(target))),
    ("refuses an unknown DN with EventError and ReferenceID", |target| Box::pin(refuses_unknown_dn(target))),
    ("answers an unknown request with EventError", |target| Box::pin(refuses_unknown_request(target))),
    ("refuses an agent request without a registration", |target| Box::pin(refuses_unregistered(target))),
    ("refuses an agent request of a client that only monitors", |target| Box::pin(refuses_monitor(target))),
    ("survives a line that is no message", |target| Box::pin(survives_nonsense(target))),
    ("reads names in any case, and ignores unknown attributes", |target| Box::pin(reads_any_case(target))),
    ("answers requests that do not wait for each other", |target| Box::pin(answers_in_a_row(target))),
    ("logs an agent in and tells the state, then out", |target| Box::pin(logs_in_and_out(target))),
    ("carries out ready and not ready", |target| Box::pin(changes_state(target))),
    ("tells every registered client, and the snapshot shows it", |target| Box::pin(tells_everybody(target))),
    ("keeps agents logged in when a connection ends", |target| Box::pin(keeps_agents(target))),
];

/// What a server must do, each with its check.
pub fn must_do() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(check, _)| *check)
}

/// Runs every check, one after the other.
pub async fn run(target: &Target) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (check, run) in CHECKS {
        outcomes.push(Outcome { check, result: run(target).await });
    }
    outcomes
}

impl Target {
    async fn open(&self) -> Result<Peer, String> {
        Peer::open(NAME, &self.address, Duration::ZERO).await
    }

    async fn registered(&self) -> Result<Peer, String> {
        let mut peer = self.open().await?;
        peer.ask_for(request("RequestRegisterAddress", &self.dn), "EventRegistered").await?;
        Ok(peer)
    }

    async fn logged_in(&self) -> Result<Peer, String> {
        let mut peer = self.registered().await?;
        let login = request("RequestAgentLogin", &self.dn)
            .with("agentID", self.agent.clone())
            .with_some("password", self.password.clone())
            .with_some("thisQueue", self.queue.clone());
        let answer = peer.done(login).await?;
        let agent = answer.str("agentID");
        must(agent.is_none_or(|agent| agent == self.agent), "agentID of the login, or none", &answer)?;
        loop {
            match peer.line("EventAgentReady or EventAgentNotReady after the login").await? {
                Line::Message(state) if state.name == "EventAgentReady" || state.name == "EventAgentNotReady" => {
                    return Ok(peer);
                }
                Line::Closed => return Err("closed after the login".to_owned()),
                _ => {}
            }
        }
    }

    async fn log_out(&self, peer: &mut Peer) -> Result<(), String> {
        let logout = request("RequestAgentLogout", &self.dn).with_some("thisQueue", self.queue.clone());
        peer.done(logout).await.map(|_| ())
    }
}

async fn greets(target: &Target) -> Result<(), String> {
    target.open().await.map(|_| ())
}

async fn refuses_another_protocol(target: &Target) -> Result<(), String> {
    let mut peer = Peer::connect(&target.address).await?;
    peer.link(&hello(NAME, "something-else", Duration::ZERO)).await?;
    match peer.line("LinkRefused").await? {
        Line::Link(LinkMessage::Refused { .. }) | Line::Closed => Ok(()),
        other => Err(format!("LinkRefused expected, got {other:?}")),
    }
}

async fn refuses_an_early_request(target: &Target) -> Result<(), String> {
    let mut peer = Peer::connect(&target.address).await?;
    peer.send(request("RequestRegisterAddress", &target.dn)).await?;
    refused(&mut peer).await
}

async fn refuses_a_second_hello(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    peer.link(&hello(NAME, PROTOCOL, Duration::ZERO)).await?;
    refused(&mut peer).await
}

/// LinkRefused and the end of the connection, or the end alone.
async fn refused(peer: &mut Peer) -> Result<(), String> {
    loop {
        match peer.line("LinkRefused, or the end of the connection").await? {
            Line::Closed => return Ok(()),
            Line::Link(LinkMessage::Refused { .. }) => {}
            other => return Err(format!("LinkRefused expected, got {other:?}")),
        }
    }
}

async fn closes_at_a_long_line(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    // It may close before it has read all.
    let _ = peer.raw(&vec![b'x'; MAX_LINE + 100_000]).await;
    match peer.line("end of the connection after a line of more than 262,144 bytes").await? {
        Line::Closed => Ok(()),
        other => Err(format!("the connection should be closed, got {other:?}")),
    }
}

async fn answers_heartbeats(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    peer.link(&LinkMessage::Heartbeat { number: 4711 }).await?;
    match peer.line("LinkHeartbeatAck").await? {
        Line::Link(LinkMessage::HeartbeatAck { number: 4711 }) => Ok(()),
        other => Err(format!("LinkHeartbeatAck 4711 expected, got {other:?}")),
    }
}

async fn watches(target: &Target) -> Result<(), String> {
    let mut peer = Peer::open(NAME, &target.address, Duration::from_secs(1)).await?;
    match peer.line("LinkHeartbeat after 1 s of silence (addpRemoteTimeout)").await? {
        Line::Link(LinkMessage::Heartbeat { .. }) => {}
        other => return Err(format!("LinkHeartbeat expected, got {other:?}")),
    }
    match peer.line("end of the connection after 2 s of silence").await? {
        Line::Closed => Ok(()),
        other => Err(format!("the unanswered connection should be closed, got {other:?}")),
    }
}

async fn registers(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    for _ in 0..2 {
        let answer = peer.ask_for(request("RequestRegisterAddress", &target.dn), "EventRegistered").await?;
        let status = answer.kv_list("extensions").and_then(|list| list.first("AgentStatus"));
        let free = matches!(status, None | Some(Value::Int(0))) && answer.str("agentID").is_none();
        must(free, "a snapshot without an agent (is somebody logged in at this DN?)", &answer)?;
    }
    peer.ask_for(request("RequestUnregisterAddress", &target.dn), "EventUnregistered").await.map(|_| ())
}

async fn refuses_unknown_dn(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    let answer = peer.ask_for(request("RequestRegisterAddress", "no-such-dn-4711"), "EventError").await?;
    must(answer.int("errorCode").is_some(), "errorCode", &answer)
}

async fn refuses_unknown_request(target: &Target) -> Result<(), String> {
    let mut peer = target.registered().await?;
    let answer = peer.ask_for(request("RequestOfTomorrow", &target.dn), "EventError").await?;
    must(answer.int("errorCode").is_some(), "errorCode", &answer)
}

async fn refuses_unregistered(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    peer.ask_for(request("RequestAgentReady", &target.dn), "EventError").await.map(|_| ())
}

async fn refuses_monitor(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    let monitor = request("RequestRegisterAddress", &target.dn).with("registerMode", "ModeMonitor");
    peer.ask_for(monitor, "EventRegistered").await?;
    peer.ask_for(request("RequestAgentReady", &target.dn), "EventError").await.map(|_| ())
}

async fn answers_in_a_row(target: &Target) -> Result<(), String> {
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

async fn keeps_agents(target: &Target) -> Result<(), String> {
    drop(target.logged_in().await?);
    let mut peer = target.open().await?;
    let seen = peer.ask_for(request("RequestRegisterAddress", &target.dn), "EventRegistered").await;
    let kept = seen.and_then(|seen| shows_agent(target, &seen));
    target.log_out(&mut peer).await.and(kept)
}

async fn survives_nonsense(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    peer.raw(b"\r\nnonsense\n[1]\n{\"noName\":1}\n\xff\xfe\n").await?;
    peer.ask_for(request("RequestRegisterAddress", &target.dn), "EventRegistered").await.map(|_| ())
}

async fn reads_any_case(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    let request = Message::new("requestREGISTERaddress").with("THISDN", target.dn.clone()).with("ofTomorrow", 1);
    peer.ask_for(request, "EventRegistered").await.map(|_| ())
}

async fn logs_in_and_out(target: &Target) -> Result<(), String> {
    let mut peer = target.logged_in().await?;
    target.log_out(&mut peer).await
}

async fn changes_state(target: &Target) -> Result<(), String> {
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

async fn tells_everybody(target: &Target) -> Result<(), String> {
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
    let status = snapshot.kv_list("extensions").and_then(|list| list.first("AgentStatus"));
    let logged_in = match status {
        None => agent.is_some(),
        Some(status) => matches!(status, Value::Int(1..=5)),
    };
    must(logged_in, "agentID or AgentStatus of a logged-in agent in the snapshot", snapshot)
}

fn must(holds: bool, what: &str, message: &Message) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{what} expected, got\n{message}")) }
}
