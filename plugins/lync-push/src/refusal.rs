//! What a refused publication means for its agent: in words for an operator, and when trying again makes sense.

use std::time::Duration;
use uc_sip::{
    message::{Message, Name},
    ms::{Diagnostics, Remedy},
};

/// When somebody must act.
pub(crate) const SLOWLY: Duration = Duration::from_secs(600);
/// Longest Retry-After that is honoured.
const LONGEST: Duration = Duration::from_secs(3600);

/// When to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// With back-off.
    Soon,
    /// After that time at the earliest.
    After(Duration),
    /// With a new registration: the server has lost the old one.
    Anew,
}

/// What is wrong and what to do, and when to try again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) why: String,
    pub(crate) again: Again,
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
        Self { why, again: Self::again(response, diagnostics.as_ref()) }
    }

    fn again(response: &Message, diagnostics: Option<&Diagnostics>) -> Again {
        let asked = response.get(Name::RetryAfter).and_then(|value| value.split([';', ' ', '(']).next()?.parse().ok());
        if let Some(seconds) = asked {
            return Again::After(Duration::from_secs(seconds).clamp(Duration::from_secs(1), LONGEST));
        }
        match diagnostics.map(Diagnostics::remedy) {
            // The endpoint is not registered: what this server says for it is no fault of the request.
            _ if diagnostics.is_some_and(|known| known.id == 4010) => Again::Anew,
            Some(Remedy::StartAgain) => Again::Anew,
            Some(Remedy::Retry) => Again::Soon,
            Some(Remedy::Administrator) => Again::After(SLOWLY),
            Some(Remedy::Unknown) | None => match response.status() {
                Some(401 | 407 | 481) => Again::Anew,
                Some(408 | 430 | 480 | 500..=599) => Again::Soon,
                _ => Again::After(SLOWLY),
            },
        }
    }
}
