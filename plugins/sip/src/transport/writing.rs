//! The task that writes: whoever began it hears how it ended.

use std::future::Future;
use std::io;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::task::JoinHandle;

/// A writer at work; ready when it has ended. If it panicked, so does whoever waits for it: nobody goes on with a
/// connection of which half is gone.
#[derive(Debug)]
#[must_use = "a writer that ends unheard leaves a connection that only listens"]
pub struct Writing(JoinHandle<io::Result<()>>);

impl Writing {
    pub(super) fn new(task: JoinHandle<io::Result<()>>) -> Self {
        Self(task)
    }
}

impl Future for Writing {
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let ended = ready!(Pin::new(&mut self.0).poll(cx));
        Poll::Ready(ended.unwrap_or_else(|lost| match lost.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(aborted) => Err(io::Error::other(aborted)),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_writer_that_is_lost_takes_its_connection_along() {
        let waiting = Writing::new(tokio::spawn(async { panic!("half a connection") }));
        let lost = tokio::spawn(waiting).await.unwrap_err();
        assert!(lost.is_panic());
    }
}
