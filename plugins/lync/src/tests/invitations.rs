//! Invitations as a worker's client sees them.
//! Long, because it is one script for each thing a client may do.

use super::peer::Scene;
use std::time::Duration;
use uc_plugin_api::{Command, END_INVITATIONS, Event, Invitation, UserHandle};
use uc_sip::message::{Message, Name, Response};

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
fn what_nobody_needs_any_more_stops_ringing_and_what_was_taken_stays() {
    let mut scene = Scene::new();
    invite(&scene, 7, 1);
    let first = scene.link.next("INVITE");
    scene.link.reply(&first, 180, &[CONTACT]);
    assert_eq!(scene.plugin.call(END_INVITATIONS, b"6 7"), Ok(Vec::new()));
    let cancel = scene.link.next("CANCEL");
    assert_eq!(cancel.call_id(), first.call_id());
    scene.link.reply(&cancel, 200, &[]);
    scene.link.reply(&first, 487, &[]);
    assert_eq!(scene.link.next("ACK").call_id(), first.call_id());
    assert!(scene.plugin.call(END_INVITATIONS, b"seven").is_err());
    invite(&scene, 8, 1);
    let (_, window) = taken(&mut scene);
    scene.link.reply(&window, 200, &[CONTACT]);
    scene.link.next("ACK");
    assert_eq!(outcome(&scene, 8), "");
    assert_eq!(scene.plugin.call(END_INVITATIONS, b"8"), Ok(Vec::new()));
    scene.plugin.settle();
    let quiet = |event: &Event| matches!(event, Event::Invited(invited) if invited.id == 7);
    assert!(!scene.host.events().iter().any(quiet), "nobody waits for what becomes of it");
}

/// The person closes what this INVITE has begun.
fn close(scene: &mut Scene, invite: &Message) {
    let (own, call_id) = (invite.get(Name::From).unwrap(), invite.call_id().unwrap());
    scene.link.send(format!(
        "BYE sip:watcher@example.com SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bKb\r\n\
         From: <sip:kim@example.com>;tag=peer\r\nTo: {own}\r\nCall-ID: {call_id}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
    ));
}

#[test]
fn closing_either_side_closes_the_other() {
    for of_window in [false, true] {
        let (mut scene, first, window) = talking();
        let (closed, other) = if of_window { (&window, &first) } else { (&first, &window) };
        close(&mut scene, closed);
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

/// What came of each number, in the order in which it was told.
fn outcomes(scene: &Scene, last: u64) -> Vec<(u64, String)> {
    outcome(scene, last);
    let events = scene.host.events().into_iter();
    let told = events.filter_map(|event| match event {
        Event::Invited(invited) => Some((invited.id, invited.error.to_string())),
        _ => None,
    });
    told.collect()
}

#[test]
fn whoever_is_invited_again_meanwhile_has_one_invitation_and_each_number_is_told_what_came_of_it() {
    let mut scene = Scene::new();
    invite(&scene, 1, 1);
    let first = scene.link.next("INVITE");
    scene.link.reply(&first, 180, &[]);
    // While it rings, and while the message waits.
    invite(&scene, 2, 1);
    scene.plugin.settle();
    scene.link.reply(&first, 200, &[CONTACT]);
    scene.link.next("ACK");
    let message = scene.link.next("MESSAGE");
    invite(&scene, 3, 1);
    scene.plugin.settle();
    assert!(!scene.host.events().iter().any(|event| matches!(event, Event::Invited(_))), "nobody has taken it yet");
    scene.link.reply(&message, 200, &[]);
    let window = scene.link.next("INVITE");
    assert_eq!(outcomes(&scene, 3), [1, 2, 3].map(|id| (id, String::new())));
    scene.link.reply(&window, 200, &[CONTACT]);
    assert_eq!(scene.link.next("ACK").call_id(), window.call_id(), "and nothing else was sent");
}

#[test]
fn whoever_is_invited_while_the_window_has_no_answer_gets_another_message_and_each_number_is_told_what_came_of_it() {
    let mut scene = Scene::new();
    invite(&scene, 1, 1);
    let (first, window) = taken(&mut scene);
    scene.link.reply(&window, 180, &[]);
    for id in [2, 3] {
        invite(&scene, id, 1);
        let message = scene.link.next("MESSAGE");
        assert_eq!(message.call_id(), first.call_id(), "no client rings twice");
        assert_eq!(text(&message), format!("A caller is waiting\n{URL}"));
        assert!(!scene.host.events().iter().any(|event| matches!(event, Event::Invited(invited) if invited.id == id)));
        scene.link.reply(&message, 200, &[]);
        assert_eq!(outcome(&scene, id), "");
    }
    // Who is still needed keeps the conversation.
    assert_eq!(scene.plugin.call(END_INVITATIONS, b"1 2"), Ok(Vec::new()));
    scene.link.reply(&window, 200, &[CONTACT]);
    assert_eq!(scene.link.next("ACK").call_id(), window.call_id());
}

#[test]
fn whoever_does_not_take_another_message_is_invited_anew_once_for_all() {
    let mut scene = Scene::new();
    invite(&scene, 1, 1);
    let (first, window) = taken(&mut scene);
    scene.link.reply(&window, 180, &[]);
    let further = [2, 3].map(|id| {
        invite(&scene, id, 1);
        scene.link.next("MESSAGE")
    });
    scene.link.reply(&further[0], 481, &[]);
    let sent = [scene.link.until(|_| true), scene.link.until(|_| true), scene.link.until(|_| true)];
    let of = |method: &str| sent.iter().find(|message| message.method() == method).unwrap();
    assert_eq!(of("CANCEL").call_id(), window.call_id());
    assert_eq!(of("BYE").call_id(), first.call_id());
    let anew = of("INVITE");
    assert!(anew.call_id() != first.call_id() && anew.request_uri() == Some("sip:kim@example.com"));
    scene.link.reply(&further[1], 481, &[]);
    scene.link.reply(anew, 200, &[CONTACT]);
    let message = scene.link.until(|message| message.method() == "MESSAGE");
    scene.link.reply(&message, 200, &[]);
    assert_eq!(outcomes(&scene, 3), [1, 2, 3].map(|id| (id, String::new())));
}

#[test]
fn what_a_second_caller_was_invited_anew_for_rings_on_for_the_first() {
    let mut scene = Scene::new();
    invite(&scene, 1, 1);
    let (_, window) = taken(&mut scene);
    scene.link.reply(&window, 180, &[]);
    invite(&scene, 2, 1);
    let further = scene.link.next("MESSAGE");
    scene.link.reply(&further, 481, &[]);
    let anew = scene.link.until(|message| message.method() == "INVITE");
    scene.link.reply(&anew, 180, &[]);
    assert_eq!(scene.plugin.call(END_INVITATIONS, b"2"), Ok(Vec::new()));
    scene.plugin.settle();
    scene.link.reply(&anew, 200, &[CONTACT]);
    let next =
        scene.link.until(|message| matches!(message.method(), "ACK" | "CANCEL") && message.call_id() == anew.call_id());
    assert_eq!(next.method(), "ACK", "the first caller waits");
}

#[test]
fn closing_the_conversation_ends_what_is_still_to_be_answered_in_it() {
    // While the window rings: it is taken back, and left if it opens nevertheless.
    let mut scene = Scene::new();
    invite(&scene, 1, 1);
    let (first, window) = taken(&mut scene);
    scene.link.reply(&window, 180, &[]);
    close(&mut scene, &first);
    let both = [scene.link.until(|_| true), scene.link.until(|_| true)];
    let cancel = both.iter().find(|message| message.method() == "CANCEL").unwrap();
    assert_eq!(cancel.call_id(), window.call_id());
    assert!(both.iter().any(|message| message.method() == "BYE" && message.status() == Some(200)));
    scene.link.reply(&window, 200, &[CONTACT]);
    for method in ["ACK", "BYE"] {
        assert_eq!(scene.link.next(method).call_id(), window.call_id());
    }
    assert_eq!(outcome(&scene, 1), "");
    // While the message waits: nobody has taken it, and the next one is another.
    invite(&scene, 2, 1);
    let call = scene.link.next("INVITE");
    scene.link.reply(&call, 200, &[CONTACT]);
    scene.link.next("ACK");
    let message = scene.link.next("MESSAGE");
    close(&mut scene, &call);
    assert!(outcome(&scene, 2).contains("closed the conversation"));
    assert_eq!(scene.link.next("BYE").status(), Some(200));
    scene.link.reply(&message, 200, &[]);
    invite(&scene, 3, 1);
    assert_ne!(scene.link.next("INVITE").call_id(), call.call_id());
}

#[test]
fn an_invitation_that_fails_is_told_to_everybody_who_shares_it() {
    let mut scene = Scene::new();
    invite(&scene, 1, 1);
    let call = scene.link.next("INVITE");
    invite(&scene, 2, 1);
    scene.plugin.settle();
    scene.link.reply(&call, 486, &[]);
    scene.link.next("ACK");
    let told = outcomes(&scene, 2);
    assert!(told.len() == 2 && told.iter().all(|(_, error)| error.contains("declined")), "{told:?}");
    invite(&scene, 3, 1);
    assert_ne!(scene.link.next("INVITE").call_id(), call.call_id(), "the next one is another");
}

#[test]
fn a_shared_invitation_is_taken_back_when_none_of_its_numbers_is_needed() {
    let mut scene = Scene::new();
    invite(&scene, 1, 1);
    let call = scene.link.next("INVITE");
    scene.link.reply(&call, 180, &[]);
    invite(&scene, 2, 1);
    assert_eq!(scene.plugin.call(END_INVITATIONS, b"1"), Ok(Vec::new()));
    scene.plugin.settle();
    invite(&scene, 3, 1);
    assert_eq!(scene.plugin.call(END_INVITATIONS, b"3 2"), Ok(Vec::new()));
    let cancel = scene.link.next("CANCEL");
    assert_eq!(cancel.call_id(), call.call_id());
    scene.link.reply(&cancel, 200, &[]);
    // It is accepted in the same moment.
    scene.link.reply(&call, 200, &[CONTACT]);
    for method in ["ACK", "BYE"] {
        assert_eq!(scene.link.next(method).call_id(), call.call_id());
    }
    assert!(!scene.host.events().iter().any(|event| matches!(event, Event::Invited(_))), "nobody waits for it");
}

#[test]
fn another_client_that_accepts_too_is_left() {
    let mut scene = Scene::new();
    invite(&scene, 1, 1);
    let (first, _) = taken(&mut scene);
    let other = Response::to(&first, 200, "OK").tag("other").field(CONTACT.0, "<sip:kim@192.0.2.9>");
    let mut out = bytes::BytesMut::new();
    other.write(&mut out).unwrap();
    scene.link.send(&out);
    for method in ["ACK", "BYE"] {
        let sent = scene.link.next(method);
        assert_eq!((sent.request_uri(), sent.to().unwrap().tag()), (Some("sip:kim@192.0.2.9"), Some("other")));
    }
    assert_eq!(outcome(&scene, 1), "");
}

#[test]
fn stopping_takes_back_what_rings() {
    let mut scene = Scene::new();
    invite(&scene, 1, 1);
    let call = scene.link.next("INVITE");
    scene.link.reply(&call, 180, &[]);
    let Scene { plugin, mut link, .. } = scene;
    let stopping = std::thread::spawn(move || plugin.stop(Duration::from_secs(5)));
    // It may stop before it has heard that it rings.
    let both = [link.until(|_| true), link.until(|_| true)];
    let of = |method: &str| both.iter().find(|message| message.method() == method).unwrap();
    assert_eq!(of("CANCEL").call_id(), call.call_id());
    link.reply(&call, 487, &[]);
    link.next("ACK");
    link.reply(of("REGISTER"), 200, &[]);
    assert!(stopping.join().unwrap().is_ok());
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
