//! One invitation: what it says, how far it is, and what came of it. Pure.

use uc_plugin_api::Invited;
use uc_sip::{dialog::Dialog, message::Message};

/// What an invitation says.
pub(crate) struct Call {
    /// Every one who waits for what comes of it: the page that it opens shows all of their callers.
    pub(crate) ids: Vec<u64>,
    /// Who was told already that the client took a message, and has callers who wait still.
    pub(crate) told: Vec<u64>,
    /// Key of the person's address.
    pub(crate) person: String,
    /// Ms-Conversation-ID: what the client shows in one conversation.
    pub(crate) conversation: String,
    pub(crate) text: String,
    /// What opens the window.
    pub(crate) window: Option<String>,
}

impl Call {
    /// What came of it, for each who waits; no error: the client has taken the message.
    pub(crate) fn outcome(&self, error: &str) -> Vec<Invited> {
        self.ids.iter().map(|id| came_to(*id, error)).collect()
    }
}

/// What an answer is to.
pub(crate) enum Asked {
    Invite(Call),
    Message(Call, Box<Dialog>),
    Window(Call, Box<Dialog>),
    /// One more message, in the conversation of a client that has not answered for its window.
    Further(Call),
    Bye,
}

impl Asked {
    pub(crate) fn call(&self) -> Option<&Call> {
        match self {
            Self::Invite(call) | Self::Message(call, _) | Self::Window(call, _) | Self::Further(call) => Some(call),
            Self::Bye => None,
        }
    }

    pub(crate) fn call_mut(&mut self) -> Option<&mut Call> {
        match self {
            Self::Invite(call) | Self::Message(call, _) | Self::Window(call, _) | Self::Further(call) => Some(call),
            Self::Bye => None,
        }
    }
}

/// An invitation that came to nothing; without an error: the client has taken it.
pub(crate) fn came_to(id: u64, why: &str) -> Invited {
    Invited { id, error: why.into() }
}

/// Why a client did not take it.
pub(crate) fn refusal(response: &Message) -> String {
    let why = response.summary();
    match response.status() {
        Some(404 | 480) => format!("{why}: the client is not signed in"),
        Some(486 | 603) => format!("{why}: the person declined or does not want to be disturbed"),
        _ => why,
    }
}
