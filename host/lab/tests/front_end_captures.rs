//! What a real client once sent, sent again: the lab's Front End answers with the recorded meaning. Only signatures,
//! which depend on the server's challenge, are made afresh.
#![allow(clippy::unwrap_used, reason = "tests")]

mod front_end;

use front_end::{
    client::{Client, text},
    meaning::{Node, assert_same, documents},
    recording::{Recorded, Tags, answer_to, messages},
    signed_in, site, start,
};
use std::time::SystemTime;
use uc_lab::front_end::{Deregistration, Fault, FrontEnd, Presence};
use uc_sip::{
    message::{Message, Name},
    ms::Diagnostics,
};

const POOL: &str = "sip:pool02.example.com@example.com;gruu;opaque=srvr:HomeServer:AAAAAAAAAAAAAAAAAAAAAAAA";

struct Session {
    server: FrontEnd,
    alice: Client,
    tags: Tags,
}

impl Session {
    /// The recorded sign-in, sent again.
    async fn new() -> Self {
        let server = start(site()).await;
        let mut alice = Client::connect(server.addr(), "alice", front_end::PASSWORD).await;
        let recorded = messages("01-register-ntlm-tls");
        for request in recorded.iter().filter(|known| known.by_client) {
            let answer = alice.ask_raw(&request.text).await;
            let expected = answer_to(&recorded, &request.message);
            assert_eq!(answer.status(), expected.status());
            if answer.status() == Some(401) {
                alice.auth.challenged(&answer, SystemTime::now()).unwrap();
                continue;
            }
            let param = |message: &Message, name: &str| {
                let contact = message.contacts().next().unwrap().unwrap();
                contact.params.get(name).map(str::to_owned)
            };
            for name in ["expires", "gruu", "+sip.instance"] {
                assert_eq!(param(&answer, name), param(expected, name), "{name}");
            }
            alice.gruu = param(&answer, "gruu").unwrap().trim_matches('"').to_owned();
        }
        Self { server, alice, tags: Tags::default() }
    }

    /// Sends one recorded request and holds the answer against the recorded one.
    async fn replay(&mut self, recorded: &[Recorded], request: &Recorded) -> Message {
        let answer = self.alice.ask_raw(&self.tags.apply(request)).await;
        let expected = answer_to(recorded, &request.message);
        assert_same(&answer, expected);
        self.tags.learn(expected, &answer);
        answer
    }

    /// Sends all recorded requests of a file.
    async fn replay_all(&mut self, name: &str) {
        let recorded = messages(name);
        for request in recorded.iter().filter(|known| known.by_client && known.message.is_request()) {
            self.replay(&recorded, request).await;
        }
    }
}

/// Availability, activity token and note of the first document.
fn told(message: &Message) -> (String, Option<String>, Option<String>) {
    let document: Node = documents(message).remove(0);
    let text = |name: &str| document.all(name).first().map(|node| node.text.clone());
    let token = document.all("activity").first().and_then(|node| node.attributes.get("token").cloned());
    (text("availability").unwrap(), token, text("body"))
}

#[tokio::test]
async fn subscriptions_to_self_and_to_contacts() {
    let mut session = Session::new().await;
    session.replay_all("02-subscribe-self-events").await;
    session.replay_all("03-subscribe-presence-batch").await;
    assert_eq!(session.server.counts().watched, 3);
}

#[tokio::test]
async fn publications_and_their_versions() {
    let mut session = Session::new().await;
    session.replay_all("04-service-publish").await;
    let seen = session.server.presence("sip:alice@example.com").unwrap();
    assert_eq!((seen.availability, seen.note.as_deref()), (3500, Some("note AVAILABLE")));
}

#[tokio::test]
async fn pushes() {
    let mut session = Session::new().await;
    session.replay_all("03-subscribe-presence-batch").await;
    let recorded = messages("05-benotify-notify");
    let set = |user: &str, presence| session.server.set_presence(user, presence).unwrap();
    set("sip:bob@example.com", Presence::new(9500).note("on a trade"));
    set("sip:bob@example.com", Presence::new(6500).activity("on-the-phone"));
    set("sip:dave@example.com", Presence::new(15_500).activity("off-work"));
    for expected in recorded.iter().filter(|known| !known.by_client).take(3) {
        let notify = session.alice.incoming().await;
        assert_eq!(told(&notify), told(&expected.message));
        assert_eq!(notify.request_uri(), expected.message.request_uri());
        assert_eq!(notify.cseq().unwrap().number, expected.message.cseq().unwrap().number);
        for name in [Name::Event, Name::ContentType, Name::Require] {
            assert_eq!(notify.get(name), expected.message.get(name));
        }
        let (own, theirs) = (notify.to().unwrap(), expected.message.to().unwrap());
        assert_eq!((own.tag(), own.epid()), (theirs.tag(), theirs.epid()));
    }
}

#[tokio::test]
async fn resubscription_at_a_pool_and_at_the_user() {
    let mut session = Session::new().await;
    session.replay_all("03-subscribe-presence-batch").await;
    let recorded = messages("06-resubscribe");
    session.server.set_presence("sip:bob@example.com", Presence::new(6500).activity("on-the-phone")).unwrap();
    session.alice.incoming().await;
    for expected in &recorded {
        if expected.by_client {
            session.replay(&recorded, expected).await;
        } else if expected.message.is_request() {
            let list = documents(&expected.message).remove(0);
            let resource = list.all("resource").remove(0);
            let (user, pool) =
                if text(&expected.message).contains("bob") { ("bob", Some(POOL)) } else { ("carol", None) };
            session.server.move_users(&[&format!("sip:{user}@example.com")], pool).unwrap();
            let notify = session.alice.incoming().await;
            let own = documents(&notify).remove(0);
            assert!(own.all("resource").iter().any(|own| own.holds(resource)), "{own:#?}");
        }
    }
    assert_eq!(session.server.counts().watched, 3);
}

#[tokio::test]
async fn a_conversation_a_deregistration_and_the_end() {
    let mut session = Session::new().await;
    for file in ["02-subscribe-self-events", "03-subscribe-presence-batch"] {
        session.replay_all(file).await;
    }
    let mut bob = signed_in(session.server.addr(), "bob").await;
    let talk = messages("07-im-session");
    for request in talk.iter().filter(|known| known.by_client && known.message.method() != "BYE") {
        session.alice.write_signed(&session.tags.apply(request)).await;
        let got = bob.incoming().await;
        assert_eq!((got.method(), got.body()), (request.message.method(), request.message.body()));
        if got.method() != "ACK" {
            bob.reply(&got, 200).await;
            let answer = session.alice.answer().await;
            assert_eq!(answer.status(), Some(200));
            session.tags.learn(answer_to(&talk, &request.message), &answer);
        }
    }
    let end = messages("08-deregister");
    session.server.deregister("sip:alice@example.com", Deregistration::Rejected).unwrap();
    let notice = session.alice.incoming().await;
    assert_eq!(notice.body(), end[0].message.body());
    assert_eq!(notice.get(Name::SubscriptionState), end[0].message.get(Name::SubscriptionState));
    assert_eq!(Diagnostics::of(&notice), Diagnostics::of(&end[0].message));
    for request in end.iter().filter(|known| known.by_client && known.message.is_request()) {
        session.alice.write_signed(&session.tags.apply(request)).await;
        if request.message.method() == "BYE" {
            let bye = bob.incoming().await;
            bob.reply(&bye, 200).await;
        }
        let answer = session.alice.answer().await;
        let expected = answer_to(&end, &request.message);
        assert_eq!((answer.status(), answer.expires()), (expected.status(), expected.expires()));
    }
}

#[tokio::test]
async fn a_conflict_and_its_repair() {
    let mut session = Session::new().await;
    let recorded = messages("09-publish-409-conflict");
    session.server.fault(Fault::Conflict { index: 1, version: 7, count: 1 });
    let mut requests = recorded.iter().filter(|known| known.by_client);
    session.replay(&recorded, requests.next().unwrap()).await;
    // The recording server had made its conflict up and refused the repair; here it was a real one.
    let repaired = session.alice.ask_raw(&requests.next().unwrap().text).await;
    assert_eq!(repaired.status(), Some(200));
    assert!(text(&repaired).contains("instance=\"1186224682\" container=\"2\" version=\"8\""));
    assert_eq!(session.server.counts().conflicts, 1);
}

#[tokio::test]
async fn a_contact_added() {
    let mut session = Session::new().await;
    let (_, dialog) = session.alice.watch(&["bob"], true).await;
    let recorded = messages("14-add-contact");
    let mut requests = recorded.iter().filter(|known| known.by_client);
    let subscribe = requests.next().unwrap();
    // The dialog's beginning was not recorded; ours takes its place.
    let mut text = subscribe.text.clone();
    for (old, new) in [
        (subscribe.message.call_id().unwrap(), dialog.call_id.as_str()),
        (subscribe.message.get(Name::To).unwrap(), dialog.to.as_str()),
        (subscribe.message.from().unwrap().tag().unwrap(), dialog.from_tag.as_str()),
        ("cf0b98dadeb9", "46b45a2a3940"),
    ] {
        text = text.replace(old, new);
    }
    let answer = session.alice.ask_raw(&text).await;
    assert_same(&answer, answer_to(&recorded, &subscribe.message));
    let edit = requests.next().unwrap();
    session.replay(&recorded, edit).await;
    assert!(session.server.contacts("sip:alice@example.com").unwrap().contains(&"sip:erin@example.com".to_owned()));
}

#[tokio::test]
async fn a_wrong_password() {
    let server = start(site()).await;
    let mut alice = Client::connect(server.addr(), "alice", "wrong").await;
    let recorded = messages("12-wrong-password");
    let expected = &recorded.last().unwrap().message;
    let answer = alice.register().await;
    assert_eq!(answer.status(), expected.status());
    assert_eq!(Diagnostics::of(&answer), Diagnostics::of(expected));
    assert!(!answer.get(Name::WwwAuthenticate).unwrap().contains("opaque"));
}

#[tokio::test]
async fn keep_alives() {
    let mut session = Session::new().await;
    session.alice.write(b"\r\n\r\n").await;
    session.server.wait_for_counts("the empty lines", |counts| counts.keep_alives == 2).await.unwrap();
    session.replay_all("03-subscribe-presence-batch").await;
}
