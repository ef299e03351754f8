//! A host as a service: begun under the eyes of the operating system's signals, addresses logged, systemd told.
//!
//! Signals are listened to before anything is read: a file that never ends, or a mount that hangs, holds up neither a
//! stop at the start nor one during a reload. As a container's first process nothing else would end it.

use super::{Host, Process, role::BEGAN_ANEW};
use crate::{
    check::{Sound, inspect, report},
    exit::Exit,
    role::Role,
    signals::{Drained, Signal, Signals},
    tasks::{Parts, aside},
    telemetry::{self, service},
    web::AdminRequest,
};
use std::{future::Future, os::unix::process::CommandExt as _, path::PathBuf, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time,
};
use tokio_util::sync::CancellationToken;

/// What a drain may take beyond the host's own deadline before the process ends anyway.
const MARGIN: Duration = Duration::from_secs(2);

/// Reads the configuration, builds a host of it and runs it until a signal asks to stop. Nothing is opened before
/// everything is known to be sound.
pub async fn serve(file: PathBuf) -> Exit {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => return fail(&format!("no signal can be received: {error}"), Exit::Unavailable),
    };
    let begun = begin(file);
    let (began, said) = unless_stopped(&mut signals, tokio::spawn(begun)).await;
    match began {
        None => {
            service::stopping();
            eprintln!("stopped before the service began");
            Exit::Done
        }
        Some(Ok(Ok(host))) => run(host, signals, said).await,
        Some(Ok(Err(exit))) => exit,
        Some(Err(lost)) => fail(&format!("the start was lost, a bug: {lost}"), Exit::Software),
    }
}

/// From the file to a host, on a task of its own that may wait for files.
async fn begin(file: PathBuf) -> Result<Host, Exit> {
    let checked = aside("check", move || inspect(&file)).await.map_err(|error| fail(&error, Exit::Unavailable))?;
    let sound = checked.map_err(|problems| {
        report(&problems);
        Exit::Config
    })?;
    let process = process(&sound)?;
    Host::build(sound, process).await.map_err(|error| fail(&error, error.exit()))
}

fn process(sound: &Sound) -> Result<Process, Exit> {
    let log = telemetry::log::start(&sound.config.log).map_err(|error| fail(&error, Exit::Io))?;
    let metrics = telemetry::metrics::install().map_err(|error| fail(&error, Exit::Software))?;
    telemetry::raise_limit();
    Ok(Process { log: Some(log), metrics })
}

/// To the terminal, not to the log: the service has not begun.
fn fail(error: &impl std::fmt::Display, exit: Exit) -> Exit {
    eprintln!("error: {error}");
    exit
}

/// None: a signal asked to stop first. There is nothing to reload yet; what an arbiter has said last counts afterwards.
async fn unless_stopped<T>(signals: &mut Signals, work: impl Future<Output = T>) -> (Option<T>, Option<Role>) {
    let mut said = None;
    let stopped = async {
        loop {
            match signals.next().await {
                Signal::Stop => return,
                Signal::Role(role) => said = Some(role),
                Signal::Reload => {}
            }
        }
    };
    let done = tokio::select! {
        () = stopped => None,
        done = work => Some(done),
    };
    (done, said)
}

/// Runs until a signal asks to stop, then drains. A second signal ends at once.
/// `said`: what an arbiter has said while it was built.
async fn run(host: Host, mut signals: Signals, said: Option<Role>) -> Exit {
    announce(&host);
    let (operator, deadline, stop) = (host.operator(), host.drain + MARGIN, CancellationToken::new());
    said.into_iter().for_each(|role| set_role(&operator, role));
    let mut parts = Parts::default();
    if let Some(interval) = service::watchdog_interval() {
        let pings = host.pings.clone();
        parts.begin("watchdog", async move { feed_watchdog(pings, interval).await });
    }
    let (tell, mut told) = oneshot::channel();
    let hosting = host.run(stop.clone());
    parts.begin("host", async {
        // A process that is forced to end does not listen any more.
        let _ = tell.send(hosting.await?);
        Ok(())
    });
    loop {
        tokio::select! {
            // A host that was left has returned, which is no loss then.
            biased;
            signal = signals.next() => match signal {
                Signal::Reload => reload(&operator),
                Signal::Role(role) => set_role(&operator, role),
                Signal::Stop => break,
            },
            Ok(Drained::Left) = &mut told => return begin_anew(),
            lost = parts.lost() => {
                tracing::error!(%lost, "the process ends, to be started again");
                return Exit::Software;
            }
        }
    }
    tracing::info!("draining; a second signal ends at once");
    service::stopping();
    stop.cancel();
    let mut result = Ok(());
    let drained = signals.drain(async { result = parts.ended("host").await }, deadline).await;
    match (drained, result) {
        (Drained::Late | Drained::Forced | Drained::Left, _) => Exit::CutShort,
        (Drained::Whole, Err(_)) => Exit::Software,
        (Drained::Whole, Ok(())) if told.try_recv() == Ok(Drained::Late) => Exit::CutShort,
        (Drained::Whole, Ok(())) => Exit::Done,
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

/// Never waits: a reload that hangs must not keep a stop from being heard. The operator's task logs what it did.
fn reload(operator: &mpsc::Sender<AdminRequest>) {
    let (report, _logged) = oneshot::channel();
    if operator.try_send(AdminRequest::Reload(None, report)).is_err() {
        tracing::warn!("reloads wait already: this one is dropped");
    }
}

/// An arbiter says by signal what this node is to be. What comes of it is in the log.
fn set_role(operator: &mpsc::Sender<AdminRequest>, role: Role) {
    let (ticket, _logged) = oneshot::channel();
    if operator.try_send(AdminRequest::SetRole(role, ticket)).is_err() {
        tracing::error!(role = role.word(), "the signal is dropped: too many requests of operators wait");
    }
}

/// Another node works now. The process becomes another one with the same arguments: nothing of what it had under way is
/// sent, and nothing of what it knew is taken for true.
fn begin_anew() -> Exit {
    service::reloading();
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return fail(&format!("the program cannot be found, to begin anew: {error}"), Exit::Unavailable),
    };
    // One that was replaced on the disk meanwhile goes on until somebody starts the new one.
    let program = if program.exists() { program } else { "/proc/self/exe".into() };
    let mut anew = std::process::Command::new(program);
    let error = anew.args(std::env::args_os().skip(1)).env(BEGAN_ANEW, "1").exec();
    fail(&format!("the program cannot begin anew: {error}"), Exit::Unavailable)
}

/// Tells systemd that the process is alive as long as the hub's loop answers.
async fn feed_watchdog(hub: mpsc::Sender<oneshot::Sender<()>>, interval: Duration) -> ! {
    loop {
        let (answer, answered) = oneshot::channel();
        if hub.send(answer).await.is_ok() && answered.await.is_ok() {
            service::alive();
        }
        time::sleep(interval).await;
    }
}
