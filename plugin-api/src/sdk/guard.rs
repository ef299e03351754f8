//! The panic guard: nothing unwinds across the edge.

use crate::abi::PluginError;
use std::{
    any::Any,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

/// Runs `f`; a panic becomes [`PluginError::Panicked`].
pub(crate) fn guard<T>(f: impl FnOnce() -> Result<T, PluginError>) -> Result<T, PluginError> {
    // What a panic leaves half done belongs to an instance that is dropped next.
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| Err(PluginError::Panicked(text(&*panic).into())))
}

/// Runs `future`; a panic in it becomes an `Err` with the panic's text.
pub(super) async fn contained<T>(future: impl Future<Output = T>) -> Result<T, String> {
    let mut future = pin!(future);
    poll_fn(move |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(text(&*panic))),
    })
    .await
}

/// The text of a panic, if it has one.
pub(super) fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a text").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_value() {
        let caught = guard::<()>(|| panic!("no route to {}", "host"));
        assert_eq!(caught, Err(PluginError::Panicked("no route to host".into())));
        let odd = guard::<()>(|| std::panic::panic_any(7));
        assert_eq!(odd, Err(PluginError::Panicked("without a text".into())));
    }

    #[tokio::test]
    async fn a_panic_in_a_future_becomes_a_value() {
        let caught = contained(async {
            tokio::task::yield_now().await;
            panic!("late")
        });
        assert_eq!(caught.await, Err::<(), _>("late".to_owned()));
    }
}
