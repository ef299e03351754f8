//! Which states of previews have begun at a T-Server and not ended, so that the next start ends what a killed process
//! left open.
//!
//! A begin is on the disk before it is reported, an end is noted after the T-Server has answered it. So what falls
//! between the two is ended once more by the next start, or ended without having begun; both mean nothing to who
//! pairs them. A state that never ends would stand in every statistic.
//!
//! Long with its tests, because each order of begin, end and death is one of them.

use super::{
    Keeper,
    shelf::{Shelf, Words},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use uc_store::{Error, nodes::Partition};

/// A disk or store that hangs for so long is not waited for until it answers again: that previews are reported matters
/// more.
const PATIENCE: Duration = Duration::from_secs(2);

const WORDS: Words = Words {
    fails: "what an earlier run left open of reported previews is not ended",
    lost: "states of previews that begin now may never end in ICON if this process is killed: they cannot be kept",
};

/// A state that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReport {
    /// Number of the preview.
    pub preview: u64,
    /// User name.
    pub worker: Arc<str>,
    /// Number of the event that began it: this worker may see this preview more than once. 0: an earlier version kept it.
    pub begin: u32,
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
    /// Why it has ended, where it has and the T-Server has not said that it took that.
    pub reason: Option<Arc<str>>,
}

/// What is noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It is about to be reported that this begins, or has ended for a reason.
    Begun(OpenReport),
    /// The T-Server has taken that this state ended, or it never began.
    Ended {
        /// Number of the preview.
        preview: u64,
        /// User name.
        worker: Arc<str>,
        /// Number of the event that began it.
        begin: u32,
    },
}

/// An open state as it is kept. T-Servers go by their names there: their numbers may be others after a restart. What a
/// newer version adds is passed over.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    preview: u64,
    worker: Arc<str>,
    #[serde(default, skip_serializing_if = "is_earlier")]
    begin: u32,
    t_server: Arc<str>,
    dn: Arc<str>,
    conn_id: u64,
    agent_id: Arc<str>,
    state: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Arc<str>>,
}

/// One line of the file that an earlier version kept.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Line {
    Begun(Begun),
    #[serde(rename_all = "camelCase")]
    Ended {
        preview: u64,
        worker: Arc<str>,
    },
}

/// The journal.
#[derive(Debug)]
pub struct KeptReports {
    t_servers: Vec<Arc<str>>,
    open: Shelf<Begun>,
    waiting: Mutex<Vec<(u64, Note)>>,
    changed: Notify,
    noted: watch::Sender<u64>,
}

impl KeptReports {
    /// Those that this keeper keeps. An earlier version had them in `previews.journal` of this folder. `t_servers`:
    /// their names, in the order of their link numbers.
    pub async fn open(keeper: Keeper, folder: Option<&Path>, t_servers: Vec<Arc<str>>) -> Arc<Self> {
        let open = Shelf::of_workers(keeper, "report/", WORDS, |name| name.split_once('/').map(|(_, worker)| worker));
        open.take_over(folder, "previews.journal", |text| Ok(read(text))).await;
        let (waiting, changed, noted) = (Mutex::default(), Notify::new(), watch::channel(0).0);
        Arc::new(Self { t_servers, open, waiting, changed, noted })
    }

    /// What has begun and not ended by what is kept now.
    pub async fn take_up(&self) -> Vec<OpenReport> {
        self.left_open(self.open.read().await)
    }

    /// The same of what another node has kept.
    ///
    /// # Errors
    /// As [`Shelf::found`].
    pub async fn found(&self) -> Result<Vec<OpenReport>, Error> {
        Ok(self.left_open(self.open.found().await?))
    }

    /// The same of partitions whose owner this node has become.
    ///
    /// # Errors
    /// As [`Shelf::found_of`].
    pub async fn found_of(
        &self,
        partitions: &BTreeSet<Partition>,
        others: &BTreeSet<Partition>,
    ) -> Result<Vec<OpenReport>, Error> {
        Ok(self.left_open(self.open.found_of(partitions, others).await?))
    }

    fn left_open(&self, begun: BTreeMap<Arc<str>, Begun>) -> Vec<OpenReport> {
        let mut left_open = Vec::new();
        for (name, begun) in begun {
            match report(begun, &self.t_servers) {
                Ok(report) => left_open.push(report),
                Err(Begun { t_server, dn, .. }) => {
                    tracing::warn!(%t_server, %dn, "a state that has begun there is not ended: there is no such T-Server now");
                    self.open.keep(&name, None);
                }
            }
        }
        left_open
    }

    /// Takes a note; its number is in [`KeptReports::noted`] when it is on the disk.
    pub fn note(&self, number: u64, note: Note) {
        self.lock().push((number, note));
        self.changed.notify_one();
    }

    /// The number of the last note that is on the disk, or that nobody waits for since the disk fails or hangs.
    pub fn noted(&self) -> watch::Receiver<u64> {
        self.noted.subscribe()
    }

    /// Writes notes down until `stop`, and then the last ones. What a disk that fails has not taken is written with
    /// the next, and what came while one hung once it answers.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        while stop.run_until_cancelled(self.changed.notified()).await.is_some() {
            let last = self.take_notes();
            let written = self.write_in_time().await;
            self.say_noted(last);
            match written {
                Some(Ok(())) => {}
                Some(Err(error)) => say_unwritten(&error.to_string()),
                None => {
                    say_unwritten(&format!("no answer in {} s", PATIENCE.as_secs()));
                    stop.run_until_cancelled(self.until_it_answers()).await;
                }
            }
        }
        let last = self.take_notes();
        if !matches!(timeout(PATIENCE, self.open.write()).await, Ok(Ok(()))) {
            tracing::warn!("{}", WORDS.lost);
        }
        self.say_noted(last);
    }

    /// None: it hangs. Where much waits it may take longer, as long as it gets on.
    async fn write_in_time(&self) -> Option<Result<(), Error>> {
        loop {
            match timeout(PATIENCE, self.open.write_some()).await {
                Ok(Ok(true)) => {}
                Ok(done) => return Some(done.map(drop)),
                Err(_) => return None,
            }
        }
    }

    /// Tries again until everything is written; no report waits for it meanwhile.
    async fn until_it_answers(&self) {
        let answers = async {
            while self.open.write().await.is_err() {
                sleep(PATIENCE).await;
            }
        };
        let passes = async {
            loop {
                self.changed.notified().await;
                let last = self.take_notes();
                metrics::counter!("uc_preview_reports_unjournaled_total").increment(u64::from(last.is_some()));
                self.say_noted(last);
            }
        };
        tokio::select! {
            () = answers => {}
            () = passes => {}
        }
        tracing::warn!("the journal of previews that are reported is written again");
        // What came last may not be.
        self.changed.notify_one();
    }

    /// Writes down what waits.
    ///
    /// # Errors
    /// As [`Shelf::write`].
    pub async fn write(&self) -> Result<(), Error> {
        let last = self.take_notes();
        self.open.write().await?;
        self.say_noted(last);
        Ok(())
    }

    /// Lays what waits on the shelf; the number of the last note.
    fn take_notes(&self) -> Option<u64> {
        let notes = std::mem::take(&mut *self.lock());
        let last = notes.last().map(|(number, _)| *number);
        for (_, note) in notes {
            match note {
                Note::Begun(report) => {
                    self.open.keep(&name(report.preview, report.begin, &report.worker), Some(self.begun(report)));
                }
                Note::Ended { preview, worker, begin } => self.open.keep(&name(preview, begin, &worker), None),
            }
        }
        last
    }

    fn say_noted(&self, last: Option<u64>) {
        if let Some(last) = last {
            self.noted.send_replace(last);
        }
    }

    fn begun(&self, report: OpenReport) -> Begun {
        let OpenReport { preview, worker, begin, link, dn, conn_id, agent_id, state, reason } = report;
        let t_server = self.t_servers.get(usize::from(link)).cloned().unwrap_or_default();
        Begun { preview, worker, begin, t_server, dn, conn_id, agent_id, state, reason }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(u64, Note)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn say_unwritten(error: &str) {
    tracing::error!(
        error,
        "states of previews that begin now may never end in ICON if this process is killed: the journal in \
        state-dir of [web], or in the store of [cluster], cannot be written; it is tried again"
    );
}

/// Those of an earlier version bear no number of a begin.
fn name(preview: u64, begin: u32, worker: &str) -> String {
    if is_earlier(&begin) { format!("{preview}/{worker}") } else { format!("{preview}-{begin}/{worker}") }
}

fn is_earlier(begin: &u32) -> bool {
    *begin == 0
}

/// Handed back: there is no such T-Server now.
fn report(begun: Begun, t_servers: &[Arc<str>]) -> Result<OpenReport, Begun> {
    let link = t_servers.iter().position(|name| *name == begun.t_server).and_then(|at| u16::try_from(at).ok());
    let Some(link) = link else { return Err(begun) };
    let Begun { preview, worker, begin, dn, conn_id, agent_id, state, reason, .. } = begun;
    Ok(OpenReport { preview, worker, begin, link, dn, conn_id, agent_id, state, reason })
}

/// What is open by the file of an earlier version. A killed process may have left half a line at the end; any other
/// that cannot be read is told of.
fn read(text: &str) -> BTreeMap<String, Begun> {
    let (mut open, mut unread) = (BTreeMap::new(), 0);
    for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
        match serde_json::from_str(line) {
            Ok(Line::Ended { preview, worker }) => drop(open.remove(&name(preview, 0, &worker))),
            Ok(Line::Begun(begun)) => drop(open.insert(name(begun.preview, 0, &begun.worker), begun)),
            Err(_) => unread += 1,
        }
    }
    if unread > 0 {
        tracing::error!(
            unread,
            "lines of the journal of previews that an earlier version kept cannot be read: states that they \
            told of may never end in ICON"
        );
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use uc_store::Store;

    fn names() -> Vec<Arc<str>> {
        ["north", "south"].map(Arc::from).to_vec()
    }

    fn open_report(preview: u64, link: u16) -> OpenReport {
        let (worker, dn, agent_id, state) = ("kim".into(), "5001".into(), "1001".into(), "UCC_Preview".into());
        OpenReport { preview, worker, begin: 0, link, dn, conn_id: preview, agent_id, state, reason: None }
    }

    async fn opened(folder: &Path, t_servers: Vec<Arc<str>>) -> (Store, Arc<KeptReports>) {
        let store = Store::embedded(folder);
        (store.clone(), KeptReports::open(store.into(), Some(folder), t_servers).await)
    }

    /// What the next start finds.
    async fn left(folder: &Path, t_servers: Vec<Arc<str>>) -> Vec<(u64, u16)> {
        let (store, kept) = opened(folder, t_servers).await;
        let left_open = kept.take_up().await;
        kept.take_notes();
        kept.open.write().await.unwrap();
        store.close().await;
        left_open.iter().map(|report| (report.preview, report.link)).collect()
    }

    #[tokio::test]
    async fn a_note_is_on_the_disk_once_its_number_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let (store, kept) = opened(folder.path(), names()).await;
        let (mut noted, stop) = (kept.noted(), CancellationToken::new());
        let run = tokio::spawn(kept.clone().run(stop.clone()));
        for preview in [1, 2] {
            kept.note(preview + 6, Note::Begun(open_report(preview, 0)));
            noted.wait_for(|number| *number == preview + 6).await.unwrap();
        }
        let keys = store.get(&uc_store::Span::Below("report/".into())).await.unwrap().entries;
        assert_eq!(keys.keys().map(uc_store::Key::text).collect::<Vec<_>>(), ["report/1/kim", "report/2/kim"]);
        kept.note(9, Note::Ended { preview: 1, worker: "kim".into(), begin: 0 });
        stop.cancel();
        run.await.unwrap();
        store.close().await;
        assert_eq!(left(folder.path(), names()).await, [(2, 0)]);
    }

    #[tokio::test]
    async fn a_t_server_goes_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let (store, kept) = opened(folder.path(), names()).await;
        for (preview, link) in [(1, 0), (2, 1)] {
            kept.note(preview, Note::Begun(open_report(preview, link)));
        }
        kept.take_notes();
        kept.open.write().await.unwrap();
        store.close().await;
        assert_eq!(left(folder.path(), vec!["south".into(), "north".into()]).await, [(1, 1), (2, 0)]);
        assert_eq!(left(folder.path(), vec!["south".into()]).await, [(2, 0)]);
        assert_eq!(left(folder.path(), names()).await, [(2, 1)], "what was told of a T-Server that is gone is gone");
    }

    #[tokio::test]
    async fn a_disk_that_fails_holds_up_no_report_and_is_written_later() {
        let folder = tempfile::tempdir().unwrap();
        let (place, state) = (folder.path().join("place"), folder.path().join("place/state"));
        fs::write(&place, "a file in the way").unwrap();
        let (store, kept) = opened(&state, names()).await;
        let (mut noted, stop) = (kept.noted(), CancellationToken::new());
        let run = tokio::spawn(kept.clone().run(stop.clone()));
        kept.note(1, Note::Begun(open_report(1, 0)));
        noted.wait_for(|number| *number == 1).await.unwrap();
        fs::remove_file(&place).unwrap();
        kept.note(2, Note::Begun(open_report(2, 0)));
        noted.wait_for(|number| *number == 2).await.unwrap();
        stop.cancel();
        run.await.unwrap();
        store.close().await;
        assert_eq!(left(&state, names()).await, [(1, 0), (2, 0)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_hangs_holds_up_only_the_first_report_and_has_them_all_when_it_answers() {
        let store = Store::in_memory();
        let kept = KeptReports::open(store.clone().into(), None, names()).await;
        let (mut noted, stop) = (kept.noted(), CancellationToken::new());
        let run = tokio::spawn(kept.clone().run(stop.clone()));
        let hangs = kept.open.hangs().await;
        let begun = tokio::time::Instant::now();
        for preview in 1..=20 {
            kept.note(preview, Note::Begun(open_report(preview, 0)));
            noted.wait_for(|number| *number == preview).await.unwrap();
        }
        assert!((PATIENCE..PATIENCE * 2).contains(&begun.elapsed()), "{:?}", begun.elapsed());
        kept.note(21, Note::Ended { preview: 1, worker: "kim".into(), begin: 0 });
        drop(hangs);
        kept.note(22, Note::Begun(open_report(21, 0)));
        noted.wait_for(|number| *number == 22).await.unwrap();
        kept.note(23, Note::Begun(open_report(22, 0)));
        noted.wait_for(|number| *number == 23).await.unwrap();
        stop.cancel();
        run.await.unwrap();
        let open: Vec<_> = kept.take_up().await.iter().map(|report| report.preview).collect();
        assert_eq!(open.len(), 21, "all but the one that ended: {open:?}");
        let keys = store.get(&uc_store::Span::Below("report/".into())).await.unwrap().entries;
        assert_eq!(keys.len(), 21, "they are in the store");
    }

    #[tokio::test]
    async fn what_another_process_has_begun_is_left_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let (store, kept) = opened(folder.path(), names()).await;
        kept.note(1, Note::Begun(open_report(1, 0)));
        kept.take_notes();
        kept.open.write().await.unwrap();
        assert_eq!(opened(folder.path(), names()).await.1.take_up().await, []);
        store.close().await;
        assert_eq!(left(folder.path(), names()).await.len(), 1, "it was killed");
    }

    #[tokio::test]
    async fn every_form_that_was_ever_kept_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let journal = include_str!("forms/previews-1.journal");
        fs::write(folder.path().join("previews.journal"), journal).unwrap();
        assert_eq!(left(folder.path(), names()).await, [(2, 1), (3, 0)]);
        assert!(!folder.path().join("previews.journal").exists());
        assert_eq!(left(folder.path(), names()).await, [(2, 1), (3, 0)], "it is in the store now");
        let kept: Begun = serde_json::from_str(include_str!("forms/report-1.json")).unwrap();
        assert_eq!(report(kept, &names()).unwrap(), open_report(2, 1));
        let kept: Begun = serde_json::from_str(include_str!("forms/report-2.json")).unwrap();
        let again = OpenReport { begin: 3, reason: Some("Accepted".into()), ..open_report(2, 1) };
        assert_eq!(report(kept, &names()).unwrap(), again);
    }

    #[tokio::test]
    async fn each_begin_of_one_preview_has_its_own_end() {
        let folder = tempfile::tempdir().unwrap();
        let (store, kept) = opened(folder.path(), names()).await;
        for begin in 1..=3 {
            kept.note(u64::from(begin), Note::Begun(OpenReport { begin, ..open_report(1, 0) }));
        }
        kept.note(4, Note::Ended { preview: 1, worker: "kim".into(), begin: 1 });
        kept.take_notes();
        kept.open.write().await.unwrap();
        store.close().await;
        assert_eq!(left(folder.path(), names()).await, [(1, 0), (1, 0)], "the second and third");
    }

    #[test]
    fn half_a_line_is_nobodys_fault_wherever_the_process_was_killed() {
        let whole = include_str!("forms/previews-1.journal");
        let first = whole.find('\n').unwrap() + 1;
        for cut in first..whole.len() {
            let left = read(&whole[..cut]).into_keys().collect::<Vec<_>>().join(" ");
            assert!(["1/kim", "1/kim 2/kim", "2/kim"].contains(&&*left), "{cut}: {left}");
        }
        assert_eq!(read(&format!("{{}}\n{whole}")).len(), 2);
    }
}
