//! `lab front-end` as a stranger's program sees it: the command line and the control port.
#![allow(clippy::unwrap_used, reason = "tests")]

mod front_end;

use base64::{Engine, engine::general_purpose::STANDARD};
use front_end::{client::*, signed_in};
use std::{net::SocketAddr, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::TcpStream,
    process::{Child, Command},
    time::timeout,
};

struct Lab {
    _child: Child,
    server: SocketAddr,
    control: Lines<BufReader<TcpStream>>,
}

async fn lab() -> Lab {
    let users = concat!(env!("CARGO_MANIFEST_DIR"), "/users.toml");
    let mut child = Command::new(env!("CARGO_BIN_EXE_lab"))
        .args(["front-end", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--users", users])
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut address = async || {
        let line = timeout(LIMIT, lines.next_line()).await.unwrap().unwrap().unwrap();
        line.split([' ', ':']).collect::<Vec<_>>().windows(2).find_map(|pair| pair.join(":").parse().ok()).unwrap()
    };
    let (server, control) = (address().await, address().await);
    let control = TcpStream::connect::<SocketAddr>(control).await.unwrap();
    Lab { _child: child, server, control: BufReader::new(control).lines() }
}

impl Lab {
    async fn say(&mut self, command: &str) -> String {
        self.control.get_mut().write_all(format!("{command}\n").as_bytes()).await.unwrap();
        timeout(LIMIT, self.control.next_line()).await.unwrap().unwrap().unwrap()
    }

    async fn obeys(&mut self, command: &str) {
        let answer = self.say(command).await;
        assert!(answer.starts_with("ok"), "{command}: {answer}");
    }
}

#[tokio::test]
async fn commands_are_obeyed() {
    let mut lab = lab().await;
    let mut alice = signed_in(lab.server, "alice").await;
    alice.watch(&["bob", "carol"], true).await;
    lab.obeys("presence sip:bob@example.com 6500 on-the-phone back  soon").await;
    let notify = alice.incoming().await;
    assert!(text(&notify).contains("on-the-phone") && text(&notify).contains(">back  soon<"));
    lab.obeys("custom bob@example.com 6500 1031 Im Handel").await;
    assert!(text(&alice.incoming().await).contains("<custom LCID=\"1031\">Im Handel</custom>"));
    lab.obeys("together 12500 sip:bob@example.com sip:carol@example.com").await;
    assert_eq!(alice.incoming().await.content_type(), "multipart/related");
    let body = STANDARD.encode("<anything/>");
    assert_eq!(lab.say(&format!("push sip:alice@example.com text/strange {body}")).await, "ok 1");
    let pushed = alice.incoming().await;
    assert_eq!((pushed.content_type(), text(&pushed)), ("text/strange", "<anything/>"));
    assert_eq!(lab.say("seen sip:alice@example.com").await, "ok 2");
    for _ in 0..2 {
        assert!(lab.control.next_line().await.unwrap().unwrap().contains(" 12500 - "));
    }
    assert!(lab.say("wait subscribes 1").await.contains("subscriptions=1 watched=2"));
    lab.obeys("answer SUBSCRIBE 503 1 9 17000 too much").await;
    let (answer, _) = alice.watch(&["bob"], true).await;
    assert_eq!(answer.status(), Some(503));
    for command in [
        "delay OPTIONS 10 1",
        "late sip:kim@example.com 10 1",
        "refuse-naming sip:bob@example.com 404 1",
        "grant 0 1",
        "bounce sip:carol@example.com 1",
        "same-number 1",
        "low-piggyback 1",
        "heal",
        "renumber 1",
    ] {
        lab.obeys(command).await;
    }
    lab.obeys("presence sip:carol@example.com 3500").await;
    assert_eq!(alice.incoming().await.cseq().unwrap().number, 1, "they are numbered anew");
    assert_eq!(lab.say("terminate sip:alice@example.com noresource").await, "ok 1");
    assert!(
        alice.incoming().await.get(uc_sip::message::Name::SubscriptionState).unwrap().ends_with(";reason=noresource")
    );
    assert_eq!(lab.say("deregister sip:alice@example.com deactivated").await, "ok 1");
    assert_eq!(text(&alice.incoming().await), "deregistered;event=deactivated");
    lab.obeys("kill").await;
    assert!(alice.next_message().await.is_none());
    lab.obeys("restart").await;
    signed_in(lab.server, "alice").await;
    lab.obeys("count").await;
}

#[tokio::test]
async fn wrong_commands_are_explained() {
    let mut lab = lab().await;
    for (command, words) in [
        ("presence", "USER is missing"),
        ("presence sip:nobody@example.com 3500", "no user of this pool"),
        ("presence sip:bob@example.com much", "`much` is no NUMBER"),
        ("mood sad", "none of serving, stalled, slow"),
        ("deregister sip:bob@example.com gone", "none of unregistered"),
        ("push sip:bob@example.com - ***", "not Base64"),
        ("raw sip:bob@example.com @/no/such/file", "/no/such/file"),
        ("wait nothing 1", "no counter"),
        ("dance", "try `help`"),
    ] {
        let answer = lab.say(command).await;
        assert!(answer.starts_with("error ") && answer.contains(words), "{command}: {answer}");
    }
}
