//! Kerberos with a real KDC on loopback: the real client and ours sign in to `lab front-end` with tickets of it.
//! Needs krb5-kdc and krb5-admin-server.
#![cfg(feature = "kerberos")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod front_end;

use front_end::{PASSWORD, client::LIMIT, peer::Peer, realm::Realm};
use std::{net::SocketAddr, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::Command,
    time::timeout,
};

#[tokio::test]
async fn the_real_client_signs_in_with_a_ticket() {
    let realm = Realm::new(&[("alice", PASSWORD)], &["sip/fe01.example.com"]);
    let users = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/users.toml")).unwrap();
    let users = users.replace("schemes = [\"ntlm\"]", "schemes = [\"kerberos\"]");
    let file = realm.folder().join("users.toml");
    std::fs::write(&file, users).unwrap();
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"))
        .args(["front-end", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--users"])
        .arg(&file)
        .envs(realm.server())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut said = BufReader::new(lab.stderr.take().unwrap()).lines();
    let mut address = async || -> SocketAddr {
        let line = timeout(LIMIT, said.next_line()).await.unwrap().unwrap().unwrap();
        line.split([' ', ':']).collect::<Vec<_>>().windows(2).find_map(|pair| pair.join(":").parse().ok()).unwrap()
    };
    let (server, control) = (address().await, address().await);
    let mut control = BufReader::new(TcpStream::connect(control).await.unwrap()).lines();
    let (login, server) = ("EXAMPLE.COM\\alice", format!("localhost:{}", server.port()));
    let config = realm.config();
    let mut peer = Peer::start(&[
        ("PEER_SERVER", &server),
        ("PEER_TRANSPORT", "tcp"),
        ("PEER_AUTH", "krb5"),
        ("PEER_LOGIN", login),
        ("KRB5_CONFIG", config.to_str().unwrap()),
    ]);
    peer.happens("connected").await;
    control.get_mut().write_all(b"presence sip:bob@example.com 9500 - by ticket\n").await.unwrap();
    assert_eq!(control.next_line().await.unwrap().unwrap(), "ok ");
    peer.shows("bob", "do-not-disturb", "by ticket").await;
    control.get_mut().write_all(b"wait services 1\n").await.unwrap();
    let counts = timeout(LIMIT, control.next_line()).await.unwrap().unwrap().unwrap();
    for expected in ["endpoints=1", "challenged=1 ", "bad-signatures=0", "watched=3"] {
        assert!(counts.contains(expected), "{expected} is not in {counts}");
    }
    peer.quit().await;
}
