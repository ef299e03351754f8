//! An account that signs in, and how it proves who it is.

use super::{Mistake, address};
use crate::ms::Epid;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// One account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Account {
    /// SIP address.
    pub address: String,
    /// How it signs in.
    pub auth: Auth,
    /// `DOMAIN\user` or `user@domain` for NTLM; the principal for Kerberos.
    #[serde(default)]
    pub login: Option<String>,
    /// File whose first line is the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Endpoint id; without: made of this machine's name and the address.
    #[serde(default)]
    pub epid: Option<String>,
    /// GRUU of a trusted application's endpoint (Get-CsTrustedApplication, ComputerGruus): it is reached by that, and
    /// does not register.
    #[serde(default)]
    pub gruu: Option<String>,
}

/// How an account proves who it is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// By password.
    Ntlm,
    /// By a ticket.
    Kerberos,
    /// Not at all: the server trusts this host, or its certificate in `tls.cert`.
    Trusted,
}

impl Account {
    /// What is wrong that types cannot say.
    pub fn mistake(&self, directory: &Path) -> Option<Mistake> {
        let wrong = |key, message: &str| Some(Mistake::new(key, format!("{}: {message}", self.address)));
        if address::key(&self.address).is_none() {
            return wrong("accounts.address", "no SIP address; allowed: sip:user@domain");
        }
        if self.epid.as_ref().is_some_and(|epid| Epid::new(epid.as_str()).is_err()) {
            return wrong("accounts.epid", "1 to 16 hexadecimal digits");
        }
        if let Some(gruu) = &self.gruu {
            if self.auth != Auth::Trusted {
                return wrong(
                    "accounts.gruu",
                    "only an account with auth = \"trusted\" has one; others get theirs by registering",
                );
            }
            if address::key(gruu).is_none() || !gruu.starts_with("sip:") {
                return wrong("accounts.gruu", "no GRUU; allowed: sip:host@domain;gruu;opaque=srvr:…");
            }
        }
        match self.auth {
            // A domain controller counts what it cannot find out, too: enough of it locks an account.
            Auth::Ntlm if !self.login.as_deref().is_some_and(names_domain) => {
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
    pub fn password(&self, directory: &Path) -> Result<String, String> {
        let file = self.password_file.as_ref().ok_or("NTLM needs `password-file`, whose first line is the password")?;
        let file = directory.join(file);
        let text = uc_files::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let text = text.ok_or_else(|| format!("{} is no text: write the password as UTF-8", file.display()))?;
        let password = text.lines().next().unwrap_or_default().trim_end_matches('\r');
        match password.is_empty() {
            true => Err(format!("the first line of {} is empty: write the password into it", file.display())),
            false => Ok(password.to_owned()),
        }
    }
}

fn names_domain(login: &str) -> bool {
    let parts = login.split_once('\\').or_else(|| login.split_once('@'));
    parts.is_some_and(|(one, other)| !one.trim().is_empty() && !other.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_its_first_line_whatever_editor_wrote_it() {
        let folder = tempfile::tempdir().unwrap();
        let read = |bytes: &[u8]| {
            std::fs::write(folder.path().join("secret"), bytes).unwrap();
            let account = Account {
                address: "sip:kim@example.com".into(),
                auth: Auth::Ntlm,
                login: None,
                password_file: Some("secret".into()),
                epid: None,
                gruu: None,
            };
            account.password(folder.path())
        };
        let utf16 = |mark: [u8; 2], text: &str, write: fn(u16) -> [u8; 2]| {
            mark.into_iter().chain(text.encode_utf16().flat_map(write)).collect::<Vec<_>>()
        };
        for bytes in [
            " S\u{df} 1".as_bytes().to_vec(),
            " S\u{df} 1\n".as_bytes().to_vec(),
            " S\u{df} 1\r\nsecond line".as_bytes().to_vec(),
            "\u{feff} S\u{df} 1\r\n".as_bytes().to_vec(),
            utf16([0xff, 0xfe], " S\u{df} 1\r\n", u16::to_le_bytes),
            utf16([0xfe, 0xff], " S\u{df} 1\r\n", u16::to_be_bytes),
        ] {
            assert_eq!(read(&bytes).as_deref(), Ok(" S\u{df} 1"), "{bytes:?}");
        }
        for bytes in [&b""[..], b"\r\n", b"\xef\xbb\xbf\n", b"\xff", b"\xff\xfe\x00"] {
            let why = read(bytes).unwrap_err();
            assert!(why.contains("write the password"), "{why}");
        }
    }
}
