//! The plug-in host against real libraries: those of `plugin-api/fixtures`, and files that are none.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixtures;
mod kept;
mod life;
mod load;
mod metrics;
mod outside;
mod reload;
