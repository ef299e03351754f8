//! The command line: one file a subcommand, each with its `Arguments` and its `run`.

use clap::{Parser, Subcommand};
use std::process::ExitCode;

mod agent_desktop;
mod conformance;
mod demo;
mod front_end;
mod stat_server;
mod t_server;
mod urs;

/// Peers of UC Connector, simulated.
#[derive(Parser)]
#[command(name = "lab", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// An agent's desktop that lives a day by a script.
    AgentDesktop(agent_desktop::Arguments),
    /// A contact centre in miniature around the product: what `make demo` runs.
    Demo(demo::Arguments),
    /// A Front End of Lync / Skype for Business.
    FrontEnd(front_end::Arguments),
    /// A Stat Server; prints every line.
    StatServer(stat_server::Arguments),
    /// A T-Server; prints every message in readable form.
    TServer(t_server::Arguments),
    /// Checks a server of yours.
    Conformance(conformance::Arguments),
    /// URS: asks for previews.
    Urs(Box<urs::Arguments>),
}

/// Runs the chosen subcommand.
pub(crate) fn run() -> ExitCode {
    let ended = match Arguments::parse().command {
        Command::AgentDesktop(arguments) => agent_desktop::run(&arguments),
        Command::Demo(arguments) => demo::run(arguments),
        Command::FrontEnd(arguments) => front_end::run(arguments),
        Command::StatServer(arguments) => stat_server::run(arguments),
        Command::TServer(arguments) => t_server::run(arguments),
        Command::Conformance(arguments) => conformance::run(arguments),
        Command::Urs(arguments) => urs::run(&arguments),
    };
    ended.unwrap_or_else(|cause| {
        eprintln!("lab: {cause}");
        ExitCode::FAILURE
    })
}
