//! The part of the frames that is about outcomes: what workers are asked of calls and previews that are over.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What an outcome is said of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OutcomeAbout {
    /// A call that they have talked on.
    Call,
    /// A preview that they declined.
    Declined,
    /// A preview that timed out.
    Missed,
}

/// A code that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeCode {
    /// What is attached.
    pub code: Arc<str>,
    /// What it is called.
    pub label: Arc<str>,
}

/// What a worker is asked of a call or preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Its number: none is given twice while the host runs.
    pub id: u64,
    /// ConnID, 16 hexadecimal digits.
    pub conn_id: Arc<str>,
    /// The worker's DN.
    pub dn: Arc<str>,
    /// Call or preview.
    pub about: OutcomeAbout,
    /// Whom it was with, empty when unknown.
    pub caller: Arc<str>,
    /// It is over; else the call goes on.
    pub over: bool,
    /// It is said, and not yet kept.
    pub waits: bool,
    /// What can be chosen.
    pub codes: Vec<OutcomeCode>,
    /// Letters of a note, at most; 0: none is asked for.
    pub note: u32,
}

/// Why a worker is asked no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OutcomeEnd {
    /// It stands in the call's data.
    Saved,
    /// It stands in reports alone: the call is not known any more.
    Reported,
    /// They had nothing to say.
    Skipped,
    /// They said nothing in time.
    Late,
}

#[cfg(test)]
mod tests {
    use super::{super::golden::check, *};
    use crate::web::message::{ClientFrame, ServerFrame};

    #[test]
    fn outcomes() {
        let code = |code: &str, label: &str| OutcomeCode { code: code.into(), label: label.into() };
        let outcome = Outcome {
            id: 3,
            conn_id: "0000000000000007".into(),
            dn: "5001".into(),
            about: OutcomeAbout::Declined,
            caller: "+49 30 1234".into(),
            over: true,
            waits: false,
            codes: vec![code("busy", "No time"), code("other", "For a colleague")],
            note: 500,
        };
        check("server-outcome", &ServerFrame::Outcome(outcome));
        check("server-outcome-gone", &ServerFrame::OutcomeGone { id: 3, end: OutcomeEnd::Saved });
        let (conn_id, code): (Arc<str>, _) = ("0000000000000007".into(), Some("busy".into()));
        let note = Some("In a meeting\nuntil four".into());
        check("client-outcome", &ClientFrame::Outcome { id: 3, conn_id: conn_id.clone(), code, note });
        check("client-outcome-skip", &ClientFrame::OutcomeSkip { id: 3, conn_id });
    }

    #[test]
    fn the_page_knows_every_word() {
        use OutcomeAbout::{Call, Declined, Missed};
        use OutcomeEnd::{Late, Reported, Saved, Skipped};
        check("words-outcome", &(vec![Call, Declined, Missed], vec![Saved, Reported, Skipped, Late]));
    }
}
