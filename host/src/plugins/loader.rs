//! From a file to a library whose types are proved to be ours. Loaded once means loaded for good: thread-locals and
//! vtables of a library outlive every stop, so nothing is ever unloaded.

use super::{digest::Digest, elf, execution, private_copy, refusal::Refusal, words::fit};
use abi_stable::library::{AbiHeaderRef, LibHeader, LibraryError};
use libloading::os::unix::{Library as Mapped, RTLD_LOCAL, RTLD_NOW};
use std::{
    fs,
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};
use uc_plugin_api::{
    API_VERSION, PluginInfo,
    abi::{ModuleRef, ROOT_SYMBOL},
};

/// No plug-in is larger, debug information included.
const LARGEST: u64 = 512 * 1024 * 1024;

/// Where plug-ins are, and which of them may be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The directory; files in it may be loaded, nothing else.
    pub path: PathBuf,
    /// Where private copies go; none: the cache directory.
    pub private: Option<PathBuf>,
    /// If not empty, only libraries with these digests are loaded.
    pub allow: Vec<Digest>,
}

/// A library that is loaded and speaks our API.
#[derive(Clone)]
pub struct Library {
    /// What it says of itself.
    pub info: PluginInfo,
    /// Its content.
    pub digest: Digest,
    /// Its entry points.
    pub(super) module: ModuleRef,
}

/// Loads `file`, a name in the directory.
///
/// # Errors
/// A [`Refusal`]; the host goes on without the file.
pub fn load(directory: &Directory, file: &Path) -> Result<Library, Refusal> {
    let path = inside(&directory.path, file)?;
    let bytes = read(&path)?;
    let digest = Digest::of(&bytes);
    if !directory.allow.is_empty() && !directory.allow.contains(&digest) {
        return Err(Refusal::NotAllowed(digest));
    }
    elf::check(&bytes).map_err(Refusal::NotALibrary)?;
    // A library of some other kind is not even loaded: its constructors would run.
    if memchr::memmem::find(&bytes, ROOT_SYMBOL.as_bytes()).is_none() {
        return Err(Refusal::NotAPlugin);
    }
    let private = directory.private.clone().unwrap_or_else(private_copy::default_directory);
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let copy = private_copy::keep(&private, &stem, &bytes, &digest).map_err(|e| Refusal::Copy(private, e))?;
    let module = module(header(&copy)?, file)?;
    Ok(Library { info: info(module)?, digest, module })
}

/// The real path of a file that lies in the directory and that not everybody can write.
fn inside(directory: &Path, file: &Path) -> Result<PathBuf, Refusal> {
    let unusable = |e: io::Error| Refusal::Directory(directory.to_owned(), e.to_string());
    let directory = directory.canonicalize().map_err(unusable)?;
    let path = directory.join(file).canonicalize().map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Refusal::Missing(directory.clone()),
        _ => Refusal::Unreadable(e),
    })?;
    if !path.starts_with(&directory) {
        return Err(Refusal::Outside(path));
    }
    for checked in [&directory, &path] {
        if fs::metadata(checked)?.mode() & 0o002 != 0 {
            return Err(Refusal::WorldWritable(checked.clone()));
        }
    }
    Ok(path)
}

fn read(path: &Path) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let file = uc_files::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(Refusal::NotALibrary(elf::NotALibrary::Foreign));
    }
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(Refusal::TooLarge { limit: LARGEST }) } else { Ok(bytes) }
}

fn header(copy: &Path) -> Result<&'static LibHeader, Refusal> {
    // SAFETY: loading runs the library's constructors. The operator chose this file, nobody else can write it, and
    // its headers are whole; that much trust is what loading a plug-in means.
    let mapped = unsafe { Mapped::open(Some(copy), RTLD_NOW | RTLD_LOCAL) };
    // Code, vtables and thread-local destructors outlive every use, so the library is never closed.
    let mapped =
        std::mem::ManuallyDrop::new(mapped.map_err(|e| unmapped(copy, reason(&e), execution::is_allowed(copy)))?);
    // SAFETY: under this name abi_stable's convention puts a header, which begins with a magic string that is
    // checked before anything else is read.
    let header = unsafe { mapped.get::<AbiHeaderRef>(ROOT_SYMBOL) }.map(|found| *found);
    let upgraded = header.map_err(|_| Refusal::NotAPlugin)?.upgrade();
    upgraded.map_err(|_| Refusal::Header { host: API_VERSION })
}

/// The bytes are whole and the copy is ours: what cannot be mapped the kernel forbids, and its errno tells why (mmap(2)).
fn unmapped(copy: &Path, why: String, allowed: io::Result<()>) -> Refusal {
    const EPERM: i32 = 1;
    const ENOMEM: i32 = 12;
    const EACCES: i32 = 13;
    let folder = copy.parent().unwrap_or(copy).to_owned();
    match allowed.err().and_then(|error| error.raw_os_error()) {
        // The file system is mounted noexec.
        Some(EPERM) => Refusal::NoExec(folder),
        // A security module.
        Some(EACCES) => Refusal::Forbidden(folder),
        // A limit of the service, or of its mappings.
        Some(ENOMEM) => Refusal::NoMemory(why),
        // There was room for a page of it. glibc's and musl's words.
        None if ["Cannot allocate memory", "Out of memory"].iter().any(|words| why.ends_with(words)) => {
            Refusal::NoMemory(why)
        }
        _ => Refusal::Linker(why),
    }
}

/// libloading says what it did; the linker's own words are one level down.
fn reason(error: &libloading::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

fn module(header: &'static LibHeader, file: &Path) -> Result<ModuleRef, Refusal> {
    let plugin = header.version_strings().version.as_str().to_owned();
    speaks(&plugin)?;
    header.init_root_module::<ModuleRef>().map_err(|e| match e {
        LibraryError::AbiInstability(differences) => {
            tracing::debug!(file = %file.display(), %differences, "layout of the plug-in's types");
            Refusal::Layout { plugin, host: API_VERSION }
        }
        other => Refusal::Info(other.to_string().lines().next().unwrap_or_default().to_owned()),
    })
}

/// Our version policy: the same major number; a plug-in may be older, not newer, than the host's minor number.
fn speaks(plugin: &str) -> Result<(), Refusal> {
    let parts = |version: &str| -> Option<(u32, u32)> {
        let mut numbers = version.split('.').map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    let (Some(theirs), Some(ours)) = (parts(plugin), parts(API_VERSION)) else {
        return Err(Refusal::Info(format!("its API version is {plugin:?}")));
    };
    let remedy = match theirs {
        (major, _) if major < ours.0 => "rebuild it against this host's uc-plugin-api",
        (major, _) if major > ours.0 => "update the host, or rebuild it against this host's uc-plugin-api",
        (_, minor) if minor > ours.1 => "update the host, or rebuild it against this host's uc-plugin-api",
        _ => return Ok(()),
    };
    Err(Refusal::Version { plugin: plugin.to_owned(), host: API_VERSION, remedy })
}

fn info(module: ModuleRef) -> Result<PluginInfo, Refusal> {
    let mut info = module.info()();
    if !info.unwinds {
        return Err(Refusal::Aborts);
    }
    if !super::id::is_name(&info.name) {
        return Err(Refusal::Info(format!("its name {:?} is not made of a-z, 0-9 and -", info.name)));
    }
    if info.roles.is_empty() {
        return Err(Refusal::Info("it has no role".to_owned()));
    }
    (info.version, info.rustc) = (fit(&info.version).into(), fit(&info.rustc).into());
    Ok(info)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_mapped_is_told_by_its_errno() {
        let no_map = "/c/x.so: failed to map segment from shared object";
        let table = [
            (no_map, Some(1), "mounted noexec"),
            (no_map, Some(13), "SELinux"),
            (no_map, Some(12), "MemoryMax"),
            ("/c/x.so: failed to map segment from shared object: Cannot allocate memory", None, "MemoryMax"),
            ("Error loading shared library /c/x.so: Out of memory", None, "MemoryMax"),
            (no_map, None, "the dynamic linker refuses it: /c/x.so: failed"),
            (no_map, Some(5), "the dynamic linker refuses it"),
            ("/c/x.so: undefined symbol: nothing", None, "the dynamic linker refuses it: /c/x.so: undefined symbol"),
            ("/c/x.so: cannot allocate memory in static TLS block", None, "the dynamic linker refuses it"),
        ];
        for (why, errno, said) in table {
            let allowed = errno.map_or(Ok(()), |errno| Err(io::Error::from_raw_os_error(errno)));
            let refusal = unmapped(Path::new("/c/x.so"), why.to_owned(), allowed).to_string();
            assert!(refusal.contains(said), "{why}, {errno:?}: {refusal}");
        }
    }

    #[test]
    fn the_same_major_and_no_newer_minor_is_accepted() {
        assert!(speaks(API_VERSION).is_ok());
        assert!(speaks("2.0.9").is_ok());
        let newer = speaks("2.9.0").unwrap_err().to_string();
        assert!(newer.starts_with("built for plug-in API 2.9.0, this host speaks 2.0.0; update the host"), "{newer}");
        assert!(matches!(speaks("3.0.0"), Err(Refusal::Version { .. })));
        assert!(matches!(speaks("1.0.0"), Err(Refusal::Version { .. })));
        assert!(matches!(speaks("one"), Err(Refusal::Info(_))));
    }
}
