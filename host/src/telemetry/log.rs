//! The log: text or JSON, to standard error or a file, with levels that can change while the process runs.

use super::{
    config::{Config, Format},
    levels::Levels,
};
use std::{
    fs::{File, OpenOptions},
    io::{self, IsTerminal as _, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tracing_subscriber::{Layer, Registry, filter::Targets, fmt, layer::SubscriberExt as _, reload};

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
}

impl LogFile {
    fn open(path: &Path) -> Result<File, LogError> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.map_err(|why| LogError::File { path: path.to_owned(), why })
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
    let open = |path: &PathBuf| Ok(LogFile { path: path.clone(), open: Arc::new(Mutex::new(LogFile::open(path)?)) });
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

    /// Opens the log file anew: whoever rotates logs has moved the old one away. Without a file there is nothing to do.
    ///
    /// # Errors
    /// The file cannot be written: the old one is written on.
    pub fn reopen(&self) -> Result<(), LogError> {
        if let Some(file) = &self.file {
            let fresh = LogFile::open(&file.path)?;
            *file.open.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
        Ok(())
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
