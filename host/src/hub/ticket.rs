//! Tickets name the line and the kind of a request, so that an answer needs no table to find its way home.

use crate::agent_link::Ticket;
use uc_plugin_api::UserHandle;

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Registering or unregistering the DN.
    Registration,
    /// The agent's state.
    Agent,
    /// A call.
    Call,
}

/// The home of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Home {
    /// Whose line.
    pub user: UserHandle,
    /// Index of the line.
    pub line: u8,
    /// What for.
    pub purpose: Purpose,
}

impl Home {
    /// Packs the home: user in the high half, then line, then purpose.
    pub(super) fn ticket(self) -> Ticket {
        let purpose = match self.purpose {
            Purpose::Registration => 0,
            Purpose::Agent => 1,
            Purpose::Call => 2,
        };
        Ticket(u64::from(self.user.0) << 32 | u64::from(self.line) << 8 | purpose)
    }
}

impl From<Ticket> for Home {
    fn from(Ticket(packed): Ticket) -> Self {
        let purpose = match packed & 0xff {
            0 => Purpose::Registration,
            1 => Purpose::Agent,
            _ => Purpose::Call,
        };
        let bytes = packed.to_be_bytes();
        Self { user: UserHandle((packed >> 32) as u32), line: bytes[6], purpose }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_finds_its_way_home() {
        for purpose in [Purpose::Registration, Purpose::Agent, Purpose::Call] {
            let home = Home { user: UserHandle(u32::MAX - 1), line: 3, purpose };
            assert_eq!(Home::from(home.ticket()), home);
        }
    }
}
