//! UC Connector: makes enterprise employees reachable by a Genesys contact centre.

pub mod cli;
pub mod config;
pub mod directory;
pub mod host;
pub mod hub;
pub mod mode;
pub mod plugins;
pub mod reload;
pub mod routing;
pub mod signals;
pub mod telemetry;
pub mod tlib;
pub mod web;
pub mod wire;

pub use host::{Addresses, Host, Process, StartError};
