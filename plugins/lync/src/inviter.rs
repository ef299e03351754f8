//! Invitations: an instant message with the page's address in a session of its own (requirements F34; lync.md 6):
//! INVITE, ACK, MESSAGE, BYE. No I/O; the session owns the connection.

use base64::{Engine, engine::general_purpose::STANDARD};
use std::{collections::HashMap, time::Instant};
use uc_plugin_api::{Invitation, Invited};
use uc_sip::{dialog::Dialog, message::Message, transaction::TransactionId, user_agent::UserAgent};

/// Invitations under way at the same time.
const MAX: usize = 1000;
/// What a session for text alone offers (MS-CONFIM).
const OFFER: &str = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=session\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n\
                     m=message 5060 sip null\r\na=accept-types:text/plain\r\n";
const PLAIN: &str = "text/plain; charset=UTF-8";

/// What an answer is to.
enum Asked {
    Invite { id: u64, text: String },
    Message { id: u64, dialog: Box<Dialog> },
    Bye,
}

/// The invitations of one connection.
#[derive(Default)]
pub(crate) struct Inviter {
    under_way: HashMap<TransactionId, Asked>,
}

impl Inviter {
    /// Begins. What came of it, if it failed at once.
    pub(crate) fn invite(
        &mut self,
        invitation: &Invitation,
        key: &str,
        agent: &mut UserAgent,
        now: Instant,
    ) -> Option<Invited> {
        let id = invitation.id;
        if self.under_way.len() >= MAX {
            return Some(failed(id, "too many invitations wait for answers; try again later"));
        }
        let text = [&*invitation.text, &*invitation.url].join("\n").trim().to_owned();
        let request = agent
            .own_request("INVITE", &format!("sip:{key}"))
            .field("Supported", "ms-sender")
            .field("ms-text-format", format!("{PLAIN};ms-body={}", STANDARD.encode(&text)))
            .field("Ms-Conversation-ID", rand::random::<u32>().to_string())
            .body("application/sdp", OFFER);
        match agent.request(request, now) {
            Ok(transaction) => {
                self.under_way.insert(transaction, Asked::Invite { id, text });
                None
            }
            Err(error) => Some(failed(id, &error.to_string())),
        }
    }

    /// Takes a final answer; what came of the invitation, once.
    pub(crate) fn answered(
        &mut self,
        transaction: TransactionId,
        response: &Message,
        agent: &mut UserAgent,
        now: Instant,
    ) -> Option<Invited> {
        let accepted = response.status().is_some_and(|status| (200..300).contains(&status));
        match self.under_way.remove(&transaction)? {
            Asked::Invite { id, text } if accepted => self.accepted(id, text, response, agent, now),
            Asked::Invite { id, .. } => Some(failed(id, &refusal(response))),
            Asked::Message { id, dialog } => {
                self.leave(*dialog, agent, now);
                let error = if accepted { String::new() } else { refusal(response) };
                Some(Invited { id, error: error.into() })
            }
            Asked::Bye => None,
        }
    }

    fn accepted(
        &mut self,
        id: u64,
        text: String,
        response: &Message,
        agent: &mut UserAgent,
        now: Instant,
    ) -> Option<Invited> {
        let Some(mut dialog) = Dialog::of_response(response) else {
            return Some(failed(id, "the client's answer forms no dialog"));
        };
        let message = dialog.ack();
        let sent = agent.ack(&message).and_then(|()| {
            let contact = format!("<{}>", agent.contact());
            agent.request(dialog.request("MESSAGE").field("Contact", contact).body(PLAIN, text), now)
        });
        match sent {
            Ok(transaction) => {
                self.under_way.insert(transaction, Asked::Message { id, dialog: Box::new(dialog) });
                None
            }
            Err(error) => Some(failed(id, &error.to_string())),
        }
    }

    /// The message is there (or not): the conversation is the person's to close, ours ends.
    fn leave(&mut self, mut dialog: Dialog, agent: &mut UserAgent, now: Instant) {
        if let Ok(transaction) = agent.request(dialog.request("BYE"), now) {
            self.under_way.insert(transaction, Asked::Bye);
        }
    }

    /// Nobody answers any more.
    pub(crate) fn unanswered(&mut self, transaction: TransactionId) -> Option<Invited> {
        match self.under_way.remove(&transaction)? {
            Asked::Invite { id, .. } | Asked::Message { id, .. } => {
                Some(failed(id, "the client did not answer in time"))
            }
            Asked::Bye => None,
        }
    }

    /// The connection is gone.
    pub(crate) fn abandon(&mut self) -> Vec<Invited> {
        let ids = self.under_way.drain().filter_map(|(_, asked)| match asked {
            Asked::Invite { id, .. } | Asked::Message { id, .. } => Some(id),
            Asked::Bye => None,
        });
        ids.map(|id| failed(id, "the connection to the server was lost")).collect()
    }
}

/// An invitation that came to nothing.
pub(crate) fn failed(id: u64, why: &str) -> Invited {
    Invited { id, error: why.into() }
}

fn refusal(response: &Message) -> String {
    let why = response.summary();
    match response.status() {
        Some(404 | 480) => format!("{why}: the client is not signed in"),
        Some(486 | 603) => format!("{why}: the person declined or does not want to be disturbed"),
        _ => why,
    }
}
