//! Section `[web.hotkeys]`: the keys of the pages, where the worker has chosen none of their own (requirements F22).

use super::config::Problem;
use serde::{Deserialize, Serialize};

/// A key for each action of the pages. The twin of `web/src/hotkeys.ts`, which lets workers choose by the same rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hotkeys {
    /// Goes to the oldest preview.
    pub preview: String,
    /// Accepts the preview in focus.
    pub accept: String,
    /// Declines the preview in focus.
    pub decline: String,
    /// Silences the sound.
    pub silence: String,
    /// Opens the state menu.
    pub state: String,
}

impl Default for Hotkeys {
    fn default() -> Self {
        let [preview, accept, decline, silence, state] = ["Alt+P", "Alt+A", "Alt+D", "Alt+M", "Alt+S"].map(Into::into);
        Self { preview, accept, decline, silence, state }
    }
}

impl Hotkeys {
    /// Keys that no page can have, and keys that would do two things.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let all = [
            ("web.hotkeys.preview", &self.preview),
            ("web.hotkeys.accept", &self.accept),
            ("web.hotkeys.decline", &self.decline),
            ("web.hotkeys.silence", &self.silence),
            ("web.hotkeys.state", &self.state),
        ];
        let wrong = |(at, (key, keys)): (usize, &(&'static str, &String))| {
            if !is_usable(keys) {
                let text = format!(
                    "{keys:?} cannot be used; take Alt with a letter but E and F, Alt+Shift, Ctrl+Alt or Ctrl+Alt+Shift \
                     with a letter or digit, or F2, F4, F8 or F9, as in \"Alt+A\""
                );
                return Some(Problem::new(key, text));
            }
            let (other, _) = all[..at].iter().find(|(_, others)| others == keys)?;
            Some(Problem::new(key, format!("{keys:?} is taken by {other} already; take other keys")))
        };
        all.iter().enumerate().filter_map(wrong).collect()
    }
}

/// What browsers leave to pages, and what does nothing while somebody writes (WCAG 2.1.4).
fn is_usable(keys: &str) -> bool {
    if matches!(keys, "F2" | "F4" | "F8" | "F9") {
        return true;
    }
    let Some((held, &[key])) = keys.rsplit_once('+').map(|(held, key)| (held, key.as_bytes())) else { return false };
    match held {
        "Alt" => key.is_ascii_uppercase() && !matches!(key, b'E' | b'F'),
        "Alt+Shift" | "Ctrl+Alt" | "Ctrl+Alt+Shift" => key.is_ascii_uppercase() || key.is_ascii_digit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_browsers_leave_to_pages() {
        for keys in ["Alt+A", "Alt+Shift+1", "Ctrl+Alt+Z", "Ctrl+Alt+Shift+0", "F9"] {
            assert!(is_usable(keys), "{keys}");
        }
        for keys in
            ["", "A", "alt+a", "Alt+a", "Alt+1", "Alt+F", "Ctrl+W", "Shift+Alt+A", "F5", "Alt+F4", "Alt+Ä", "Alt+"]
        {
            assert!(!is_usable(keys), "{keys}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named_with_its_key() {
        assert!(Hotkeys::default().problems().is_empty());
        let hotkeys: Hotkeys = toml::from_str("decline = \"Alt+A\"\nstate = \"Ctrl+W\"").unwrap();
        let problems = hotkeys.problems();
        let keys: Vec<_> = problems.iter().map(|problem| problem.key).collect();
        assert_eq!(keys, ["web.hotkeys.decline", "web.hotkeys.state"]);
        assert!(problems[0].text.contains("web.hotkeys.accept"), "{}", problems[0]);
    }
}
