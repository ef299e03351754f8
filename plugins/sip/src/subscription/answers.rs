//! What the answer to a SUBSCRIBE makes of a subscription.

use super::{Early, Ended, Event, SHORTEST, State, Subscription};
use crate::dialog::{Dialog, Order};
use crate::message::{Message, Name, number, seconds, values::with_params};
use crate::ms::Diagnostics;
use std::time::{Duration, Instant};

/// A server that names no Expires gets this one (RFC 3856, section 6.4).
const DEFAULT_EXPIRES: u32 = 3600;
/// Challenges in a row that are answered at once: an association ends and is made anew.
const EXPECTED_CHALLENGES: u32 = 2;

impl Subscription {
    /// Takes the final answer to its SUBSCRIBE.
    pub fn handle_response(&mut self, response: Message, now: Instant) -> Vec<Event> {
        if self.state != State::Asking {
            return Vec::new();
        }
        let status = response.status().unwrap_or_default();
        match status {
            200..300 => self.accepted(response, now),
            401 | 407 => self.challenged(now),
            481 if !self.leaving => {
                let wait = self.pause(None, now);
                vec![self.lost(wait, now, "the server does not know the subscription any more".into())]
            }
            _ if self.asked_change.is_some() && !self.leaving => self.not_taken(&response, now),
            423 => {
                let least = response.min_expires();
                match (self.settings.renews, least) {
                    (true, _) => {
                        self.settings.expires = least.or(self.settings.expires);
                        self.retry(&response, now)
                    }
                    (false, Some(least)) => {
                        self.state = State::Over;
                        vec![Event::Ended(Ended::TooBrief { least })]
                    }
                    (false, None) => self.retry(&response, now),
                }
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
        if self.asked_end {
            self.state = State::Over;
            return vec![Event::Ended(Ended::ByUs)];
        }
        self.requeue();
        let wait = self.rest(None, now);
        self.later(wait, now, "no answer to SUBSCRIBE".into())
    }

    /// The user agent answers the challenge; the same SUBSCRIBE goes out again.
    fn challenged(&mut self, now: Instant) -> Vec<Event> {
        self.requeue();
        self.challenges += 1;
        let wait = if self.challenges > EXPECTED_CHALLENGES { self.pause(None, now) } else { Duration::ZERO };
        self.state = State::Due(now + wait);
        Vec::new()
    }

    fn accepted(&mut self, response: Message, now: Instant) -> Vec<Event> {
        self.challenges = 0;
        let change = self.asked_change.take().is_some();
        let once = self.settings.expires == Some(0);
        match &mut self.dialog {
            Some(dialog) => dialog.refresh_target(&response),
            None => self.dialog = Dialog::of_response(&response),
        }
        let early = self.take_early();
        self.best_effort |= is_best_effort(&response);
        let number = response.get(Name::MsPiggybackCseq).and_then(number);
        let counted = number.zip(self.dialog.as_mut()).map(|(number, dialog)| (dialog.answered(number), number));
        if let Some((Order::Stale, number)) = counted
            && early.is_none()
            && !self.is_late(number, now)
        {
            return vec![self.renumbered(number, now)];
        }
        let expires = response.expires().or_else(|| told_in_state(&response)).unwrap_or(DEFAULT_EXPIRES);
        let mut events = Vec::new();
        if self.asked_end || once {
            self.state = State::Over;
        } else if self.leaving && self.dialog.is_some() {
            // The wish to end came while this SUBSCRIBE was under way.
            self.state = State::Due(now);
        } else if self.dialog.is_none() {
            // Without tag or Contact no notify could be matched.
            let wait = self.rest(None, now).max(SHORTEST);
            return self.later(wait, now, "the server's answer forms no dialog".into());
        } else if expires == 0 {
            let wait = self.pause(None, now);
            return vec![self.lost(wait, now, "the server grants no time".into())];
        } else {
            self.activate(expires, now);
            events.push(Event::Active { expires, change });
        }
        events.extend(self.answered(response, counted, early.as_deref(), change, now));
        if self.state == State::Over {
            events.push(Event::Ended(Ended::ByUs));
        }
        events
    }

    /// Takes what an accepting answer says besides. A server that does not count its answers says something in them all the
    /// same.
    fn answered(
        &mut self,
        response: Message,
        counted: Option<(Order, u32)>,
        early: Option<&Early>,
        change: bool,
        now: Instant,
    ) -> Vec<Event> {
        let says = !response.body().is_empty() && (counted.is_some() || self.asked_for(&response));
        // It was said before what a notify has said already. An answer makes up for an older notify that was not read.
        let overtaken = says && counted.map_or(early.is_some(), |(order, _)| order == Order::Stale);
        if overtaken || !says && early.is_some_and(|early| early.disorder) {
            return self.miss(now).into_iter().collect();
        }
        let missed = match counted {
            // What renews itself has asked for everything, unless it was for a change.
            Some((order, number)) if says && self.settings.renews && !change => {
                self.made_up_for(order, number, now);
                None
            }
            Some((order, number)) => self.missed(order, number, says, now),
            None => None,
        };
        says.then_some(Event::Notify(response)).into_iter().chain(missed).collect()
    }

    /// What came of its dialog before the answer. It counts there as if it had come behind it.
    fn take_early(&mut self) -> Option<Box<Early>> {
        let (early, dialog) = self.early.take().zip(self.dialog.as_mut())?;
        if early.tag != dialog.remote_tag() {
            return None;
        }
        dialog.answered(early.number);
        Some(early)
    }

    /// Whether its body is of a kind that Accept names.
    fn asked_for(&self, response: &Message) -> bool {
        let kind = with_params(response.get(Name::ContentType).unwrap_or_default()).0;
        let fields = self.settings.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Accept"));
        fields.flat_map(|(_, kinds)| kinds.split(',')).any(|one| one.trim().eq_ignore_ascii_case(kind))
    }

    pub(super) fn activate(&mut self, expires: u32, now: Instant) {
        let life = Duration::from_secs(expires.into());
        // A life shorter than the margin is refreshed half-way, but never in a tight loop.
        let wait = if life > self.settings.margin * 2 { life - self.settings.margin } else { life / 2 };
        self.state = State::Active { refresh: now + wait.max(SHORTEST) };
        self.ends = now.checked_add(life);
    }

    fn retry(&mut self, response: &Message, now: Instant) -> Vec<Event> {
        let wait = self.rest(retry_after(response), now);
        self.later(wait, now, format!("SUBSCRIBE was answered {}", said(response)))
    }

    /// Tries again later. One that renews itself is not stale while its dialog lives; the owner of another one hears at
    /// once that the server did not prolong it.
    fn later(&mut self, wait: Duration, now: Instant, why: String) -> Vec<Event> {
        if self.settings.renews && self.dialog.is_some() && self.ends.is_some_and(|ends| ends > now) {
            self.state = State::Due(now + wait);
            return Vec::new();
        }
        vec![self.lost(wait, now, why)]
    }

    /// A change was refused; the subscription stands as before.
    fn not_taken(&mut self, response: &Message, now: Instant) -> Vec<Event> {
        self.asked_change = None;
        let ends = self.ends.unwrap_or(now);
        let margin = self.settings.margin.min(ends.saturating_duration_since(now) / 2);
        self.state = State::Active { refresh: (now + SHORTEST).max(ends - margin) };
        let status = response.status().unwrap_or_default();
        let wait = response.retry_after().unwrap_or_default();
        let elsewhere = response.sends_to().map(str::to_owned);
        vec![Event::NotTaken { status, why: said(response), wait, elsewhere }]
    }

    fn refused(&mut self, response: &Message) -> Vec<Event> {
        self.state = State::Over;
        if self.leaving {
            return vec![Event::Ended(Ended::ByUs)];
        }
        if let Some(target) = response.sends_to() {
            return vec![Event::Ended(Ended::Redirected { target: target.to_owned(), why: said(response) })];
        }
        let reason = response.summary();
        let (status, diagnostics) = (response.status().unwrap_or_default(), Diagnostics::of(response));
        vec![Event::Ended(Ended::Refused { status, reason, diagnostics })]
    }
}

/// How long it lasts by the state that an answer names beside it.
fn told_in_state(response: &Message) -> Option<u32> {
    with_params(response.get(Name::SubscriptionState)?).1.get("expires").and_then(seconds)
}

/// Whether the server says that it sends notifies which nobody answers.
fn is_best_effort(response: &Message) -> bool {
    response
        .all(Name::Supported)
        .flat_map(|value| value.split(','))
        .any(|one| one.trim().eq_ignore_ascii_case("ms-benotify"))
}

/// Whole seconds that the server asks to be left alone.
fn retry_after(response: &Message) -> Option<u32> {
    response.retry_after().and_then(|wait| u32::try_from(wait.as_secs()).ok())
}

fn said(response: &Message) -> String {
    let summary = response.summary();
    Diagnostics::of(response).map_or(summary.clone(), |diagnostics| format!("{summary}: {diagnostics}"))
}
