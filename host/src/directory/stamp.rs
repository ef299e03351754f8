//! What tells one state of a file from another without reading it.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

/// A file as it was when somebody looked. Links are followed to the end: a link that is swapped (Kubernetes' `..data`),
/// a target that is replaced or rewritten, a mount that comes late all make another stamp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp(Option<Seen>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    /// Device and inode.
    place: (u64, u64),
    size: u64,
    /// Seconds and nanoseconds of the last change of the content.
    modified: (i64, i64),
    /// The same of content, owner, rights or name: a copy that keeps the old time is another file all the same.
    changed: (i64, i64),
}

impl Stamp {
    /// Of the file at this path; of one that is not there as well.
    pub fn of(path: &Path) -> Self {
        Self(fs::metadata(path).ok().map(|file| Seen {
            place: (file.dev(), file.ino()),
            size: file.size(),
            modified: (file.mtime(), file.mtime_nsec()),
            changed: (file.ctime(), file.ctime_nsec()),
        }))
    }
}
