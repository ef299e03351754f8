//! Where what is remembered lies: one file for each instance.

use crate::config::Config;
use std::{
    env,
    path::{Path, PathBuf},
};

/// The directory of the settings, else the service's own (systemd's `StateDirectory=`), else `state` beside the
/// configuration file.
pub(crate) fn directory(config: &Config, beside: &Path) -> PathBuf {
    if let Some(directory) = &config.state_dir {
        return beside.join(directory);
    }
    // systemd names several with colons between them.
    let given = env::var_os("STATE_DIRECTORY").and_then(|all| env::split_paths(&all).next());
    given.filter(|given| given.is_absolute()).unwrap_or_else(|| beside.join("state"))
}

/// How the names of all files begin.
pub(crate) const FILES: &str = "lync-push-";

/// The file's name without its ending: another one for each set of endpoints, so that two instances can share a
/// directory. How these reach their pool is not in it, or a change of that would leave behind what is remembered.
pub(crate) fn file(config: &Config) -> String {
    let shared = (config.connections.0 > 0).then(|| "application".to_owned());
    let listens = config.listen.as_ref().map(|listen| listen.sent_by().unwrap_or_else(|| listen.address.to_string()));
    let mut accounts: Vec<_> = config.accounts.iter().map(|account| account.address.to_ascii_lowercase()).collect();
    accounts.sort_unstable();
    let words: Vec<_> = shared.into_iter().chain(listens).chain(accounts).collect();
    format!("{FILES}{:016x}", fingerprint(&words.join(" ")))
}

/// FNV-1a: the same in every build, which the standard library's hashers do not promise.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_set_of_endpoints_has_a_file_of_its_own_wherever_its_pool_is() {
        let name = |text: &str| file(&toml::from_str(text).unwrap());
        let account = |who: &str| format!("{{ address = 'sip:{who}@example.com', auth = 'trusted' }}");
        let listen = |port: u16| format!("listen = {{ address = '192.0.2.1:{port}' }}");
        let own = |who: &str| format!("servers = ['a']\nconnections = 0\naccounts = [{}]", account(who));
        let application = name("servers = ['a']");
        for same in ["servers = ['b:5061']", "servers = ['c', 'a']", "servers = ['a']\ndomain = 'example.net'"] {
            assert_eq!(name(same), application, "{same}");
        }
        let both = |one, other| format!("servers = ['a']\naccounts = [{}, {}]", account(one), account(other));
        assert_eq!(name(&both("kim", "lee")), name(&both("Lee", "kim")));
        let others = [own("kim"), own("lee"), both("kim", "lee")].map(|text| name(&text));
        let ports = [5061, 5062].map(|port| name(&format!("servers = ['a']\n{}", listen(port))));
        let all: HashSet<_> = others.iter().chain(&ports).chain([&application]).collect();
        assert_eq!(all.len(), 6);
        assert_eq!(fingerprint("a"), 0xaf63_dc4c_8601_ec8c, "as published with the algorithm");
    }

    #[test]
    fn the_settings_come_first() {
        let config: Config = toml::from_str("servers = ['a']\nstate-dir = 'kept'").unwrap();
        assert_eq!(directory(&config, Path::new("/etc/uc")), Path::new("/etc/uc/kept"));
    }
}
