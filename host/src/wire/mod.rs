//! What both Genesys-side links share: key-value lists, connection IDs, and JSON lines with their limits.

pub mod conn_id;
pub mod kv;

pub use conn_id::ConnId;
pub use kv::{KvList, Value};
