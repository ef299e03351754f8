//! A host as a service: begun under the eyes of the operating system's signals, addresses logged, systemd told.
//!
//! Signals are listened to before anything is read: a file that never ends, or a mount that hangs, holds up neither a
//! stop at the start nor one during a reload. As a container's first process nothing else would end it.

use super::{
    Host, Process, arbiter,
    lives::{self, ThisLife},
    opens::opens,
};
use crate::{
    check::{Sound, inspect, reported},
    exit::Exit,
    role::{Decider, Role},
    signals::{self, Drained, Signal, Signals},
    tasks::{Parts, aside},
    telemetry::{self, service, terminal},
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

/// Between two looks whether files are sound again.
const MENDED: Duration = Duration::from_secs(5);

/// Reads the configuration, builds a host of it and runs it until a signal asks to stop. Nothing is opened before
/// everything is known to be sound.
pub async fn serve(file: PathBuf) -> Exit {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => return fail(&format!("no signal can be received: {error}"), Exit::Unavailable),
    };
    start(file, &mut signals).await.unwrap_or_else(|exit| exit)
}

async fn start(file: PathBuf, signals: &mut Signals) -> Result<Exit, Exit> {
    let (mut said, mut parts) = (Said { role: lives::told_before(), ..Said::default() }, Parts::default());
    let (sound, process) = unless_stopped(signals, &mut said, read(file)).await?;
    said.log = process.log.clone();
    if let Some(log) = said.log.clone() {
        parts.begin("log", log.follow());
    }
    let built = async { Host::build(sound, process).await.map_err(|error| fail(&error, error.exit())) };
    let host = unless_stopped(signals, &mut said, built).await?;
    Ok(run(host, parts, signals, said).await)
}

/// What signals have said while the service began.
#[derive(Default)]
struct Said {
    /// What an arbiter has said last.
    role: Option<Role>,
    /// Files have changed that may have been read before.
    reload: bool,
    /// To be opened anew when it was moved away; none: nothing is logged yet.
    log: Option<telemetry::Log>,
}

/// What is configured, and the process that follows from it.
async fn read(file: PathBuf) -> Result<(Sound, Process), Exit> {
    let sound = inspected(file).await?;
    let process = process(&sound)?;
    Ok((sound, process))
}

/// What is configured. A process that only begins anew has worked with what was read before: nobody looks at it now,
/// as somebody does who starts the service. It waits until the files are sound again, and says so.
async fn inspected(file: PathBuf) -> Result<Sound, Exit> {
    let mut said = None;
    loop {
        let file = file.clone();
        let checked = aside("check", move || inspect(&file)).await.map_err(|error| fail(&error, Exit::Unavailable))?;
        let problems = match checked {
            Ok(sound) => return Ok(sound),
            Err(problems) => problems,
        };
        if said.as_ref() != Some(&problems) {
            terminal::say(reported(&problems));
        }
        if !lives::is_not_the_first() {
            return Err(Exit::Config);
        }
        if said.replace(problems).is_none() {
            terminal::say(format!(
                "error: this node was primary, and is not standby before that is mended: it looks again every {MENDED:?}\n"
            ));
        }
        service::alive();
        time::sleep(MENDED).await;
    }
}

fn process(sound: &Sound) -> Result<Process, Exit> {
    let log = telemetry::log::start(&sound.config.log).map_err(|error| fail(&error, Exit::Io))?;
    let metrics = telemetry::metrics::install().map_err(|error| fail(&error, Exit::Software))?;
    let pages = opens(&sound.config, sound.mode).users;
    telemetry::raise_limit(if pages { sound.config.web.limits.connections.get() } else { 0 });
    Ok(Process { log: Some(log), metrics })
}

/// To the terminal, not to the log: the service has not begun.
fn fail(error: &impl std::fmt::Display, exit: Exit) -> Exit {
    terminal::say(format!("error: {error}\n"));
    exit
}

/// Does a part of the start, on a task of its own that may wait for files, unless a signal asks to stop first.
async fn unless_stopped<T: Send + 'static>(
    signals: &mut Signals,
    said: &mut Said,
    work: impl Future<Output = Result<T, Exit>> + Send + 'static,
) -> Result<T, Exit> {
    let stopped = async {
        loop {
            match signals.next().await {
                Signal::Stop => return,
                Signal::Role(role) => said.role = Some(role),
                Signal::Reload => {
                    said.reload = true;
                    said.log.iter().for_each(telemetry::Log::moved);
                }
            }
        }
    };
    tokio::select! {
        () = stopped => {
            service::stopping();
            terminal::say("stopped before the service began\n");
            Err(Exit::Done)
        }
        done = tokio::spawn(work) => match done {
            Ok(done) => done,
            Err(lost) => Err(fail(&format!("the start was lost, a bug: {lost}"), Exit::Software)),
        },
    }
}

/// Runs until a signal asks to stop, then drains. A second signal ends at once.
async fn run(host: Host, mut parts: Parts, signals: &mut Signals, said: Said) -> Exit {
    announce(&host);
    let (operator, deadline, stop) = (host.operator(), host.stops_within() + MARGIN, CancellationToken::new());
    let life = host.life();
    said.role.into_iter().for_each(|role| set_role(&operator, life.decider.as_ref(), role));
    if said.reload {
        reload(&operator, None);
    }
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
                Signal::Reload => reload(&operator, said.log.as_ref()),
                Signal::Role(role) => set_role(&operator, life.decider.as_ref(), role),
                Signal::Stop => break,
            },
            Ok(left @ (Drained::Left | Drained::Refused)) = &mut told => {
                return if left == Drained::Left { begin_anew(&life) } else { Exit::Config };
            }
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
        (Drained::Late | Drained::Forced | Drained::Left | Drained::Refused, _) => Exit::CutShort,
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
    service::ready(&host.status());
}

/// Never waits: a reload that hangs must not keep a stop from being heard. The operator's task logs what it did.
/// The log goes at once where whoever rotates it expects it, whatever becomes of the rest.
fn reload(operator: &mpsc::Sender<AdminRequest>, log: Option<&telemetry::Log>) {
    log.into_iter().for_each(telemetry::Log::moved);
    let (report, _logged) = oneshot::channel();
    if operator.try_send(AdminRequest::Reload(None, report)).is_err() {
        tracing::warn!("reloads wait already: this one is dropped");
    }
}

/// Somebody says by signal what this node is to be. What comes of it is in the log.
fn set_role(operator: &mpsc::Sender<AdminRequest>, decider: Option<&Decider>, role: Role) {
    if let Some(decider) = decider {
        return arbiter::hears(decider, role);
    }
    let (ticket, _logged) = oneshot::channel();
    if operator.try_send(AdminRequest::SetRole { role, force: false, ticket }).is_err() {
        tracing::error!(role = role.word(), "the signal is dropped: too many requests of operators wait");
    }
}

/// Another node works now. The process becomes another one with the same arguments: nothing of what it had under way is
/// sent, and nothing of what it knew is taken for true.
fn begin_anew(life: &ThisLife) -> Exit {
    service::reloading();
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return fail(&format!("the program cannot be found, to begin anew: {error}"), Exit::Unavailable),
    };
    // One that was replaced on the disk meanwhile goes on until somebody starts the new one.
    let program = if program.exists() { program } else { "/proc/self/exe".into() };
    // What an arbiter or an operator says before the new program listens must not end it.
    if let Err(error) = signals::hold_back() {
        tracing::warn!(%error, "signals cannot be held back: one that comes now ends the process");
    }
    let mut anew = std::process::Command::new(program);
    life.hand_on(&mut anew);
    // What waits to be written would be lost with the program.
    telemetry::log::finish();
    let error = anew.args(std::env::args_os().skip(1)).exec();
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
