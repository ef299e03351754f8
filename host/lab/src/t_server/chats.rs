//! Chats between an agent, who is played by whoever has the handle, and workers at DNs (`host/src/tlib/PROTOCOL.md`,
//! section 10).

use super::switch::{ClientId, Refused, Switch};
use std::time::{SystemTime, UNIX_EPOCH};
use uc_connector::{
    tlib::{
        Message,
        chat::{MESSAGE_ID, key},
    },
    wire::{ConnId, KvList, Value},
};

/// Most entries that can be told again; older ones are forgotten.
const MOST_KEPT: usize = 20_000;

/// One chat.
#[derive(Clone, Debug, Default)]
pub(super) struct Chat {
    /// The agent who began it.
    pub(super) agent: String,
    pub(super) parties: Vec<String>,
    subject: String,
    user_data: KvList,
    call: Option<ConnId>,
    entries: Vec<Entry>,
    /// Number of the last entry.
    last: u64,
    /// Why no worker took it.
    pub(super) refused: Option<String>,
}

/// A line, or a party's coming or going.
#[derive(Clone, Debug)]
struct Entry {
    number: u64,
    said: KvList,
}

/// A line as tests read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub party: String,
    /// The writer's number; may be empty.
    pub id: String,
    /// What.
    pub text: String,
}

impl Chat {
    fn opened(&self) -> Message {
        let mut said = said("opened", "");
        said.0.retain(|(name, _)| name != key::PARTY);
        said.push_str(key::SUBJECT, &self.subject);
        let party = |party: &String| (key::PARTY, Value::Str(party.clone()));
        said.0.push((key::PARTIES.into(), Value::List(self.parties.iter().map(party).collect())));
        if let Some(call) = self.call {
            said.push_str(key::CALL, call.to_string());
        }
        let first = self.entries.first().map_or(self.last + 1, |entry| entry.number);
        said.0.push((key::FIRST.into(), Value::Int(first as i64)));
        said.0.push((key::LAST.into(), Value::Int(self.last as i64)));
        private(said).with("userData", self.user_data.clone())
    }

    fn add(&mut self, mut said: KvList) -> Message {
        self.last += 1;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        said.0.push((key::SEQUENCE.into(), Value::Int(self.last as i64)));
        said.0.push((key::TIME.into(), Value::Int(now.as_millis() as i64)));
        self.entries.push(Entry { number: self.last, said: said.clone() });
        if self.entries.len() > MOST_KEPT {
            self.entries.remove(0);
        }
        private(said)
    }

    fn lines(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.said.str(key::CHAT) == Some("line"))
    }
}

fn said(what: &str, party: &str) -> KvList {
    let mut said = KvList::default();
    said.push_str(key::CHAT, what);
    said.push_str(key::PARTY, party);
    said
}

fn line(party: &str, id: &str, text: &str) -> KvList {
    let mut said = said("line", party);
    said.push_str(key::ID, id);
    said.push_str(key::TEXT, text);
    said
}

fn with_words(what: &str, party: &str, words: &str) -> KvList {
    let mut said = said(what, party);
    said.push_str(key::REASON, words);
    said
}

fn private(said: KvList) -> Message {
    Message::new("EventPrivateInfo").with("privateMsgID", MESSAGE_ID).with("extensions", said)
}

/// What a message says or asks of a chat, if it does.
pub(super) fn word(message: &Message) -> Option<&str> {
    message.kv_list("extensions").filter(|_| message.int("privateMsgID") == Some(MESSAGE_ID))?.str(key::CHAT)
}

impl Switch {
    /// An agent begins a chat with a worker at a DN.
    pub(super) fn open_chat(
        &mut self,
        agent: &str,
        dn: &str,
        subject: &str,
        user_data: KvList,
        call: Option<ConnId>,
    ) -> Result<ConnId, Refused> {
        self.dn(dn)?;
        self.chats_made += 1;
        let id = ConnId(0x00c4_0000_0000_0000 + self.chats_made);
        let parties = vec![agent.to_owned(), dn.to_owned()];
        let (agent, subject) = (agent.to_owned(), subject.to_owned());
        let chat = Chat { agent, parties, subject, user_data, call, ..Chat::default() };
        let opened = chat.opened();
        self.chats.insert(id, chat);
        self.tell_parties(id, &opened);
        Ok(id)
    }

    /// Every chat at a DN, for a client that has registered it.
    pub(super) fn tell_chats(&mut self, client: ClientId, dn: &str) {
        let there = self.chats.iter().filter(|(_, chat)| chat.parties.iter().any(|party| party == dn));
        let opened: Vec<_> = there.map(|(id, chat)| chat.opened().with("connID", *id).with("thisDN", dn)).collect();
        opened.into_iter().for_each(|message| self.tell(client, message));
    }

    /// RequestPrivateService.
    pub(super) fn chat_request(&mut self, client: ClientId, dn: &str, request: &Message) -> Result<(), Refused> {
        let asked = word(request).ok_or(Refused { code: 51 })?.to_owned();
        let said = request.kv_list("extensions").cloned().unwrap_or_default();
        let text = |name: &str| said.str(name).unwrap_or_default().to_owned();
        let id = request.conn_id("connID").ok_or(Refused { code: 56 })?;
        let chat = self.chats.get(&id).ok_or(Refused { code: 56 })?;
        if !chat.parties.iter().any(|party| party == dn) {
            return Err(Refused { code: 56 });
        }
        match &*asked {
            "send" => self.send(client, id, dn, &text(key::ID), &text(key::TEXT))?,
            "typing" => self.pass_on(id, dn, said_of(&said, "typing", dn)),
            "delivered" | "read" => self.pass_on(id, dn, said_of(&said, &asked, dn)),
            "leave" => self.leave_chat(id, dn),
            "resume" => self.tell_again(client, id, dn, said.first(key::FIRST).and_then(Value::number).unwrap_or(1)),
            "escalate" => {
                self.pass_on(id, "", with_words("escalation-asked", dn, ""));
            }
            "refuse" => {
                let chat = self.chats.get_mut(&id).ok_or(Refused { code: 56 })?;
                chat.refused = Some(text(key::REASON));
                chat.parties.retain(|party| party != dn);
            }
            _ => return Err(Refused { code: 51 }),
        }
        // Whatever was not answered by an event is answered so.
        self.acknowledge(dn);
        Ok(())
    }

    /// The same number twice is the same line: it is told again.
    fn send(&mut self, client: ClientId, id: ConnId, dn: &str, number: &str, text: &str) -> Result<(), Refused> {
        let chat = self.chats.get_mut(&id).ok_or(Refused { code: 56 })?;
        let same = |entry: &&Entry| entry.said.str(key::PARTY) == Some(dn) && entry.said.str(key::ID) == Some(number);
        let told = chat.lines().find(same).map(|entry| private(entry.said.clone()));
        if let Some(told) = told {
            self.tell_asker(client, dn, told.with("connID", id).with("thisDN", dn));
        } else {
            let message = chat.add(line(dn, number, text));
            self.tell_parties(id, &message);
        }
        Ok(())
    }

    fn tell_again(&mut self, client: ClientId, id: ConnId, dn: &str, from: i64) {
        let Some(chat) = self.chats.get(&id) else { return };
        let about = |message: Message| message.with("connID", id).with("thisDN", dn);
        let entries = chat.entries.iter().filter(|entry| entry.number as i64 >= from);
        let again: Vec<_> = entries.map(|entry| about(private(entry.said.clone()))).collect();
        let opened = about(chat.opened());
        self.tell_asker(client, dn, opened);
        again.into_iter().for_each(|message| self.tell(client, message));
    }

    fn leave_chat(&mut self, id: ConnId, party: &str) {
        let Some(chat) = self.chats.get_mut(&id) else { return };
        let message = chat.add(said("left", party));
        self.tell_parties(id, &message);
        self.chats.get_mut(&id).into_iter().for_each(|chat| chat.parties.retain(|there| there != party));
    }

    /// To all parties but this one.
    fn pass_on(&mut self, id: ConnId, but: &str, said: KvList) {
        self.tell_some(id, &private(said), |party| party != but);
    }

    fn tell_parties(&mut self, id: ConnId, message: &Message) {
        self.tell_some(id, message, |_| true);
    }

    fn tell_some(&mut self, id: ConnId, message: &Message, fits: impl Fn(&str) -> bool) {
        let parties = self.chats.get(&id).map(|chat| chat.parties.clone()).unwrap_or_default();
        for party in parties.iter().filter(|party| fits(party)) {
            self.event(party, &message.clone().with("connID", id).with("thisDN", party.clone()));
        }
    }

    /// The agent writes, comes, goes, or answers.
    pub(super) fn agent_says(&mut self, id: ConnId, party: &str, id_of_line: &str, text: &str) -> Result<(), Refused> {
        let chat = self.chats.get_mut(&id).ok_or(Refused { code: 56 })?;
        let message = chat.add(line(party, id_of_line, text));
        self.tell_parties(id, &message);
        Ok(())
    }

    /// Somebody else takes part, or does no longer.
    pub(super) fn chat_party(&mut self, id: ConnId, party: &str, joins: bool) -> Result<(), Refused> {
        if !joins {
            self.leave_chat(id, party);
            return Ok(());
        }
        let chat = self.chats.get_mut(&id).ok_or(Refused { code: 56 })?;
        chat.parties.push(party.to_owned());
        let message = chat.add(said("joined", party));
        self.tell_parties(id, &message);
        Ok(())
    }

    /// The agent writes, or has read everything.
    pub(super) fn agent_does(&mut self, id: ConnId, what: &str) -> Result<(), Refused> {
        let chat = self.chats.get(&id).ok_or(Refused { code: 56 })?;
        let mut said = said(what, &chat.agent);
        said.0.push((key::LAST.into(), Value::Int(chat.last as i64)));
        let agent = chat.agent.clone();
        self.pass_on(id, &agent, said);
        Ok(())
    }

    /// The agent says what becomes of the worker's wish to talk to the customer.
    pub(super) fn escalation(&mut self, id: ConnId, accepted: bool, words: &str) -> Result<(), Refused> {
        let agent = self.chats.get(&id).ok_or(Refused { code: 56 })?.agent.clone();
        let word = if accepted { "escalation-accepted" } else { "escalation-refused" };
        self.pass_on(id, &agent, with_words(word, &agent, words));
        Ok(())
    }

    /// The agent ends it.
    pub(super) fn close_chat(&mut self, id: ConnId, words: &str) -> Result<(), Refused> {
        let agent = self.chats.get(&id).ok_or(Refused { code: 56 })?.agent.clone();
        self.pass_on(id, &agent, with_words("closed", &agent, words));
        self.chats.remove(&id);
        Ok(())
    }

    /// What was said, in order.
    pub(super) fn said(&self, id: ConnId) -> Option<Vec<Said>> {
        let text = |entry: &Entry, name: &str| entry.said.str(name).unwrap_or_default().to_owned();
        let said = |entry: &Entry| Said {
            party: text(entry, key::PARTY),
            id: text(entry, key::ID),
            text: text(entry, key::TEXT),
        };
        Some(self.chats.get(&id)?.lines().map(said).collect())
    }
}

/// What a worker did, as the others are told.
fn said_of(asked: &KvList, what: &str, dn: &str) -> KvList {
    let mut told = said(what, dn);
    told.0.extend(asked.0.iter().filter(|(name, _)| name == key::LAST).cloned());
    told
}
