//! Reloads, one at a time, read beside the operator's task: on threads that may wait for as long as a mount hangs, which is
//! said and keeps nobody else from being served. Whoever asks meanwhile waits behind, up to a bound.

use super::StartError;
use crate::{
    check::{Sound, inspect_beside},
    mode::Mode,
    plugins::Libraries,
    tasks::aside,
    web::{Certificate, FreshCertificate, Problem, ReloadReport},
};
use std::{
    collections::VecDeque,
    future::{Future, pending},
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until},
};

/// How many different readings may wait behind the one that goes on.
const MOST: usize = 16;

/// Nothing is read for so long unless a mount hangs.
const SLOW: Duration = Duration::from_secs(10);

/// Where everything new is read from.
pub(super) struct Sources {
    pub file: PathBuf,
    /// It cannot change: the hub was built for it.
    pub mode: Mode,
    /// That of the directory in force when the reading begins.
    pub generation: u64,
    pub certificate: Option<Certificate>,
    /// The names of the T-Servers that run, in the order of their link numbers.
    pub links: Vec<Arc<str>>,
}

/// Everything new, read and checked, and not taken over.
pub(super) struct Read {
    pub sound: Sound,
    /// That of the directory that was in force when the reading began.
    pub generation: u64,
    pub libraries: Libraries,
    /// None: plain HTTP.
    pub certificate: Option<Result<FreshCertificate, Problem>>,
}

/// Operators who asked before a reading began, which is for all of them, and whose directory is accepted by its
/// fingerprint.
pub(super) struct Asked {
    pub accepted: Option<String>,
    pub reports: Vec<oneshot::Sender<ReloadReport>>,
}

type Reading = Pin<Box<dyn Future<Output = Result<Read, StartError>> + Send>>;

/// Who asked, and what is being read for the first of them.
#[derive(Default)]
pub(super) struct Reloads {
    reading: Option<(Reading, Asked)>,
    /// When it is to be said that the reading takes long; none: it was said, or nothing is read.
    slow_at: Option<Instant>,
    waiting: VecDeque<Asked>,
}

impl Reloads {
    /// Somebody asks, and has the next reading together with whoever waits for the same; one more than may wait is told so
    /// at once.
    pub(super) fn ask(&mut self, accepted: Option<String>, report: oneshot::Sender<ReloadReport>) {
        if let Some(same) = self.waiting.iter_mut().find(|asked| asked.accepted == accepted) {
            same.reports.retain(|report| !report.is_closed());
            return same.reports.push(report);
        }
        if self.waiting.len() < MOST {
            return self.waiting.push_back(Asked { accepted, reports: vec![report] });
        }
        let why = format!("{MOST} reloads wait for one that still reads its files: is a mount hanging?");
        tracing::warn!("{why}");
        // They may have given up.
        let _ = report.send(ReloadReport { errors: vec![why], ..ReloadReport::default() });
    }

    /// Begins to read for those who have waited longest. False: nobody waits, or somebody is being read for.
    pub(super) fn begin<R>(&mut self, read: impl FnOnce() -> R) -> bool
    where
        R: Future<Output = Result<Read, StartError>> + Send + 'static,
    {
        if self.reading.is_some() {
            return false;
        }
        let Some(asked) = self.waiting.pop_front() else { return false };
        self.reading = Some((Box::pin(read()), asked));
        self.slow_at = Some(Instant::now() + SLOW);
        true
    }

    /// Waits for what is being read. Cancelling it loses nothing.
    pub(super) async fn read(&mut self) -> (Result<Read, StartError>, Asked) {
        loop {
            let Some((reading, _)) = &mut self.reading else { return pending().await };
            let slow_at = self.slow_at;
            let slow = async {
                match slow_at {
                    Some(at) => sleep_until(at).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                read = reading => if let Some((_, asked)) = self.reading.take() {
                    return (read, asked);
                },
                () = slow => {
                    self.slow_at = None;
                    tracing::warn!("a reload has been reading its files for {} s: is a mount hanging? What runs is \
                        served on", SLOW.as_secs());
                }
            }
        }
    }
}

impl Sources {
    /// Reads and checks everything beside what runs.
    ///
    /// # Errors
    /// Whatever is wrong with it.
    pub(super) async fn read(self) -> Result<Read, StartError> {
        let Self { file, mode, generation, certificate, links } = self;
        let read = move || (inspected(&file, mode, &links), certificate.as_ref().map(Certificate::read_again));
        let (sound, certificate) = aside("reload", read).await.map_err(StartError::NoThread)?;
        let sound = sound?;
        let libraries = Libraries::read(&sound.config.plugins).await.map_err(StartError::Plugins)?;
        Ok(Read { sound, generation, libraries, certificate })
    }
}

fn inspected(file: &Path, mode: Mode, links: &[Arc<str>]) -> Result<Sound, StartError> {
    match inspect_beside(file, links).map_err(StartError::Config)? {
        sound if sound.mode == mode => Ok(sound),
        other => Err(StartError::ModeChange { from: mode, to: other.mode }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn asks(reloads: &mut Reloads, accepted: Option<usize>) -> oneshot::Receiver<ReloadReport> {
        let (report, told) = oneshot::channel();
        reloads.ask(accepted.map(|print| print.to_string()), report);
        told
    }

    #[tokio::test(start_paused = true)]
    async fn one_is_read_for_and_a_bounded_number_waits() {
        let mut reloads = Reloads::default();
        let _first = asks(&mut reloads, None);
        assert!(reloads.begin(pending));
        let mut waiting: Vec<_> = (0..MOST).map(|print| asks(&mut reloads, Some(print))).collect();
        assert!(!reloads.begin(pending), "one at a time");
        assert!(waiting.iter_mut().all(|told| told.try_recv().is_err()), "they wait");
        let errors = asks(&mut reloads, None).now_or_never().unwrap().unwrap().errors;
        assert!(errors[0].contains("is a mount hanging"), "{errors:?}");
        assert!(reloads.read().now_or_never().is_none());
    }

    #[tokio::test]
    async fn whoever_waited_is_read_for_next() {
        let mut reloads = Reloads::default();
        let _told = [asks(&mut reloads, None), asks(&mut reloads, Some(1))];
        for left in [1, 0] {
            let failed = || async { Err(StartError::Loss("too much".into())) };
            assert!(reloads.begin(failed));
            let (read, _) = reloads.read().await;
            assert!(matches!(read, Err(StartError::Loss(_))));
            assert_eq!(reloads.waiting.len(), left);
        }
        assert!(!reloads.begin(pending), "nobody waits");
    }

    #[tokio::test]
    async fn however_many_ask_while_one_is_read_for_one_reading_serves_them() {
        let mut reloads = Reloads::default();
        let failed = || async { Err(StartError::Loss("too much".into())) };
        let _first = asks(&mut reloads, None);
        assert!(reloads.begin(failed));
        let _waiting: Vec<_> = (0..30).flat_map(|_| [asks(&mut reloads, None), asks(&mut reloads, Some(1))]).collect();
        drop(asks(&mut reloads, None));
        for (accepted, many) in [(None, 1), (None, 31), (Some("1".to_owned()), 30)] {
            let (_, asked) = reloads.read().await;
            assert_eq!((asked.accepted, asked.reports.len()), (accepted, many));
            reloads.begin(failed);
        }
        assert!(reloads.reading.is_none() && reloads.waiting.is_empty());
    }
}
