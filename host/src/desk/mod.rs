//! What pages see of a worker: the state and its menu, the channels, the calls. Pure; from a worker to frames.

mod calls;
mod menu;
mod snapshot;
mod user_data;

pub(crate) use calls::{action, call, call_state, ending, in_words};
pub(crate) use menu::Menu;
pub(crate) use snapshot::{View, snapshot, state};
pub(crate) use user_data::{Edits, Wanted, change as data_change, shown as shown_data};
