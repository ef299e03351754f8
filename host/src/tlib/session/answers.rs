//! T-Library's messages: events and refusals, and whose request they answer. Every request ends, whatever its answer
//! is: an event of another kind, of another DN or of none, or what cannot be read.

use super::{Closing, Session, closing};
use crate::agent_link::{Behaviour, Cause, Event, EventKind, NO_CODE, Refusal, Report};
use crate::tlib::{
    decode::{Content, Incoming},
    pending::Asker,
};
use crate::wire::Record;
use std::{sync::Arc, time::Instant};

impl Session {
    pub(super) fn message(&mut self, record: &Record<'_>, now: Instant) -> Result<(), Closing> {
        self.counters.events.increment(1);
        let incoming = Incoming::read(record);
        for fault in &incoming.faults {
            self.misread(&format!("the T-Server sent what cannot be read: {fault}"), now);
        }
        self.sequence.check(incoming.link_sequence).map_err(closing)?;
        self.incoming(incoming, now);
        Ok(())
    }

    fn incoming(&mut self, incoming: Incoming, now: Instant) {
        let asker = incoming.reference_id.map(|id| self.pending.answer(id, now));
        if asker == Some(Asker::Nobody) {
            self.counters.unexpected_ids.increment(1);
            self.complaints.oddity("a ReferenceID that no request here has had lately", now);
            self.complain_at = self.complaints.deadline();
        }
        match (incoming.content, asker) {
            (Content::Error { code, message }, Some(Asker::Waiting(ticket))) => {
                self.counters.refused.increment(1);
                let refusal = match code {
                    Some(code) => self.config.errors.refusal(code, message),
                    None => no_code(message),
                };
                self.reports.push(Report::Refused(ticket, refusal));
            }
            (Content::Error { code, message }, _) => {
                let code = code.map_or_else(|| "without a code".to_owned(), |code| code.to_string());
                self.complain(&format!("EventError {code} for no open request: {message}"), now);
            }
            (Content::OfNoDn, asker) => {
                self.counters.unreadable.increment(1);
                if let Some(Asker::Waiting(ticket)) = asker {
                    // Whose it is the request says.
                    self.refuse(ticket, "the T-Server's answer is unusable: it names no DN that can be read");
                } else if self.tells() && self.of_no_dn.came(now) {
                    self.doubt_every_dn("the T-Server sent an event that names no DN that can be read");
                }
            }
            (Content::Event(event), asker) => {
                let cause = match asker {
                    Some(Asker::Waiting(ticket)) => Cause::Request(ticket),
                    Some(Asker::Earlier(asked)) if asked.fits(&event) => Cause::EarlierRequest,
                    // Whoever else counts from 1 has used the same ID.
                    Some(Asker::Earlier(_) | Asker::Nobody) | None => Cause::Elsewhere,
                };
                self.event(event, cause, now);
            }
        }
    }

    /// The state of any DN may be another by now: all are read again.
    pub(super) fn doubt_every_dn(&mut self, why: &str) {
        if self.tells() {
            let kind = EventKind::Unreadable(why.into());
            self.reports.push(Report::Event(Event { this_dn: "".into(), kind }, Cause::Elsewhere));
        }
    }

    fn event(&mut self, event: Event, cause: Cause, now: Instant) {
        match &event.kind {
            EventKind::CtiLink(connected) => {
                self.cti_link = Some(*connected);
                self.settle(now);
            }
            EventKind::Other(_) => self.counters.unknown.increment(1),
            _ => {}
        }
        self.answered |= matches!(cause, Cause::Request(_));
        if self.tells() {
            self.reports.push(Report::Event(event, cause));
        }
    }
}

/// An EventError that does not say which.
fn no_code(message: Arc<str>) -> Refusal {
    let message = if message.is_empty() { "the T-Server refused without an error code".into() } else { message };
    Refusal { code: Some(NO_CODE), message, behaviour: Behaviour::Retry }
}
