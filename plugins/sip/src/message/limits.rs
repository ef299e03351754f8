//! How much of a message a peer may make us hold.

/// Bounds on one SIP message. All in bytes except `fields`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Whole message, head and body. Default 64 KiB; whoever subscribes in batches sets more, because the first
    /// notify of a batch carries everybody in it: the plug-in that pulls takes 16 MiB, a thousand people.
    pub message: usize,
    /// Start line and header fields together. Default 48 KiB: a Kerberos ticket with its group list in
    /// Base64 stays below that.
    pub head: usize,
    /// One header field with its continuation lines. Default 32 KiB.
    pub line: usize,
    /// Number of header fields. Default 128.
    pub fields: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { message: 64 * 1024, head: 48 * 1024, line: 32 * 1024, fields: 128 }
    }
}

impl Limits {
    /// The defaults with another bound on the whole message.
    pub fn with_message(message: usize) -> Self {
        Self { message, ..Self::default() }
    }
}
