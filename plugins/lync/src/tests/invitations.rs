//! Invitations as a worker's client sees them.

use super::peer::Scene;
use std::time::Duration;
use uc_plugin_api::{Command, Event, Invitation, UserHandle};
use uc_sip::message::{Message, Name};

const URL: &str = "https://uc.example.com/join/s3cr3t";
const CONTACT: (&str, &str) = ("Contact", "<sip:kim@example.com;opaque=user:epid:x;gruu>");

fn invite(scene: &Scene, id: u64, user: u32) {
    let (url, text) = (URL.into(), "A caller is waiting".into());
    scene.plugin.submit(Command::Invite(Invitation { id, user: UserHandle(user), url, text })).unwrap();
}

fn outcome(scene: &Scene, wanted: u64) -> String {
    scene.host.until(|event| match event {
        Event::Invited(invited) if invited.id == wanted => Some(invited.error.to_string()),
        _ => None,
    })
}

fn text(message: &Message) -> &str {
    std::str::from_utf8(message.body()).unwrap()
}

/// Takes the message, then the invitation of the window. Both INVITEs.
fn taken(scene: &mut Scene) -> (Message, Message) {
    let link = &mut scene.link;
    let first = link.next("INVITE");
    link.reply(&first, 200, &[CONTACT]);
    assert_eq!(link.next("ACK").cseq().unwrap().number, 1);
    let message = link.next("MESSAGE");
    assert_eq!(text(&message), format!("A caller is waiting\n{URL}"));
    assert_eq!(message.request_uri(), Some("sip:kim@example.com;opaque=user:epid:x;gruu"));
    link.reply(&message, 200, &[]);
    (first, link.next("INVITE"))
}

/// A conversation with an open window.
fn talking() -> (Scene, Message, Message) {
    let mut scene = Scene::new();
    invite(&scene, 9, 1);
    let (first, window) = taken(&mut scene);
    scene.link.reply(&window, 200, &[CONTACT]);
    scene.link.next("ACK");
    (scene, first, window)
}

#[test]
fn the_address_comes_as_a_message_and_opens_the_window_of_the_same_conversation() {
    let (scene, first, window) = talking();
    assert_eq!(first.request_uri(), Some("sip:kim@example.com"));
    assert!(text(&first).contains("m=message") && first.named("ms-text-format").unwrap().contains("ms-body="));
    assert_eq!(outcome(&scene, 9), "");
    assert_eq!(window.request_uri(), Some("sip:kim@example.com;opaque=user:epid:x;gruu"), "the endpoint that took it");
    assert_eq!(window.get(Name::ContentType), Some("application/ms-session-invite+xml"));
    assert!(text(&window).contains("<application-id>{D88F1C6B-861A-5679-8938-7B675018B735}</application-id>"));
    assert_eq!(first.named("Ms-Conversation-ID"), window.named("Ms-Conversation-ID"));
    assert_ne!(first.call_id(), window.call_id());
    assert!(!scene.host.log().iter().any(|line| line.contains("s3cr3t")), "tokens are no business of the log");
}

#[test]
fn closing_either_side_closes_the_other() {
    for of_window in [false, true] {
        let (mut scene, first, window) = talking();
        let (closed, other) = if of_window { (&window, &first) } else { (&first, &window) };
        let bye = format!(
            "BYE sip:watcher@example.com SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bKb\r\n\
             From: <sip:kim@example.com>;tag=peer\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n",
            closed.get(Name::From).unwrap(),
            closed.call_id().unwrap()
        );
        scene.link.send(&bye);
        let both = [scene.link.next("BYE"), scene.link.next("BYE")];
        let ours = both.iter().find(|message| message.is_request()).unwrap();
        assert_eq!(ours.call_id(), other.call_id());
        assert!(both.iter().any(|message| message.status() == Some(200)));
    }
}

#[test]
fn what_is_of_no_dialog_that_stands_is_refused_and_nobody_is_there_to_begin_one() {
    let (mut scene, first, window) = talking();
    let own = first.get(Name::From).unwrap().to_owned();
    let (stands, window) = (first.call_id().unwrap(), window.call_id().unwrap());
    let nobody = "<sip:watcher@example.com>";
    let requests = [
        ("MESSAGE", stands, "peer", &*own, 200),
        ("INFO", stands, "peer", &own, 200),
        ("INVITE", stands, "peer", &own, 480),
        ("MESSAGE", stands, "else", &own, 481),
        ("BYE", stands, "else", &own, 481),
        ("BYE", "other", "peer", &own, 481),
        ("INFO", "other", "peer", &own, 481),
        ("INVITE", "other", "peer", &own, 481),
        ("MESSAGE", "other", "peer", &own, 481),
        ("BYE", "other", "peer", nobody, 481),
        ("INFO", "other", "peer", nobody, 481),
        ("MESSAGE", "other", "peer", nobody, 480),
        ("INVITE", "other", "peer", nobody, 480),
        ("BYE", window, "peer", "<sip:watcher@example.com>;tag=else", 481),
    ];
    for (number, (method, call_id, tag, to, status)) in (1..).zip(requests) {
        let request = format!(
            "{method} sip:watcher@example.com SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK{number}\r\n\
             From: <sip:kim@example.com>;tag={tag}\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {number} {method}\r\n\
             Content-Length: 0\r\n\r\n"
        );
        scene.link.send(&request);
        assert_eq!(scene.link.next(method).status(), Some(status), "{request}");
    }
}

#[test]
fn a_client_without_window_is_left_after_the_message_and_said_once() {
    let mut scene = Scene::new();
    for id in [1, 2] {
        invite(&scene, id, 1);
        let (first, window) = taken(&mut scene);
        scene.link.reply(&window, 488, &[]);
        assert_eq!(scene.link.next("ACK").call_id(), window.call_id());
        let bye = scene.link.next("BYE");
        assert_eq!(bye.call_id(), first.call_id());
        scene.link.reply(&bye, 200, &[]);
        assert_eq!(outcome(&scene, id), "");
    }
    scene.plugin.settle();
    assert_eq!(scene.host.log().iter().filter(|line| line.contains("client-package")).count(), 1);
}

#[test]
fn whoever_is_invited_again_has_one_conversation() {
    let (mut scene, first, window) = talking();
    invite(&scene, 10, 1);
    let ended = [scene.link.next("BYE"), scene.link.next("BYE")];
    assert_eq!(
        ended.map(|bye| bye.call_id().unwrap().to_owned()),
        [&window, &first].map(|m| m.call_id().unwrap().to_owned())
    );
    scene.link.next("INVITE");
}

#[test]
fn stopping_ends_conversations_and_signs_out() {
    let (mut scene, ..) = talking();
    let plugin = scene.plugin;
    let stopping = std::thread::spawn(move || plugin.stop(Duration::from_secs(5)));
    scene.link.next("BYE");
    scene.link.next("BYE");
    let last = scene.link.next("REGISTER");
    assert_eq!(last.expires(), Some(0));
    scene.link.reply(&last, 200, &[]);
    assert!(stopping.join().unwrap().is_ok());
}

#[test]
fn invitations_that_come_to_nothing_say_why() {
    let mut scene = Scene::new();
    for (id, status, why) in [(1, 480, "not signed in"), (2, 603, "declined"), (3, 500, "500")] {
        invite(&scene, id, 1);
        let call = scene.link.next("INVITE");
        scene.link.reply(&call, status, &[]);
        scene.link.next("ACK");
        let told = outcome(&scene, id);
        assert!(told.contains(why), "{told}");
    }
    invite(&scene, 4, 77);
    assert!(outcome(&scene, 4).contains("no SIP address"));
    invite(&scene, 5, 1);
    scene.link.next("INVITE");
    let Scene { host, plugin, link, .. } = scene;
    drop(link);
    let lost = host.until(|event| match event {
        Event::Invited(invited) if invited.id == 5 => Some(invited.error.to_string()),
        _ => None,
    });
    assert!(lost.contains("lost"), "{lost}");
    drop(plugin);
}
