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

/// The file's name without its ending: another one for each pool, so that two instances can share a directory.
pub(crate) fn file(config: &Config) -> String {
    let mut words: Vec<_> = config.servers.iter().map(ToString::to_string).collect();
    words.sort_unstable();
    words.extend(config.domain.clone());
    format!("lync-push-{:016x}", fingerprint(&words.join(" ")))
}

/// FNV-1a: the same in every build, which the standard library's hashers do not promise.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pool_has_a_file_of_its_own_whatever_the_order_of_its_servers() {
        let name = |text: &str| file(&toml::from_str(text).unwrap());
        assert_eq!(name("servers = ['a', 'b:5061']"), name("servers = ['b:5061', 'a']"));
        assert_ne!(name("servers = ['a']"), name("servers = ['b']"));
        assert_eq!(fingerprint("a"), 0xaf63_dc4c_8601_ec8c, "as published with the algorithm");
    }

    #[test]
    fn the_settings_come_first() {
        let config: Config = toml::from_str("servers = ['a']\nstate-dir = 'kept'").unwrap();
        assert_eq!(directory(&config, Path::new("/etc/uc")), Path::new("/etc/uc/kept"));
    }
}
