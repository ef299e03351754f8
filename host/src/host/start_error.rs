//! Why a host does not start, with the exit code that tells an init system whether trying again makes sense.

use crate::{config, exit::Exit, mode::Mode, nodes, routing, stat_server, tasks, tlib, web};

/// Why a host does not start.
#[derive(Debug)]
pub enum StartError {
    /// The configuration or the directory.
    Config(Vec<config::Problem>),
    /// Plug-in files or their settings.
    Plugins(Vec<uc_plugin_api::Problem>),
    /// A reload would change the deployment mode.
    ModeChange {
        /// In force.
        from: Mode,
        /// What the new plug-ins would make.
        to: Mode,
    },
    /// A file that a T-Server link needs.
    TServer(tlib::StartError),
    /// A file that the Stat Server link needs.
    StatServer(stat_server::StartError),
    /// The tokens of the preview service.
    Tokens(routing::tokens::TokenFileError),
    /// An address, a certificate, or another need of the web edge.
    Web(web::Problem),
    /// The address of the preview link.
    PreviewLink(routing::link::BindError),
    /// The link between nodes.
    Nodes(nodes::NotOpened),
    /// Nothing can be read for now.
    NoThread(tasks::NoThread),
    /// What the store needs, such as a file of `[cluster]`.
    Store(uc_store::Error),
    /// The directory takes too much away: what, from how many, and what to do.
    Loss(String),
}

impl StartError {
    /// Of `sysexits.h`: 78 (EX_CONFIG) for what the operator wrote; 69 (EX_UNAVAILABLE) for what the machine denies,
    /// where another try may succeed.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Config(_)
            | Self::Plugins(_)
            | Self::ModeChange { .. }
            | Self::Loss(_)
            | Self::TServer(_)
            | Self::StatServer(_)
            | Self::Tokens(_)
            | Self::Store(_) => Exit::Config,
            Self::Web(_) | Self::PreviewLink(_) | Self::Nodes(_) | Self::NoThread(_) => Exit::Unavailable,
        }
    }
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Config(problems) => problems.iter().try_for_each(|problem| writeln!(f, "{problem}")),
            Self::Plugins(problems) => problems.iter().try_for_each(|problem| writeln!(f, "{problem}")),
            Self::ModeChange { from, to } => {
                write!(f, "the plug-ins now make the mode `{to}` instead of `{from}`: restart to change the mode")
            }
            Self::TServer(error) => error.fmt(f),
            Self::StatServer(error) => error.fmt(f),
            Self::Tokens(error) => error.fmt(f),
            Self::Web(error) => error.fmt(f),
            Self::PreviewLink(error) => error.fmt(f),
            Self::Nodes(error) => error.fmt(f),
            Self::NoThread(error) => error.fmt(f),
            Self::Store(error) => write!(f, "[cluster] {error}"),
            Self::Loss(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for StartError {}
