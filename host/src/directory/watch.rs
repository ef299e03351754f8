//! Watches the directory file and reads it again when it changed.

use super::file::{self, Loaded};
use crate::{config::Problem, tasks::aside};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::Notify, time};

/// Silence that must follow a change before the file is read: editors and copies write in several steps.
const SETTLED: Duration = Duration::from_millis(300);

/// A file that never settles is read anyway after this time.
const LONGEST: Duration = Duration::from_secs(5);

/// A directory file under watch. Dropping it ends the watch.
#[derive(Debug)]
pub struct Watch {
    file: PathBuf,
    t_servers: Vec<Arc<str>>,
    touched: Arc<Notify>,
    /// A change was noticed and its reading not yet handed out.
    owed: bool,
    _watcher: RecommendedWatcher,
}

/// Begins to watch. The file's folder is watched, so that a file replaced by renaming is noticed too.
///
/// # Errors
/// The folder cannot be watched: the operating system says why.
pub fn watch(file: &Path, t_servers: Vec<Arc<str>>) -> notify::Result<Watch> {
    let file = std::path::absolute(file)?;
    let touched = Arc::new(Notify::new());
    let name = file.file_name().map(OsString::from);
    let tell = touched.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if concerns(&event, name.as_ref()) {
            tell.notify_one();
        }
    })?;
    watcher.watch(file.parent().unwrap_or(Path::new("/")), RecursiveMode::NonRecursive)?;
    Ok(Watch { file, t_servers, touched, owed: false, _watcher: watcher })
}

impl Watch {
    /// Waits until the file changed and settled, and reads it. An error leaves the old directory in force; it was
    /// logged. Cancelling it loses no change: the next call reads.
    pub async fn changed(&mut self) -> Result<Loaded, Vec<Problem>> {
        if !self.owed {
            self.touched.notified().await;
            self.owed = true;
        }
        self.settle().await;
        let (file, t_servers) = (self.file.clone(), self.t_servers.clone());
        let result = aside("directory", move || file::load(&file, &t_servers)).await;
        self.owed = false;
        match &result {
            Ok(loaded) => {
                metrics::counter!("uc_directory_loads_total", "result" => "ok").increment(1);
                tracing::info!(workers = loaded.directory.workers().len(), "the directory file changed and was read");
            }
            Err(problems) => {
                metrics::counter!("uc_directory_loads_total", "result" => "error").increment(1);
                for problem in problems {
                    tracing::error!("the directory stays as it was: {problem}");
                }
            }
        }
        result
    }

    async fn settle(&self) {
        let quiet = async { while time::timeout(SETTLED, self.touched.notified()).await.is_ok() {} };
        let _ = time::timeout(LONGEST, quiet).await;
    }
}

/// Reading the file is no change, or every reading would cause the next.
fn concerns(event: &notify::Result<notify::Event>, name: Option<&OsString>) -> bool {
    let Ok(event) = event else { return true };
    let written = !matches!(event.kind, EventKind::Access(_));
    written && event.paths.iter().any(|path| path.file_name() == name.map(OsString::as_os_str))
}
