//! The etcd of `[cluster]`: how it is reached, and how its members are.

mod shown;

pub use shown::show;

use crate::config::Cluster;
use uc_store::{Error, Store};

#[cfg(feature = "etcd")]
/// Opens it. It is connected to by the first who asks. Within a runtime.
///
/// # Errors
/// A file cannot be read, or this program has no etcd: the operator's fault.
pub fn connect(cluster: &Cluster) -> Result<Store, Error> {
    use crate::secret;
    use std::path::Path;
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
/// As with the feature `etcd`.
///
/// # Errors
/// Always.
pub fn connect(_: &Cluster) -> Result<Store, Error> {
    Err(Error::Refused("this program was built without etcd".into()))
}
