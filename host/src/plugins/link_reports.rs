//! What one instance reports of its link to the platform. A report that equals the one before it is counted and goes
//! no further; changes go to the owner, and to the log as far as an operator can read them.

use super::{edge::contained, id::PluginId};
use metrics::{Counter, counter};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use uc_plugin_api::{Event, LinkStatus, RString};

/// Changes that are logged at once, and how long until one more may be.
const LINES: (u32, Duration) = (5, Duration::from_secs(12));

/// The link of one instance, as it reports it.
pub(super) struct LinkReports {
    plugin: PluginId,
    said: Mutex<Said>,
    /// Whether the instance said anything else since its last report. "Down" again is then news: what came meanwhile
    /// is stale as well.
    other_event: AtomicBool,
    equal: Counter,
    untold: Counter,
}

struct Said {
    last: Option<(LinkStatus, RString)>,
    lines: Lines,
}

impl LinkReports {
    pub(super) fn new(plugin: PluginId) -> Self {
        let equal = counter!("uc_plugin_link_reports_equal_total", "plugin" => plugin.to_string());
        let untold = counter!("uc_plugin_link_changes_not_logged_total", "plugin" => plugin.to_string());
        let said = Mutex::new(Said { last: None, lines: Lines::default() });
        Self { plugin, said, other_event: AtomicBool::new(false), equal, untold }
    }

    /// Any other event is about to leave.
    pub(super) fn other_event(&self) {
        // Written once a report, not once an event: many threads read it.
        if !self.other_event.load(Ordering::Relaxed) {
            self.other_event.store(true, Ordering::Relaxed);
        }
    }

    /// Puts a report into the owner's queue, unless it says nothing new.
    ///
    /// # Errors
    /// What `put` hands back.
    pub(super) fn report(
        &self,
        status: LinkStatus,
        detail: RString,
        put: impl FnOnce(Event) -> Result<(), Event>,
    ) -> Result<(), Event> {
        // Held while the report leaves, so that the last one known is the last in the queue.
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let other_event = self.other_event.swap(false, Ordering::Relaxed);
        let again = said.last.as_ref().is_some_and(|(before, text)| *before == status && *text == detail);
        if again && (status == LinkStatus::Up || !other_event) {
            self.equal.increment(1);
            return Ok(());
        }
        if let Err(back) = put(Event::Link(status, detail.clone())) {
            self.other_event.fetch_or(other_event, Ordering::Relaxed);
            return Err(back);
        }
        contained((), || self.log(status, &detail, &mut said.lines));
        said.last = Some((status, detail));
        Ok(())
    }

    fn log(&self, status: LinkStatus, detail: &str, lines: &mut Lines) {
        let plugin = &self.plugin;
        let Some(untold) = lines.line(Instant::now()) else { return self.not_logged(lines.untold) };
        // Absent where it is none.
        let not_logged = (untold > 0).then_some(untold);
        match status {
            LinkStatus::Up => tracing::info!(%plugin, detail, not_logged, "platform link up"),
            LinkStatus::Degraded => {
                tracing::warn!(%plugin, detail, not_logged, "platform link degraded: it works in part");
            }
            LinkStatus::Down => {
                tracing::warn!(%plugin, detail, not_logged, "platform link down: what came over it is stale");
            }
        }
    }

    fn not_logged(&self, changes: u64) {
        self.untold.increment(1);
        if changes == 1 {
            tracing::warn!(plugin = %self.plugin, "its platform link changes faster than is logged: one change in {} s \
                is, the others are counted (uc_plugin_link_changes_not_logged_total); /readyz shows how it is now",
                LINES.1.as_secs());
        }
    }
}

/// How many lines may still be written. Pure: the time is an argument.
struct Lines {
    left: u32,
    /// When `left` last grew, or was whole.
    since: Option<Instant>,
    untold: u64,
}

impl Default for Lines {
    fn default() -> Self {
        Self { left: LINES.0, since: None, untold: 0 }
    }
}

impl Lines {
    /// Takes a line, with the number of changes that had none since the last one; or none is left.
    fn line(&mut self, now: Instant) -> Option<u64> {
        let since = *self.since.get_or_insert(now);
        let grown = now.saturating_duration_since(since).as_secs() / LINES.1.as_secs();
        if grown > 0 {
            self.left = self.left.saturating_add(u32::try_from(grown).unwrap_or(u32::MAX)).min(LINES.0);
            self.since = Some(now);
        }
        if self.left == 0 {
            self.untold += 1;
            return None;
        }
        self.left -= 1;
        Some(std::mem::take(&mut self.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LinkStatus::{Degraded, Down, Up};
    use std::cell::RefCell;

    /// What goes on to the owner of these reports; none stands for any other event.
    fn passed(said: &[Option<(LinkStatus, &str)>]) -> Vec<String> {
        let reports = LinkReports::new(PluginId::new("lync").unwrap());
        let passed = RefCell::new(Vec::new());
        for said in said {
            match said {
                Some((status, text)) => {
                    let put = |event| {
                        let Event::Link(status, text) = event else { unreachable!() };
                        passed.borrow_mut().push(format!("{status:?} {text}"));
                        Ok(())
                    };
                    reports.report(*status, (*text).into(), put).unwrap();
                }
                None => reports.other_event(),
            }
        }
        passed.into_inner()
    }

    #[test]
    fn equal_reports_in_a_row_go_no_further() {
        let [up, down, other] = [Some((Up, "a")), Some((Down, "a")), None];
        for (said, expected) in [
            (&[up, up, up][..], &["Up a"][..]),
            (&[up, Some((Up, "b")), up], &["Up a", "Up b", "Up a"]),
            (&[down, down, up, up, down], &["Down a", "Up a", "Down a"]),
            (&[up, other, up], &["Up a"]),
            // What came in between is stale again.
            (&[down, other, down, down], &["Down a", "Down a"]),
            (&[Some((Degraded, "a")), other, Some((Degraded, "a"))], &["Degraded a", "Degraded a"]),
        ] {
            assert_eq!(passed(said), expected, "{said:?}");
        }
    }

    #[test]
    fn a_report_that_is_handed_back_was_not_said() {
        let reports = LinkReports::new(PluginId::new("lync").unwrap());
        reports.report(Down, "a".into(), |_| Ok(())).unwrap();
        reports.other_event();
        assert!(reports.report(Down, "a".into(), Err).is_err());
        let again = RefCell::new(0);
        let put = |_| {
            *again.borrow_mut() += 1;
            Ok(())
        };
        reports.report(Down, "a".into(), put).unwrap();
        reports.report(Down, "a".into(), put).unwrap();
        assert_eq!(again.into_inner(), 1);
    }

    #[test]
    fn changes_without_end_are_five_lines_a_minute_and_counted() {
        let mut lines = Lines::default();
        let start = Instant::now();
        // A change each millisecond, for ten minutes.
        let written: Vec<_> = (0..600_000).filter_map(|ms| lines.line(start + Duration::from_millis(ms))).collect();
        assert_eq!(written.len(), 5 + 49);
        assert!(written[..5].iter().all(|untold| *untold == 0));
        assert_eq!(written.iter().sum::<u64>() + written.len() as u64 + lines.untold, 600_000);
    }
}
