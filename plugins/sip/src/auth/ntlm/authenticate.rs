//! AUTHENTICATE_MESSAGE (MS-NLMP, sections 2.2.1.3 and 3.3.2), made by a client and judged by a server.

use super::keys::{NtHash, SessionKeys, hmac_md5, rc4};
use super::{BadToken, Challenge, SIGNATURE, flags, reader, utf16};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

const HEAD: usize = 72;

/// Who signs in. The password itself is not kept.
#[derive(Clone, Debug)]
pub struct Account {
    /// NetBIOS or DNS domain as the user types it, `EXAMPLE`.
    pub domain: String,
    /// Logon name, `alice`.
    pub user: String,
    /// Hash of the password.
    pub secret: NtHash,
    /// Name of the machine, shown to the server.
    pub workstation: String,
}

impl Account {
    /// A digest of who signs in with which password.
    pub(crate) fn digest(&self) -> [u8; 20] {
        let name = format!("{}\\{}", self.domain, self.user).to_lowercase();
        Sha1::new().chain_update(self.secret.0).chain_update(name).finalize().into()
    }
}

/// The random values of one handshake; fixed only in tests.
#[derive(Clone, Copy)]
pub struct Nonces {
    /// Goes into the proof.
    pub client_challenge: [u8; 8],
    /// The key that all signing keys come from.
    pub session_key: [u8; 16],
}

impl Nonces {
    /// Fresh ones.
    pub fn random() -> Self {
        Self { client_challenge: rand::random(), session_key: rand::random() }
    }
}

/// Answers a challenge. `filetime` (units of 100 ns since 1601) is used only if the server named no time.
pub fn answer(challenge: &Challenge, account: &Account, nonces: &Nonces, filetime: u64) -> (Vec<u8>, SessionKeys) {
    let key = account.secret.response_key(&account.user, &account.domain);
    let blob = blob(challenge, nonces, filetime);
    let proof = hmac_md5(&key, &[&challenge.nonce, &blob]);
    let lm = hmac_md5(&key, &[&challenge.nonce, &nonces.client_challenge]);
    let exchange = hmac_md5(&key, &[&proof]);
    let payload = [
        utf16(&account.domain),
        utf16(&account.user),
        utf16(&account.workstation),
        [&lm[..], &nonces.client_challenge].concat(),
        [&proof[..], &blob].concat(),
        rc4(&exchange, nonces.session_key).to_vec(),
    ];
    (write(&payload), SessionKeys::derive(&nonces.session_key, flags::ANSWERED))
}

/// NTLMv2_CLIENT_CHALLENGE (MS-NLMP, section 2.2.2.7).
fn blob(challenge: &Challenge, nonces: &Nonces, filetime: u64) -> Vec<u8> {
    let mut blob = vec![1, 1, 0, 0, 0, 0, 0, 0];
    blob.extend(challenge.timestamp.unwrap_or(filetime).to_le_bytes());
    blob.extend(nonces.client_challenge);
    blob.extend([0; 4]);
    blob.extend(&challenge.target_info);
    blob.extend([0; 4]);
    blob
}

/// `payload`: domain, user, workstation, LM, NT, session key, in the order of their bytes.
fn write(payload: &[Vec<u8>; 6]) -> Vec<u8> {
    let mut offset = HEAD;
    let fields = payload.each_ref().map(|part| {
        let mut field = [0; 8];
        field[..2].copy_from_slice(&(part.len() as u16).to_le_bytes());
        field[2..4].copy_from_slice(&(part.len() as u16).to_le_bytes());
        field[4..].copy_from_slice(&(offset as u32).to_le_bytes());
        offset += part.len();
        field
    });
    let mut bytes = Vec::with_capacity(offset);
    bytes.extend(SIGNATURE);
    bytes.extend(3_u32.to_le_bytes());
    // The head names LM and NT first; the payload holds the names first.
    for at in [3, 4, 0, 1, 2, 5] {
        bytes.extend(fields[at]);
    }
    bytes.extend(flags::ANSWERED.to_le_bytes());
    bytes.extend([5, 1, 0x28, 0x0a, 0, 0, 0, 15]); // Windows 5.1.2600, NTLM revision 15
    payload.iter().for_each(|part| bytes.extend(part));
    bytes
}

/// A client's answer as a server reads it, before it is believed.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Domain as typed.
    pub domain: String,
    /// User as typed.
    pub user: String,
    /// Name of the client's machine.
    pub workstation: String,
    /// The client's time in units of 100 ns since 1601.
    pub filetime: u64,
    proof: [u8; 16],
    blob: Vec<u8>,
    encrypted_key: Option<[u8; 16]>,
    flags: u32,
}

impl Answer {
    /// Reads a client's answer.
    ///
    /// # Errors
    /// The client's fault: [`BadToken`].
    pub fn parse(bytes: &[u8]) -> Result<Self, BadToken> {
        reader::expect_type(bytes, 3)?;
        let response = reader::field_at(bytes, 20)?;
        let flags = reader::u32_at(bytes, 60)?;
        let missing = flags::EXTENDED_SESSIONSECURITY & !flags;
        if missing != 0 {
            return Err(BadToken::Flags(missing));
        }
        let exchanged = flags & flags::KEY_EXCH != 0;
        Ok(Self {
            domain: reader::text_at(bytes, 28)?,
            user: reader::text_at(bytes, 36)?,
            workstation: reader::text_at(bytes, 44)?,
            filetime: u64::from_le_bytes(reader::array_at(response, 24)?),
            proof: reader::array_at(response, 0)?,
            blob: response.get(16..).ok_or(BadToken::Cut)?.to_vec(),
            encrypted_key: if exchanged { Some(reader::array_at(reader::field_at(bytes, 52)?, 0)?) } else { None },
            flags,
        })
    }

    /// The keys both sides now share, if the client knows the password; none if not.
    pub fn prove(&self, challenge: &Challenge, secret: &NtHash) -> Option<SessionKeys> {
        let key = secret.response_key(&self.user, &self.domain);
        let proof = hmac_md5(&key, &[&challenge.nonce, &self.blob]);
        if !bool::from(proof.ct_eq(&self.proof)) {
            return None;
        }
        let exchange = hmac_md5(&key, &[&proof]);
        let session_key = self.encrypted_key.map_or(exchange, |encrypted| rc4(&exchange, encrypted));
        Some(SessionKeys::derive(&session_key, self.flags))
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, Challenge, Nonces, NtHash, answer};

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// MS-NLMP, sections 4.2.1 and 4.2.4: what a client of that name answers to that challenge at time 0.
    #[test]
    fn the_published_example_is_answered_as_published() {
        let challenge = Challenge {
            nonce: *b"\x01\x23\x45\x67\x89\xab\xcd\xef",
            target_info: hex("02000c0044006f006d00610069006e0001000c0053006500720076006500720000000000"),
            timestamp: None,
        };
        let account = Account {
            domain: "Domain".into(),
            user: "User".into(),
            secret: NtHash::of("Password"),
            workstation: "COMPUTER".into(),
        };
        assert_eq!(account.secret.0.to_vec(), hex("a4f49c406510bdcab6824ee7c30fd852"), "NTOWFv1");
        let key = account.secret.response_key("User", "Domain");
        assert_eq!(key.to_vec(), hex("0c868a403bfd7a93a3001ef22ef02e3f"), "NTOWFv2");
        let nonces = Nonces { client_challenge: [0xaa; 8], session_key: [0x55; 16] };
        let (message, keys) = answer(&challenge, &account, &nonces, 0);
        for (what, published) in [
            ("LMv2 response", "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa"),
            (
                "NTLMv2 response",
                "68cd0ab851e51c96aabc927bebef6a1c01010000000000000000000000000000aaaaaaaaaaaaaaaa00000000",
            ),
            ("encrypted session key", "c5dad2544fc9799094ce1ce90bc9d03e"),
        ] {
            let published = hex(published);
            assert!(message.windows(published.len()).any(|bytes| bytes == published), "{what}");
        }
        let derived = format!("{keys:?}");
        assert!(!derived.contains("55"), "no key is ever shown");
    }
}
