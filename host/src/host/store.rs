//! Where what outlives the process is kept, by the configuration.

use super::StartError;
use crate::config::{Cluster, Config};
use std::path::Path;
use uc_store::{Error, Store};

/// The store of this configuration. `folder`: where the only node keeps its own; none: nothing outlives the process.
pub(super) fn of(config: &Config, folder: Option<&Path>) -> Result<Store, StartError> {
    match &config.cluster {
        Some(cluster) => shared(cluster).map_err(StartError::Store),
        None => Ok(folder.map_or_else(Store::in_memory, Store::embedded)),
    }
}

#[cfg(feature = "etcd")]
fn shared(cluster: &Cluster) -> Result<Store, Error> {
    use crate::secret;
    use uc_store::{EtcdAt, EtcdTls};
    let unreadable = |why: String| Error::Refused(why.into());
    let read = |file: &Path| std::fs::read(file).map_err(|error| unreadable(format!("{}: {error}", file.display())));
    let password = cluster.password_file.as_deref().map(secret::first_line).transpose().map_err(unreadable)?;
    let tls = cluster.tls.as_ref();
    let authority = tls.and_then(|tls| tls.ca.as_deref()).map(read).transpose()?;
    let identity = match tls.and_then(|tls| tls.cert.as_deref().zip(tls.key.as_deref())) {
        Some((cert, key)) => Some((read(cert)?, read(key)?)),
        None => None,
    };
    Store::etcd(EtcdAt {
        endpoints: cluster.endpoints.clone(),
        prefix: format!("/{}/", cluster.name),
        user: cluster.user.clone().zip(password.map(|password| password.to_string())),
        tls: EtcdTls { authority, identity, server_name: tls.and_then(|tls| tls.server_name.clone()) },
    })
}

#[cfg(not(feature = "etcd"))]
fn shared(_: &Cluster) -> Result<Store, Error> {
    Err(Error::Refused("this program was built without etcd".into()))
}
