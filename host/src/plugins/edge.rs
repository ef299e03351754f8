//! The host as one plug-in instance sees it: a bounded queue for its events, its log and its metrics. Called from the
//! plug-in's threads, so nothing here waits and nothing may unwind.

use super::{id::PluginId, log::Log, meters::Meters};
use abi_stable::{
    sabi_trait::TD_Opaque,
    std_types::{RErr, ROk, RResult, RSlice, RStr, RVec},
};
use metrics::{Counter, counter};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, Ordering},
};
use tokio::sync::mpsc;
use uc_plugin_api::{
    Event, PluginError,
    abi::{HostBox, HostEdge, HostEdge_TO, Level, MetricKind},
};

/// Events of one instance that wait for the hub.
const QUEUE: usize = 1024;

/// The host's side of one instance.
struct Edge {
    events: mpsc::Sender<Event>,
    log: Log,
    meters: Meters,
    taken: Counter,
    refused: Counter,
    overflowing: AtomicBool,
}

/// The host's side for a new instance, and the queue its events come out of.
pub(super) fn edge(plugin: &PluginId) -> (HostBox, mpsc::Receiver<Event>) {
    let (events, queue) = mpsc::channel(QUEUE);
    let log = Log::of(plugin);
    let edge = Edge {
        events,
        log,
        meters: Meters::new(plugin.clone(), log),
        taken: counter!("uc_plugin_events_total", "plugin" => plugin.to_string()),
        refused: counter!("uc_plugin_events_refused_total", "plugin" => plugin.to_string()),
        overflowing: AtomicBool::new(false),
    };
    (HostEdge_TO::from_value(edge, TD_Opaque), queue)
}

impl HostEdge for Edge {
    fn emit(&self, event: Event) -> RResult<(), Event> {
        match self.events.try_send(event) {
            Ok(()) => {
                self.taken.increment(1);
                ROk(())
            }
            Err(mpsc::error::TrySendError::Full(event)) => {
                contained((), || self.overflow());
                RErr(event)
            }
            Err(mpsc::error::TrySendError::Closed(event)) => RErr(event),
        }
    }

    fn log_enabled(&self, level: Level, _: RStr<'_>) -> bool {
        contained(false, || self.log.enabled(level))
    }

    fn log(&self, level: Level, target: RStr<'_>, text: RStr<'_>) {
        contained((), || self.log.write(level, target.as_str(), text.as_str()));
    }

    fn metric(&self, kind: MetricKind, name: RStr<'_>, value: f64) {
        contained((), || self.meters.change(kind, name.as_str(), value));
    }

    fn call(&self, op: RStr<'_>, _: RSlice<'_, u8>) -> RResult<RVec<u8>, PluginError> {
        RErr(PluginError::Unsupported(op.into()))
    }
}

impl Edge {
    /// Counted always, said once in the life of an instance.
    fn overflow(&self) {
        self.refused.increment(1);
        if !self.overflowing.swap(true, Ordering::Relaxed) {
            let text = format!(
                "{QUEUE} events wait for the hub, more are handed back: the plug-in reports faster than the host \
                 works, or the host stands still; further ones are only counted (uc_plugin_events_refused_total)"
            );
            self.log.write(Level::Warn, "host", &text);
        }
    }
}

/// A log writer or metrics recorder that panics must not take the plug-in's thread with it.
fn contained<T>(otherwise: T, f: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or(otherwise)
}
