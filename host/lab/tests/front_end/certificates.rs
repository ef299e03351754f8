//! Certificates of a lab, made afresh for each test.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, Issuer, KeyPair, date_time_ymd};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use uc_lab::front_end::Tls;

pub(crate) struct Authority {
    pub(crate) folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { folder, issuer }
    }

    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Certificate and key for these names, as files.
    pub(crate) fn issue(&self, file: &str, names: &[&str]) -> (PathBuf, PathBuf) {
        self.issue_until(file, names, 4000)
    }

    /// The same, valid up to the beginning of that year.
    pub(crate) fn issue_until(&self, file: &str, names: &[&str], year: i32) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        let issuer: &Issuer<'_, KeyPair> = &self.issuer;
        let certificate = params.signed_by(&key, issuer).unwrap();
        let write = |end: &str, text: String| {
            let path = self.folder.path().join(format!("{file}.{end}"));
            std::fs::write(&path, text).unwrap();
            path
        };
        (write("crt", certificate.pem()), write("key", key.serialize_pem()))
    }

    /// TLS of a Front End on this machine.
    pub(crate) fn front_end(&self, client_ca: Option<&Path>) -> Tls {
        let (cert, key) = self.issue("fe", &["fe01.example.com", "localhost"]);
        Tls { cert, key, client_ca: client_ca.map(Path::to_owned) }
    }
}
