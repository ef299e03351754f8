//! What is wrong with bytes that are no SIP message. The peer is always the one at fault.

use thiserror::Error;

/// The bytes cannot be read as a SIP message at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Malformed {
    /// No start line of three parts with `SIP/` in its place.
    #[error("the first line is neither a SIP request nor a SIP response")]
    StartLine,
    /// A response code outside 100 to 699.
    #[error("the response code is not a number from 100 to 699")]
    StatusCode,
    /// A header line without a colon, or with a name that is no token.
    #[error("header field {0} has no valid name before a colon")]
    FieldName(usize),
    /// CR or LF standing alone in the head.
    #[error("a line ends in something else than CR LF")]
    LineBreak,
    /// The head is not UTF-8 (RFC 3261, section 7).
    #[error("the head of the message is not UTF-8")]
    NotUtf8,
    /// No empty line ends the head.
    #[error("the empty line after the header fields is missing")]
    Unfinished,
    /// More header fields than [`super::Limits::fields`].
    #[error("more than {0} header fields")]
    TooManyFields(usize),
    /// A field longer than [`super::Limits::line`].
    #[error("a header field is longer than {0} bytes")]
    LineTooLong(usize),
    /// A head longer than [`super::Limits::head`].
    #[error("the header fields together are longer than {0} bytes")]
    HeadTooLong(usize),
    /// More than [`super::Limits::message`] announced or received.
    #[error("the message is longer than {0} bytes")]
    MessageTooLong(usize),
    /// Content-Length missing on a stream (RFC 3261, section 18.3).
    #[error("Content-Length is missing, which a stream cannot do without")]
    NoContentLength,
    /// Content-Length that is no number, negative, or given twice with different values.
    #[error("Content-Length is not one plain number")]
    ContentLength,
    /// Fewer body bytes than Content-Length says.
    #[error("the body is shorter than its Content-Length")]
    BodyCut,
}

impl Malformed {
    /// Status and reason phrase of the answer, where an answer is possible.
    pub fn answer(self) -> (u16, &'static str) {
        match self {
            Self::TooManyFields(_) | Self::LineTooLong(_) | Self::HeadTooLong(_) | Self::MessageTooLong(_) => {
                (513, "Message Too Large")
            }
            _ => (400, "Bad Request"),
        }
    }
}
