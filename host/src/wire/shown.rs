//! A peer's text where people read it: logs, errors, traces. Never raw: a peer could forge lines or steer a terminal.

use std::fmt::{self, Display, Formatter, Write};

/// Letters of a peer's text shown when nothing else is said; the rest is counted.
const LETTERS: usize = 400;

/// Shows a text with control characters, line separators and direction marks escaped, and cut after some letters.
/// Letters of every language stay as they are.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'t> {
    text: &'t str,
    letters: usize,
}

impl<'t> Shown<'t> {
    /// At most 400 letters of `text`.
    pub fn new(text: &'t str) -> Self {
        Self::up_to(text, LETTERS)
    }

    /// At most so many letters of `text`.
    pub fn up_to(text: &'t str, letters: usize) -> Self {
        Self { text, letters }
    }
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut rest = self.text.chars();
        for letter in rest.by_ref().take(self.letters) {
            if harmful(letter) { write!(f, "{}", letter.escape_default())? } else { f.write_char(letter)? }
        }
        match rest.as_str().len() {
            0 => Ok(()),
            more => write!(f, "… ({more} bytes more)"),
        }
    }
}

/// What moves a cursor, ends a line or turns the direction of text around.
fn harmful(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_a_terminal_is_escaped_and_the_rest_is_not() {
        let text = "Zoë \u{1b}[31m\r\nforged\u{85}\u{202e}";
        assert_eq!(Shown::new(text).to_string(), "Zoë \\u{1b}[31m\\r\\nforged\\u{85}\\u{202e}");
    }

    #[test]
    fn long_text_is_cut_and_said_to_be() {
        assert_eq!(Shown::up_to("abcdé", 3).to_string(), "abc… (3 bytes more)");
        assert_eq!(Shown::up_to("abc", 3).to_string(), "abc");
    }

    proptest! {
        #[test]
        fn one_bounded_line(text in any::<String>()) {
            let shown = Shown::new(&text).to_string();
            prop_assert!(!shown.contains(harmful));
            prop_assert!(shown.chars().count() <= LETTERS * 10 + 40);
        }
    }
}
