//! Files that operators write, and folders that are to be written.
//!
//! A crate of its own, because the host, SIP and the plug-ins all meet them, and none may import another.

mod identity;
mod opened;
mod text;
mod writable;

pub use identity::{Key, USABLE, Unfit, certificates, fit, private_key};
pub use opened::{NON_BLOCKING, bytes, open};
pub use text::{as_editors_write, pem, read, text};
pub use writable::{Unwritable, makeable, writable};
