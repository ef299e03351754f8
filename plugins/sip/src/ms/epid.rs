//! Endpoint identity: epid, the instance UUID made of it, and the GRUU a registrar gives (MS-SIPRE).

use sha1::{Digest, Sha1};
use std::fmt;
use thiserror::Error;
use uuid::{Builder, Uuid, Variant, Version};

/// Namespace of instance identifiers (MS-SIPRE, section 3.2.5.1).
const NAMESPACE: Uuid = Uuid::from_u128(0xfcacfb03_8a73_46ef_91b1_e5ebeeaba4fe);

/// Names one endpoint of a user, stable over restarts: up to 16 characters, by custom hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Epid(String);

/// The text is no epid. Configuration's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an epid has 1 to 16 hexadecimal digits")]
pub struct BadEpid;

impl Epid {
    /// Takes a configured epid.
    ///
    /// # Errors
    /// [`BadEpid`].
    pub fn new(text: impl Into<String>) -> Result<Self, BadEpid> {
        let text = text.into();
        let valid = (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
        if valid { Ok(Self(text)) } else { Err(BadEpid) }
    }

    /// The epid of a user on a machine: the same for the same pair, different for others.
    pub fn derive(machine: &str, user: &str) -> Self {
        let hash = Sha1::new().chain_update(machine).chain_update([0]).chain_update(user).finalize();
        Self(hash[..6].iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// As written in From and To.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The UUID of `+sip.instance`. A server checks that it belongs to the epid.
    pub fn instance(&self) -> Uuid {
        let hash = Sha1::new().chain_update(NAMESPACE.to_bytes_le()).chain_update(&self.0).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        let bytes = Uuid::from_bytes_le(bytes).into_bytes();
        Builder::from_bytes(bytes).with_variant(Variant::RFC4122).with_version(Version::Sha1).into_uuid()
    }
}

impl fmt::Display for Epid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A GRUU of a user's endpoint as a registrar makes it from the instance:
/// `sip:user@domain;opaque=user:epid:<base64url>;gruu`.
pub fn gruu(user: &str, instance: Uuid) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut bytes = instance.into_bytes().to_vec();
    bytes.extend([0, 0]);
    format!("{user};opaque=user:epid:{};gruu", URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seen with a real client.
    #[test]
    fn instances_of_recorded_endpoints() {
        for (epid, instance) in [
            ("46b45a2a3940", "b51a9866-926a-5e92-9260-ed0dec9cdf92"),
            ("cf0b98dadeb9", "b7878522-d7fe-5c33-b30d-265f6618ae78"),
        ] {
            assert_eq!(Epid::new(epid).unwrap().instance().to_string(), instance);
        }
        let instance = Epid::new("46b45a2a3940").unwrap().instance();
        let expected = "sip:alice@example.com;opaque=user:epid:tRqYZpJqXpKSYO0N7JzfkgAA;gruu";
        let made = gruu("sip:alice@example.com", instance);
        assert_eq!(made, expected);
        assert!(Epid::new("").is_err() && Epid::new("0123456789abcdef0").is_err() && Epid::new("xyz").is_err());
        assert_ne!(Epid::derive("a", "bc"), Epid::derive("ab", "c"));
    }
}
