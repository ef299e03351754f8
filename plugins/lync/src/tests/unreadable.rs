//! What cannot be read is said once, with enough to act on, and then counted.

use super::{
    peer::Scene,
    scene::{CATEGORIES, document},
};
use uc_plugin_api::Event;
use uc_sip::message::Name;

#[test]
fn the_first_unreadable_document_is_logged_and_the_others_are_counted() {
    let mut scene = Scene::new();
    let kind = "application/msrtc-event-categories+xml";
    for number in 1..=3 {
        scene.notify(number, kind, "<!DOCTYPE x><secret-note/>");
    }
    scene.notify(4, "text/html", "<p>");
    scene.plugin.settle();
    let log = scene.host.log();
    let said: Vec<_> = log.iter().filter(|line| line.contains("cannot be used")).collect();
    let [said] = said[..] else { panic!("{log:#?}") };
    for wanted in ["WARN", "a document type is not allowed", kind, "sip:watcher@example.com", "only counted"] {
        assert!(said.contains(wanted), "{said}");
    }
    assert!(!said.contains("secret-note"), "what people publish is no business of the log");
    assert_eq!(scene.host.metric("lync_documents_unreadable_total"), Some(4.0));
}

/// Waits until kim is told to the host so.
fn shown(scene: &Scene, number: u32) {
    scene.host.until(|event| match event {
        Event::Presence(updates) => updates.iter().any(|update| update.presence.number == number).then_some(()),
        _ => None,
    });
}

#[test]
fn a_notify_that_is_no_message_is_refused_and_what_it_may_have_said_is_asked_for() {
    for (sound, broken, told) in [
        ("Event:", &b"no field\r\nEvent:"[..], true),
        ("Event:", b"X: \xff\r\nEvent:", true),
        ("Call-ID:", b"Call-ID: \xff", false),
    ] {
        let mut scene = Scene::new();
        scene.notify(1, CATEGORIES, &document("kim", 3500));
        shown(&scene, 3500);
        let notify = format!(
            "NOTIFY sip:watcher@example.com SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\n\
             From: <sip:watcher@example.com>;tag=peer\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 2 NOTIFY\r\n\
             Event: presence\r\nSubscription-State: active\r\nContent-Length: 3\r\n\r\n<x>",
            scene.subscribe.get(Name::From).unwrap(),
            scene.subscribe.call_id().unwrap()
        );
        let (before, after) = notify.split_once(sound).unwrap();
        scene.link.send([before.as_bytes(), broken, after.as_bytes()].concat());
        shown(&scene, 0);
        if told {
            assert_eq!(scene.link.until(|message| !message.is_request()).status(), Some(400), "{sound}");
        }
        let again = scene.link.until(|message| message.method() == "SUBSCRIBE" && message.is_request());
        assert_eq!(again.call_id(), scene.subscribe.call_id(), "inside the dialog: {sound}");
        assert!(String::from_utf8_lossy(again.body()).contains("kim@example.com"));
    }
}

#[test]
fn who_may_not_be_watched_is_logged_once_and_counted() {
    let mut scene = Scene::new();
    let list = "<list xmlns=\"urn:ietf:params:xml:ns:rlmi\" uri=\"sip:watcher@example.com\" version=\"0\" fullState=\"false\">\
                <resource uri=\"sip:kim@example.com\"><instance id=\"0\" state=\"terminated\" reason=\"rejected\"/>\
                </resource></list>";
    scene.notify(1, "application/rlmi+xml", list);
    scene.plugin.settle();
    let log = scene.host.log();
    let said: Vec<_> = log.iter().filter(|line| line.contains("does not let this person be watched")).collect();
    assert!(said.len() == 1 && said[0].contains("kim@example.com") && said[0].contains("rejected"), "{log:#?}");
    assert_eq!(scene.host.metric("lync_people_refused_total"), Some(1.0));
}
