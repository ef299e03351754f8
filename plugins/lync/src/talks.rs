//! Conversations whose extension window is open: one a person at most.

use std::collections::{HashMap, VecDeque};
use uc_sip::{dialog::Dialog, message::Message};

/// Conversations that stand at the same time; the oldest gives way.
const MAX: usize = 2000;

/// One conversation.
#[derive(Debug)]
pub(crate) struct Talk {
    /// Key of the person's address.
    pub(crate) person: String,
    /// The dialog of the messages.
    pub(crate) text: Dialog,
    /// The dialog of the window.
    pub(crate) window: Dialog,
}

/// All of one connection.
#[derive(Debug, Default)]
pub(crate) struct Talks {
    of: HashMap<String, Talk>,
    /// Person of each Call-ID.
    by_call: HashMap<String, String>,
    /// Oldest first; may name people who left meanwhile.
    order: VecDeque<String>,
}

impl Talks {
    /// Takes a conversation in; gives those that have to end for it.
    pub(crate) fn add(&mut self, talk: Talk) -> Vec<Talk> {
        let mut displaced: Vec<_> = self.of_person(&talk.person).into_iter().collect();
        while self.of.len() >= MAX
            && let Some(oldest) = self.order.pop_front()
        {
            displaced.extend(self.of_person(&oldest));
        }
        for dialog in [&talk.text, &talk.window] {
            self.by_call.insert(dialog.call_id().to_owned(), talk.person.clone());
        }
        self.order.push_back(talk.person.clone());
        self.of.insert(talk.person.clone(), talk);
        displaced
    }

    /// Takes out the conversation with a person.
    pub(crate) fn of_person(&mut self, person: &str) -> Option<Talk> {
        let talk = self.of.remove(person)?;
        self.by_call.remove(talk.text.call_id());
        self.by_call.remove(talk.window.call_id());
        self.order.retain(|other| other != person);
        Some(talk)
    }

    /// Takes out the conversation one of whose dialogs has this Call-ID.
    pub(crate) fn of_call(&mut self, call_id: &str) -> Option<Talk> {
        let person = self.by_call.get(call_id)?.clone();
        self.of_person(&person)
    }

    /// Whether one of the dialogs has that request of the other side.
    pub(crate) fn has(&self, request: &Message) -> bool {
        let person = request.call_id().and_then(|call_id| self.by_call.get(call_id));
        let talk = person.and_then(|person| self.of.get(person));
        talk.is_some_and(|talk| talk.text.has(request) || talk.window.has(request))
    }

    /// Takes out all.
    pub(crate) fn take_all(&mut self) -> Vec<Talk> {
        self.by_call.clear();
        self.order.clear();
        self.of.drain().map(|(_, talk)| talk).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uc_sip::message::Limits;

    fn dialog(call_id: &str) -> Dialog {
        let text = format!(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:w@e>;tag=a\r\nTo: <sip:k@e>;tag=b\r\n\
             Call-ID: {call_id}\r\nCSeq: 1 INVITE\r\nContact: <sip:k@h>\r\nContent-Length: 0\r\n\r\n"
        );
        Dialog::of_response(&Message::parse(text.into_bytes().into(), &Limits::default()).unwrap()).unwrap()
    }

    fn talk(number: usize) -> Talk {
        let (text, window) = (dialog(&format!("t{number}")), dialog(&format!("w{number}")));
        Talk { person: format!("p{number}"), text, window }
    }

    #[test]
    fn the_oldest_gives_way_and_a_person_has_one() {
        let mut talks = Talks::default();
        for number in 0..MAX {
            assert!(talks.add(talk(number)).is_empty());
        }
        assert_eq!(talks.add(talk(MAX)).len(), 1);
        assert!(talks.of_call("t0").is_none(), "the oldest is gone");
        assert_eq!(talks.add(talk(7)).len(), 1, "the one before");
        assert_eq!(talks.of_call("w7").unwrap().person, "p7");
        assert!(talks.of_call("t7").is_none() && talks.of_person("p7").is_none());
        assert_eq!((talks.take_all().len(), talks.by_call.len(), talks.order.len()), (MAX - 1, 0, 0));
    }
}
