//! PreviewInteractionCancel (requirements F32; host/docs/requirements.md, "Preview messages"): the interaction is gone,
//! close the window.

use super::{
    fields::{DecodeError, Fields, MAX_TEXT, Unreadable},
    message::{RoutingArrival, Withdrawal},
    preview_request, targets,
};
use crate::wire::ConnId;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// `Status` values that say the customer hung up. The documents name no values; these are ours.
const CALLER_GONE: [&str; 3] = ["caller-gone", "callergone", "abandoned"];

/// What we use of the message. `ThisDN`, `OtherDN`, `Contact`, `MediaType` and `UserData` are accepted and not needed:
/// the ConnID says which interaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancel {
    /// `ConnID`.
    pub conn_id: ConnId,
    /// `agent`, an attribute of ours: close the window of this worker only.
    pub agent: Option<Arc<str>>,
    /// From `Status`: `caller-gone` (or `abandoned`) means that the customer hung up; anything else, a plain cancel.
    pub why: Withdrawal,
    /// `StatusMessage`, else `Message`: shown to the worker.
    pub text: Option<Arc<str>>,
}

impl Cancel {
    /// Reads the message.
    ///
    /// # Errors
    /// The ConnID is missing or cannot be read; so it is with an `agent` that cannot: without it everybody's window would
    /// close. The rest goes to `unread`.
    pub fn decode(fields: &Fields<'_>, unread: &mut Unreadable) -> Result<Self, DecodeError> {
        let words = ["StatusMessage", "Message"].map(|name| unread.or_absent(fields.text(name, MAX_TEXT)));
        Ok(Self {
            conn_id: preview_request::conn_id(fields)?,
            agent: targets::agent_named(fields)?,
            why: withdrawal(unread.or_absent(fields.name("Status")).as_deref()),
            text: words.into_iter().flatten().next(),
        })
    }

    /// Writes the message with the documented names.
    pub fn encode(&self, reference: Option<u64>) -> Json {
        let mut message = Map::new();
        message.insert("messageName".into(), "PreviewInteractionCancel".into());
        if let Some(reference) = reference {
            message.insert("referenceID".into(), reference.into());
        }
        message.insert("ConnID".into(), self.conn_id.to_string().into());
        if let Some(agent) = &self.agent {
            message.insert("agent".into(), agent.as_ref().into());
        }
        if self.why == Withdrawal::CallerGone {
            message.insert("Status".into(), CALLER_GONE[0].into());
        }
        if let Some(text) = &self.text {
            message.insert("StatusMessage".into(), text.as_ref().into());
        }
        message.into()
    }

    /// The same for the hub.
    pub fn into_arrival(self) -> RoutingArrival {
        RoutingArrival::Withdraw { conn_id: self.conn_id, agent: self.agent, why: self.why, text: self.text }
    }
}

/// What a `Status` word means.
pub fn withdrawal(status: Option<&str>) -> Withdrawal {
    match status {
        Some(word) if CALLER_GONE.iter().any(|gone| gone.eq_ignore_ascii_case(word)) => Withdrawal::CallerGone,
        _ => Withdrawal::Cancelled,
    }
}
