//! NEGOTIATE flags (MS-NLMP, section 2.2.2.5).

pub(super) const UNICODE: u32 = 0x0000_0001;
pub(super) const OEM: u32 = 0x0000_0002;
pub(super) const REQUEST_TARGET: u32 = 0x0000_0004;
pub(super) const SIGN: u32 = 0x0000_0010;
pub(super) const SEAL: u32 = 0x0000_0020;
pub(super) const DATAGRAM: u32 = 0x0000_0040;
pub(super) const LM_KEY: u32 = 0x0000_0080;
pub(super) const NTLM: u32 = 0x0000_0200;
pub(super) const ALWAYS_SIGN: u32 = 0x0000_8000;
pub(super) const EXTENDED_SESSIONSECURITY: u32 = 0x0008_0000;
pub(super) const IDENTIFY: u32 = 0x0010_0000;
pub(super) const TARGET_INFO: u32 = 0x0080_0000;
pub(super) const VERSION: u32 = 0x0200_0000;
pub(super) const KEY_128: u32 = 0x2000_0000;
pub(super) const KEY_EXCH: u32 = 0x4000_0000;
pub(super) const KEY_56: u32 = 0x8000_0000;

/// What the connection-less form cannot do without.
pub(super) const REQUIRED: u32 =
    UNICODE | SIGN | DATAGRAM | NTLM | ALWAYS_SIGN | EXTENDED_SESSIONSECURITY | IDENTIFY | TARGET_INFO | KEY_EXCH;

/// What a client answers (0x62988255).
pub(super) const ANSWERED: u32 = REQUIRED | REQUEST_TARGET | VERSION | KEY_128;

/// What a server offers (0xE29882F3, as a Lync 2013 Front End does).
pub(super) const OFFERED: u32 = REQUIRED | OEM | SEAL | LM_KEY | VERSION | KEY_128 | KEY_56;
