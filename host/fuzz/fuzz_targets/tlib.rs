//! Any line from a T-Server: no panic, nothing lost in silence, and every message is written and read again as the
//! same, and shown without a raw control character.
//!
//! ```sh
//! cd host/fuzz
//! RUSTFLAGS='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
//!   -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
//!   -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1' \
//!   cargo run --release --target x86_64-unknown-linux-gnu --bin tlib -- -max_total_time=60 corpus/tlib seeds/tlib
//! ```
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use uc_connector::{
    agent_link::EventKind,
    tlib::{
        Message,
        decode::{Content, Incoming},
    },
    wire::{LinkMessage, Record},
};

fuzz_target!(|line: &[u8]| {
    // Framing has cut the input there.
    if line.contains(&b'\n') {
        return;
    }
    let Ok(record) = Record::parse(line) else { return };
    let incoming = Incoming::read(&record);
    match &incoming.content {
        Content::Event(event) => {
            let doubted = matches!(event.kind, EventKind::Unreadable(_));
            assert!(!doubted || (!event.this_dn.is_empty() && !incoming.faults.is_empty()), "in doubt, and it is said");
        }
        Content::Error { code, .. } => assert!(code.is_some() || !incoming.faults.is_empty()),
        Content::OfNoDn => assert!(!incoming.faults.is_empty()),
    }
    if let Ok(Some(message)) = LinkMessage::read(&record) {
        let mut written = BytesMut::new();
        message.write(&mut written);
        let again = Record::parse(&written).expect("a link message we wrote is a message");
        assert_eq!(LinkMessage::read(&again).ok().flatten().as_ref(), Some(&message));
    }
    let message = Message::read(&record);
    let mut written = BytesMut::new();
    message.write(&mut written);
    let line = written.strip_suffix(b"\n").expect("a line ends");
    assert!(!message.to_string().chars().any(|letter| letter.is_control() && letter != '\n'), "shown as it came");
    let again = Record::parse(line).expect("a message we wrote is a message");
    assert_eq!(Message::read(&again), message);
});
