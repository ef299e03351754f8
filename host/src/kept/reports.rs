//! Which states of previews have begun at a T-Server and not ended: a journal, so that the next start ends what a killed
//! process left open.
//!
//! A begin is on the disk before it is reported, an end is noted after the T-Server has answered it. So what falls between
//! the two is ended once more by the next start, or ended without having begun; both mean nothing to who pairs them. A state
//! that never ends would stand in every statistic.

use super::file::WholeFile;
use crate::tasks;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// Lines beyond twice what is open before the journal is written anew.
const SPARE_LINES: usize = 10_000;

/// A disk that hangs for so long is not waited for: that previews are reported matters more.
const PATIENCE: Duration = Duration::from_secs(2);

/// Of [`KeptReports::noted`]: the disk hangs, and nothing is noted any more until the next start.
pub const GIVEN_UP: u64 = u64::MAX;

/// A state that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReport {
    /// Number of the preview.
    pub preview: u64,
    /// User name.
    pub worker: Arc<str>,
    /// Number of the T-Server link.
    pub link: u16,
    /// Where it was reported.
    pub dn: Arc<str>,
    /// The interaction.
    pub conn_id: u64,
    /// The agent.
    pub agent_id: Arc<str>,
    /// Key of the state.
    pub state: Arc<str>,
}

/// What is noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It is about to be reported that this begins.
    Begun(OpenReport),
    /// The T-Server has taken that this preview ended for this worker.
    Ended(u64, Arc<str>),
}

/// One line of the file. T-Servers go by their names there: their numbers may be others after a restart.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Line {
    #[serde(rename_all = "camelCase")]
    Begun {
        preview: u64,
        worker: Arc<str>,
        t_server: Arc<str>,
        dn: Arc<str>,
        conn_id: u64,
        agent_id: Arc<str>,
        state: Arc<str>,
    },
    Ended {
        preview: u64,
        worker: Arc<str>,
    },
}

/// The journal.
#[derive(Debug)]
pub struct KeptReports {
    t_servers: Vec<Arc<str>>,
    waiting: Mutex<Vec<(u64, Note)>>,
    changed: Notify,
    journal: Mutex<Journal>,
    noted: watch::Sender<u64>,
}

#[derive(Debug)]
struct Journal {
    whole: WholeFile,
    /// None: to be written whole with the next note.
    appended: Option<File>,
    open: BTreeMap<(u64, Arc<str>), OpenReport>,
    lines: usize,
}

impl KeptReports {
    /// Reads what an earlier run left in this folder. `t_servers`: their names, in the order of their link numbers.
    pub fn open(folder: &Path, t_servers: Vec<Arc<str>>) -> Arc<Self> {
        let whole = WholeFile::new(folder, "previews.journal");
        // What another process has begun is that one's to end.
        let open = match whole.take_lock() {
            Ok(()) => read(&whole, &t_servers),
            Err(error) => {
                tracing::error!(%error, "what an earlier run left open of reported previews is not ended");
                BTreeMap::new()
            }
        };
        let journal = Mutex::new(Journal { whole, appended: None, open, lines: 0 });
        let (waiting, changed, noted) = (Mutex::default(), Notify::new(), watch::channel(0).0);
        Arc::new(Self { t_servers, waiting, changed, journal, noted })
    }

    /// What has begun and not ended.
    pub fn left_open(&self) -> Vec<OpenReport> {
        lock(&self.journal).open.values().cloned().collect()
    }

    /// Takes a note; its number is in [`KeptReports::noted`] when it is on the disk.
    pub fn note(&self, number: u64, note: Note) {
        lock(&self.waiting).push((number, note));
        self.changed.notify_one();
    }

    /// The number of the last note that is on the disk, or that a failing disk has not taken in time.
    pub fn noted(&self) -> watch::Receiver<u64> {
        self.noted.subscribe()
    }

    /// Writes notes down until `stop`, and then the last ones.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        while stop.run_until_cancelled(self.changed.notified()).await.is_some() {
            if let Err(error) = self.write().await {
                tracing::error!(%error, "states of previews that begin now may never end in ICON if this process is killed: \
                    the journal in state-dir of [web] cannot be written");
                if error.kind() == ErrorKind::TimedOut {
                    self.noted.send_replace(GIVEN_UP);
                    return stop.cancelled().await;
                }
            }
        }
        let _ = self.write().await;
    }

    async fn write(self: &Arc<Self>) -> io::Result<()> {
        let notes = std::mem::take(&mut *lock(&self.waiting));
        let Some((last, _)) = notes.last() else { return Ok(()) };
        let (last, this) = (*last, self.clone());
        let write = move || lock(&this.journal).append(notes.into_iter().map(|(_, note)| note), &this.t_servers);
        let written = timeout(PATIENCE, tasks::aside("preview journal", write)).await;
        self.noted.send_replace(last);
        written.map_err(|_| io::Error::from(ErrorKind::TimedOut))?.map_err(io::Error::other)?
    }
}

impl Journal {
    fn append(&mut self, notes: impl Iterator<Item = Note>, t_servers: &[Arc<str>]) -> io::Result<()> {
        let mut text = Vec::new();
        for note in notes {
            push(&mut text, &line(&note, t_servers))?;
            self.lines += 1;
            match note {
                Note::Begun(report) => drop(self.open.insert((report.preview, report.worker.clone()), report)),
                Note::Ended(preview, worker) => drop(self.open.remove(&(preview, worker))),
            }
        }
        if self.lines > 2 * self.open.len() + SPARE_LINES {
            self.appended = None;
        }
        // A write that failed may have left half a line.
        let Some(mut file) = self.appended.take() else { return self.write_whole(t_servers) };
        file.write_all(&text)?;
        file.sync_data()?;
        self.appended = Some(file);
        Ok(())
    }

    fn write_whole(&mut self, t_servers: &[Arc<str>]) -> io::Result<()> {
        let mut text = Vec::new();
        for report in self.open.values() {
            push(&mut text, &line(&Note::Begun(report.clone()), t_servers))?;
        }
        self.whole.replace(&text)?;
        self.lines = self.open.len();
        self.appended = Some(OpenOptions::new().append(true).mode(0o600).open(self.whole.path())?);
        Ok(())
    }
}

fn push(text: &mut Vec<u8>, line: &Line) -> io::Result<()> {
    serde_json::to_writer(&mut *text, line)?;
    text.push(b'\n');
    Ok(())
}

fn line(note: &Note, t_servers: &[Arc<str>]) -> Line {
    match note.clone() {
        Note::Ended(preview, worker) => Line::Ended { preview, worker },
        Note::Begun(OpenReport { preview, worker, link, dn, conn_id, agent_id, state }) => {
            let t_server = t_servers.get(usize::from(link)).cloned().unwrap_or_default();
            Line::Begun { preview, worker, t_server, dn, conn_id, agent_id, state }
        }
    }
}

/// What is open. A killed process may leave half a line at the end; any other that cannot be read is told of, and the file
/// is copied aside.
fn read(whole: &WholeFile, t_servers: &[Arc<str>]) -> BTreeMap<(u64, Arc<str>), OpenReport> {
    let bytes = match fs::read(whole.path()) {
        Ok(bytes) => bytes,
        Err(error) => {
            if error.kind() != ErrorKind::NotFound {
                tracing::error!(file = %whole.path().display(), %error, "what was open cannot be read");
            }
            return BTreeMap::new();
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    let (mut open, mut unread) = (BTreeMap::new(), 0);
    for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
        match serde_json::from_str(line) {
            Ok(Line::Ended { preview, worker }) => drop(open.remove(&(preview, worker))),
            Ok(Line::Begun { preview, worker, t_server, dn, conn_id, agent_id, state }) => {
                let link = t_servers.iter().position(|name| *name == t_server).and_then(|at| u16::try_from(at).ok());
                let Some(link) = link else {
                    tracing::warn!(%t_server, %dn, "a state that has begun there is not ended: there is no such T-Server now");
                    continue;
                };
                let report = OpenReport { preview, worker: worker.clone(), link, dn, conn_id, agent_id, state };
                open.insert((preview, worker), report);
            }
            Err(_) => unread += 1,
        }
    }
    if unread > 0 {
        let aside = whole.path().with_extension("unreadable");
        let copied = fs::copy(whole.path(), &aside).is_ok();
        tracing::error!(unread, aside = %aside.display(), copied, "lines of the journal of previews cannot be read: states \
            that they told of may never end in ICON; the file is copied aside");
    }
    open
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<Arc<str>> {
        ["north", "south"].map(Arc::from).to_vec()
    }

    fn report(preview: u64, link: u16) -> OpenReport {
        let (worker, dn, agent_id, state) = ("kim".into(), "5001".into(), "1001".into(), "UCC_Preview".into());
        OpenReport { preview, worker, link, dn, conn_id: preview, agent_id, state }
    }

    fn left(folder: &Path) -> Vec<u64> {
        read(&WholeFile::new(folder, "previews.journal"), &names()).values().map(|report| report.preview).collect()
    }

    fn journal(folder: &Path) -> Journal {
        let whole = WholeFile::new(folder, "previews.journal");
        let open = read(&whole, &names());
        Journal { whole, appended: None, open, lines: 0 }
    }

    #[test]
    fn what_has_begun_and_not_ended_is_left_wherever_the_process_was_killed() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = journal(folder.path());
        journal.append([Note::Begun(report(1, 0)), Note::Begun(report(2, 1))].into_iter(), &names()).unwrap();
        journal.append([Note::Ended(1, "kim".into()), Note::Begun(report(3, 0))].into_iter(), &names()).unwrap();
        drop(journal);
        assert_eq!(left(folder.path()), [2, 3]);
        let file = folder.path().join("previews.journal");
        let whole = fs::read(&file).unwrap();
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in first..whole.len() {
            fs::write(&file, &whole[..cut]).unwrap();
            let left = left(folder.path());
            assert!(left == [1] || left == [1, 2] || left == [2], "{cut}: {left:?}");
        }
        assert!(!file.with_extension("unreadable").exists(), "half a line is nobody's fault");
        fs::write(&file, [b"{}\n", &whole[..]].concat()).unwrap();
        assert_eq!(left(folder.path()), [2, 3]);
        assert!(file.with_extension("unreadable").exists());
    }

    #[test]
    fn a_t_server_goes_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        journal(folder.path()).append([Note::Begun(report(1, 1))].into_iter(), &names()).unwrap();
        let open = |names: &[&str]| {
            KeptReports::open(folder.path(), names.iter().map(|name| (*name).into()).collect()).left_open()
        };
        assert_eq!(open(&["south", "north"]), [report(1, 0)]);
        assert_eq!(open(&["north"]), []);
    }

    #[test]
    fn the_file_does_not_grow_with_every_preview() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = journal(folder.path());
        for batch in 0..30 {
            let ids = batch * 1_000..(batch + 1) * 1_000;
            let notes = ids.flat_map(|id| [Note::Begun(report(id, 0)), Note::Ended(id, "kim".into())]);
            journal.append(notes, &names()).unwrap();
        }
        let lines = fs::read_to_string(folder.path().join("previews.journal")).unwrap().lines().count();
        assert!(lines <= SPARE_LINES + 2_000, "{lines}");
    }

    #[tokio::test]
    async fn a_note_counts_when_it_is_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptReports::open(folder.path(), names());
        let (mut noted, stop) = (kept.noted(), CancellationToken::new());
        let run = tokio::spawn(kept.clone().run(stop.clone()));
        kept.note(7, Note::Begun(report(1, 0)));
        noted.wait_for(|number| *number == 7).await.unwrap();
        assert_eq!(left(folder.path()), [1]);
        kept.note(8, Note::Ended(1, "kim".into()));
        stop.cancel();
        run.await.unwrap();
        assert_eq!(left(folder.path()), [0; 0]);
    }

    #[tokio::test]
    async fn what_another_process_has_begun_is_left_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = KeptReports::open(folder.path(), names());
        let (mut noted, stop) = (first.noted(), CancellationToken::new());
        let run = tokio::spawn(first.clone().run(stop.clone()));
        first.note(1, Note::Begun(report(1, 0)));
        noted.wait_for(|number| *number == 1).await.unwrap();
        assert_eq!(KeptReports::open(folder.path(), names()).left_open(), []);
        stop.cancel();
        run.await.unwrap();
        drop(first);
        assert_eq!(KeptReports::open(folder.path(), names()).left_open().len(), 1, "it was killed");
    }
}
