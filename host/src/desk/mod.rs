//! What pages see of a worker: the state and its menu, the channels, the calls. Pure; from a worker to frames.

mod calls;
mod menu;
mod snapshot;

pub(crate) use calls::{action, call, ending, in_words, pairs};
pub(crate) use menu::Menu;
pub(crate) use snapshot::{View, snapshot, state};
