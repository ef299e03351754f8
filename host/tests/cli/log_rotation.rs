//! A log that somebody rotates: a hang-up has it begun anew at once, whatever else goes on.

use crate::{
    lent::Lent,
    program::stage,
    service::{Service, anywhere},
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Nothing here takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// A service that logs to a file, and the paths of its rotation.
struct Logging {
    folder: tempfile::TempDir,
    file: String,
    log: PathBuf,
    moved: PathBuf,
}

impl Logging {
    fn staged(more: &str) -> Self {
        let (folder, file) = stage(|text| format!("{}\n[log]\nfile = \"uc.log\"\n{more}", anywhere(&text)));
        let (log, moved) = (folder.path().join("uc.log"), folder.path().join("uc.log.1"));
        Self { folder, file, log, moved }
    }

    fn start(&self) -> Service {
        let service = Service::begin(&self.file, &[]);
        holds(&self.log, "serving");
        holds(&self.log, "open files");
        service
    }

    fn move_away(&self) {
        fs::rename(&self.log, &self.moved).unwrap();
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

fn holds(path: &Path, text: &str) {
    until(&format!("{} does not say {text:?}", path.display()), || read(path).contains(text));
}

fn ends(mut service: Service) {
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

#[test]
fn a_log_that_was_moved_away_is_begun_anew_by_a_hang_up() {
    let logging = Logging::staged("");
    let service = logging.start();
    logging.move_away();
    service.signal("-HUP");
    holds(&logging.log, "needs_restart");
    ends(service);
    assert!(!read(&logging.moved).contains("draining"));
}

#[test]
fn a_standby_node_begins_its_log_anew() {
    let logging = Logging::staged("[standby]\narbiter = 'external'\n");
    let service = logging.start();
    logging.move_away();
    service.signal("-HUP");
    holds(&logging.log, "needs_restart");
    ends(service);
}

#[test]
fn a_log_that_is_copied_and_cut_is_written_on_from_its_beginning() {
    let logging = Logging::staged("");
    let service = logging.start();
    fs::copy(&logging.log, &logging.moved).unwrap();
    fs::File::options().write(true).open(&logging.log).unwrap().set_len(0).unwrap();
    service.signal("-HUP");
    holds(&logging.log, "needs_restart");
    ends(service);
    let text = fs::read(&logging.log).unwrap();
    assert!(!text.contains(&0), "no hole of the size of what was cut");
}

#[test]
fn a_reload_that_hangs_keeps_no_log_from_being_begun_anew() {
    let logging = Logging::staged("");
    let service = logging.start();
    let mut lent = Lent::new(&logging.folder.path().join("uc.toml"));
    service.signal("-HUP");
    lent.until_it_is_read();
    // The first of them has hung since, and nothing is logged meanwhile but what the signals bring about.
    for _ in 0..2 {
        logging.move_away();
        service.signal("-HUP");
        until("no log is begun", || logging.log.exists());
    }
    ends(service);
    assert!(!read(&logging.moved).contains("draining"));
    assert!(read(&logging.log).contains("draining"));
}

#[test]
fn a_log_that_cannot_be_begun_anew_is_written_on_and_that_is_said() {
    let logging = Logging::staged("");
    let service = logging.start();
    logging.move_away();
    fs::create_dir(&logging.log).unwrap();
    service.signal("-HUP");
    holds(&logging.moved, "the old log file is written on");
    holds(&logging.moved, "needs_restart");
    fs::remove_dir(&logging.log).unwrap();
    service.signal("-HUP");
    holds(&logging.log, "needs_restart");
    ends(service);
    let said = read(&logging.moved).matches("the old log file is written on").count();
    // A signal and the reload that follows from it are one request, unless this machine takes a second from one to the other.
    assert!(said >= 1, "{}", read(&logging.moved));
}

#[test]
fn a_hang_up_while_the_service_begins_is_carried_out_afterwards() {
    let logging = Logging::staged("");
    let mut lent = Lent::new(&logging.folder.path().join("directory.toml"));
    let service = Service::begin(&logging.file, &[]);
    lent.until_it_is_read();
    // What is read by then may be older than what the signal is about.
    service.signal("-HUP");
    drop(lent);
    holds(&logging.log, "serving");
    holds(&logging.log, "needs_restart");
    ends(service);
}
