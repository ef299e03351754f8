//! PreviewInteractionError: a line of the link that is no preview message at all, so that no result can answer it.

use super::fields::{DecodeError, Fields, MAX_TEXT, MAX_WORDS};
use crate::wire::{Record, Shown};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// Why a line was not taken. The sender's fault. The open previews of the link are not affected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No JSON object, or none with a `messageName`.
    Malformed,
    /// A message this link does not carry.
    UnknownMessage,
    /// `referenceID` belongs to a request that is still open.
    DuplicateReference,
    /// The line is longer than `max-message-bytes`; the link is closed, since the line's end is unknown.
    TooLong,
}

impl Fault {
    /// The word on the wire and in metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownMessage => "unknown-message",
            Self::DuplicateReference => "duplicate-reference",
            Self::TooLong => "too-long",
        }
    }
}

/// The message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewError {
    /// `referenceID` of the line, if it was readable.
    pub reference: Option<u64>,
    /// `error`: a word of [`Fault`].
    pub error: Arc<str>,
    /// `message`: what is wrong, for an operator.
    pub message: Arc<str>,
}

impl PreviewError {
    /// Writes the message.
    pub fn encode(&self) -> Json {
        let mut message = Map::new();
        message.insert("messageName".into(), "PreviewInteractionError".into());
        if let Some(reference) = self.reference {
            message.insert("referenceID".into(), reference.into());
        }
        message.insert("error".into(), self.error.as_ref().into());
        message.insert("message".into(), Shown::up_to(&self.message, MAX_WORDS).to_string().into());
        message.into()
    }

    /// Reads the message, as a strategy does.
    ///
    /// # Errors
    /// An attribute is missing or of the wrong kind: the host's fault.
    pub fn decode(message: &Record<'_>) -> Result<Self, DecodeError> {
        let fields = Fields::of(message.members());
        Ok(Self {
            reference: fields.number("referenceID")?,
            error: fields.required("error")?,
            message: fields.text("message", MAX_TEXT)?.unwrap_or_default(),
        })
    }
}
