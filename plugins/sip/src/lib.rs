//! SIP with the extensions of Lync and Skype for Business. No business logic.
//!
//! From the wire upwards: [`transport`] connects and frames; [`message`] reads, judges and writes;
//! [`auth`] signs in and signs; [`transaction`], [`dialog`], [`subscription`], [`registration`] and [`silence`] are
//! protocol cores; [`user_agent`] joins them into a client endpoint. A server (the lab's Front End) uses the same parts
//! without the last. Only `transport` does input and output or reads a clock; everything else is given `now`.
//! [`site`] is what the plug-ins share besides the protocol.
//!
//! Not here: UDP and retransmission, media, TLS-DSK, bodies of presence (they belong to whoever reads them).

// The recorded conversations are read by unit tests and by tests/ through the same file.
#[cfg(test)]
extern crate self as uc_sip;

pub mod auth;
pub mod dialog;
pub mod message;
pub mod ms;
pub mod registration;
pub mod silence;
#[cfg(feature = "site")]
pub mod site;
pub mod subscription;
pub mod timers;
pub mod transaction;
pub mod transport;
pub mod user_agent;

/// What this crate counts, and what an operator is told of it, as the program or plug-in around it shows it.
pub const METRICS: &[(&str, &str)] = &[
    ("sip_answers_dropped_total", "Answers to unreadable messages that a full queue had no room for"),
    ("sip_bad_signatures_total", "Messages with a wrong signature, or sent a second time: their connection is left"),
    ("sip_connections_refused_total", "Connections to `listen` over the limit"),
    ("sip_malformed_messages_total", "Messages that could not be read"),
    ("sip_notifies_without_subscription_total", "NOTIFY requests of subscriptions that are not ours"),
    ("sip_refused_messages_total", "Requests that were refused, such as those of unknown methods or extensions"),
    ("sip_stray_responses_total", "Responses to requests that nobody waits for"),
    ("sip_unsigned_messages_total", "Messages without the signature that the sign-in agreed on: not listened to"),
];
