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
            let annotation = AnnotationKind::Primary.span(visible(span, &problem.source.text)).label(label);
            title.element(Snippet::source(&problem.source.text).path(&path).annotation(annotation))
        }
        None => title.element(Origin::path(&path)),
    };
    if let Some(allowed) = &problem.allowed {
        group = group.element(Level::HELP.message(format!("allowed: {allowed}")));
    }
    renderer.render(&[group])
}

/// The part of a span on its first line: a whole table underlined says less than its head.
fn visible(span: &Range<usize>, text: &str) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.floor_char_boundary(span.end.clamp(start, text.len()));
    let line_end = text[start..end].find('\n').map_or(end, |length| start + length);
    start..line_end
}
