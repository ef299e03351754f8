//! The attributes of T-Library that this project knows: how each travels and how a log shows it. Attributes that are
//! not in the table, or not of the table's kind, travel as they came.

use crate::agent_link::WorkMode;
use crate::wire::{ConnId, KvList};

/// How an attribute's value is built.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// String.
    Str,
    /// A string that no log may show.
    Secret,
    /// Integer.
    Int,
    /// Connection ID.
    ConnId,
    /// Key-value list.
    List,
    /// An enumeration: a name on the wire, a number and the name in a log.
    Name(fn(&str) -> Option<i64>),
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// String, or the name of an enumeration's value.
    Str(String),
    /// Integer, or the number of an enumeration's value.
    Int(i64),
    /// Connection ID.
    ConnId(ConnId),
    /// Key-value list.
    List(KvList),
    /// Any other JSON: of an attribute that is not in the table, or not of the table's kind; it travels as it came.
    Other(String),
}

/// Names as they are written on the wire: the documented name with its first letter in lower case.
const TABLE: [(&str, Kind); 42] = [
    ("aNI", Kind::Str),
    ("agentID", Kind::Str),
    ("agentWorkMode", Kind::Name(work_mode)),
    ("applicationName", Kind::Str),
    ("applicationPassword", Kind::Secret),
    ("callID", Kind::Int),
    ("callState", Kind::Name(call_state)),
    ("callType", Kind::Name(call_type)),
    ("callUuid", Kind::Str),
    ("collectedDigits", Kind::Str),
    ("conferenceConnID", Kind::ConnId),
    ("connID", Kind::ConnId),
    ("customerID", Kind::Str),
    ("dNIS", Kind::Str),
    ("dTMFDigits", Kind::Secret),
    ("errorCode", Kind::Int),
    ("errorMessage", Kind::Str),
    ("eventSequenceNumber", Kind::Int),
    ("extensions", Kind::List),
    ("linkSequence", Kind::Int),
    ("otherDN", Kind::Str),
    ("otherDNRole", Kind::Str),
    ("otherQueue", Kind::Str),
    ("otherTrunk", Kind::Int),
    ("password", Kind::Secret),
    ("previousConnID", Kind::ConnId),
    ("privateMsgID", Kind::Int),
    ("reasons", Kind::List),
    ("referenceID", Kind::Int),
    ("registerMode", Kind::Name(register_mode)),
    ("server", Kind::Str),
    ("sessionID", Kind::Int),
    ("thirdPartyDN", Kind::Str),
    ("thisDN", Kind::Str),
    ("thisDNRole", Kind::Str),
    ("thisQueue", Kind::Str),
    ("thisTrunk", Kind::Int),
    ("timeinSecs", Kind::Int),
    ("timeinuSecs", Kind::Int),
    ("transferConnID", Kind::ConnId),
    ("userData", Kind::List),
    ("workMode", Kind::Name(work_mode)),
];

/// The table's spelling and kind of an attribute, in any case.
pub fn known(name: &str) -> Option<(&'static str, Kind)> {
    TABLE.iter().find(|row| row.0.eq_ignore_ascii_case(name)).copied()
}

/// `TRegisterMode` (host/docs/t-library.md, "Registering a DN").
pub(super) const REGISTER_MODES: [&str; 3] = ["ModeShare", "ModePrivate", "ModeMonitor"];

/// `TCallType` (host/docs/t-library.md, "Call types").
pub(super) const CALL_TYPES: [&str; 5] = ["Unknown", "Internal", "Inbound", "Outbound", "Consult"];

/// `TCallState` (host/docs/t-library.md, "Call states"), with numbers.
const CALL_STATES: [(&str, i64); 34] = [
    ("Ok", 0),
    ("Transferred", 1),
    ("Conferenced", 2),
    ("GeneralError", 3),
    ("SystemError", 4),
    ("RemoteRelease", 5),
    ("Busy", 6),
    ("NoAnswer", 7),
    ("SitDetected", 8),
    ("AnsweringMachineDetected", 9),
    ("AllTrunksBusy", 10),
    ("SitInvalidnum", 11),
    ("SitVacant", 12),
    ("SitIntercept", 13),
    ("SitUnknown", 14),
    ("SitNocircuit", 15),
    ("SitReorder", 16),
    ("FaxDetected", 17),
    ("QueueFull", 18),
    ("Cleared", 19),
    ("Overflowed", 20),
    ("Abandoned", 21),
    ("Redirected", 22),
    ("Forwarded", 23),
    ("Consult", 24),
    ("Pickedup", 25),
    ("Dropped", 26),
    ("Droppednoanswer", 27),
    ("Unknown", 28),
    ("Covered", 29),
    ("ConverseOn", 30),
    ("Bridged", 31),
    ("Deafened", 49),
    ("Held", 50),
];

fn work_mode(name: &str) -> Option<i64> {
    WorkMode::from_name(name).map(WorkMode::number)
}

fn register_mode(name: &str) -> Option<i64> {
    position(&REGISTER_MODES, name)
}

fn call_type(name: &str) -> Option<i64> {
    position(&CALL_TYPES, name)
}

pub(super) fn call_state(name: &str) -> Option<i64> {
    CALL_STATES.iter().find(|row| row.0.eq_ignore_ascii_case(name)).map(|row| row.1)
}

/// The number of a name in a list that counts from 0.
pub(super) fn position(names: &[&str], name: &str) -> Option<i64> {
    names.iter().position(|known| known.eq_ignore_ascii_case(name)).map(|at| at as i64)
}
