//! The keys that name files: made absolute before anything reads them, and looked at so that a missing file is found
//! by `check` and not in the night.

use super::{
    certificates::{Named, holds_certificates},
    effective::Effective,
    findings::Findings,
    section::join,
    source::Source,
};
use crate::secret;
use nix::unistd::{AccessFlags, access};
use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read as _},
    os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};
use toml::{Spanned, de::DeValue};

/// The kernel follows no more links one after the other (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// What a key's path must lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// A file that can be read.
    Readable,
    /// A file that can be read, holds a secret, and so is neither empty nor large.
    Secret,
    /// Likewise, and its first line is the secret.
    Password,
    /// A folder.
    Folder,
    /// A folder that is written, and made when it is missing.
    Made,
    /// A file that will be written: it can be, or made in its folder.
    Written,
    /// A file that `check` reports on its own.
    Elsewhere,
}

/// What is wrong with the value of a key, and where it stands.
pub(super) type Found = Vec<(String, std::ops::Range<usize>, String)>;

/// Every key that holds a path. Elements of arrays are left out of the path: `t-server[0].tls.ca` is `t-server.tls.ca`.
const PATHS: &[(&str, Target)] = &[
    ("admin.token-file", Target::Password),
    ("cluster.password-file", Target::Password),
    ("cluster.node-tls.ca", Target::Readable),
    ("cluster.node-tls.cert", Target::Readable),
    ("cluster.node-tls.key", Target::Secret),
    ("cluster.tls.ca", Target::Readable),
    ("cluster.tls.cert", Target::Readable),
    ("cluster.tls.key", Target::Secret),
    ("directory.file", Target::Elsewhere),
    ("log.file", Target::Written),
    ("plugins.directory", Target::Folder),
    ("plugins.private-directory", Target::Made),
    ("routing.api-token-file", Target::Secret),
    ("routing.tls.cert", Target::Readable),
    ("routing.tls.client-ca", Target::Readable),
    ("routing.tls.key", Target::Secret),
    ("stat-server.password-file", Target::Password),
    ("stat-server.tls.ca", Target::Readable),
    ("stat-server.tls.cert", Target::Readable),
    ("stat-server.tls.key", Target::Secret),
    ("t-server.password-file", Target::Password),
    ("t-server.tls.ca", Target::Readable),
    ("t-server.tls.cert", Target::Readable),
    ("t-server.tls.key", Target::Secret),
    ("web.files", Target::Folder),
    ("web.state-dir", Target::Made),
    ("web.texts", Target::Folder),
    ("web.tls-cert", Target::Readable),
    ("web.tls-key", Target::Secret),
];

/// Makes every path of the document absolute: relative ones start at the document's own directory. An empty one would be
/// that directory itself, and stays what it is.
pub(super) fn make_absolute(source: &Source, root: &mut Spanned<DeValue<'_>>) {
    walk(root, "", &mut |value, key| {
        if let (Some(_), DeValue::String(path)) = (target(key), value.get_mut())
            && !path.is_empty()
        {
            *path = source.resolve(Path::new(path.as_ref())).to_string_lossy().into_owned().into();
        }
    });
}

/// Finds the paths that do not lead to what they should.
pub(super) fn check(source: &Source, root: &mut Spanned<DeValue<'_>>) -> Found {
    let read = read_files(source, root);
    let mut found = Vec::new();
    walk(root, "", &mut |value, key| {
        if let (Some(target), DeValue::String(path)) = (target(key), value.get_ref())
            && let Err(why) = look_at(target, Path::new(path.as_ref()), &read)
        {
            found.push((key.to_owned(), value.span(), why));
        }
    });
    found
}

/// Every file that is read, and whose it is.
fn read_files(source: &Source, root: &mut Spanned<DeValue<'_>>) -> Vec<(String, PathBuf)> {
    let mut read = vec![("the configuration".to_owned(), source.path.clone())];
    walk(root, "", &mut |value, key| {
        if let (Some(Target::Readable | Target::Secret | Target::Password | Target::Elsewhere), DeValue::String(path)) =
            (target(key), value.get_ref())
        {
            read.push((key.to_owned(), PathBuf::from(path.as_ref())));
        }
    });
    read
}

fn look_at(target: Target, path: &Path, read: &[(String, PathBuf)]) -> Result<(), String> {
    if path.as_os_str().is_empty() {
        return Err("this is empty: name a file or folder, or leave the key out".to_owned());
    }
    if target == Target::Written
        && let Ok(there) = path.canonicalize()
        && let Some((whose, _)) = read.iter().find(|(_, other)| other.canonicalize().is_ok_and(|other| other == there))
    {
        return Err(format!(
            "{}: this is the file of {whose}, and would be written into: name another",
            path.display()
        ));
    }
    target.look_at(path).map_err(|why| format!("{}: {why}", path.display()))
}

/// Every key that names a file with certificates, and its place.
pub(super) fn certificates(source: &Source, root: &mut Spanned<DeValue<'_>>) -> Vec<(Named, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    walk(root, "", &mut |value, key| {
        if let DeValue::String(path) = value.get_ref()
            && (matches!(target(key), Some(Target::Readable)) || is_setting(key))
        {
            let path = source.resolve(Path::new(path.as_ref()));
            if holds_certificates(&path) {
                found.push((Named { key: key.to_owned(), path }, value.span()));
            }
        }
    });
    found
}

/// Fingerprints of the files that keys name, so that a reload sees a content that changed under the same name. What a
/// plug-in's settings name is theirs: whatever of it is a file counts.
pub(super) fn contents(effective: &Effective, source: &Source) -> Effective {
    let named = |key: &str| {
        matches!(target(key), Some(Target::Readable | Target::Secret | Target::Password)) || is_setting(key)
    };
    let of = |(key, value): (&String, &String)| {
        let sound =
            || effective.0.get("web.files").filter(|_| is_sound(key)).map(|folder| Path::new(folder).join(value));
        let path = if named(key) { Some(source.resolve(Path::new(value))) } else { sound() };
        Some((key.clone(), fingerprint(&path?)?))
    };
    Effective(effective.0.iter().filter_map(of).collect())
}

pub(super) fn is_setting(key: &str) -> bool {
    key.starts_with("plugin[") && key.contains("].settings.")
}

/// A file below the folder of `web.files`.
fn is_sound(key: &str) -> bool {
    key.starts_with("uc-connector.audio-on-")
}

/// None: no file, or a larger one than any that holds a secret, a certificate or a document.
fn fingerprint(path: &Path) -> Option<String> {
    const LARGEST: u64 = 16 * 1024 * 1024;
    let bytes = uc_files::bytes(path, LARGEST).ok()?;
    Some(Sha256::digest(&*bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Adds what was found.
pub(super) fn report(found: Found, findings: &mut Findings<'_>) {
    for (key, span, message) in found {
        findings.say(&key, Some(span), message);
    }
}

impl Target {
    fn look_at(self, path: &Path) -> Result<(), String> {
        let explain = |error: io::Error| format!("cannot be read: {error}");
        let unwritten = |error: io::Error| format!("cannot be written: {error}");
        match self {
            Self::Readable => uc_files::open(path).and_then(|mut file| file.read(&mut [0])).map(drop).map_err(explain),
            Self::Secret => secret::read(path).map(drop),
            Self::Password => secret::first_line(path).map(drop),
            Self::Folder => fs::read_dir(path).map(drop).map_err(explain),
            Self::Made => match fs::metadata(path) {
                Ok(there) if !there.is_dir() => Err("this is no folder".to_owned()),
                Err(error) if error.kind() != ErrorKind::NotFound => Err(explain(error)),
                _ => {
                    uc_files::makeable(path).map_err(|why| why.to_string())?;
                    uc_store::usable(path).map_err(|why| why.to_string())
                }
            },
            Self::Written => match fs::metadata(path) {
                // Whoever waits to read a pipe would take an end of this look for the end of what is written.
                Ok(there) if there.file_type().is_fifo() => {
                    access(path, AccessFlags::W_OK).map_err(|error| unwritten(error.into()))
                }
                Ok(_) => {
                    let appended = File::options().append(true).custom_flags(uc_files::NON_BLOCKING).open(path);
                    appended.map(drop).map_err(unwritten)
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    let end = end_of(path);
                    uc_files::writable(end.parent().unwrap_or(Path::new("/"))).map_err(|why| why.to_string())
                }
                Err(error) => Err(unwritten(error)),
            },
            Self::Elsewhere => Ok(()),
        }
    }
}

/// Where a file would be made that is written at this path: links may lead on to where nothing is yet.
fn end_of(path: &Path) -> PathBuf {
    let mut end = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = fs::read_link(&end) else { break };
        end = end.parent().unwrap_or(Path::new("/")).join(next);
    }
    end
}

fn target(key: &str) -> Option<Target> {
    let plain: String = without_indexes(key);
    PATHS.iter().find(|(path, _)| *path == plain).map(|(_, target)| *target)
}

fn without_indexes(key: &str) -> String {
    key.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect()
}

/// Visits every value that is neither table nor array, with its key.
pub(super) fn walk(
    value: &mut Spanned<DeValue<'_>>,
    key: &str,
    visit: &mut impl FnMut(&mut Spanned<DeValue<'_>>, &str),
) {
    if let DeValue::Table(entries) = value.get_mut() {
        for (name, entry) in entries.iter_mut() {
            walk(entry, &join(key, name.get_ref()), visit);
        }
    } else if let DeValue::Array(elements) = value.get_mut() {
        for (index, element) in elements.iter_mut().enumerate() {
            walk(element, &format!("{key}[{index}]"), visit);
        }
    } else {
        visit(value, key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::section;
    use std::{os::unix::fs::symlink, sync::Arc};

    #[test]
    fn keys_without_indexes() {
        assert_eq!(without_indexes("t-server[0].tls.ca"), "t-server.tls.ca");
        assert_eq!(without_indexes("web.files"), "web.files");
    }

    #[test]
    fn an_empty_path_is_a_fault_of_every_key_and_no_folder() {
        for (key, target) in PATHS {
            for path in ["/etc/uc.toml", "uc.toml"] {
                let source = Arc::new(Source { path: path.into(), text: format!("{key} = ''") });
                let mut root = section::parse(&source).unwrap();
                make_absolute(&source, &mut root);
                let found = check(&source, &mut root);
                let named = matches!(&found[..], [(named, _, why)] if named == key && why.starts_with("this is empty"));
                assert!(named, "{path} {key} {target:?}: {found:?}");
            }
        }
    }

    #[test]
    fn what_is_read_is_not_written_into() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("people.toml"), "").unwrap();
        symlink("people.toml", at("link")).unwrap();
        let cases = [("people.toml", "directory.file"), ("link", "directory.file"), ("uc.toml", "the configuration")];
        for (log, whose) in cases {
            let text = format!("directory.file = 'people.toml'\nlog.file = '{log}'");
            fs::write(at("uc.toml"), &text).unwrap();
            let source = Arc::new(Source { path: at("uc.toml"), text });
            let mut root = section::parse(&source).unwrap();
            make_absolute(&source, &mut root);
            let found = check(&source, &mut root);
            assert!(
                matches!(&found[..], [(key, _, why)] if key == "log.file" && why.contains(whose)),
                "{log}: {found:?}"
            );
        }
    }

    #[test]
    fn a_folder_that_the_service_makes_may_be_missing() {
        let folder = tempfile::tempdir().unwrap();
        let made = |name: &str| Target::Made.look_at(&folder.path().join(name));
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(made("missing").is_ok() && made(".").is_ok());
        assert!(made("file").is_err() && made("file/below").is_err());
        assert!(made("missing/below/that").is_ok());
        fs::create_dir_all(folder.path().join("state/store.sqlite")).unwrap();
        assert!(made("state").unwrap_err().contains("store.sqlite"));
    }

    #[test]
    fn what_is_to_be_written_is_tried() {
        // Not even root makes a file there.
        for (target, path) in [
            (Target::Made, "/proc"),
            (Target::Made, "/proc/state"),
            (Target::Made, "/proc/state/below"),
            (Target::Written, "/proc/uc.log"),
        ] {
            let why = target.look_at(Path::new(path)).unwrap_err();
            assert!(why.contains("nothing can be written in /proc:"), "{target:?} {path}: {why}");
        }
        let folder = tempfile::tempdir().unwrap();
        Target::Made.look_at(folder.path()).unwrap();
        Target::Written.look_at(&folder.path().join("uc.log")).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
    }

    #[test]
    fn a_link_to_where_nothing_is_yet_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("logs")).unwrap();
        for (name, to, made) in [
            ("made", "logs/uc.log", true),
            ("further", "made", true),
            ("missing", "gone/uc.log", false),
            ("further-missing", "missing", false),
            ("circle", "circle", false),
        ] {
            symlink(to, at(name)).unwrap();
            assert_eq!(Target::Written.look_at(&at(name)).is_ok(), made, "{name}");
            assert_eq!(File::options().append(true).create(true).open(at(name)).is_ok(), made, "{name}");
            let _ = fs::remove_file(at("logs/uc.log"));
        }
    }
}
