//! The panic hook: where a plug-in panicked goes to the host's log instead of bare stderr.

use super::log;
use crate::abi::Level;
use std::{cell::Cell, panic::PanicHookInfo, sync::Once, thread};

thread_local! {
    static ANSWERED: Cell<bool> = const { Cell::new(false) };
}

/// Sets the hook of this library; the host and other plug-ins have hooks of their own.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(set);
}

/// Runs what answers its panics by itself: those are not printed as well, raw, to whoever asked at a terminal.
pub(super) fn answered<T>(work: impl FnOnce() -> T) -> T {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            ANSWERED.set(false);
        }
    }
    install();
    ANSWERED.set(true);
    let _reset = Reset;
    work()
}

fn set() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if ANSWERED.try_with(Cell::get).unwrap_or(false) {
            return;
        }
        if let Some(host) = log::current() {
            host.log(Level::Error, "panic", &describe(info));
        }
        // A thread that is not ours may be a test's, whose panic must be seen.
        if !log::is_adopted() {
            before(info);
        }
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let current = thread::current();
    format!("panicked at {place} on thread {}: {}", current.name().unwrap_or("unnamed"), payload(info))
}

fn payload(info: &PanicHookInfo<'_>) -> String {
    info.payload_as_str().map_or_else(|| "without a text".to_owned(), str::to_owned)
}
