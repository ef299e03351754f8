//! Who an account is on the wire.

use super::{Account, Auth, address};
use crate::{
    auth::{
        Credentials,
        ntlm::{Account as NtlmAccount, NtHash},
    },
    ms::Epid,
    registration,
    silence::Patience,
    user_agent::Settings,
};
use std::{path::Path, time::Duration};

/// Name shown in User-Agent: policies of client versions can allow it.
const PRODUCT: &str = concat!("UCConnector/", env!("CARGO_PKG_VERSION"));
/// Associations live eight hours at most (MS-SIPAE); a little less is safe.
const ASSOCIATION_LIFE: Duration = Duration::from_secs(8 * 3600 - 300);

/// The endpoint of an account, in this SIP domain or that of its address. Reads the password's file.
///
/// # Errors
/// What to do about the settings.
pub fn settings(domain: Option<&str>, account: &Account, directory: &Path) -> Result<Settings, String> {
    let key = address::key(&account.address).ok_or_else(|| format!("{}: no SIP address", account.address))?;
    let mut settings = endpoint(domain, &key, credentials(account, directory)?);
    if let Some(epid) = &account.epid {
        settings.registration.epid =
            Epid::new(epid.as_str()).map_err(|error| format!("{}: {error}", account.address))?;
    }
    settings.registers = account.gruu.is_none();
    settings.contact.clone_from(&account.gruu);
    Ok(settings)
}

/// The endpoint of the user with this key, in this SIP domain or the user's own.
pub fn endpoint(domain: Option<&str>, key: &str, credentials: Credentials) -> Settings {
    let own = key.split_once('@').map_or("", |(_, domain)| domain);
    let (domain, user) = (format!("sip:{}", domain.unwrap_or(own)), format!("sip:{key}"));
    let epid = Epid::derive(&machine(), &user);
    Settings {
        registration: registration::Settings { domain, user, epid },
        credentials,
        registers: true,
        contact: None,
        sent_by: None,
        product: PRODUCT.to_owned(),
        association_life: ASSOCIATION_LIFE,
        patience: Some(Patience::default()),
    }
}

fn credentials(account: &Account, directory: &Path) -> Result<Credentials, String> {
    match account.auth {
        Auth::Trusted => Ok(Credentials::Trusted),
        Auth::Ntlm => {
            let login = account.login.as_deref().unwrap_or_default();
            // A name without domain is one of the form user@domain, which goes whole.
            let (domain, user) = login.split_once('\\').unwrap_or(("", login));
            Ok(Credentials::Ntlm(NtlmAccount {
                domain: domain.to_owned(),
                user: user.to_owned(),
                secret: NtHash::of(&account.password(directory)?),
                workstation: machine().to_uppercase(),
            }))
        }
        #[cfg(feature = "kerberos")]
        Auth::Kerberos => Ok(Credentials::Kerberos(crate::auth::Identity { principal: account.login.clone() })),
        #[cfg(not(feature = "kerberos"))]
        Auth::Kerberos => Err("this build has no Kerberos: build with the feature `kerberos`, or use ntlm".to_owned()),
    }
}

/// This machine's name without its domain.
fn machine() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim().split('.').next().unwrap_or_default();
    if name.is_empty() { "uc-connector".to_owned() } else { name.to_owned() }
}
