//! The program as an operator meets it: arguments, answers, exit codes.
#![allow(clippy::unwrap_used, reason = "a test that cannot set its stage has failed")]

mod arguments;
mod bad_documents;
mod bad_files;
mod certificates;
mod check;
mod client_package;
#[cfg(feature = "etcd")]
mod lent;
mod live;
mod log_rotation;
mod lost_parts;
mod map;
#[cfg(feature = "etcd")]
#[path = "../../store/tests/members/mod.rs"]
mod members;
mod operators_address;
mod pem;
mod program;
mod reloads;
mod rotation;
mod run;
mod samples;
mod secrets_kept;
mod service;
mod stop;
mod surroundings;
mod system_authorities;
mod unread_log;
