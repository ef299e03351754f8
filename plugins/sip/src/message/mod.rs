//! SIP messages: cut from a stream, read without copying, judged, written.
//!
//! [`Framer`] cuts bytes into [`Message`]s; [`admission::check`] holds one to the RFC; accessors and [`Address`],
//! [`Via`], [`CSeq`] read its values as they stand; [`Request`] and [`Response`] write new ones. rsip gives the
//! owned types of header values and renders header fields; its message parser is not used, because it knows
//! a closed set of methods and neither folding nor compact names nor Content-Length.

pub mod address;
pub mod admission;
mod cseq;
mod framing;
mod last_word;
mod limits;
mod malformed;
pub mod multipart;
mod name;
mod render;
mod scan;
mod seconds;
mod typed;
mod uri;
pub mod values;
mod via;
mod view;

pub use address::{Address, BadAddress};
pub use admission::{Capabilities, Refusal};
pub use cseq::CSeq;
pub(crate) use cseq::number;
pub use framing::{Frame, Framer};
pub use last_word::{last_word, lost_notify};
pub use limits::Limits;
pub use malformed::Malformed;
pub use name::Name;
pub use render::{BadPart, Request, Response};
pub use seconds::{LONGEST_REST, seconds};
pub use via::Via;
pub use view::{HeaderField, Message, StartLine};
