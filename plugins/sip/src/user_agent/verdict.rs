//! Whether a request may be acted upon at all (RFC 3261, section 8.2): the RFC's own demands, then what this user agent
//! can do. What may not is answered, once and for all, before anybody looks at who is meant.

use crate::message::{Capabilities, Message, Response, admission};
use crate::subscription::token;
use bytes::{Bytes, BytesMut};

/// Methods in Allow.
pub(super) const ALLOW: &str = "INVITE, MESSAGE, INFO, OPTIONS, BYE, CANCEL, NOTIFY, ACK, BENOTIFY";

/// What a user agent of this library does. Types of bodies are the business of whoever reads them.
const CAPABILITIES: Capabilities<'_> = Capabilities {
    methods: &["INVITE", "MESSAGE", "INFO", "OPTIONS", "BYE", "CANCEL", "NOTIFY", "ACK", "BENOTIFY"],
    options: &[
        "adhoclist",
        "categoryList",
        "com.microsoft.autoextend",
        "eventlist",
        "gruu",
        "gruu-10",
        "ms-benotify",
        "ms-piggyback-first-notify",
        "msrtc-event-categories",
    ],
    reads: &[],
    writes: &[],
};

/// What a message is answered that may not be acted upon: nothing inside for what nobody waits to hear of.
pub(super) fn refusal(message: &Message) -> Option<Option<Response<'_>>> {
    let refused = admission::check(message).and_then(|()| match message.is_request() {
        true => CAPABILITIES.admit(message),
        false => Ok(()),
    });
    let refusal = refused.err()?;
    metrics::counter!("sip_refused_messages_total").increment(1);
    tracing::debug!(detail = refusal.detail, sip = message.summary(), "refused");
    if !message.is_request() || matches!(message.method(), "ACK" | "BENOTIFY") {
        return Some(None);
    }
    let response = Response::to(message, refusal.status, refusal.reason);
    Some(Some(match refusal.status {
        405 => response.field("Allow", ALLOW),
        420 => response.field("Unsupported", CAPABILITIES.unsupported(message).collect::<Vec<_>>().join(", ")),
        _ => response,
    }))
}

/// What a request gets at an endpoint where nobody sits who could be talked to; none: it has no answer. `inside`: it is
/// of a dialog that stands.
pub fn unattended(request: &Message, inside: bool) -> Option<(u16, &'static str)> {
    let begins = request.to().is_some_and(|to| to.tag().is_none());
    match request.method() {
        // What is cancelled has been answered.
        "ACK" | "CANCEL" => None,
        "INVITE" | "MESSAGE" if begins => Some((480, "Temporarily Unavailable")),
        // RFC 3261, sections 12.2.2 and 15.1.2.
        _ if !inside => Some((481, "Call/Transaction Does Not Exist")),
        "INVITE" => Some((480, "Temporarily Unavailable")),
        _ => Some((200, "OK")),
    }
}

/// The answer to a request that may not be acted upon, whoever is meant: none if it may.
pub fn of(message: &Message) -> Option<Bytes> {
    let response = refusal(message)?;
    let mut out = BytesMut::new();
    let tag = token(5);
    if let Some(response) = response
        && let Err(error) = response.tag(&tag).write(&mut out)
    {
        tracing::debug!(%error, "a request could not be answered");
    }
    Some(out.freeze())
}
