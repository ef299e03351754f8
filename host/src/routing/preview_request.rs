//! PreviewInteractionRequest and PreviewInteractionMultiple (host/docs/requirements.md, "Preview messages"): one worker
//! asked, or several.

use super::{
    asker::AskerId,
    fields::{DecodeError, Fields, Unreadable},
    message::{Offer, Target, VOICE},
    targets,
};
use crate::wire::{ConnId, KvList, members::text};
use serde_json::{Map, Value as Json};
use std::{sync::Arc, time::Duration};

/// One worker to ask, or several of whom the first to accept wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewRequest {
    /// `connId`: which interaction.
    pub conn_id: ConnId,
    /// `agent` with `dn` and `switch`, or `targets`; never empty.
    pub targets: Vec<Target>,
    /// `mediaType`; `voice` when absent or unreadable.
    pub media_type: Arc<str>,
    /// `userData`: business data to show.
    pub user_data: KvList,
    /// `timeout` in whole seconds, an attribute of ours; the hub cuts it to the longest allowed.
    pub timeout: Option<Duration>,
}

impl PreviewRequest {
    /// Reads PreviewInteractionRequest: `agent` and perhaps `dn` and `switch`.
    ///
    /// # Errors
    /// What is needed is missing or cannot be read: the agent and the ConnID. The rest goes to `unread`.
    pub fn decode_single(fields: &Fields<'_>, unread: &mut Unreadable) -> Result<Self, DecodeError> {
        let target = targets::target(fields, unread)?;
        Self::decode_for(fields, vec![target], unread)
    }

    /// Reads PreviewInteractionMultiple: `targets`, at most `max_targets`.
    ///
    /// # Errors
    /// Likewise; the targets are needed.
    pub fn decode_multiple(
        fields: &Fields<'_>,
        max_targets: usize,
        unread: &mut Unreadable,
    ) -> Result<Self, DecodeError> {
        let list = fields.written("targets")?.ok_or(DecodeError::Missing("targets"))?;
        let targets = targets::decode(list, max_targets, unread)?;
        Self::decode_for(fields, targets, unread)
    }

    /// Reads either by what is there, as over HTTP where no `messageName` is needed.
    ///
    /// # Errors
    /// Likewise, or both are there.
    pub fn decode_either(
        fields: &Fields<'_>,
        max_targets: usize,
        unread: &mut Unreadable,
    ) -> Result<Self, DecodeError> {
        not_a_withdrawal(fields)?;
        match (fields.written("targets")?, fields.written("agent")?) {
            (Some(_), Some(_)) => Err(DecodeError::wrong("targets", "either `agent` or `targets`, not both")),
            (Some(_), None) => Self::decode_multiple(fields, max_targets, unread),
            (None, _) => Self::decode_single(fields, unread),
        }
    }

    fn decode_for(fields: &Fields<'_>, targets: Vec<Target>, unread: &mut Unreadable) -> Result<Self, DecodeError> {
        Ok(Self {
            conn_id: conn_id(fields)?,
            targets,
            media_type: unread.or_absent(fields.name("mediaType")).unwrap_or_else(|| VOICE.into()),
            user_data: unread.or_absent(fields.kv_list("userData")),
            timeout: unread.or_absent(fields.seconds("timeout")),
        })
    }

    /// Writes the message with the documented names; `reference` is what the answer repeats.
    pub fn encode(&self, reference: Option<u64>) -> Json {
        let mut message = Map::new();
        let name = if self.single().is_some() { "PreviewInteractionRequest" } else { "PreviewInteractionMultiple" };
        message.insert("messageName".into(), name.into());
        if let Some(reference) = reference {
            message.insert("referenceID".into(), reference.into());
        }
        self.encode_targets(&mut message);
        message.insert("connId".into(), self.conn_id.to_string().into());
        message.insert("mediaType".into(), self.media_type.as_ref().into());
        message.insert("userData".into(), self.user_data.to_json());
        if let Some(timeout) = self.timeout {
            message.insert("timeout".into(), timeout.as_secs().into());
        }
        message.into()
    }

    fn encode_targets(&self, message: &mut Map<String, Json>) {
        let Some(target) = self.single() else {
            let plain = self.targets.iter().all(|target| target.dn.is_none() && target.switch.is_none());
            let agents: Vec<_> = self.targets.iter().map(|target| target.agent.as_ref()).collect();
            let list = match plain {
                true => agents.join("^").into(),
                false => self.targets.iter().map(|target| object(target).into()).collect::<Vec<Json>>().into(),
            };
            message.insert("targets".into(), list);
            return;
        };
        message.extend(object(target));
    }

    /// The one worker asked; none for a broadcast.
    pub fn single(&self) -> Option<&Target> {
        match self.targets.as_slice() {
            [target] => Some(target),
            _ => None,
        }
    }

    /// The same for the hub, which answers this asker.
    pub fn into_offer(self, asker: AskerId) -> Offer {
        let Self { conn_id, targets, media_type, user_data, timeout } = self;
        Offer { conn_id, targets, media_type, user_data, timeout, asker }
    }
}

fn object(target: &Target) -> Map<String, Json> {
    let parts = [("agent", Some(&target.agent)), ("dn", target.dn.as_ref()), ("switch", target.switch.as_ref())];
    parts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.as_ref().into()))).collect()
}

/// What asks over HTTP may say which message it is, and then has to be one that asks.
fn not_a_withdrawal(fields: &Fields<'_>) -> Result<(), DecodeError> {
    const ASK: [&str; 3] = ["PreviewInteractionRequest", "PreviewInterationRequest", "PreviewInteractionMultiple"];
    let Some(name) = fields.name("messageName")? else { return Ok(()) };
    match ASK.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
        true => Ok(()),
        false => Err(DecodeError::wrong(
            "messageName",
            "PreviewInteractionRequest or PreviewInteractionMultiple is expected; a preview is withdrawn with DELETE",
        )),
    }
}

/// `connId`, which must be there. Zero is T-Library's word for none, and what strategies send for an unset variable: two
/// callers would share one window.
pub fn conn_id(fields: &Fields<'_>) -> Result<ConnId, DecodeError> {
    // Never a JSON number: it would lose digits above 2^53, and nobody could tell decimal from hexadecimal.
    let value = fields.written("connId")?.ok_or(DecodeError::Missing("connId"))?;
    let text = text(value).ok_or_else(|| DecodeError::wrong("connId", "a string of hexadecimal digits is expected"))?;
    match text.trim().parse() {
        Ok(ConnId(0)) => Err(DecodeError::Missing("connId")),
        Ok(conn_id) => Ok(conn_id),
        Err(_) => Err(DecodeError::wrong("connId", "1 to 16 hexadecimal digits are expected")),
    }
}
