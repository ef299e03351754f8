//! What arrives, one file for each edge.

pub(super) mod links;
pub(super) mod pages;
pub(super) mod plugins;
pub(super) mod routing;
mod texts;
pub(super) mod user_data;
