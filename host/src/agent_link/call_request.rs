//! What can be asked of a call (host/docs/t-library.md, "Calls").

use super::{Dn, TypedNumber};
use crate::wire::{ConnId, KvList, Value};
use std::sync::Arc;

/// The longest number that is dialled.
pub const LONGEST_NUMBER: usize = 64;
/// The most digits that are sent at a time.
pub const MOST_DIGITS: usize = 32;

/// What is done to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallAction {
    /// RequestAnswerCall (16).
    Answer,
    /// RequestReleaseCall (17).
    Release,
    /// RequestHoldCall (18).
    Hold,
    /// RequestRetrieveCall (19).
    Retrieve,
    /// RequestSingleStepTransfer (25) to this DN.
    SingleStepTransfer(Dn),
    /// RequestSingleStepConference (120) with this DN.
    SingleStepConference(Dn),
    /// RequestRedirectCall (103) to this DN.
    Redirect(Dn),
    /// RequestInitiateTransfer (23): the call is held, and a consult call to this DN is dialled.
    InitiateTransfer(Dn),
    /// RequestInitiateConference (20): the same, for a conference.
    InitiateConference(Dn),
    /// RequestCompleteTransfer (26) of a consult call: this is the call it was made from.
    CompleteTransfer(ConnId),
    /// RequestCompleteConference (21) of a consult call: this is the call it was made from.
    CompleteConference(ConnId),
    /// RequestAlternateCall (28): the call that is talked to is held, and this other one taken back.
    Alternate(ConnId),
    /// RequestReconnectCall (29): a consult call is released, and this other one taken back.
    Reconnect(ConnId),
    /// RequestSendDTMF (97).
    SendDtmf(Digits),
    /// RequestSetMuteOn (143).
    MuteOn,
    /// RequestSetMuteOff (144).
    MuteOff,
    /// Another value in its attached data.
    UserData(UserDataChange),
}

/// What is done to a call's attached data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserDataChange {
    /// RequestAttachUserData (30): the pair is added, also where the key is there already.
    Attach(Arc<str>, Value),
    /// RequestUpdateUserData (31): each pair replaces that of its key, or is added.
    Update(KvList),
    /// RequestDeletePair (33): whatever is under this key goes.
    DeletePair(Arc<str>),
}

/// What a T-Server can be asked to do for a call: each is a request of its own, which a switch may not offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named as the requests are")]
pub enum CallKind {
    Answer,
    Release,
    Hold,
    Retrieve,
    SingleStepTransfer,
    SingleStepConference,
    Redirect,
    InitiateTransfer,
    InitiateConference,
    CompleteTransfer,
    CompleteConference,
    Alternate,
    Reconnect,
    SendDtmf,
    MuteOn,
    MuteOff,
    AttachUserData,
    UpdateUserData,
    DeletePair,
    MakeCall,
}

/// Digits of a telephone's keypad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits(Arc<str>);

/// Kinds of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallKinds(u32);

impl CallAction {
    /// Its kind.
    pub fn kind(&self) -> CallKind {
        match self {
            Self::Answer => CallKind::Answer,
            Self::Release => CallKind::Release,
            Self::Hold => CallKind::Hold,
            Self::Retrieve => CallKind::Retrieve,
            Self::SingleStepTransfer(_) => CallKind::SingleStepTransfer,
            Self::SingleStepConference(_) => CallKind::SingleStepConference,
            Self::Redirect(_) => CallKind::Redirect,
            Self::InitiateTransfer(_) => CallKind::InitiateTransfer,
            Self::InitiateConference(_) => CallKind::InitiateConference,
            Self::CompleteTransfer(_) => CallKind::CompleteTransfer,
            Self::CompleteConference(_) => CallKind::CompleteConference,
            Self::Alternate(_) => CallKind::Alternate,
            Self::Reconnect(_) => CallKind::Reconnect,
            Self::SendDtmf(_) => CallKind::SendDtmf,
            Self::MuteOn => CallKind::MuteOn,
            Self::MuteOff => CallKind::MuteOff,
            Self::UserData(change) => change.kind(),
        }
    }
}

impl UserDataChange {
    /// An update of one pair.
    pub fn update(key: &str, value: Value) -> Self {
        Self::Update(KvList(vec![(key.to_owned(), value)]))
    }

    /// Of the request that carries it.
    pub fn kind(&self) -> CallKind {
        match self {
            Self::Attach(..) => CallKind::AttachUserData,
            Self::Update(..) => CallKind::UpdateUserData,
            Self::DeletePair(_) => CallKind::DeletePair,
        }
    }
}

impl CallKind {
    /// It changes attached data, and nothing of the call itself.
    pub fn is_of_user_data(self) -> bool {
        matches!(self, Self::AttachUserData | Self::UpdateUserData | Self::DeletePair)
    }

    /// Every kind.
    pub const ALL: [Self; 20] = [
        Self::Answer,
        Self::Release,
        Self::Hold,
        Self::Retrieve,
        Self::SingleStepTransfer,
        Self::SingleStepConference,
        Self::Redirect,
        Self::InitiateTransfer,
        Self::InitiateConference,
        Self::CompleteTransfer,
        Self::CompleteConference,
        Self::Alternate,
        Self::Reconnect,
        Self::SendDtmf,
        Self::MuteOn,
        Self::MuteOff,
        Self::AttachUserData,
        Self::UpdateUserData,
        Self::DeletePair,
        Self::MakeCall,
    ];
}

impl Digits {
    /// One to [`MOST_DIGITS`] of `0` to `9`, `*` and `#`; none: it is something else.
    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=MOST_DIGITS).contains(&text.len());
        let digits = fits && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'#'));
        digits.then(|| Self(text.into()))
    }

    /// As they are sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CallKinds {
    /// Whether this kind is among them.
    pub fn contains(self, kind: CallKind) -> bool {
        self.0 & bit(kind) != 0
    }

    /// Adds a kind. False: it was there.
    pub fn insert(&mut self, kind: CallKind) -> bool {
        let news = !self.contains(kind);
        self.0 |= bit(kind);
        news
    }
}

fn bit(kind: CallKind) -> u32 {
    1 << kind as u32
}

/// A number that can be dialled. What people write as one is sent as switches take it: digits, `*`, `#` and a `+` before
/// them, without what groups them and without a trunk prefix in brackets. Anything else may be a DN's name, and stays as it
/// is but for what stands around it: neither empty nor longer than [`LONGEST_NUMBER`], and without control characters.
pub fn number(text: &str) -> Option<Dn> {
    let text = text.trim();
    match TypedNumber::read(text) {
        Some(typed) => dialled(&typed),
        None => name(text),
    }
}

fn dialled(typed: &TypedNumber) -> Option<Dn> {
    let any = typed.keys.bytes().any(|key| key.is_ascii_digit() || !typed.plus);
    let whole = || if typed.plus { format!("+{}", typed.international(0, None)) } else { typed.keys.clone() };
    any.then(|| whole().into())
}

fn name(text: &str) -> Option<Dn> {
    let fits = (1..=LONGEST_NUMBER).contains(&text.chars().count());
    (fits && !text.chars().any(char::is_control)).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_a_keypad_and_few() {
        for (text, fits) in [("0123456789*#", true), ("", false), ("1 2", false), ("A", false), ("١", false)] {
            assert_eq!(Digits::new(text).is_some(), fits, "{text}");
        }
        assert!(Digits::new(&"1".repeat(MOST_DIGITS)).is_some() && Digits::new(&"1".repeat(MOST_DIGITS + 1)).is_none());
    }

    #[test]
    fn a_number_is_neither_empty_nor_endless() {
        for (text, found) in [(" +49301 ", Some("+49301")), (" ", None), ("1\u{7}2", None), ("a\nb", None)] {
            assert_eq!(number(text).as_deref(), found);
        }
        assert!(number(&"1".repeat(LONGEST_NUMBER + 1)).is_none());
    }

    #[test]
    fn what_people_write_as_a_number_is_sent_as_switches_take_it() {
        for (text, found) in [
            ("+49 (0)711 12345", Some("+4971112345")),
            ("0711 / 123-45", Some("071112345")),
            ("(0711) 123.45", Some("071112345")),
            ("\u{ff10}\u{ff17}\u{ff11}\u{ff11}\u{ff11}", Some("07111")),
            ("\u{202a}+49 711 5\u{202c}", Some("+497115")),
            ("tel:+49-711-5", Some("+497115")),
            ("*21*5003#", Some("*21*5003#")),
            ("*", Some("*")),
            ("5003", Some("5003")),
            ("+", None),
            ("+*", None),
            ("- ()", None),
            ("RP_Sales", Some("RP_Sales")),
            (" 50~01 ", Some("50~01")),
        ] {
            assert_eq!(number(text).as_deref(), found, "{text:?}");
            assert_eq!(found.and_then(number).as_deref(), found, "what is sent is sent as it is");
        }
    }

    #[test]
    fn each_kind_is_counted_apart() {
        let mut kinds = CallKinds::default();
        for kind in CallKind::ALL {
            assert!(!kinds.contains(kind) && kinds.insert(kind) && !kinds.insert(kind), "{kind:?}");
        }
    }
}
