//! What a refused publication means for its agent: in words for an operator, and when trying again makes sense.

use std::time::Duration;
use uc_sip::{
    message::Message,
    ms::{Diagnostics, Remedy},
};

/// Where another attempt may be the one that locks the account.
pub(crate) const SLOWLY: Duration = Duration::from_secs(600);

/// When to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// With back-off.
    Soon,
    /// After that time at the earliest: the server asks for it.
    After(Duration),
    /// With a new registration: the server has lost the old one, or nobody knows what stands.
    Anew,
}

/// What is wrong and what to do, and when to try again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) why: String,
    pub(crate) again: Again,
    /// Whether nothing of the request was applied.
    pub(crate) definite: bool,
    /// Whether nobody has to do anything about it.
    pub(crate) passes: bool,
}

/// Whether what a server answers so passes by itself: it is out of order, overloaded, or has lost what was there. What it
/// has no use for (501, 505) or finds too large (513) does not.
pub(crate) fn passes(status: u16) -> bool {
    matches!(status, 0 | 408 | 409 | 429 | 480 | 481 | 500 | 502..=504 | 506..=512 | 514..=599)
}

impl Refusal {
    /// Of an answer to a publication, which is neither 2xx nor a conflict.
    pub(crate) fn of(response: &Message) -> Self {
        let diagnostics = Diagnostics::of(response);
        let summary = response.summary();
        let why = match (&diagnostics, response.status()) {
            (Some(diagnostics), _) => format!("{summary}: {diagnostics}"),
            (None, Some(403)) => format!("{summary}: the pool does not let this application publish as the user"),
            (None, Some(404)) => format!("{summary}: the user is unknown: check the SIP address"),
            _ => summary,
        };
        // A server that is out of order (503) has not begun; one that failed or waited in vain (408, 500, 504) may
        // have.
        let definite = !matches!(response.status(), Some(408 | 500..=502 | 504..=599));
        let again = Self::again(response, diagnostics.as_ref());
        let retry = diagnostics.is_some_and(|known| known.remedy() == Remedy::Retry);
        let passes = retry || again == Again::Anew || response.status().is_some_and(passes);
        Self { why, again, definite, passes }
    }

    fn again(response: &Message, diagnostics: Option<&Diagnostics>) -> Again {
        if let Some(wait) = response.retry_after() {
            return Again::After(wait);
        }
        // The endpoint is not registered: what this server says for it is no fault of the request.
        let unregistered = diagnostics.is_some_and(|known| known.id == 4010);
        match diagnostics.map(Diagnostics::remedy) {
            _ if unregistered => Again::Anew,
            Some(Remedy::StartAgain) => Again::Anew,
            // Somebody must act, and nobody says when that is done.
            Some(Remedy::Retry | Remedy::Administrator) => Again::Soon,
            Some(Remedy::Unknown) | None => match response.status() {
                Some(401 | 407 | 481) => Again::Anew,
                _ => Again::Soon,
            },
        }
    }
}
