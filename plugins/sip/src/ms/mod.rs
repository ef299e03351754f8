//! Microsoft's extensions that stand for themselves: endpoint identity, keep-alive, diagnostics.

mod diagnostics;
mod epid;
pub mod keep_alive;

pub use diagnostics::{Diagnostics, Remedy};
pub use epid::{BadEpid, Epid, gruu};
