//! `TAgentWorkMode` (public T-Library reference).

use serde::{Deserialize, Serialize};

/// Work mode of an agent. AutoIn and LegalGuard share the number 2: the agent's status tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum WorkMode {
    /// 0: not given.
    #[default]
    Unknown,
    /// 1, Ready.
    ManualIn,
    /// 2, Ready.
    AutoIn,
    /// 2, NotReady.
    LegalGuard,
    /// 3, NotReady.
    AfterCallWork,
    /// 4, NotReady.
    AuxWork,
    /// 5, NotReady.
    NoCallDisconnect,
    /// 6, NotReady.
    WalkAway,
    /// 7, Ready.
    ReturnBack,
}

/// Every mode with its name on the wire and its number.
const TABLE: [(WorkMode, &str, i64); 9] = [
    (WorkMode::Unknown, "Unknown", 0),
    (WorkMode::ManualIn, "ManualIn", 1),
    (WorkMode::AutoIn, "AutoIn", 2),
    (WorkMode::LegalGuard, "LegalGuard", 2),
    (WorkMode::AfterCallWork, "AfterCallWork", 3),
    (WorkMode::AuxWork, "AuxWork", 4),
    (WorkMode::NoCallDisconnect, "NoCallDisconnect", 5),
    (WorkMode::WalkAway, "WalkAway", 6),
    (WorkMode::ReturnBack, "ReturnBack", 7),
];

impl WorkMode {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// The number.
    pub fn number(self) -> i64 {
        TABLE[self as usize].2
    }

    /// The mode of this name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.1.eq_ignore_ascii_case(name)).map(|row| row.0)
    }

    /// The mode of this number; `ready` tells [`Self::AutoIn`] from [`Self::LegalGuard`].
    pub fn from_number(number: i64, ready: bool) -> Option<Self> {
        let found = TABLE.iter().find(|row| row.2 == number).map(|row| row.0);
        found.map(|mode| if mode == Self::AutoIn && !ready { Self::LegalGuard } else { mode })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_lead_back() {
        for (mode, name, number) in TABLE {
            assert_eq!((mode.name(), mode.number()), (name, number));
            assert_eq!(WorkMode::from_name(&name.to_lowercase()), Some(mode));
            assert_eq!(WorkMode::from_number(number, mode != WorkMode::LegalGuard), Some(mode));
        }
        assert_eq!(WorkMode::from_number(8, true), None);
    }
}
