//! The server's half of the recorded conversations, played to the product with its real Lync plug-in, gives the
//! recorded meaning. The signatures in both directions are verified in plugins/sip (auth/captures.rs): they hold for
//! the recorded session keys alone, so here the plug-in is a trusted application, or ends where the keys would begin.
//! Not played are answers to what the plug-in never asks: the client's own events (02), publications (04, 09), its
//! contact list (second half of 14).
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../front_end/mod.rs"]
mod front_end;
#[path = "../lync/mod.rs"]
mod lync;
mod server_half;

use front_end::recording::{Recorded, messages};
use lync::{Product, RawPeer, Rig, password_account, reasons};
use server_half::ServerHalf;
use uc_connector::{
    routing::{
        cancel::Cancel,
        message::{Outcome, Target, Withdrawal},
        preview_request::PreviewRequest,
    },
    tlib::Message as Request,
    wire::{ConnId, KvList},
};
use uc_lab::{
    t_server::{self, SwitchFile, TServer},
    urs::Urs,
};
use uc_sip::message::{Message, Name};

const BOB: &str = "5001";
const CAROL: &str = "5002";
const DAVE: &str = "5003";
/// Comes later.
const ERIN: &str = "5004";
const WORKERS: [(&str, &str); 3] =
    [(BOB, "sip:bob@example.com"), (CAROL, "sip:carol@example.com"), (DAVE, "sip:dave@example.com")];

/// The server's messages of a file.
fn server(name: &str) -> Vec<Recorded> {
    messages(name).into_iter().filter(|message| !message.by_client).collect()
}

/// The client's messages of a file.
fn client(name: &str) -> Vec<Recorded> {
    messages(name).into_iter().filter(|message| message.by_client).collect()
}

/// The product as the recorded client, its first subscription in the recorded dialog, up to the answered REGISTER.
async fn signed_in() -> (Product, ServerHalf) {
    let rig = Rig::new();
    let peer = RawPeer::listen(&rig).await;
    let dialog = &client("03-subscribe-presence-batch")[0].message;
    let settings = format!(
        "servers = ['localhost:{}']\n\
         accounts = [{{ address = 'sip:alice@example.com', auth = 'trusted', epid = '46b45a2a3940' }}]\n\
         [plugin.settings.replay]\ncall-id = '{}'\ntag = '{}'\n",
        peer.port(),
        dialog.call_id().unwrap(),
        dialog.from().unwrap().tag().unwrap(),
    );
    let t_server = TServer::start(t_server::Config::new(SwitchFile::of_extensions([BOB, CAROL, DAVE, ERIN])));
    let links = "[routing]\nlisten = '127.0.0.1:0'\n";
    let product = rig.start_beside(t_server.await.unwrap(), &WORKERS, &settings, links).await;
    let mut link = ServerHalf::accept(&peer).await;
    link.exchange("REGISTER", server("01-register-ntlm-tls").last().unwrap()).await;
    (product, link)
}

/// And to the answered batch: Bob is available, Carol in a meeting, Dave not there.
async fn subscribed() -> (Product, ServerHalf) {
    let (product, mut link) = signed_in().await;
    let asked = link.exchange("SUBSCRIBE", &server("03-subscribe-presence-batch")[0]).await;
    assert_alike(&asked, &client("03-subscribe-presence-batch")[0].message);
    product.sent("RequestAgentReady", BOB, None).await;
    product.sent("RequestAgentNotReady", CAROL, Some(reasons("busy", "quarter close"))).await;
    (product, link)
}

/// Whom a batch names, in order of the alphabet.
fn named(subscribe: &Message) -> Vec<String> {
    let body = std::str::from_utf8(subscribe.body()).unwrap();
    let mut all: Vec<_> = body.split("resource uri=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    all.sort_unstable();
    all.into_iter().map(str::to_owned).collect()
}

/// Holds a SUBSCRIBE against that of the real client: to whom, about whom, and in which terms.
fn assert_alike(own: &Message, recorded: &Message) {
    assert_eq!(own.request_uri(), recorded.request_uri());
    assert_eq!(named(own), named(recorded));
    assert_eq!(own.cseq().unwrap(), recorded.cseq().unwrap());
    for name in [Name::Event, Name::ContentType, Name::Require] {
        assert_eq!(own.get(name), recorded.get(name), "{name:?}");
    }
    // One of the files is of another session, with another endpoint.
    if own.from().unwrap().epid() == recorded.from().unwrap().epid() {
        assert_eq!(own.get(Name::Contact), recorded.get(Name::Contact));
    }
    let supported: Vec<_> = own.all(Name::Supported).collect();
    for option in recorded.all(Name::Supported) {
        assert!(supported.contains(&option), "{option} is not in {supported:?}");
    }
}

/// Holds an answer against that of the real client.
async fn assert_answered(link: &mut ServerHalf, recorded: &Message) {
    let answer = link.next().await.unwrap();
    assert_eq!(answer.status(), recorded.status());
    for name in [Name::From, Name::To, Name::CallId, Name::CSeq, Name::Via] {
        assert_eq!(answer.get(name), recorded.get(name), "{name:?}");
    }
}

fn ready(name: &str) -> (String, Option<KvList>) {
    (name.to_owned(), None)
}

fn not_ready(status: &str, note: &str) -> (String, Option<KvList>) {
    ("RequestAgentNotReady".to_owned(), Some(reasons(status, note)))
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes() {
    let (product, mut link) = subscribed().await;
    let (pushed, answers) = (server("05-benotify-notify"), client("05-benotify-notify"));
    link.send(&pushed[0].text).await;
    product.sent("RequestAgentNotReady", BOB, Some(reasons("do-not-disturb", "on a trade"))).await;
    link.send(&pushed[1].text).await;
    product.sent("RequestAgentNotReady", BOB, Some(reasons("busy", ""))).await;
    link.send(&pushed[2].text).await;
    product.sent("RequestAgentNotReady", DAVE, Some(reasons("away", ""))).await;
    // Only the NOTIFY is answered.
    assert_answered(&mut link, &answers[0].message).await;
    let login = ready("RequestAgentLogin");
    let bob =
        [login.clone(), ready("RequestAgentReady"), not_ready("do-not-disturb", "on a trade"), not_ready("busy", "")];
    assert_eq!(product.agent_requests(BOB), bob);
    assert_eq!(product.agent_requests(CAROL), [login.clone(), not_ready("busy", "quarter close")]);
    assert_eq!(product.agent_requests(DAVE), [login, not_ready("away", "")]);
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribing_again_at_a_pool_and_at_the_person() {
    let (product, mut link) = signed_in().await;
    // As if the pushes had come before.
    let answer = &server("03-subscribe-presence-batch")[0];
    let subscribe = link.request("SUBSCRIBE").await;
    let text = server_half::in_answer_to(answer, &subscribe);
    link.send(&text.replace("ms-piggyback-cseq: 1", "ms-piggyback-cseq: 4")).await;
    product.sent("RequestAgentReady", BOB, None).await;

    let (told, asked) = (server("06-resubscribe"), client("06-resubscribe"));
    link.send(&told[0].text).await;
    let at_the_pool = link.request("SUBSCRIBE").await;
    assert_alike(&at_the_pool, &asked[0].message);
    link.answer(&told[2], &at_the_pool).await;
    product.sent("RequestAgentNotReady", BOB, Some(reasons("busy", ""))).await;

    let (then, now) = (&asked[0].message, &at_the_pool);
    let push = told[1].text.replace(then.call_id().unwrap(), now.call_id().unwrap());
    link.send(&push.replace(then.from().unwrap().tag().unwrap(), now.from().unwrap().tag().unwrap())).await;
    let at_the_person = link.request("SUBSCRIBE").await;
    assert_alike(&at_the_person, &asked[1].message);
    link.answer(&told[3], &at_the_person).await;
    product.plugin_says(&["[+]", "ready"]).await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_more() {
    let (product, mut link) = subscribed().await;
    // Somebody logged Erin in at the switch, who is not there.
    product.t_server().act(&Request::new("RequestAgentLogin").with("thisDN", ERIN).with("agentID", ERIN)).unwrap();
    product.employ(&[&WORKERS[..], &[(ERIN, "sip:erin@example.com")]].concat());
    let asked = link.exchange("SUBSCRIBE", &server("14-add-contact")[0]).await;
    assert_alike(&asked, &client("14-add-contact")[0].message);
    product.sent("RequestAgentLogout", ERIN, None).await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deregistration() {
    let (product, mut link) = subscribed().await;
    link.send(&server("08-deregister")[0].text).await;
    assert_answered(&mut link, &client("08-deregister")[0].message).await;
    product.plugin_says(&["User disabled", "tried again in"]).await;
    product.stop().await;
}

/// The terms of an Authorization: what is no token, no nonce and no signature.
fn terms(authorization: Option<&str>) -> Vec<String> {
    let blank = |part: &str| match part.split_once('=') {
        Some((name @ ("gssapi-data" | "crand" | "response"), value)) if value != "\"\"" => name.to_owned(),
        _ => part.to_owned(),
    };
    let mut parts: Vec<_> = authorization.unwrap_or_default().split(", ").map(blank).collect();
    parts.sort_unstable();
    parts
}

#[tokio::test(flavor = "multi_thread")]
async fn challenges_of_each_version_and_a_wrong_password() {
    for file in ["01-register-ntlm-tls", "11-signature-version2", "11-signature-version3"] {
        let rig = Rig::new();
        let peer = RawPeer::listen(&rig).await;
        let account = password_account(&rig, "sip:alice@example.com", r"EXAMPLE\alice", "wrong");
        let settings = format!("servers = ['localhost:{}']\naccounts = [{account}]\n", peer.port());
        let product = rig.start(&WORKERS, &settings).await;
        let mut link = ServerHalf::accept(&peer).await;
        let (told, recorded) = (server(file), client(file));
        for (answer, then) in [(&told[0], &recorded[0]), (&told[1], &recorded[1])] {
            let register = link.exchange("REGISTER", answer).await;
            assert_eq!(terms(register.get(Name::Authorization)), terms(then.authorization.as_deref()), "{file}");
        }
        let proof = link.exchange("REGISTER", &server("12-wrong-password")[0]).await;
        assert_eq!(terms(proof.get(Name::Authorization)), terms(recorded[2].authorization.as_deref()), "{file}");
        product.plugin_says(&["refused", "Final handshake failed"]).await;
        assert!(link.next().await.is_none(), "as the recorded client, it gives up");
        product.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation() {
    let (product, mut link) = subscribed().await;
    let (theirs, recorded) = (server("07-im-session"), client("07-im-session"));
    let urs = Urs::connect(&product.addresses.preview_link.unwrap().to_string(), None).await.unwrap();
    let target = Target { agent: BOB.into(), dn: None, switch: None };
    let request = PreviewRequest {
        conn_id: ConnId(7),
        targets: vec![target],
        media_type: "voice".into(),
        user_data: KvList::default(),
        timeout: None,
    };
    let preview = tokio::spawn({
        let urs = urs.clone();
        async move { urs.preview(request).await }
    });
    let invite = link.request("INVITE").await;
    assert_eq!(invite.request_uri(), recorded[0].message.request_uri());
    link.answer(&theirs[0], &invite).await;
    link.answer(&theirs[1], &invite).await;
    let ack = link.request("ACK").await;
    assert_eq!(ack.request_uri(), recorded[1].message.request_uri());
    let message = link.exchange("MESSAGE", &theirs[2]).await;
    assert_eq!(message.request_uri(), recorded[2].message.request_uri());
    assert!(std::str::from_utf8(message.body()).unwrap().contains("https://uc.example/"), "{message:?}");
    // The recorded client has no extension window and was never asked to open one; it stays with the message.
    let window = link.request("INVITE").await;
    let refusal = server_half::in_answer_to(&theirs[2], &window);
    link.send(&refusal.replacen("200 OK", "488 Not Acceptable Here", 1)).await;
    assert_eq!(link.request("ACK").await.call_id(), window.call_id());
    let bye = link.exchange("BYE", &theirs[3]).await;
    assert_eq!(bye.request_uri(), recorded[3].message.request_uri());
    for (own, then) in [(&ack, &recorded[1]), (&message, &recorded[2]), (&bye, &recorded[3])] {
        assert_eq!(own.cseq().unwrap(), then.message.cseq().unwrap());
    }
    // The worker was reached, so the preview stays open.
    urs.cancel(Cancel { conn_id: ConnId(7), agent: None, why: Withdrawal::Cancelled, text: None }).await.unwrap();
    assert_eq!(preview.await.unwrap().unwrap(), Outcome::Cancelled);
    product.stop().await;
}
