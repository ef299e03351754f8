//! The command line: what can be asked of the program, and how it answers.

mod check;
mod client_package;
mod hash_password;
mod map;
mod nodes;
mod plugins;
mod role;
mod running;

pub use check::Checked;
pub use client_package::Package;
pub use map::Try;
pub use nodes::NodesOrder;
pub use role::RoleOrder;

use crate::{check::report, config::Config, exit::Exit};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Where the configuration is when nobody says.
const DEFAULT_FILE: &str = "/etc/uc-connector/uc-connector.toml";

/// Makes enterprise employees reachable by a Genesys contact centre.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// What to do; nothing said: run.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The arguments of `run`.
    #[command(flatten)]
    pub run: File,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the service (the default)
    Run(File),
    /// Say what is wrong with the configuration, the directory and the plug-ins, and which mode they make
    Check(Checked),
    /// List every file in the plug-in folder: loaded, or refused and why
    Plugins(Answer),
    /// Say what a presence of the UC platform makes of an agent, and which rule decides
    Map(Try),
    /// Make the registry files and the guide that let the workers' UC clients open the page
    ClientPackage(Package),
    /// Say whether the running node is primary or standby, or what it is to be
    Role(RoleOrder),
    /// Say which nodes there are and which partitions each owns, or drain the running one
    Nodes(NodesOrder),
    /// Make a password hash for the directory; the password comes from standard input
    HashPassword,
}

/// Which configuration.
#[derive(Clone, Debug, Args)]
pub struct File {
    /// The configuration file
    #[arg(long, short, value_name = "FILE", default_value = DEFAULT_FILE)]
    pub config: PathBuf,
}

/// Which configuration, and how to answer.
#[derive(Clone, Debug, Args)]
pub struct Answer {
    /// The configuration file
    #[command(flatten)]
    pub file: File,
    /// Answer in JSON
    #[arg(long)]
    pub json: bool,
}

impl Arguments {
    /// Reads the command line of this process. `--help` and `--version` are answered here.
    ///
    /// # Errors
    /// How to end: the arguments were wrong, or there is nothing left to do.
    pub fn read() -> Result<Command, Exit> {
        let arguments = Self::try_parse().map_err(|error| {
            // Nobody reads what we print: nothing can be done about it.
            let _ = error.print();
            if error.use_stderr() { Exit::Usage } else { Exit::Done }
        })?;
        Ok(arguments.command.unwrap_or(Command::Run(arguments.run)))
    }
}

impl Command {
    /// Does everything but run.
    ///
    /// # Errors
    /// The file to run with.
    pub fn answer(self) -> Result<Exit, File> {
        match self {
            Self::Run(file) => Err(file),
            Self::Check(checked) => Ok(check::check(&checked)),
            Self::Plugins(answer) => Ok(plugins::plugins(&answer)),
            Self::Map(asked) => Ok(map::map(&asked)),
            Self::ClientPackage(asked) => Ok(client_package::client_package(&asked)),
            Self::Role(order) => Ok(role::role(&order)),
            Self::Nodes(order) => Ok(nodes::nodes(&order)),
            Self::HashPassword => Ok(hash_password::hash_password()),
        }
    }
}

/// The configuration; what is wrong with it is told.
///
/// # Errors
/// How to end.
fn load(file: &File) -> Result<Config, Exit> {
    Config::load(&file.config).map_err(|problems| {
        report(&problems);
        Exit::Config
    })
}

/// Writes to standard output. A reader that went away (`| head`) is no fault.
fn print(text: &str) -> Exit {
    use std::io::Write as _;
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Exit::Io,
        _ => Exit::Done,
    }
}
