//! What the metrics of a plug-in mean, for the operator who reads `/metrics` ([`DESCRIBE_METRICS`]).
//!
//! A text of one line for each metric, its name without `uc_plugin_`, a space, and the words: the host of another release
//! may read it.

use std::fmt::Write;

/// The host's operation that takes it. One that does not know it shows the metrics without a word.
pub const DESCRIBE_METRICS: &str = "uc.describe-metrics";

/// What the operation takes. Line ends in a description become spaces.
#[must_use]
pub fn write<'d>(descriptions: impl IntoIterator<Item = &'d (&'d str, &'d str)>) -> String {
    let mut text = String::new();
    for (name, words) in descriptions {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{name} {}", words.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    text
}

/// What such a text says: names and words. A line without words says nothing.
pub fn read(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| line.split_once(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = write(&[("calls_total", "Calls that\n were taken"), ("open", "Calls")]);
        assert_eq!(read(&text).collect::<Vec<_>>(), [("calls_total", "Calls that were taken"), ("open", "Calls")]);
        assert_eq!(
            read("\nalone\n\u{1b} x").collect::<Vec<_>>(),
            [("\u{1b}", "x")],
            "whose names are the host's to judge"
        );
    }
}
