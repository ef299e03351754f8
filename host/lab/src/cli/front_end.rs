//! `lab front-end`.

use clap::Args;
use std::{error::Error, net::SocketAddr, path::PathBuf, process::ExitCode};
use tokio::net::TcpListener;
use uc_lab::front_end::{Config, FrontEnd, SiteFile, Tls, control};

/// A simulated Front End of Lync / Skype for Business.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Address to listen on; port 0 lets the system choose.
    #[arg(long)]
    listen: SocketAddr,
    /// TOML file with the users; host/lab/users.toml shows every key.
    #[arg(long)]
    users: PathBuf,
    /// Address of the control port; connect and say `help`.
    #[arg(long)]
    control: Option<SocketAddr>,
    /// PEM file of the certificate chain: TLS instead of plain TCP.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// PEM file of the certificate's key.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// PEM file of the authorities whose client certificates make a trusted application: no challenge.
    #[arg(long, requires = "tls_cert")]
    client_ca: Option<PathBuf>,
    /// Prints every message.
    #[arg(long)]
    print: bool,
}

/// Serves until it is interrupted.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let path = &arguments.users;
    let text = std::fs::read_to_string(path).map_err(|cause| format!("{}: {cause}", path.display()))?;
    let site = SiteFile::parse(&text).map_err(|cause| format!("{}: {cause}", path.display()))?;
    let client_ca = arguments.client_ca;
    let tls = arguments.tls_cert.zip(arguments.tls_key).map(|(cert, key)| Tls { cert, key, client_ca });
    let config = Config { listen: arguments.listen, tls, site, print: arguments.print, record: false };
    tokio::runtime::Runtime::new()?.block_on(serve(config, arguments.control))
}

async fn serve(config: Config, control: Option<SocketAddr>) -> Result<ExitCode, Box<dyn Error>> {
    let listen = config.listen;
    let server = FrontEnd::start(config).await.map_err(|cause| format!("{listen}: {cause}"))?;
    eprintln!("Front End listens on {}", server.addr());
    if let Some(address) = control {
        let listener = TcpListener::bind(address).await.map_err(|cause| format!("{address}: {cause}"))?;
        eprintln!("control port on {}: connect and say `help`", listener.local_addr()?);
        tokio::spawn(control::serve(listener, server.clone()));
    }
    tokio::signal::ctrl_c().await?;
    Ok(ExitCode::SUCCESS)
}
