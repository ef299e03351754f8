//! Certificate and key of the listener: read at start and again on reload.

use super::config::{Config, Problem};
use rustls::{
    ServerConfig,
    crypto::ring,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};
use tokio_rustls::TlsAcceptor;
use toml::Spanned;
use uc_files::Unfit;

/// The certificate that new connections get.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// Handle to read certificate and key again.
#[derive(Clone, Debug)]
pub struct Certificate {
    cert: Spanned<PathBuf>,
    key: Spanned<PathBuf>,
    current: Arc<Current>,
}

impl Certificate {
    /// Of the configuration; none: plain HTTP.
    pub(super) fn of(config: &Config) -> Result<Option<Self>, Problem> {
        let (Some(cert), Some(key)) = (&config.tls_cert, &config.tls_key) else { return Ok(None) };
        let current = Arc::new(Current(RwLock::new(Arc::new(read(cert, key)?))));
        Ok(Some(Self { cert: cert.clone(), key: key.clone(), current }))
    }

    /// Whether the configured files can be used.
    ///
    /// # Errors
    /// Why not, with the key to point at; by the operator's fault.
    pub fn check(config: &Config) -> Result<(), Problem> {
        Self::of(config).map(drop)
    }

    /// Reads both files again; blocks while they are read.
    ///
    /// # Errors
    /// They cannot be used: the old certificate stays in force. By the operator's fault.
    pub fn read_again(&self) -> Result<Fresh, Problem> {
        Ok(Fresh { pair: Arc::new(read(&self.cert, &self.key)?), current: self.current.clone() })
    }

    pub(super) fn acceptor(&self) -> Result<TlsAcceptor, Problem> {
        let broken = |error: rustls::Error| Problem::new("web.tls-cert", format!("TLS cannot be set up: {error}"));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(broken)?
            .with_no_client_auth()
            .with_cert_resolver(self.current.clone());
        // HTTP/1.1 alone: pages live on WebSockets, which need it, and an idle HTTP/2 connection beside each would
        // cost more memory than the page.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.ticketer = ring::Ticketer::new().map_err(broken)?;
        config.send_tls13_tickets = 1;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// A certificate that was read again and is not in force yet.
#[derive(Debug)]
pub struct Fresh {
    pair: Arc<CertifiedKey>,
    current: Arc<Current>,
}

impl Fresh {
    /// New connections get it from now on; open ones keep what they have. True: it is another than before.
    pub fn put_in_force(self) -> bool {
        let mut current = self.current.0.write().unwrap_or_else(PoisonError::into_inner);
        let changed = current.cert != self.pair.cert;
        *current = self.pair;
        changed
    }
}

fn read(cert: &Spanned<PathBuf>, key: &Spanned<PathBuf>) -> Result<CertifiedKey, Problem> {
    let of_cert = |why: String| Problem::at("web.tls-cert", cert, format!("{}: {why}", cert.get_ref().display()));
    let of_key = |why: String| Problem::at("web.tls-key", key, format!("{}: {why}", key.get_ref().display()));
    let chain = uc_files::pem(cert.get_ref()).map_err(|error| of_cert(error.to_string()))?;
    let chain = uc_files::certificates(&chain).map_err(of_cert)?;
    let private = uc_files::pem(key.get_ref()).map_err(|error| of_key(error.to_string()))?;
    let private = uc_files::private_key(&private).map_err(of_key)?;
    uc_files::fit(chain, &private).map_err(|unfit| match unfit {
        Unfit::Certificate(why) => of_cert(why),
        Unfit::Key(why) => of_key(why),
        Unfit::Pair(why) => of_key(format!("does not belong to tls-cert: {why}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    fn write_pair(folder: &Path, name: &str) {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
        fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    }

    fn config(folder: &Path) -> Config {
        let path = |name| folder.join(name).display().to_string();
        toml::from_str(&format!("tls-cert = {:?}\ntls-key = {:?}", path("cert.pem"), path("key.pem"))).unwrap()
    }

    #[test]
    fn a_reload_keeps_the_old_certificate_on_any_error() {
        let folder = tempfile::tempdir().unwrap();
        write_pair(folder.path(), "one.example");
        let certificate = Certificate::of(&config(folder.path())).unwrap().unwrap();
        assert!(!certificate.read_again().unwrap().put_in_force());
        write_pair(folder.path(), "two.example");
        assert!(certificate.read_again().unwrap().put_in_force());
        fs::write(folder.path().join("key.pem"), "no key").unwrap();
        assert_eq!(certificate.read_again().unwrap_err().key, "web.tls-key");
        let other = rcgen::generate_simple_self_signed(["three.example".to_owned()]).unwrap();
        fs::write(folder.path().join("key.pem"), other.signing_key.serialize_pem()).unwrap();
        assert!(certificate.read_again().unwrap_err().text.contains("does not belong"));
    }

    #[test]
    fn missing_and_empty_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Certificate::of(&config(folder.path())).unwrap_err();
        assert!(missing.key == "web.tls-cert" && missing.text.contains("cert.pem") && missing.span.is_some());
        fs::write(folder.path().join("cert.pem"), "").unwrap();
        assert!(Certificate::of(&config(folder.path())).unwrap_err().text.contains("it is empty"));
    }
}
