//! What workers are told: why something is not as they wanted it. Pages say it in the worker's language, and know each
//! reason by its code; the English words are for logs and operators. Only what others have said goes along as it is:
//! the T-Server's words, a number, an agent.
//!
//! A reason more: here, its text as `refused-…` in every file of `web/src/languages`, and in `web/src/refusals.ts`;
//! tests on both sides hold them together.

use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// A reason, and the words of others that belong to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Remark {
    /// The reason.
    pub why: Why,
    /// What others said, or the value that it is about; empty: nothing.
    #[serde(skip_serializing_if = "str::is_empty", default)]
    pub words: Arc<str>,
}

macro_rules! reasons {
    ($($(#[$meta:meta])* $name:ident $english:literal),* $(,)?) => {
        /// Why something is not as a worker wanted it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[expect(missing_docs, reason = "each says it in English beside its name")]
        pub enum Why {
            $($(#[$meta])* $name),*
        }

        impl Why {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// For logs and operators; `{}` is where the words go.
            fn english(self) -> &'static str {
                match self {
                    $(Self::$name => $english),*
                }
            }
        }
    };
}

reasons! {
    NotYours "this is not yours any more",
    CallOver "this call has ended",
    CallNotNow "the call's state does not allow this now",
    CallMoved "the call has changed by now: nothing was done",
    CallNoDial "no call can be made from this DN now",
    CallNumber "enter the number, at most 64 characters long",
    CallDigits "only the digits 0 to 9, * and # can be sent, 32 at a time",
    CallRefused "the T-Server refused this: {}",
    CallUnanswered "the T-Server did not answer in time (`request-timeout`), or could not be reached",
    CallUnsupported "the T-Server does not offer this: {}",
    NoteNotNow "no note can be passed on with this call: remove the note",
    DataThere "it is there, with the value {}, by now: nothing was done",
    DataGone "it is gone by now: nothing was done",
    DataMoved "it is {} by now: nothing was done",
    DataNotNow "this cannot be changed here now: nothing was done",
    TextLong "this is too long: shorten it",
    TextControl "there are control characters in it: write it anew",
    TextEmpty "there is nothing to send",
    ChatOver "this chat is over",
    ChatFull "too many lines wait to be sent: send this one when they have left",
    Reload "the page and the service do not fit together: reload the page",
    StatePlatform "your UC client decides your state while it is connected",
    StateWaits "the contact centre cannot be reached now: your choice takes effect when it is back",
    StateWaitsAgent "agent {} is logged in at your DN: your choice takes effect when they have left",
    StateUnoffered "states cannot be chosen here: no browser plug-in is running",
    StateLost "your choice could not be passed on: choose again",
    StateRefused "your choice does not come about: {}",
    PreviewClosed "this preview is closed already",
    PreviewRedirected "where the call goes has changed: look at the preview and accept it again",
    NumberEmpty "enter a number",
    NumberNone "this is no telephone number",
    NumberShort "this number is too short",
    NumberLong "this number is too long",
    NumberOutside "calls may not be sent to this number here",
    NumberForbidden "calls may not be sent to numbers that begin like this one",
    RedirectLocked "your administrator has set where your calls go",
    RedirectNotKept "this counts from now on, but could not be saved: a restart of the service may forget it",
    RedirectNone "calls cannot be sent to outside numbers here: there is no [numbering-plan]",
    OutcomeClosed "this is settled already",
    OutcomeWaits "this is being saved already",
    OutcomeUnreachable "the T-Server cannot be reached now",
    OutcomeNoCode "this code is not offered here",
    OutcomeNoNote "the note is too long, or has control characters",
    OutcomeEmpty "there is neither a code nor a note",
    OutcomeRefused "the T-Server did not keep the outcome: {}",
    OutcomeOtherwise "the T-Server has kept something else",
    LineDecided "the T-Server answered {}, which is not what was asked for: its decision stands",
    LineAsksAgain "the T-Server answered {}, which is not what was asked for: it is asked again",
    LineNoState "the T-Server does not tell the state of this DN (EventRegistered)",
    LineAgent "agent {} is logged in at this DN",
    LineSays "{}",
}

impl Remark {
    /// A reason with the words of others.
    pub fn with(why: Why, words: impl Into<Arc<str>>) -> Self {
        Self { why, words: words.into() }
    }
}

impl From<Why> for Remark {
    fn from(why: Why) -> Self {
        Self { why, words: "".into() }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why.english().split_once("{}") {
            Some((before, after)) => write!(f, "{before}{}{after}", self.words),
            None => f.write_str(self.why.english()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_others_stand_in_their_place() {
        let told = |remark: Remark| remark.to_string();
        assert_eq!(told(Remark::with(Why::CallRefused, "Invalid {}")), "the T-Server refused this: Invalid {}");
        assert_eq!(told(Why::CallOver.into()), "this call has ended");
        let json = serde_json::to_string(&Remark::from(Why::StateWaitsAgent)).unwrap();
        assert_eq!(json, r#"{"why":"state-waits-agent"}"#);
    }
}
