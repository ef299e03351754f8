//! Notifies of a subscription: in order, late, repeated, missing, counted anew, and the last one.

use super::{Early, Ended, Event, Notified, State, Subscription};
use crate::dialog::Order;
use crate::message::{Message, Name, seconds, values};
use std::time::{Duration, Instant};

/// How long a notify that was missed may still come: only another path through the server makes it late.
const LATE: Duration = Duration::from_secs(10);
/// Longest name of a state that is told, in characters.
const MAX_STATE: usize = 32;

impl Subscription {
    /// Takes a NOTIFY or BENOTIFY with its Call-ID.
    pub fn handle_notify(&mut self, notify: Message, now: Instant) -> Notified {
        let answered = notify.method() == "NOTIFY";
        let reply = |answer, events| Notified { answer: Some(answer).filter(|_| answered), events };
        let Some(dialog) = &mut self.dialog else {
            let early = self.state == State::Asking && self.call_id == notify.call_id().unwrap_or_default();
            if !early {
                return reply((481, "Subscription Does Not Exist"), Vec::new());
            }
            if !is_of(&self.settings.event, &notify) {
                return reply((489, "Bad Event"), Vec::new());
            }
            return reply((200, "OK"), self.overtook(notify, now));
        };
        if !dialog.has(&notify) {
            metrics::counter!("sip_notifies_without_subscription_total").increment(1);
            // With our tag it is meant for us, and what it says is not to be believed.
            let meant = notify.to().is_some_and(|to| to.tag() == Some(dialog.local_tag()));
            let missed = if meant { self.miss(now) } else { None };
            return reply((481, "Subscription Does Not Exist"), missed.into_iter().collect());
        }
        self.best_effort |= !answered;
        let order = dialog.receive(&notify);
        match order {
            Order::Stale | Order::Repeated => {
                let number = notify.cseq().map_or(0, |cseq| cseq.number);
                let answer = if order == Order::Stale { (500, "Out Of Order") } else { (200, "OK") };
                return reply(answer, self.out_of_order(order, number, now));
            }
            Order::Next | Order::Gap { .. } => {}
        }
        if !is_of(&self.settings.event, &notify) {
            return reply((489, "Bad Event"), self.miss(now).into_iter().collect());
        }
        let mut events = Vec::new();
        let last = self.notified_state(&notify, order, now);
        if !notify.body().is_empty() {
            events.push(Event::Notify(notify));
        }
        events.extend(last);
        reply((200, "OK"), events)
    }

    /// A notify may overtake the 200 (RFC 6665, section 4.4.1). How long the subscription lasts comes again with that;
    /// that it is over does not, and the 200 that follows is of one that is over.
    fn overtook(&mut self, notify: Message, now: Instant) -> Vec<Event> {
        let latest = self.is_latest(&notify);
        let ended = self.ended(&notify, now);
        let says = latest && unsettled(&notify).is_none() && (ended.is_none() || !notify.body().is_empty());
        says.then_some(Event::Notify(notify)).into_iter().chain(ended).collect()
    }

    /// Counts a notify that came before its dialog; whether it is the latest of them.
    fn is_latest(&mut self, notify: &Message) -> bool {
        let tag = notify.from().and_then(|from| from.tag().map(str::to_owned)).unwrap_or_default();
        let number = notify.cseq().map_or(0, |cseq| cseq.number);
        match self.early.as_mut().filter(|early| early.tag == tag) {
            Some(early) if number <= early.number => {
                early.disorder = true;
                return false;
            }
            Some(early) => early.number = number,
            None => self.early = Some(Box::new(Early { tag, number, disorder: false })),
        }
        true
    }

    /// What is not read may have said something. A late one has been asked for already; over a stream nothing comes
    /// twice, so the server numbers them wrongly, and what it says from now on would be ignored for ever.
    fn out_of_order(&mut self, order: Order, number: u32, now: Instant) -> Vec<Event> {
        if self.leaving || self.is_late(number, now) {
            return Vec::new();
        }
        match order {
            Order::Repeated => vec![self.ask_for_all(1, false, now)],
            _ => vec![self.renumbered(number, now)],
        }
    }

    /// A notify of its dialog may not be read.
    pub(crate) fn miss(&mut self, now: Instant) -> Option<Event> {
        (self.dialog.is_some() && !self.leaving).then(|| self.ask_for_all(1, false, now))
    }

    /// Whether the notify of that number was missed just now, so that it may still come.
    pub(super) fn is_late(&self, number: u32, now: Instant) -> bool {
        self.late.as_ref().is_some_and(|(numbers, until)| numbers.contains(&number) && now < *until)
    }

    /// The server counts its notifies anew.
    pub(super) fn renumbered(&mut self, number: u32, now: Instant) -> Event {
        let wait = self.pause(None, now);
        let why = format!("the server began to number its notifies anew ({number} came after a higher one)");
        match self.lost(wait, now, why) {
            Event::Ended(Ended::Lost { why, wait }) => Event::Ended(Ended::Renumbered { why, wait }),
            stale => stale,
        }
    }

    /// Notifies before that number were lost; `told`: the one of that number has said something. What is answered is not
    /// lost but sent again, and a gap in its numbers is no error (RFC 3261, section 12.2.2).
    pub(super) fn missed(&mut self, order: Order, number: u32, told: bool, now: Instant) -> Option<Event> {
        let Order::Gap { missing } = order else { return None };
        self.late = Some((number.saturating_sub(missing)..number, now + LATE));
        self.best_effort.then(|| self.ask_for_all(missing, told, now))
    }

    /// An answer of that number has told all there is to tell: whatever was lost before it is made up for.
    pub(super) fn made_up_for(&mut self, order: Order, number: u32, now: Instant) {
        if let Order::Gap { missing } = order {
            self.late = Some((number.saturating_sub(missing)..number, now + LATE));
        }
    }

    fn ask_for_all(&mut self, missing: u32, told: bool, now: Instant) -> Event {
        self.ask_afresh(now);
        Event::Lost { missing, told }
    }

    fn ask_afresh(&mut self, now: Instant) {
        if let State::Active { .. } = self.state
            && self.settings.renews
        {
            let wait = self.pause(None, now);
            self.state = State::Due(now + wait);
        }
    }

    fn notified_state(&mut self, notify: &Message, order: Order, now: Instant) -> Option<Event> {
        if let Some(ended) = self.ended(notify, now) {
            return Some(ended);
        }
        match (self.expires(notify), &self.state) {
            (Some(expires), State::Active { refresh }) => {
                // Never later than planned, or notifies shortly before the end would put it off for ever.
                let planned = *refresh;
                self.activate(expires, now);
                if let State::Active { refresh } = &mut self.state {
                    *refresh = planned.min(*refresh);
                }
            }
            // The answer to what is asked will say how long; until then it may be shorter.
            (Some(expires), _) => {
                let ends = now.checked_add(Duration::from_secs(expires.into()));
                self.ends = self.ends.into_iter().chain(ends).min();
            }
            (None, _) => {}
        }
        if let Some(state) = unsettled(notify).filter(|_| !self.leaving) {
            self.ask_afresh(now);
            return Some(Event::Unsettled { state });
        }
        self.missed(order, notify.cseq().map_or(0, |cseq| cseq.number), !notify.body().is_empty(), now)
    }

    /// How long the subscription lasts, as a notify says.
    fn expires(&self, notify: &Message) -> Option<u32> {
        let (_, params) = values::with_params(notify.get(Name::SubscriptionState).unwrap_or_default());
        params.get("expires").and_then(seconds).filter(|_| !self.leaving)
    }

    /// No time left is the end, whatever the server calls it.
    fn ended(&mut self, notify: &Message, now: Instant) -> Option<Event> {
        let (state, params) = values::with_params(notify.get(Name::SubscriptionState).unwrap_or_default());
        if !state.eq_ignore_ascii_case("terminated") && self.expires(notify) != Some(0) {
            return None;
        }
        let reason = params.text("reason").unwrap_or_default().to_ascii_lowercase();
        let wait = params.get("retry-after").and_then(seconds);
        Some(self.terminated(&reason, wait, now))
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
        let own = self.pause(retry_after, now);
        let wait = match (retry_after, reason) {
            (Some(_), _) | (None, "deactivated" | "timeout") => own,
            (None, _) => own.max(Duration::from_secs_f64(rand::random_range(1.0..10.0))),
        };
        self.lost(wait, now, format!("the server ended the subscription ({reason})"))
    }
}

/// Whether a notify is of that event package. One that names none is taken for one.
fn is_of(event: &str, notify: &Message) -> bool {
    let kind = |text| values::with_params(text).0;
    notify.get(Name::Event).is_none_or(|named| kind(named).eq_ignore_ascii_case(kind(event)))
}

/// The state that a notify names, if it is none in which the server tells how things are (RFC 6665, section 4.1.3: not
/// authorised yet, or unknown). A server that names none is taken for one that tells.
fn unsettled(notify: &Message) -> Option<String> {
    let (state, _) = values::with_params(notify.get(Name::SubscriptionState).unwrap_or_default());
    let settled = ["", "active", "terminated"].iter().any(|known| state.eq_ignore_ascii_case(known));
    (!settled).then(|| state.chars().take(MAX_STATE).collect())
}
