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
use serde_json::Value;
use uc_connector::routing::{
    fields::Fields,
    preview_error::PreviewError,
    preview_request::PreviewRequest,
    preview_result::PreviewResult,
    wire_message::{Echo, WireMessage},
};

const MAX_TARGETS: usize = 50;

fuzz_target!(|bytes: &[u8]| {
    let Ok(message) = serde_json::from_slice::<Value>(bytes) else { return };
    let echo = Echo::of(&message);
    if let Ok(read) = WireMessage::decode(&message, MAX_TARGETS) {
        let written = read.encode(echo.reference);
        let again = WireMessage::decode(&written, MAX_TARGETS).expect("what we write, we read");
        assert_eq!(again.encode(echo.reference), written);
        assert_eq!(Echo::of(&written).reference, echo.reference);
    }
    if let Ok(result) = PreviewResult::decode(&message) {
        assert_eq!(PreviewResult::decode(&result.encode()), Ok(result));
    }
    let _ = PreviewError::decode(&message);
    if let Ok(fields) = Fields::of(&message) {
        let _ = PreviewRequest::decode_either(&fields, MAX_TARGETS);
    }
});
