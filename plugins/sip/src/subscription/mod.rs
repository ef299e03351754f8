//! A subscription (RFC 6665 with Microsoft's piggy-backed first notify and best-effort notifies): subscribes,
//! refreshes before the end, takes notifies in order, and notices lost ones and those of a server that counts anew
//! (`notifies`). When the server ends, forgets or refuses it (`answers`), it begins afresh after a growing pause, or is
//! over if its owner decides about that. Knows no user and no body.

mod answers;
mod notifies;
mod vocabulary;

use crate::dialog::Dialog;
use crate::message::{LONGEST_REST, Request};
use std::collections::VecDeque;
use std::ops::Range;
use std::time::{Duration, Instant};
use uc_backoff::Backoff;
pub use vocabulary::{Body, Ended, Event, Notified, Settings};

/// In-dialog changes that wait for the SUBSCRIBE under way.
pub const MAX_CHANGES: usize = 256;
/// First and longest pause before a SUBSCRIBE is repeated; a server that asks for more gets it, up to [`LONGEST_REST`].
const BACKOFF: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));
/// No refresh sooner than that after the last one, however short a life the server grants.
const SHORTEST: Duration = Duration::from_secs(9);

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

/// What came of a dialog before the answer that begins it.
#[derive(Debug)]
struct Early {
    /// The server's tag.
    tag: String,
    /// The highest number.
    number: u32,
    /// An older one came behind a newer one, and was not read.
    disorder: bool,
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
    /// Boxed, because hardly any notify overtakes the answer.
    early: Option<Box<Early>>,
    /// Numbers of notifies that were missed and may still come until then.
    late: Option<(Range<u32>, Instant)>,
    /// The server sends notifies in this dialog that nobody answers.
    best_effort: bool,
    state: State,
    ends: Option<Instant>,
    leaving: bool,
    /// The SUBSCRIBE under way is the one that ends it.
    asked_end: bool,
    asked_change: Option<Body>,
    /// Challenges in a row.
    challenges: u32,
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
            early: None,
            late: None,
            best_effort: false,
            state: State::Due(now),
            ends: None,
            leaving: false,
            asked_end: false,
            asked_change: None,
            challenges: 0,
            backoff: Backoff::new(BACKOFF.0, BACKOFF.1),
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

    /// When [`Self::poll_transmit`] or [`Self::expire`] has something.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let ends = self.ends.filter(|_| self.ends_by_itself());
        match self.state {
            State::Due(at) => Some(at),
            State::Active { refresh } => Some(ends.map_or(refresh, |ends| ends.min(refresh))),
            State::Asking => ends,
            State::Suspended | State::Over => None,
        }
    }

    /// When it prolongs itself, if it is not busy otherwise.
    pub fn refreshes_at(&self) -> Option<Instant> {
        match self.state {
            State::Active { refresh } => Some(refresh),
            _ => None,
        }
    }

    /// Whether the owner is told when the time that the server granted is over. One that renews itself is silent about
    /// it until the server has answered.
    fn ends_by_itself(&self) -> bool {
        !self.settings.renews && !self.leaving && self.dialog.is_some()
    }

    /// Whether the time that the server granted is over and the owner is to be told.
    pub fn is_expired(&self, now: Instant) -> bool {
        self.ends_by_itself() && self.ends.is_some_and(|ends| ends <= now)
    }

    /// The time that the server granted is over.
    pub fn expire(&mut self, now: Instant) -> Event {
        self.lost(Duration::ZERO, now, "the server's time for it is over".into())
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

    /// Whether the SUBSCRIBE that was sent last prolongs it, of which the owner is told.
    pub fn is_refreshing(&self) -> bool {
        let prolongs = self.dialog.is_some() && self.asked_change.is_none() && !self.leaving;
        self.state == State::Asking && prolongs && !self.settings.renews
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

    /// How long to wait after one more failure, at least as long as the server asks.
    fn rest(&mut self, asked: Option<u32>, now: Instant) -> Duration {
        let asked = Duration::from_secs(asked.unwrap_or_default().into()).min(LONGEST_REST);
        self.backoff.fail_asked(asked, now)
    }

    /// The same, but nothing for a failure that comes alone.
    fn pause(&mut self, asked: Option<u32>, now: Instant) -> Duration {
        let own = self.rest(asked, now);
        if self.backoff.failures() == 1 && asked.is_none() { Duration::ZERO } else { own }
    }

    /// The dialog is gone: begins afresh after that time, or is over.
    fn lost(&mut self, wait: Duration, now: Instant, why: String) -> Event {
        self.forget_dialog();
        if self.settings.renews {
            self.state = State::Due(now + wait);
            return Event::Stale { why };
        }
        self.state = State::Over;
        Event::Ended(Ended::Lost { why, wait })
    }

    fn requeue(&mut self) {
        if let Some(change) = self.asked_change.take() {
            self.changes.push_front(change);
        }
    }

    fn forget_dialog(&mut self) {
        self.dialog = None;
        self.ends = None;
        self.early = None;
        self.late = None;
        self.best_effort = false;
        self.call_id = token(16);
        self.local_tag = token(5);
        self.cseq = 0;
        // A subscription that begins afresh carries everybody already.
        self.changes.clear();
        self.asked_change = None;
    }
}

/// A random token of so many bytes, in hexadecimal digits.
pub(crate) fn token(bytes: usize) -> String {
    (0..bytes).map(|_| format!("{:02x}", rand::random::<u8>())).collect()
}
