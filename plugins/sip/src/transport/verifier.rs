//! Whom a client believes: as rustls does, but a key that is too weak is called so. To the library a signature made
//! with it is only one that does not fit.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme, crypto::CryptoProvider,
};
use std::sync::Arc;

/// Shortest RSA key that is believed, in bits: rustls' own bound.
const SHORTEST: usize = 2048;

/// A key below that bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an RSA key of {0} bits")]
pub(super) struct WeakKey(usize);

/// Believes servers whose certificate comes from these roots.
#[derive(Debug)]
pub(super) struct Verifier(Arc<WebPkiServerVerifier>);

impl Verifier {
    pub(super) fn new(roots: RootCertStore, provider: Arc<CryptoProvider>) -> Result<Self, VerifierBuilderError> {
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().map(Self)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.0.verify_server_cert(end_entity, intermediates, name, ocsp, now);
        verified.map_err(|error| named(error, std::iter::once(end_entity).chain(intermediates)))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified = self.0.verify_tls12_signature(message, certificate, signed);
        verified.map_err(|error| named(error, std::iter::once(certificate)))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified = self.0.verify_tls13_signature(message, certificate, signed);
        verified.map_err(|error| named(error, std::iter::once(certificate)))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// The error, or that one of these keys is weak, if that may be the reason.
fn named<'a, 'b: 'a>(error: Error, mut chain: impl Iterator<Item = &'a CertificateDer<'b>>) -> Error {
    if !matches!(error, Error::InvalidCertificate(CertificateError::BadSignature)) {
        return error;
    }
    match chain.find_map(|certificate| rsa_bits(certificate).filter(|bits| *bits < SHORTEST)) {
        Some(bits) => Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(WeakKey(bits))))),
        None => error,
    }
}

/// Length of the RSA key in a certificate; none for another kind.
fn rsa_bits(certificate: &CertificateDer<'_>) -> Option<usize> {
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    let key = parsed.subject_public_key_info();
    // SEQUENCE { SEQUENCE { OID rsaEncryption … }, BIT STRING { SEQUENCE { INTEGER modulus, … } } }
    let (0x30, info, _) = element(&key)? else { return None };
    let (0x30, algorithm, rest) = element(info)? else { return None };
    const RSA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let (0x03, bits, _) = element(rest).filter(|_| algorithm.starts_with(&RSA))? else { return None };
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

    /// Made by OpenSSL: RSA of 1024 bits, signed by itself.
    const WEAK: &[u8] = include_bytes!("../../tests/weak-key.pem");

    #[test]
    fn a_weak_key_is_called_so() {
        let weak = CertificateDer::from_pem_slice(WEAK).unwrap();
        assert_eq!(rsa_bits(&weak), Some(1024));
        let misfit = || Error::InvalidCertificate(CertificateError::BadSignature);
        let error = named(misfit(), std::iter::once(&weak));
        let advice = super::super::tls::advice(&error);
        assert!(advice.contains("2048 bits"), "{error}: {advice}");
        let nothing = named(misfit(), std::iter::empty());
        assert!(super::super::tls::advice(&nothing).contains("was the CA renewed?"));
    }

    #[test]
    fn any_bytes_are_borne() {
        let weak = CertificateDer::from_pem_slice(WEAK).unwrap();
        for end in 0..weak.len() {
            let _ = rsa_bits(&weak[..end].into());
            let _ = element(&weak[end..]);
        }
    }
}
