//! The log: text or JSON, to standard error or a file, with levels that can change while the process runs.

use super::{
    config::{Config, Format},
    levels::Levels,
    terminal,
    writer::{self, Faults, Queue, Sink},
};
use crate::tasks::{Aside, Lost, NoThread, aside};
use futures_util::FutureExt as _;
use std::{
    fs::{self, File, OpenOptions},
    future::pending,
    io::{self, IsTerminal as _, Write},
    os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{Notify, watch};
use tracing_subscriber::{Layer, Registry, filter::Targets, fmt, layer::SubscriberExt as _, reload};

/// What comes within it was asked for by one operator.
const ONE_REQUEST: Duration = Duration::from_secs(1);

/// Where the records of this process wait to be written.
static QUEUE: OnceLock<Queue> = OnceLock::new();

/// The running log: its levels can be changed.
#[derive(Clone, Debug)]
pub struct Log {
    filter: reload::Handle<Targets, Registry>,
    levels: Arc<Mutex<Levels>>,
    file: Option<LogFile>,
    faults: watch::Sender<Faults>,
    /// The thread that writes; taken by whoever follows the log.
    writing: Arc<Mutex<Option<Aside<()>>>>,
}

/// A log file that can be opened anew, after it was moved away.
#[derive(Clone, Debug)]
struct LogFile {
    path: PathBuf,
    open: Arc<Mutex<File>>,
    /// Somebody has moved it away.
    moved: Arc<Notify>,
}

impl LogFile {
    fn open(path: &Path) -> Result<File, LogError> {
        // In its place there may be a pipe: whoever does not read it holds nobody up, and whoever comes late, or anew, finds
        // what has waited, because this end counts as a reader as well (fifo(7)).
        let mut options = OpenOptions::new();
        options.create(true).append(true).custom_flags(uc_files::NON_BLOCKING);
        let is_pipe = fs::metadata(path).is_ok_and(|there| there.file_type().is_fifo());
        let both = is_pipe.then(|| options.clone().read(true).open(path).ok()).flatten();
        // One that may only be written to needs a reader now.
        both.map_or_else(|| options.open(path), Ok).map_err(|why| LogError::File { path: path.to_owned(), why })
    }

    /// What keeps it from being opened can only be told elsewhere.
    fn reopen(&self) -> Result<(), LogError> {
        let fresh = Self::open(&self.path).inspect_err(|error| terminal::mention(format!("error: {error}\n")))?;
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

impl Write for LogFile {
    fn write(&mut self, record: &[u8]) -> io::Result<usize> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).write(record)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

/// The log cannot be set up, by the operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file cannot be written.
    #[error("cannot write the log file {}: {why}; set `log.file`, or leave it out to log to standard error", path.display())]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// Why not.
        why: std::io::Error,
    },
    /// Something in this process logs already: a bug of the caller.
    #[error("the log is set up already")]
    Twice,
    /// Nobody can write it.
    #[error(transparent)]
    NoThread(#[from] NoThread),
}

/// While it lives the process logs. Its end gives the last records their time, a bounded one, however the process ends.
#[derive(Debug)]
pub struct LastRecords;

impl Drop for LastRecords {
    fn drop(&mut self) {
        finish();
    }
}

/// Waits for a bounded time until what was logged so far is written: before the process ends, or becomes another.
pub fn finish() {
    if let Some(queue) = QUEUE.get() {
        queue.finish();
    }
}

/// Sets up the log of this process.
///
/// # Errors
/// The log file cannot be written, or the log is set up already.
pub fn start(config: &Config) -> Result<Log, LogError> {
    let levels = Levels::of(config);
    let (filter, handle) = reload::Layer::new(levels.targets());
    let open = |path: &PathBuf| -> Result<LogFile, LogError> {
        let open = Arc::new(Mutex::new(LogFile::open(path)?));
        Ok(LogFile { path: path.clone(), open, moved: Arc::default() })
    };
    let file = config.file.as_ref().map(open).transpose()?;
    let (faults, _) = watch::channel(Faults::default());
    let (queue, writer) = Queue::new(sink(file.as_ref()), config.format, writer::MOST, faults.clone());
    let mut writing = aside("log", move || writer.run());
    if let Some(Err(error)) = (&mut writing).now_or_never() {
        return Err(error.into());
    }
    let layer = layer(config.format, file.is_none(), queue.clone()).with_filter(filter);
    tracing::subscriber::set_global_default(Registry::default().with(layer)).map_err(|_| LogError::Twice)?;
    // Whoever set the subscriber is the first.
    let _ = QUEUE.set(queue);
    let writing = Arc::new(Mutex::new(Some(writing)));
    Ok(Log { filter: handle, levels: Arc::new(Mutex::new(levels)), file, faults, writing })
}

fn sink(file: Option<&LogFile>) -> Sink {
    match file {
        Some(file) => Sink { to: Box::new(file.clone()), file: Some(file.path.clone()) },
        None => Sink { to: Box::new(io::stderr()), file: None },
    }
}

impl Log {
    /// The levels in force.
    pub fn levels(&self) -> Levels {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whoever rotates logs has moved the file away: it is opened anew by [`Log::follow`]. Never waits.
    pub fn moved(&self) {
        if let Some(file) = &self.file {
            file.moved.notify_one();
        }
    }

    /// What keeps it from being written; how it is now is the first news.
    pub fn faults(&self) -> watch::Receiver<Faults> {
        let mut faults = self.faults.subscribe();
        faults.mark_changed();
        faults
    }

    /// Opens the log file anew whenever it was moved away, beside everything else: no reload that hangs holds it up. While
    /// it cannot be opened, the old one is written on.
    ///
    /// # Errors
    /// None: it lives as long as its owner. A panic of the thread that writes goes on here.
    pub async fn follow(self) -> Result<(), Lost> {
        let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner).take();
        let written = async {
            match writing {
                Some(writing) => writing.await,
                None => pending().await,
            }
        };
        tokio::select! {
            // That there is a thread was seen when the log was set up.
            _ = written => Ok(()),
            never = self.open_anew() => never,
        }
    }

    async fn open_anew(&self) -> Result<(), Lost> {
        let Some(file) = &self.file else { return pending().await };
        let mut said: Option<Instant> = None;
        loop {
            file.moved.notified().await;
            let opened = file.clone();
            let why = match aside("log", move || opened.reopen()).await {
                Ok(Ok(())) => {
                    self.faults.send_if_modified(|faults| faults.opening.take().is_some());
                    continue;
                }
                Ok(Err(error)) => error.to_string(),
                Err(error) => error.to_string(),
            };
            let why: Arc<str> = format!("{why}; the old log file is written on").into();
            self.faults.send_modify(|faults| faults.opening = Some(why.clone()));
            // A signal and the reload that follows from it are one request.
            if said.is_none_or(|at| at.elapsed() > ONE_REQUEST) {
                tracing::error!("{why}");
                said = Some(Instant::now());
            }
        }
    }

    /// Puts other levels in force.
    pub fn set(&self, levels: Levels) {
        if self.filter.reload(levels.targets()).is_err() {
            tracing::error!("the log is gone: its levels cannot be changed; restart the service");
        }
        *self.levels.lock().unwrap_or_else(PoisonError::into_inner) = levels;
    }
}

type Formatting = Box<dyn Layer<Registry> + Send + Sync>;

fn layer(format: Format, to_stderr: bool, queue: Queue) -> Formatting {
    let colour = to_stderr && io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let layer = fmt::layer().with_ansi(colour).with_writer(move || queue.clone());
    match format {
        Format::Text => layer.boxed(),
        Format::Json => layer.json().flatten_event(true).boxed(),
    }
}
