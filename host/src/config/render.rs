//! Problems as a person reads them: the line of the file, underlined, with what is allowed below.

pub(super) mod shown;

use super::{fault::UNKNOWN_KEY, problem::Problem};
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

/// Renders every problem the way the Rust compiler does, with a blank line between them.
pub fn render(problems: &[Problem], colour: bool) -> String {
    all(problems, &Level::ERROR, colour)
}

/// The same for what does not keep the service from its work.
pub fn render_warnings(warnings: &[Problem], colour: bool) -> String {
    all(warnings, &Level::WARNING, colour)
}

fn all(problems: &[Problem], level: &Level<'static>, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let rendered: Vec<_> = problems.iter().map(|problem| one(problem, level.clone(), &renderer)).collect();
    rendered.join("\n\n")
}

fn one(problem: &Problem, level: Level<'static>, renderer: &Renderer) -> String {
    let title = match problem.key.as_str() {
        "" => problem.message.clone(),
        key => format!("`{key}`: {}", problem.message),
    };
    let path = problem.source.path.display().to_string();
    let label = problem.suggestion.as_ref().map(|meant| format!("did you mean `{meant}`?"));
    let title = level.primary_title(title);
    let mut group = match &problem.span {
        Some(span) => {
            let (number, column) = problem.line_column().unwrap_or((1, 1));
            // Plug-ins say it in words of their own.
            let of_plugin = problem.message.starts_with("unknown key");
            let unknown = of_plugin || (problem.message == UNKNOWN_KEY && problem.suggestion.is_none());
            let shown = shown::line(span, &problem.source.text, unknown);
            let annotation = AnnotationKind::Primary.span(shown.span).label(label);
            let snippet = Snippet::source(shown.text).line_start(number).annotation(annotation);
            match shown.moved {
                true => title.element(Origin::path(&path).line(number).char_column(column)).element(snippet),
                false => title.element(snippet.path(&path)),
            }
        }
        None => title.element(Origin::path(&path)),
    };
    if let Some(allowed) = &problem.allowed {
        group = group.element(Level::HELP.message(format!("allowed: {allowed}")));
    }
    renderer.render(&[group])
}
