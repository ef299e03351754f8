//! Certificates: whom to believe and how to show oneself.

use super::Mistake;
use crate::transport::tls::{self, BadTls, ClientTls};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Whom to believe and how to show oneself.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Tls {
    /// PEM file of a private CA; without: the system's.
    pub ca: Option<PathBuf>,
    /// PEM file of our certificate, for trusted applications.
    pub cert: Option<PathBuf>,
    /// PEM file of its key.
    pub key: Option<PathBuf>,
    /// Name that the servers' certificates carry; without: the host of each.
    pub server_name: Option<String>,
}

impl Tls {
    /// The files, from `directory`.
    pub fn client(&self, directory: &Path) -> ClientTls {
        let identity = self
            .cert
            .as_ref()
            .zip(self.key.as_ref())
            .map(|(cert, key)| tls::Identity { certificates: directory.join(cert), key: directory.join(key) });
        ClientTls { ca: self.ca.as_ref().map(|ca| directory.join(ca)), identity }
    }

    /// What is wrong that types cannot say. `used`: servers are believed by it, if only by the system's authorities, of
    /// which a machine may have none.
    pub fn mistakes(&self, directory: &Path, used: bool) -> Vec<Mistake> {
        if self.cert.is_some() != self.key.is_some() {
            return vec![Mistake::new("tls.cert", "`cert` and `key` belong together: name both or none")];
        }
        let mut found = Vec::new();
        if let Some(error) = self.server_name.as_ref().and_then(|name| tls::server_name(name).err()) {
            found.push(Mistake::new("tls.server-name", error.to_string()));
        }
        let used = used || self.ca.is_some() || self.cert.is_some();
        if let Some(error) = used.then(|| self.client(directory).load().err()).flatten() {
            found.push(Mistake::new(self.key_of(&error, directory), error.to_string()));
        }
        found
    }

    /// The option whose file is at fault.
    fn key_of(&self, error: &BadTls, directory: &Path) -> &'static str {
        let is =
            |option: &Option<PathBuf>, path: &Path| option.as_ref().is_some_and(|named| directory.join(named) == path);
        match error {
            BadTls::File { path, what, .. } if is(&self.key, path) && *what == tls::KEY => "tls.key",
            BadTls::File { path, .. } if is(&self.ca, path) => "tls.ca",
            BadTls::File { .. } => "tls.cert",
            BadTls::Identity { .. } => "tls.key",
            _ => "tls.ca",
        }
    }
}
