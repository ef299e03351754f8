//! RFC 4475: every message of the RFC gets the RFC's verdict.

#![allow(clippy::unwrap_used)] // the helpers of tests may fail as tests do

use bytes::Bytes;
use uc_sip::message::{Capabilities, Frame, Framer, Limits, Malformed, Message, Name, admission};

/// What an element with our capabilities does with a message.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// Processed as usual.
    Taken,
    /// A request answered with that status.
    Answered(u16),
    /// A response nobody answers.
    Dropped,
}
use Verdict::*;

/// A plain SIP phone of the RFC's time: what the messages of section 3.3 are sent to.
const PHONE: Capabilities<'_> = Capabilities {
    methods: &[
        "INVITE",
        "ACK",
        "OPTIONS",
        "REGISTER",
        "BYE",
        "MESSAGE",
        "!interesting-Method0123456789_*+`.%indeed'~",
        "RE%47IST%45R",
    ],
    options: &[],
    reads: &["application/sdp", "multipart/mixed", "text/plain"],
    writes: &["application/sdp"],
};

const TABLE: &[(&str, Verdict)] = &[
    // 3.1.1, valid
    ("wsinv", Taken),
    ("intmeth", Taken),
    ("esc01", Taken),
    ("escnull", Taken),
    ("esc02", Taken),
    ("lwsdisp", Taken),
    ("longreq", Taken),
    ("dblreq", Taken),
    ("semiuri", Taken),
    ("transports", Taken),
    ("mpart01", Taken),
    ("unreason", Taken),
    ("noreason", Taken),
    // 3.1.2, invalid
    ("badinv01", Answered(400)),
    ("clerr", Answered(400)),
    ("ncl", Answered(400)),
    ("scalar02", Answered(400)),
    ("scalarlg", Dropped),
    ("quotbal", Answered(400)),
    ("ltgtruri", Answered(400)),
    ("lwsruri", Answered(400)),
    ("lwsstart", Answered(400)),
    ("trws", Answered(400)),
    ("escruri", Answered(400)),
    ("baddate", Answered(400)),
    ("regbadct", Answered(400)),
    ("badaspec", Answered(400)),
    ("baddn", Answered(400)),
    ("badvers", Answered(505)),
    ("mismatch01", Answered(400)),
    ("mismatch02", Answered(400)),
    ("bigcode", Dropped),
    // 3.2, a branch without an identifier falls back to the matching of RFC 2543
    ("badbranch", Taken),
    // 3.3, application semantics
    ("insuf", Answered(400)),
    ("unkscm", Answered(416)),
    ("novelsc", Answered(416)),
    ("unksm2", Answered(400)),
    ("bext01", Answered(420)),
    ("invut", Answered(415)),
    // Unknown credentials are no credentials; Max-Forwards 0 stops a proxy, not the one it is meant for.
    ("regaut01", Taken),
    ("zeromf", Taken),
    ("multi01", Answered(400)),
    ("mcl01", Answered(400)),
    ("bcast", Dropped),
    ("cparam01", Taken),
    ("cparam02", Taken),
    ("regescrt", Taken),
    ("sdp01", Answered(406)),
    // 3.4
    ("inv2543", Taken),
];

fn read(name: &str) -> Bytes {
    let path = format!("{}/tests/torture/{name}.dat", env!("CARGO_MANIFEST_DIR"));
    Bytes::from(std::fs::read(path).unwrap())
}

fn verdict(raw: &Bytes) -> Verdict {
    let is_response = raw.starts_with(b"SIP/");
    let answer = |status| if is_response { Dropped } else { Answered(status) };
    let message = match Message::parse(raw.clone(), &Limits::default()) {
        Ok(message) => message,
        Err(fault) => return answer(fault.answer().0),
    };
    if let Err(refusal) = admission::check(&message) {
        return answer(refusal.status);
    }
    match message.is_request().then(|| PHONE.admit(&message)) {
        Some(Err(refusal)) => Answered(refusal.status),
        _ => Taken,
    }
}

#[test]
fn every_message_gets_the_verdict_of_the_rfc() {
    assert_eq!(TABLE.len(), 49);
    let wrong: Vec<_> = TABLE
        .iter()
        .map(|(name, expected)| (name, expected, verdict(&read(name))))
        .filter(|(_, expected, got)| *expected != got)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn values_of_the_short_tortuous_invite_are_read_through_its_folds() {
    let message = Message::parse(read("wsinv"), &Limits::default()).unwrap();
    assert_eq!(message.from().unwrap().tag(), Some("98asjd8"));
    assert_eq!(message.from().unwrap().display_name(), r#"J Rosenberg \""#);
    assert_eq!(message.to().unwrap().tag(), Some("1918181833n"));
    assert_eq!((message.cseq().unwrap().number, message.cseq().unwrap().method), (9, "INVITE"));
    let branches: Vec<_> = message.vias().map(|via| via.unwrap().params.get("branch").unwrap()).collect();
    assert_eq!(branches, ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"]);
    assert_eq!(message.contacts().next().unwrap().unwrap().uri, "sip:jdrosen@example.com");
    assert_eq!(message.get(Name::Subject), Some(""));
    assert_eq!(message.named("unknownheaderwithunusualvalue"), Some(";;,,;;,;"));
    assert_eq!(message.body().len(), 150);
    let Ok(vias) = message.typed_vias() else { panic!() };
    assert_eq!(vias[1].transport, rsip::Transport::Tcp);
}

#[test]
fn on_a_stream_the_second_request_of_dblreq_is_a_message_of_its_own() {
    let mut framer = Framer::new(Limits::default());
    framer.buffer().extend_from_slice(&read("dblreq"));
    let Ok(Some(Frame::Message(first))) = framer.take() else { panic!() };
    assert_eq!(first.method(), "REGISTER");
    assert!(matches!(framer.take(), Ok(Some(Frame::KeepAlive))));
    let Ok(Some(Frame::Message(second))) = framer.take() else { panic!() };
    assert_eq!((second.method(), second.get(Name::To)), ("INVITE", Some("sip:joe@example.com")));
}

#[test]
fn a_stream_is_lost_where_nobody_knows_the_length() {
    for (name, fault) in [
        ("ncl", Malformed::ContentLength),
        ("mcl01", Malformed::ContentLength),
        ("inv2543", Malformed::NoContentLength),
    ] {
        let mut framer = Framer::new(Limits::default());
        framer.buffer().extend_from_slice(&read(name));
        assert_eq!(framer.take().unwrap_err(), fault, "{name}");
        assert!(framer.unreadable().unwrap().call_id().is_some(), "{name}: the answer needs its Call-ID");
    }
}

#[test]
fn a_length_beyond_the_bytes_makes_a_stream_wait() {
    let mut framer = Framer::new(Limits::default());
    framer.buffer().extend_from_slice(&read("clerr"));
    assert!(framer.take().unwrap().is_none());
    assert!(framer.is_partial());
}
