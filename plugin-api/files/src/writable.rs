//! Whether files can be made in a folder, found by making one: neither mode bits nor owner tell of a mount that is read only.

use std::{
    fmt,
    fs::{self, File},
    io::{self, ErrorKind},
    iter,
    path::{Path, PathBuf},
};

/// Why nothing can be written in a folder: for the operator to mend.
#[derive(Debug)]
pub struct Unwritable {
    folder: PathBuf,
    error: io::Error,
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing can be written in {}: {}", self.folder.display(), self.error)
    }
}

impl std::error::Error for Unwritable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// Whether files can be made in this folder. A disk that is full now is no fault of anybody's settings.
///
/// # Errors
/// [`Unwritable`], by the operator's fault: also when the folder is missing.
pub fn writable(folder: &Path) -> Result<(), Unwritable> {
    match tried(folder, iter::repeat_with(rand::random)) {
        Err(error) if ![ErrorKind::StorageFull, ErrorKind::QuotaExceeded].contains(&error.kind()) => {
            Err(Unwritable { folder: folder.to_owned(), error })
        }
        _ => Ok(()),
    }
}

/// The same of a folder that is made when it is missing: then files must be possible where it would be.
///
/// # Errors
/// As [`writable`].
pub fn makeable(folder: &Path) -> Result<(), Unwritable> {
    let unwritable = |error: io::Error| Unwritable { folder: folder.to_owned(), error };
    if folder.as_os_str().is_empty() {
        return Err(unwritable(ErrorKind::InvalidInput.into()));
    }
    for above in folder.ancestors() {
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        // A link is there whether or not what it leads to is: no folder is made in its place.
        match above.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(unwritable(error)),
            Ok(_) => return writable(above),
        }
    }
    Ok(())
}

/// Makes a file with the first of these numbers that no file has yet: one may lie there since a process was killed, and says
/// nothing of what can be written now.
fn tried(folder: &Path, mut numbers: impl Iterator<Item = u64>) -> io::Result<()> {
    loop {
        let number = numbers.next().ok_or(ErrorKind::AlreadyExists)?;
        let probe = folder.join(format!(".uc-connector-{number:016x}"));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_which_nothing_can_be_made_is_known_by_trying() {
        let folder = tempfile::tempdir().unwrap();
        writable(folder.path()).unwrap();
        for missing in ["missing", "missing/below"] {
            makeable(&folder.path().join(missing)).unwrap();
            assert!(writable(&folder.path().join(missing)).is_err(), "nobody makes it");
        }
        // Not even root makes a file there.
        for bad in ["/proc", "/proc/state", "/proc/state/below"] {
            let why = makeable(Path::new(bad)).unwrap_err().to_string();
            assert!(why.starts_with("nothing can be written in /proc: "), "{why}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
    }

    #[test]
    fn a_name_in_whose_place_no_folder_can_be_made_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let (dangling, file) = (folder.path().join("link"), folder.path().join("file"));
        std::os::unix::fs::symlink(folder.path().join("missing"), &dangling).unwrap();
        fs::write(&file, "").unwrap();
        let long = folder.path().join("x".repeat(300));
        for bad in [Path::new(""), &dangling, &dangling.join("below"), &file, &file.join("below"), &long] {
            assert!(makeable(bad).is_err(), "{}", bad.display());
        }
        makeable(Path::new("missing-here")).unwrap();
        let good = folder.path().join("good");
        std::os::unix::fs::symlink(folder.path(), &good).unwrap();
        makeable(&good.join("below")).unwrap();
    }

    #[test]
    fn what_a_killed_process_left_behind_is_anothers_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".uc-connector-0000000000000001"), "").unwrap();
        tried(folder.path(), [1, 1, 2].into_iter()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let twice = tried(folder.path(), [1, 1].into_iter()).unwrap_err();
        assert_eq!(twice.kind(), ErrorKind::AlreadyExists, "it says nothing of what can be written");
    }
}
