//! A contact centre in miniature (`make demo`): the lab's T-Server, URS and Front End, the product itself as a process of
//! its own with its real configuration, and a page on which to be the customer, the UC platform and another desktop.

mod chats;
mod customers;
mod desk;
mod desktop;
mod first_steps;
mod floor;
mod page;
mod platform;
mod product;

use crate::{
    stat_server::{self, StatServer},
    t_server::{self, TServer},
};
use customers::Customers;
use floor::Floor;
use product::Product;
use std::{error::Error, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use uc_connector::wire::CannotListen;

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
        .map_err(|cause| {
            let why = CannotListen { address: floor.t_server, cause };
            format!("`address` of the first [[t-server]], where the lab plays one: {why}")
        })?;
    let statistics = statistics(&floor, &t_server).await?;
    let platform = floor.platform.start(&floor).await?;
    let page = page::bind(config.listen).await?;
    let address = page.address();
    product::finds_free(floor.serves)?;
    let mut product = Product::start(&config.program, &config.config)?;
    product.serves(floor.serves, PATIENCE).await?;
    let floor = Arc::new(floor);
    let customers = Arc::new(Customers::new(floor.clone(), t_server.clone()));
    announce(&floor, &config, address);
    tokio::select! {
        () = statistics => Ok(()),
        () = page.serve(desk::Desk { floor, t_server, platform, customers, users: config.users.into() }) => Ok(()),
        ended = product.ended() => Err(format!("the product ended: {ended}").into()),
        () = asked_to_end() => {
            product.end(PATIENCE).await;
            Ok(())
        }
    }
}

/// A Stat Server whose values follow the T-Server's calls, where the product asks one; without one, nothing for ever.
async fn statistics(floor: &Floor, t_server: &TServer) -> Result<impl Future<Output = ()> + use<>, Box<dyn Error>> {
    let server = match floor.stat_server {
        Some(listen) => {
            let started = StatServer::start(stat_server::Config { listen, ..Default::default() }).await;
            let failed = |cause| {
                format!(
                    "`address` of [stat-server], where the lab plays it: {}",
                    CannotListen { address: listen, cause }
                )
            };
            Some(started.map_err(failed)?)
        }
        None => None,
    };
    let places = floor.places.iter().map(|(number, _)| number.to_string()).collect();
    let dns = floor.workers.iter().filter_map(|worker| Some(worker.lines.first()?.dn.to_string())).collect();
    let t_server = t_server.clone();
    Ok(async move {
        match server {
            Some(server) => stat_server::follow(server, t_server, places, dns).await,
            None => std::future::pending().await,
        }
    })
}

#[allow(clippy::print_stdout, reason = "this is what the command is for")]
fn announce(floor: &Floor, config: &Config, lab: SocketAddr) {
    let (page, lab) = (floor.page.as_deref(), format!("http://{lab}/"));
    println!();
    println!("  {} mode", floor.mode);
    println!("  Worker's page      {}   (users {})", page.unwrap_or("none in this mode"), config.users);
    println!("  Be a customer      {lab}");
    let link = floor.preview_link.map_or_else(|| "none".to_owned(), |link| link.to_string());
    println!("  T-Server           {}   preview link {link}", floor.t_server);
    println!();
    for (number, step) in (1..).zip(first_steps::of(floor.mode)) {
        println!("  {number}. {}", first_steps::with_addresses(step, page, &lab));
    }
    println!("  Ctrl-C ends all. MODE=standalone, normal, propagation or connector shows another mode.");
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
