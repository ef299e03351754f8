//! `lab stat-server`.

use clap::Args;
use std::{error::Error, net::SocketAddr, path::PathBuf, process::ExitCode};
use tokio::net::TcpListener;
use uc_connector::wire::{Role, tls::ServerConfigFiles};
use uc_lab::stat_server::{Config, Mood, StatServer, control};

/// A simulated Stat Server: prints every line. Its protocol: host/src/stat_server/PROTOCOL.md.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Address to listen on; port 0 lets the system choose.
    #[arg(long)]
    listen: SocketAddr,
    /// File with what it knows and does at first: lines of the control port such as `set 8000 CallsInQueue 3`.
    #[arg(long)]
    script: Option<PathBuf>,
    /// Address of the control port; connect and say `help`.
    #[arg(long)]
    control: Option<SocketAddr>,
    /// A mood from the start; may be given again. The control port's `moods` lists them.
    #[arg(long)]
    mood: Vec<Mood>,
    /// It is the backup of a pair.
    #[arg(long)]
    backup: bool,
    /// Password that clients must give.
    #[arg(long)]
    password: Option<String>,
    /// PEM file of the certificate chain: TLS instead of plain TCP.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// PEM file of the certificate's key.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// PEM file of the authorities of clients' certificates: one of them is demanded.
    #[arg(long, requires = "tls_cert")]
    client_ca: Option<PathBuf>,
}

/// Serves until it is interrupted.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let tls = arguments.tls_cert.zip(arguments.tls_key);
    let tls = tls.map(|(cert, key)| ServerConfigFiles { cert, key, client_ca: arguments.client_ca });
    let role = if arguments.backup { Role::Backup } else { Role::Primary };
    let (listen, password) = (arguments.listen, arguments.password);
    let config = Config { listen, role, tls, password, print: true, ..Config::default() };
    let script = match &arguments.script {
        Some(path) => std::fs::read_to_string(path).map_err(|cause| format!("{}: {cause}", path.display()))?,
        None => String::new(),
    };
    tokio::runtime::Runtime::new()?.block_on(serve(config, &script, &arguments.mood, arguments.control))
}

async fn serve(
    config: Config,
    script: &str,
    moods: &[Mood],
    control_port: Option<SocketAddr>,
) -> Result<ExitCode, Box<dyn Error>> {
    let listen = config.listen;
    let server = StatServer::start(config).await.map_err(|cause| format!("{listen}: {cause}"))?;
    server.script(script)?;
    moods.iter().for_each(|mood| server.mood(*mood));
    eprintln!("Stat Server listens on {}", server.addr());
    if let Some(address) = control_port {
        let listener = TcpListener::bind(address).await.map_err(|cause| format!("{address}: {cause}"))?;
        eprintln!("control port on {}: connect and say `help`", listener.local_addr()?);
        tokio::spawn(control(listener, server.clone()));
    }
    tokio::signal::ctrl_c().await?;
    Ok(ExitCode::SUCCESS)
}
