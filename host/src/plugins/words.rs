//! What plug-ins say in words, as operators read it: on one line, within bounds, with nothing that steers a terminal.

use crate::wire::Shown;
use uc_plugin_api::{Event, Invited, Problem, Published, RString};

/// Letters of each text; the rest is counted.
const LETTERS: usize = 1000;

/// A text, fit to be read.
pub(super) fn fit(text: &str) -> String {
    Shown::up_to(text, LETTERS).to_string()
}

/// A complaint of a plug-in about its settings, fit to be read.
pub(super) fn fit_problem(problem: Problem) -> Problem {
    let Problem { file, line, column, key, message } = problem;
    Problem { file: fit(&file).into(), line, column, key: fit(&key).into(), message: fit(&message).into() }
}

/// An event whose words are fit to be read; none: they are as they stand.
pub(super) fn fit_event(event: &Event) -> Option<Event> {
    match event {
        Event::Failed(why) => changed(why).map(Event::Failed),
        Event::Link(status, detail) => changed(detail).map(|detail| Event::Link(*status, detail)),
        Event::Invited(Invited { id, error }) => {
            (reason(error) != error.as_str()).then(|| Event::Invited(Invited { id: *id, error: reason(error).into() }))
        }
        Event::Published(results) if results.iter().any(|result| reason(&result.error) != result.error.as_str()) => {
            let fit = |Published { user, error }: &Published| Published { user: *user, error: reason(error).into() };
            Some(Event::Published(results.iter().map(fit).collect()))
        }
        _ => None,
    }
}

/// Why something failed, fit to be read; empty: it did not.
fn reason(text: &str) -> String {
    match fit(text) {
        blank if !blank.is_empty() && blank.trim().is_empty() => "without a reason".to_owned(),
        fit => fit,
    }
}

fn changed(text: &RString) -> Option<RString> {
    let fit = fit(text);
    (fit != text.as_str()).then(|| fit.into())
}
