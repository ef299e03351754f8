//! The plug-in's options. Unknown keys and impossible values are refused, with the place of the mistake.

use crate::address;
use serde::Deserialize;
use std::{
    collections::HashSet,
    fmt,
    path::{Path, PathBuf},
};
use uc_plugin_api::Complaint;
use uc_sip::{
    ms::Epid,
    transport::tls::{self, ClientTls},
};

/// Settings of one instance.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// Front Ends or pools, `host` or `host:port`, tried in turn.
    pub(crate) servers: Vec<Server>,
    /// How to reach them.
    #[serde(default)]
    pub(crate) transport: Transport,
    /// SIP domain to register in; without: that of each account's address.
    #[serde(default)]
    pub(crate) domain: Option<String>,
    /// Who watches. People are shared out evenly.
    pub(crate) accounts: Vec<Account>,
    /// People in one SUBSCRIBE.
    #[serde(default)]
    pub(crate) batch_size: BatchSize,
    /// Language (BCP 47) of custom activities for people without one of their own.
    #[serde(default)]
    pub(crate) language: String,
    /// Certificates.
    #[serde(default)]
    pub(crate) tls: Tls,
    /// For replaying recorded traffic.
    #[serde(default)]
    pub(crate) replay: Option<Replay>,
}

/// One server.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(crate) struct Server {
    /// Name or address.
    pub(crate) host: String,
    /// Port; none: the transport's own.
    pub(crate) port: Option<u16>,
}

impl TryFrom<String> for Server {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}`; allowed: host or host:port, such as pool.example.com:5061");
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, rest)) => (host, rest.strip_prefix(':').or(Some("").filter(|_| rest.is_empty()))),
            None => text.split_once(':').map_or((&*text, Some("")), |(host, port)| (host, Some(port))),
        };
        let port = match port.ok_or_else(wrong)? {
            "" => None,
            port => Some(port.parse().map_err(|_| wrong())?),
        };
        if host.is_empty() || host.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'/') {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// TLS, or TCP without encryption.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Transport {
    /// Port 5061.
    #[default]
    Tls,
    /// Port 5060.
    Tcp,
}

impl Transport {
    /// The port of a server that names none.
    pub(crate) fn port(self) -> u16 {
        match self {
            Self::Tls => 5061,
            Self::Tcp => 5060,
        }
    }
}

/// One watcher.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Account {
    /// SIP address.
    pub(crate) address: String,
    /// How it signs in.
    pub(crate) auth: Auth,
    /// `DOMAIN\user` or `user@domain` for NTLM; the principal for Kerberos.
    #[serde(default)]
    pub(crate) login: Option<String>,
    /// File whose first line is the password.
    #[serde(default)]
    pub(crate) password_file: Option<PathBuf>,
    /// Endpoint id; without: made of this machine's name and the address.
    #[serde(default)]
    pub(crate) epid: Option<String>,
}

/// How an account proves who it is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Auth {
    /// By password.
    Ntlm,
    /// By a ticket.
    Kerberos,
    /// Not at all: the server trusts this host, or its certificate in `tls.cert`.
    Trusted,
}

/// 1 to 1000 people.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "usize")]
pub(crate) struct BatchSize(pub(crate) usize);

impl Default for BatchSize {
    fn default() -> Self {
        Self(100)
    }
}

impl TryFrom<usize> for BatchSize {
    type Error = String;

    fn try_from(size: usize) -> Result<Self, String> {
        match size {
            1..=1000 => Ok(Self(size)),
            _ => Err(format!("{size} people; allowed: 1 to 1000")),
        }
    }
}

/// Whom to believe and how to show oneself.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct Tls {
    /// PEM file of a private CA; without: the system's.
    pub(crate) ca: Option<PathBuf>,
    /// PEM file of our certificate, for trusted applications.
    pub(crate) cert: Option<PathBuf>,
    /// PEM file of its key.
    pub(crate) key: Option<PathBuf>,
    /// Name that the servers' certificates carry; without: the host of each.
    pub(crate) server_name: Option<String>,
}

/// Identifiers of the first presence subscription's dialog, instead of random ones, so that recorded notifies fit.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Replay {
    /// Call-ID.
    pub(crate) call_id: String,
    /// Our tag.
    pub(crate) tag: String,
}

impl Tls {
    /// The files, from `directory`.
    pub(crate) fn client(&self, directory: &Path) -> ClientTls {
        let identity = self
            .cert
            .as_ref()
            .zip(self.key.as_ref())
            .map(|(cert, key)| tls::Identity { certificates: directory.join(cert), key: directory.join(key) });
        ClientTls { ca: self.ca.as_ref().map(|ca| directory.join(ca)), identity }
    }

    fn complaints(&self, directory: &Path) -> Vec<Complaint> {
        if self.cert.is_some() != self.key.is_some() {
            return vec![Complaint::new("tls.cert", "`cert` and `key` belong together: name both or none")];
        }
        let mut found = Vec::new();
        if let Some(error) = self.server_name.as_ref().and_then(|name| tls::server_name(name).err()) {
            found.push(Complaint::new("tls.server-name", error.to_string()));
        }
        let configured = self.ca.is_some() || self.cert.is_some();
        if let Some(error) = configured.then(|| self.client(directory).load().err()).flatten() {
            let key = if self.ca.is_some() { "tls.ca" } else { "tls.cert" };
            found.push(Complaint::new(key, error.to_string()));
        }
        found
    }
}

impl Config {
    /// What is wrong that types cannot say.
    pub(crate) fn complaints(&self, directory: &Path) -> Vec<Complaint> {
        let mut found = Vec::new();
        if self.servers.is_empty() {
            found.push(Complaint::new("servers", "name at least one Front End or pool"));
        }
        if self.accounts.is_empty() {
            found.push(Complaint::new("accounts", "name at least one watcher account"));
        }
        let mut seen = HashSet::new();
        for account in &self.accounts {
            found.extend(account.complaints(directory));
            if let Some(address) = address::key(&account.address)
                && !seen.insert(address.into_owned())
            {
                let twice = format!("`{}` is named twice: one endpoint each is enough", account.address);
                found.push(Complaint::new("accounts.address", twice));
            }
        }
        found.extend(self.tls.complaints(directory));
        found
    }
}

impl Account {
    fn complaints(&self, directory: &Path) -> Option<Complaint> {
        let wrong = |key, message: &str| Some(Complaint::new(key, format!("{}: {message}", self.address)));
        if address::key(&self.address).is_none() {
            return wrong("accounts.address", "no SIP address; allowed: sip:user@domain");
        }
        if self.epid.as_ref().is_some_and(|epid| Epid::new(epid.as_str()).is_err()) {
            return wrong("accounts.epid", "1 to 16 hexadecimal digits");
        }
        match self.auth {
            Auth::Ntlm if self.login.is_none() => {
                wrong("accounts.login", "NTLM needs `login`, DOMAIN\\user or user@domain")
            }
            Auth::Ntlm => {
                let error = self.password(directory).err()?;
                wrong("accounts.password-file", &error)
            }
            Auth::Kerberos if !cfg!(feature = "kerberos") => {
                wrong("accounts.auth", "this build has no Kerberos: build with the feature `kerberos`, or use ntlm")
            }
            Auth::Kerberos | Auth::Trusted => None,
        }
    }

    /// The password: first line of its file.
    ///
    /// # Errors
    /// What to do about the file; never its content.
    pub(crate) fn password(&self, directory: &Path) -> Result<String, String> {
        let file = self.password_file.as_ref().ok_or("NTLM needs `password-file`, whose first line is the password")?;
        let file = directory.join(file);
        let text =
            std::fs::read_to_string(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let password = text.lines().next().unwrap_or_default().trim_end_matches('\r');
        match password.is_empty() {
            true => Err(format!("the first line of {} is empty: write the password into it", file.display())),
            false => Ok(password.to_owned()),
        }
    }
}
