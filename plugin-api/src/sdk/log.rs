//! The log bridge: a plug-in's `tracing` records go to the host, which is asked first whether it wants them.
//!
//! Every library has statics of its own, so each plug-in sets its own global subscriber. One library can run two
//! instances (an update taking over); a thread belongs to the runtime of one of them.

use super::{
    host::{Host, WeakHost, lock},
    panic_log,
};
use crate::abi::Level;
use std::{
    cell::RefCell,
    fmt::{Debug, Write},
    sync::{Mutex, Once},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    subscriber::Interest,
};
use tracing_subscriber::{
    Registry,
    layer::{Context, Layer, SubscriberExt},
};

/// Longest text of a record, in bytes.
const TEXT: usize = 8 * 1024;

thread_local! {
    static OWN: RefCell<WeakHost> = RefCell::default();
}

/// In the order of their starts. Threads that no runtime of ours started belong to the last that lives: one whose start
/// fails leaves them to those before it.
static INSTANCES: Mutex<Vec<WeakHost>> = Mutex::new(Vec::new());

/// Sends records of this library to `host` from now on.
pub(super) fn install(host: &Host) {
    static ONCE: Once = Once::new();
    let mut instances = lock(&INSTANCES);
    instances.retain(WeakHost::lives);
    instances.push(host.downgrade());
    drop(instances);
    ONCE.call_once(|| {
        // In a unit test the subscriber may be the test's own; then the records are its.
        let _ = tracing::subscriber::set_global_default(Registry::default().with(Bridge));
        panic_log::install();
    });
}

/// Records of this thread belong to `host`.
pub(super) fn adopt_thread(host: WeakHost) {
    OWN.with_borrow_mut(|own| *own = host);
}

/// Whether this thread belongs to a runtime of ours.
pub(super) fn is_adopted() -> bool {
    OWN.try_with(|own| own.try_borrow().is_ok_and(|own| own.upgrade().is_some())).unwrap_or(false)
}

/// The host that this thread's records go to.
pub(super) fn current() -> Option<Host> {
    let own = OWN.try_with(|own| own.try_borrow().ok()?.upgrade()).ok().flatten();
    own.or_else(|| lock(&INSTANCES).iter().rev().find_map(WeakHost::upgrade))
}

struct Bridge;

impl<S: Subscriber> Layer<S> for Bridge {
    /// Asked anew each time: whether a record is wanted depends on whose thread it is and changes with the host's levels.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        current().is_some_and(|host| host.log_enabled(level(metadata.level()), metadata.target()))
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        text.0.truncate(text.0.floor_char_boundary(TEXT));
        if let Some(host) = current() {
            host.log(level(event.metadata().level()), event.metadata().target(), &text.0);
        }
    }
}

fn level(level: &tracing::Level) -> Level {
    match *level {
        tracing::Level::ERROR => Level::Error,
        tracing::Level::WARN => Level::Warn,
        tracing::Level::INFO => Level::Info,
        tracing::Level::DEBUG => Level::Debug,
        tracing::Level::TRACE => Level::Trace,
    }
}

/// `message key=value key=value`, the way fmt writes it.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => {
                let rest = std::mem::take(&mut self.0);
                write!(self.0, "{value:?}{rest}")
            }
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is never asked again is never written again: a level that was changed would have no effect.
    #[test]
    fn whether_a_record_is_wanted_is_asked_each_time() {
        tracing::subscriber::with_default(Registry::default(), || {
            let span = tracing::info_span!("any place in the code");
            let place = span.metadata().unwrap();
            assert!(Layer::<Registry>::register_callsite(&Bridge, place).is_sometimes());
        });
    }
}
