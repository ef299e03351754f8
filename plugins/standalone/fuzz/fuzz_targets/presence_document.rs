//! Any bytes as a presence definition document: no panic, and what is accepted obeys the rules.
//!
//! ```sh
//! cd plugins/standalone/fuzz
//! RUSTFLAGS='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
//!   -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
//!   -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1' \
//!   cargo run --release --target x86_64-unknown-linux-gnu --bin presence_document -- -max_total_time=60 corpus ../golden
//! ```
#![no_main]

use libfuzzer_sys::fuzz_target;

// A cdylib cannot be imported.
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../../src/definitions/mod.rs"]
mod definitions;

use definitions::Definitions;

fuzz_target!(|bytes: &[u8]| {
    let Ok(parsed) = Definitions::parse(bytes) else { return };
    let states = parsed.definitions.states();
    assert!(!states.is_empty());
    for (index, state) in states.iter().enumerate() {
        assert!(!state.id.is_empty() && !state.id.contains(char::is_whitespace));
        assert!(states[..index].iter().all(|earlier| earlier.id != state.id));
        assert!(!state.status.is_empty());
        assert_eq!(parsed.definitions.choose(&state.id).is_ok(), !state.menu.is_empty());
    }
});
