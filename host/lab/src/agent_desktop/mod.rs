//! An agent's desktop: a T-Library client that lives a day by a script. It logs in, takes calls, does After Call Work
//! and goes for lunch, so that there is something to show as presence.
//!
//! [`script`] reads a day, [`desktop`] lives it over the link of `host/src/tlib/PROTOCOL.md`.

mod desktop;
pub mod script;

pub use desktop::{Desk, Tally, spend};
pub use script::{Day, Step};
