//! Registration of one endpoint (RFC 3261, section 10; MS-SIPRE): REGISTER, refresh, removal, redirection,
//! removal by the server. The user agent answers challenges and signs.

use crate::message::{Message, Name, Request, seconds, values};
use crate::ms::{Diagnostics, Epid, Remedy, keep_alive};
use crate::subscription::token;
use std::time::{Duration, Instant};

/// Option tags a client of this kind claims.
const SUPPORTED: &str = "gruu-10, adhoclist, msrtc-event-categories, ms-forking, ms-cluster-failover, \
                         ms-userservices-state-notification";
/// Methods in Contact.
const METHODS: &str = "INVITE, MESSAGE, INFO, OPTIONS, BYE, CANCEL, NOTIFY, ACK, BENOTIFY";
/// A registration is renewed that long before its end.
const MARGIN: Duration = Duration::from_secs(30);
/// A server that names no Expires gets this one.
const DEFAULT_EXPIRES: u32 = 600;
/// No refresh sooner than that after the last one, however short a life the server grants.
const SHORTEST: Duration = Duration::from_secs(5);
/// Doubts about a registration younger than that are not followed: a thousand dialogs may raise the same one.
const BEYOND_DOUBT: Duration = Duration::from_secs(5);

/// Who registers where.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The SIP domain, `sip:example.com`: Request-URI of REGISTER.
    pub domain: String,
    /// Address of record, `sip:alice@example.com`.
    pub user: String,
    /// This endpoint.
    pub epid: Epid,
}

/// What a registrar tells about the endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// URI for Contact in everything else; none if the server gives none.
    pub gruu: Option<String>,
    /// Seconds until it ends.
    pub expires: u32,
    /// How often to send an empty line on the idle connection.
    pub keep_alive: Option<Duration>,
    /// Event packages the server serves.
    pub events: Vec<String>,
    /// Whether batched subscriptions are served (`adhoclist`).
    pub batches: bool,
    /// Whether enhanced presence is served (`msrtc-event-categories`).
    pub categories: bool,
    /// Server header, `RTC/7.0`.
    pub server: String,
    /// Whether user services (presence) are up; none if the server does not say.
    pub user_services: Option<bool>,
}

/// Why the server removed the endpoint (MS-SIPREGE, section 2.2.1.13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deregistration {
    /// The user has too many endpoints; the oldest goes.
    Quota,
    /// The user was disabled.
    Disabled,
    /// The user was moved to another server: register again.
    Moved,
    /// Another registrar is to be preferred, with its address if named.
    OtherRegistrar(Option<String>),
    /// The pool's user services (presence) are down, and it keeps only endpoints that can do without.
    UserServices,
    /// Anything else.
    Other(String),
}

/// What happened to the registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Registered, for the first time on this connection or again.
    Registered(Registered),
    /// Connect to this URI and register there (301, 302).
    Redirected {
        /// The server's Contact.
        target: String,
    },
    /// This server cannot: try the next.
    Unavailable {
        /// For the log.
        why: String,
        /// How long the server asks to be left alone (Retry-After); none: whoever tries again knows.
        asked: Option<Duration>,
    },
    /// Asking again changes nothing until somebody acts. `why` says what to do.
    Refused {
        /// Response code.
        status: u16,
        /// The answer's reason, the server's diagnostics and what to do.
        why: String,
        /// Whether the diagnostics say that it may pass.
        may_pass: bool,
    },
    /// The endpoint stays registered, and the pool's user services (presence) are up from now on, or down.
    UserServices {
        /// Whether they are up.
        up: bool,
    },
    /// The server removed the endpoint.
    Deregistered {
        /// Why.
        reason: Deregistration,
        /// The server's diagnostics.
        diagnostics: Option<Diagnostics>,
    },
    /// We removed it.
    Left,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// No connection, or nothing to do.
    Idle,
    Due(Instant),
    Asking,
    Registered {
        refresh: Instant,
    },
}

/// The registration of one endpoint over one connection at a time.
#[derive(Debug)]
pub struct Registration {
    settings: Settings,
    contact: String,
    call_id: String,
    cseq: u32,
    state: State,
    leaving: bool,
    /// The REGISTER under way is the one that removes the endpoint.
    asked_to_leave: bool,
    /// When the server last confirmed it.
    confirmed: Option<Instant>,
}

impl Registration {
    /// Nothing happens until [`Self::begin`].
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            contact: String::new(),
            call_id: token(16),
            cseq: 0,
            state: State::Idle,
            leaving: false,
            asked_to_leave: false,
            confirmed: None,
        }
    }

    /// Registers over a fresh connection. `address`: host and port of our end; `transport`: `tls` or `tcp`.
    pub fn begin(&mut self, address: &str, transport: &str, now: Instant) {
        let instance = self.settings.epid.instance();
        self.contact = format!(
            "<sip:{address};transport={transport};ms-opaque={}>;methods=\"{METHODS}\";proxy=replace;\
             +sip.instance=\"<urn:uuid:{instance}>\"",
            token(5)
        );
        self.call_id = token(16);
        self.cseq = 0;
        self.leaving = false;
        self.state = State::Due(now);
    }

    /// The connection is gone.
    pub fn suspend(&mut self) {
        self.state = State::Idle;
    }

    /// Sends REGISTER again at once: after a challenge, or to renew the security association.
    pub fn again(&mut self, now: Instant) {
        self.state = State::Due(now);
    }

    /// The server has forgotten something else of this endpoint, and perhaps the endpoint too: registers again at once.
    pub fn doubt(&mut self, now: Instant) {
        let fresh = self.confirmed.is_some_and(|at| now < at + BEYOND_DOUBT);
        if let State::Registered { .. } = self.state
            && !fresh
        {
            self.state = State::Due(now);
        }
    }

    /// Removes the endpoint; asked again, after an answer that did not, once more.
    pub fn leave(&mut self, now: Instant) {
        let again = std::mem::replace(&mut self.leaving, true);
        if matches!(self.state, State::Due(_) | State::Registered { .. }) || again && self.state == State::Idle {
            self.state = State::Due(now);
        }
    }

    /// When [`Self::poll_transmit`] has something.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Due(at) | State::Registered { refresh: at } => Some(at),
            State::Idle | State::Asking => None,
        }
    }

    /// The REGISTER that is due, without Via and Max-Forwards.
    pub fn poll_transmit(&mut self, now: Instant) -> Option<Request> {
        self.poll_timeout().filter(|at| *at <= now)?;
        self.state = State::Asking;
        self.asked_to_leave = self.leaving;
        self.cseq += 1;
        let Settings { domain, user, epid } = &self.settings;
        let request = Request::new("REGISTER", domain.clone())
            .field("From", format!("<{user}>;tag={};epid={epid}", token(5)))
            .field("To", format!("<{user}>"))
            .field("Call-ID", &self.call_id)
            .field("CSeq", format!("{} REGISTER", self.cseq))
            .field("Contact", &self.contact)
            .field("Supported", SUPPORTED)
            .field("Event", "registration")
            .field("Allow-Events", "presence")
            .field("ms-keep-alive", keep_alive::OFFER);
        Some(if self.leaving { request.field("Expires", "0") } else { request })
    }

    /// Takes the final answer to REGISTER; challenges (401, 407) are the user agent's.
    pub fn handle_response(&mut self, response: &Message, now: Instant) -> Option<Event> {
        let status = response.status().unwrap_or_default();
        self.state = State::Idle;
        match status {
            200..=299 if self.asked_to_leave => Some(Event::Left),
            200..=299 if self.leaving => {
                self.state = State::Due(now);
                None
            }
            200..=299 => Some(self.registered(response, now)),
            300..=399 if response.sends_to().is_some() => {
                Some(Event::Redirected { target: response.sends_to().unwrap_or_default().to_owned() })
            }
            300..=302 | 305 | 408 | 430 | 480 | 500..=599 => Some(unavailable(response)),
            _ => Some(refused(response)),
        }
    }

    /// No answer came.
    pub fn handle_no_response(&mut self) -> Event {
        self.state = State::Idle;
        Event::Unavailable { why: "no answer to REGISTER".into(), asked: None }
    }

    fn registered(&mut self, response: &Message, now: Instant) -> Event {
        let registered = self.read(response);
        if registered.expires == 0 {
            return Event::Unavailable { why: "the server grants the registration no time".into(), asked: None };
        }
        let life = Duration::from_secs(registered.expires.into());
        let wait = if life > MARGIN * 2 { life - MARGIN } else { life / 2 };
        self.state = State::Registered { refresh: now + wait.max(SHORTEST) };
        self.confirmed = Some(now);
        Event::Registered(registered)
    }

    fn read(&self, response: &Message) -> Registered {
        let instance = format!("<urn:uuid:{}>", self.settings.epid.instance());
        let own = response.contacts().filter_map(Result::ok).find(|contact| {
            contact.params.text("+sip.instance").is_some_and(|text| text.eq_ignore_ascii_case(&instance))
        });
        // The binding's own time counts before the header's (RFC 3261, section 10.3, step 6); who relies on the shorter one
        // is there under either.
        let binding = own.and_then(|contact| contact.params.get("expires")).and_then(seconds);
        let services = response.get(Name::MsUserServicesState);
        Registered {
            gruu: own.and_then(|contact| contact.params.text("gruu")).map(|gruu| gruu.into_owned()),
            expires: response.expires().into_iter().chain(binding).min().unwrap_or(DEFAULT_EXPIRES),
            keep_alive: response.get(Name::MsKeepAlive).and_then(keep_alive::interval),
            events: response.all(Name::AllowEvents).flat_map(values::split).map(str::to_owned).collect(),
            batches: response.has_option(Name::Supported, "adhoclist"),
            categories: response.has_option(Name::Supported, "msrtc-event-categories"),
            server: response.get(Name::Server).unwrap_or_default().to_owned(),
            user_services: services.map(|state| !state.eq_ignore_ascii_case("unavailable")),
        }
    }

    /// Takes a NOTIFY of `Event: registration-notify`; the user agent has answered it. Its first word says whether the
    /// endpoint is registered still. One that says neither, of a subscription that stands, makes it ask the server.
    pub fn handle_notify(&mut self, notify: &Message, now: Instant) -> Option<Event> {
        let body = String::from_utf8_lossy(notify.body());
        let (word, params) = values::with_params(body.trim());
        let event = params.get("event").unwrap_or_default().trim().to_ascii_lowercase();
        let over = notify.get(Name::SubscriptionState).is_some_and(|state| is_word(state, "terminated"));
        if word.trim().eq_ignore_ascii_case("registered") {
            let services = event.strip_prefix("userservices-")?;
            return Some(Event::UserServices { up: !services.starts_with("unavail") });
        }
        if !over && !word.trim().eq_ignore_ascii_case("deregistered") {
            self.doubt(now);
            return None;
        }
        self.state = State::Idle;
        Some(Event::Deregistered { reason: deregistration(event, notify), diagnostics: Diagnostics::of(notify) })
    }
}

fn is_word(value: &str, word: &str) -> bool {
    values::with_params(value).0.trim().eq_ignore_ascii_case(word)
}

fn deregistration(event: String, notify: &Message) -> Deregistration {
    match &*event {
        "unregistered" => Deregistration::Quota,
        "rejected" => Deregistration::Disabled,
        "deactivated" => Deregistration::Moved,
        "userservices-unavailable" => Deregistration::UserServices,
        "preferred-registrar-change" => {
            Deregistration::OtherRegistrar(notify.named("P-Preferred-Registrar").map(str::to_owned))
        }
        _ => Deregistration::Other(event),
    }
}

fn unavailable(response: &Message) -> Event {
    Event::Unavailable { why: why(response), asked: response.retry_after() }
}

fn refused(response: &Message) -> Event {
    let may_pass = Diagnostics::of(response).is_some_and(|d| matches!(d.remedy(), Remedy::Retry | Remedy::StartAgain));
    Event::Refused { status: response.status().unwrap_or_default(), why: why(response), may_pass }
}

fn why(response: &Message) -> String {
    let summary = response.summary();
    match (Diagnostics::of(response), response.status()) {
        (Some(diagnostics), _) => format!("{summary}: {diagnostics}"),
        (None, Some(403)) => format!("{summary}: sign-in is refused: check that the user may sign in to this pool"),
        (None, Some(404)) => format!("{summary}: the user is unknown: check the SIP address"),
        _ => summary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Limits, Response};
    use bytes::BytesMut;

    /// What an answer with that Expires makes of a registration, and when the next REGISTER is due.
    fn answered(expires: &str) -> (Option<Event>, Option<Duration>) {
        answered_with(&[("Expires", expires)])
    }

    fn answered_with(fields: &[(&str, &str)]) -> (Option<Event>, Option<Duration>) {
        let (domain, user) = ("sip:example.com".to_owned(), "sip:alice@example.com".to_owned());
        let mut registration = Registration::new(Settings { domain, user, epid: Epid::new("46b45a2a3940").unwrap() });
        let now = Instant::now();
        registration.begin("127.0.0.1:1", "tls", now);
        let request = registration.poll_transmit(now).unwrap().field("Via", "SIP/2.0/TLS h;branch=z9hG4bK1");
        let request = Message::parse(request.to_bytes().unwrap(), &Limits::default()).unwrap();
        let mut out = BytesMut::new();
        let response = Response::to(&request, 200, "OK").tag("s");
        let response = fields.iter().fold(response, |response, (name, value)| response.field(name, *value));
        response.write(&mut out).unwrap();
        let response = Message::parse(out.freeze(), &Limits::default()).unwrap();
        let event = registration.handle_response(&response, now);
        (event, registration.poll_timeout().map(|at| at - now))
    }

    #[test]
    fn a_registration_without_time_is_none_and_a_short_one_makes_no_storm() {
        assert!(matches!(answered("0"), (Some(Event::Unavailable { .. }), None)));
        for (expires, refresh) in
            [("1", SHORTEST), ("20", Duration::from_secs(10)), ("7200", Duration::from_secs(7170))]
        {
            let (event, due) = answered(expires);
            assert!(matches!(event, Some(Event::Registered(_))) && due == Some(refresh), "{expires}: {due:?}");
        }
    }
    #[test]
    fn a_registration_lasts_no_longer_than_its_own_binding() {
        let binding = |expires: &str| {
            format!("<sip:h>;expires={expires};+sip.instance=\"<urn:uuid:b51a9866-926a-5e92-9260-ed0dec9cdf92>\"")
        };
        let other = "<sip:other>;expires=60;+sip.instance=\"<urn:uuid:00000000-926a-5e92-9260-ed0dec9cdf92>\"";
        for (header, contact, refresh) in [
            (Some("7200"), binding("600"), 570),
            (Some("600"), binding("7200"), 570),
            (None, binding("1200"), 1170),
            (Some("7200"), other.to_owned(), 7170),
            (Some("7200"), format!("{other}, {}", binding("600")), 570),
            (None, other.to_owned(), 570),
        ] {
            let fields: Vec<_> =
                header.map(|header| ("Expires", header)).into_iter().chain([("Contact", &*contact)]).collect();
            assert_eq!(answered_with(&fields).1, Some(Duration::from_secs(refresh)), "{header:?} {contact}");
        }
        assert!(matches!(
            answered_with(&[("Expires", "7200"), ("Contact", &binding("0"))]),
            (Some(Event::Unavailable { .. }), None)
        ));
    }
}
