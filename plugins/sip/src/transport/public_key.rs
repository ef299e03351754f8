//! What kind of key a certificate carries, as far as advice about it needs to know.

use rustls::{pki_types::CertificateDer, server::ParsedCertificate};

/// Algorithms, as DER writes their object identifiers.
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// Those beside RSA that rustls signs with: id-ecPublicKey on P-256 and on P-384, and Ed25519.
const USABLE: [&[u8]; 3] = [
    &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
    &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22],
    &[0x06, 0x03, 0x2b, 0x65, 0x70],
];

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
        let parsed = ParsedCertificate::try_from(certificate).ok()?;
        let key = parsed.subject_public_key_info();
        // SEQUENCE { SEQUENCE { OID …, … }, BIT STRING … }
        let (0x30, info, _) = element(&key)? else { return None };
        let (0x30, algorithm, rest) = element(info)? else { return None };
        if algorithm.starts_with(RSA) {
            return rsa_bits(rest).map(Self::Rsa);
        }
        let usable = USABLE.iter().any(|known| algorithm.starts_with(known));
        Some(if usable { Self::Other } else { Self::Foreign })
    }
}

/// Length of the RSA key in this BIT STRING { SEQUENCE { INTEGER modulus, … } }.
fn rsa_bits(der: &[u8]) -> Option<usize> {
    let (0x03, bits, _) = element(der)? else { return None };
    let (0x30, numbers, _) = element(bits.get(1..)?)? else { return None };
    let (0x02, modulus, _) = element(numbers)? else { return None };
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    Some(modulus.len() * 8 - modulus.first()?.leading_zeros() as usize)
}

/// Tag and content of the DER element at the beginning, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, behind) = rest.split_at_checked(length)?;
    Some((*tag, content, behind))
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
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        assert_eq!(PublicKey::of(made.cert.der()), Some(PublicKey::Other));
    }

    #[test]
    fn any_bytes_are_borne() {
        let weak = CertificateDer::from_pem_slice(WEAK).unwrap();
        for end in 0..weak.len() {
            let _ = PublicKey::of(&weak[..end].into());
            let _ = element(&weak[end..]);
        }
    }
}
