//! What an event means, whichever of two T-Servers tells it: the DN, the ConnID and what happened there. Not its
//! number, its time, or whose request brought it about: two servers count apart. Pure.

use crate::agent_link::{Event, EventKind};
use foldhash::fast::FixedState;
use std::hash::{BuildHasher, Hash, Hasher};

/// What an event means, as a number that is compared.
pub(super) type Meaning = u64;

/// The number of something.
pub(super) fn number_of(what: &impl Hash) -> Meaning {
    FixedState::default().hash_one(what)
}

/// What this one means; none for what one T-Server says of itself or answers to whoever asks.
pub(super) fn meaning(event: &Event) -> Option<Meaning> {
    let mut hasher = FixedState::default().build_hasher();
    std::mem::discriminant(&event.kind).hash(&mut hasher);
    event.this_dn.hash(&mut hasher);
    match &event.kind {
        EventKind::Agent(facts) | EventKind::QueueLogin(facts) => facts.seen().hash(&mut hasher),
        EventKind::OutOfService(out) => out.hash(&mut hasher),
        EventKind::Call(call, step) => (call.conn_id, step).hash(&mut hasher),
        EventKind::CallChanged(call) => (call.conn_id, &call.user_data).hash(&mut hasher),
        EventKind::Party(call, change) => {
            (call.conn_id, call.previous_conn_id, change, &call.other_dn, &call.third_party_dn).hash(&mut hasher);
        }
        EventKind::Muted(conn_id, muted) => (conn_id, muted).hash(&mut hasher),
        EventKind::Chat(chat) => chat.hash(&mut hasher),
        EventKind::UserEvent { user_data } => user_data.hash(&mut hasher),
        EventKind::Registered { .. }
        | EventKind::RegisteredAlone
        | EventKind::Unregistered
        | EventKind::CtiLink(_)
        | EventKind::Acknowledged
        | EventKind::Unreadable(_)
        | EventKind::ReadAgain
        | EventKind::Other(_) => return None,
    }
    Some(hasher.finish())
}
