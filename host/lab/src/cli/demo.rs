//! `lab demo`.

use clap::Args;
use std::{error::Error, net::SocketAddr, path::PathBuf, process::ExitCode};
use uc_lab::demo;

/// A contact centre in miniature around the product.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The product's configuration; T-Server, URS and workers are taken from it.
    #[arg(long, default_value = "config/lab/standalone.toml")]
    config: PathBuf,
    /// The product's program; the one beside this one if left out.
    #[arg(long)]
    program: Option<PathBuf>,
    /// Where the lab's page listens.
    #[arg(long, default_value = "127.0.0.1:7080")]
    listen: SocketAddr,
    /// What to say about signing in.
    #[arg(long, default_value = "kim, lee, robin; passwords demo-kim, demo-lee, demo-robin")]
    users: String,
}

/// Runs until it is ended.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let program = arguments.program.map_or_else(beside, Ok)?;
    let config = demo::Config { config: arguments.config, program, listen: arguments.listen, users: arguments.users };
    tokio::runtime::Runtime::new()?.block_on(demo::run(config))?;
    Ok(ExitCode::SUCCESS)
}

fn beside() -> std::io::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("uc-connector"))
}
