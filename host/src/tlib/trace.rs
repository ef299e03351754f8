//! Every message of a link in the log, target `tlib`: T-Library's messages and the link's own at debug level,
//! heartbeats at trace level. What is no message is shown as it came.

use super::{Message, print::Raw};
use crate::wire::Record;
use std::borrow::Cow;

/// True when messages are to be traced: asked once a message, so that an untraced link pays nothing more.
pub(super) fn wanted() -> bool {
    tracing::enabled!(target: "tlib", tracing::Level::DEBUG)
}

/// A line, when it is wanted; which way it went is the first word.
pub(super) fn line(link: &str, direction: &str, line: &[u8]) {
    if !wanted() {
        return;
    }
    let line = line.trim_ascii_end();
    match std::str::from_utf8(line).ok().and_then(|text| Record::parse_str(text).ok()) {
        Some(record) => message(link, direction, &record),
        None => {
            let text: Cow<'_, str> = String::from_utf8_lossy(line);
            tracing::debug!(target: "tlib", link, "{direction}, not readable\n{}", Raw(&text));
        }
    }
}

/// A message that has been read already.
pub(super) fn message(link: &str, direction: &str, record: &Record<'_>) {
    let message = Message::read(record);
    if message.name.starts_with("LinkHeartbeat") {
        tracing::trace!(target: "tlib", link, "{direction}\n{message}");
    } else {
        tracing::debug!(target: "tlib", link, "{direction}\n{message}");
    }
}
