//! Section `[log]`.

use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};
use tracing::level_filters::LevelFilter;

/// Section `[log]`: what is logged, how, and where to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Text for people or JSON for collectors.
    pub format: Format,
    /// Log file, appended to; none: standard error, which systemd's journal collects.
    pub file: Option<PathBuf>,
    /// Level of every part that `levels` does not name.
    pub level: Level,
    /// Levels of single parts.
    pub levels: BTreeMap<Part, Level>,
}

/// How a log record is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One line of text.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nothing.
    Off,
    /// A function is lost; somebody must act.
    Error,
    /// Something is wrong, the work goes on.
    Warn,
    /// Rare and worth knowing.
    #[default]
    Info,
    /// For finding faults; every T-Library message but heartbeats.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    /// By its word.
    pub fn named(word: &str) -> Option<Self> {
        let all = [Self::Off, Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];
        all.into_iter().find(|level| level.word() == word)
    }

    /// Its word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Off => Self::OFF,
            Level::Error => Self::ERROR,
            Level::Warn => Self::WARN,
            Level::Info => Self::INFO,
            Level::Debug => Self::DEBUG,
            Level::Trace => Self::TRACE,
        }
    }
}

/// A part of the host with a level of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The T-Library link and its messages.
    Tlib,
    /// The link to the Stat Server and its messages.
    StatServer,
    /// The links below T-Library, the preview service and the Stat Server.
    Wire,
    /// The preview service.
    Routing,
    /// The event loop.
    Hub,
    /// Pages and the HTTP interface.
    Web,
    /// Loading and supervision of plug-ins.
    Plugins,
    /// What the plug-ins themselves say.
    Plugin,
    /// The directory and its file.
    Directory,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 9] = [
        Self::Tlib,
        Self::StatServer,
        Self::Wire,
        Self::Routing,
        Self::Hub,
        Self::Web,
        Self::Plugins,
        Self::Plugin,
        Self::Directory,
    ];

    /// Its word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tlib => "tlib",
            Self::StatServer => "stat-server",
            Self::Wire => "wire",
            Self::Routing => "routing",
            Self::Hub => "hub",
            Self::Web => "web",
            Self::Plugins => "plugins",
            Self::Plugin => "plugin",
            Self::Directory => "directory",
        }
    }

    /// The targets of this part's records: they begin with one of these.
    pub fn targets(self) -> &'static [&'static str] {
        match self {
            Self::Tlib => &["tlib", "uc_connector::tlib"],
            Self::StatServer => &["stat_server", "uc_connector::stat_server"],
            Self::Wire => &["uc_connector::wire"],
            Self::Routing => &["routing", "uc_connector::routing"],
            Self::Hub => &["uc_connector::hub"],
            Self::Web => &["uc_connector::web"],
            Self::Plugins => &["uc_connector::plugins"],
            Self::Plugin => &["plugin"],
            Self::Directory => &["uc_connector::directory"],
        }
    }
}
