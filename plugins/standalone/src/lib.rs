//! Workers choose their presence in the browser (requirements F16, F18, F29, F37–F39; host/docs/requirements.md,
//! "Presence definition document").
//!
//! The presence definition document says which states there are (`definitions`); it comes from a file or a web
//! server (`location`), and the newest good one counts (`in_force`). Each worker is a small state machine
//! (`worker`) that turns what the worker does on their pages, and does not do for a while, into wishes. What the
//! T-Server reports is the truth: nothing here shows a state, and logging in forces none.

mod complaints;
mod config;
mod definitions;
mod in_force;
mod location;
mod menu;
mod outbox;
mod standalone;
mod worker;
mod workers;

#[cfg(test)]
mod tests;

uc_plugin_api::export_plugin!(standalone::Standalone);
