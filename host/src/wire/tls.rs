//! TLS below a link: which authority and which certificates, from PEM files.

mod own;

use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
    server::WebPkiClientVerifier,
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use uc_files::Unfit;

/// `[…tls]` of a link we open.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ClientConfigFiles {
    /// PEM file of the authorities to trust; none: those of the operating system.
    pub ca: Option<PathBuf>,
    /// PEM file of our certificate chain, when the server asks for one.
    pub cert: Option<PathBuf>,
    /// PEM file of its key.
    pub key: Option<PathBuf>,
    /// Name the server's certificate must bear; none: the host part of the address.
    pub server_name: Option<String>,
}

/// `[…tls]` of a link we accept.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServerConfigFiles {
    /// PEM file of our certificate chain.
    pub cert: PathBuf,
    /// PEM file of its key.
    pub key: PathBuf,
    /// PEM file of the authorities whose client certificates are demanded; none: clients need no certificate.
    pub client_ca: Option<PathBuf>,
}

/// TLS cannot be set up with these files. The operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or holds no such thing.
    #[error("{}: no usable {what}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// `cert` without `key`, or the other way round.
    #[error("tls: `cert` and `key` go together; one of them is missing")]
    Half,
    /// The certificate and the key do not fit together, or no authority can be trusted.
    #[error("tls: {0}")]
    Unusable(String),
    /// The server's name is neither a DNS name nor an IP address.
    #[error("tls: `{0}` is no server name; set `server-name`")]
    Name(String),
}

/// TLS of links we open, ready for use.
#[derive(Clone)]
pub struct ClientTls {
    pub(super) connector: TlsConnector,
    server_name: Option<String>,
}

/// TLS of links we accept, ready for use.
#[derive(Clone)]
pub struct ServerTls {
    pub(super) acceptor: TlsAcceptor,
}

impl std::fmt::Debug for ClientTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientTls").field("server_name", &self.server_name).finish_non_exhaustive()
    }
}

impl ClientTls {
    /// Reads the files.
    ///
    /// # Errors
    /// Any [`TlsError`].
    pub fn load(files: &ClientConfigFiles) -> Result<Self, TlsError> {
        let roots = match &files.ca {
            Some(path) => authorities(path)?,
            None => system_authorities()?,
        };
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_root_certificates(roots);
        let config = match (&files.cert, &files.key) {
            (Some(cert), Some(key)) => {
                let (chain, key) = identity(cert, key)?;
                builder.with_client_auth_cert(chain, key).map_err(unusable)?
            }
            (None, None) => builder.with_no_client_auth(),
            _ => return Err(TlsError::Half),
        };
        if let Some(name) = &files.server_name {
            server_name(name)?;
        }
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), server_name: files.server_name.clone() })
    }

    /// The name to demand of the server at `address` (`HOST:PORT`).
    pub(super) fn name_for(&self, address: &str) -> Result<ServerName<'static>, TlsError> {
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        server_name(self.server_name.as_deref().unwrap_or(host.trim_matches(['[', ']'])))
    }
}

impl ServerTls {
    /// Reads the files.
    ///
    /// # Errors
    /// Any [`TlsError`].
    pub fn load(files: &ServerConfigFiles) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?;
        let builder = match &files.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(authorities(path)?), provider);
                builder.with_client_cert_verifier(verifier.build().map_err(|why| TlsError::Unusable(why.to_string()))?)
            }
        };
        let (chain, key) = identity(&files.cert, &files.key)?;
        let config = builder.with_single_cert(chain, key).map_err(unusable)?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}

fn server_name(name: &str) -> Result<ServerName<'static>, TlsError> {
    ServerName::try_from(name.to_owned()).map_err(|_| TlsError::Name(name.to_owned()))
}

fn authorities(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in chain(path)? {
        roots.add(certificate).map_err(|why| file_error(path, "certificate authority", &why))?;
    }
    Ok(roots)
}

/// A fingerprint of the authorities that the operating system trusts now.
pub fn system_fingerprint() -> String {
    let read = rustls_native_certs::load_native_certs();
    if let Some(error) = read.errors.first() {
        tracing::warn!(%error, "not everything that tells whom the system trusts can be read");
    }
    let mut all = read.certs;
    all.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
    let mut digest = Sha256::new();
    all.iter().for_each(|certificate| digest.update(certificate));
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn system_authorities() -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let none = || TlsError::Unusable("the operating system trusts no authority; set `ca`".to_owned());
    (!roots.is_empty()).then_some(roots).ok_or_else(none)
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = uc_files::pem(path).map_err(|why| file_error(path, "certificate", &why))?;
    uc_files::certificates(&text).map_err(|why| file_error(path, "certificate", &why))
}

fn private_key(path: &Path) -> Result<uc_files::Key, TlsError> {
    let text = uc_files::pem(path).map_err(|why| file_error(path, "private key", &why))?;
    uc_files::private_key(&text).map_err(|why| file_error(path, "private key", &why))
}

/// A chain and its key, known to belong together.
fn identity(cert: &Path, key: &Path) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let (chain, private) = (chain(cert)?, private_key(key)?);
    uc_files::fit(chain.clone(), &private).map_err(|unfit| match unfit {
        Unfit::Certificate(why) => file_error(cert, "certificate", &why),
        Unfit::Key(why) => file_error(key, "private key", &why),
        Unfit::Pair(why) => {
            let (key, cert) = (key.display(), cert.display());
            TlsError::Unusable(format!("the key in {key} does not belong to the certificate in {cert}: {why}"))
        }
    })?;
    Ok((chain, private.der))
}

fn file_error(path: &Path, what: &'static str, why: &dyn std::fmt::Display) -> TlsError {
    TlsError::File { path: path.to_owned(), what, why: why.to_string() }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unusable(why: rustls::Error) -> TlsError {
    TlsError::Unusable(why.to_string())
}
