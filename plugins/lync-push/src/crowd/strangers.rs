//! What names no agent here.

use super::{Crowd, Id};
use uc_sip::{
    message::{Message, Response},
    user_agent::verdict,
};

impl Crowd {
    /// Somebody who is not, or no more, an agent here: what may not be acted upon whoever is meant is refused first.
    pub(super) fn stranger(&mut self, message: &Message) {
        self.told.counts.strangers += 1;
        if let Some(refusal) = verdict::of(message) {
            return self.out.extend_from_slice(&refusal);
        }
        if message.is_request() && !matches!(message.method(), "ACK" | "BENOTIFY") {
            let (status, reason) = match message.method() {
                "NOTIFY" => (481, "Subscription Does Not Exist"),
                _ if message.to().is_some_and(|to| to.tag().is_some()) => (481, "Call/Transaction Does Not Exist"),
                _ => (404, "Not Found"),
            };
            if let Err(error) = Response::to(message, status, reason).tag("connector").write(&mut self.out) {
                tracing::debug!(%error, "a request for somebody unknown could not be answered");
            }
        }
    }

    /// The agent of whose subscription a notify is.
    pub(super) fn notified(&self, message: &Message) -> Option<Id> {
        let call_id = message.call_id().filter(|_| matches!(message.method(), "NOTIFY" | "BENOTIFY"))?;
        self.agents.iter().find(|(_, agent)| agent.has_dialog(call_id)).map(|(id, _)| *id)
    }
}
