//! Files that operators name, opened so that nobody waits for ever. In the place of a file there may be a pipe that nobody
//! writes to, or a device that never ends: then it is no file, and that is said.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};
use zeroize::Zeroizing;

/// `O_NONBLOCK`, for `custom_flags`: opening a pipe waits for nobody at its other end.
pub const NON_BLOCKING: i32 = 0o4000;

/// Whoever holds a lease of a file (fcntl(2)), such as a file server for its clients, is asked for it, and loses it after
/// 45 seconds if the system's owner says nothing else.
const LENT: Duration = Duration::from_secs(60);
/// Between two looks at a file that is lent.
const LOOK: Duration = Duration::from_millis(20);

/// Opens a file that is to be read. A folder says so when it is read.
///
/// # Errors
/// It cannot be opened, or is neither a regular file nor a folder.
pub fn open(path: &Path) -> io::Result<File> {
    let until = Instant::now() + LENT;
    let file = loop {
        match OpenOptions::new().read(true).custom_flags(NON_BLOCKING).open(path) {
            Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < until => sleep(LOOK),
            opened => break opened?,
        }
    };
    let there = file.metadata()?;
    match there.is_file() || there.is_dir() {
        true => Ok(file),
        false => Err(io::Error::new(ErrorKind::InvalidInput, "this is no regular file")),
    }
}

/// The bytes of a file.
///
/// # Errors
/// As [`open`], it cannot be read, or has more than `most` bytes.
pub fn bytes(path: &Path, most: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = open(path)?;
    // Room for one byte more: what is moved while it is read leaves a copy behind.
    let room = file.metadata()?.len().min(most) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(room).unwrap_or_default()));
    file.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 <= most {
        true => Ok(bytes),
        false => Err(io::Error::new(ErrorKind::InvalidData, format!("this file has more than {most} bytes"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, process::Command};

    #[test]
    fn what_is_no_file_or_never_ends_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        fs::write(at("file"), "four").unwrap();
        for (path, most, told) in [
            (at("pipe"), 4, Err("this is no regular file")),
            ("/dev/zero".into(), 4, Err("this is no regular file")),
            (folder.path().into(), 4, Err("Is a directory")),
            (at("missing"), 4, Err("No such file")),
            (at("file"), 3, Err("more than 3 bytes")),
            (at("file"), 4, Ok(&b"four"[..])),
            // It says no size.
            ("/proc/version".into(), 3, Err("more than 3 bytes")),
        ] {
            match (bytes(&path, most), told) {
                (Ok(read), Ok(expected)) => assert_eq!(&**read, expected),
                (Err(why), Err(part)) => assert!(why.to_string().contains(part), "{}: {why}", path.display()),
                (read, _) => panic!("{}: {read:?}", path.display()),
            }
        }
    }
}
