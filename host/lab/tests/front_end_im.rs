//! The lab's Front End between two users: instant messages, forks, refusals.
#![allow(clippy::unwrap_used, reason = "tests")]

mod front_end;

use front_end::{client::*, signed_in, site, start};
use uc_lab::front_end::FrontEnd;
use uc_sip::message::{Message, Name, Request};

async fn two_of_bob() -> (FrontEnd, Client, Client, Client) {
    let server = start(site()).await;
    let alice = signed_in(server.addr(), "alice").await;
    let desk = signed_in(server.addr(), "bob").await;
    let mut mobile = Client::connect(server.addr(), "bob", front_end::PASSWORD).await;
    mobile.epid = "cafe".into();
    assert_eq!(mobile.register().await.status(), Some(200));
    (server, alice, desk, mobile)
}

fn invitation(alice: &mut Client, to: &str) -> Request {
    let contact = format!("<{}>", alice.gruu);
    alice.request("INVITE", to).field("Contact", contact).body("application/sdp", "v=0\r\n")
}

/// The next request, which must have that method.
async fn takes(client: &mut Client, method: &str) -> Message {
    let message = client.incoming().await;
    assert_eq!(message.method(), method);
    message
}

#[tokio::test]
async fn the_first_to_accept_gets_the_conversation_and_the_others_are_called_off() {
    let (server, mut alice, mut desk, mut mobile) = two_of_bob().await;
    let invite = invitation(&mut alice, "sip:bob@example.com");
    alice.send(&invite).await;
    let at_desk = takes(&mut desk, "INVITE").await;
    assert_eq!(at_desk.get(Name::MaxForwards), Some("69"));
    assert!(at_desk.get(Name::Authorization).is_none());
    let at_mobile = takes(&mut mobile, "INVITE").await;
    mobile.reply(&at_mobile, 200).await;
    let answer = alice.answer().await;
    assert_eq!((answer.status(), answer.vias().count()), (Some(200), 1));
    let cancel = takes(&mut desk, "CANCEL").await;
    assert_eq!(cancel.top_via().unwrap().branch(), at_desk.top_via().unwrap().branch());
    desk.reply(&cancel, 200).await;
    desk.reply(&at_desk, 487).await;
    takes(&mut desk, "ACK").await;
    let message = alice.request("MESSAGE", &mobile.gruu.clone()).body("text/plain", "hello");
    alice.send(&message).await;
    let got = takes(&mut mobile, "MESSAGE").await;
    assert_eq!(text(&got), "hello");
    mobile.reply(&got, 200).await;
    assert_eq!(alice.answer().await.status(), Some(200));
    assert_eq!(server.counts().bad_signatures, 0);
}

#[tokio::test]
async fn a_refusal_counts_when_all_have_refused() {
    let (_server, mut alice, mut desk, mut mobile) = two_of_bob().await;
    let invite = invitation(&mut alice, "sip:bob@example.com");
    alice.send(&invite).await;
    for client in [&mut desk, &mut mobile] {
        let request = takes(client, "INVITE").await;
        client.reply(&request, 603).await;
        takes(client, "ACK").await;
    }
    let answer = alice.answer().await;
    assert_eq!(answer.status(), Some(603));
    let plain = String::from_utf8(invite.to_bytes().unwrap().to_vec()).unwrap();
    let (head, _) = plain.split_once("\r\n\r\n").unwrap();
    let ack = head.replace("INVITE", "ACK").replace("Content-Length: 5", "Content-Length: 0") + "\r\n\r\n";
    // Ends here; what comes next at the desk is the message, not the ACK.
    alice.write_signed(&ack).await;
    let message = alice.request("MESSAGE", &desk.gruu.clone()).body("text/plain", "anyway");
    alice.send(&message).await;
    takes(&mut desk, "MESSAGE").await;
}

#[tokio::test]
async fn a_caller_can_cancel() {
    let (_server, mut alice, mut desk, mut mobile) = two_of_bob().await;
    let invite = invitation(&mut alice, "sip:bob@example.com");
    alice.send(&invite).await;
    let ringing = [takes(&mut desk, "INVITE").await, takes(&mut mobile, "INVITE").await];
    let plain = String::from_utf8(invite.to_bytes().unwrap().to_vec()).unwrap();
    let (head, _) = plain.split_once("\r\n\r\n").unwrap();
    let cancel = head.replace("INVITE", "CANCEL").replace("Content-Length: 5", "Content-Length: 0") + "\r\n\r\n";
    alice.write_signed(&cancel).await;
    assert_eq!(alice.answer().await.cseq().unwrap().method, "CANCEL");
    for (client, request) in [&mut desk, &mut mobile].into_iter().zip(&ringing) {
        let cancel = takes(client, "CANCEL").await;
        client.reply(&cancel, 200).await;
        client.reply(request, 487).await;
        takes(client, "ACK").await;
    }
    assert_eq!(alice.answer().await.status(), Some(487));
}

#[tokio::test]
async fn nobody_there_and_nobody_known() {
    let server = start(site()).await;
    let mut alice = signed_in(server.addr(), "alice").await;
    for (uri, status) in [("sip:ocschat@example.com", 404), ("sip:carol@example.com", 480)] {
        let invite = invitation(&mut alice, uri);
        assert_eq!(alice.ask(&invite).await.status(), Some(status), "{uri}");
    }
    let options = alice.request("OPTIONS", "sip:example.com");
    let answer = alice.ask(&options).await;
    assert!(answer.status() == Some(200) && answer.get(Name::Allow).unwrap().contains("SUBSCRIBE"));
}
