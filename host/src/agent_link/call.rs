//! Calls as the T-Server's events tell them (host/docs/t-library.md, "Calls").

use super::Dn;
use crate::wire::{ConnId, KvList};
use std::sync::Arc;

/// `TCallType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CallType {
    /// 0, or a number this version does not know.
    #[default]
    Unknown,
    /// 1.
    Internal,
    /// 2.
    Inbound,
    /// 3.
    Outbound,
    /// 4.
    Consult,
}

/// Where a call stands on one DN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallStep {
    /// EventRinging (60).
    Ringing,
    /// EventDialing (61).
    Dialing,
    /// EventNetworkReached (62): the trunk is seized; an answer may never be told.
    NetworkReached,
    /// EventDestinationBusy (63): nobody answers, and the leg is there until it is released.
    Busy,
    /// EventEstablished (64), EventRetrieved (67).
    Established,
    /// EventHeld (66).
    Held,
    /// EventReleased (65), EventAbandoned (59): the leg is gone.
    Released,
}

/// Why a leg is gone, by `TCallState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Ending {
    /// A party hung up, or nothing is told.
    #[default]
    Ended,
    /// The call went on without this leg.
    Transferred,
    /// The leg became part of a conference, under another ConnID.
    Conferenced,
    /// The call rings elsewhere now.
    Redirected,
    /// The called party is busy.
    Busy,
    /// The called party did not answer.
    NoAnswer,
    /// The caller gave up.
    Abandoned,
    /// There is no such number, or no way there.
    Unreachable,
    /// The switch failed.
    Failed,
}

/// The call part of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which call.
    pub conn_id: ConnId,
    /// Its ID before a transfer or conference merged it (EventPartyChanged, PreviousConnID); of a consult call, the
    /// call that it was made from.
    pub previous_conn_id: Option<ConnId>,
    /// The call that a consult call was made from (TransferConnID).
    pub transfer_conn_id: Option<ConnId>,
    /// Call type.
    pub call_type: CallType,
    /// Why the leg is gone, when it is; of EventPartyChanged, whether a transfer or a conference brought it about.
    pub ending: Ending,
    /// The other party's DN.
    pub other_dn: Option<Dn>,
    /// Who brought a change of parties about.
    pub third_party_dn: Option<Dn>,
    /// The caller's number.
    pub ani: Option<Arc<str>>,
    /// The dialled number.
    pub dnis: Option<Arc<str>>,
    /// Attached data, whole; none when the event did not carry any.
    pub user_data: Option<KvList>,
}

/// What became of the parties of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartyChange {
    /// EventPartyAdded (69): OtherDN takes part.
    Added,
    /// EventPartyDeleted (70): OtherDN does no longer.
    Deleted,
    /// EventPartyChanged (68): OtherDN takes the place of whom ThirdPartyDN names, or by a conference
    /// ([`Ending::Conferenced`]) takes part beside them; the call may have another ConnID.
    Changed,
}

impl Call {
    /// A call of which nothing else is known.
    pub fn new(conn_id: ConnId) -> Self {
        Self {
            conn_id,
            previous_conn_id: None,
            transfer_conn_id: None,
            call_type: CallType::Unknown,
            ending: Ending::Ended,
            other_dn: None,
            third_party_dn: None,
            ani: None,
            dnis: None,
            user_data: None,
        }
    }

    /// The calls that this one may have been made from, by what it says, the likeliest first. An event that merges two
    /// calls says something else by it.
    pub fn made_from(&self) -> [Option<ConnId>; 2] {
        [self.transfer_conn_id, self.previous_conn_id].map(|named| named.filter(|other| *other != self.conn_id))
    }
}

impl CallType {
    /// The type of this number (host/docs/t-library.md, "Call types").
    pub fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Internal,
            2 => Self::Inbound,
            3 => Self::Outbound,
            4 => Self::Consult,
            _ => Self::Unknown,
        }
    }
}

impl Ending {
    /// For people, behind the words that something came to nothing.
    pub fn words(self) -> &'static str {
        match self {
            Self::Ended | Self::Transferred | Self::Conferenced | Self::Redirected => "released at once",
            Self::Busy => "busy",
            Self::NoAnswer => "no answer",
            Self::Abandoned => "given up",
            Self::Unreachable => "no such number, or no way there",
            Self::Failed => "the switch failed",
        }
    }

    /// What the number of a call state says of the end of a leg (host/docs/t-library.md, "Call states").
    pub fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Transferred,
            2 => Self::Conferenced,
            3 | 4 => Self::Failed,
            6 => Self::Busy,
            7 | 27 => Self::NoAnswer,
            8 | 10..=16 => Self::Unreachable,
            21 => Self::Abandoned,
            20 | 22 | 23 | 25 | 29 => Self::Redirected,
            _ => Self::Ended,
        }
    }
}
