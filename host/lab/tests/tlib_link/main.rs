//! The host's T-Library client against the simulated T-Server: what the hub will see, in good and in bad times.
#![allow(clippy::unwrap_used, reason = "tests")]

mod agents;
mod bad;
mod calls;
mod desk;
mod floods;
mod lost;
mod moods;
mod pair;
mod wire;
