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
    },
    /// State has come, by NOTIFY, BENOTIFY or piggy-backed on a 200. Content-Type and body are the message's.
    Notify(Message),
    /// Notifies were lost; the full state has been asked for.
    Lost {
        /// How many.
        missing: u32,
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
}

/// How a notify is to be answered, and what it says.
#[derive(Debug)]
pub struct Notified {
    /// Status and reason phrase; none for BENOTIFY, which nobody answers.
    pub answer: Option<(u16, &'static str)>,
    /// What happened, in order.
    pub events: Vec<Event>,
}
