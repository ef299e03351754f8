//! NTLMv2 in its connection-less form, as SIP uses it: no NEGOTIATE, DATAGRAM flag, a fixed sequence number,
//! a cipher that restarts for every message (MS-NLMP; MS-SIPAE). Client and server.
//!
//! Left out on purpose: NTLMv1, sealing, the form without extended session security, the MIC field and channel
//! bindings; Lync's Front Ends need none of them.

mod authenticate;
mod challenge;
mod flags;
mod keys;
mod reader;
mod upper_case;

pub use authenticate::{Account, Answer, Nonces, answer};
pub use challenge::{Challenge, ServerNames};
pub use keys::{NtHash, SessionKeys};
use thiserror::Error;

const SIGNATURE: [u8; 8] = *b"NTLMSSP\0";

/// An NTLM message that cannot be used. The peer's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadToken {
    /// Not the NTLM message expected here.
    #[error("the token is not the NTLM message that belongs here")]
    Type,
    /// Shorter than its own offsets say.
    #[error("the NTLM message is cut short")]
    Cut,
    /// Flags missing without which SIP cannot sign.
    #[error("the peer does not offer what signing needs (NTLM flags {0:#010x})")]
    Flags(u32),
    /// A name that is no UTF-16.
    #[error("a name in the NTLM message is no UTF-16")]
    Text,
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Windows' FILETIME of a point in time: units of 100 ns since 1601, 0 before 1970.
pub fn filetime(time: std::time::SystemTime) -> u64 {
    const BETWEEN_1601_AND_1970: u64 = 11_644_473_600;
    let since = time.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    (since.as_secs() + BETWEEN_1601_AND_1970) * 10_000_000 + u64::from(since.subsec_nanos() / 100)
}
