//! What cannot be read is said once, with enough to act on, and then counted.

use super::peer::Scene;

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
