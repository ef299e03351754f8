//! Any bytes as a line of the preview link: no panic, and what is read is written and read back the same.
//!
//! With stable Rust, in this folder:
//! ```text
//! RUSTFLAGS='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
//!   -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
//!   -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1' \
//! cargo run --release --target x86_64-unknown-linux-gnu --bin preview_message -- corpus seeds/preview_message -max_total_time=60
//! ```
#![no_main]

use libfuzzer_sys::fuzz_target;
use uc_connector::{
    routing::{
        fields::{Fields, Unreadable},
        preview_error::PreviewError,
        preview_request::PreviewRequest,
        preview_result::PreviewResult,
        wire_message::{Echo, WireMessage},
    },
    wire::{Members, Record},
};

const MAX_TARGETS: usize = 50;

fuzz_target!(|bytes: &[u8]| {
    // As the link does, from the bytes on.
    let (text, mut unread) = (String::from_utf8_lossy(bytes), Unreadable::default());
    if let Ok(members) = Members::parse(&text) {
        let _ = PreviewRequest::decode_either(&Fields::of(&members), MAX_TARGETS, &mut unread);
    }
    let Ok(message) = Record::parse_str(&text) else { return };
    let echo = Echo::of(message.members(), &mut unread);
    if let Ok(read) = WireMessage::decode(&message, MAX_TARGETS, &mut unread) {
        let written = read.encode(echo.reference).to_string();
        let record = Record::parse_str(&written).expect("what we write, we read");
        let again = WireMessage::decode(&record, MAX_TARGETS, &mut unread).expect("what we write, we read");
        assert_eq!(again.encode(echo.reference).to_string(), written);
        assert_eq!(Echo::of(record.members(), &mut unread).reference, echo.reference);
    }
    if let Ok(result) = PreviewResult::decode(&message) {
        let written = result.encode().to_string();
        let record = Record::parse_str(&written).expect("what we write, we read");
        assert_eq!(PreviewResult::decode(&record), Ok(result));
    }
    let _ = PreviewError::decode(&message);
});
