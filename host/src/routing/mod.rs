//! The routing side: the preview service for URS (custom server link) and ORS (HTTP). Knows nothing of the host.
//!
//! Both ways read the same attributes ([`preview_request`], [`cancel`]), hand the hub the same [`message::RoutingArrival`] and
//! tell the same outcomes ([`preview_result`]). `PREVIEW.md` beside this file tells strategy authors how to call it.

mod asked;
pub mod asker;
pub mod cancel;
mod complaints;
pub mod config;
pub mod fields;
pub mod link;
mod link_connection;
pub mod link_session;
pub mod message;
pub mod preview_error;
pub mod preview_request;
pub mod preview_result;
mod preview_table;
pub mod problem;
pub mod rest;
pub mod targets;
pub mod tokens;
mod wait;
pub mod wire_message;

pub use config::Config;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod link_tests;
#[cfg(test)]
mod rest_tests;
