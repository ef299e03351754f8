//! `lab t-server`.

use clap::Args;
use std::{error::Error, net::SocketAddr, process::ExitCode};

/// A simulated T-Server.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Address to listen on; port 0 lets the system choose.
    #[arg(long)]
    listen: SocketAddr,
}

/// Serves until it is ended.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    Err(format!("the T-Server of this build is not there yet; cannot listen on {}", arguments.listen).into())
}
