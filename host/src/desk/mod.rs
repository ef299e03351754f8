//! What pages see of a worker: the state and its menu, the channels, the calls. Pure; from a worker to frames.

mod calls;
mod chats;
mod menu;
mod outcomes;
mod snapshot;
mod target;
mod text;
mod user_data;

pub(crate) use calls::{action, call, call_state, caller, ending};
pub(crate) use chats::{deed as chat_deed, entries as chat_entries, shown as chat};
pub(crate) use menu::Menu;
pub(crate) use outcomes::{OutcomeView, outcome, outcome_pairs};
pub(crate) use snapshot::{View, snapshot, state};
pub(crate) use target::{Colleague, Named, colleague, contact_point, format as value_format};
pub(crate) use user_data::{Edits, Wanted, change as data_change, note as note_change, shown as shown_data};
