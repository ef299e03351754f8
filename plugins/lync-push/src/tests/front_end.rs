//! A Front End for one agent's connection in simulated time, which really holds what is published, and takes requests
//! as it is told.

use super::{
    model::Model,
    server::{MANNERS, address},
    wishes::KIM,
};
use crate::{
    crowd::{Crowd, Manners},
    fault::Conflict,
    key::{Category, Key, Lifetime},
    publisher::Operation,
    record::{Recalled, Record},
};
use bytes::{BufMut, BytesMut};
use quick_xml::{Reader, events::Event as Xml};
use std::time::{Duration, Instant, SystemTime};
use uc_plugin_api::Publication;
use uc_sip::{
    auth::Credentials,
    message::{Frame, Framer, Limits, Message, Response},
    site::sign_in,
};

/// A document without a list of publications.
const UNLISTED: &str = "<roamingData xmlns=\"http://schemas.microsoft.com/2006/09/sip/roaming-self\"><containers \
     xmlns=\"http://schemas.microsoft.com/2006/09/sip/containers\"/></roamingData>";

/// How requests to publish are taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mood {
    Takes,
    /// Without the body that tells the versions.
    TakesBarely,
    /// Nothing is applied.
    Refuses(u16, &'static str),
    /// Applied or not, and this said.
    Fails(u16, bool),
    /// 409, whatever versions the request names, with those that stand or without.
    Conflicts {
        tells: bool,
    },
    /// Applied or not, and nothing said.
    Silent(bool),
    /// Applied or not, and the connection lost before anything is said.
    Drops(bool),
}

/// The agent's connection, and both ends of it.
pub(super) struct Stage {
    pub(super) crowd: Crowd,
    pub(super) now: Instant,
    pub(super) model: Model,
    pub(super) mood: Mood,
    /// What it answers to whoever registers, in the place of 200.
    pub(super) shut: Option<u16>,
    /// Whether its documents list publications, or say nothing of them.
    pub(super) lists: bool,
    pub(super) disk_works: bool,
    /// What the file holds of the agent.
    pub(super) disk: Option<Record>,
    /// Everything that happened so far: requests, and writes to the disk.
    pub(super) steps: usize,
    /// The step at which the process dies, before it takes effect.
    pub(super) dies_at: Option<usize>,
    /// When requests to publish came that were no guard.
    pub(super) services: Vec<Instant>,
    subscribed: bool,
    framer: Framer,
}

impl Stage {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            crowd: born(None, now),
            now,
            model: Model::default(),
            mood: Mood::Takes,
            shut: None,
            lists: true,
            disk_works: true,
            disk: None,
            steps: 0,
            dies_at: None,
            services: Vec::new(),
            subscribed: false,
            framer: Framer::new(Limits::with_message(1 << 20)),
        }
    }

    /// kill -9, and a new life with what the file holds. The host has not said yet what it wants.
    pub(super) fn crash(&mut self) {
        self.dies_at = None;
        self.framer = Framer::new(Limits::with_message(1 << 20));
        self.model.endpoint_gone();
        self.now += Duration::from_secs(1);
        let recalled = self.disk.clone().map(|record| Recalled { record, expired: false });
        self.crowd = born(recalled, self.now);
    }

    /// Whether the process is alive; one step more has been taken.
    fn lives(&mut self) -> bool {
        let lives = self.dies_at.is_none_or(|at| self.steps < at);
        self.steps += usize::from(lives);
        lives
    }

    pub(super) fn wish(&mut self, wish: Option<Publication>) {
        match wish {
            Some(wish) => self.crowd.publish(&wish, self.now),
            None => self.crowd.withdraw(KIM, self.now),
        }
    }

    /// What was told last of the agent; none: nothing yet.
    pub(super) fn told(&mut self) -> Option<String> {
        self.crowd.told().outcomes.get(&KIM).cloned()
    }

    /// Lets so much time pass.
    pub(super) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        for turn in 0.. {
            assert!(turn < 3000, "it turns in circles");
            self.disk();
            // A connection lost takes time.
            if self.now <= until && self.serve() {
                continue;
            }
            match self.crowd.poll_timeout().filter(|due| *due <= until) {
                Some(due) => {
                    self.now = self.now.max(due);
                    self.crowd.handle_timeout(self.now);
                }
                None => break,
            }
        }
        self.now = self.now.max(until);
    }

    fn disk(&mut self) {
        for (address, change) in self.crowd.take_memory() {
            if !self.lives() {
                return;
            }
            let remembers = change.is_some();
            if self.disk_works {
                self.disk = change;
            }
            if remembers && self.lives() {
                let written = self.disk.clone().filter(|_| self.disk_works).ok_or_else(|| "the disk is full".into());
                self.crowd.remembered(&address, written, self.now);
            }
        }
    }

    /// Whether anything was sent.
    fn serve(&mut self) -> bool {
        let Some(bytes) = self.crowd.poll_transmit() else { return false };
        self.framer.buffer().put_slice(&bytes);
        while let Some(frame) = self.framer.take().unwrap() {
            let Frame::Message(message) = frame else { continue };
            if message.is_request() && self.lives() {
                self.answer(&message);
            }
        }
        true
    }

    fn answer(&mut self, request: &Message) {
        match request.method() {
            "REGISTER" if self.shut.is_some() => self.refuse(request, self.shut.unwrap_or_default(), ""),
            "REGISTER" => {
                // The first one of a life; later ones refresh.
                self.subscribed &= request.cseq().unwrap().number > 1;
                if request.expires() == Some(0) {
                    self.model.endpoint_gone();
                }
                let response = Response::to(request, 200, "OK").field("Expires", "7200");
                self.reply(&response);
            }
            "SUBSCRIBE" => {
                self.subscribed = true;
                let document = if self.lists { self.model.document() } else { UNLISTED.to_owned() };
                let response = Response::to(request, 200, "OK").tag("fe").field("Expires", "7200");
                let response = response.field("Contact", "<sip:fe.example.com>").field("ms-piggyback-cseq", "1");
                self.reply(&response.body("application/vnd-microsoft-roaming-self+xml", document.as_bytes()));
            }
            // The guard: before anything is known of what stands.
            "SERVICE" if !self.subscribed => {
                // A state of this device that stands already will do.
                let _ = self.model.publish(&operations(request.body()));
                self.reply(&Response::to(request, 200, "OK").tag("fe"));
            }
            "SERVICE" => self.service(request),
            _ => self.reply(&Response::to(request, 200, "OK").tag("fe")),
        }
    }

    fn service(&mut self, request: &Message) {
        self.services.push(self.now);
        let operations = operations(request.body());
        let apply = |model: &mut Model| model.publish(&operations);
        match self.mood {
            Mood::Takes => match apply(&mut self.model) {
                Ok(()) => {
                    let document = self.model.document();
                    let response = Response::to(request, 200, "OK").tag("fe");
                    self.reply(&response.body("application/vnd-microsoft-roaming-self+xml", document.as_bytes()));
                }
                Err(conflicts) => self.conflict(request, &conflicts),
            },
            Mood::TakesBarely => match apply(&mut self.model) {
                Ok(()) => self.reply(&Response::to(request, 200, "OK").tag("fe")),
                Err(conflicts) => self.conflict(request, &conflicts),
            },
            Mood::Refuses(status, more) => self.refuse(request, status, more),
            Mood::Fails(status, applied) => {
                // A conflict applies nothing either.
                let _ = applied.then(|| apply(&mut self.model));
                self.refuse(request, status, "");
            }
            Mood::Conflicts { tells } => {
                self.model.disturb(1);
                let standing = |(index, operation): (usize, &Operation)| Conflict {
                    index,
                    current: self.model.all.get(&operation.key).map_or(0, |stands| stands.version),
                };
                let conflicts: Vec<_> = (1..).zip(&operations).map(standing).collect();
                self.conflict(request, if tells { &conflicts } else { &[] });
            }
            Mood::Silent(applied) => drop(applied.then(|| apply(&mut self.model))),
            Mood::Drops(applied) => {
                let _ = applied.then(|| apply(&mut self.model));
                self.drop_connection();
            }
        }
    }

    fn drop_connection(&mut self) {
        self.framer = Framer::new(Limits::with_message(1 << 20));
        self.crowd.disconnected(self.now);
        self.model.endpoint_gone();
        // As the connection's own pause would have it.
        self.now += Duration::from_secs(10);
        self.crowd.connected("192.0.2.1:5062", "TLS", self.now);
    }

    fn conflict(&mut self, request: &Message, conflicts: &[Conflict]) {
        let mut body = "<Fault><Faultcode>Client.BadCall.WrongDelta</Faultcode><details>".to_owned();
        for Conflict { index, current } in conflicts {
            body += &format!("<operation index=\"{index}\" version=\"0\" curVersion=\"{current}\"/>");
        }
        body += "</details></Fault>";
        let response = Response::to(request, 409, "Conflict").tag("fe");
        self.reply(&response.body("application/msrtc-fault+xml", body.as_bytes()));
    }

    fn refuse(&mut self, request: &Message, status: u16, more: &'static str) {
        let mut response = Response::to(request, status, "Told So").tag("fe");
        if let Some((name, value)) = more.split_once(": ") {
            response = response.field(name, value);
        }
        self.reply(&response);
    }

    fn reply(&mut self, response: &Response<'_>) {
        let mut out = BytesMut::new();
        response.write(&mut out).unwrap();
        let message = Message::parse(out.freeze(), &Limits::default()).unwrap();
        if self.lives() {
            self.crowd.receive(message, self.now);
        }
    }
}

/// A process's life begins: what it does not find in its file is not its own.
fn born(recalled: Option<Recalled>, now: Instant) -> Crowd {
    let mut crowd = Crowd::new(Manners { own_burst: 5, ..MANNERS }, now, SystemTime::UNIX_EPOCH);
    crowd.connected("192.0.2.1:5061", "TLS", now);
    let endpoint = sign_in::endpoint(None, &address(1), Credentials::Trusted);
    let endpoint = uc_sip::user_agent::Settings { patience: None, ..endpoint };
    crowd.watch(KIM, &endpoint, recalled, now);
    crowd
}

/// A request's publications, as they are written.
fn operations(body: &[u8]) -> Vec<Operation> {
    let text = std::str::from_utf8(body).unwrap();
    let mut reader = Reader::from_str(text);
    let (mut all, mut begin) = (Vec::new(), 0);
    loop {
        match reader.read_event().unwrap() {
            Xml::Start(element) if element.name().as_ref() == "publication" => {
                begin = reader.buffer_position() as usize;
                all.push(operation(&element));
            }
            Xml::Empty(element) if element.name().as_ref() == "publication" => {
                all.push(Operation { value: None, ..operation(&element) });
            }
            Xml::End(element) if element.name().as_ref() == "publication" => {
                let end = reader.buffer_position() as usize - "</publication>".len();
                all.last_mut().unwrap().value = Some(text[begin..end].to_owned());
            }
            Xml::Eof => return all,
            _ => {}
        }
    }
}

fn operation(element: &quick_xml::events::BytesStart<'_>) -> Operation {
    let text = |name: &str| {
        let value = element.try_get_attribute(name).unwrap();
        value.map(|value| value.value.into_owned()).unwrap_or_default()
    };
    let number = |name: &str| text(name).parse().unwrap_or_default();
    Operation {
        key: Key {
            category: Category::of(&text("categoryName")).unwrap(),
            instance: number("instance"),
            container: number("container"),
        },
        version: number("version"),
        lifetime: match &*text("expireType") {
            "static" => Lifetime::Lasting,
            "time" => Lifetime::Seconds(number("expires")),
            _ => Lifetime::Endpoint,
        },
        value: None,
    }
}
