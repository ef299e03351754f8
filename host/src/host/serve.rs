//! A host as a service: addresses logged, signals obeyed, systemd told.

use super::Host;
use crate::{
    exit::Exit,
    signals::{Drained, Signal, Signals},
    telemetry::service,
    web::AdminRequest,
};
use std::time::Duration;
use tokio::{
    sync::{mpsc, oneshot},
    time,
};
use tokio_util::sync::CancellationToken;

/// What a drain may take beyond the host's own deadline before the process ends anyway.
const MARGIN: Duration = Duration::from_secs(2);

/// Runs until a signal asks to stop, then drains. A second signal ends at once.
pub async fn serve(host: Host) -> Exit {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => {
            tracing::error!(%error, "no signal can be received");
            return Exit::Unavailable;
        }
    };
    announce(&host);
    let (operator, deadline, stop) = (host.operator(), host.drain + MARGIN, CancellationToken::new());
    let watchdog = tokio::spawn(feed_watchdog(host.pings.clone()));
    let mut running = tokio::spawn(host.run(stop.clone()));
    loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Signal::Reload => reload(&operator).await,
                Signal::Stop => break,
            },
            ended = &mut running => {
                tracing::error!(?ended, "the host ended by itself: a bug");
                return Exit::Software;
            }
        }
    }
    tracing::info!("draining; a second signal ends at once");
    service::stopping();
    watchdog.abort();
    stop.cancel();
    let drained = async {
        let _ = running.await;
    };
    match signals.drain(drained, deadline).await {
        Drained::Whole => Exit::Done,
        Drained::Late | Drained::Forced => Exit::CutShort,
    }
}

fn announce(host: &Host) {
    let addresses = host.addresses();
    tracing::info!(
        mode = %host.mode(), web = addresses.web.map(display), admin = addresses.admin.map(display),
        preview_link = addresses.preview_link.map(display), "serving"
    );
    service::ready(&format!("{} mode", host.mode()));
}

async fn reload(operator: &mpsc::Sender<AdminRequest>) {
    let (report, _logged) = oneshot::channel();
    // The operator task ends only with the host, and logs what a reload did.
    let _ = operator.send(AdminRequest::Reload(report)).await;
}

/// Tells systemd that the process is alive as long as the hub's loop answers.
async fn feed_watchdog(hub: mpsc::Sender<oneshot::Sender<()>>) {
    let Some(interval) = service::watchdog_interval() else { return };
    loop {
        let (answer, answered) = oneshot::channel();
        if hub.send(answer).await.is_ok() && answered.await.is_ok() {
            service::alive();
        }
        time::sleep(interval).await;
    }
}
