//! Whether the kernel lets a file be executed, asked of it: the dynamic linker says only that it could not map one.

use std::{
    ffi::{c_int, c_void},
    fs::File,
    io,
    os::fd::AsRawFd as _,
    path::Path,
    ptr,
};

/// Every system has pages of this size at least.
const PAGE: usize = 4096;
const PROT_READ: c_int = 1;
const PROT_EXEC: c_int = 4;
const MAP_PRIVATE: c_int = 2;

// Of the C library that std is linked with (mmap(2)); the offset is 64 bits wide where pointers are.
#[cfg(target_pointer_width = "64")]
unsafe extern "C" {
    fn mmap(
        address: *mut c_void,
        length: usize,
        protection: c_int,
        flags: c_int,
        file: c_int,
        offset: i64,
    ) -> *mut c_void;
    fn munmap(address: *mut c_void, length: usize) -> c_int;
}

/// Maps the first page of a file as the linker maps code, and lets it go again.
///
/// # Errors
/// The kernel's reason not to: EPERM where the file system is mounted noexec, EACCES where a security module forbids it,
/// ENOMEM where a limit does.
pub(super) fn is_allowed(file: &Path) -> io::Result<()> {
    let file = File::open(file)?;
    // SAFETY: a new private mapping at an address of the kernel's choice touches no memory of ours.
    let mapped = unsafe { mmap(ptr::null_mut(), PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, file.as_raw_fd(), 0) };
    // MAP_FAILED.
    if mapped.addr() == usize::MAX {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the mapping just made, of which nobody else knows.
    unsafe { munmap(mapped, PAGE) };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_may_run_and_what_is_no_file_may_not() {
        is_allowed(&std::env::current_exe().unwrap()).unwrap();
        // EPERM where /proc is mounted noexec, as it usually is, else ENODEV.
        let why = is_allowed(Path::new("/proc/self/status")).unwrap_err();
        assert!(matches!(why.raw_os_error(), Some(1 | 19)), "{why}");
        assert_eq!(is_allowed(Path::new("/nonexistent")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
