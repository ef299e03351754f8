//! Every peer of UC Connector, simulated: for the demo, the whole-path tests and the benches.

pub mod agent_desktop;
pub mod conformance;
pub mod demo;
pub mod front_end;
pub mod lab;
mod peer;
pub mod t_server;
pub mod urs;
