//! Any line from a Stat Server: no panic, and a value that is told is one that can be shown.
//!
//! ```sh
//! cd host/fuzz
//! RUSTFLAGS='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
//!   -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
//!   -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1' \
//!   cargo run --release --target x86_64-unknown-linux-gnu --bin stat_server -- -max_total_time=60 corpus/stat_server seeds/stat_server
//! ```
#![no_main]

use libfuzzer_sys::fuzz_target;
use uc_connector::{stat_server::decode::Incoming, wire::Record};

fuzz_target!(|line: &[u8]| {
    // Framing has cut the input there.
    if line.contains(&b'\n') {
        return;
    }
    let Ok(record) = Record::parse(line) else { return };
    let is_shown = |words: &str| !words.chars().any(char::is_control);
    match Incoming::read(&record) {
        Incoming::Opened(_, Some(value)) | Incoming::Info(_, value) => {
            assert!(value.is_finite() && value.abs() <= 1e15, "{value} can be shown");
        }
        Incoming::Unreadable(_, why) | Incoming::OfNone(why) => assert!(!why.is_empty() && is_shown(&why)),
        Incoming::Error(_, _, words) => assert!(is_shown(&words)),
        Incoming::Opened(_, None) | Incoming::Closed(_) | Incoming::Unknown => {}
    }
});
