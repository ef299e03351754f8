//! TLS for SIP: whom a client believes, and what a server asks for. rustls with ring, TLS 1.2 and 1.3.
//!
//! | Server | Works | Because |
//! |---|---|---|
//! | Windows Server 2016 and later | yes | offers ECDHE with AES-GCM |
//! | Windows Server 2012 R2 with an ECDSA certificate | yes | the same |
//! | Windows Server 2012 R2 and older with an RSA certificate | commonly no | only CBC, or GCM without ECDHE: no suite in common |
//!
//! TLS 1.0 and 1.1 are not spoken.

pub use super::advice::advice;
use super::public_key::PublicKey;
use super::verifier::Verifier;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig, server::WebPkiClientVerifier};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;
use uc_files::Unfit;
use zeroize::Zeroizing;

/// What a file of a key should hold.
pub(crate) const KEY: &str = "a private key";

/// A TLS setup that cannot be used. Configuration's fault.
#[derive(Debug, Error)]
pub enum BadTls {
    /// A file that is no PEM file of what it should hold.
    #[error("{}: {what} cannot be read: {why}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// No root certificate at all.
    #[error(
        "no trusted CA: the system has none and no CA file is configured; install its authorities (ca-certificates) or name a file"
    )]
    NoRoots,
    /// The key does not belong to the certificate.
    #[error(
        "certificate and key do not fit: the key in {} is not that of the certificate in {}: {why}",
        key.display(), certificates.display()
    )]
    Identity {
        /// File of the certificate.
        certificates: PathBuf,
        /// File of the key.
        key: PathBuf,
        /// What to do about it.
        why: String,
    },
    /// rustls refuses what is set up here.
    #[error("TLS cannot be set up: {0}")]
    Setup(rustls::Error),
    /// The name to be checked is no host name.
    #[error("`{0}` is no host name that a certificate could carry")]
    Name(String),
    /// The client verifier refuses its roots.
    #[error("the CA of client certificates is unusable: {0}")]
    ClientCa(String),
}

/// A certificate with its key, both PEM files.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate, then the chain up to the CA.
    pub certificates: PathBuf,
    /// The private key: PKCS #8, PKCS #1 or SEC 1.
    pub key: PathBuf,
}

/// How a client checks its server and shows itself.
#[derive(Clone, Debug, Default)]
pub struct ClientTls {
    /// PEM file of a private CA; none trusts the system's roots.
    pub ca: Option<PathBuf>,
    /// Certificate for mutual TLS.
    pub identity: Option<Identity>,
}

impl ClientTls {
    /// Reads the files.
    ///
    /// # Errors
    /// [`BadTls`].
    pub fn load(&self) -> Result<Arc<ClientConfig>, BadTls> {
        let roots = match &self.ca {
            Some(path) => roots(path)?,
            None => system_roots()?,
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier::new(roots, provider.clone()).map_err(|_| BadTls::NoRoots)?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(BadTls::Setup)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let config = match &self.identity {
            Some(identity) => {
                let (chain, key) = identity.load()?;
                builder.with_client_auth_cert(chain, key).map_err(|error| identity.unusable(&error))?
            }
            None => builder.with_no_client_auth(),
        };
        Ok(Arc::new(config))
    }
}

/// How a server shows itself and whom it asks for a certificate.
#[derive(Clone, Debug)]
pub struct ServerTls {
    /// The server's certificate.
    pub identity: Identity,
    /// PEM file of the CA of client certificates; none asks for none. A client without certificate is let in
    /// either way: whether it must have one is decided by who it wants to be.
    pub client_ca: Option<PathBuf>,
}

impl ServerTls {
    /// Reads the files.
    ///
    /// # Errors
    /// [`BadTls`].
    pub fn load(&self) -> Result<Arc<ServerConfig>, BadTls> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(BadTls::Setup)?;
        let builder = match &self.client_ca {
            Some(path) => {
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(path)?), provider);
                let verifier = verifier.allow_unauthenticated().build();
                builder.with_client_cert_verifier(verifier.map_err(|error| BadTls::ClientCa(error.to_string()))?)
            }
            None => builder.with_no_client_auth(),
        };
        let (chain, key) = self.identity.load()?;
        Ok(Arc::new(builder.with_single_cert(chain, key).map_err(|error| self.identity.unusable(&error))?))
    }
}

impl Identity {
    fn load(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), BadTls> {
        let chain = certificates(&self.certificates)?;
        let text = pem(&self.key, KEY)?;
        let key = uc_files::private_key(&text).map_err(|why| file(&self.key, KEY, &why))?;
        uc_files::fit(chain.clone(), &key).map_err(|unfit| self.unfit(unfit))?;
        Ok((chain, key.der))
    }

    fn unfit(&self, unfit: Unfit) -> BadTls {
        match unfit {
            Unfit::Certificate(why) => file(&self.certificates, "a certificate", &why),
            // Its certificate tells more of it than the key does.
            Unfit::Key(_) => file(&self.key, KEY, &self.key_unusable()),
            Unfit::Pair(why) => {
                BadTls::Identity { certificates: self.certificates.clone(), key: self.key.clone(), why }
            }
        }
    }

    /// What rustls does not like about certificate and key that belong together.
    fn unusable(&self, error: &rustls::Error) -> BadTls {
        match error {
            rustls::Error::InvalidCertificate(_) => file(&self.certificates, "a certificate", error),
            // The key is read when it is put to use, and all that is said then is that it cannot be.
            _ => file(&self.key, KEY, &self.key_unusable()),
        }
    }

    /// Why the key cannot be used: its certificate tells of which kind it is.
    fn key_unusable(&self) -> String {
        let chain = certificates(&self.certificates).unwrap_or_default();
        let fault = match chain.first().and_then(PublicKey::of) {
            Some(PublicKey::Rsa(bits)) if bits < PublicKey::SHORTEST => format!("too weak, an RSA key of {bits} bits"),
            Some(PublicKey::Rsa(bits)) if bits > PublicKey::LONGEST => format!("too long, an RSA key of {bits} bits"),
            Some(PublicKey::Foreign) => "of a kind that TLS has no use for".to_owned(),
            _ => {
                return "damaged, or not the key of this certificate: write both anew from where they were made"
                    .to_owned();
            }
        };
        format!("{fault}: {}", uc_files::USABLE)
    }
}

/// The name that a server's certificate must carry.
///
/// # Errors
/// [`BadTls::Name`].
pub fn server_name(host: &str) -> Result<ServerName<'static>, BadTls> {
    ServerName::try_from(host.to_owned()).map_err(|_| BadTls::Name(host.to_owned()))
}

fn roots(path: &Path) -> Result<RootCertStore, BadTls> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(path)? {
        store.add(certificate).map_err(|error| file(path, "a CA certificate", &error))?;
    }
    Ok(store)
}

fn system_roots() -> Result<RootCertStore, BadTls> {
    let mut store = RootCertStore::empty();
    // One unusable certificate in a system's store is common and harmless.
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if store.is_empty() { Err(BadTls::NoRoots) } else { Ok(store) }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, BadTls> {
    const WHAT: &str = "a certificate";
    let text = pem(path, WHAT)?;
    uc_files::certificates(&text).map_err(|why| file(path, WHAT, &why))
}

/// The text of a PEM file; what is none is told by whoever looks for something in it.
fn pem(path: &Path, what: &'static str) -> Result<Zeroizing<Vec<u8>>, BadTls> {
    uc_files::pem(path).map_err(|error| file(path, what, &error))
}

fn file(path: &Path, what: &'static str, why: &dyn std::fmt::Display) -> BadTls {
    BadTls::File { path: path.to_owned(), what, why: why.to_string() }
}
