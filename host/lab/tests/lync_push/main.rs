//! The real plug-in that pushes, driven as the host drives it, against a Front End: what watchers see in the end.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../front_end/mod.rs"]
mod front_end;
mod rig;

mod accounts;
mod addresses;
mod certificate;
mod choices;
mod conflicts;
mod connect_back;
mod endings;
mod many;
mod moods;
mod refusals;
mod reload;
mod silence;
mod story;
mod verdicts;
