//! What a simulated Front End is: its names, its users, what it asks of clients.

use serde::Deserialize;
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};
use uc_sip::auth::{Policy, Scheme, Version, ntlm::ServerNames};

/// A simulated Front End.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen on; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Certificate and key: TLS instead of plain TCP.
    pub tls: Option<Tls>,
    /// Who can sign in, and how.
    pub site: SiteFile,
    /// Prints every message.
    pub print: bool,
    /// Remembers every message for tests.
    pub record: bool,
}

/// Files for TLS.
#[derive(Clone, Debug)]
pub struct Tls {
    /// PEM file of the certificate chain.
    pub cert: PathBuf,
    /// PEM file of its key.
    pub key: PathBuf,
    /// PEM file of the authorities whose client certificates make a trusted application.
    pub client_ca: Option<PathBuf>,
}

impl Config {
    /// A server for tests: any port, plain TCP, remembering what passes.
    pub fn for_tests(site: SiteFile) -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 0)), tls: None, site, print: false, record: true }
    }
}

/// The file of `--users`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SiteFile {
    /// SIP domain.
    pub domain: String,
    /// Name of this server, as in certificates and challenges.
    pub host: String,
    /// NetBIOS name of the Windows domain, as in `EXAMPLE\alice`.
    pub nt_domain: String,
    /// Kerberos realm.
    pub realm: String,
    /// Schemes offered, in this order.
    pub schemes: Vec<SchemeName>,
    /// Signing version asked for: 2, 3 or 4.
    pub version: u8,
    /// How far clients' clocks may be off, in seconds.
    pub clock_skew: u32,
    /// Hosts that are never challenged.
    pub trusted_hosts: Vec<IpAddr>,
    /// Names of trusted applications: a client certificate must bear one. Empty: any certificate of the CA will do.
    pub trusted_applications: Vec<String>,
    /// Seconds a registration lasts at most.
    pub registration_expires: u32,
    /// Seconds a subscription lasts at most.
    pub subscription_expires: u32,
    /// Seconds without a byte after which a connection is dropped (ms-keep-alive).
    pub keep_alive: u32,
    /// Endpoints of one user; beyond it the oldest is deregistered.
    pub max_endpoints: usize,
    /// Category subscriptions to one user; beyond it watchers are refused (MaxCategorySubscription).
    pub max_category_subscriptions: u32,
    /// Users whose presence comes with the answer to a batch; the others' comes in notifies.
    pub max_piggyback: usize,
    /// CSeq of the first notify of a subscription; a server may count from anywhere (RFC 3261, section 8.1.1.5).
    pub first_notify: u32,
    /// Version of what is published first, or listed first.
    pub first_version: u32,
    /// The users.
    pub users: Vec<UserEntry>,
    /// Users by the thousand, all alike.
    pub crowds: Vec<Crowd>,
}

impl Default for SiteFile {
    fn default() -> Self {
        Self {
            domain: "example.com".into(),
            host: "fe01.example.com".into(),
            nt_domain: "EXAMPLE".into(),
            realm: "EXAMPLE.COM".into(),
            schemes: vec![SchemeName::Ntlm],
            version: 4,
            clock_skew: 900,
            trusted_hosts: Vec::new(),
            trusted_applications: Vec::new(),
            registration_expires: 7200,
            subscription_expires: 28_800,
            keep_alive: 300,
            max_endpoints: 8,
            max_category_subscriptions: 1000,
            max_piggyback: 100_000,
            first_notify: 1,
            first_version: 1,
            users: Vec::new(),
            crowds: Vec::new(),
        }
    }
}

/// A scheme's name in the file.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum SchemeName {
    /// NTLM.
    Ntlm,
    /// Kerberos; needs a build with that feature.
    Kerberos,
}

/// One user.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UserEntry {
    /// `sip:alice@example.com`.
    pub sip: String,
    /// Name shown; none: made of the address.
    pub name: Option<String>,
    /// Account in the Windows domain; none: the address up to the @.
    pub account: Option<String>,
    /// Password; a user without one cannot sign in with NTLM.
    pub password: Option<String>,
    /// Whom the user's contact list holds.
    #[serde(default)]
    pub contacts: Vec<String>,
    /// Presence at the start; none: offline.
    pub availability: Option<u32>,
    /// Activity token at the start.
    pub activity: Option<String>,
    /// Note at the start.
    pub note: Option<String>,
    /// Cannot sign in: refused with 4141.
    #[serde(default)]
    pub disabled: bool,
}

/// `sip:<prefix>0@domain`, `sip:<prefix>1@domain` and so on.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Crowd {
    /// What their names begin with.
    pub prefix: String,
    /// How many.
    pub count: u32,
    /// Their presence at the start; none: offline.
    pub availability: Option<u32>,
}

impl SiteFile {
    /// Reads the file of `--users`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let site: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        match (2..=4).contains(&site.version) {
            true => Ok(site),
            false => Err(format!("version is {}; 2, 3 and 4 are allowed", site.version)),
        }
    }

    pub(super) fn policy(&self) -> Policy {
        let scheme = |name: &SchemeName| match name {
            SchemeName::Ntlm => Scheme::Ntlm,
            SchemeName::Kerberos => Scheme::Kerberos,
        };
        Policy {
            realm: "SIP Communications Service".into(),
            host: self.host.clone(),
            names: ServerNames {
                nb_domain: self.nt_domain.clone(),
                nb_computer: self.host.split('.').next().unwrap_or_default().to_uppercase(),
                dns_domain: self.domain.clone(),
                dns_computer: self.host.clone(),
            },
            schemes: self.schemes.iter().map(scheme).collect(),
            version: Version::of(Some(&self.version.to_string())),
            skew: Duration::from_secs(self.clock_skew.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_shows_the_defaults_and_bad_files_are_refused() {
        let sample = SiteFile::parse(include_str!("../../users.toml")).unwrap();
        let (sample, default) = (SiteFile { users: Vec::new(), crowds: Vec::new(), ..sample }, SiteFile::default());
        assert_eq!(format!("{sample:?}"), format!("{default:?}"));
        assert!(SiteFile::parse("version = 5").is_err());
        assert!(SiteFile::parse("verison = 4").unwrap_err().contains("verison"));
    }
}
