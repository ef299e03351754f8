//! Tasks and threads of the process, and who notices when one is lost.
//!
//! A task that panics vanishes without a word: whoever waits for its work waits for ever, and `/livez` stays green. So
//! each task here is of one of three kinds, and a test over the sources (`tests/tasks.rs`) holds them to it:
//!
//! * a *part* ([`Parts`]) lives as long as its owner. Its panic or early end is its owner's, up to the process, which
//!   ends with an error and is started again by systemd;
//! * a *piece of work* ([`contained`]), such as one connection, comes and goes. Its panic ends it alone, is logged and
//!   counted;
//! * a *call that may take long* ([`aside`]), such as reading a file. Its panic is its caller's.

use futures_util::FutureExt as _;
use std::{
    any::Any,
    collections::HashMap,
    future::{Future, pending},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    thread,
};
use tokio::{
    sync::oneshot,
    task::{Id, JoinError, JoinSet},
};

/// A part that ended although nobody told it to: a bug of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{part} was lost: {why}")]
pub struct Lost {
    /// What it is called in the log, such as `hub` or `t-server north`.
    pub part: Arc<str>,
    /// The panic's words, or that it just returned.
    pub why: String,
}

/// Parts that live as long as their owner. Dropping it ends them at once.
#[derive(Debug, Default)]
pub struct Parts {
    running: JoinSet<Ended>,
    names: HashMap<Id, Arc<str>>,
}

/// How a part ended that did not panic.
#[derive(Debug)]
enum Ended {
    /// It returned.
    Returned,
    /// It returned because nobody needs it any more.
    Unneeded,
    /// A part of its own was lost.
    Lost(Lost),
}

impl Parts {
    /// Begins a part that ends only when its owner tells it to. It may have parts of its own, and end with one.
    pub fn begin(&mut self, part: impl Into<Arc<str>>, work: impl Future<Output = Result<(), Lost>> + Send + 'static) {
        self.spawn(part.into(), async { work.await.map_or_else(Ended::Lost, |()| Ended::Returned) });
    }

    /// Begins a part that also ends by itself when nobody needs it any more: only its panic is a loss.
    pub fn begin_while_needed(&mut self, part: impl Into<Arc<str>>, work: impl Future<Output = ()> + Send + 'static) {
        self.spawn(part.into(), async {
            work.await;
            Ended::Unneeded
        });
    }

    /// Waits until a part is lost that nobody told to end. Cancelling it loses none.
    pub async fn lost(&mut self) -> Lost {
        loop {
            match self.next().await {
                Some((part, Ended::Returned)) => return told(Lost { part, why: "it returned".to_owned() }),
                Some((_, Ended::Lost(lost))) => return lost,
                Some((_, Ended::Unneeded)) => {}
                None => pending().await,
            }
        }
    }

    /// Waits until this part has ended, which its owner has told it to.
    ///
    /// # Errors
    /// The first part that panicked meanwhile, this or another.
    pub async fn ended(&mut self, part: &str) -> Result<(), Lost> {
        let mut result = Ok(());
        while self.names.values().any(|running| &**running == part) {
            if let Some((_, Ended::Lost(lost))) = self.next().await {
                result = result.and(Err(lost));
            }
        }
        result
    }

    /// Waits until every part has ended.
    ///
    /// # Errors
    /// The first one that panicked meanwhile.
    pub async fn all_ended(&mut self) -> Result<(), Lost> {
        let mut result = Ok(());
        while let Some((_, ended)) = self.next().await {
            if let (Ended::Lost(lost), Ok(())) = (ended, &result) {
                result = Err(lost);
            }
        }
        result
    }

    fn spawn(&mut self, part: Arc<str>, work: impl Future<Output = Ended> + Send + 'static) {
        let name = part.clone();
        let task = self.running.spawn(async move {
            rehearse(&name);
            work.await
        });
        self.names.insert(task.id(), part);
    }

    /// The next part that ends, however it does; none: there is none.
    async fn next(&mut self) -> Option<(Arc<str>, Ended)> {
        let (id, ended) = match self.running.join_next_with_id().await? {
            Ok(ended) => ended,
            Err(error) => (error.id(), Ended::Lost(Lost { part: self.name(error.id()), why: words(error) })),
        };
        let part = self.name(id);
        self.names.remove(&id);
        let ended = match ended {
            // Named with the way to it: `web: sessions`.
            Ended::Lost(lost) if lost.part != part => {
                Ended::Lost(Lost { part: format!("{part}: {}", lost.part).into(), why: lost.why })
            }
            Ended::Lost(lost) => Ended::Lost(told(lost)),
            ended => ended,
        };
        Some((part, ended))
    }

    fn name(&self, id: Id) -> Arc<str> {
        self.names.get(&id).cloned().unwrap_or_else(|| "part".into())
    }
}

/// Does a piece of work whose panic is nobody else's: it is logged, and counted by the word of the work. None: it
/// panicked.
pub async fn contained<T>(work: &'static str, doing: impl Future<Output = T>) -> Option<T> {
    AssertUnwindSafe(doing).catch_unwind().await.inspect_err(|panic| count(work, panic.as_ref())).ok()
}

/// Begins a call that may take long, or never come back, on a thread of its own: one of the runtime's would hold up the
/// end of the process. Its panic goes on where it is awaited.
pub fn aside<T: Send + 'static>(thread: &str, call: impl FnOnce() -> T + Send + 'static) -> Aside<T> {
    let (done, outcome) = oneshot::channel();
    let begun = thread::Builder::new().name(thread.to_owned()).spawn(move || {
        // Nobody waits any more when the service stops.
        let _ = done.send(catch_unwind(AssertUnwindSafe(call)));
    });
    Aside(begun.map(|_| outcome).map_err(|cause| NoThread { thread: thread.into(), cause: cause.to_string().into() }))
}

/// A call on its way. To be awaited to the end: whoever drops it leaves its thread behind, and whoever begins the same
/// call again and again must keep it, or each call that hangs costs one thread more.
#[derive(Debug)]
pub struct Aside<T>(Result<oneshot::Receiver<thread::Result<T>>, NoThread>);

/// The operating system has no thread left for a call. The machine's fault, or its limits'; another try may succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no thread for `{thread}`: {cause}; raise the limit of tasks (`TasksMax`, `ulimit -u`)")]
pub struct NoThread {
    thread: Arc<str>,
    cause: Arc<str>,
}

impl<T> Future for Aside<T> {
    type Output = Result<T, NoThread>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = match &mut self.0 {
            Ok(outcome) => ready!(Pin::new(outcome).poll(context)),
            Err(error) => return Poll::Ready(Err(error.clone())),
        };
        let outcome = outcome.expect("a thread whose panics are caught sends what it found, once");
        Poll::Ready(Ok(outcome.unwrap_or_else(|panic| resume_unwind(panic))))
    }
}

/// Counts a piece of work that panicked where it was awaited.
pub fn panicked(work: &'static str, error: JoinError) {
    if let Ok(panic) = error.try_into_panic() {
        count(work, panic.as_ref());
    }
}

fn count(work: &'static str, panic: &(dyn Any + Send)) {
    metrics::counter!("uc_panics_total", "work" => work).increment(1);
    tracing::error!(work, why = text(panic), "a piece of work ended in a panic: a bug; the service goes on");
}

fn told(lost: Lost) -> Lost {
    tracing::error!(part = %lost.part, why = lost.why, "a part of the service was lost: a bug");
    lost
}

fn words(error: JoinError) -> String {
    error.try_into_panic().map_or_else(|error| error.to_string(), |panic| text(panic.as_ref()).to_owned())
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words")
}

/// Debug builds only: the part that `UC_REHEARSE_LOSS` names panics as it begins, so that a test can lose each in turn
/// and look at the whole process. Release builds never look.
#[cfg(debug_assertions)]
fn rehearse(part: &str) {
    assert!(std::env::var("UC_REHEARSE_LOSS").as_deref() != Ok(part), "rehearsed");
}

#[cfg(not(debug_assertions))]
fn rehearse(_: &str) {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::ready;

    #[tokio::test]
    async fn a_part_that_panics_or_returns_is_lost_by_name() {
        let mut parts = Parts::default();
        parts.begin("living", pending());
        parts.begin_while_needed("unneeded", ready(()));
        parts.begin("hub", async { panic!("no {}", "worker") });
        assert_eq!(parts.lost().await, Lost { part: "hub".into(), why: "no worker".into() });
        parts.begin("web", ready(Ok(())));
        assert_eq!(parts.lost().await.to_string(), "web was lost: it returned");
    }

    #[tokio::test]
    async fn a_part_ends_with_its_own_parts() {
        let mut parts = Parts::default();
        parts.begin("web", async {
            let mut own = Parts::default();
            own.begin("sessions", async { panic!("late") });
            Err(own.lost().await)
        });
        assert_eq!(parts.lost().await.to_string(), "web: sessions was lost: late");
    }

    #[tokio::test]
    async fn the_end_of_one_part_is_awaited_and_what_panics_meanwhile_is_told() {
        let mut parts = Parts::default();
        parts.begin("other", async { panic!("too") });
        parts.begin("hub", async {
            tokio::task::yield_now().await;
            Ok(())
        });
        let _ = parts.ended("other").await.unwrap_err();
        assert_eq!(parts.ended("hub").await, Ok(()));
        assert_eq!(parts.ended("nobody").await, Ok(()));
    }

    #[tokio::test]
    async fn a_contained_panic_ends_nobody() {
        assert_eq!(contained("answer", ready(1)).await, Some(1));
        assert_eq!(contained("answer", async { panic!("bug") }).await, None::<()>);
    }

    #[tokio::test]
    async fn the_panic_of_a_call_aside_is_the_callers() {
        assert_eq!(aside("count", || 1 + 1).await, Ok(2));
        let mut parts = Parts::default();
        parts.begin("reader", async { aside("read", || panic!("torn")).await.map_err(|_| unreachable!("it panics")) });
        assert_eq!(parts.lost().await.why, "torn");
    }

    #[tokio::test]
    async fn a_call_without_a_thread_is_an_error_and_no_panic() {
        let call: Aside<()> = Aside(Err(NoThread { thread: "check".into(), cause: "out of tasks".into() }));
        let told = call.await.unwrap_err().to_string();
        assert!(told.starts_with("there is no thread for `check`: out of tasks; raise"), "{told}");
    }

    #[tokio::test]
    async fn a_call_that_is_kept_is_awaited_again() {
        let (free, held) = std::sync::mpsc::channel();
        let mut call = aside("look", move || held.recv());
        for _ in 0..3 {
            assert!((&mut call).now_or_never().is_none());
        }
        free.send(7).unwrap();
        assert_eq!(call.await, Ok(Ok(7)));
    }
}
