//! PreviewInteractionResult: how a preview ended, told to the strategy. The documents show return values only as
//! screenshots (host/docs/requirements.md, "Preview messages"), so the names are ours.

use super::{
    fields::{DecodeError, Fields, MAX_TEXT, MAX_WORDS},
    message::Outcome,
    preview_request,
};
use crate::wire::{ConnId, Record, Shown};
use serde_json::{Map, Value as Json};

/// The answer to a preview request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewResult {
    /// `referenceID` of the request, if it had one.
    pub reference: Option<u64>,
    /// `connId` of the request; none only when the request had no readable one.
    pub conn_id: Option<ConnId>,
    /// `result`, and with it `agent`, `dn` and `switch` or `message`.
    pub outcome: Outcome,
}

impl PreviewResult {
    /// Writes the message.
    pub fn encode(&self) -> Json {
        let mut message = Map::new();
        message.insert("messageName".into(), "PreviewInteractionResult".into());
        if let Some(reference) = self.reference {
            message.insert("referenceID".into(), reference.into());
        }
        if let Some(conn_id) = self.conn_id {
            message.insert("connId".into(), conn_id.to_string().into());
        }
        message.extend(encode_outcome(&self.outcome));
        message.into()
    }

    /// Reads the message, as a strategy does.
    pub fn decode(message: &Record<'_>) -> Result<Self, DecodeError> {
        let fields = Fields::of(message.members());
        let conn_id = fields.value("connId")?.map(|_| preview_request::conn_id(&fields)).transpose()?;
        Ok(Self { reference: fields.number("referenceID")?, conn_id, outcome: decode_outcome(&fields)? })
    }
}

/// `result` and what belongs to it: the same members over the link and over HTTP.
pub fn encode_outcome(outcome: &Outcome) -> Map<String, Json> {
    let mut members = Map::new();
    members.insert("result".into(), outcome.word().into());
    match outcome {
        Outcome::Accepted { agent, dn, switch, redirect } => {
            let number = redirect.iter().map(|number| ("redirectNumber", number));
            let all = [("agent", agent), ("dn", dn), ("switch", switch)].into_iter().chain(number);
            members.extend(all.map(|(key, value)| (key.into(), value.as_ref().into())));
        }
        Outcome::Error(message) => {
            members.insert("message".into(), Shown::up_to(message, MAX_WORDS).to_string().into());
        }
        _ => {}
    }
    members
}

/// Reads what [`encode_outcome`] writes.
pub fn decode_outcome(fields: &Fields<'_>) -> Result<Outcome, DecodeError> {
    let word = fields.required("result")?;
    Ok(match word.as_ref() {
        "accepted" => Outcome::Accepted {
            agent: fields.required("agent")?,
            dn: fields.required("dn")?,
            // A worker's DN may stand in a directory without switches.
            switch: fields.name("switch")?.unwrap_or_default(),
            redirect: fields.name("redirectNumber")?,
        },
        "rejected" => Outcome::Rejected,
        "timed-out" => Outcome::TimedOut,
        "cancelled" => Outcome::Cancelled,
        "caller-gone" => Outcome::CallerGone,
        "no-client" => Outcome::NoClient,
        "error" => Outcome::Error(fields.text("message", MAX_TEXT)?.unwrap_or_default()),
        other => return Err(DecodeError::wrong("result", format!("`{other}` is no outcome"))),
    })
}
