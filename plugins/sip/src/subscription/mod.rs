//! A subscription (RFC 6665 with Microsoft's piggy-backed first notify and best-effort notifies): subscribes,
//! refreshes before the end, takes notifies in order, notices lost ones, and begins afresh when the server ends
//! it. Knows no user and no body.

mod vocabulary;

use crate::backoff::Backoff;
use crate::dialog::{Dialog, Order};
use crate::message::{Message, Name, Request, number, values};
use crate::ms::Diagnostics;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
pub use vocabulary::{Body, Ended, Event, Notified, Settings};

/// In-dialog changes that wait for the SUBSCRIBE under way.
pub const MAX_CHANGES: usize = 256;
/// A server that names no Expires gets this one (RFC 3856, section 6.4).
const DEFAULT_EXPIRES: u32 = 3600;

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// A SUBSCRIBE is due at that time.
    Due(Instant),
    /// A SUBSCRIBE is under way.
    Asking,
    /// All is well until the refresh.
    Active {
        refresh: Instant,
    },
    /// No connection: waits for [`Subscription::begin`].
    Suspended,
    Over,
}

/// One subscription. Owned by its user agent, which sends what it asks for and feeds it what belongs to it.
#[derive(Debug)]
pub struct Subscription {
    settings: Settings,
    /// What a refresh repeats.
    body: Option<Body>,
    changes: VecDeque<Body>,
    call_id: String,
    local_tag: String,
    cseq: u32,
    dialog: Option<Dialog>,
    state: State,
    ends: Option<Instant>,
    leaving: bool,
    /// The SUBSCRIBE under way is the one that ends it.
    asked_end: bool,
    asked_change: Option<Body>,
    backoff: Backoff,
}

impl Subscription {
    /// A subscription whose first SUBSCRIBE is due at once.
    pub fn new(settings: Settings, body: Option<Body>, now: Instant) -> Self {
        Self {
            settings,
            body,
            changes: VecDeque::new(),
            call_id: token(16),
            local_tag: token(5),
            cseq: 0,
            dialog: None,
            state: State::Due(now),
            ends: None,
            leaving: false,
            asked_end: false,
            asked_change: None,
            backoff: Backoff::new(Duration::from_secs(2), Duration::from_secs(120)),
        }
    }

    /// Sets the Call-ID and the own tag of the first dialog, before it begins.
    pub fn identify(&mut self, call_id: &str, tag: &str) {
        call_id.clone_into(&mut self.call_id);
        tag.clone_into(&mut self.local_tag);
    }

    /// Call-ID of its current dialog; it changes when the subscription begins afresh.
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// Whether it is over and may be dropped.
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// Sends a further SUBSCRIBE inside the dialog: users added or removed. `whole` is what refreshes repeat
    /// from now on. False if [`MAX_CHANGES`] wait already; `whole` is taken all the same.
    #[must_use]
    pub fn change(&mut self, change: Body, whole: Body) -> bool {
        self.body = Some(whole);
        let room = self.changes.len() < MAX_CHANGES;
        // Without a dialog the next SUBSCRIBE carries everybody anyway.
        if room && self.dialog.is_some() {
            self.changes.push_back(change);
        }
        room
    }

    /// Ends it: a SUBSCRIBE with Expires 0 if there is a dialog.
    pub fn end(&mut self, now: Instant) {
        self.leaving = true;
        match (&self.dialog, &self.state) {
            (_, State::Asking | State::Suspended | State::Over) => {}
            (None, _) => self.state = State::Over,
            (Some(_), _) => self.state = State::Due(now),
        }
    }

    /// Whether it waits for a connection.
    pub fn is_suspended(&self) -> bool {
        self.state == State::Suspended
    }

    /// The link is gone and with it the dialog. It stays until [`Self::begin`].
    pub fn suspend(&mut self) {
        self.forget_dialog();
        if self.state != State::Over {
            self.state = if self.leaving { State::Over } else { State::Suspended };
        }
    }

    /// Begins afresh at once, on a new connection with this Contact.
    pub fn begin(&mut self, contact: &str, now: Instant) {
        contact.clone_into(&mut self.settings.contact);
        self.forget_dialog();
        if self.state != State::Over {
            self.state = State::Due(now);
        }
    }

    /// When [`Self::poll_transmit`] has something.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Due(at) => Some(at),
            State::Active { refresh } => Some(refresh),
            State::Asking | State::Suspended | State::Over => None,
        }
    }

    /// The SUBSCRIBE that is due, without Via and Max-Forwards. Ask again after every input.
    pub fn poll_transmit(&mut self, now: Instant) -> Option<Request> {
        let change = match self.state {
            State::Due(at) if at <= now => None,
            State::Active { refresh } if refresh <= now => None,
            State::Active { .. } => Some(self.changes.pop_front()?),
            _ => return None,
        };
        self.state = State::Asking;
        self.asked_end = self.leaving;
        let body = change.clone().or_else(|| self.body.clone()).filter(|_| !self.leaving);
        self.asked_change = change;
        Some(self.subscribe(body))
    }

    fn subscribe(&mut self, body: Option<Body>) -> Request {
        let settings = &self.settings;
        let mut request = match &mut self.dialog {
            Some(dialog) => dialog.request("SUBSCRIBE"),
            None => {
                self.cseq += 1;
                Request::new("SUBSCRIBE", settings.target.clone())
                    .field("From", format!("<{}>;tag={};epid={}", settings.watcher, self.local_tag, settings.epid))
                    .field("To", format!("<{}>", settings.target))
                    .field("Call-ID", &self.call_id)
                    .field("CSeq", format!("{} SUBSCRIBE", self.cseq))
            }
        };
        request = request.field("Contact", format!("<{}>", settings.contact)).field("Event", &settings.event);
        for (name, value) in settings.fields.iter().filter(|_| !self.leaving) {
            request = request.field(name, value);
        }
        if let Some(expires) = self.settings.expires.filter(|_| !self.leaving).or(self.leaving.then_some(0)) {
            request = request.field("Expires", expires.to_string());
        }
        match body {
            Some(body) => request.body(&body.content_type, body.bytes),
            None => request,
        }
    }

    /// Takes the final answer to its SUBSCRIBE.
    pub fn handle_response(&mut self, response: Message, now: Instant) -> Vec<Event> {
        if self.state != State::Asking {
            return Vec::new();
        }
        match response.status().unwrap_or_default() {
            200..300 => self.accepted(response, now),
            // The user agent answers the challenge; the same SUBSCRIBE goes out again.
            401 | 407 => {
                self.requeue();
                self.state = State::Due(now);
                Vec::new()
            }
            481 if !self.leaving => {
                vec![self.afresh(now, "the server does not know the subscription any more".into())]
            }
            423 => {
                self.settings.expires = response.get(Name::MinExpires).and_then(number).or(self.settings.expires);
                self.retry(&response, now)
            }
            408 | 429 | 480 | 500 | 503 | 504 => self.retry(&response, now),
            _ => self.refused(&response),
        }
    }

    /// No answer came, or the request could not be sent.
    pub fn handle_no_response(&mut self, now: Instant) -> Vec<Event> {
        if self.state != State::Asking {
            return Vec::new();
        }
        self.requeue();
        let wait = self.backoff.fail();
        self.later(wait, now, "no answer to SUBSCRIBE".into())
    }

    fn accepted(&mut self, response: Message, now: Instant) -> Vec<Event> {
        self.backoff.succeed();
        self.asked_change = None;
        let once = self.settings.expires == Some(0);
        match &mut self.dialog {
            Some(dialog) => dialog.refresh_target(&response),
            None => self.dialog = Dialog::of_response(&response),
        }
        let piggyback = response.get(Name::MsPiggybackCseq).and_then(number);
        if let (Some(dialog), Some(number)) = (&mut self.dialog, piggyback) {
            dialog.count_as_received(number);
        }
        let expires = response.expires().unwrap_or(DEFAULT_EXPIRES);
        let mut events = Vec::new();
        if self.asked_end || once {
            self.state = State::Over;
        } else if self.leaving && self.dialog.is_some() {
            // The wish to end came while this SUBSCRIBE was under way.
            self.state = State::Due(now);
        } else if self.dialog.is_none() {
            // Without tag or Contact no notify could be matched.
            return self.later(self.settings.margin, now, "the server's answer forms no dialog".into());
        } else {
            self.activate(expires, now);
            events.push(Event::Active { expires });
        }
        if piggyback.is_some() && !response.body().is_empty() {
            events.push(Event::Notify(response));
        }
        if self.state == State::Over {
            events.push(Event::Ended(Ended::ByUs));
        }
        events
    }

    fn activate(&mut self, expires: u32, now: Instant) {
        let life = Duration::from_secs(expires.into());
        // A life shorter than the margin is refreshed half-way, but never in a tight loop.
        let wait = if life > self.settings.margin * 2 { life - self.settings.margin } else { life / 2 };
        self.state = State::Active { refresh: now + wait.max(Duration::from_secs(1)) };
        self.ends = now.checked_add(life);
    }

    fn retry(&mut self, response: &Message, now: Instant) -> Vec<Event> {
        self.requeue();
        let asked = response.get(Name::RetryAfter).and_then(|value| number(values::with_params(value).0));
        let wait = asked.map_or_else(|| self.backoff.fail(), |s| Duration::from_secs(s.clamp(1, 3600).into()));
        self.later(wait, now, format!("SUBSCRIBE was answered {}", response.summary()))
    }

    /// Tries again later. While the dialog lives nothing is stale.
    fn later(&mut self, wait: Duration, now: Instant, why: String) -> Vec<Event> {
        self.state = State::Due(now + wait);
        if self.dialog.is_some() && self.ends.is_some_and(|ends| ends > now) {
            return Vec::new();
        }
        self.forget_dialog();
        self.state = State::Due(now + wait);
        vec![Event::Stale { why }]
    }

    fn afresh(&mut self, at: Instant, why: String) -> Event {
        self.forget_dialog();
        self.state = State::Due(at);
        Event::Stale { why }
    }

    fn refused(&mut self, response: &Message) -> Vec<Event> {
        self.state = State::Over;
        if self.leaving {
            return vec![Event::Ended(Ended::ByUs)];
        }
        let reason = response.summary();
        let (status, diagnostics) = (response.status().unwrap_or_default(), Diagnostics::of(response));
        vec![Event::Ended(Ended::Refused { status, reason, diagnostics })]
    }

    fn requeue(&mut self) {
        if let Some(change) = self.asked_change.take() {
            self.changes.push_front(change);
        }
    }

    fn forget_dialog(&mut self) {
        self.dialog = None;
        self.ends = None;
        self.call_id = token(16);
        self.local_tag = token(5);
        self.cseq = 0;
        // A subscription that begins afresh carries everybody already.
        self.changes.clear();
        self.asked_change = None;
    }

    /// Takes a NOTIFY or BENOTIFY with its Call-ID.
    pub fn handle_notify(&mut self, notify: Message, now: Instant) -> Notified {
        let answered = notify.method() == "NOTIFY";
        let reply = |answer, events| Notified { answer: Some(answer).filter(|_| answered), events };
        let Some(dialog) = &mut self.dialog else {
            // A notify may overtake the 200 (RFC 6665, section 4.4.1); its state comes again with the 200.
            let early = self.state == State::Asking && self.call_id == notify.call_id().unwrap_or_default();
            let answer = if early { (200, "OK") } else { (481, "Subscription Does Not Exist") };
            return reply(answer, if early { vec![Event::Notify(notify)] } else { Vec::new() });
        };
        if !dialog.has(&notify) {
            return reply((481, "Subscription Does Not Exist"), Vec::new());
        }
        let order = dialog.receive(&notify);
        match order {
            Order::Stale => return reply((500, "Out Of Order"), Vec::new()),
            Order::Repeated => return reply((200, "OK"), Vec::new()),
            Order::Next | Order::Gap { .. } => {}
        }
        let mut events = Vec::new();
        let last = self.notified_state(notify.get(Name::SubscriptionState).unwrap_or_default(), order, now);
        if !notify.body().is_empty() {
            events.push(Event::Notify(notify));
        }
        events.extend(last);
        reply((200, "OK"), events)
    }

    fn notified_state(&mut self, state: &str, order: Order, now: Instant) -> Option<Event> {
        let (state, params) = values::with_params(state);
        if state.eq_ignore_ascii_case("terminated") {
            let reason = params.text("reason").unwrap_or_default().to_ascii_lowercase();
            let wait = params.get("retry-after").and_then(number);
            return Some(self.terminated(&reason, wait, now));
        }
        if let Some(expires) = params.get("expires").and_then(number).filter(|_| !self.leaving)
            && let State::Active { .. } = self.state
        {
            self.activate(expires, now);
        }
        let Order::Gap { missing } = order else { return None };
        if let State::Active { .. } = self.state {
            self.state = State::Due(now);
        }
        Some(Event::Lost { missing })
    }

    /// RFC 6665, section 4.1.3, with Microsoft's ten seconds in the place of no hint.
    fn terminated(&mut self, reason: &str, retry_after: Option<u32>, now: Instant) -> Event {
        if self.leaving {
            self.state = State::Over;
            return Event::Ended(Ended::ByUs);
        }
        if matches!(reason, "rejected" | "noresource" | "invariant") {
            self.state = State::Over;
            let refused = Ended::Refused { status: 0, reason: reason.to_owned(), diagnostics: None };
            return Event::Ended(refused);
        }
        let wait = match (retry_after, reason) {
            (Some(seconds), _) => Duration::from_secs(seconds.min(3600).into()),
            (None, "deactivated" | "timeout") => Duration::ZERO,
            (None, _) => Duration::from_secs_f64(rand::random_range(1.0..10.0)),
        };
        self.afresh(now + wait, format!("the server ended the subscription ({reason})"))
    }
}

/// A random token of so many bytes, in hexadecimal digits.
pub(crate) fn token(bytes: usize) -> String {
    (0..bytes).map(|_| format!("{:02x}", rand::random::<u8>())).collect()
}
