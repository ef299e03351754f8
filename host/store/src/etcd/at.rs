//! Where an etcd is, and who we are there.

use crate::Error;
use std::fmt;

/// Servers of one etcd.
#[derive(Clone)]
pub struct EtcdAt {
    /// `http://HOST:PORT` or `https://HOST:PORT` of each member, the first one first.
    pub endpoints: Vec<String>,
    /// Every key of this store begins with it, so that several installations share one etcd.
    pub prefix: String,
    /// User name and password; none: the etcd asks for none.
    pub user: Option<(String, String)>,
    /// With `https`.
    pub tls: EtcdTls,
}

/// How its servers are trusted, and how they trust us. All PEM.
#[derive(Clone, Default)]
pub struct EtcdTls {
    /// Who signs the servers' certificates; none: nobody is trusted, and `https` fails.
    pub authority: Option<Vec<u8>>,
    /// Our own certificate and its key.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
    /// Name that each server's certificate bears; none: the host of its endpoint.
    pub server_name: Option<String>,
}

impl EtcdAt {
    /// Whether something is missing that no server could make up for.
    pub(super) fn check(&self) -> Result<(), Error> {
        let refused = |why: &str| Err(Error::Refused(why.into()));
        match () {
            () if self.endpoints.is_empty() => refused("an etcd without endpoints"),
            () if self.prefix.is_empty() => refused("an etcd without a prefix"),
            () => Ok(()),
        }
    }
}

/// Without the password and the key.
impl fmt::Debug for EtcdAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user.as_ref().map(|(name, _)| name);
        f.debug_struct("EtcdAt")
            .field("endpoints", &self.endpoints)
            .field("prefix", &self.prefix)
            .field("user", &user)
            .finish_non_exhaustive()
    }
}
