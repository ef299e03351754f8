//! The link itself: greetings, heartbeats, and how it ends.

use super::{NAME, Target};
use crate::peer::{Line, Peer, hello, request};
use std::time::Duration;
use uc_connector::{
    tlib::PROTOCOL,
    wire::{LinkMessage, MAX_LINE},
};

pub(super) async fn greets(target: &Target) -> Result<(), String> {
    target.open().await.map(|_| ())
}

pub(super) async fn refuses_another_protocol(target: &Target) -> Result<(), String> {
    let mut peer = Peer::connect(&target.address).await?;
    peer.link(&hello(NAME, "something-else", Duration::ZERO)).await?;
    match peer.line("LinkRefused").await? {
        Line::Link(LinkMessage::Refused { .. }) | Line::Closed => Ok(()),
        other => Err(format!("LinkRefused expected, got {other:?}")),
    }
}

pub(super) async fn refuses_an_early_request(target: &Target) -> Result<(), String> {
    let mut peer = Peer::connect(&target.address).await?;
    peer.send(request("RequestRegisterAddress", &target.dn)).await?;
    refused(&mut peer).await
}

pub(super) async fn refuses_a_second_hello(target: &Target) -> Result<(), String> {
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

pub(super) async fn closes_at_a_long_line(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    // It may close before it has read all.
    let _ = peer.raw(&vec![b'x'; MAX_LINE + 100_000]).await;
    match peer.line("end of the connection after a line of more than 262,144 bytes").await? {
        Line::Closed => Ok(()),
        other => Err(format!("the connection should be closed, got {other:?}")),
    }
}

pub(super) async fn answers_heartbeats(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    beats(&mut peer, "{\"messageName\":\"LinkHeartbeat\",\"number\":4711}\n", 4711).await?;
    beats(&mut peer, "{\"messageName\":\"LinkHeartbeat\"}\n", 0).await
}

async fn beats(peer: &mut Peer, heartbeat: &str, expected: i64) -> Result<(), String> {
    peer.raw(heartbeat.as_bytes()).await?;
    match peer.line("LinkHeartbeatAck").await? {
        Line::Link(LinkMessage::HeartbeatAck { number }) if number == expected => Ok(()),
        other => Err(format!("LinkHeartbeatAck {expected} expected, got {other:?}")),
    }
}

pub(super) async fn watches(target: &Target) -> Result<(), String> {
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

/// A line as it is, in the place of our hello.
async fn says(target: &Target, line: &str) -> Result<Peer, String> {
    let mut peer = Peer::connect(&target.address).await?;
    peer.raw(format!("{line}\n").as_bytes()).await?;
    Ok(peer)
}

pub(super) async fn refuses_a_hello_without_version(target: &Target) -> Result<(), String> {
    let mut peer = says(target, r#"{"messageName":"LinkHello","protocol":"tlib","name":"conformance"}"#).await?;
    refused(&mut peer).await
}

pub(super) async fn takes_a_hello_whose_information_cannot_be_read(target: &Target) -> Result<(), String> {
    let odd = r#""name":["conformance"],"addpTimeout":"long","addpRemoteTimeout":{},"ofTomorrow":[1.5]"#;
    let line = format!(r#"{{"messageName":"LinkHello","protocol":"tlib","version":1,{odd}}}"#);
    answered(says(target, &line).await?).await.map(|_| ())
}

pub(super) async fn answers_with_a_version_up_to_the_clients(target: &Target) -> Result<(), String> {
    let line = r#"{"messageName":"LinkHello","protocol":"tlib","version":1000,"name":"conformance"}"#;
    let version = answered(says(target, line).await?).await?;
    let known = (1..=1000).contains(&version);
    if known { Ok(()) } else { Err(format!("a version from 1 to 1000 expected, got {version}")) }
}

/// The version of the server's hello.
async fn answered(mut peer: Peer) -> Result<i64, String> {
    match peer.line("LinkHello").await? {
        Line::Link(LinkMessage::Hello(hello)) => Ok(hello.version),
        other => Err(format!("LinkHello expected, got {other:?}")),
    }
}

pub(super) async fn ignores_unknown_messages_of_the_link(target: &Target) -> Result<(), String> {
    let mut peer = target.open().await?;
    peer.raw(b"{\"messageName\":\"LinkOfTomorrow\",\"number\":1}\n").await?;
    beats(&mut peer, "{\"messageName\":\"LinkHeartbeat\",\"number\":7,\"ofTomorrow\":null}\n", 7).await
}
