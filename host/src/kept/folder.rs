//! Where the state directory is.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// The state directory: the configured one; none: systemd's (`StateDirectory=`, the first of several), else nowhere.
pub fn folder(configured: Option<&Path>) -> Option<PathBuf> {
    let given = || first_of(&std::env::var_os("STATE_DIRECTORY")?);
    configured.map(Path::to_owned).or_else(given)
}

/// systemd names several with colons between them.
fn first_of(directories: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(directories).next().filter(|first| first.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_state_directories_the_first_is_taken() {
        for (given, expected) in [("/var/lib/a", Some("/var/lib/a")), ("/a:/b", Some("/a")), ("a", None), ("", None)] {
            assert_eq!(first_of(OsStr::new(given)), expected.map(PathBuf::from), "{given}");
        }
    }
}
