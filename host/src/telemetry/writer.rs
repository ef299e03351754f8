//! One thread writes the log. Whoever logs puts a record on a bounded queue and goes on, whatever becomes of the file or of
//! whoever reads standard error: a full disk, a mount that hangs or a pipe that nobody reads holds nobody up. What finds no
//! room, or cannot be written, is counted, shown by `/readyz?verbose`, and told in the log once that is written again.

use super::{config::Format, terminal};
use serde_json::json;
use std::{
    io::{self, Write},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::sync::watch;
use tracing_subscriber::fmt::{
    format::Writer as Text,
    time::{FormatTime as _, SystemTime},
};

/// Bytes that wait to be written, at most; the record that reaches it is still taken.
pub(super) const MOST: usize = 8 * 1024 * 1024;

/// What a record takes beside its text.
const BESIDE: usize = 64;

/// How long the last records may take at the end of the process, and what is said on standard error.
pub(super) const LAST: Duration = Duration::from_secs(1);

/// Between two complaints on standard error: a pipe that is read too slowly fails again and again.
const PERIOD: Duration = Duration::from_secs(60);

/// Before a pipe that is full is tried again. It may be another file by then, so it is not waited for.
const FULL: Duration = Duration::from_millis(10);

/// What keeps the log from being written; nothing is the usual case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Records are lost.
    pub writing: Option<Arc<str>>,
    /// The file that was moved away cannot be opened anew.
    pub opening: Option<Arc<str>>,
}

/// What the writer is given.
enum Message {
    Record(Box<[u8]>),
    /// Everything before it was written, or lost.
    Done(Sender<()>),
}

/// Where records wait. Clones are of the same queue.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    messages: Sender<Message>,
    waiting: Arc<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    bytes: AtomicUsize,
    most: usize,
    /// Records that found no room and are not told of yet.
    lost: AtomicU64,
    /// Whose the loss is when there is no room.
    unread: Arc<str>,
    faults: watch::Sender<Faults>,
}

/// Where records go.
pub(super) struct Sink {
    pub(super) to: Box<dyn Write + Send>,
    /// The log file, whose faults standard error can tell of; none: it is standard error.
    pub(super) file: Option<PathBuf>,
}

/// What the thread works with.
pub(super) struct Writer {
    sink: Sink,
    format: Format,
    messages: Receiver<Message>,
    waiting: Arc<Waiting>,
    /// Records that could not be written, and are told of before the next one.
    failed: u64,
    /// The last one was written in part.
    torn: bool,
    complained: Option<Instant>,
}

impl Queue {
    /// A queue of so many bytes, and who writes what waits there; `faults` hears what goes wrong.
    pub(super) fn new(sink: Sink, format: Format, most: usize, faults: watch::Sender<Faults>) -> (Self, Writer) {
        let unread = match &sink.file {
            Some(file) => format!("records are lost: {} takes them too slowly", file.display()),
            None => "records are lost: standard error is not read, or too slowly".to_owned(),
        };
        let (bytes, lost) = (AtomicUsize::default(), AtomicU64::default());
        let waiting = Arc::new(Waiting { bytes, most, lost, unread: unread.into(), faults });
        let (sender, messages) = mpsc::channel();
        let queue = Self { messages: sender, waiting: waiting.clone() };
        (queue, Writer { sink, format, messages, waiting, failed: 0, torn: false, complained: None })
    }

    /// Never waits.
    fn put(&self, record: &[u8]) {
        let size = record.len() + BESIDE;
        if self.waiting.bytes.fetch_add(size, Ordering::Relaxed) < self.waiting.most {
            // The writer ends with the process alone.
            let _ = self.messages.send(Message::Record(record.into()));
            return;
        }
        self.waiting.bytes.fetch_sub(size, Ordering::Relaxed);
        self.waiting.lost.fetch_add(1, Ordering::Relaxed);
        self.waiting.count();
        self.waiting.say(&self.waiting.unread);
    }

    /// Waits until what waits now was written, for a bounded time.
    pub(super) fn finish(&self) {
        let (done, written) = mpsc::channel();
        if self.messages.send(Message::Done(done)).is_ok() {
            // Whoever does not take them in time does without.
            let _ = written.recv_timeout(LAST);
        }
    }
}

impl Write for Queue {
    fn write(&mut self, record: &[u8]) -> io::Result<usize> {
        self.put(record);
        Ok(record.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Waiting {
    fn count(&self) {
        metrics::counter!("uc_log_records_lost_total").increment(1);
    }

    fn say(&self, why: &Arc<str>) {
        self.faults.send_if_modified(|faults| {
            let news = faults.writing.as_ref() != Some(why);
            faults.writing = Some(why.clone());
            news
        });
    }

    fn recovered(&self) {
        self.faults.send_if_modified(|faults| faults.writing.take().is_some());
    }
}

impl Writer {
    /// Writes for as long as anybody may log.
    pub(super) fn run(mut self) {
        while let Ok(message) = self.messages.recv() {
            match message {
                Message::Record(record) => self.take(&record),
                // Whoever asked may have waited long enough.
                Message::Done(done) => drop(done.send(())),
            }
        }
    }

    fn take(&mut self, record: &[u8]) {
        let written = self.tell(self.failed).and_then(|()| {
            self.failed = 0;
            self.write(record)
        });
        let size = record.len() + BESIDE;
        let emptied = self.waiting.bytes.fetch_sub(size, Ordering::Relaxed) == size;
        match written {
            Ok(()) if emptied => self.tell_of_no_room(),
            Ok(()) => {}
            Err(error) => {
                self.failed += 1;
                self.waiting.count();
                self.complain(&error);
            }
        }
    }

    /// What found no room came after all that waited, and was counted by then.
    fn tell_of_no_room(&mut self) {
        let lost = self.waiting.lost.swap(0, Ordering::Relaxed);
        match self.tell(lost) {
            Ok(()) => self.waiting.recovered(),
            Err(error) => {
                self.failed += lost;
                self.complain(&error);
            }
        }
    }

    /// Writes that so many records were lost here.
    fn tell(&mut self, lost: u64) -> io::Result<()> {
        if lost == 0 {
            return Ok(());
        }
        let end = if self.torn { "\n" } else { "" };
        self.write(format!("{end}{}\n", words(self.format, lost)).as_bytes())?;
        self.torn = false;
        Ok(())
    }

    fn write(&mut self, record: &[u8]) -> io::Result<()> {
        let mut rest = record;
        while !rest.is_empty() {
            match self.sink.to.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A pipe that is full and says so, as one does that a parent has made so: whoever reads it is waited for
                // as at any other.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(FULL),
                Err(error) => {
                    self.torn |= rest.len() < record.len();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn complain(&mut self, error: &io::Error) {
        let Some(file) = &self.sink.file else {
            return self.waiting.say(&format!("records are lost: standard error takes none: {error}").into());
        };
        let why: Arc<str> = format!("records are lost: {} cannot be written: {error}", file.display()).into();
        self.waiting.say(&why);
        if self.complained.is_none_or(|at| at.elapsed() > PERIOD) {
            self.complained = Some(Instant::now());
            terminal::mention(format!("error: log: {why}; it is tried again with each record\n"));
        }
    }
}

/// A record of the writer's own: it goes past every level and around the queue.
fn words(format: Format, lost: u64) -> String {
    const TARGET: &str = "uc_connector::telemetry";
    const WORDS: &str = "records of the log were lost: they found no room, or could not be written";
    let mut at = String::new();
    // A clock that cannot be shown leaves the time away.
    let _ = SystemTime.format_time(&mut Text::new(&mut at));
    match format {
        Format::Text => format!("{at} ERROR {TARGET}: {WORDS} records={lost}"),
        Format::Json => {
            json!({ "timestamp": at, "level": "ERROR", "message": WORDS, "records": lost, "target": TARGET })
                .to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Takes each write when it is told how it ends, and what it took.
    struct Gate {
        begun: Sender<()>,
        end: Receiver<io::Result<usize>>,
        taken: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.begun.send(());
            // Once nobody holds the gate any more it is open.
            let taken = self.end.recv().unwrap_or(Ok(usize::MAX))?.min(bytes.len());
            self.taken.lock().unwrap().extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Stage {
        queue: Queue,
        begun: Receiver<()>,
        end: Sender<io::Result<usize>>,
        taken: Arc<Mutex<Vec<u8>>>,
        faults: watch::Receiver<Faults>,
    }

    fn stage(format: Format, most: usize) -> Stage {
        let ((tell, begun), (end, ends), taken) = (mpsc::channel(), mpsc::channel(), Arc::default());
        let gate = Gate { begun: tell, end: ends, taken: Arc::clone(&taken) };
        let (told, faults) = watch::channel(Faults::default());
        let (queue, writer) = Queue::new(Sink { to: Box::new(gate), file: None }, format, most, told);
        thread::spawn(|| writer.run());
        Stage { queue, begun, end, taken, faults }
    }

    fn read(taken: &Mutex<Vec<u8>>) -> Vec<String> {
        String::from_utf8(taken.lock().unwrap().clone()).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_sink_that_stands_still_holds_nobody_up_and_what_finds_no_room_is_told_when_it_goes_on() {
        let Stage { queue, begun, end, taken, faults } = stage(Format::Text, 2 * BESIDE);
        queue.put(b"first\n");
        begun.recv().unwrap();
        (0..9).for_each(|number| queue.put(format!("{number}\n").as_bytes()));
        let why = faults.borrow().writing.clone().expect("said while it stands still");
        assert!(why.contains("standard error is not read"), "{why}");
        drop(end);
        queue.finish();
        let lines = read(&taken);
        assert_eq!(lines[..2], ["first", "0"], "{lines:?}");
        assert!(lines[2].contains(" ERROR ") && lines[2].ends_with("records=8"), "{lines:?}");
        assert_eq!((lines.len(), &*faults.borrow()), (3, &Faults::default()));
        queue.put(b"later\n");
        queue.finish();
        assert_eq!(read(&taken)[3..], ["later"], "it is told once");
    }

    #[test]
    fn what_cannot_be_written_is_told_before_what_can_again() {
        let Stage { queue, end, taken, faults, .. } = stage(Format::Json, MOST);
        let full = || Err(io::Error::from(io::ErrorKind::StorageFull));
        let later = || Err(io::Error::from(io::ErrorKind::WouldBlock));
        for outcome in [later(), Ok(99), Ok(3), later(), full(), full(), full()] {
            end.send(outcome).unwrap();
        }
        // The third and the fourth are lost with the words that would tell of those before them.
        ["whole\n", "torn apart\n", "third\n", "fourth\n"].iter().for_each(|record| queue.put(record.as_bytes()));
        queue.finish();
        let why = faults.borrow().writing.clone().expect("said while it fails");
        assert!(why.contains("no storage space") || why.contains("StorageFull"), "{why}");
        drop(end);
        queue.put(b"again\n");
        queue.finish();
        let lines = read(&taken);
        assert_eq!((lines.len(), &*lines[0], &*lines[1], &*lines[3]), (4, "whole", "tor", "again"), "{lines:?}");
        let told: serde_json::Value = serde_json::from_str(&lines[2]).unwrap();
        assert_eq!((&told["records"], &told["level"]), (&json!(3), &json!("ERROR")), "{told}");
        assert_eq!(*faults.borrow(), Faults::default());
    }
}
