//! Problems as a person reads them: the line of the file, underlined, with what is allowed below.

use super::problem::Problem;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use std::ops::Range;

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
            let (line, span) = line_of(span, &problem.source.text);
            let number = problem.line_column().map_or(1, |(number, _)| number);
            let annotation = AnnotationKind::Primary.span(span).label(label);
            title.element(Snippet::source(line).line_start(number).path(&path).annotation(annotation))
        }
        None => title.element(Origin::path(&path)),
    };
    if let Some(allowed) = &problem.allowed {
        group = group.element(Level::HELP.message(format!("allowed: {allowed}")));
    }
    renderer.render(&[group])
}

/// The line on which a span begins, and the part of the span on it: a whole table underlined says less than its head,
/// and a renderer given a whole directory reads it through for each problem.
fn line_of<'t>(span: &Range<usize>, text: &'t str) -> (&'t str, Range<usize>) {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.floor_char_boundary(span.end.clamp(start, text.len()));
    let from = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let to = text[start..].find('\n').map_or(text.len(), |length| start + length);
    (&text[from..to], start - from..end.min(to) - from)
}
