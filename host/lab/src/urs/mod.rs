//! A simulated Universal Routing Server: strategies that ask for previews over the product's preview link or over HTTP,
//! and the customers whose calls they route.
//!
//! It shares the product's codec, therefore it proves flow; the format is held by the golden messages of `routing`.

mod customer;
mod http;
mod link;
mod route_point;
mod strategy;

pub use customer::Customer;
pub use http::{HttpError, HttpUrs};
pub use link::{Urs, UrsError};
pub use route_point::{RouteError, RoutePoint};
pub use strategy::{Call, RoundRobin, Strategy};
