//! The note of an agent rule: text with placeholders such as `{reason}`. Pure.

use super::agent_rule::AgentView;

/// Longest template, in characters.
const LONGEST_TEMPLATE: usize = 256;
/// Longest note, in characters; UC clients cut longer ones.
const LONGEST: usize = 300;
/// Longest text put in the place of one placeholder: reasons are a stranger's.
const LONGEST_PART: usize = 64;
/// Every placeholder.
const PLACEHOLDERS: [&str; 5] = ["agent", "agent-state", "call-type", "reason", "work-mode"];

/// What is wrong with a template, and what is allowed.
pub(super) fn check(template: &str) -> Result<(), (String, String)> {
    let allowed = || format!("text with {}", PLACEHOLDERS.map(|name| format!("{{{name}}}")).join(", "));
    if template.chars().count() > LONGEST_TEMPLATE {
        return Err(("this note is too long".into(), format!("up to {LONGEST_TEMPLATE} characters")));
    }
    if template.trim().is_empty() || template.contains(char::is_control) {
        return Err(("this is no line of text".into(), allowed()));
    }
    let mut rest = template;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return Err(("a placeholder is not closed".into(), allowed()));
        };
        if !PLACEHOLDERS.contains(&name) {
            return Err((format!("there is no placeholder {{{name}}}"), allowed()));
        }
        rest = after;
    }
    Ok(())
}

/// The note for this agent: one line, cut to its longest length. Braces that [`check`] refuses stay as they are.
pub(super) fn fill(template: &str, view: &AgentView) -> String {
    let mut note = String::with_capacity(template.len() + LONGEST_PART);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        note += before;
        match after.split_once('}') {
            Some((name, after)) => {
                note.extend(value(name, view).chars().filter(|letter| !letter.is_control()).take(LONGEST_PART));
                rest = after;
            }
            None => rest = after,
        }
    }
    note += rest;
    match note.char_indices().nth(LONGEST) {
        Some((end, _)) => note[..end].trim().to_owned(),
        None => note.trim().to_owned(),
    }
}

fn value(name: &str, view: &AgentView) -> String {
    match name {
        "agent" => view.agent.to_string(),
        "agent-state" => format!("{:?}", view.state),
        "call-type" => view.call.map(|call| format!("{call:?}")).unwrap_or_default(),
        "reason" => view.reason.to_string(),
        "work-mode" => view.work_mode.name().to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent_link::WorkMode;
    use proptest::prelude::*;

    #[test]
    fn placeholders_are_filled() {
        let view = AgentView { work_mode: WorkMode::AuxWork, reason: "7\n".into(), ..AgentView::default() };
        assert_eq!(fill("{work-mode}: {reason}{call-type}", &view), "AuxWork: 7");
        assert_eq!(check("{work-mode}: {reason}"), Ok(()));
        for bad in ["{reasn}", "{reason", "", " ", "a\nb", &"x".repeat(257)] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_reason_is_the_note_is_one_short_line(template in ".{0,256}", reason in ".{0,2000}") {
            let note = fill(&template.replace(char::is_control, ""), &AgentView { reason: reason.into(), ..Default::default() });
            prop_assert!(note.chars().count() <= LONGEST && !note.contains(char::is_control));
        }
    }
}
