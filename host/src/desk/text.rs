//! What workers write, before it goes to a T-Server. Pure.

/// Whether there are characters in it that steer the terminal, printer or desktop of whoever reads it. Line feeds and tabs
/// only lay it out.
pub(super) fn steers(text: &str) -> bool {
    text.contains(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\t'))
}
