//! What both Genesys-side links share: key-value lists, connection IDs, JSON lines with their limits, the link's own
//! messages, heartbeats, and TCP or TLS below them.
//!
//! A line is one flat JSON object with a `messageName`. Reading is lazy ([`Record`] keeps the raw attributes and parses
//! one when asked), writing goes straight into a byte buffer ([`LineWriter`]); neither builds a tree.

mod as_it_came;
pub mod conn_id;
pub mod heartbeat;
pub mod kv;
mod kv_carried;
mod kv_json;
pub mod lines;
pub mod link;
pub mod listening;
pub mod members;
pub mod password;
pub mod record;
pub mod seconds;
pub mod sequence;
pub mod shown;
pub mod stream;
pub mod throttle;
pub mod tls;
pub mod unread;
pub mod write;

pub use as_it_came::AsItCame;
pub use conn_id::ConnId;
pub use heartbeat::{Acks, Beat, Heartbeat};
pub use kv::{KvList, Value};
pub use lines::{LineError, LineReader};
pub use link::{Hello, LinkMessage, Role};
pub use listening::CannotListen;
pub use members::Members;
pub use password::Password;
pub use record::{Record, RecordError};
pub use sequence::Sequence;
pub use shown::Shown;
pub use stream::{ConnectError, Stream};
pub use throttle::Throttle;
pub use unread::Unread;
pub use write::LineWriter;

/// Longest line accepted when the configuration says nothing: 256 KiB.
pub const MAX_LINE: usize = 256 * 1024;
