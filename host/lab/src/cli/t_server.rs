//! `lab t-server`.

use clap::Args;
use std::{error::Error, net::SocketAddr, path::PathBuf, process::ExitCode};
use tokio::net::TcpListener;
use uc_connector::wire::tls::ServerConfigFiles;
use uc_lab::t_server::{Config, MoodRule, SwitchFile, TServer, control, mood::MOODS};

/// A simulated T-Server: prints every message in readable form. Its protocol: host/src/tlib/PROTOCOL.md.
#[derive(Args)]
#[command(after_help = format!("Moods:\n{MOODS}"))]
pub(crate) struct Arguments {
    /// Address to listen on; port 0 lets the system choose.
    #[arg(long)]
    listen: SocketAddr,
    /// TOML file with the DNs and agents.
    #[arg(long)]
    dns: PathBuf,
    /// Address of the control port; connect and say `help`.
    #[arg(long)]
    control: Option<SocketAddr>,
    /// Address of its backup: both are one hot-standby pair.
    #[arg(long)]
    backup: Option<SocketAddr>,
    /// Address of the backup's control port.
    #[arg(long, requires = "backup")]
    backup_control: Option<SocketAddr>,
    /// A mood from the start; may be given again. The control port's `moods` lists them.
    #[arg(long, value_name = "MOOD [on REQUEST] [at DN]")]
    mood: Vec<MoodRule>,
    /// File with moods, one a line.
    #[arg(long)]
    moods: Option<PathBuf>,
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
    let path = &arguments.dns;
    let text = std::fs::read_to_string(path).map_err(|cause| format!("{}: {cause}", path.display()))?;
    let switch = SwitchFile::parse(&text).map_err(|cause| format!("{}: {cause}", path.display()))?;
    let tls = arguments.tls_cert.zip(arguments.tls_key);
    let tls = tls.map(|(cert, key)| ServerConfigFiles { cert, key, client_ca: arguments.client_ca });
    let mut moods = arguments.mood;
    if let Some(path) = &arguments.moods {
        let failed = |cause: &dyn std::fmt::Display| format!("{}: {cause}", path.display());
        let text = std::fs::read_to_string(path).map_err(|cause| failed(&cause))?;
        moods.extend(MoodRule::list(&text).map_err(|cause| failed(&cause))?);
    }
    let config = Config { listen: arguments.listen, switch, tls, print: true, moods, record: false };
    let backup = arguments.backup.map(|listen| (listen, arguments.backup_control));
    tokio::runtime::Runtime::new()?.block_on(serve(config, arguments.control, backup))
}

async fn serve(
    config: Config,
    control: Option<SocketAddr>,
    backup: Option<(SocketAddr, Option<SocketAddr>)>,
) -> Result<ExitCode, Box<dyn Error>> {
    let listen = config.listen;
    let server = TServer::start(config).await.map_err(|cause| format!("{listen}: {cause}"))?;
    eprintln!("T-Server listens on {}", server.addr());
    obey(&server, control).await?;
    // Each serves for as long as its handle lives.
    let _backup = match backup {
        Some((listen, control)) => Some(start_backup(&server, listen, control).await?),
        None => None,
    };
    tokio::signal::ctrl_c().await?;
    Ok(ExitCode::SUCCESS)
}

async fn start_backup(
    server: &TServer,
    listen: SocketAddr,
    control: Option<SocketAddr>,
) -> Result<TServer, Box<dyn Error>> {
    let backup = server.backup(listen).await.map_err(|cause| format!("{listen}: {cause}"))?;
    eprintln!("its backup listens on {}", backup.addr());
    obey(&backup, control).await?;
    Ok(backup)
}

/// Opens a control port, if one is wanted.
async fn obey(server: &TServer, control: Option<SocketAddr>) -> Result<(), Box<dyn Error>> {
    let Some(address) = control else { return Ok(()) };
    let listener = TcpListener::bind(address).await.map_err(|cause| format!("{address}: {cause}"))?;
    eprintln!("control port on {}: connect and say `help`", listener.local_addr()?);
    tokio::spawn(control::serve(listener, server.clone()));
    Ok(())
}
