//! Problems and warnings on standard error, for people; `--json` answers hold them as values.

use crate::config::{Problem, render, render_warnings};
use std::io::{IsTerminal as _, Write as _};

/// Tells everything that is wrong, with the lines of the files, and how much it is.
pub fn report(problems: &[Problem]) {
    tell(&reported(problems));
}

/// What [`report`] tells.
pub fn reported(problems: &[Problem]) -> String {
    counted(problems.len(), "problem", |colour| render(problems, colour))
}

/// The same for what does not keep the service from its work.
pub fn warn(warnings: &[Problem]) {
    if !warnings.is_empty() {
        tell(&counted(warnings.len(), "warning", |colour| render_warnings(warnings, colour)));
    }
}

fn counted(count: usize, noun: &str, rendered: impl FnOnce(bool) -> String) -> String {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let plural = if count == 1 { "" } else { "s" };
    format!("{}\n\n{count} {noun}{plural}\n", rendered(colour))
}

/// Waits for whoever reads: it may be somebody who reads page by page.
fn tell(text: &str) {
    // When standard error is gone there is nowhere left to complain.
    let _ = std::io::stderr().write_all(text.as_bytes());
}
