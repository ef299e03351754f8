//! Whom a client believes: as rustls does, but a key that is too weak is called so. To the library a signature made
//! with it is only one that does not fit.

use super::public_key::PublicKey;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme, crypto::CryptoProvider,
};
use std::sync::Arc;

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
    let weak = |certificate| match PublicKey::of(certificate) {
        Some(PublicKey::Rsa(bits)) if bits < PublicKey::SHORTEST => Some(bits),
        _ => None,
    };
    match chain.find_map(weak) {
        Some(bits) => Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(WeakKey(bits))))),
        None => error,
    }
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
        let misfit = || Error::InvalidCertificate(CertificateError::BadSignature);
        let error = named(misfit(), std::iter::once(&weak));
        let advice = super::super::tls::advice(&error);
        assert!(advice.contains("2048 bits"), "{error}: {advice}");
        let nothing = named(misfit(), std::iter::empty());
        assert!(super::super::tls::advice(&nothing).contains("was the CA renewed?"));
    }
}
