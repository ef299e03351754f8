//! Problems and warnings on standard error, for people; `--json` answers hold them as values.

use crate::config::{Problem, render, render_warnings};
use std::io::{IsTerminal as _, Write as _};

/// Tells everything that is wrong, with the lines of the files, and how much it is.
pub fn report(problems: &[Problem]) {
    tell(problems.len(), "problem", |colour| render(problems, colour));
}

/// The same for what does not keep the service from its work.
pub fn warn(warnings: &[Problem]) {
    if !warnings.is_empty() {
        tell(warnings.len(), "warning", |colour| render_warnings(warnings, colour));
    }
}

fn tell(count: usize, noun: &str, rendered: impl FnOnce(bool) -> String) {
    let mut output = std::io::stderr();
    let colour = output.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let plural = if count == 1 { "" } else { "s" };
    // When standard error is gone there is nowhere left to complain.
    let _ = writeln!(output, "{}\n\n{count} {noun}{plural}", rendered(colour));
}
