//! A host for the tests of plug-in crates: it records what a plug-in says and plays a host that has no room.
//!
//! Everything goes through the same calls as in the service, panic guard included. Use it from a plain `#[test]`:
//! an instance has a runtime of its own, and its calls wait.

use crate::{
    abi::{HostBox, HostEdge, HostEdge_TO, Level, MetricKind, ModuleRef, PluginBox, PluginError, PluginInfo},
    backend::Backend,
    config::{PluginConfig, Problem},
    export::{Export, module},
    message::{Command, Event},
};
use abi_stable::{
    sabi_trait::TD_Opaque,
    std_types::{RErr, ROk, RResult, RSlice, RStr, RVec},
};
use std::{
    collections::BTreeMap,
    marker::PhantomData,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Longest that a test waits for an event.
const PATIENCE: Duration = Duration::from_secs(10);
/// The file that settings of tests are said to be from.
const FILE: &str = "test.toml";

/// A recording host for plug-ins of type `B`.
pub struct TestHost<B> {
    record: Arc<Shared>,
    module: ModuleRef,
    backend: PhantomData<fn() -> B>,
}

/// An instance under test. Dropping it without [`stop`](Instance::stop) abandons it.
pub struct Instance {
    plugin: PluginBox,
}

#[derive(Default)]
struct Shared {
    record: Mutex<Record>,
    changed: Condvar,
}

#[derive(Default)]
struct Record {
    events: Vec<Event>,
    taken: usize,
    full: bool,
    refused: usize,
    log: Vec<String>,
    counters: BTreeMap<String, f64>,
}

struct Exported<B>(PhantomData<fn() -> B>);

impl<B: Backend> Export for Exported<B> {
    type Backend = B;
    const VERSION: &'static str = "0.0.0";
    const UNWINDS: bool = cfg!(panic = "unwind");
}

impl<B: Backend> Default for TestHost<B> {
    fn default() -> Self {
        Self::new()
    }
}

impl<B: Backend> TestHost<B> {
    /// A host that has heard nothing yet.
    pub fn new() -> Self {
        Self { record: Arc::default(), module: module::<Exported<B>>(), backend: PhantomData }
    }

    /// What the plug-in says of itself.
    pub fn info(&self) -> PluginInfo {
        self.module.info()()
    }

    /// What the plug-in finds wrong with these settings, which begin at line 1 of `test.toml`.
    pub fn check(&self, settings: &str) -> Vec<Problem> {
        self.module.check()(config(settings)).into()
    }

    /// Starts an instance with these settings.
    ///
    /// # Errors
    /// The plug-in's own.
    pub fn start(&self, settings: &str) -> Result<Instance, PluginError> {
        let host: HostBox = HostEdge_TO::from_value(Recorder(self.record.clone()), TD_Opaque);
        Result::from(self.module.start()(config(settings), host)).map(|plugin| Instance { plugin })
    }

    /// Makes the host's queue full, or gives it room again.
    pub fn set_full(&self, full: bool) {
        self.lock().full = full;
    }

    /// Waits for the next event that `wanted` finds something in; events before it are passed over.
    ///
    /// # Panics
    /// When none comes within ten seconds.
    pub fn until<T>(&self, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut record = self.lock();
        loop {
            while let Some(event) = record.events.get(record.taken) {
                let found = wanted(event);
                record.taken += 1;
                if let Some(found) = found {
                    return found;
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the expected event did not come; all events: {:#?}", record.events);
            let waited = self.record.changed.wait_timeout(record, left).unwrap_or_else(PoisonError::into_inner);
            record = waited.0;
        }
    }

    /// Every event so far.
    pub fn events(&self) -> Vec<Event> {
        self.lock().events.clone()
    }

    /// How many events were handed back.
    pub fn refused(&self) -> usize {
        self.lock().refused
    }

    /// Every log record so far, as `LEVEL target: text`.
    pub fn log(&self) -> Vec<String> {
        self.lock().log.clone()
    }

    /// Sum of a counter, value of a gauge, or last value of a histogram.
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.lock().counters.get(name).copied()
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock()
    }
}

impl Instance {
    /// Queues a command.
    ///
    /// # Errors
    /// The command itself when the queue is full.
    #[must_use = "a command that is handed back was not sent"]
    pub fn submit(&self, command: Command) -> Result<(), Command> {
        self.plugin.submit(command).into()
    }

    /// Asks for an operation; commands before it have been carried out when it returns.
    ///
    /// # Errors
    /// The plug-in's own.
    pub fn call(&self, op: &str, body: &[u8]) -> Result<Vec<u8>, PluginError> {
        Result::from(self.plugin.call(op.into(), body.into())).map(Into::into)
    }

    /// Waits until all commands before have been carried out.
    pub fn settle(&self) {
        let _ = self.call("conformance: no such operation", b"");
    }

    /// How it is, in its own words.
    pub fn health(&self) -> String {
        self.plugin.health().into()
    }

    /// Ends it.
    ///
    /// # Errors
    /// What had to be aborted.
    pub fn stop(&self, deadline: Duration) -> Result<(), PluginError> {
        self.plugin.stop(u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX)).into()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Recorder(Arc<Shared>);

impl HostEdge for Recorder {
    fn emit(&self, event: Event) -> RResult<(), Event> {
        let mut record = self.0.lock();
        if record.full {
            record.refused += 1;
            return RErr(event);
        }
        record.events.push(event);
        self.0.changed.notify_all();
        ROk(())
    }

    fn log_enabled(&self, level: Level, _: RStr<'_>) -> bool {
        level <= Level::Debug
    }

    fn log(&self, level: Level, target: RStr<'_>, text: RStr<'_>) {
        let line = format!("{} {target}: {text}", format!("{level:?}").to_uppercase());
        self.0.lock().log.push(line);
    }

    fn metric(&self, kind: MetricKind, name: RStr<'_>, value: f64) {
        let mut record = self.0.lock();
        let metric = record.counters.entry(name.to_string()).or_default();
        match kind {
            MetricKind::Counter => *metric += value,
            MetricKind::Gauge | MetricKind::Histogram => *metric = value,
        }
    }

    fn call(&self, op: RStr<'_>, _: RSlice<'_, u8>) -> RResult<RVec<u8>, PluginError> {
        RErr(PluginError::Unsupported(op.into()))
    }
}

fn config(settings: &str) -> PluginConfig {
    PluginConfig { file: FILE.into(), line: 1, text: settings.into() }
}
