//! Framing and the view against messages that are cut, joined, changed at random, or too large.

#![allow(clippy::unwrap_used)] // the helpers of tests may fail as tests do

use bytes::Bytes;
use proptest::prelude::*;
use uc_sip::message::{Frame, Framer, Limits, Malformed, Message, Name, admission};

const NOTIFY: &[u8] = include_bytes!("notify-on-the-phone.sip");

fn framer(bytes: &[u8]) -> Framer {
    let mut framer = Framer::new(Limits::default());
    framer.buffer().extend_from_slice(bytes);
    framer
}

fn drain(framer: &mut Framer) -> Result<Vec<Message>, Malformed> {
    let mut messages = Vec::new();
    while let Some(frame) = framer.take()? {
        if let Frame::Message(message) = frame {
            messages.push(message);
        }
    }
    Ok(messages)
}

#[test]
fn the_documented_notify_is_read_to_the_byte() {
    let messages = drain(&mut framer(NOTIFY)).unwrap();
    let [notify] = &messages[..] else { panic!() };
    assert_eq!(admission::check(notify), Ok(()));
    assert_eq!(notify.as_bytes(), NOTIFY);
    assert_eq!(notify.body().len(), 659);
    assert_eq!(notify.request_uri(), Some("sip:192.168.92.172:55117;ms-received-cid=3C0D700;grid"));
    assert_eq!(notify.vias().count(), 2);
    assert_eq!(notify.to().unwrap().epid(), Some("56b4641a00000000"));
    assert_eq!(notify.get(Name::SubscriptionState), Some("active; expires=29909"));
    assert_eq!(notify.typed_from().unwrap().uri.to_string(), "sip:lync-user0@lyncdco13.lab");
}

#[test]
fn methods_of_microsoft_and_compact_names_are_messages_too() {
    let text = "BENOTIFY sip:a@b SIP/2.0\r\nv: SIP/2.0/TLS h;branch=z9hG4bK1\r\nf: <sip:a@b>;tag=1\r\nt: <sip:a@b>\r\n\
                i: x\r\nCSEQ: 4 BENOTIFY\r\nCONTENT-LENGTH : 2\r\n\r\nhi";
    let messages = drain(&mut framer(text.as_bytes())).unwrap();
    assert_eq!(messages[0].method(), "BENOTIFY");
    assert_eq!(messages[0].body(), b"hi");
    assert_eq!(admission::check(&messages[0]), Ok(()));
}

#[test]
fn bounds_are_held() {
    let head = |extra: &str| format!("OPTIONS sip:a@b SIP/2.0\r\n{extra}Content-Length: 0\r\n\r\n");
    let parse = |text: String| Message::parse(text.into(), &Limits::default()).unwrap_err();
    assert_eq!(parse(head(&"A: b\r\n".repeat(200))), Malformed::TooManyFields(128));
    assert_eq!(parse(head(&format!("A: {}\r\n", "b".repeat(40_000)))), Malformed::LineTooLong(32 * 1024));
    assert_eq!(parse(head(&"A: bbbbbbbb\r\n \r\n".repeat(9_000))), Malformed::TooManyFields(128));
    let mut endless = framer(b"OPTIONS sip:a@b SIP/2.0\r\nA: ");
    endless.buffer().extend_from_slice(&vec![b'b'; 10 << 20]);
    assert_eq!(endless.take().unwrap_err(), Malformed::HeadTooLong(48 * 1024));
    let body = "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 99999999\r\n\r\n";
    assert_eq!(framer(body.as_bytes()).take().unwrap_err(), Malformed::MessageTooLong(64 * 1024));
    let huge = "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 99999999999999999999\r\n\r\n";
    assert_eq!(framer(huge.as_bytes()).take().unwrap_err(), Malformed::ContentLength);
}

#[test]
fn what_is_no_message_but_has_a_length_is_stepped_over() {
    let mut framer = framer(b"garbage\r\nContent-Length: 3\r\n\r\nabc");
    framer.buffer().extend_from_slice(NOTIFY);
    assert!(matches!(framer.take(), Ok(Some(Frame::Skipped(Malformed::StartLine)))));
    assert_eq!(drain(&mut framer).unwrap().len(), 1);
}

#[test]
fn heads_that_are_no_text_are_refused() {
    for (text, fault) in [
        (&b"OPTIONS sip:a@b SIP/2.0\r\nA: \xff\r\n\r\n"[..], Malformed::NotUtf8),
        (b"OPTIONS sip:a@b SIP/2.0\r\nA: b\rc\r\n\r\n", Malformed::LineBreak),
        (b"OPTIONS sip:a@b SIP/2.0\r\nA: b\nc\r\n\r\n", Malformed::LineBreak),
        (b"OPTIONS sip:a@b SIP/2.0\r\n folded: x\r\n\r\n", Malformed::FieldName(1)),
        (b"OPTIONS sip:a@b SIP/2.0\r\nno colon\r\n\r\n", Malformed::FieldName(1)),
        (b"OPTIONS sip:a@b SIP/2.0\r\nA: b\r\n", Malformed::Unfinished),
        (b"SIP/2.0 99 Low\r\n\r\n", Malformed::StatusCode),
    ] {
        let got = Message::parse(Bytes::copy_from_slice(text), &Limits::default()).unwrap_err();
        assert_eq!(got, fault, "{}", String::from_utf8_lossy(text));
    }
}

proptest! {
    /// However the network cuts the stream, the same messages come out.
    #[test]
    fn cuts_do_not_matter(cuts in proptest::collection::vec(1_usize..400, 1..40), keep_alives in 0_usize..4) {
        let mut stream = NOTIFY.repeat(3);
        stream.splice(NOTIFY.len()..NOTIFY.len(), b"\r\n".repeat(keep_alives));
        let mut framer = Framer::new(Limits::default());
        let (mut messages, mut rest) = (Vec::new(), &stream[..]);
        for cut in cuts.into_iter().chain([usize::MAX]) {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            framer.buffer().extend_from_slice(now);
            messages.extend(drain(&mut framer).unwrap());
            rest = later;
        }
        prop_assert_eq!(messages.len(), 3);
        prop_assert!(messages.iter().all(|message| message.as_bytes() == NOTIFY));
    }

    /// No bytes make the view or what reads it panic.
    #[test]
    fn changed_messages_are_read_or_refused(changes in proptest::collection::vec((0_usize..1377, any::<u8>()), 0..30)) {
        let mut bytes = NOTIFY.to_vec();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        if let Ok(message) = Message::parse(bytes.into(), &Limits::default()) {
            let _ = admission::check(&message);
            let _ = (message.typed_from(), message.typed_to(), message.typed_vias(), message.typed_contacts());
            prop_assert!(message.headers().all(|field| !field.text.is_empty()));
        }
    }

    /// The framer's own reading of Content-Length and the view's agree.
    #[test]
    fn framer_and_view_agree_on_the_length(field in "[lLcC][a-zA-Z-]{0,14} {0,2}: {0,3}[0-9+-]{0,4} {0,2}") {
        let text = format!("OPTIONS sip:a@b SIP/2.0\r\n{field}\r\nl: 2\r\n\r\nabcdef");
        let framed = framer(text.as_bytes()).take();
        let whole = Message::parse(text.into(), &Limits::default());
        match (framed, whole) {
            (Ok(Some(Frame::Message(a))), Ok(b)) => prop_assert_eq!(a.body(), b.body()),
            (Err(a), Err(b)) => prop_assert_eq!(a, b),
            (Ok(Some(Frame::Skipped(a))), Err(b)) => prop_assert_eq!(a, b),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
