//! The head of a plug-in's configuration: how it reaches its servers, whatever else it does there.

use super::{Account, Connector, Listen, Mistake, Server, Tls, Transport, Trust, address};
use std::collections::HashSet;
use std::path::Path;

/// The options that say so.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    /// Front Ends or pools, tried in turn.
    pub servers: &'a [Server],
    /// TLS or TCP.
    pub transport: Transport,
    /// Certificates.
    pub tls: &'a Tls,
    /// Where servers reach us.
    pub listen: Option<&'a Listen>,
    /// Who signs in there.
    pub accounts: &'a [Account],
}

impl Reach<'_> {
    /// What is wrong that types cannot say; files are named from `directory`.
    pub fn mistakes(&self, directory: &Path) -> Vec<Mistake> {
        let mut found = Vec::new();
        if self.servers.is_empty() {
            found.push(Mistake::new("servers", "name at least one Front End or pool"));
        }
        let mut seen = HashSet::new();
        for account in self.accounts {
            found.extend(account.mistake(directory));
            if let Some(key) = address::key(&account.address)
                && !seen.insert(key)
            {
                let twice = format!("`{}` is named twice: one endpoint each is enough", account.address);
                found.push(Mistake::new("accounts.address", twice));
            }
        }
        found.extend(self.listen.and_then(|listen| listen.mistake(self.tls)));
        found.extend(self.tls.mistakes(directory));
        found
    }

    /// How to connect.
    ///
    /// # Errors
    /// What to do about the certificates' files.
    pub fn connector(&self, directory: &Path) -> Result<Connector, String> {
        let tls = match self.transport {
            Transport::Tls => Some(Trust::load(self.tls.client(directory)).map_err(|error| error.to_string())?),
            Transport::Tcp => None,
        };
        Ok(Connector { transport: self.transport, tls, server_name: self.tls.server_name.clone() })
    }
}
