//! What happens to an endpoint, and what it does about it.

use super::{Agent, News, Phase, own_data};
use crate::{
    refusal::{SLOWLY, passes},
    roaming::Own,
};
use std::time::{Duration, Instant};
use uc_sip::{
    auth::SignInError,
    message::{Message, Response},
    registration::{Deregistration, Event as Registration},
    site::{self, Trouble},
    subscription::{Ended, Event as Subscription},
    user_agent::{Event, verdict::unattended},
};

/// How long the first document may take after the endpoint has registered: a lost SUBSCRIBE and its repetition.
const DOCUMENT: Duration = Duration::from_secs(70);

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
                    if self.phase == Phase::Leaving {
                        self.not_left(now);
                    } else if self.phase != Phase::Idle {
                        self.sign_in_failed(&trouble, now);
                    }
                }
                Event::Subscription(_, event) => self.subscription(event, now),
                Event::Response(id, response) if self.service == Some(id) => self.answered(&response, now),
                Event::Response(id, response) if self.guarded == Some(id) => self.guard_answered(&response),
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
            Registration::Registered(registered) => {
                self.registered_until = now.checked_add(Duration::from_secs(registered.expires.into()));
                if self.phase == Phase::Registering {
                    self.phase = Phase::Open;
                    self.document_due = now.checked_add(DOCUMENT);
                    if !self.trusted {
                        self.guard(now);
                    }
                }
                if self.subscription.is_none() {
                    let settings = own_data::settings(self.agent.user());
                    self.subscription = Some(self.agent.subscribe(settings, Some(own_data::wish()), now));
                }
            }
            Registration::Left => {
                self.close(if self.parting { Phase::Left } else { Phase::Idle });
                self.unfinished = false;
                self.stands();
            }
            _ if self.phase == Phase::Leaving => self.not_left(now),
            other => {
                if let Some(trouble) = Trouble::of_registration(other) {
                    let why = if self.alone { trouble.why.clone() } else { words(other, &trouble) };
                    self.news.push(News::Trouble(trouble.clone()));
                    self.sign_in_failed(&Trouble { why, ..trouble }, now);
                }
            }
        }
    }

    /// The server did not let it go: whoever leaves for good is signed out later, because what is bound to the endpoint
    /// stands as long as it does; once the registration has run out it is gone. Whoever stays is registered again, to take
    /// back what could not be.
    fn not_left(&mut self, now: Instant) {
        let wait = self.entering.fail(true, now);
        if !self.parting {
            self.unfinished = true;
            return self.rest(wait, now);
        }
        let at = now + wait;
        let stands = self.registered_until.is_some_and(|until| at < until);
        if self.user.is_none() && stands {
            self.leave_again = Some(at);
        } else {
            self.close(Phase::Left);
            self.unfinished = false;
        }
    }

    fn sign_in_failed(&mut self, trouble: &Trouble, now: Instant) {
        let wait = match &trouble.again {
            site::Again::After(asked) => self.entering.fail_asked(*asked, true, now),
            site::Again::Soon => self.entering.fail(true, now),
            site::Again::Guarded => SLOWLY.mul_f64(rand::random_range(0.5..=1.0)),
            // A server in trouble refuses even whom it knows, and what is published waits to be withdrawn.
            site::Again::At(_) | site::Again::Slowly | site::Again::Refused => self.entering.fail(false, now),
        };
        self.tell(trouble.why.clone());
        if self.phase == Phase::Registering {
            // Refused: there is no endpoint.
            self.stands();
        }
        self.rest(wait, now);
    }

    fn subscription(&mut self, event: Subscription, now: Instant) {
        match event {
            Subscription::Notify(notify) => self.notified(&notify, now),
            // It asks for everything by itself.
            Subscription::Stale { why } => self.doubted(why, now),
            Subscription::Unsettled { state } => {
                self.doubted(format!("the server says `{state}` of what it tells"), now);
            }
            Subscription::Lost { missing, .. } => {
                self.doubted(format!("{missing} notifies of the server were lost"), now);
            }
            Subscription::Ended(Ended::Refused { status, reason, diagnostics }) => {
                let why = diagnostics.map_or(String::new(), |diagnostics| format!(": {diagnostics}"));
                self.not_told(&format!("{status} {reason}{why}"), passes(status), now);
            }
            Subscription::Ended(Ended::Redirected { target, why }) => {
                self.not_told(&format!("it sends to {target} ({why})"), false, now);
            }
            Subscription::Ended(_) => self.subscription = None,
            _ => {}
        }
    }

    fn not_told(&mut self, why: &str, passes: bool, now: Instant) {
        self.subscription = None;
        let wait = self.entering.fail(passes, now);
        self.tell(format!("the server does not tell what the user publishes: {why}"));
        self.rest(wait, now);
    }

    fn doubted(&mut self, why: String, now: Instant) {
        self.news.push(News::Doubted(why));
        self.doubt(now);
    }

    /// What stands may be something else than was told last: nothing is published on that ground before the server has
    /// said it again.
    fn doubt(&mut self, now: Instant) {
        self.publisher.doubt();
        self.document_due = self.document_due.or_else(|| now.checked_add(DOCUMENT));
    }

    /// The same, and the server is to be asked.
    pub(super) fn ask_for_all(&mut self, now: Instant) {
        if let Some(id) = self.subscription {
            self.agent.ask_for_all(id, now);
        }
        self.doubt(now);
    }

    fn notified(&mut self, notify: &Message, now: Instant) {
        match Own::read(notify.body()) {
            Ok(Own { unread: Some(error), .. }) | Err(error) => {
                self.tell(format!("what the user has published cannot be read ({error}); it is asked for again"));
                self.ask_for_all(now);
            }
            Ok(own) => {
                let chosen = self.publisher.heard(&own, !notify.is_request(), now);
                self.document_due = self.document_due.filter(|_| !self.publisher.knows());
                self.news.extend(chosen.map(News::Chosen));
            }
        }
    }

    /// People may write to the agent; this endpoint is not where the agent reads, and has no dialog with anybody.
    fn request(&mut self, request: &Message, now: Instant) {
        let Some((status, reason)) = unattended(request, false) else { return };
        if let Err(error) = self.agent.reply(&Response::to(request, status, reason).tag("connector"), now) {
            tracing::debug!(%error, "a request could not be answered");
        }
    }
}

/// What a registration's end means for one agent of many.
fn words(event: &Registration, trouble: &Trouble) -> String {
    match (event, &trouble.again) {
        (_, site::Again::At(target)) => format!(
            "the user is homed in another pool ({target}), and a connection of many agents is at one: name that pool in \
             `servers` if it is everybody's, or else this agent in `accounts` (auth = \"trusted\" will do), whose own \
             connection goes there"
        ),
        (Registration::Deregistered { reason: Deregistration::Quota, .. }, _) => {
            "the server removed this endpoint: the user is signed in at too many places (MaxEndpointsPerUser)"
                .to_owned()
        }
        _ => trouble.why.clone(),
    }
}
