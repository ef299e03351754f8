//! Problems on standard error, for people; `--json` answers hold them as values.

use crate::config::{Problem, render};
use std::io::{IsTerminal as _, Write as _};

/// Tells everything that is wrong, with the lines of the files, and how much it is.
pub fn report(problems: &[Problem]) {
    let mut output = std::io::stderr();
    let colour = output.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let count = match problems.len() {
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    // When standard error is gone there is nowhere left to complain.
    let _ = writeln!(output, "{}\n\n{count}", render(problems, colour));
}
