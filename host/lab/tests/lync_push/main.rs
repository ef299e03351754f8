//! The real plug-in that pushes, driven as the host drives it, against a Front End: what watchers see in the end.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../front_end/certificates.rs"]
mod certificates;
mod rig;

mod story;
