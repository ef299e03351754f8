//! Misbehaviour on demand, and what a Front End must not take from its clients.
#![allow(clippy::unwrap_used, reason = "tests")]

mod front_end;

use front_end::{certificates::Authority, client::*, signed_in, site, start, with_alice};
use std::time::Duration;
use tokio::net::TcpStream;
use uc_lab::front_end::{Config, Counts, Fault, FrontEnd, Mood, Presence, SiteFile};
use uc_sip::{
    auth::{Credentials, Distrust},
    message::{Message, Name},
    ms::Diagnostics,
};

async fn watching_bob() -> (FrontEnd, Client) {
    let (server, mut alice) = with_alice().await;
    alice.watch(&["bob"], true).await;
    (server, alice)
}

fn bob_is(server: &FrontEnd, availability: u32) {
    server.set_presence("sip:bob@example.com", Presence::new(availability)).unwrap();
}

fn number(message: &Message) -> u32 {
    message.cseq().unwrap().number
}

#[tokio::test]
async fn requests_are_refused_and_ignored_on_demand() {
    let (server, mut alice) = with_alice().await;
    let overloaded = Some((17_000, "overloaded".to_owned()));
    let method = "SUBSCRIBE".to_owned();
    server.fault(Fault::Answer { method, status: 503, retry_after: Some(7), diagnostics: overloaded, count: 1 });
    let (answer, _) = alice.watch(&["bob"], true).await;
    assert_eq!((answer.status(), answer.get(Name::RetryAfter)), (Some(503), Some("7")));
    assert_eq!(Diagnostics::of(&answer).unwrap().id, 17_000);
    server.fault(Fault::Ignore { method: "OPTIONS".into(), count: 1 });
    let options = alice.request("OPTIONS", "sip:example.com");
    alice.send(&options).await;
    // The first is never answered, so the next answer is the second's.
    let options = alice.request("OPTIONS", "sip:example.com");
    let answer = alice.ask(&options).await;
    let second = String::from_utf8(options.to_bytes().unwrap().to_vec()).unwrap();
    assert!(second.contains(answer.call_id().unwrap()));
}

#[tokio::test]
async fn subscriptions_are_granted_refused_delayed_and_sent_to_and_fro_on_demand() {
    let (server, mut alice) = with_alice().await;
    server.fault(Fault::RefuseNaming { user: "bob@example.com".into(), status: 404, count: 9 });
    let (refused, _) = alice.watch(&["carol", "bob"], true).await;
    let (taken, mut dialog) = alice.watch(&["carol"], true).await;
    assert_eq!((refused.status(), taken.status()), (Some(404), Some(200)));
    server.heal();
    server.fault(Fault::LowPiggyback { count: 1 });
    server.set_presence("sip:carol@example.com", Presence::new(3500)).unwrap();
    assert_eq!(number(&alice.incoming().await), 2);
    let kind = "application/msrtc-adrl-categorylist+xml";
    let body = front_end::batch("subscribe", "alice", &["carol"], &["state"]);
    let again = alice.within(&mut dialog, "SUBSCRIBE").field("Event", "presence");
    let again = again.field("Supported", "ms-piggyback-first-notify").body(kind, body);
    assert_eq!(alice.ask(&again).await.named("ms-piggyback-cseq"), Some("1"));
    server.fault(Fault::Grant { seconds: 0, count: 1 });
    server.fault(Fault::Bounce { user: "bob@example.com".into(), count: 1 });
    let (answer, _) = alice.watch(&["bob"], true).await;
    assert_eq!(answer.expires(), Some(0));
    assert!(text(&answer).contains("state=\"resubscribe\"") && text(&answer).contains("pool-a.example.com"));
    let time = Duration::from_millis(200);
    server.fault(Fault::Delay { method: "OPTIONS".into(), time, count: 1 });
    let (options, begin) = (alice.request("OPTIONS", "sip:example.com"), std::time::Instant::now());
    assert_eq!(alice.ask(&options).await.status(), Some(200));
    assert!(begin.elapsed() >= time);
}

#[tokio::test]
async fn notifies_are_doubled_replayed_swapped_and_lost() {
    let (server, mut alice) = watching_bob().await;
    server.fault(Fault::Duplicate { count: 1 });
    bob_is(&server, 6500);
    assert_eq!([number(&alice.incoming().await), number(&alice.incoming().await)], [2, 2]);
    server.fault(Fault::Replay { count: 1 });
    bob_is(&server, 6500);
    assert_eq!(number(&alice.incoming().await), 3);
    let replayed = alice.incoming_as_it_is().await;
    assert!(matches!(alice.verify(&replayed), Err(Distrust::Replayed(_))));
    server.fault(Fault::Swap { count: 1 });
    bob_is(&server, 9500);
    bob_is(&server, 3500);
    assert_eq!([number(&alice.incoming().await), number(&alice.incoming().await)], [5, 4]);
    server.fault(Fault::Lose { count: 1 });
    bob_is(&server, 9500);
    bob_is(&server, 3500);
    assert_eq!(number(&alice.incoming().await), 7);
}

#[tokio::test]
async fn a_wrong_signature_is_one() {
    let (server, mut alice) = watching_bob().await;
    server.fault(Fault::WrongSignature { count: 1 });
    bob_is(&server, 6500);
    let notify = alice.incoming_as_it_is().await;
    assert_eq!(alice.verify(&notify), Err(Distrust::BadSignature));
    bob_is(&server, 3500);
    alice.incoming().await;
}

#[tokio::test]
async fn connections_stall_trickle_and_end_in_the_middle() {
    let (server, mut alice) = watching_bob().await;
    server.mood(Mood::Stalled);
    bob_is(&server, 6500);
    let silence = tokio::time::timeout(Duration::from_millis(200), alice.incoming()).await;
    assert!(silence.is_err() && server.counts().waiting > 0);
    server.mood(Mood::Slow { bytes: 100, pause: Duration::from_millis(1) });
    assert_eq!(number(&alice.incoming().await), 2);
    server.mood(Mood::Serving);
    server.fault(Fault::CloseMidMessage);
    bob_is(&server, 3500);
    assert!(alice.next_message().await.is_none() && alice.is_cut());
    server.wait_for_counts("the end", |counts| counts.endpoints == 0 && counts.subscriptions == 0).await.unwrap();
}

#[tokio::test]
async fn after_a_kill_everything_but_presence_is_lost() {
    let (server, mut alice) = watching_bob().await;
    bob_is(&server, 6500);
    alice.incoming().await;
    server.kill().await;
    assert!(alice.next_message().await.is_none());
    assert!(TcpStream::connect(server.addr()).await.is_err());
    server.restart_on_same_port().await.unwrap();
    let gone = |counts: &Counts| (counts.connections, counts.endpoints, counts.subscriptions) == (0, 0, 0);
    server.wait_for_counts("nothing left", gone).await.unwrap();
    let mut again = signed_in(server.addr(), "alice").await;
    let (answer, _) = again.watch(&["bob"], true).await;
    assert!(text(&answer).contains("<availability>6500<"));
}

#[tokio::test]
async fn lost_registrations_are_not_told() {
    let (server, mut alice) = with_alice().await;
    let (_, mut dialog) = alice.watch(&["bob"], true).await;
    server.lose_registrations();
    let refresh = alice.within(&mut dialog, "SUBSCRIBE").field("Event", "presence");
    let answer = alice.ask(&refresh).await;
    assert_eq!((answer.status(), Diagnostics::of(&answer).unwrap().id), (Some(481), 2014));
}

#[tokio::test]
async fn subscriptions_run_out() {
    let server = start(SiteFile { subscription_expires: 1, ..site() }).await;
    let mut alice = signed_in(server.addr(), "alice").await;
    alice.watch(&["bob"], true).await;
    let end = alice.incoming().await;
    assert_eq!(end.get(Name::SubscriptionState), Some("terminated;expires=0"));
}

#[tokio::test]
async fn registrations_run_out() {
    let server = start(SiteFile { registration_expires: 1, ..site() }).await;
    let _alice = signed_in(server.addr(), "alice").await;
    server.wait_for_counts("the end of the registration", |counts| counts.endpoints == 0).await.unwrap();
}

#[tokio::test]
async fn a_wrong_signature_of_a_client_costs_its_connection() {
    let (server, mut alice) = with_alice().await;
    let mut other = signed_in(server.addr(), "bob").await;
    let request = alice.request("OPTIONS", "sip:example.com");
    let plain = String::from_utf8(request.to_bytes().unwrap().to_vec()).unwrap();
    let mut signature = bytes::BytesMut::new();
    let message = Message::parse(plain.clone().into(), &uc_sip::message::Limits::default()).unwrap();
    let fields = uc_sip::auth::SignedFields::of(&message).unwrap();
    alice.auth.authorize(&fields, &mut signature).unwrap();
    let signature = std::str::from_utf8(&signature).unwrap();
    let forged = plain.replace("From: <sip:alice@example.com>", "From: <sip:bob@example.com>");
    let (head, _) = forged.split_once("\r\n\r\n").unwrap();
    alice.write(format!("{head}\r\n{signature}\r\n").as_bytes()).await;
    assert!(alice.next_message().await.is_none());
    assert_eq!(server.counts().bad_signatures, 1);
    let options = other.request("OPTIONS", "sip:example.com");
    assert_eq!(other.ask(&options).await.status(), Some(200));
}

#[tokio::test]
async fn noise_closes_one_connection_and_unacceptable_requests_are_answered() {
    let (server, mut alice) = with_alice().await;
    let options = alice.request("OPTIONS", "sip:example.com");
    let plain = String::from_utf8(options.to_bytes().unwrap().to_vec()).unwrap();
    alice.write_signed(&plain.replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE")).await;
    assert_eq!(alice.next_message().await.unwrap().status(), Some(400));
    let mut noise = Client::connect(server.addr(), "bob", "x").await;
    noise.write(b"OPTIONS sip:x SIP/2.0\r\nContent-Length: many\r\n\r\n").await;
    while noise.next_message().await.is_some() {}
    assert_eq!(server.counts().malformed, 2);
    assert_eq!(alice.ask(&options).await.status(), Some(200));
}

#[tokio::test]
async fn a_trusted_application_is_known_by_its_certificate() {
    let authority = Authority::new();
    let config = Config {
        tls: Some(authority.front_end(Some(&authority.ca()))),
        ..Config::for_tests(SiteFile { trusted_applications: vec!["app01.example.com".into()], ..site() })
    };
    let server = FrontEnd::start(config).await.unwrap();
    let stream = tls(server.addr(), &authority, Some("app01.example.com")).await;
    let mut application = Client::over(stream, "alice", Credentials::Trusted);
    assert_eq!(application.register().await.status(), Some(200));
    let (answer, _) = application.watch(&["bob"], false).await;
    assert!(answer.get(Name::AuthenticationInfo).is_none());
    bob_is(&server, 9500);
    assert_eq!(application.incoming().await.method(), "NOTIFY");
    server.wait_for_counts("the answer", |counts| counts.notify_answers == 1).await.unwrap();
    assert_eq!(server.counts().challenged, 0);
    let stream = tls(server.addr(), &authority, Some("other.example.com")).await;
    let mut other = Client::over(stream, "alice", Credentials::Trusted);
    assert_eq!(other.register().await.status(), Some(401));
    let stream = tls(server.addr(), &authority, None).await;
    let mut user = Client::over(stream, "bob", ntlm("bob", front_end::PASSWORD));
    assert_eq!(user.register().await.status(), Some(200));
}

#[tokio::test]
async fn a_trusted_host_is_not_challenged() {
    let server = start(SiteFile { trusted_hosts: vec!["127.0.0.1".parse().unwrap()], ..site() }).await;
    let stream = TcpStream::connect(server.addr()).await.unwrap();
    let mut host = Client::over(stream, "alice", Credentials::Trusted);
    assert_eq!(host.register().await.status(), Some(200));
    host.watch(&["bob"], true).await;
    bob_is(&server, 9500);
    host.incoming().await;
}
