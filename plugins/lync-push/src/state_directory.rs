//! Where what is remembered lies: one file for each instance.

use crate::config::Config;
use std::{
    env,
    fs::{self, File},
    io::{self, ErrorKind},
    iter,
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

/// Why nothing can be written there, or made where it is missing; a disk that is full now is none of it. A file is made and
/// taken away again: neither mode bits nor owner tell of a mount that is read only.
pub(crate) fn unwritable(directory: &Path) -> Option<io::Error> {
    let there = directory.ancestors().find(|above| above.exists())?;
    let none = [ErrorKind::StorageFull, ErrorKind::QuotaExceeded];
    tried(there, iter::repeat_with(rand::random)).err().filter(|error| !none.contains(&error.kind()))
}

/// Makes a file with the first of these numbers that no file has yet: one may lie there since a process was killed, and says
/// nothing of what can be written now.
fn tried(directory: &Path, mut numbers: impl Iterator<Item = u64>) -> io::Result<()> {
    loop {
        let number = numbers.next().ok_or(ErrorKind::AlreadyExists)?;
        let probe = directory.join(format!(".lync-push-{number:016x}"));
        match File::options().write(true).create_new(true).open(&probe) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => {
                made?;
                // That it could be made is all that was asked.
                let _ = fs::remove_file(&probe);
                return Ok(());
            }
        }
    }
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
    fn a_directory_in_which_nothing_can_be_made_is_known_by_trying() {
        let folder = tempfile::tempdir().unwrap();
        for good in ["", "missing", "missing/below"] {
            assert!(unwritable(&folder.path().join(good)).is_none(), "{good}");
        }
        // Not even root makes a file there.
        for bad in ["/proc", "/proc/state", "/proc/state/below"] {
            assert!(unwritable(Path::new(bad)).is_some(), "{bad}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
        // What a killed process left behind is another's, and stays.
        fs::write(folder.path().join(".lync-push-0000000000000001"), "").unwrap();
        tried(folder.path(), [1, 1, 2].into_iter()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let twice = tried(folder.path(), [1, 1].into_iter()).unwrap_err();
        assert_eq!(twice.kind(), ErrorKind::AlreadyExists, "it says nothing of what can be written");
    }

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
