//! What pages see.

pub(crate) mod menu;
