//! `lab conformance`.

use clap::{Args, Subcommand};
use std::{error::Error, process::ExitCode};
use uc_lab::conformance::t_server::{self, Target};

/// Checks a server of yours against the protocols of this project.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    server: Server,
}

#[derive(Subcommand)]
enum Server {
    /// A T-Server or a bridge, against host/src/tlib/PROTOCOL.md. Exit code 1 when a check fails.
    TServer(TServer),
}

#[derive(Args)]
struct TServer {
    /// HOST:PORT, plain TCP.
    #[arg(long)]
    address: String,
    /// A DN where nobody is logged in.
    #[arg(long)]
    dn: String,
    /// An agent ID that may log in there.
    #[arg(long)]
    agent: String,
    /// Environment variable that holds the agent's password.
    #[arg(long, value_name = "VARIABLE")]
    password_env: Option<String>,
    /// Queue to log in to.
    #[arg(long)]
    queue: Option<String>,
}

/// Runs the checks and prints a line for each.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let Server::TServer(server) = arguments.server;
    let password = server
        .password_env
        .map(|variable| std::env::var(&variable).map_err(|cause| format!("environment variable {variable}: {cause}")));
    let password = password.transpose()?;
    let target = Target { address: server.address, dn: server.dn, agent: server.agent, password, queue: server.queue };
    let outcomes = tokio::runtime::Runtime::new()?.block_on(t_server::run(&target));
    for outcome in &outcomes {
        match &outcome.result {
            Ok(()) => println!("ok      {}", outcome.check),
            Err(cause) => println!("FAILED  {}: {cause}", outcome.check),
        }
    }
    let passed = outcomes.iter().all(|outcome| outcome.result.is_ok());
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
