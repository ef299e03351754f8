//! TLS of a Front End: a certificate of its own, and clients that may show one.

use super::config::Tls;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    server::{ParsedCertificate, WebPkiClientVerifier},
};
use std::{error::Error, io, path::Path, sync::Arc};
use tokio_rustls::TlsAcceptor;

/// What accepts TLS connections.
///
/// # Errors
/// The files are of no use; the text names the file.
pub(super) fn acceptor(files: &Tls) -> io::Result<TlsAcceptor> {
    build(files).map_err(io::Error::other)
}

fn build(files: &Tls) -> Result<TlsAcceptor, Box<dyn Error + Send + Sync>> {
    let named = |path: &Path, error: rustls::pki_types::pem::Error| format!("{}: {error}", path.display());
    let read = |path: &Path| CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>();
    let chain = read(&files.cert).map_err(|error| named(&files.cert, error))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| named(&files.key, error))?;
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for authority in read(path).map_err(|error| named(path, error))? {
                roots.add(authority)?;
            }
            // Users sign in on the same port, without a certificate.
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.allow_unauthenticated().build()?)
        }
    };
    Ok(TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key)?)))
}

/// Whether a client's certificate, verified already, makes it a trusted application: it must bear one of the names.
/// Without names any certificate will do.
pub(super) fn is_trusted_application(certificates: Option<&[CertificateDer<'_>]>, names: &[String]) -> bool {
    let Some(certificate) = certificates.and_then(|all| all.first()) else { return false };
    let Ok(parsed) = ParsedCertificate::try_from(certificate) else { return false };
    let bears = |name: &String| {
        let name = ServerName::try_from(name.as_str());
        name.is_ok_and(|name| rustls::client::verify_server_name(&parsed, &name).is_ok())
    };
    names.is_empty() || names.iter().any(bears)
}
