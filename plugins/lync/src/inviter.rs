//! Invitations: an instant message with the page's address in a session of its own, then the extension window in the
//! same conversation (requirements F34; plugins/sip/docs/lync.md, "Invitations"): INVITE, ACK, MESSAGE, and INVITE for
//! the window. The conversation stands as long as the window may, because the window ends with it: until the person or
//! the connection ends it, or until the person is invited again. A client without window is left at once. No I/O; the
//! session owns the connection.

use crate::{talks::Talk, talks::Talks, window};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{collections::HashMap, time::Instant};
use uc_plugin_api::{Invitation, Invited};
use uc_sip::{
    dialog::Dialog,
    message::Message,
    transaction::TransactionId,
    user_agent::{CannotSend, UserAgent},
};

/// Invitations under way at the same time.
const MAX: usize = 1000;
/// What a session for text alone offers (MS-CONFIM).
const OFFER: &str = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=session\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n\
                     m=message 5060 sip null\r\na=accept-types:text/plain\r\n";
const PLAIN: &str = "text/plain; charset=UTF-8";

/// What an invitation says.
struct Call {
    id: u64,
    /// Key of the person's address.
    person: String,
    /// Ms-Conversation-ID: what the client shows in one conversation.
    conversation: String,
    text: String,
    /// What opens the window.
    window: Option<String>,
}

/// What an answer is to.
enum Asked {
    Invite(Call),
    Message(Call, Box<Dialog>),
    Window(Call, Box<Dialog>),
    Bye,
}

/// The invitations of one connection.
#[derive(Default)]
pub(crate) struct Inviter {
    under_way: HashMap<TransactionId, Asked>,
    talks: Talks,
    /// That a client has no window has been logged.
    told: bool,
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
        if let Some(former) = self.talks.of_person(key) {
            self.leave(former, agent, now);
        }
        let call = Call {
            id,
            person: key.to_owned(),
            conversation: rand::random::<u32>().to_string(),
            text: [&*invitation.text, &*invitation.url].join("\n").trim().to_owned(),
            window: window::body(&invitation.url, &invitation.text),
        };
        let request = agent
            .own_request("INVITE", &format!("sip:{key}"))
            .field("Supported", "ms-sender")
            .field("ms-text-format", format!("{PLAIN};ms-body={}", STANDARD.encode(&call.text)))
            .field("Ms-Conversation-ID", &call.conversation)
            .body("application/sdp", OFFER);
        let sent = agent.request(request, now);
        self.asked(sent, id, Asked::Invite(call))
    }

    fn asked(&mut self, sent: Result<TransactionId, CannotSend>, id: u64, asked: Asked) -> Option<Invited> {
        match sent {
            Ok(transaction) => {
                self.under_way.insert(transaction, asked);
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
            Asked::Invite(call) if accepted => self.accepted(call, response, agent, now),
            Asked::Invite(call) => Some(failed(call.id, &refusal(response))),
            Asked::Message(call, dialog) => {
                let error = if accepted { String::new() } else { refusal(response) };
                let invited = Invited { id: call.id, error: error.into() };
                self.open_window(call, *dialog, accepted, agent, now);
                Some(invited)
            }
            Asked::Window(call, dialog) => {
                self.window_answered(call, *dialog, response, agent, now);
                None
            }
            Asked::Bye => None,
        }
    }

    fn accepted(&mut self, mut call: Call, response: &Message, agent: &mut UserAgent, now: Instant) -> Option<Invited> {
        let Some(mut dialog) = Dialog::of_response(response) else {
            return Some(failed(call.id, "the client's answer forms no dialog"));
        };
        let text = std::mem::take(&mut call.text);
        let sent = agent.ack(&dialog.ack()).and_then(|()| {
            let contact = format!("<{}>", agent.contact());
            agent.request(dialog.request("MESSAGE").field("Contact", contact).body(PLAIN, text), now)
        });
        self.asked(sent, call.id, Asked::Message(call, Box::new(dialog)))
    }

    /// Asks the endpoint that took the message to open the window. Without one, or when it cannot be asked, the
    /// conversation is the person's to close, ours ends.
    fn open_window(&mut self, mut call: Call, text: Dialog, accepted: bool, agent: &mut UserAgent, now: Instant) {
        if let Some(body) = call.window.take().filter(|_| accepted) {
            let mut request = agent
                .own_request("INVITE", &format!("sip:{}", call.person))
                .field("Ms-Conversation-ID", &call.conversation)
                .body(window::KIND, body);
            text.target().clone_into(&mut request.uri);
            if let Ok(transaction) = agent.request(request, now) {
                self.under_way.insert(transaction, Asked::Window(call, Box::new(text)));
                return;
            }
        }
        self.bye(text, agent, now);
    }

    fn window_answered(&mut self, call: Call, text: Dialog, response: &Message, agent: &mut UserAgent, now: Instant) {
        let open = response.status().is_some_and(|status| (200..300).contains(&status));
        let window = Dialog::of_response(response).filter(|_| open);
        let Some(window) = window.filter(|window| agent.ack(&window.ack()).is_ok()) else {
            if !std::mem::replace(&mut self.told, true) {
                tracing::info!(
                    answer = response.summary(),
                    "a worker's client opens no extension window, the worker got the address as a message: roll out \
                     `uc-connector client-package` to desktop clients, others have no such window"
                );
            }
            return self.bye(text, agent, now);
        };
        let displaced = self.talks.add(Talk { person: call.person, text, window });
        displaced.into_iter().for_each(|talk| self.leave(talk, agent, now));
    }

    /// Whether a request of a person's is of one of the conversations, which may be about to open its window.
    pub(crate) fn knows(&self, request: &Message) -> bool {
        self.talks.has(request)
            || self.under_way.values().any(|asked| match asked {
                Asked::Message(_, dialog) | Asked::Window(_, dialog) => dialog.has(request),
                Asked::Invite(_) | Asked::Bye => false,
            })
    }

    /// A person has closed a conversation, or its window.
    pub(crate) fn left(&mut self, bye: &Message, agent: &mut UserAgent, now: Instant) {
        let Some(talk) = bye.call_id().and_then(|call_id| self.talks.of_call(call_id)) else { return };
        let other = if bye.call_id() == Some(talk.text.call_id()) { talk.window } else { talk.text };
        self.bye(other, agent, now);
    }

    /// Ends all conversations.
    pub(crate) fn leave_all(&mut self, agent: &mut UserAgent, now: Instant) {
        for talk in self.talks.take_all() {
            self.leave(talk, agent, now);
        }
    }

    fn leave(&mut self, talk: Talk, agent: &mut UserAgent, now: Instant) {
        self.bye(talk.window, agent, now);
        self.bye(talk.text, agent, now);
    }

    fn bye(&mut self, mut dialog: Dialog, agent: &mut UserAgent, now: Instant) {
        if let Ok(transaction) = agent.request(dialog.request("BYE"), now) {
            self.under_way.insert(transaction, Asked::Bye);
        }
    }

    /// Nobody answers any more.
    pub(crate) fn unanswered(
        &mut self,
        transaction: TransactionId,
        agent: &mut UserAgent,
        now: Instant,
    ) -> Option<Invited> {
        match self.under_way.remove(&transaction)? {
            Asked::Invite(call) | Asked::Message(call, _) => Some(failed(call.id, "the client did not answer in time")),
            Asked::Window(_, text) => {
                self.bye(*text, agent, now);
                None
            }
            Asked::Bye => None,
        }
    }

    /// The connection is gone.
    pub(crate) fn abandon(&mut self) -> Vec<Invited> {
        let ids = self.under_way.drain().filter_map(|(_, asked)| match asked {
            Asked::Invite(call) | Asked::Message(call, _) => Some(call.id),
            Asked::Window(..) | Asked::Bye => None,
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
