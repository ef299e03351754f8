//! Every line of the link in the log, target `stat_server`: at debug level, heartbeats at trace level. A password is
//! never shown.

use crate::wire::Shown;

/// Letters of a line that are shown.
const LETTERS: usize = 2000;

/// A line; which way it went is the first word.
pub(super) fn line(direction: &str, line: &[u8]) {
    if !tracing::enabled!(target: "stat_server", tracing::Level::DEBUG) {
        return;
    }
    let text = String::from_utf8_lossy(line.trim_ascii_end());
    let shown = Shown::up_to(&text, LETTERS);
    if text.contains("\"LinkHeartbeat") {
        tracing::trace!(target: "stat_server", "{direction} {shown}");
    } else if text.contains("\"password\"") {
        tracing::debug!(target: "stat_server", "{direction} LinkHello, with a password");
    } else {
        tracing::debug!(target: "stat_server", "{direction} {shown}");
    }
}
