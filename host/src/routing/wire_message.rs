//! What URS says over the link: a message name, perhaps a reference, and one of the three preview messages.

use super::{
    cancel::Cancel,
    fields::{DecodeError, Fields, Unreadable},
    preview_request::PreviewRequest,
};
use crate::wire::{ConnId, Members, Record, Shown};
use serde_json::Value as Json;

/// Letters shown of a name that is none of ours.
const MAX_NAME: usize = 60;

/// Name of a withdrawal, in small letters.
const CANCEL: &str = "previewinteractioncancel";

/// A message of URS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireMessage {
    /// PreviewInteractionRequest or PreviewInteractionMultiple.
    Preview(PreviewRequest),
    /// PreviewInteractionCancel.
    Cancel(Cancel),
}

impl WireMessage {
    /// Reads a message: names without regard to case, attributes we do not know tolerated, the documented misspelling
    /// `PreviewInterationRequest` taken (host/docs/requirements.md, "Preview messages"). `max_targets` bounds a
    /// broadcast.
    ///
    /// # Errors
    /// What is needed is missing or cannot be read. What can be done without goes to `unread`.
    pub fn decode(message: &Record<'_>, max_targets: usize, unread: &mut Unreadable) -> Result<Self, DecodeError> {
        let (name, fields) = (message.name().trim(), Fields::of(message.members()));
        match name.to_ascii_lowercase().as_str() {
            "previewinteractionrequest" | "previewinterationrequest" => {
                PreviewRequest::decode_single(&fields, unread).map(Self::Preview)
            }
            "previewinteractionmultiple" => {
                PreviewRequest::decode_multiple(&fields, max_targets, unread).map(Self::Preview)
            }
            CANCEL => Cancel::decode(&fields, unread).map(Self::Cancel),
            _ => Err(DecodeError::UnknownMessage(Shown::up_to(name, MAX_NAME).to_string())),
        }
    }

    /// By its name it is a cancel, readable or not.
    pub fn is_cancel(message: &Record<'_>) -> bool {
        message.name().trim().eq_ignore_ascii_case(CANCEL)
    }

    /// Writes the message; `reference` is what the answer repeats.
    pub fn encode(&self, reference: Option<u64>) -> Json {
        match self {
            Self::Preview(request) => request.encode(reference),
            Self::Cancel(cancel) => cancel.encode(reference),
        }
    }
}

/// What can be repeated to the sender of a message that may be faulty otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Echo {
    /// `referenceID`, chosen by the sender and unique among its open requests.
    pub reference: Option<u64>,
    /// `connId`.
    pub conn_id: Option<ConnId>,
}

impl Echo {
    /// What is readable of both. A reference that is not goes to `unread`: its sender waits for it.
    pub fn of(message: &Members<'_>, unread: &mut Unreadable) -> Self {
        let fields = Fields::of(message);
        let conn_id = fields.name("connId").ok().flatten().and_then(|text| text.parse().ok());
        Self { reference: unread.or_absent(fields.number("referenceID")), conn_id }
    }
}
