//! Words on standard error that are no records of the log: the service has not begun, or its log is elsewhere. Whoever reads
//! them may stand still, which holds up neither an end nor its exit code: a thread of its own writes them, one after the
//! other, and what finds one that waits still is left out.

use super::writer::LAST;
use std::{
    io::{self, Write as _},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

/// What was said last and may not be written yet: its thread drops the other end.
static SAID: Mutex<Option<Receiver<()>>> = Mutex::new(None);

/// Says it, and waits for a bounded time until it is written.
pub fn say(text: impl Into<Arc<str>>) {
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if is_written(&mut said, LAST) {
        let text = text.into();
        *said = begin(text.clone());
        match said.is_some() {
            true => drop(is_written(&mut said, LAST)),
            // Better at the risk of a wait than not at all.
            false => write(&text),
        }
    }
}

/// Says it without a wait, unless something is being said.
pub(super) fn mention(text: impl Into<Arc<str>>) {
    if let Ok(mut said) = SAID.try_lock()
        && is_written(&mut said, Duration::ZERO)
    {
        *said = begin(text.into());
    }
}

/// Whether what was said last is written within so long.
fn is_written(said: &mut Option<Receiver<()>>, within: Duration) -> bool {
    let waits = said.as_ref().is_some_and(|end| end.recv_timeout(within) == Err(RecvTimeoutError::Timeout));
    if !waits {
        *said = None;
    }
    !waits
}

/// None: no thread can be had.
fn begin(text: Arc<str>) -> Option<Receiver<()>> {
    let (ends, end) = mpsc::channel::<()>();
    let told = thread::Builder::new().name("standard-error".into()).spawn(move || {
        write(&text);
        drop(ends);
    });
    told.ok().map(|_| end)
}

fn write(text: &str) {
    // Without anybody to read it there is nobody to tell.
    let _ = io::stderr().write_all(text.as_bytes());
}
