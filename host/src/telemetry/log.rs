//! The log: text or JSON, to standard error or a file, with levels that can change while the process runs.

use super::{
    config::{Config, Format},
    levels::Levels,
};
use crate::tasks::{Lost, aside};
use std::{
    fs::{File, OpenOptions},
    future::pending,
    io::{self, IsTerminal as _, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;
use tracing_subscriber::{Layer, Registry, filter::Targets, fmt, layer::SubscriberExt as _, reload};

/// What comes within it was asked for by one operator.
const ONE_REQUEST: Duration = Duration::from_secs(1);

/// The running log: its levels can be changed.
#[derive(Clone, Debug)]
pub struct Log {
    filter: reload::Handle<Targets, Registry>,
    levels: Arc<Mutex<Levels>>,
    file: Option<LogFile>,
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
        // In its place there may be a pipe: whoever does not read it holds nobody up.
        let file = OpenOptions::new().create(true).append(true).custom_flags(uc_files::NON_BLOCKING).open(path);
        file.map_err(|why| LogError::File { path: path.to_owned(), why })
    }

    fn reopen(&self) -> Result<(), LogError> {
        let fresh = Self::open(&self.path)?;
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
}

/// Sets up the log of this process.
///
/// # Errors
/// The log file cannot be written, or the log is set up already.
pub fn start(config: &Config) -> Result<Log, LogError> {
    let levels = Levels::of(config);
    let (filter, handle) = reload::Layer::new(levels.targets());
    let open = |path: &PathBuf| {
        let open = Arc::new(Mutex::new(LogFile::open(path)?));
        Ok(LogFile { path: path.clone(), open, moved: Arc::default() })
    };
    let file = config.file.as_ref().map(open).transpose()?;
    let layer = writer(config.format, file.clone()).with_filter(filter);
    tracing::subscriber::set_global_default(Registry::default().with(layer)).map_err(|_| LogError::Twice)?;
    Ok(Log { filter: handle, levels: Arc::new(Mutex::new(levels)), file })
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

    /// Opens the log file anew whenever it was moved away, beside everything else: no reload that hangs holds it up. While
    /// it cannot be opened, the old one is written on.
    ///
    /// # Errors
    /// None: it lives as long as its owner.
    pub async fn follow(self) -> Result<(), Lost> {
        let Some(file) = self.file else { return pending().await };
        let mut said: Option<Instant> = None;
        loop {
            file.moved.notified().await;
            let opened = file.clone();
            let why = match aside("log", move || opened.reopen()).await {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => error.to_string(),
                Err(error) => error.to_string(),
            };
            // A signal and the reload that follows from it are one request.
            if said.is_none_or(|at| at.elapsed() > ONE_REQUEST) {
                tracing::error!("{why}; the old log file is written on");
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

type Writer = Box<dyn Layer<Registry> + Send + Sync>;

fn writer(format: Format, file: Option<LogFile>) -> Writer {
    match file {
        Some(file) => formatted(format, fmt::layer().with_ansi(false).with_writer(move || file.clone())),
        None => {
            let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            formatted(format, fmt::layer().with_writer(std::io::stderr).with_ansi(colour))
        }
    }
}

fn formatted<W>(
    format: Format,
    layer: fmt::Layer<Registry, fmt::format::DefaultFields, fmt::format::Format, W>,
) -> Writer
where
    W: for<'w> fmt::MakeWriter<'w> + Send + Sync + 'static,
{
    match format {
        Format::Text => layer.boxed(),
        Format::Json => layer.json().flatten_event(true).boxed(),
    }
}
