//! A simulated Front End of Lync / Skype for Business: sign-in by NTLM, Kerberos or certificate, signed messages,
//! batched presence subscriptions, publications and their aggregation, instant messages, faults on demand.
//!
//! [`Config`] says who can sign in, [`FrontEnd`] starts it and plays with it, [`control`] lets strangers do so. Inside,
//! the pool is all state and no I/O: messages in, bytes into connections' buffers; presence, publications,
//! subscriptions and endpoints are pure. It shares the product's SIP library and proves flow; format is proved by a real
//! client and by recorded traffic (`tests/front_end_*`).

mod aggregation;
mod batch;
mod config;
mod connection;
mod contacts;
pub mod control;
mod counts;
mod deregistration;
mod documents;
mod endpoint;
mod faults;
mod handle;
mod log;
mod notify;
mod person;
mod pool;
mod presence;
mod publications;
mod publish;
mod relay;
mod requests;
mod server;
mod shared;
mod sign_in;
mod stamp;
mod state;
mod subscription;
mod tls;
mod users;
mod xml;

pub use config::{Config, Crowd, SchemeName, SiteFile, Tls, UserEntry};
pub use counts::Counts;
pub use deregistration::Deregistration;
pub use faults::{Fault, Mood};
pub use handle::{FrontEnd, NeverCame, Unknown};
pub use log::Direction;
pub use presence::{Activity, OFFLINE, Presence};
pub use publications::Publication;
pub use state::{State, StateKind};
