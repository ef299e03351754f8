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
    /// SIP domain to register in; none: that of each address.
    pub domain: Option<&'a str>,
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
        found.extend(self.domain.and_then(bad_domain));
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
        found.extend(self.tls.mistakes(directory, self.transport == Transport::Tls));
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

/// It becomes the Request-URI of REGISTER behind `sip:`.
fn bad_domain(domain: &str) -> Option<Mistake> {
    let is_of_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let wrong = domain.is_empty() || !domain.bytes().all(is_of_host);
    let told = || format!("`{domain}` is no SIP domain; allowed: its name alone, such as example.com");
    wrong.then(|| Mistake::new("domain", told()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn mistakes(domain: Option<&str>, transport: Transport) -> Vec<Mistake> {
        let servers = [Server { host: "fe".into(), port: None }];
        let reach = Reach { servers: &servers, transport, domain, tls: &Tls::default(), listen: None, accounts: &[] };
        reach.mistakes(Path::new("/nonexistent"))
    }

    #[test]
    fn a_domain_is_a_name_without_anything_around_it() {
        for domain in
            ["sip:example.com", "example.com;transport=tls", "exam ple.com", "@example.com", "", " example.com"]
        {
            let found = mistakes(Some(domain), Transport::Tcp);
            assert!(matches!(&found[..], [Mistake { key: "domain", .. }]), "{domain}: {found:?}");
        }
        for domain in ["example.com", "EXAMPLE", "lab-1.example_2.com", "192.0.2.1"] {
            assert_eq!(mistakes(Some(domain), Transport::Tcp), [], "{domain}");
        }
    }

    #[test]
    fn a_machine_without_authorities_is_told_before_anything_is_connected() {
        const INSIDE: &str = "UC_TEST_WITHOUT_AUTHORITIES";
        if std::env::var_os(INSIDE).is_some() {
            let found = mistakes(None, Transport::Tls);
            assert!(matches!(&found[..], [Mistake { key: "tls.ca", .. }]), "{found:?}");
            return assert_eq!(mistakes(None, Transport::Tcp), [], "nobody is believed by them");
        }
        // An environment is a process's own: the same test in another one.
        let own = std::env::current_exe().unwrap();
        let name = "site::reach::tests::a_machine_without_authorities_is_told_before_anything_is_connected";
        let mut inside = Command::new(own);
        inside.args(["--exact", name]).env(INSIDE, "1").env("SSL_CERT_FILE", "/dev/null").env_remove("SSL_CERT_DIR");
        let done = inside.output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success() && said.contains("1 passed"), "{said}");
    }
}
