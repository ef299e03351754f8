//! What a worker can say of a call or a preview when it is over: the operator's `[outcome]` and `[[disposition]]`.

use super::{
    RuleFault,
    user_data::{Texts, fault, faults_of_texts, is_one_line},
};
use serde::Deserialize;
use std::{sync::Arc, time::Duration};

/// More `[[disposition]]` are refused: nobody finds one among so many.
pub const MOST_DISPOSITIONS: usize = 50;
/// Letters of a code.
const LONGEST_CODE: usize = 255;

/// What an outcome is said of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeOf {
    /// A call that the worker has talked on.
    Call,
    /// A preview that they declined.
    Declined,
    /// A preview that timed out at their page.
    Missed,
}

/// One `[[disposition]]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Disposition {
    /// What is attached.
    pub code: Arc<str>,
    /// What workers read; none: the code.
    label: Option<Texts>,
    /// What it is offered for; none: everything.
    #[serde(rename = "for")]
    of: Option<Vec<OutcomeOf>>,
    /// Media types of previews that it is offered for; calls are voice; none: all.
    media_types: Option<Vec<Arc<str>>>,
}

impl Disposition {
    /// What workers read.
    pub fn label_in(&self, language: &str) -> &Arc<str> {
        self.label.as_ref().map_or(&self.code, |label| label.in_language(language))
    }

    /// Whether it is offered for this.
    pub fn is_for(&self, of: OutcomeOf, media_type: &str) -> bool {
        let names = |types: &Vec<Arc<str>>| types.iter().any(|one| one.eq_ignore_ascii_case(media_type));
        self.of.as_ref().is_none_or(|all| all.contains(&of)) && self.media_types.as_ref().is_none_or(names)
    }

    /// Everything wrong with it; `is_language` says whether a word is a language tag.
    pub fn faults(&self, is_language: impl Fn(&str) -> bool) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        if !is_one_line(&self.code, LONGEST_CODE) {
            faults.push(fault("code", "this is no code", &format!("1 to {LONGEST_CODE} letters on one line")));
        }
        faults.extend(self.label.iter().flat_map(|label| faults_of_texts("label", label, &is_language)));
        if self.of.as_ref().is_some_and(Vec::is_empty) {
            faults.push(fault("for", "it is offered for nothing", "call, declined, missed, or leave it out for all"));
        }
        faults
    }
}

/// What is asked of workers, and under which keys it goes into the call's data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutcomeForm {
    /// In the order of display.
    pub dispositions: Vec<Disposition>,
    /// Key of the code.
    pub code_key: Arc<str>,
    /// Key of the note; empty: none is offered.
    pub note_key: Arc<str>,
    /// Letters of a note, at most.
    pub longest_note: u32,
    /// How long it can be said after the end.
    pub offered_for: Duration,
}

impl OutcomeForm {
    /// What can be chosen for this.
    pub fn codes(&self, of: OutcomeOf, media_type: &str) -> impl Iterator<Item = &Disposition> {
        self.dispositions.iter().filter(move |one| one.is_for(of, media_type))
    }

    /// Letters of a note for this; 0: none is offered. A note alone is asked for after calls, and after previews where
    /// there is a code to choose.
    pub fn note(&self, of: OutcomeOf, media_type: &str) -> u32 {
        let asked = of == OutcomeOf::Call || self.codes(of, media_type).next().is_some();
        if self.note_key.is_empty() || !asked { 0 } else { self.longest_note }
    }

    /// Something is asked for this.
    pub fn asks(&self, of: OutcomeOf, media_type: &str) -> bool {
        self.note(of, media_type) > 0 || self.codes(of, media_type).next().is_some()
    }

    /// Something is asked at all.
    pub fn is_used(&self) -> bool {
        !self.dispositions.is_empty() || !self.note_key.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str, note_key: &str) -> OutcomeForm {
        #[derive(Deserialize)]
        struct Part {
            #[serde(default)]
            disposition: Vec<Disposition>,
        }
        let Part { disposition } = toml::from_str(text).expect("dispositions");
        let note_key = note_key.into();
        OutcomeForm { dispositions: disposition, note_key, longest_note: 500, ..OutcomeForm::default() }
    }

    #[test]
    fn what_is_asked_follows_from_what_is_configured() {
        let two =
            "[[disposition]]\ncode = 'a'\n[[disposition]]\ncode = 'b'\nfor = ['declined']\nmedia-types = ['chat']";
        let with = form(two, "Note");
        let codes = |of, media| with.codes(of, media).map(|one| &*one.code).collect::<Vec<_>>();
        assert_eq!(codes(OutcomeOf::Call, "voice"), ["a"]);
        assert_eq!(codes(OutcomeOf::Declined, "Chat"), ["a", "b"]);
        assert_eq!(codes(OutcomeOf::Declined, "voice"), ["a"]);
        assert_eq!(with.note(OutcomeOf::Missed, "voice"), 500);
        let note_alone = form("", "Note");
        assert!(note_alone.asks(OutcomeOf::Call, "voice") && !note_alone.asks(OutcomeOf::Missed, "voice"));
        let nothing = form("", "");
        assert!(!nothing.is_used() && !nothing.asks(OutcomeOf::Call, "voice"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let bad = form("[[disposition]]\ncode = ' '\nlabel = { english = 'x' }\nfor = []", "");
        let keys: Vec<_> = bad.dispositions[0].faults(|tag| tag.len() == 2).into_iter().map(|one| one.key).collect();
        assert_eq!(keys, ["code", "label", "for"]);
    }
}
