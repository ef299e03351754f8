//! Libraries are loaded from copies of our own: a file overwritten in place cannot pull the code from under us, and
//! an update has another name, so the dynamic linker does not take it for the old one.

use super::digest::Digest;
use std::{
    env, fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// Where copies go when the configuration does not say: the service's cache directory (systemd's `CacheDirectory=`;
/// from `RuntimeDirectory=`, below `/run`, nothing may be executed on Debian), the user's runtime directory, or the one
/// for temporary files.
pub(super) fn default_directory() -> PathBuf {
    let base = ["CACHE_DIRECTORY", "XDG_RUNTIME_DIR"].iter().find_map(env::var_os).map(PathBuf::from);
    let owner = own_uid().map(|uid| uid.to_string()).unwrap_or_default();
    base.unwrap_or_else(env::temp_dir).join(format!("uc-connector-plugins-{owner}"))
}

/// Puts `bytes` into `directory` under a name made of `stem` and the digest; the path.
///
/// # Errors
/// The directory cannot be made, or belongs to or can be written by somebody else.
pub(super) fn keep(directory: &Path, stem: &str, bytes: &[u8], digest: &Digest) -> io::Result<PathBuf> {
    own(directory)?;
    let path = directory.join(format!("{stem}-{}.so", digest.short()));
    if fs::read(&path).is_ok_and(|there| there == bytes) {
        return Ok(path);
    }
    static COPIES: AtomicU32 = AtomicU32::new(0);
    let number = COPIES.fetch_add(1, Ordering::Relaxed);
    let unfinished = directory.join(format!(".{}-{number}", process::id()));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o500).open(&unfinished)?;
    let written = io::Write::write_all(&mut file, bytes).and_then(|()| fs::rename(&unfinished, &path));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written.map(|()| path)
}

/// Makes the directory ours alone.
fn own(directory: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let there = fs::symlink_metadata(directory)?;
    let ours = there.is_dir() && there.uid() == own_uid()? && there.mode() & 0o022 == 0;
    if ours {
        return Ok(());
    }
    let why = "it must be a directory that this user owns and nobody else can write; remove it or set another one \
               (`private-directory`)";
    Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
}

fn own_uid() -> io::Result<u32> {
    Ok(fs::metadata("/proc/self")?.uid())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_copy_is_made_once_for_each_content() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("copies");
        let keep = |bytes: &[u8]| keep(&place, "libx", bytes, &Digest::of(bytes)).unwrap();
        let (one, two, again) = (keep(b"one"), keep(b"two"), keep(b"one"));
        assert_ne!(one, two);
        assert_eq!(one, again);
        assert_eq!(fs::read(&one).unwrap(), b"one");
        assert_eq!(fs::read_dir(&place).unwrap().count(), 2);
    }

    #[test]
    fn a_damaged_copy_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let digest = Digest::of(b"whole");
        let path = keep(&dir.path().join("copies"), "libx", b"whole", &digest).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(&path, b"cut").unwrap();
        keep(&dir.path().join("copies"), "libx", b"whole", &digest).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn a_directory_that_others_can_write_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let refused = keep(dir.path(), "libx", b"x", &Digest::of(b"x")).unwrap_err();
        assert!(refused.to_string().contains("private-directory"), "{refused}");
    }
}
