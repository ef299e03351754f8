//! What happens to an endpoint, and what it does about it.

use super::{Agent, News, Phase, own_data};
use crate::{
    fault,
    publisher::Conflicted,
    refusal::{Again, Refusal, SLOWLY},
    roaming::Own,
};
use std::time::Instant;
use uc_sip::{
    auth::SignInError,
    message::{Message, Response},
    registration::{Deregistration, Event as Registration},
    site::{self, Trouble},
    subscription::{Ended, Event as Subscription},
    user_agent::Event,
};

impl Agent {
    pub(super) fn events(&mut self, now: Instant) {
        while let Some(event) = self.agent.poll_event() {
            match event {
                Event::Registration(event) => self.registration(&event, now),
                Event::SignIn(error) => {
                    let trouble = Trouble::from(&error);
                    let all = matches!(error, SignInError::NotTrusted);
                    let news = if all { News::NotTrusted } else { News::Trouble };
                    self.news.push(news(trouble.clone()));
                    self.sign_in_failed(&trouble, now);
                }
                Event::Subscription(_, event) => self.subscription(event, now),
                Event::Response(id, response) if self.service == Some(id) => self.answered(&response, now),
                Event::NoResponse(id) if self.service == Some(id) => self.unanswered(now),
                Event::Request(request) => self.request(&request, now),
                Event::Drop(distrust) => {
                    self.news.push(News::Trouble(Trouble::soon(format!("connection dropped: {distrust}"))));
                }
                Event::Response(..) | Event::NoResponse(_) | Event::Silent(_) => {}
            }
        }
    }

    fn registration(&mut self, event: &Registration, now: Instant) {
        match event {
            Registration::Registered(_) => {
                if self.phase == Phase::Registering {
                    self.phase = Phase::Open;
                }
                if !std::mem::replace(&mut self.subscribed, true) {
                    self.agent.subscribe(own_data::settings(self.agent.user()), Some(own_data::wish()), now);
                }
            }
            Registration::Left => self.close(if self.parting { Phase::Left } else { Phase::Idle }),
            _ if self.phase == Phase::Leaving => self.close(Phase::Left),
            other => {
                if let Some(trouble) = Trouble::of_registration(other) {
                    let why = words(other, &trouble);
                    self.news.push(News::Trouble(trouble.clone()));
                    self.sign_in_failed(&Trouble { why, ..trouble }, now);
                }
            }
        }
    }

    fn sign_in_failed(&mut self, trouble: &Trouble, now: Instant) {
        let own = self.backoff.fail();
        let wait = match &trouble.again {
            site::Again::Soon => own,
            site::Again::After(wait) => (*wait).max(own),
            site::Again::At(_) | site::Again::Slowly | site::Again::Never => {
                SLOWLY.mul_f64(rand::random_range(0.5..=1.0))
            }
        };
        self.tell(trouble.why.clone());
        self.rest(wait, now);
    }

    fn subscription(&mut self, event: Subscription, now: Instant) {
        match event {
            Subscription::Notify(notify) => self.notified(&notify),
            Subscription::Ended(Ended::Refused { status, reason, diagnostics }) => {
                self.subscribed = false;
                let why = diagnostics.map_or(String::new(), |diagnostics| format!(": {diagnostics}"));
                let why = format!("the server does not tell what the user publishes: {status} {reason}{why}");
                let wait = self.backoff.fail();
                self.tell(why);
                self.rest(wait, now);
            }
            Subscription::Ended(_) => self.subscribed = false,
            _ => {}
        }
    }

    fn notified(&mut self, notify: &Message) {
        match Own::read(notify.body()) {
            Ok(own) => {
                let chosen = self.publisher.heard(&own);
                self.news.extend(chosen.map(News::Chosen));
            }
            Err(error) => tracing::warn!(user = self.agent.user(), %error, "the user's own data cannot be read"),
        }
    }

    fn answered(&mut self, response: &Message, now: Instant) {
        self.service = None;
        match response.status() {
            Some(200..300) => {
                // Without a readable body the versions are counted.
                self.publisher.published(&Own::read(response.body()).unwrap_or_default());
                self.backoff.succeed();
                self.news.push(News::Published);
                self.tell(String::new());
            }
            Some(409) => self.conflicted(response, now),
            _ => {
                self.publisher.refused();
                let Refusal { why, again } = Refusal::of(response);
                self.fail(why, again, now);
            }
        }
    }

    fn conflicted(&mut self, response: &Message, now: Instant) {
        self.news.push(News::Conflict);
        let conflicts = fault::conflicts(response.body()).unwrap_or_default();
        if self.publisher.conflicted(&conflicts) == Conflicted::GiveUp {
            let why = "another endpoint of the user changes the same publications all the time (409): \
                       look for a second connector with the same settings";
            self.fail(why.to_owned(), Again::Soon, now);
        }
    }

    /// The connection still stands, or there would be no endpoint any more: what became of the request is not known.
    fn unanswered(&mut self, now: Instant) {
        self.service = None;
        self.publisher.lost();
        if self.phase == Phase::Open {
            self.fail("the server does not answer".to_owned(), Again::Anew, now);
        }
    }

    pub(super) fn fail(&mut self, why: String, again: Again, now: Instant) {
        self.news.push(News::Refused);
        self.tell(why);
        if self.parting {
            return self.leave(now);
        }
        let own = self.backoff.fail();
        match again {
            Again::Soon => self.not_before = Some(now + own),
            Again::After(wait) => self.not_before = Some(now + wait),
            Again::Anew => self.rest(own, now),
        }
    }

    fn tell(&mut self, why: String) {
        if self.told.as_ref() != Some(&why) {
            self.told = Some(why.clone());
            self.news.push(News::Outcome(why));
        }
    }

    /// People may write to the agent; this endpoint is not where he reads.
    fn request(&mut self, request: &Message, now: Instant) {
        let (status, reason) = match request.method() {
            "ACK" | "CANCEL" => return,
            "INVITE" => (480, "Temporarily Unavailable"),
            _ => (200, "OK"),
        };
        if let Err(error) = self.agent.reply(&Response::to(request, status, reason).tag("connector"), now) {
            tracing::debug!(%error, "a request could not be answered");
        }
    }
}

/// What a registration's end means for one agent of many.
fn words(event: &Registration, trouble: &Trouble) -> String {
    match event {
        Registration::Redirected { target } => {
            format!("the user is homed in another pool ({target}): give `servers` that pool in a plug-in of its own")
        }
        Registration::Deregistered { reason: Deregistration::Quota, .. } => {
            "the server removed this endpoint: the user is signed in at too many places (MaxEndpointsPerUser)"
                .to_owned()
        }
        _ => trouble.why.clone(),
    }
}
