//! What a link to a T-Server tells its owner, and how the owner asks it.

use super::{Event, Permit, Request};
use std::sync::Arc;

/// Which T-Server link of the configuration a report comes from (index in configuration order).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct LinkId(pub u16);

/// The owner's number for a request, echoed in the answer. Unlike the ReferenceID it survives a reconnect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// A request on its way to the T-Server.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Echoed in the answering [`Report::Event`] or in [`Report::Refused`]: exactly one answer follows.
    pub ticket: Ticket,
    /// The request.
    pub request: Request,
    /// Asked where it leaves the process.
    pub permit: Permit,
}

impl Outgoing {
    /// One that may be sent whatever happens.
    pub fn of(ticket: Ticket, request: Request) -> Self {
        Self { ticket, request, permit: Permit::default() }
    }
}

/// How to react to a refusal: the table of error codes is data (host/docs/t-library.md, "Errors"), operators can extend
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// Worth another try after a pause: timeouts, out of service, no link.
    Retry,
    /// Will fail again unless the configuration changes.
    Permanent,
    /// The wish was fulfilled before: treat as success.
    AlreadySo,
    /// It never left: the link was down.
    #[serde(skip)]
    Unsent,
}

/// AttributeErrorCode of a T-Server, or of its switch, that does not offer what is asked for (TERR_UNSUP_OPER).
pub const UNSUPPORTED: i64 = 51;
/// AttributeErrorCode of a T-Server that knows no call of this ConnID.
pub const NO_SUCH_CALL: i64 = 56;

/// In the place of the AttributeErrorCode that an EventError lacks: it is an answer all the same.
pub const NO_CODE: i64 = 0;

/// A refused or unanswered request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// AttributeErrorCode; [`NO_CODE`] where it has none; none when the T-Server did not answer (timeout, link
    /// lost, queue full).
    pub code: Option<i64>,
    /// AttributeErrorMessage, or our own words.
    pub message: Arc<str>,
    /// What to do about it.
    pub behaviour: Behaviour,
}

/// Whose request brought an event about, as far as its ReferenceID tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The request with this ticket, which has its answer now.
    Request(Ticket),
    /// A request of this connection that was answered, or given up, a while ago, of the same DN, and of which the event can
    /// have come: it is no decision of anybody else's.
    EarlierRequest,
    /// Nobody's here: the T-Server itself, or another client of it.
    Elsewhere,
}

/// What a client reports. Order is the order on the wire.
#[derive(Clone, Debug)]
pub enum Report {
    /// The link is up and the T-Server is primary; nothing is registered yet. A link is up or down as a whole; of one
    /// DN alone [`EventKind::OutOfService`](super::EventKind::OutOfService) says the same: its state counts no
    /// longer, the others' does, and it is registered again when it is back. A protocol that has a connection for
    /// each DN tells of one that is lost so. Where it was heard of all the while, and only that may be incomplete,
    /// [`EventKind::ReadAgain`](super::EventKind::ReadAgain) is told.
    Up {
        /// Server name from its hello.
        server: Arc<str>,
    },
    /// The link is down; every open ticket was refused before this report.
    Down {
        /// Why, in words for an operator.
        cause: Arc<str>,
    },
    /// Connected to a T-Server that is backup: it takes no requests until it is promoted, which [`Report::Up`] tells.
    Standby,
    /// Connected to a primary that takes no requests for want of its switch: [`Report::Up`] tells when it does.
    Waiting {
        /// Why, in words for an operator.
        why: Arc<str>,
    },
    /// Of a redundant pair, while the link is up: what keeps the other T-Server from taking over; none: nothing does,
    /// or it is not known yet. Told when it changes and after each [`Report::Up`] where something does.
    Backup {
        /// In words for an operator.
        missing: Option<Arc<str>>,
    },
    /// An event, and whose request brought it about.
    Event(Event, Cause),
    /// The request was refused or not answered.
    Refused(Ticket, Refusal),
    /// Requests were handed back for want of room in our own queue; now there is room for them. Told once.
    Room,
}
