//! A server in a few lines, in simulated time: it answers what a user agent sends.

#![allow(dead_code, clippy::unwrap_used)] // each test file uses what it needs

use bytes::BytesMut;
use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime};
use uc_sip::auth::ntlm::{Account, NtHash, ServerNames};
use uc_sip::auth::{Acceptor, Accounts, Credentials, Judgement, Policy, Scheme, SignedFields, Version};
use uc_sip::message::{Frame, Framer, Limits, Message, Name, Response};
use uc_sip::ms::Epid;
use uc_sip::registration;
use uc_sip::silence::Patience;
use uc_sip::user_agent::{Event, Settings, UserAgent};

pub(crate) struct Everybody;

impl Accounts for Everybody {
    fn nt_hash(&self, _: &str, _: &str) -> Option<NtHash> {
        Some(NtHash::of("Secret123!"))
    }
}

pub(crate) fn settings(credentials: Credentials, registers: bool) -> Settings {
    Settings {
        registration: registration::Settings {
            domain: "sip:example.com".into(),
            user: "sip:alice@example.com".into(),
            epid: Epid::new("46b45a2a3940").unwrap(),
        },
        credentials,
        registers,
        contact: None,
        sent_by: None,
        product: "UC Connector".into(),
        association_life: Duration::from_secs(8 * 3600 - 300),
        patience: None,
    }
}

pub(crate) fn password() -> Credentials {
    Credentials::Ntlm(Account {
        domain: "EXAMPLE".into(),
        user: "alice".into(),
        secret: NtHash::of("Secret123!"),
        workstation: "CONNECTOR".into(),
    })
}

pub(crate) fn acceptor() -> Acceptor {
    let name = |text: &str| text.to_owned();
    Acceptor::new(Policy {
        realm: "SIP Communications Service".into(),
        host: "fe01.example.com".into(),
        names: ServerNames {
            nb_domain: name("EXAMPLE"),
            nb_computer: name("FE01"),
            dns_domain: name("example.com"),
            dns_computer: name("fe01.example.com"),
        },
        schemes: vec![Scheme::Ntlm, Scheme::Kerberos],
        version: Version::V4,
        skew: Duration::from_secs(900),
    })
}

/// A user agent, its server, and the clock between them.
pub(crate) struct Pair {
    pub(crate) agent: UserAgent,
    pub(crate) server: Option<Acceptor>,
    pub(crate) opaque: String,
    pub(crate) start: Instant,
    pub(crate) now: Instant,
    pub(crate) framer: Framer,
    pub(crate) events: Vec<Event>,
    pub(crate) keep_alives: u32,
    /// What the agent sent that is not a handshake.
    pub(crate) sent: VecDeque<Message>,
}

impl Pair {
    /// Signed: with NTLM; else a trusted endpoint that registers without challenge.
    pub(crate) fn connected(signed: bool) -> Self {
        let credentials = if signed { password() } else { Credentials::Trusted };
        Self::with(settings(credentials, true), signed)
    }

    /// A trusted endpoint that notices a silent server.
    pub(crate) fn with_patience(patience: Patience) -> Self {
        Self::with(Settings { patience: Some(patience), ..settings(Credentials::Trusted, true) }, false)
    }

    fn with(settings: Settings, signed: bool) -> Self {
        let now = Instant::now();
        let mut agent = UserAgent::new(settings, now, SystemTime::now());
        agent.connected("127.0.0.1:40001", "TLS", now);
        let server = signed.then(acceptor);
        let (framer, events, sent) = (Framer::new(Limits::default()), Vec::new(), VecDeque::new());
        Self { agent, server, opaque: String::new(), start: now, now, framer, events, sent, keep_alives: 0 }
    }

    /// Moves bytes; REGISTERs are answered with `register`'s fields, the rest is kept in `sent`.
    pub(crate) fn settle(&mut self) {
        loop {
            while let Some(event) = self.agent.poll_event() {
                self.events.push(event);
            }
            let Some(bytes) = self.agent.poll_transmit() else { return };
            self.framer.buffer().extend_from_slice(&bytes);
            while let Some(frame) = self.framer.take().unwrap() {
                match frame {
                    Frame::Message(message) => self.serve(message),
                    Frame::KeepAlive => self.keep_alives += 1,
                    Frame::Skipped(fault) => panic!("{fault}"),
                }
            }
        }
    }

    fn serve(&mut self, message: Message) {
        if let Some(server) = &mut self.server {
            match server.judge(&message, &Everybody, SystemTime::now()) {
                Judgement::Challenge { challenges, .. } => {
                    let mut response = Response::to(&message, 401, "Unauthorized").tag("s");
                    for challenge in &challenges {
                        response = response.field("WWW-Authenticate", challenge.as_str());
                    }
                    return self.deliver_unsigned(&response);
                }
                Judgement::Trusted { opaque, .. } => self.opaque = opaque,
                Judgement::Drop(distrust) => panic!("{distrust}: {}", message.summary()),
            }
        }
        if message.method() == "REGISTER" && message.expires() != Some(0) && message.is_request() {
            let contact = format!(
                "{};expires=7200;gruu=\"sip:alice@example.com;opaque=user:epid:x;gruu\"",
                message.get(Name::Contact).unwrap()
            );
            let response = Response::to(&message, 200, "OK")
                .tag("s")
                .field("Contact", contact)
                .field("Expires", "7200")
                .field("Supported", "adhoclist")
                .field("Supported", "msrtc-event-categories")
                .field("ms-keep-alive", "UAS; tcp=no; hop-hop=yes; end-end=no; timeout=300")
                .field("Allow-Events", "presence,vnd-microsoft-roaming-self");
            return self.deliver(&response);
        }
        self.sent.push_back(message);
    }

    pub(crate) fn deliver_unsigned(&mut self, response: &Response<'_>) {
        let mut out = BytesMut::new();
        response.write(&mut out).unwrap();
        self.receive(out);
    }

    pub(crate) fn deliver(&mut self, response: &Response<'_>) {
        let mut out = BytesMut::new();
        let fields = SignedFields::of_response(response).unwrap();
        let (server, opaque) = (&mut self.server, &self.opaque);
        response
            .write_with(&mut out, |out| {
                if let Some(server) = server {
                    server.sign(opaque, &fields, out).unwrap();
                }
            })
            .unwrap();
        self.receive(out);
    }

    /// A request of the server, signed if need be. `head` has no Content-Length.
    pub(crate) fn request(&mut self, head: &str, body: &str) {
        let head = head.replace('\n', "\r\n");
        let whole = |extra: &str| format!("{head}\r\n{extra}Content-Length: {}\r\n\r\n{body}", body.len());
        let mut extra = BytesMut::new();
        if let Some(server) = &mut self.server {
            let plain = Message::parse(whole("").into(), &Limits::default()).unwrap();
            server.sign(&self.opaque, &SignedFields::of(&plain).unwrap(), &mut extra).unwrap();
        }
        self.receive(BytesMut::from(&*whole(std::str::from_utf8(&extra).unwrap())));
    }

    fn receive(&mut self, bytes: BytesMut) {
        let message = Message::parse(bytes.freeze(), &Limits::default()).unwrap();
        self.agent.receive(message, self.now);
        self.settle();
    }

    /// Lets time pass, from one timer to the next.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.agent.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.agent.handle_timeout(self.now);
            self.settle();
        }
        self.now = end;
        self.agent.handle_timeout(end);
        self.settle();
    }

    /// The next request or answer of the agent.
    pub(crate) fn next(&mut self, method: &str) -> Message {
        self.settle();
        let message = self.sent.pop_front().unwrap_or_else(|| panic!("no {method} was sent"));
        assert_eq!(message.method(), method);
        message
    }

    /// Accepts a SUBSCRIBE.
    pub(crate) fn accept(&mut self, subscribe: &Message, expires: &str, body: &str) {
        let mut response = Response::to(subscribe, 200, "OK")
            .tag("fe")
            .field("Contact", "<sip:fe01.example.com;transport=tls>")
            .field("Expires", expires)
            .field("Event", "presence");
        if !body.is_empty() {
            response = response.field("ms-piggyback-cseq", "1").body("text/xml", body.as_bytes());
        }
        self.deliver(&response);
    }

    /// A notify inside the dialog of a SUBSCRIBE.
    pub(crate) fn notify(&mut self, subscribe: &Message, method: &str, cseq: u32, state: &str, body: &str) {
        let from = subscribe.from().unwrap();
        let head = format!(
            "{method} sip:alice@example.com;gruu SIP/2.0\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK{cseq}\n\
             From: <{}>;tag=fe\nTo: <{}>;tag={};epid=46b45a2a3940\nCall-ID: {}\nCSeq: {cseq} {method}\n\
             Event: presence\nSubscription-State: {state}\nContent-Type: text/xml",
            subscribe.to().unwrap().uri,
            from.uri,
            from.tag().unwrap(),
            subscribe.call_id().unwrap()
        );
        self.request(&head, body);
    }

    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        self.settle();
        std::mem::take(&mut self.events)
    }
}
