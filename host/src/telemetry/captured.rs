//! What is logged while a test runs something.

use std::{
    io,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};
use tracing::{Dispatch, Level, Subscriber, level_filters::LevelFilter};

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn silent() -> impl Subscriber + Send + Sync {
    tracing_subscriber::fmt().with_max_level(LevelFilter::OFF).finish()
}

/// The warnings that are logged while this runs.
pub(crate) fn warnings(run: impl FnOnce()) -> Vec<String> {
    logged(Level::WARN, run)
}

/// What is logged at this level and above while this runs.
pub(crate) fn logged(level: Level, run: impl FnOnce()) -> Vec<String> {
    // While there is one subscriber only, whoever logs first on another thread switches that line off for everybody.
    static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| silent().into());
    LazyLock::force(&ANOTHER);
    let written = Written::default();
    let writer = written.clone();
    let logs = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).without_time();
    tracing::subscriber::with_default(logs.with_max_level(level).finish(), run);
    let text = written.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    String::from_utf8(text).expect("text").lines().map(str::to_owned).collect()
}
