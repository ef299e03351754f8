//! Every peer of UC Connector, simulated.

pub mod urs;
