//! Why a file is not loaded: one line that says what to do, and names both sides where two disagree.

use super::{digest::Digest, elf::NotALibrary};
use std::{io, path::PathBuf};

/// Why a file in the plug-in directory was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The operating system refuses it.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// Not in the plug-in directory.
    #[error("is not in the plug-in directory {0}; put it there, or correct the name")]
    Missing(PathBuf),
    /// Larger than any plug-in.
    #[error("larger than {limit} bytes: no plug-in")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// The directory does not exist or is no directory.
    #[error("the plug-in directory {0} cannot be used: {1}")]
    Directory(PathBuf, String),
    /// Anybody could put code into the host.
    #[error("{0} is writable by everybody: anybody could run code in this host; remove that permission (chmod o-w)")]
    WorldWritable(PathBuf),
    /// A symbolic link or a path with `..` leads away.
    #[error("lies outside the plug-in directory, at {0}; put the file itself there")]
    Outside(PathBuf),
    /// Not in the allow-list.
    #[error("not in the list `allow`; to allow it, add its SHA-256 {0}")]
    NotAllowed(Digest),
    /// The bytes are no library.
    #[error("{0}")]
    NotALibrary(NotALibrary),
    /// A library, but not one of our plug-ins.
    #[error("a library, but no UC Connector plug-in: it does not use export_plugin!")]
    NotAPlugin,
    /// The private copy cannot be made.
    #[error("its private copy in {0} cannot be made: {1}")]
    Copy(PathBuf, io::Error),
    /// Nothing may be executed where the private copy is.
    #[error(
        "its private copy in {} cannot be executed: the file system is mounted noexec; set `private-directory` of \
         [plugins] to a folder from which programs may run", .0.display()
    )]
    NoExec(PathBuf),
    /// A security module forbids to execute the private copy.
    #[error(
        "its private copy in {} cannot be executed: a security policy (SELinux, AppArmor) forbids it; allow it there (the \
         audit log names the rule), or set `private-directory` of [plugins] to a folder from which programs may run",
        .0.display()
    )]
    Forbidden(PathBuf),
    /// There is no memory for it.
    #[error("there is no memory to load it: {0}; raise the limit (MemoryMax=, ulimit -v, vm.max_map_count)")]
    NoMemory(String),
    /// The dynamic linker refuses it.
    #[error("the dynamic linker refuses it: {0}")]
    Linker(String),
    /// Made with an ABI crate that this host cannot even read the header of.
    #[error("built with another ABI crate than this host's abi_stable 0.11; rebuild it against uc-plugin-api {host}")]
    Header {
        /// API version of the host.
        host: &'static str,
    },
    /// Another API version.
    #[error("built for plug-in API {plugin}, this host speaks {host}; {remedy}")]
    Version {
        /// API version of the plug-in.
        plugin: String,
        /// API version of the host.
        host: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Same version, other types.
    #[error(
        "its types differ from this host's although it says plug-in API {plugin} and this host {host}; rebuild it \
         against an unchanged uc-plugin-api {host} (differences: log at debug)"
    )]
    Layout {
        /// API version of the plug-in.
        plugin: String,
        /// API version of the host.
        host: &'static str,
    },
    /// Its panics would end the host.
    #[error(
        "built with panic = \"abort\", this host needs panic = \"unwind\": its first panic would end the host; \
         remove that line from its profile"
    )]
    Aborts,
    /// It says something impossible of itself.
    #[error("says something impossible of itself: {0}")]
    Info(String),
}
