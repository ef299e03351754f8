//! Section `[outcome]` and what contradicts itself among `[[disposition]]`.

use super::{PreviewReporting, findings::Findings, is_language};
use crate::{
    policy::{
        OutcomeForm,
        outcome::{Disposition, MOST_DISPOSITIONS},
    },
    wire::seconds,
};
use serde::Deserialize;
use std::{collections::HashSet, sync::Arc, time::Duration};

/// Letters of a note: with a code beside it, it must fit into a frame and into attached data.
const LONGEST_NOTE: u32 = 2000;

/// Section `[outcome]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Outcome {
    /// UserData key of the code of a `[[disposition]]`.
    pub(super) code_key: Arc<str>,
    /// UserData key of the worker's note; empty: no note is offered.
    pub(super) note_key: Arc<str>,
    /// Letters of a note, at most.
    pub(super) longest_note: u32,
    /// How long it can be given after the end of a call or preview.
    #[serde(with = "seconds")]
    pub(super) offered_for: Duration,
}

impl Default for Outcome {
    fn default() -> Self {
        Self {
            code_key: "DispositionCode".into(),
            note_key: "".into(),
            longest_note: 500,
            offered_for: Duration::from_secs(300),
        }
    }
}

impl Outcome {
    /// With the dispositions, as workers are asked.
    pub(super) fn form(&self, dispositions: Vec<Disposition>) -> OutcomeForm {
        let Self { code_key, note_key, longest_note, offered_for } = self.clone();
        OutcomeForm { dispositions, code_key, note_key, longest_note, offered_for }
    }

    pub(super) fn check(
        &self,
        dispositions: &[Disposition],
        reporting: &PreviewReporting<'_>,
        findings: &mut Findings<'_>,
    ) {
        let is_key = |key: &str| key.chars().count() <= 255 && !key.contains(char::is_control);
        if self.code_key.is_empty() || !is_key(&self.code_key) {
            findings.wrong("outcome.code-key", "this is no key", "1 to 255 letters on one line");
        }
        if !is_key(&self.note_key) {
            findings.wrong("outcome.note-key", "this is no key", "up to 255 letters on one line; empty for none");
        }
        if self.code_key == self.note_key {
            findings.wrong("outcome.note-key", "this is the key of the code", "another key; empty for no note");
        }
        if !(1..=LONGEST_NOTE).contains(&self.longest_note) {
            let allowed = format!("1 to {LONGEST_NOTE} letters; for no note leave note-key empty");
            findings.wrong("outcome.longest-note", "this is no length of a note", allowed);
        }
        if self.offered_for.is_zero() {
            findings.wrong("outcome.offered-for", "no time to give it", "more than 0 and up to 3600 seconds");
        }
        if !dispositions.is_empty() || !self.note_key.is_empty() {
            self.check_reports(reporting, findings);
        }
        check_dispositions(dispositions, findings);
    }

    /// What a worker says is told by a user event, too: it would begin or end the state of a preview.
    fn check_reports(&self, reporting: &PreviewReporting<'_>, findings: &mut Findings<'_>) {
        for (key, value) in [("code-key", &self.code_key), ("note-key", &self.note_key)] {
            if reporting.says(value) {
                let message = "with enable-preview-reporting this key says something else to ICON";
                findings.wrong(&format!("outcome.{key}"), message, "another key");
            }
        }
    }
}

fn check_dispositions(dispositions: &[Disposition], findings: &mut Findings<'_>) {
    if dispositions.len() > MOST_DISPOSITIONS {
        let message = format!("there are {} of these", dispositions.len());
        findings.wrong(&format!("disposition[{MOST_DISPOSITIONS}]"), message, format!("up to {MOST_DISPOSITIONS}"));
    }
    let mut codes = HashSet::new();
    for (index, one) in dispositions.iter().enumerate().take(MOST_DISPOSITIONS) {
        for fault in one.faults(is_language) {
            findings.wrong(&format!("disposition[{index}].{}", fault.key), fault.message, fault.allowed);
        }
        if !codes.insert(&*one.code) {
            let message = format!("{:?} is listed above already", one.code);
            findings.wrong(&format!("disposition[{index}].code"), message, "each code once");
        }
    }
}
