//! What the service still waits for before it can do its work. Its owner keeps the board; `/readyz` shows it.

use crate::wire::Shown;
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

/// Letters of a reason: it is a line of the report, whoever worded it.
const REASON: usize = 2000;

/// Part to how it is.
type Board = BTreeMap<Arc<str>, State>;

#[derive(Clone, Debug)]
enum State {
    Ready,
    /// Ready, but something is wrong.
    InPart(Arc<str>),
    NotReady(Arc<str>),
}

/// Named parts and why each is not ready. Cloning gives another handle to the same board.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Mutex<Board>>);

impl Readiness {
    /// This part works. Names it if it is new.
    pub fn ready(&self, part: impl Into<Arc<str>>) {
        self.set(part.into(), State::Ready);
    }

    /// This part does not work; the reason says what is missing and whose it is.
    pub fn not_ready(&self, part: impl Into<Arc<str>>, reason: impl Into<Arc<str>>) {
        self.set(part.into(), State::NotReady(line(&reason.into())));
    }

    /// This part works, but not as it should: shown to whoever reads the report, no reason to be taken out of service.
    pub fn in_part(&self, part: impl Into<Arc<str>>, reason: impl Into<Arc<str>>) {
        self.set(part.into(), State::InPart(line(&reason.into())));
    }

    /// This part is no longer configured.
    pub fn forget(&self, part: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(part);
    }

    /// The parts that do not work, with their reasons; empty: ready.
    pub fn missing(&self) -> Vec<(Arc<str>, Arc<str>)> {
        let board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = |(part, state): (&Arc<str>, &State)| match state {
            State::NotReady(reason) => Some((part.clone(), reason.clone())),
            State::Ready | State::InPart(_) => None,
        };
        board.iter().filter_map(missing).collect()
    }

    /// Every part in a line, and a verdict.
    pub(crate) fn report(&self) -> String {
        let board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut report = String::new();
        for (part, state) in board.iter() {
            let _ = match state {
                State::Ready => writeln!(report, "[+] {part}: ready"),
                State::InPart(reason) => writeln!(report, "[~] {part}: {reason}"),
                State::NotReady(reason) => writeln!(report, "[-] {part}: {reason}"),
            };
        }
        let ready = board.values().all(|state| !matches!(state, State::NotReady(_)));
        report + if ready { "ready\n" } else { "not ready\n" }
    }

    fn set(&self, part: Arc<str>, state: State) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(part, state);
    }
}

fn line(reason: &str) -> Arc<str> {
    Shown::up_to(reason, REASON).to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_board_names_what_is_missing() {
        let board = Readiness::default();
        assert!(board.missing().is_empty());
        board.ready("web");
        board.not_ready("tlib main", "the T-Server at 10.0.0.1:7001 refuses the connection");
        assert_eq!(board.missing().len(), 1);
        assert_eq!(
            board.report(),
            "[-] tlib main: the T-Server at 10.0.0.1:7001 refuses the connection\n[+] web: ready\nnot ready\n"
        );
        board.forget("tlib main");
        assert!(board.report().ends_with("\nready\n"));
    }

    #[test]
    fn a_reason_forges_no_part() {
        let board = Readiness::default();
        board.in_part("lync", "gone\n[+] t-server lab: ready\u{1b}[2J");
        board.not_ready("lync-push", format!("\r\n[+] web: ready\n{}", "x".repeat(3_000_000)));
        let report = board.report();
        assert!(report.lines().count() == 3 && report.len() < 5000, "{report}");
        assert!(!report.contains('\u{1b}') && report.starts_with("[~] lync: gone\\n[+]"), "{report}");
    }
}
