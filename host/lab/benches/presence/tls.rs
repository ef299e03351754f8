//! TLS of both ends.

use super::site::Site;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{path::Path, sync::Arc};
use tokio_rustls::TlsAcceptor;
use uc_sip::transport::tls::{Identity, ServerTls};

pub(super) fn acceptor(site: &Site) -> TlsAcceptor {
    let identity = Identity { certificates: site.path("cert.pem"), key: site.path("key.pem") };
    TlsAcceptor::from(ServerTls { identity, client_ca: None }.load().unwrap())
}

/// For the floor, which has no more than it needs.
pub(super) fn client(certificate: &Path) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}
