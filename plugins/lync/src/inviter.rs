//! Invitations: an instant message with the page's address in a session of its own, then the extension window in the
//! same conversation (requirements F34; plugins/sip/docs/lync.md, "Invitations"): INVITE, ACK, MESSAGE, and INVITE for
//! the window. The conversation stands as long as the window may, because the window ends with it: until the person or
//! the connection ends it, or until the person is invited again. A client without window is left at once. Whoever is
//! invited again while that is under way has one invitation with both numbers: no client rings twice, and none stops
//! ringing because another caller waits. A client that has taken its message and does not say what becomes of the window
//! gets the next caller's as a message of that conversation; if it does not take that, it is invited anew. No I/O; the
//! session owns the connection.

use crate::{
    invitation::{Asked, Call, refusal},
    talks::{Talk, Talks},
    window,
};
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
const UNANSWERED: &str = "the client did not answer in time";
const CLOSED: &str = "the person closed the conversation before the client had taken the message";

/// The invitations of one connection.
#[derive(Default)]
pub(crate) struct Inviter {
    under_way: HashMap<TransactionId, Asked>,
    talks: Talks,
    /// That a client has no window has been logged.
    told: bool,
}

impl Inviter {
    /// Begins, or joins the one that is under way with the same person. What came of it, if that is known at once.
    pub(crate) fn invite(
        &mut self,
        invitation: &Invitation,
        key: &str,
        agent: &mut UserAgent,
        now: Instant,
    ) -> Vec<Invited> {
        let call = Call {
            ids: vec![invitation.id],
            told: Vec::new(),
            person: key.to_owned(),
            conversation: rand::random::<u32>().to_string(),
            text: [&*invitation.text, &*invitation.url].join("\n").trim().to_owned(),
            window: window::body(&invitation.url, &invitation.text),
        };
        if self.joins(&call) {
            return Vec::new();
        }
        if self.under_way.len() >= MAX {
            return call.outcome("too many invitations wait for answers; try again later");
        }
        self.say(call, agent, now)
    }

    /// Adds a call to the invitation of its person that is under way; not: there is none whose message is still to be
    /// taken.
    fn joins(&mut self, call: &Call) -> bool {
        let open = self.under_way.values_mut().find_map(|asked| match asked {
            Asked::Invite(known) | Asked::Message(known, _) => (known.person == call.person).then_some(known),
            _ => None,
        });
        open.map(|known| known.ids.extend(&call.ids)).is_some()
    }

    /// Says it in the conversation whose window is still to open, where there is one.
    fn say(&mut self, call: Call, agent: &mut UserAgent, now: Instant) -> Vec<Invited> {
        let stands = self.under_way.values_mut().find_map(|asked| match asked {
            Asked::Window(known, text) if known.person == call.person => Some((known, text)),
            _ => None,
        });
        let Some((known, text)) = stands else { return self.begin(call, agent, now) };
        known.ids.extend(&call.ids);
        let sent = message(text, &call.text, agent, now);
        self.asked(sent, Asked::Further(call))
    }

    /// What was said in a conversation was not taken: it is not there any more, or nobody answers in it.
    fn anew(&mut self, call: Call, agent: &mut UserAgent, now: Instant) -> Vec<Invited> {
        if self.joins(&call) { Vec::new() } else { self.begin(call, agent, now) }
    }

    /// Invites into a conversation of its own; any other ends.
    fn begin(&mut self, mut call: Call, agent: &mut UserAgent, now: Instant) -> Vec<Invited> {
        call.told = self.told_of_the_window(&call);
        let person = call.person.as_str();
        let window = |asked: &mut Asked| matches!(asked, Asked::Window(known, _) if known.person == person);
        // Whoever waited for that one has been told that its message was taken.
        let _ = self.end(window, "", agent, now);
        if let Some(former) = self.talks.of_person(person) {
            self.leave(former, agent, now);
        }
        let request = agent
            .own_request("INVITE", &format!("sip:{person}"))
            .field("Supported", "ms-sender")
            .field("ms-text-format", format!("{PLAIN};ms-body={}", STANDARD.encode(&call.text)))
            .field("Ms-Conversation-ID", &call.conversation)
            .body("application/sdp", OFFER);
        let sent = agent.request(request, now);
        self.asked(sent, Asked::Invite(call))
    }

    /// Who waits behind the window that is to open, beside those of this call.
    fn told_of_the_window(&self, call: &Call) -> Vec<u64> {
        let windows = self.under_way.values().filter_map(|asked| match asked {
            Asked::Window(known, _) if known.person == call.person => Some(known),
            _ => None,
        });
        let waiting = windows.flat_map(|known| known.ids.iter().chain(&known.told));
        waiting.filter(|id| !call.ids.contains(id)).copied().collect()
    }

    /// These are not needed any more: an invitation of which none is needed is taken back. Who has taken the message has
    /// the page's address, and sees there what became of the caller.
    pub(crate) fn take_back(&mut self, ids: &[u64], agent: &mut UserAgent, now: Instant) {
        let needless = |asked: &mut Asked| {
            let Some(call) = asked.call_mut() else { return false };
            [&mut call.ids, &mut call.told].into_iter().for_each(|all| all.retain(|id| !ids.contains(id)));
            call.ids.is_empty() && call.told.is_empty()
        };
        // Nobody waits for what becomes of them.
        let _ = self.end(needless, "it is not needed any more", agent, now);
    }

    /// Takes back the invitations that are under way and fit, and ends their conversations; what came of them.
    fn end(
        &mut self,
        fits: impl Fn(&mut Asked) -> bool,
        why: &str,
        agent: &mut UserAgent,
        now: Instant,
    ) -> Vec<Invited> {
        let ended: Vec<_> = self.under_way.extract_if(|_, asked| fits(asked)).collect();
        let mut told = Vec::new();
        for (transaction, asked) in ended {
            match asked {
                Asked::Invite(call) => {
                    agent.cancel(transaction, now);
                    told.extend(call.outcome(why));
                }
                Asked::Message(call, text) => {
                    self.bye(*text, agent, now);
                    told.extend(call.outcome(why));
                }
                Asked::Window(_, text) => {
                    agent.cancel(transaction, now);
                    self.bye(*text, agent, now);
                }
                Asked::Further(call) => told.extend(call.outcome(why)),
                Asked::Bye => {}
            }
        }
        told
    }

    fn asked(&mut self, sent: Result<TransactionId, CannotSend>, asked: Asked) -> Vec<Invited> {
        match sent {
            Ok(transaction) => {
                self.under_way.insert(transaction, asked);
                Vec::new()
            }
            Err(error) => asked.call().map(|call| call.outcome(&error.to_string())).unwrap_or_default(),
        }
    }

    /// Takes a final answer; what came of the invitation, once for each who waits.
    pub(crate) fn answered(
        &mut self,
        transaction: TransactionId,
        response: &Message,
        agent: &mut UserAgent,
        now: Instant,
    ) -> Vec<Invited> {
        let accepted = response.status().is_some_and(|status| (200..300).contains(&status));
        match self.under_way.remove(&transaction) {
            Some(Asked::Invite(call)) if accepted => self.accepted(call, response, agent, now),
            Some(Asked::Invite(call)) => call.outcome(&refusal(response)),
            Some(Asked::Message(call, dialog)) => {
                let invited = call.outcome(&if accepted { String::new() } else { refusal(response) });
                self.open_window(call, *dialog, accepted, agent, now);
                invited
            }
            Some(Asked::Window(call, dialog)) => {
                self.window_answered(call, *dialog, response, agent, now);
                Vec::new()
            }
            Some(Asked::Further(call)) if accepted => call.outcome(""),
            Some(Asked::Further(call)) => self.anew(call, agent, now),
            Some(Asked::Bye) | None => Vec::new(),
        }
    }

    fn accepted(&mut self, mut call: Call, response: &Message, agent: &mut UserAgent, now: Instant) -> Vec<Invited> {
        let Some(mut dialog) = Dialog::of_response(response) else {
            return call.outcome("the client's answer forms no dialog");
        };
        let text = std::mem::take(&mut call.text);
        let sent = agent.ack(&dialog.ack()).and_then(|()| message(&mut dialog, &text, agent, now));
        self.asked(sent, Asked::Message(call, Box::new(dialog)))
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
                Asked::Invite(_) | Asked::Further(_) | Asked::Bye => false,
            })
    }

    /// A person has closed a conversation, or its window; what came of an invitation whose message nobody has taken yet.
    pub(crate) fn left(&mut self, bye: &Message, agent: &mut UserAgent, now: Instant) -> Vec<Invited> {
        if let Some(talk) = bye.call_id().and_then(|call_id| self.talks.of_call(call_id)) {
            let other = if bye.call_id() == Some(talk.text.call_id()) { talk.window } else { talk.text };
            self.bye(other, agent, now);
            return Vec::new();
        }
        let closed = |_: &TransactionId, asked: &mut Asked| match asked {
            Asked::Message(_, text) | Asked::Window(_, text) => text.has(bye),
            _ => false,
        };
        let closed: Vec<_> = self.under_way.extract_if(closed).collect();
        let told = closed.into_iter().flat_map(|(transaction, asked)| match asked {
            Asked::Message(call, _) => call.outcome(CLOSED),
            _ => {
                // A window that opens nevertheless is left at once.
                agent.cancel(transaction, now);
                Vec::new()
            }
        });
        told.collect()
    }

    /// Ends all conversations, and takes back what is not one yet.
    pub(crate) fn leave_all(&mut self, agent: &mut UserAgent, now: Instant) -> Vec<Invited> {
        let told =
            self.end(|asked| asked.call().is_some(), "the service stopped before the client answered", agent, now);
        for talk in self.talks.take_all() {
            self.leave(talk, agent, now);
        }
        told
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

    /// Nobody answers any more. The user agent has taken back what rings.
    pub(crate) fn unanswered(
        &mut self,
        transaction: TransactionId,
        agent: &mut UserAgent,
        now: Instant,
    ) -> Vec<Invited> {
        match self.under_way.remove(&transaction) {
            Some(Asked::Invite(call)) => call.outcome(UNANSWERED),
            Some(Asked::Message(call, text)) => {
                self.bye(*text, agent, now);
                call.outcome(UNANSWERED)
            }
            Some(Asked::Window(_, text)) => {
                self.bye(*text, agent, now);
                Vec::new()
            }
            Some(Asked::Further(call)) => self.anew(call, agent, now),
            Some(Asked::Bye) | None => Vec::new(),
        }
    }

    /// The connection is gone.
    pub(crate) fn abandon(&mut self) -> Vec<Invited> {
        let lost = |asked: Asked| match asked {
            Asked::Invite(call) | Asked::Message(call, _) | Asked::Further(call) => {
                call.outcome("the connection to the server was lost")
            }
            Asked::Window(..) | Asked::Bye => Vec::new(),
        };
        self.under_way.drain().flat_map(|(_, asked)| lost(asked)).collect()
    }
}

/// A message in a conversation that stands.
fn message(text: &mut Dialog, body: &str, agent: &mut UserAgent, now: Instant) -> Result<TransactionId, CannotSend> {
    let contact = format!("<{}>", agent.contact());
    agent.request(text.request("MESSAGE").field("Contact", contact).body(PLAIN, body.to_owned()), now)
}
