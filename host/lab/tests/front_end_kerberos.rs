//! Kerberos with a real KDC on loopback: the real client and ours sign in to `lab front-end` with tickets of it.
//! Needs krb5-kdc and krb5-admin-server.
#![cfg(feature = "kerberos")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod front_end;

use front_end::{PASSWORD, client::LIMIT, peer::Peer, realm::Realm};
use std::{net::SocketAddr, path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};

/// `lab front-end` with the keys of a realm.
struct Lab {
    _process: Child,
    server: SocketAddr,
    control: Lines<BufReader<TcpStream>>,
}

impl Lab {
    async fn of(realm: &Realm) -> Self {
        let users = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/users.toml")).unwrap();
        let users = users.replace("schemes = [\"ntlm\"]", "schemes = [\"kerberos\"]");
        let file = realm.folder.path().join("users.toml");
        std::fs::write(&file, users).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_lab"))
            .args(["front-end", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--users"])
            .arg(&file)
            .envs(realm.server())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut address = async || -> SocketAddr {
            let line = timeout(LIMIT, said.next_line()).await.unwrap().unwrap().unwrap();
            line.split([' ', ':']).collect::<Vec<_>>().windows(2).find_map(|pair| pair.join(":").parse().ok()).unwrap()
        };
        let (server, control) = (address().await, address().await);
        let control = BufReader::new(TcpStream::connect(control).await.unwrap()).lines();
        Self { _process: process, server, control }
    }

    /// Carries out a command; the Front End waits up to 20 seconds where it waits.
    async fn told(&mut self, command: &str) -> String {
        self.control.get_mut().write_all(format!("{command}\n").as_bytes()).await.unwrap();
        timeout(LIMIT * 2, self.control.next_line()).await.unwrap().unwrap().unwrap()
    }

    /// Waits up to a minute until a counter is that high.
    async fn reaches(&mut self, counter: &str, number: u32) {
        let mut answer = String::new();
        for _ in 0..3 {
            answer = self.told(&format!("wait {counter} {number}")).await;
            if answer.starts_with("ok") {
                return;
            }
        }
        panic!("{answer}");
    }
}

#[tokio::test]
async fn the_real_client_signs_in_with_a_ticket() {
    let realm = Realm::new(&[("alice", PASSWORD)], &["sip/fe01.example.com"]);
    let mut lab = Lab::of(&realm).await;
    let server = lab.server;
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
    assert_eq!(lab.told("presence sip:bob@example.com 9500 - by ticket").await, "ok ");
    peer.shows("bob", "do-not-disturb", "by ticket").await;
    let counts = lab.told("wait services 1").await;
    for expected in ["endpoints=1", "challenged=1 ", "bad-signatures=0", "watched=3"] {
        assert!(counts.contains(expected), "{expected} is not in {counts}");
    }
    peer.quit().await;
}

/// The product that watches Bob as Alice, with a keytab in the place of a password.
fn product(realm: &Realm, server: SocketAddr) -> Child {
    let (folder, program) = (realm.folder.path(), std::env::current_exe().unwrap());
    let built: PathBuf = program.parent().unwrap().parent().unwrap().to_owned();
    let configuration = format!(
        "[directory]\nfile = 'directory.toml'\n[[t-server]]\nname = 'lab'\naddress = '127.0.0.1:1'\n\
         [web]\nlisten = '127.0.0.1:0'\n[admin]\nlisten = '127.0.0.1:0'\n\
         [plugins]\ndirectory = '{}'\nprivate-directory = 'private'\n\
         [[plugin]]\nname = 'lync'\nfile = 'libuc_lync.so'\n[plugin.settings]\nservers = ['localhost:{}']\n\
         transport = 'tcp'\n\
         accounts = [{{ address = 'sip:alice@example.com', auth = 'kerberos', login = 'alice@EXAMPLE.COM' }}]\n",
        built.display(),
        server.port()
    );
    std::fs::write(folder.join("uc.toml"), configuration).unwrap();
    std::fs::write(
        folder.join("directory.toml"),
        "[[switch]]\nname = 'lab'\nt-server = 'lab'\n[[place]]\nname = 'desk'\ndns = [{ dn = '1', switch = 'lab' }]\n\
         [[worker]]\nuser = 'bob'\nkind = 'agent'\nagent-id = '1'\nplace = 'desk'\nsip-address = 'sip:bob@example.com'\n",
    )
    .unwrap();
    let mut program = Command::new(built.join("uc-connector"));
    program.arg("--config").arg(folder.join("uc.toml")).kill_on_drop(true);
    program.env("KRB5_CONFIG", realm.config()).env("KRB5_CLIENT_KTNAME", realm.keytab_of("alice"));
    program.env("KRB5CCNAME", folder.join("tickets")).spawn().expect("build the workspace first")
}

#[tokio::test]
async fn a_domain_controller_that_is_away_for_eight_seconds_costs_that_time_and_no_more() {
    let mut realm = Realm::new(&[("alice", PASSWORD)], &["sip/fe01.example.com"]);
    let mut lab = Lab::of(&realm).await;
    realm.goes();
    let _product = product(&realm, lab.server);
    lab.reaches("challenged", 1).await;
    // The time is the case: shorter than people wait, longer than a first attempt.
    sleep(Duration::from_secs(8)).await;
    realm.comes_back();
    lab.reaches("subscribes", 1).await;
    let counts = lab.told("count").await;
    assert!(counts.contains("endpoints=1") && counts.contains("bad-signatures=0"), "{counts}");
}

#[tokio::test]
async fn a_ticket_that_has_expired_is_replaced_at_the_next_sign_in() {
    let realm = Realm::new(&[("alice", PASSWORD)], &["sip/fe01.example.com"]);
    realm.tickets_live("alice", "8 seconds");
    let mut lab = Lab::of(&realm).await;
    let _product = product(&realm, lab.server);
    lab.reaches("subscribes", 1).await;
    // Longer than the ticket lives.
    sleep(Duration::from_secs(10)).await;
    lab.told("close").await;
    lab.reaches("subscribes", 2).await;
    let counts = lab.told("count").await;
    assert!(counts.contains("endpoints=1") && counts.contains("bad-signatures=0"), "{counts}");
}
