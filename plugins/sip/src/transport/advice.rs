//! What a failed handshake means at a Lync site and what to do about it, for an operator: one cause, one sentence.

use super::verifier::WeakKey;
use rustls::{AlertDescription as Alert, CertificateError as C, Error, PeerIncompatible};
use std::io;

const OLD_VERSION: &str = "the peer speaks no TLS 1.2 (Lync on Windows Server 2008 R2 and 2012 as installed): enable TLS 1.2 \
                           for server and client in its SCHANNEL settings";
const NO_CIPHER: &str = "no cipher suite or curve in common: let the peer offer ECDHE with AES-GCM, which on Windows Server \
                         2012 R2 and older needs an ECDSA certificate";
const BROKE_OFF: &str = "the peer broke off in the handshake: it speaks no TLS on this port, or, if it is Windows, has no TLS \
                         version or cipher suite in common: see the TLS matrix";

/// What to do about a failed handshake.
pub fn advice(error: &Error) -> &'static str {
    match error {
        Error::InvalidCertificate(error) => certificate(error),
        Error::AlertReceived(alert) => told(*alert),
        Error::PeerIncompatible(difference) => incompatible(difference),
        Error::InvalidMessage(_) => "the peer speaks no TLS on this port: check `servers` and `transport`",
        _ => "the TLS handshake failed",
    }
}

/// The same where the connection itself ended.
pub(super) fn of_io(error: &io::Error) -> &'static str {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(error) => advice(error),
        None => BROKE_OFF,
    }
}

/// The peer's certificate.
fn certificate(error: &C) -> &'static str {
    match error {
        C::Expired | C::ExpiredContext { .. } => "the peer's certificate has expired: renew it there",
        C::NotValidYet | C::NotValidYetContext { .. } => {
            "the peer's certificate is not valid yet: check the clocks of both machines"
        }
        C::UnknownIssuer => "the peer's CA is unknown: configure its certificate as `ca`",
        C::NotValidForName | C::NotValidForNameContext { .. } => {
            "the peer's certificate carries another name: connect by a name that stands in it, or name that one as \
             `server-name`"
        }
        C::Revoked => "the peer's certificate is revoked: renew it there",
        C::Other(other) if other.0.downcast_ref::<WeakKey>().is_some() => {
            "a key in the peer's certificate chain is too weak: issue it again with RSA of 2048 bits or more, or ECDSA"
        }
        C::BadSignature => {
            "the peer's CA is unknown, though one of the same name is configured: was the CA renewed? configure its new \
             certificate as `ca`"
        }
        C::UnsupportedSignatureAlgorithmContext { .. } | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "the peer's certificate is signed in a way that is no longer safe (SHA-1, MD5): issue it again with SHA-256"
        }
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => {
            "the peer's certificate is not for servers: issue it again with server authentication"
        }
        _ => "the peer's certificate cannot be used: issue it again",
    }
}

/// What the peer says it does not like.
fn told(alert: Alert) -> &'static str {
    match alert {
        Alert::ProtocolVersion => OLD_VERSION,
        Alert::HandshakeFailure | Alert::InsufficientSecurity => NO_CIPHER,
        Alert::CertificateExpired => {
            "our own certificate has expired: renew it, and let `tls.cert` and `tls.key` name the new one"
        }
        Alert::CertificateRevoked => "our own certificate is revoked: let `tls.cert` and `tls.key` name a valid one",
        Alert::UnknownCA => {
            "the peer refuses our side: it does not trust the CA of our certificate: import that CA there as a trusted root"
        }
        Alert::CertificateRequired | Alert::NoCertificate => {
            "the peer refuses our side: it wants a certificate: let `tls.cert` and `tls.key` name the trusted application's"
        }
        Alert::UnrecognisedName => "the peer does not know the name that is asked for: connect by its own name",
        _ => {
            "the peer refuses our side, mostly our certificate: check that it trusts its CA and that it is for clients"
        }
    }
}

fn incompatible(difference: &PeerIncompatible) -> &'static str {
    use PeerIncompatible as P;
    match difference {
        P::ServerDoesNotSupportTls12Or13
        | P::ServerTlsVersionIsDisabledByOurConfig
        | P::SupportedVersionsExtensionRequired
        | P::Tls12NotOffered
        | P::Tls12NotOfferedOrEnabled
        | P::Tls13RequiredForQuic => OLD_VERSION,
        _ => NO_CIPHER,
    }
}
