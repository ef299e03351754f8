//! The example conversation of PROTOCOL.md against the simulated T-Server, with a plain socket as its client.
#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use std::time::Duration;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};
use uc_lab::t_server::{Config, SwitchFile, TServer, control};

const PROTOCOL: &str = include_str!("../../src/tlib/PROTOCOL.md");

/// A message as it can be compared: without the time it was sent.
fn message(line: &str) -> Value {
    let mut message: Value = serde_json::from_str(line).unwrap();
    let attributes = message.as_object_mut().unwrap();
    attributes.retain(|name, _| !name.starts_with("timein"));
    message
}

#[tokio::test]
async fn the_server_speaks_the_example() {
    let example = PROTOCOL.split("```conversation\n").nth(1).unwrap().split("```").next().unwrap();
    let server = TServer::start(Config::new(SwitchFile::of_extensions(["5002"]))).await.unwrap();
    let mut client = BufReader::new(TcpStream::connect(server.addr()).await.unwrap());
    for line in example.lines() {
        let (actor, text) = line.split_once(": ").unwrap();
        match actor {
            "C" => client.write_all(format!("{text}\n").as_bytes()).await.unwrap(),
            "T" => drop(control::execute(&server, text).unwrap()),
            _ => {
                let mut got = String::new();
                timeout(Duration::from_secs(10), client.read_line(&mut got)).await.expect(text).unwrap();
                assert_eq!(message(&got), message(text));
            }
        }
    }
}
