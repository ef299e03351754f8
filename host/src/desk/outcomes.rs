//! What a worker is asked of a call or preview that is over, and what they say of it.

use crate::{
    agent_link::KvList,
    desk::text::steers,
    policy::{OutcomeForm, OutcomeOf},
    remark::Why,
    web::message::{self, OutcomeAbout},
};
use std::sync::Arc;

/// What a page draws of one.
pub(crate) struct OutcomeView<'o> {
    /// Its number.
    pub(crate) id: u64,
    /// ConnID of the call, or of the interaction of the preview.
    pub(crate) conn_id: Arc<str>,
    /// The worker's DN.
    pub(crate) dn: &'o Arc<str>,
    /// What it is said of.
    pub(crate) of: OutcomeOf,
    /// Its media type.
    pub(crate) media_type: &'o str,
    /// Whom it was with.
    pub(crate) caller: &'o Arc<str>,
    /// It is over.
    pub(crate) over: bool,
    /// It is said, and not yet kept.
    pub(crate) waits: bool,
}

/// As a page in this language shows it.
pub(crate) fn outcome(view: &OutcomeView<'_>, form: &OutcomeForm, language: &str) -> message::Outcome {
    let code = |one: &crate::policy::Disposition| message::OutcomeCode {
        code: one.code.clone(),
        label: one.label_in(language).clone(),
    };
    message::Outcome {
        id: view.id,
        conn_id: view.conn_id.clone(),
        dn: view.dn.clone(),
        about: match view.of {
            OutcomeOf::Call => OutcomeAbout::Call,
            OutcomeOf::Declined => OutcomeAbout::Declined,
            OutcomeOf::Missed => OutcomeAbout::Missed,
        },
        caller: view.caller.clone(),
        over: view.over,
        waits: view.waits,
        codes: form.codes(view.of, view.media_type).map(code).collect(),
        note: form.note(view.of, view.media_type),
    }
}

/// What a worker says, as pairs of the call's data.
///
/// # Errors
/// What is wrong with it, for the worker.
pub(crate) fn outcome_pairs(
    view: &OutcomeView<'_>,
    form: &OutcomeForm,
    code: Option<&str>,
    note: Option<&str>,
) -> Result<KvList, Why> {
    let mut pairs = KvList::default();
    if let Some(code) = code {
        let offered = form.codes(view.of, view.media_type).any(|one| *one.code == *code);
        if !offered {
            return Err(Why::OutcomeNoCode);
        }
        pairs.push_str(&*form.code_key, code);
    }
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    if let Some(note) = note {
        let longest = form.note(view.of, view.media_type) as usize;
        if note.chars().count() > longest || steers(note) {
            return Err(Why::OutcomeNoNote);
        }
        pairs.push_str(&*form.note_key, note);
    }
    if pairs.0.is_empty() { Err(Why::OutcomeEmpty) } else { Ok(pairs) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> OutcomeForm {
        #[derive(serde::Deserialize)]
        struct Part {
            disposition: Vec<crate::policy::Disposition>,
        }
        let text = "[[disposition]]\ncode = 'sold'\nlabel = { en = 'Sold', de = 'Verkauft' }\nfor = ['call']\n\
                    [[disposition]]\ncode = 'busy'\nfor = ['declined']";
        let Part { disposition: dispositions } = toml::from_str(text).expect("dispositions");
        let keys = |key: &str| -> Arc<str> { key.into() };
        let (code_key, note_key) = (keys("Code"), keys("Note"));
        OutcomeForm { dispositions, code_key, note_key, longest_note: 10, ..OutcomeForm::default() }
    }

    fn said(of: OutcomeOf, code: Option<&str>, note: Option<&str>) -> Result<String, Why> {
        let (dn, caller, conn_id) = ("5001".into(), "030".into(), "1".into());
        let view =
            OutcomeView { id: 1, conn_id, dn: &dn, of, media_type: "voice", caller: &caller, over: true, waits: false };
        let pairs = outcome_pairs(&view, &form(), code, note)?;
        Ok(pairs.flat().into_iter().map(|(key, value)| format!("{key}={value} ")).collect())
    }

    #[test]
    fn only_what_is_offered_is_attached_and_text_stays_text() {
        use OutcomeOf::{Call, Declined};
        for (of, code, note, expected) in [
            (Call, Some("sold"), None, Ok("Code=sold ")),
            (Call, Some("sold"), Some("  two\nrows "), Ok("Code=sold Note=two\nrows ")),
            (Call, None, Some("<b>'x'</b>"), Ok("Note=<b>'x'</b> ")),
            (Call, Some("busy"), None, Err(Why::OutcomeNoCode)),
            (Declined, Some("busy"), None, Ok("Code=busy ")),
            (Call, Some("sold"), Some("eleven chars"), Err(Why::OutcomeNoNote)),
            (Call, Some("sold"), Some("a\u{1b}"), Err(Why::OutcomeNoNote)),
            (Call, None, Some("  "), Err(Why::OutcomeEmpty)),
            (Call, None, None, Err(Why::OutcomeEmpty)),
        ] {
            assert_eq!(said(of, code, note).as_deref().map_err(|why| *why), expected, "{of:?} {code:?} {note:?}");
        }
    }
}
