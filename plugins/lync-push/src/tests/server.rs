//! A Front End of few words for a crowd in simulated time: takes everybody, unless told otherwise.

use crate::{
    crowd::{Crowd, Manners},
    show::{Device, Style},
};
use bytes::{BufMut, BytesMut};
use std::collections::HashSet;
use std::time::{Duration, Instant, SystemTime};
use uc_plugin_api::{Availability, Presence, Publication, Standing, UserHandle};
use uc_sip::{
    auth::Credentials,
    message::{Frame, Framer, Limits, Message, Response},
    silence::Patience,
    site::sign_in,
};

pub(super) const MANNERS: Manners = Manners {
    style: Style { device: Device::WhilePublished, language: 1033 },
    at_start: false,
    wait: Duration::from_secs(5),
    between_registrations: Duration::from_millis(10),
    between_publications: Duration::from_millis(2),
    between_own: Duration::from_secs(1),
    own_burst: 2,
    patience: Patience { ask_after: Duration::from_secs(10), answer_within: Duration::from_secs(15) },
    alone: false,
    has_choice: false,
};

/// What a request gets; none: silence.
pub(super) type Answer = Option<(u16, &'static str)>;

/// A crowd, its server, and the time.
pub(super) struct World {
    pub(super) crowd: Crowd,
    pub(super) now: Instant,
    pub(super) begin: Instant,
    framer: Framer,
    /// Who has asked for their own data since they registered: what they published before that only guards.
    subscribed: HashSet<String>,
    /// When each request came: method, user.
    pub(super) log: Vec<(Duration, String, String)>,
    /// Whether requests are written down: a million of them are memory.
    pub(super) logs: bool,
}

pub(super) fn address(user: u32) -> String {
    format!("agent{user}@example.com")
}

impl World {
    pub(super) fn new(manners: Manners) -> Self {
        let now = Instant::now();
        let mut crowd = Crowd::new(manners, now, SystemTime::UNIX_EPOCH);
        crowd.connected("192.0.2.1:5061", "TLS", now);
        let framer = Framer::new(Limits::with_message(1 << 20));
        Self { crowd, now, begin: now, framer, subscribed: HashSet::new(), log: Vec::new(), logs: true }
    }

    pub(super) fn watch(&mut self, users: std::ops::Range<u32>) {
        for user in users {
            let endpoint = sign_in::endpoint(None, &address(user), Credentials::Trusted);
            let endpoint = uc_sip::user_agent::Settings { patience: None, ..endpoint };
            self.crowd.watch(UserHandle(user), &endpoint, None, self.now);
        }
    }

    pub(super) fn publish(&mut self, user: u32, number: u32) {
        let presence = Presence { availability: Availability::from_number(number), number, ..Presence::default() };
        let publication = Publication { user: UserHandle(user), presence, standing: Standing::Automatic };
        self.crowd.publish(&publication, self.now);
    }

    /// Lets time pass until then; the server answers at once what `answer` says.
    pub(super) fn run(&mut self, until: Duration, answer: impl Fn(&Message) -> Answer) {
        let until = self.begin + until;
        loop {
            self.serve(&answer);
            match self.crowd.poll_timeout().filter(|due| *due <= until) {
                Some(due) => {
                    self.now = self.now.max(due);
                    self.crowd.handle_timeout(self.now);
                }
                None => break,
            }
        }
        self.now = until;
    }

    fn serve(&mut self, answer: &impl Fn(&Message) -> Answer) {
        while let Some(bytes) = self.crowd.poll_transmit() {
            self.framer.buffer().put_slice(&bytes);
            while let Some(frame) = self.framer.take().unwrap() {
                let Frame::Message(message) = frame else { continue };
                self.note(&message);
                if let Some((status, more)) = answer(&message).filter(|_| message.is_request()) {
                    let reply = reply(&message, status, more);
                    self.crowd.receive(reply, self.now);
                }
            }
        }
    }

    fn note(&mut self, message: &Message) {
        if self.logs && message.is_request() {
            let user = message.from().unwrap().uri.to_owned();
            let method = match message.method() {
                "SERVICE" if !self.subscribed.contains(&user) => "GUARD",
                method => method,
            };
            match method {
                "REGISTER" if message.cseq().unwrap().number == 1 => drop(self.subscribed.remove(&user)),
                "SUBSCRIBE" => drop(self.subscribed.insert(user.clone())),
                _ => {}
            }
            self.log.push((self.now - self.begin, method.to_owned(), user));
        }
    }

    pub(super) fn times(&self, method: &str) -> Vec<Duration> {
        self.log.iter().filter(|(_, known, _)| known == method).map(|(at, ..)| *at).collect()
    }
}

/// The document of somebody who has published nothing.
pub(super) const NOTHING_PUBLISHED: &str = "<roamingData xmlns=\"http://schemas.microsoft.com/2006/09/sip/roaming-self\">\
     <categories xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"sip:kim@example.com\"/></roamingData>";

/// Everybody is welcome.
pub(super) fn welcome(_: &Message) -> Answer {
    Some((200, ""))
}

fn reply(request: &Message, status: u16, more: &'static str) -> Message {
    let mut response = Response::to(request, status, "Told So").tag("fe");
    if let Some((name, value)) = more.split_once(": ") {
        response = response.field(name, value);
    }
    if status == 200 {
        response = response.field("Expires", "7200").field("Contact", "<sip:fe.example.com>");
    }
    if status == 200 && request.method() == "SUBSCRIBE" {
        response = response
            .field("ms-piggyback-cseq", "1")
            .body("application/vnd-microsoft-roaming-self+xml", NOTHING_PUBLISHED.as_bytes());
    }
    let mut out = BytesMut::new();
    response.write(&mut out).unwrap();
    Message::parse(out.freeze(), &Limits::default()).unwrap()
}
