//! Whether the instance's one task still has its turns: code that blocks its thread, anywhere in the plug-in, takes them
//! away, and nobody else would notice while no command waits.

use crate::abi::PluginError;
use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    task::Poll,
    time::Duration,
};
use tokio::sync::mpsc::{self, error::TrySendError};

/// Who may ask.
pub(super) struct Asker(mpsc::Sender<SyncSender<()>>);

/// What was asked.
pub(super) struct Questions(mpsc::Receiver<SyncSender<()>>);

/// One question may wait: more would be answered all at once.
pub(super) fn questions() -> (Asker, Questions) {
    let (asker, questions) = mpsc::channel(1);
    (Asker(asker), Questions(questions))
}

impl Asker {
    /// Waits so long for an answer.
    pub(super) fn ask(&self, patience: Duration) -> Result<(), PluginError> {
        let (reply, answer) = sync_channel(1);
        self.0.try_send(reply).map_err(|refused| match refused {
            TrySendError::Full(_) => PluginError::Deadline("a question before is not answered yet".into()),
            TrySendError::Closed(_) => ended(),
        })?;
        answer.recv_timeout(patience).map_err(|e| match e {
            RecvTimeoutError::Timeout => PluginError::Deadline("no answer: something blocks its thread".into()),
            RecvTimeoutError::Disconnected => ended(),
        })
    }
}

fn ended() -> PluginError {
    PluginError::Failed("its task has ended".into())
}

/// Does the work, and answers whenever it has a turn. The work is not interrupted for it: a timer of the author's that begins
/// anew with every turn would never end.
pub(super) async fn answering<T>(questions: Questions, work: impl Future<Output = T>) -> T {
    let (mut questions, mut work) = (questions.0, pin!(work));
    poll_fn(move |cx| {
        while let Poll::Ready(Some(reply)) = questions.poll_recv(cx) {
            // Whoever asked may no longer wait, and asks again.
            let _ = reply.send(());
        }
        work.as_mut().poll(cx)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::mpsc::channel, thread};

    #[test]
    fn only_a_blocked_thread_does_not_answer() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (asker, questions) = questions();
        let (go, blocked) = channel::<()>();
        let (block, begun) = tokio::sync::oneshot::channel::<()>();
        let working = runtime.spawn(answering(questions, async move {
            begun.await.unwrap();
            blocked.recv().unwrap();
            tokio::time::sleep(Duration::from_secs(600)).await;
        }));
        let patient = Duration::from_secs(60);
        assert_eq!(asker.ask(patient), Ok(()), "it waits, and does not block");
        block.send(()).unwrap();
        let deadline = |outcome| matches!(outcome, Err(PluginError::Deadline(_)));
        // It may still answer once, if it is asked before it begins to block.
        while !deadline(asker.ask(Duration::from_millis(20))) {}
        assert!(deadline(asker.ask(patient)), "a second question does not wait");
        go.send(()).unwrap();
        while asker.ask(patient).is_err() {
            thread::yield_now();
        }
        working.abort();
        while !matches!(asker.ask(patient), Err(PluginError::Failed(_))) {}
    }
}
