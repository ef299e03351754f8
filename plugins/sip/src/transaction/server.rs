//! INVITE server transactions over a reliable transport (RFC 3261, section 17.2): which CANCEL and which ACK
//! belong to which INVITE. Other requests need no state, because a reliable transport repeats nothing.

use crate::message::Message;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Timer H: how long an ACK may take.
pub const ACK_TIMEOUT: Duration = Duration::from_secs(32);
/// INVITEs under way at once on a connection; further ones are answered 503 by the caller.
pub const MAX_INVITES: usize = 1024;

/// Matches a request to its INVITE (section 17.2.3): by branch and sender, or for those who send no branch
/// (real Lync clients among them) by Call-ID, CSeq number and From tag.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InviteKey(String);

impl InviteKey {
    /// The key of an INVITE, or of a CANCEL or ACK that belongs to one.
    pub fn of(request: &Message) -> Option<Self> {
        let via = request.top_via()?;
        let (cseq, from) = (request.cseq()?, request.from()?);
        Some(Self(match via.branch() {
            Some(branch) => format!("{branch} {}", via.sent_by.to_ascii_lowercase()),
            None => {
                format!("{} {} {}", request.call_id()?, cseq.number, from.tag().unwrap_or_default())
            }
        }))
    }
}

/// What a request is to the INVITE transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// A new INVITE: answer it and say so with [`InviteTransactions::answered`].
    Invite(InviteKey),
    /// An INVITE that is being served already: do nothing.
    Repeated,
    /// CANCEL of an INVITE without a final answer: answer 200 to it and 487 to the INVITE.
    Cancel(InviteKey),
    /// CANCEL that comes too late or belongs to nothing: answer 481.
    LateCancel,
    /// The ACK of a refusal: nothing to do.
    Ack,
    /// Anything else, the ACK of a 2xx among it.
    Other,
    /// Too many INVITEs under way: answer 503.
    Full,
}

/// All INVITE server transactions of one connection.
#[derive(Debug, Default)]
pub struct InviteTransactions {
    /// None: no final answer yet. Some: refused, waiting for the ACK until then.
    invites: HashMap<InviteKey, Option<Instant>>,
}

impl InviteTransactions {
    /// Sorts a request.
    pub fn receive(&mut self, request: &Message) -> Received {
        let Some(key) = InviteKey::of(request) else { return Received::Other };
        let known = self.invites.get(&key).copied();
        match (request.method(), known) {
            ("INVITE", Some(_)) => Received::Repeated,
            ("INVITE", None) if self.invites.len() >= MAX_INVITES => Received::Full,
            ("INVITE", None) => {
                self.invites.insert(key.clone(), None);
                Received::Invite(key)
            }
            ("CANCEL", Some(None)) => Received::Cancel(key),
            ("CANCEL", _) => Received::LateCancel,
            ("ACK", Some(Some(_))) => {
                self.invites.remove(&key);
                Received::Ack
            }
            _ => Received::Other,
        }
    }

    /// The INVITE got a final answer: 2xx ends the transaction, a refusal waits for its ACK.
    pub fn answered(&mut self, key: &InviteKey, status: u16, now: Instant) {
        match status {
            ..200 => {}
            200..300 => drop(self.invites.remove(key)),
            _ => {
                if let Some(state) = self.invites.get_mut(key) {
                    *state = Some(now + ACK_TIMEOUT);
                }
            }
        }
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.invites.values().flatten().min().copied()
    }

    /// Forgets refusals whose ACK never came.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.invites.retain(|_, deadline| deadline.is_none_or(|deadline| deadline > now));
    }
}
