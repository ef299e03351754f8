//! What kind of key a certificate carries, as far as advice about it needs to know.

use rustls::pki_types::CertificateDer;
use x509_parser::{
    certificate::X509Certificate,
    oid_registry::{OID_EC_P256, OID_NIST_EC_P384, OID_SIG_ED25519},
    prelude::FromDer as _,
    public_key::PublicKey as Parsed,
    x509::SubjectPublicKeyInfo,
};

/// The key of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PublicKey {
    /// RSA, of so many bits.
    Rsa(usize),
    /// Another one that TLS signs with.
    Other,
    /// One that it does not.
    Foreign,
}

impl PublicKey {
    /// Shortest and longest RSA key that is believed and used, in bits: rustls' own bounds.
    pub(super) const SHORTEST: usize = 2048;
    pub(super) const LONGEST: usize = 8192;

    /// That of a certificate; none: it cannot be read.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        let info = parsed.public_key();
        Some(match info.parsed().ok()? {
            Parsed::RSA(key) => Self::Rsa(key.key_size()),
            _ if is_usable(info) => Self::Other,
            _ => Self::Foreign,
        })
    }
}

/// Those beside RSA that rustls signs with.
fn is_usable(SubjectPublicKeyInfo { algorithm, .. }: &SubjectPublicKeyInfo<'_>) -> bool {
    let curve = algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
    curve.is_some_and(|curve| curve == OID_EC_P256 || curve == OID_NIST_EC_P384)
        || algorithm.algorithm == OID_SIG_ED25519
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::pem::PemObject;

    /// Made by OpenSSL: RSA of 1024 bits, and ECDSA on P-521.
    const WEAK: &[u8] = include_bytes!("../../tests/weak-own.pem");
    const FOREIGN: &[u8] = include_bytes!("../../tests/foreign-own.pem");

    #[test]
    fn kinds_of_keys_are_told_apart() {
        let kind = |pem: &[u8]| PublicKey::of(&CertificateDer::from_pem_slice(pem).unwrap());
        assert_eq!(kind(WEAK), Some(PublicKey::Rsa(1024)));
        assert_eq!(kind(FOREIGN), Some(PublicKey::Foreign));
        for algorithm in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ED25519] {
            let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
            let made = rcgen::CertificateParams::default().self_signed(&key).unwrap();
            assert_eq!(PublicKey::of(made.der()), Some(PublicKey::Other), "{algorithm:?}");
        }
    }

    #[test]
    fn any_bytes_are_borne() {
        let weak = CertificateDer::from_pem_slice(WEAK).unwrap();
        for end in 0..weak.len() {
            let _ = PublicKey::of(&weak[..end].into());
            let _ = PublicKey::of(&weak[end..].into());
        }
    }
}
