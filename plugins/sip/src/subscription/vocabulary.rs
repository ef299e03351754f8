//! What a subscription is asked for, and what it tells.

use crate::message::Message;
use crate::ms::Diagnostics;
use bytes::Bytes;
use std::time::Duration;

/// What a subscription asks for.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Request-URI and To: the watcher itself for a batch, a pool for `resubscribe`, or one user.
    pub target: String,
    /// From URI.
    pub watcher: String,
    /// The watcher's epid.
    pub epid: String,
    /// Contact URI: the endpoint's GRUU.
    pub contact: String,
    /// Event package.
    pub event: String,
    /// Further header fields: Accept, Require, Supported, Proxy-Require.
    pub fields: Vec<(String, String)>,
    /// Seconds asked for; none leaves it to the server. 0 asks once and ends.
    pub expires: Option<u32>,
    /// How long before its end a subscription is refreshed. Two minutes is the field's habit.
    pub margin: Duration,
    /// Whether it begins afresh by itself when the server ended, lost or refused it for a while. Otherwise it is over
    /// then ([`Ended::Lost`]), at the latest when the time that the server granted is, and its owner decides.
    pub renews: bool,
}

/// A body with its Content-Type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Content-Type.
    pub content_type: String,
    /// The bytes.
    pub bytes: Bytes,
}

/// What happened to a subscription.
// A box would cost every notify an allocation.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Event {
    /// The server accepted or prolonged it.
    Active {
        /// Seconds until it ends.
        expires: u32,
        /// Whether the answer was to a change inside the dialog.
        change: bool,
    },
    /// A SUBSCRIBE that prolongs it has been sent. Told by one that does not renew itself.
    Refreshing,
    /// State has come, by NOTIFY, BENOTIFY or piggy-backed on a 200. Content-Type and body are the message's.
    Notify(Message),
    /// Notifies were lost. One that renews itself has asked for the full state; others leave that to their owner.
    Lost {
        /// How many.
        missing: u32,
        /// Whether the message that shows it has told something, in the event before.
        told: bool,
    },
    /// The server says that it does not tell how things are, or not yet. Like [`Self::Lost`] otherwise.
    Unsettled {
        /// The server's word, such as `pending`.
        state: String,
    },
    /// A change inside the dialog was refused. It is dropped, and the subscription stands as before.
    NotTaken {
        /// Response code.
        status: u16,
        /// The answer's reason and the server's diagnostics.
        why: String,
        /// How long the server wants to be left alone.
        wait: Duration,
        /// Where it sends to instead, if it does.
        elsewhere: Option<String>,
    },
    /// It is gone and begins afresh by itself: what it told is stale from now on.
    Stale {
        /// Why, for the log.
        why: String,
    },
    /// It is over: by our own wish, or because asking again would change nothing.
    Ended(Ended),
}

/// Why a subscription is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// We ended it, or asked once and have the answer.
    ByUs,
    /// The server refuses it.
    Refused {
        /// Response code, or 0 if a notify said so.
        status: u16,
        /// Reason phrase or the notify's reason.
        reason: String,
        /// The server's diagnostics.
        diagnostics: Option<Diagnostics>,
    },
    /// The server sends to another place, where the same is to be asked for.
    Redirected {
        /// The URI of that place.
        target: String,
        /// The answer's status and reason, and the server's diagnostics.
        why: String,
    },
    /// The server ended, forgot or did not prolong one that does not renew itself. Asking again may help.
    Lost {
        /// Why, for the log.
        why: String,
        /// How long to wait before.
        wait: Duration,
    },
    /// The server wants to be asked for a longer time.
    TooBrief {
        /// In seconds.
        least: u32,
    },
    /// As [`Self::Lost`]: the server numbers its notifies anew, so that they would be taken for old ones.
    Renumbered {
        /// Why, for the log.
        why: String,
        /// How long to wait before.
        wait: Duration,
    },
}

/// How a notify is to be answered, and what it says.
#[derive(Debug)]
pub struct Notified {
    /// Status and reason phrase; none for BENOTIFY, which nobody answers.
    pub answer: Option<(u16, &'static str)>,
    /// What happened, in order.
    pub events: Vec<Event>,
}
