//! Every peer of UC Connector, simulated: for the demo, the whole-path tests and the benches.

use std::time::Duration;

pub mod agent_desktop;
pub mod conformance;
pub mod demo;
pub mod front_end;
pub mod lab;
mod peer;
pub mod stat_server;
pub mod t_server;
pub mod urs;

/// Longest that anything in the lab waits for what is to happen: far more than it takes on a busy machine, and less than
/// a test is allowed.
pub const PATIENCE: Duration = Duration::from_secs(60);
