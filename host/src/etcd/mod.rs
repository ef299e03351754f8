//! The etcd of `[cluster]`: how it is reached, and how its members are.

mod shown;

pub use shown::show;

use crate::config::Cluster;
#[cfg(feature = "etcd")]
use uc_store::EtcdAt;
use uc_store::{Error, Store};

#[cfg(feature = "etcd")]
/// Opens it. It is connected to by the first who asks. Within a runtime.
///
/// # Errors
/// A file cannot be read, or this program has no etcd: the operator's fault.
pub fn connect(cluster: &Cluster) -> Result<Store, Error> {
    Store::etcd(at(cluster)?)
}

#[cfg(feature = "etcd")]
/// Whatever editor wrote its files, they read the same here as where `check` looks at them.
fn at(cluster: &Cluster) -> Result<EtcdAt, Error> {
    use crate::secret;
    use std::path::Path;
    use uc_store::EtcdTls;
    let unreadable = |why: String| Error::Refused(why.into());
    let read = |file: &Path| match uc_files::pem(file) {
        Ok(pem) => Ok(pem.to_vec()),
        Err(error) => Err(unreadable(format!("{}: {error}", file.display()))),
    };
    let password = cluster.password_file.as_deref().map(secret::first_line).transpose().map_err(unreadable)?;
    let tls = cluster.tls.as_ref();
    let authority = tls.and_then(|tls| tls.ca.as_deref()).map(read).transpose()?;
    let identity = match tls.and_then(|tls| tls.cert.as_deref().zip(tls.key.as_deref())) {
        Some((cert, key)) => Some((read(cert)?, read(key)?)),
        None => None,
    };
    Ok(EtcdAt {
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

#[cfg(all(test, feature = "etcd"))]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn whatever_editor_wrote_its_files_they_read_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let named = |name: &str| folder.path().join(name).display().to_string();
        let text = format!(
            "node = 'a'\nendpoints = ['https://e:1']\nuser = 'u'\npassword-file = '{}'\n\
             tls = {{ ca = '{}', cert = '{}', key = '{}' }}",
            named("password"),
            named("ca"),
            named("cert"),
            named("key")
        );
        let cluster: Cluster = toml::from_str(&text).unwrap();
        let written = ["password", "ca", "cert", "key"].map(|name| uc_files::as_editors_write(&format!("{name}\n")));
        for editor in 0..written[0].len() {
            for (name, bytes) in ["password", "ca", "cert", "key"].into_iter().zip(&written) {
                fs::write(folder.path().join(name), &bytes[editor]).unwrap();
            }
            let EtcdAt { user, tls, .. } = at(&cluster).unwrap();
            assert_eq!(user, Some(("u".into(), "password".into())), "{editor}");
            assert_eq!(tls.authority.as_deref(), Some(&b"ca\n"[..]), "{editor}");
            assert_eq!(tls.identity, Some((b"cert\n".to_vec(), b"key\n".to_vec())), "{editor}");
        }
    }
}
