//! Keys and signatures of NTLMv2 (MS-NLMP, sections 3.3.2, 3.4.4 and 3.4.5).

use super::flags;
use crate::auth::Role;
use hmac::{Hmac, Mac};
use md4::Md4;
use md5::{Digest, Md5};
use rc4::{KeyInit, Rc4, StreamCipher, consts::U16};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The sequence number in every signature: SIP's connection-less form never counts.
const SEQUENCE: [u8; 4] = 100_u32.to_le_bytes();

/// MD4 of the password: what a server stores, and as secret as the password itself.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct NtHash(pub(super) [u8; 16]);

impl NtHash {
    /// The hash of a password.
    pub fn of(password: &str) -> Self {
        let mut text = super::utf16(password);
        let hash = Self(Md4::digest(&text).into());
        text.zeroize();
        hash
    }

    /// NTOWFv2: user in upper case, domain as typed.
    pub(super) fn response_key(&self, user: &str, domain: &str) -> [u8; 16] {
        let name = super::utf16(&format!("{}{domain}", super::upper_case::upper_case(user)));
        hmac_md5(&self.0, &[&name])
    }
}

impl std::fmt::Debug for NtHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NtHash(secret)")
    }
}

pub(super) fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut mac = <Hmac<Md5> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// RC4 with a 16-byte key over a short block.
pub(super) fn rc4<const N: usize>(key: &[u8; 16], mut block: [u8; N]) -> [u8; N] {
    Rc4::<U16>::new(key.into()).apply_keystream(&mut block);
    block
}

/// The keys of one direction.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct DirectionKey {
    sign: [u8; 16],
    seal: [u8; 16],
    /// What RC4 adds to the checksum. The cipher restarts with the same key for every message, because the
    /// sequence number never changes, so its first bytes are worked out once.
    mask: [u8; 8],
}

impl DirectionKey {
    /// The 16-byte signature of `buffer`.
    pub(crate) fn sign(&self, buffer: &[u8]) -> [u8; 16] {
        let checksum = hmac_md5(&self.sign, &[&SEQUENCE, buffer]);
        let mut signature = [0; 16];
        signature[0] = 1;
        signature[12..].copy_from_slice(&SEQUENCE);
        for (out, (byte, mask)) in signature[4..12].iter_mut().zip(checksum.iter().zip(self.mask)) {
            *out = byte ^ mask;
        }
        signature
    }

    /// Whether `signature` is that of `buffer`, in constant time.
    pub(crate) fn verify(&self, buffer: &[u8], signature: &[u8]) -> bool {
        self.sign(buffer).ct_eq(signature).into()
    }
}

/// What both sides sign with after a handshake.
pub struct SessionKeys {
    client: DirectionKey,
    server: DirectionKey,
}

impl SessionKeys {
    pub(super) fn derive(session_key: &[u8; 16], flags: u32) -> Self {
        Self {
            client: direction(session_key, "client-to-server", flags),
            server: direction(session_key, "server-to-client", flags),
        }
    }

    pub(crate) fn own(&self, role: Role) -> &DirectionKey {
        match role {
            Role::Client => &self.client,
            Role::Server => &self.server,
        }
    }

    pub(crate) fn peer(&self, role: Role) -> &DirectionKey {
        match role {
            Role::Client => &self.server,
            Role::Server => &self.client,
        }
    }
}

impl std::fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionKeys(secret)")
    }
}

fn direction(session_key: &[u8; 16], way: &str, negotiated: u32) -> DirectionKey {
    let derive = |key: &[u8], what: &str| -> [u8; 16] {
        let text = format!("session key to {way} {what} key magic constant\0");
        Md5::new().chain_update(key).chain_update(text).finalize().into()
    };
    // MS-NLMP, SEALKEY: shorter keys are cut, not stretched.
    let length = match negotiated {
        f if f & flags::KEY_128 != 0 => 16,
        f if f & flags::KEY_56 != 0 => 7,
        _ => 5,
    };
    let (sign, seal) = (derive(session_key, "signing"), derive(&session_key[..length], "sealing"));
    let rekeyed: [u8; 16] = Md5::new().chain_update(seal).chain_update(SEQUENCE).finalize().into();
    let encrypted = negotiated & flags::KEY_EXCH != 0;
    let mask = if encrypted { rc4(&rekeyed, [0; 8]) } else { [0; 8] };
    DirectionKey { sign, seal, mask }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// MS-NLMP, section 4.2.4.4: keys of the session key that section 4.2.1 gives.
    #[test]
    fn keys_of_the_published_example() {
        let keys = SessionKeys::derive(&[0x55; 16], flags::ANSWERED);
        assert_eq!(keys.client.sign.to_vec(), hex("4788dc861b4782f35d43fd98fe1a2d39"));
        assert_eq!(keys.client.seal.to_vec(), hex("59f600973cc4960a25480a7c196e4c58"));
    }

    /// What a domain controller expects of names beyond ASCII. The first is published ("The NTLM Authentication
    /// Protocol", Davenport project). Of the others the upper case is what Windows was seen to accept, and the key is
    /// OpenSSL's (`dgst -md4` of the password, `dgst -md5 -mac HMAC` of the name in the upper case that is written
    /// behind it, and the domain, all in UTF-16): `\u{df}` is left alone by Windows Server 2008 and 2012, which
    /// refuse `SS` (github.com/miketeo/pysmb/issues/47; the second name is that of
    /// github.com/ruby-ldap/ruby-net-ldap/issues/393); Cyrillic has capitals on Windows Server 2016
    /// (github.com/WinRb/rubyntlm/pull/56).
    #[test]
    fn keys_of_names_that_windows_was_seen_to_accept() {
        for (user, password, domain, key) in [
            ("user", "SecREt01", "DOMAIN", "04b8e0ba74289cc540826bab1dee63ae"),
            // ÜßÀÙªÑ1
            ("\u{dc}\u{df}\u{e0}\u{f9}\u{aa}\u{f1}1", "something", "ABC", "91c386640df7ed836b6197ba21e304cb"),
            // STRAßE
            ("stra\u{df}e", "Secret123!", "EXAMPLE", "bbc26c24b87bce16fefb7d455485bfc0"),
            // ЮЗЕР
            ("\u{44e}\u{437}\u{435}\u{440}", "123456", "TESTLAB", "2ff57a47c309e616497aca6494dbb462"),
        ] {
            assert_eq!(NtHash::of(password).response_key(user, domain).to_vec(), hex(key), "{user}");
        }
    }

    /// Recorded in a handshake of a real client with a lab server.
    #[test]
    fn keys_and_signature_of_the_recorded_handshake() {
        let key = NtHash::of("Secret123!").response_key("alice", "EXAMPLE");
        assert_eq!(key.to_vec(), hex("a6233ea4178a651cb49053f9f75a9c4d"));
        let proof = hex("8ec220cbf9f6d1821e5db3966e637080");
        let exchange = hmac_md5(&key, &[&proof]);
        assert_eq!(exchange.to_vec(), hex("46539d7fbc801954a7eb70c8a2f5121d"));
        let session: [u8; 16] = hex("a7bb6ee5ec95129d67f8342639c81cd1").try_into().unwrap();
        let keys = SessionKeys::derive(&session, flags::ANSWERED);
        assert_eq!(keys.client.sign.to_vec(), hex("b03140ddedf3efe0d03191807359df00"));
        assert_eq!(keys.client.seal.to_vec(), hex("4cda9cafac339fc48a8ab31332270ef2"));
        assert_eq!(keys.server.sign.to_vec(), hex("4903e01efca4cda448f376b7cab46ce2"));
        assert_eq!(keys.server.seal.to_vec(), hex("2581606219714c50438964d75dd1df10"));
        let buffer = "<NTLM><815f9b43><1><SIP Communications Service><fe01.example.com>\
                      <FF04gA757a9737iFBFDmD75At01ECb47E6x11BAx><3><REGISTER><sip:alice@example.com><474522112>\
                      <sip:alice@example.com><><><><>";
        assert_eq!(keys.client.sign(buffer.as_bytes()).to_vec(), hex("01000000c97a23e5c94ae4f064000000"));
    }
}
