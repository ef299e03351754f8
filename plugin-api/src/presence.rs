//! What a UC platform says of a person: the presence model shared by every plug-in (requirements F1, F48).

use abi_stable::{StableAbi, std_types::RString};
use serde::{Deserialize, Serialize};

/// The host's number for one watched person. Given in [`Watch`](crate::Command::Watch), never reused while the
/// process lives, so a late update for a person no longer watched is dropped instead of hitting somebody else.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserHandle(pub u32);

/// How reachable a person is: the classes of MS-PRES availability (`lync` schema reference, `state/availability`).
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Availability {
    /// The platform does not know, or the value is below 3000: never taken for available.
    #[default]
    Unknown,
    /// 3000–4499.
    Available,
    /// 4500–5999.
    AvailableIdle,
    /// 6000–7499.
    Busy,
    /// 7500–8999.
    BusyIdle,
    /// 9000–11999.
    DoNotDisturb,
    /// 12000–14999.
    BeRightBack,
    /// 15000–17999.
    Away,
    /// 18000 and up.
    Offline,
}

impl Availability {
    /// The class of a Microsoft availability number.
    pub const fn from_number(number: u32) -> Self {
        match number {
            0..3000 => Self::Unknown,
            3000..4500 => Self::Available,
            4500..6000 => Self::AvailableIdle,
            6000..7500 => Self::Busy,
            7500..9000 => Self::BusyIdle,
            9000..12000 => Self::DoNotDisturb,
            12000..15000 => Self::BeRightBack,
            15000..18000 => Self::Away,
            _ => Self::Offline,
        }
    }

    /// The word that goes into the reason `KW_UC_STATUS` (host/docs/requirements.md, "The request": only `busy` is
    /// documented).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Available => "available",
            Self::AvailableIdle => "idle",
            Self::Busy => "busy",
            Self::BusyIdle => "busy-idle",
            Self::DoNotDisturb => "do-not-disturb",
            Self::BeRightBack => "be-right-back",
            Self::Away => "away",
            Self::Offline => "offline",
        }
    }
}

/// One person's presence as the platform reports it now. A level, not an edge: only the latest counts. Of each text the
/// host takes the first [`LETTERS`](Presence::LETTERS) letters; how many it cuts is `uc_presence_texts_cut_total`.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Presence {
    /// The class.
    pub availability: Availability,
    /// The platform's own number (Microsoft: 0–18500), 0 when it has none.
    pub number: u32,
    /// Activity token, such as `on-the-phone`; empty when none.
    pub activity: RString,
    /// Free text that replaces the token's text, in the language the plug-in was told to prefer; empty when none.
    pub custom_activity: RString,
    /// The person's note; empty when none.
    pub note: RString,
    /// Kind of device, such as `computer`; empty when unknown.
    pub device: RString,
}

impl Presence {
    /// Letters that the host takes of each text: each may become part of a request, whose length is bounded.
    pub const LETTERS: usize = 1000;
}

/// The presence of one watched person.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct PresenceUpdate {
    /// Who.
    pub user: UserHandle,
    /// What the platform says now.
    pub presence: Presence,
}

/// How a publication stands beside the person's own choice.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Standing {
    /// Beside the person's own choice, which it never overwrites; gone when the plug-in's link is gone (MS-PRES:
    /// `phoneState`, bound to the endpoint).
    #[default]
    Automatic,
    /// In the place of the person's own choice, as if they had made it (MS-PRES: `userState`). The sink puts back what
    /// it replaced.
    Manual,
}

/// What a sink is to show of one person (requirements F24). A level: the latest replaces the one before.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Who.
    pub user: UserHandle,
    /// What. [`Availability::Unknown`]: only the note; an empty note: none of ours.
    pub presence: Presence,
    /// How it stands beside the person's own choice; means nothing for the note, which never replaces theirs.
    pub standing: Standing,
}
