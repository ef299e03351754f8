//! The binary edge: one root module, two trait objects, and what they pass. Authors of plug-ins never see it; the
//! SDK fills the plug-in's side, the host's loader reads it.
//!
//! Every call returns at once, except `start`, `call` and `stop`, which the host makes on a thread of its own.
//! Nothing here may unwind: each side guards its own methods.
//!
//! What may change within an API major version: methods appended to [`HostEdge`] (a new minor version). Everything
//! else is frozen, the layout of plain values included; growth goes through `call` of either side.
#![allow(non_local_definitions, missing_docs, unreachable_pub, reason = "what #[sabi_trait] expands to")]
#![allow(clippy::needless_pass_by_value, clippy::used_underscore_binding, reason = "what #[sabi_trait] expands to")]

use crate::{
    config::{PluginConfig, Problem},
    message::{Command, Event, Role},
};
use abi_stable::{
    StableAbi,
    library::RootModule,
    package_version_strings, sabi_trait,
    sabi_types::VersionStrings,
    std_types::{RBox, RResult, RSlice, RStr, RString, RVec},
};

/// The API version this crate speaks, `major.minor.patch`. Host and plug-in need the same major number, and the
/// plug-in's minor number must not be above the host's.
pub const API_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The compiler that built this crate, and so the plug-in that links it.
pub const RUSTC: &str = env!("UC_PLUGIN_RUSTC");

/// The symbol under which a plug-in exports its header.
pub const ROOT_SYMBOL: &str = abi_stable::library::ROOT_MODULE_LOADER_NAME;

/// Operations of [`PluginEdge`] that begin like this are the SDK's own; no author's code sees them.
pub const SDK_OPERATIONS: &str = "uc.";

/// The operation that answers at once how many commands the instance has finished, in decimal digits. An SDK without it
/// passes it on as one that no plug-in knows.
pub const COMMANDS_FINISHED: &str = "uc.commands-finished";

/// The operation by which an operator says that something has been mended: who waits before the next attempt to reach
/// the platform, or to sign in there, may make it now. The answer says that the instance will be told, not that
/// anything was tried: an instance goes on waiting where an attempt could do harm. An SDK without it passes it on as
/// one that no plug-in knows.
pub const TRY_NOW: &str = "uc.try-now";

/// The operation that the instance's own task answers between commands, with nothing: one that is blocked there, in whatever
/// code of the plug-in, does not. An SDK without it says at once that it does not know it.
pub const ALIVE: &str = "uc.alive";

/// How grave a log record is.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// The function is lost; somebody must act.
    Error,
    /// Something is wrong, the work goes on.
    Warn,
    /// Rare and worth knowing.
    Info,
    /// For finding faults.
    Debug,
    /// Every message.
    Trace,
}

/// What to do with the value of a metric.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MetricKind {
    /// Add it to a counter.
    Counter,
    /// Set a gauge to it.
    Gauge,
    /// Put it into a histogram.
    Histogram,
}

/// What a library says of itself before anything is started.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct PluginInfo {
    /// Name of the plug-in, `[a-z0-9-]`, at most 32 bytes.
    pub name: RString,
    /// Version of the plug-in.
    pub version: RString,
    /// [`API_VERSION`] it was built with.
    pub api_version: RString,
    /// What it is for.
    pub roles: RVec<Role>,
    /// Top-level keys of its settings; empty when it cannot tell.
    pub config_keys: RVec<RString>,
    /// Compiler that built it.
    pub rustc: RString,
    /// False when it was built with `panic = "abort"`: its panics would end the host.
    pub unwinds: bool,
}

/// Why a plug-in could not do what the host asked.
#[repr(C, u8)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub enum PluginError {
    /// The operator's settings are wrong.
    Config(RVec<Problem>),
    /// The plug-in says why, and what to do.
    Failed(RString),
    /// A bug in the plug-in; where and what.
    Panicked(RString),
    /// This operation of `call` is not known.
    Unsupported(RString),
    /// Not done within the deadline; what was aborted.
    Deadline(RString),
}

impl std::fmt::Display for PluginError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Config(problems) => {
                let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
                write!(f, "wrong settings: {}", lines.join("; "))
            }
            Self::Failed(why) => write!(f, "{why}"),
            Self::Panicked(what) => write!(f, "panicked (a bug in the plug-in): {what}"),
            Self::Unsupported(op) => write!(f, "does not know the operation {op:?}"),
            Self::Deadline(what) => write!(f, "not done within the deadline: {what}"),
        }
    }
}

impl std::error::Error for PluginError {}

/// What the host offers to one plug-in instance. All methods return at once and may be called from any thread.
#[sabi_trait]
pub trait HostEdge: Send + Sync + 'static {
    /// Queues an event; hands it back when the queue is full or the instance was stopped.
    fn emit(&self, event: Event) -> RResult<(), Event>;
    /// Whether anybody wants to read such a record.
    fn log_enabled(&self, level: Level, target: RStr<'_>) -> bool;
    /// Writes a log record.
    fn log(&self, level: Level, target: RStr<'_>, text: RStr<'_>);
    /// Changes a metric of the plug-in; the host prefixes the name with `uc_plugin_`.
    fn metric(&self, kind: MetricKind, name: RStr<'_>, value: f64);
    /// Room to grow: operations a later host offers.
    #[sabi(last_prefix_field)]
    fn call(&self, op: RStr<'_>, body: RSlice<'_, u8>) -> RResult<RVec<u8>, PluginError>;
}

/// One running instance of a plug-in.
#[sabi_trait]
pub trait PluginEdge: Send + Sync + 'static {
    /// Queues a command; hands it back when the queue is full or the instance has stopped.
    fn submit(&self, command: Command) -> RResult<(), Command>;
    /// One line: how it is.
    fn health(&self) -> RString;
    /// Room to grow: operations this plug-in offers. May take up to five seconds.
    fn call(&self, op: RStr<'_>, body: RSlice<'_, u8>) -> RResult<RVec<u8>, PluginError>;
    /// Ends it; no event leaves it afterwards. Returns within the deadline, or a little later.
    #[sabi(last_prefix_field)]
    fn stop(&self, deadline_ms: u64) -> RResult<(), PluginError>;
}

/// The host's side as it travels to a plug-in.
pub type HostBox = HostEdge_TO<RBox<()>>;

/// A plug-in instance as it travels to the host.
pub type PluginBox = PluginEdge_TO<RBox<()>>;

/// The root module of every plug-in library.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = ModuleRef, prefix_fields = ModulePrefix)))]
pub struct Module {
    /// What the library is. Has no side effect.
    pub info: extern "C" fn() -> PluginInfo,
    /// Everything wrong with these settings. Touches no network.
    pub check: extern "C" fn(PluginConfig) -> RVec<Problem>,
    /// Starts an instance. May take up to ten seconds.
    #[sabi(last_prefix_field)]
    pub start: extern "C" fn(PluginConfig, HostBox) -> RResult<PluginBox, PluginError>,
}

impl RootModule for ModuleRef {
    abi_stable::declare_root_module_statics! {ModuleRef}
    const BASE_NAME: &'static str = "uc_plugin";
    const NAME: &'static str = "uc_plugin";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}
