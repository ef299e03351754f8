//! When an endpoint registers and publishes: what it waits for, and what it does when its turn has come.

use super::{Agent, Phase, guard};
use crate::body::{PUBLISH, publish};
use std::time::Instant;

impl Agent {
    /// Whether there is anything to register for. Somebody for whom nothing is shown is not registered: an endpoint
    /// without a state of its own makes an absent user look as available as the last choice says, until its own state
    /// has been taken. Those who part register only to put back what outlives them.
    pub(crate) fn is_needed(&self) -> bool {
        self.publisher.outlives()
            || self.unfinished
            || !self.parting && (self.at_start || self.publisher.is_publishing())
    }

    /// Whether it is to wait for its turn to register.
    pub(crate) fn wants_to_register(&self) -> bool {
        self.phase == Phase::Idle && self.is_needed()
    }

    /// There is a connection: it waits for its turn.
    pub(crate) fn queue(&mut self) {
        self.phase = Phase::Queued;
    }

    /// Its turn to register has come. Nothing of that if it is no longer needed.
    pub(crate) fn register(&mut self, address: &str, transport: &'static str, now: Instant) {
        if !self.is_needed() {
            self.phase = Phase::Idle;
            return;
        }
        self.phase = Phase::Registering;
        self.appears();
        self.agent.connected(address, transport, now);
        if self.trusted {
            self.guard(now);
        }
        self.events(now);
    }

    /// Right behind REGISTER, in the same write where the server takes requests before it has answered: this endpoint
    /// is no device at which somebody works. What becomes of it is seen in the first document.
    pub(super) fn guard(&mut self, now: Instant) {
        let user = self.agent.user().to_owned();
        let body = publish(&user, &guard(self.instances));
        let request = self.agent.own_request("SERVICE", &user).body(PUBLISH, body);
        match self.agent.request_early(request, now) {
            Ok(id) => self.guarded = Some(id),
            Err(error) => tracing::debug!(%error, "an endpoint could not be kept from counting as a device"),
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Resting(until) if until <= now) {
            self.phase = Phase::Idle;
        }
        if self.leave_again.take_if(|at| *at <= now).is_some() {
            self.leave(now);
        }
        self.not_before = self.not_before.filter(|at| *at > now);
        if self.refused_until.take_if(|(at, _)| *at <= now).is_some() {
            self.publisher.retry_memory();
        }
        self.agent.handle_timeout(now);
        self.events(now);
        if self.document_due.take_if(|at| *at <= now).is_some() {
            self.without_document(now);
        }
    }

    /// When it wants to be called again.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Resting(until) => Some(until),
            Phase::Idle | Phase::Queued | Phase::Left => None,
            Phase::Registering => self.agent.poll_timeout(),
            Phase::Leaving => [self.agent.poll_timeout(), self.leave_again].into_iter().flatten().min(),
            Phase::Open => {
                let refused = self.refused_until.map(|(at, _)| at);
                // Who waits in line is called when the turn comes.
                let held = self.waits || self.not_before.is_some() || refused.is_some();
                let publisher = self.publisher.poll_timeout().filter(|_| !held);
                let all = [self.agent.poll_timeout(), self.not_before, refused, self.document_due, publisher];
                all.into_iter().flatten().min()
            }
        }
    }

    /// What is to be sent now. When there is nothing more, memory that only activity needs is given back.
    pub(crate) fn poll_transmit(&mut self) -> Option<bytes::Bytes> {
        let bytes = self.agent.poll_transmit();
        if bytes.is_none() {
            self.agent.release_memory();
        }
        bytes
    }

    /// Whether a publication is due that its own rate allows; if only the rate forbids it, it asks to be called again.
    pub(crate) fn wants_to_publish(&mut self, now: Instant) -> bool {
        if self.phase != Phase::Open || self.service.is_some() {
            return false;
        }
        if self.parting && !self.publisher.outlives() {
            self.leave(now);
            return false;
        }
        if self.not_before.is_some() || self.refused_until.is_some() || !self.publisher.is_due(now) {
            return false;
        }
        // Those who part have no time for their own rate.
        self.not_before = self.pace.next().filter(|next| *next > now && !self.parting);
        self.not_before.is_none()
    }

    /// Its turn to publish has come.
    pub(crate) fn publish_now(&mut self, now: Instant) {
        let Some(operations) = self.publisher.request(now).filter(|_| self.phase == Phase::Open) else { return };
        // Whether it may is asked before; here it is only counted.
        let _ = self.pace.take(now);
        let user = self.agent.user().to_owned();
        let request = self.agent.own_request("SERVICE", &user).body(PUBLISH, publish(&user, &operations));
        match self.agent.request(request, now) {
            Ok(id) => self.service = Some(id),
            Err(error) => {
                self.publisher.refused();
                self.refused(error.to_string(), now);
            }
        }
        self.events(now);
    }
}
