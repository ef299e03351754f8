//! The subscriptions of one account at a server of the test's own, in simulated time.

use crate::{
    notify::{Counts, Notified},
    roster::Roster,
    subscriber::Subscriber,
};
use bytes::BytesMut;
use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant, SystemTime},
};
use uc_plugin_api::{UserHandle, WatchedUser};
use uc_sip::{
    auth::Credentials,
    message::{Frame, Framer, Limits, Message, Response},
    site::sign_in::endpoint,
    subscription::Event as Subscription,
    user_agent::{Event, Settings, UserAgent},
};

pub(super) struct Scene {
    pub(super) agent: UserAgent,
    pub(super) subscriber: Subscriber,
    pub(super) roster: Roster,
    pub(super) now: Instant,
    framer: Framer,
    pub(super) sent: VecDeque<Message>,
    pub(super) counts: Counts,
    /// Number of the server's last notify in each dialog.
    numbers: HashMap<String, u32>,
    /// What was reported last of each.
    pub(super) reported: HashMap<UserHandle, u32>,
}

impl Scene {
    /// So many people, `u0` and on, in batches of so many.
    pub(super) fn new(people: u32, batch: usize) -> Self {
        let mut roster = Roster::new("");
        let _ = roster.watch(&(0..people).map(user).collect::<Vec<_>>());
        let now = Instant::now();
        let own = endpoint(None, "watcher@example.com", Credentials::Trusted);
        let settings = Settings { registers: false, patience: None, ..own };
        let mut scene = Self {
            agent: UserAgent::new(settings, now, SystemTime::now()),
            subscriber: Subscriber::new("sip:watcher@example.com", batch, None, &roster),
            roster,
            now,
            framer: Framer::new(Limits::default()),
            sent: VecDeque::new(),
            counts: Counts::default(),
            numbers: HashMap::new(),
            reported: HashMap::new(),
        };
        scene.agent.connected("127.0.0.1:1", "TCP", now);
        scene.settle();
        scene
    }

    /// Another connection, as after a loss: the people and their pace are all that is left.
    pub(super) fn connect_anew(&mut self, batch: usize) {
        self.sent.clear();
        let users: Vec<_> = self.roster.handles().collect();
        self.reported.extend(users.into_iter().map(|user| (user, 0)));
        let own = endpoint(None, "watcher@example.com", Credentials::Trusted);
        let settings = Settings { registers: false, patience: None, ..own };
        self.agent = UserAgent::new(settings, self.now, SystemTime::now());
        self.subscriber = Subscriber::new("sip:watcher@example.com", batch, None, &self.roster);
        self.framer = Framer::new(Limits::default());
        self.agent.connected("127.0.0.1:1", "TCP", self.now);
        self.settle();
    }

    /// Lets everything have its effects, as a session does.
    pub(super) fn settle(&mut self) {
        loop {
            let mut reports = Vec::new();
            while let Some(event) = self.agent.poll_event() {
                let Event::Subscription(id, event) = event else { panic!("{event:?}") };
                let Self { subscriber, roster, counts, .. } = self;
                match event {
                    Subscription::Notify(notify) => {
                        let Some(at) = subscriber.pool(id) else { continue };
                        subscriber.heard(at, !notify.is_request(), self.now);
                        Notified { subscriber, roster, reports: &mut reports, counts }.take(at, &notify, self.now);
                    }
                    event => subscriber.handle(id, &event, roster, self.now),
                }
            }
            self.subscriber.pump(&mut self.agent, &mut self.roster, self.now);
            let coverage = self.subscriber.coverage();
            for user in coverage.take_changed() {
                reports.push(self.roster.report(user, coverage.knows(user)));
            }
            self.reported.extend(reports.into_iter().map(|update| (update.user, update.presence.number)));
            let Some(bytes) = self.agent.poll_transmit() else { return };
            self.framer.buffer().extend_from_slice(&bytes);
            while let Some(frame) = self.framer.take().unwrap() {
                let Frame::Message(message) = frame else { panic!("{frame:?}") };
                if message.is_request() {
                    self.sent.push_back(message);
                }
            }
        }
    }

    /// These are watched from now on, as the host says.
    pub(super) fn watch(&mut self, users: &[WatchedUser]) {
        let changes = self.roster.watch(users);
        self.subscriber.follow(&changes);
        self.settle();
    }

    pub(super) fn next(&mut self) -> Message {
        self.settle();
        self.sent.pop_front().expect("a SUBSCRIBE")
    }

    /// Answers with the presence of those who are named, if it accepts.
    pub(super) fn answer(&mut self, subscribe: &Message, status: u16) {
        let body = documents(&named(subscribe).iter().map(|who| (who.clone(), 3500)).collect::<Vec<_>>());
        match status {
            200 => {
                let number = self.numbers.entry(subscribe.call_id().unwrap().to_owned()).or_default();
                *number += 1;
                let number = number.to_string();
                self.respond(subscribe, 200, &[("Expires", "36000"), ("ms-piggyback-cseq", &number)], &body);
            }
            _ => self.respond(subscribe, status, &[], ""),
        }
    }

    pub(super) fn respond(&mut self, subscribe: &Message, status: u16, fields: &[(&str, &str)], body: &str) {
        let mut response = Response::to(subscribe, status, "X").tag("fe").field("Contact", "<sip:fe.example.com>");
        for (name, value) in fields {
            response = response.field(name, *value);
        }
        if !body.is_empty() {
            response = response.body(MULTIPART, body.as_bytes());
        }
        let mut out = BytesMut::new();
        response.write(&mut out).unwrap();
        self.receive(out);
    }

    /// A notify in the dialog of a SUBSCRIBE.
    pub(super) fn notify(&mut self, subscribe: &Message, cseq: u32, state: &str, kind: &str, body: &str) {
        let from = subscribe.from().unwrap();
        let last = self.numbers.entry(subscribe.call_id().unwrap().to_owned()).or_default();
        *last = cseq.max(*last);
        let text = format!(
            "BENOTIFY sip:watcher@example.com SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK{cseq}\r\n\
             From: <{}>;tag=fe\r\nTo: <{}>;tag={}\r\nCall-ID: {}\r\nCSeq: {cseq} BENOTIFY\r\nEvent: presence\r\n\
             subscription-state: {state}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            subscribe.to().unwrap().uri,
            from.uri,
            from.tag().unwrap(),
            subscribe.call_id().unwrap(),
            body.len()
        );
        self.receive(BytesMut::from(&*text));
    }

    fn receive(&mut self, bytes: BytesMut) {
        self.agent.receive(Message::parse(bytes.freeze(), &Limits::default()).unwrap(), self.now);
        self.settle();
    }

    /// Accepts all there is to accept; who was named in each request, with the dialog's Call-ID.
    pub(super) fn accept_all(&mut self) -> Vec<(String, Vec<String>)> {
        let mut all = Vec::new();
        self.settle();
        while let Some(subscribe) = self.sent.pop_front() {
            all.push((subscribe.call_id().unwrap().to_owned(), named(&subscribe)));
            self.answer(&subscribe, 200);
        }
        all
    }

    /// When something is due by itself.
    pub(super) fn due(&self) -> Option<Instant> {
        self.agent.poll_timeout().into_iter().chain(self.subscriber.poll_timeout()).min()
    }

    /// Lets time pass, from one timer to the next.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.due().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.tick();
        }
        self.now = end;
        self.tick();
    }

    /// The same, with a server that accepts everything.
    pub(super) fn pass_well(&mut self, time: Duration) -> Vec<(String, Vec<String>)> {
        let (end, mut all) = (self.now + time, self.accept_all());
        while let Some(at) = self.due().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.tick();
            all.extend(self.accept_all());
        }
        self.now = end;
        all
    }

    fn tick(&mut self) {
        self.agent.handle_timeout(self.now);
        self.subscriber.handle_timeout(self.now);
        self.settle();
    }

    /// Who of so many people is not reported as known.
    pub(super) fn unknown(&self, people: u32) -> Vec<u32> {
        (0..people).filter(|who| self.reported.get(&UserHandle(*who)).is_none_or(|number| *number == 0)).collect()
    }
}

pub(super) fn user(number: u32) -> WatchedUser {
    let address = format!("sip:u{number}@example.com").into();
    WatchedUser { handle: UserHandle(number), id: "x".into(), address, language: "".into() }
}

/// Whom a SUBSCRIBE names.
pub(super) fn named(subscribe: &Message) -> Vec<String> {
    let body = String::from_utf8_lossy(subscribe.body());
    let mut all: Vec<_> =
        body.split("<resource uri=\"sip:").skip(1).map(|rest| rest.split('@').next().unwrap().to_owned()).collect();
    all.sort_unstable();
    all
}

pub(super) fn action(subscribe: &Message) -> String {
    let body = String::from_utf8_lossy(subscribe.body());
    body.split("<action name=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

pub(super) const MULTIPART: &str = "multipart/related;type=\"application/rlmi+xml\";boundary=B";
pub(super) const CATEGORIES: &str = "application/msrtc-event-categories+xml";
pub(super) const RLMI: &str = "application/rlmi+xml";

/// How a person is.
pub(super) fn document(who: &str, number: u32) -> String {
    let state = super::categories::state(&format!("<availability>{number}</availability>"));
    super::categories::document(&state).replace("kim@", &format!("{who}@"))
}

/// What a person has noted, and nothing else.
pub(super) fn note(who: &str, text: &str) -> String {
    let note = super::categories::note("2026-11-22T13:00:31", "personal", text);
    super::categories::document(&note).replace("kim@", &format!("{who}@"))
}

/// How several are, as a multipart body.
pub(super) fn documents(all: &[(String, u32)]) -> String {
    match all.is_empty() {
        true => String::new(),
        false => multipart(all.iter().map(|(who, number)| document(who, *number))),
    }
}

/// A multipart body of documents.
pub(super) fn multipart(documents: impl IntoIterator<Item = String>) -> String {
    let part = |document| format!("--B\r\nContent-Type: {CATEGORIES}\r\n\r\n{document}\r\n\r\n");
    documents.into_iter().map(part).collect::<String>() + "--B--\r\n"
}

/// How watching a person stands.
pub(super) fn list(who: &str, instance: &str) -> String {
    format!(
        "<list xmlns=\"urn:ietf:params:xml:ns:rlmi\" uri=\"sip:watcher@example.com\" version=\"1\" fullState=\"false\">\
         <resource uri=\"sip:{who}@example.com\"><instance id=\"0\" {instance}/></resource></list>"
    )
}
