//! One running instance: its runtime, its command queue, its one task that owns the author's value.

use super::{
    alive::{self, Asker, answering},
    guard::{self, contained},
    host::{self, Host, WeakHost, lock},
    log, meters, panic_log,
    settings::{self, Settings},
    wakes::Wakes,
};
use crate::{
    abi::{
        ALIVE, COMMANDS_FINISHED, HostBox, PluginBox, PluginEdge, PluginEdge_TO, PluginError, SDK_OPERATIONS, TRY_NOW,
    },
    backend::{Backend, CallError},
    config::{PluginConfig, Problem},
    message::Command,
};
use abi_stable::{
    sabi_trait::TD_Opaque,
    std_types::{RErr, ROk, RResult, RSlice, RStr, RString, RVec},
};
use std::{
    path::Path,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
        mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{mpsc, oneshot},
};

/// Commands that wait for the plug-in; one may name thousands of users.
const QUEUE: usize = 4096;
/// Longest an instance may take to start.
const START: Duration = Duration::from_secs(10);
/// Longest the host waits for the answer to a call.
const CALL: Duration = Duration::from_secs(5);
/// Threads for an author's `spawn_blocking`.
const BLOCKING_THREADS: usize = 16;
/// Counts starts that took too long.
const GIVEN_UP: &str = "starts_given_up_total";
/// What it means.
const GIVEN_UP_MEANS: (&str, &str) =
    (GIVEN_UP, "Starts that took too long; each that blocks leaves a thread to the process");

enum Message {
    Command(Command),
    TryNow,
    Call { op: String, body: Vec<u8>, reply: SyncSender<Result<Vec<u8>, PluginError>> },
}

struct Instance {
    inbox: mpsc::Sender<Message>,
    finished: Arc<AtomicU64>,
    alive: Asker,
    host: Host,
    running: Mutex<Option<Running>>,
}

struct Running {
    runtime: Runtime,
    stop: oneshot::Sender<SyncSender<Result<(), String>>>,
}

/// Reads the settings and starts an instance of `B`.
pub(crate) fn start<B: Backend>(config: &PluginConfig, edge: HostBox) -> Result<PluginBox, PluginError> {
    let settings = usable::<B>(config).map_err(|problems| PluginError::Config(problems.into()))?;
    let owner = Arc::new(OnceLock::new());
    let runtime = runtime(B::NAME, owner.clone())?;
    let host = Host::new(edge, &config.file, runtime.handle().clone());
    log::install(&host);
    meters::install();
    let described = || B::METRICS.iter().copied().flatten();
    host.describe_metrics(described().chain([&meters::LOST_MEANS, &GIVEN_UP_MEANS]));
    host.reserve_lost();
    let counters = described().map(|(name, _)| name).filter(|name| name.ends_with("_total"));
    counters.chain(B::COUNTERS.iter().copied().flatten()).for_each(|name| host.count(name, 0));
    owner.get_or_init(|| host.downgrade());
    let (inbox, commands) = mpsc::channel(QUEUE);
    let (stop, stopped) = oneshot::channel();
    let (ready, started) = sync_channel(1);
    let finished = Arc::new(AtomicU64::new(0));
    host.keep("outbox", host.clone().retry());
    host.keep("meters", meters::tell(host.clone()));
    let inbox_of_life = Inbox { commands, finished: finished.clone() };
    let (alive, questions) = alive::questions();
    host.keep("life", answering(questions, life::<B>(settings, host.clone(), inbox_of_life, stopped, ready)));
    let outcome = started.recv_timeout(START).unwrap_or_else(|e| Err(no_start(e, &host)));
    if let Err(why) = outcome {
        host.close();
        runtime.shutdown_background();
        return Err(PluginError::Failed(host::reasoned(why).into()));
    }
    let running = Mutex::new(Some(Running { runtime, stop }));
    Ok(PluginEdge_TO::from_value(Instance { inbox, finished, alive, host, running }, TD_Opaque))
}

/// Everything that the settings' types and the author find wrong, warnings too.
pub(crate) fn problems<B: Backend>(config: &PluginConfig) -> Vec<Problem> {
    match settings::read::<B::Config>(config) {
        Ok(settings) => complaints::<B>(&settings, config),
        Err(problems) => problems,
    }
}

/// Settings that parsed, and of which the author complains at most by warnings.
fn usable<B: Backend>(config: &PluginConfig) -> Result<B::Config, Vec<Problem>> {
    let settings = settings::read::<B::Config>(config)?;
    let mut problems = complaints::<B>(&settings, config);
    problems.retain(|problem| problem.warning().is_none());
    if problems.is_empty() { Ok(settings.value) } else { Err(problems) }
}

fn complaints<B: Backend>(settings: &Settings<'_, B::Config>, config: &PluginConfig) -> Vec<Problem> {
    let directory = Path::new(config.file.as_str()).parent().unwrap_or(Path::new(""));
    let complaints = panic_log::answered(|| B::check(&settings.value, directory));
    complaints.into_iter().map(|complaint| settings.problem(complaint)).collect()
}

fn no_start(why: RecvTimeoutError, host: &Host) -> String {
    match why {
        RecvTimeoutError::Timeout => {
            host.count(GIVEN_UP, 1);
            format!("did not start within {} s and is given up: a thread that it blocks stays", START.as_secs())
        }
        RecvTimeoutError::Disconnected => "its runtime ended while it started".to_owned(),
    }
}

fn runtime(name: &str, owner: Arc<OnceLock<WeakHost>>) -> Result<Runtime, PluginError> {
    // Linux cuts thread names at 15 bytes.
    let short: String = format!("plg-{name}").chars().take(15).collect();
    Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_name(short)
        // The first thread starts before its host is made.
        .on_thread_start(move || log::adopt_thread(owner.wait().clone()))
        .enable_all()
        .build()
        .map_err(|e| PluginError::Failed(format!("cannot start its threads: {e}").into()))
}

/// What the host asks, and how much of it is done.
struct Inbox {
    commands: mpsc::Receiver<Message>,
    finished: Arc<AtomicU64>,
}

/// The one task that owns the author's value from start to stop.
async fn life<B: Backend>(
    settings: B::Config,
    host: Host,
    mut inbox: Inbox,
    mut stopped: oneshot::Receiver<SyncSender<Result<(), String>>>,
    ready: SyncSender<Result<(), String>>,
) {
    let started = contained(B::start(settings, host.clone())).await.unwrap_or_else(|panic| Err(panicked(&panic)));
    let mut backend = match started {
        Ok(backend) => backend,
        Err(why) => {
            let _ = ready.send(Err(why));
            return;
        }
    };
    let _ = ready.send(Ok(()));
    let mut wakes = Wakes::new();
    let (sound, done) = loop {
        let step = tokio::select! {
            biased;
            done = &mut stopped => break (true, done),
            Some(message) = inbox.commands.recv() => contained(take(&mut backend, message, &host, &inbox.finished)).await,
            woken = contained(wakes.wake(&mut backend, &host)) => woken,
        };
        if let Err(why) = step.unwrap_or_else(|panic| Err(panicked(&panic))) {
            host.fail(&why);
            break (false, stopped.await);
        }
    };
    // Where it panicked its state may be half done: then it is only dropped.
    let left = if sound { contained(backend.stop()).await } else { Ok(()) };
    if let Ok(done) = done {
        let _ = done.send(left);
    }
}

async fn take<B: Backend>(backend: &mut B, message: Message, host: &Host, finished: &AtomicU64) -> Result<(), String> {
    match message {
        Message::Command(command) => {
            if let Command::Unwatch(users) = &command {
                host.forget(users);
            }
            let outcome = backend.command(command).await;
            finished.fetch_add(1, Ordering::Relaxed);
            outcome
        }
        Message::TryNow => {
            backend.try_now().await;
            Ok(())
        }
        Message::Call { op, body, reply } => {
            let answer = backend.call(&op, &body).await.map_err(|e| match e {
                CallError::Unsupported => PluginError::Unsupported(op.into()),
                CallError::Failed(why) => PluginError::Failed(why.into()),
            });
            // The host no longer waits: it was told so by the time-out.
            let _ = reply.send(answer);
            Ok(())
        }
    }
}

fn panicked(panic: &str) -> String {
    format!("panicked (a bug in the plug-in): {panic}")
}

impl PluginEdge for Instance {
    fn submit(&self, command: Command) -> RResult<(), Command> {
        match self.inbox.try_send(Message::Command(command)) {
            Err(
                mpsc::error::TrySendError::Full(Message::Command(command))
                | mpsc::error::TrySendError::Closed(Message::Command(command)),
            ) => RErr(command),
            _ => ROk(()),
        }
    }

    fn health(&self) -> RString {
        guard::guard(|| Ok(self.host.health())).unwrap_or_else(|e| e.to_string()).into()
    }

    fn call(&self, op: RStr<'_>, body: RSlice<'_, u8>) -> RResult<RVec<u8>, PluginError> {
        guard::guard(|| self.answer(op.into(), body.to_vec())).map(RVec::from).into()
    }

    fn stop(&self, deadline_ms: u64) -> RResult<(), PluginError> {
        guard::guard(|| self.end(Instant::now() + Duration::from_millis(deadline_ms))).into()
    }
}

impl Instance {
    fn answer(&self, op: String, body: Vec<u8>) -> Result<Vec<u8>, PluginError> {
        if op == COMMANDS_FINISHED {
            return Ok(self.finished.load(Ordering::Relaxed).to_string().into_bytes());
        }
        if op == ALIVE {
            return self.alive.ask(CALL).map(|()| Vec::new());
        }
        let busy = |_| PluginError::Failed("too busy or stopped: its queue takes nothing".into());
        if op == TRY_NOW {
            return self.inbox.try_send(Message::TryNow).map(|()| Vec::new()).map_err(busy);
        }
        if op.starts_with(SDK_OPERATIONS) {
            return Err(PluginError::Unsupported(op.into()));
        }
        let (reply, answer) = sync_channel(1);
        self.inbox.try_send(Message::Call { op, body, reply }).map_err(busy)?;
        answer.recv_timeout(CALL).unwrap_or_else(|e| match e {
            RecvTimeoutError::Timeout => Err(PluginError::Deadline("no answer to the call".into())),
            RecvTimeoutError::Disconnected => Err(PluginError::Failed("failed during the call".into())),
        })
    }

    fn end(&self, deadline: Instant) -> Result<(), PluginError> {
        let Some(Running { runtime, stop }) = lock(&self.running).take() else { return Ok(()) };
        let (done, left) = sync_channel(1);
        let _ = stop.send(done);
        let left = left.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        self.host.flush_meters();
        self.host.close();
        // Tasks end where they wait; a thread that never waits is left behind when the time is up.
        runtime.shutdown_timeout(deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(10)));
        match left {
            Ok(Ok(())) => Ok(()),
            Ok(Err(panic)) => Err(PluginError::Panicked(panic.into())),
            Err(_) => Err(PluginError::Deadline("its own stop did not return and was aborted".into())),
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // A host that forgets to stop must not hang here.
        if let Some(running) = lock(&self.running).take() {
            self.host.close();
            running.runtime.shutdown_background();
        }
    }
}
