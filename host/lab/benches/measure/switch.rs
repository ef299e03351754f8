//! The T-Server's end: everybody is logged in and ready, requests are carried out at once.

use bytes::BytesMut;
use std::{
    fmt::{Arguments, Write},
    net::SocketAddr,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The DN of a user.
pub(super) fn dn(user: u32) -> u32 {
    10_000_000 + user
}

/// Where to connect to.
pub(super) struct Door(TcpListener);

impl Door {
    pub(super) async fn open() -> Self {
        Self(TcpListener::bind(("127.0.0.1", 0)).await.unwrap())
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    pub(super) async fn accept(&self) -> Switch {
        let stream = self.0.accept().await.unwrap().0;
        stream.set_nodelay(true).unwrap();
        let (input, output) = (BytesMut::with_capacity(1 << 20), BytesMut::with_capacity(1 << 20));
        Switch { stream, input, output, sequence: 0, registered: 0 }
    }
}

/// One connection.
pub(super) struct Switch {
    stream: TcpStream,
    input: BytesMut,
    output: BytesMut,
    sequence: u64,
    /// DNs registered so far.
    pub(super) registered: u32,
}

impl Switch {
    pub(super) async fn fill(&mut self) {
        self.input.reserve(64 * 1024);
        assert!(self.stream.read_buf(&mut self.input).await.unwrap() > 0, "the product closed its T-Server link");
    }

    pub(super) async fn flush(&mut self) {
        if !self.output.is_empty() {
            self.stream.write_all(&self.output).await.unwrap();
            self.output.clear();
        }
    }

    /// Works through what has come; each request for a state is handed on: the user, whether ready.
    pub(super) fn work(&mut self, mut requested: impl FnMut(u32, bool)) {
        while let Some(end) = memchr::memchr(b'\n', &self.input) {
            let line = self.input.split_to(end + 1);
            let line = std::str::from_utf8(&line[..end]).unwrap();
            let name = text(line, "\"messageName\":\"").unwrap();
            match name {
                "RequestAgentReady" => requested(self.carry_out(line, "EventAgentReady"), true),
                "RequestAgentNotReady" => {
                    assert!(line.contains(r#"{"key":"KW_UC_STATUS","type":"str","value":"busy"}"#), "{line}");
                    requested(self.carry_out(line, "EventAgentNotReady"), false);
                }
                _ => self.serve(name, line),
            }
        }
    }

    fn carry_out(&mut self, line: &str, event: &str) -> u32 {
        let (this_dn, id) = (text(line, "\"thisDN\":\"").unwrap(), number(line, "\"referenceID\":"));
        let reasons = line.find("\"reasons\":").map_or("", |at| &line[at..line.len() - 1]);
        let comma = if reasons.is_empty() { "" } else { "," };
        let user = this_dn.parse::<u32>().unwrap() - dn(0);
        self.tell(event, user, format_args!(r#","referenceID":{id}{comma}{reasons}"#));
        user
    }

    /// An event at a user's DN, with these attributes besides.
    pub(super) fn tell(&mut self, event: &str, user: u32, more: Arguments<'_>) {
        self.sequence += 1;
        let (dn, sequence) = (dn(user), self.sequence);
        writeln!(
            self.output,
            r#"{{"messageName":"{event}","thisDN":"{dn}","agentID":"{dn}"{more},"linkSequence":{sequence}}}"#
        )
        .unwrap();
    }

    fn serve(&mut self, name: &str, line: &str) {
        let answer = match name {
            "LinkHello" => concat!(
                r#"{"messageName":"LinkHello","protocol":"tlib","version":1,"name":"bench"}"#,
                "\n",
                r#"{"messageName":"EventLinkConnected"}"#
            )
            .to_owned(),
            "LinkHeartbeat" => {
                format!(r#"{{"messageName":"LinkHeartbeatAck","number":{}}}"#, number(line, "\"number\":"))
            }
            "RequestRegisterAddress" => {
                (self.registered, self.sequence) = (self.registered + 1, self.sequence + 1);
                let (dn, id) = (text(line, "\"thisDN\":\"").unwrap(), number(line, "\"referenceID\":"));
                format!(
                    r#"{{"messageName":"EventRegistered","referenceID":{id},"thisDN":"{dn}","agentID":"{dn}","extensions":[{{"key":"AgentStatus","type":"int","value":2}}],"linkSequence":{}}}"#,
                    self.sequence
                )
            }
            other => panic!("{other} was not expected: {line}"),
        };
        self.output.extend_from_slice(answer.as_bytes());
        self.output.extend_from_slice(b"\n");
    }
}

fn text<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let rest = &line[line.find(key)? + key.len()..];
    rest.split('"').next()
}

fn number(line: &str, key: &str) -> u64 {
    let rest = &line[line.find(key).unwrap() + key.len()..];
    rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}
