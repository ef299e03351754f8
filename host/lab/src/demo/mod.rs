//! A contact centre in miniature (`make demo`): the lab's T-Server and URS, the product itself as a process of its own
//! with its real configuration, and a page on which to be the customer.

mod customers;
mod desk;
mod floor;
mod page;
mod product;

use crate::t_server::{self, TServer};
use customers::Customers;
use floor::Floor;
use product::Product;
use std::{error::Error, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

/// How long the product gets to be ready, and to drain.
const PATIENCE: Duration = Duration::from_secs(30);

/// What to start.
#[derive(Clone, Debug)]
pub struct Config {
    /// The product's configuration; everything else is derived from it.
    pub config: PathBuf,
    /// The product's program.
    pub program: PathBuf,
    /// Where the lab's page listens.
    pub listen: SocketAddr,
    /// What to tell people about signing in.
    pub users: String,
}

/// Starts everything, says where it is, and ends with Ctrl-C, SIGTERM or the product.
///
/// # Errors
/// What could not be started, or how the product ended.
pub async fn run(config: Config) -> Result<(), Box<dyn Error>> {
    let floor = Floor::read(&config.config)?;
    let t_server = TServer::start(t_server::Config { listen: floor.t_server, ..t_server::Config::new(floor.switch()) })
        .await
        .map_err(|error| format!("the lab's T-Server cannot listen on {}: {error}", floor.t_server))?;
    let page = page::bind(config.listen).await?;
    let address = page.address();
    let mut product = Product::start(&config.program, &config.config)?;
    product.serves(&floor.page, PATIENCE).await?;
    let floor = Arc::new(floor);
    let customers = Arc::new(Customers::new(floor.clone(), t_server.clone()));
    announce(&floor, &config, address);
    tokio::select! {
        () = page.serve(desk::Desk::new(floor, t_server, customers, config.users)) => Ok(()),
        ended = product.ended() => Err(format!("the product ended: {ended}").into()),
        () = asked_to_end() => {
            product.end(PATIENCE).await;
            Ok(())
        }
    }
}

#[allow(clippy::print_stdout, reason = "this is what the command is for")]
fn announce(floor: &Floor, config: &Config, lab: SocketAddr) {
    println!();
    println!("  Worker's page      {}   (users {})", floor.page, config.users);
    println!("  Be a customer      http://{lab}/");
    println!("  T-Server           {}   preview link {}", floor.t_server, floor.preview_link);
    println!("  Ctrl-C ends all.");
    println!();
}

async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}
