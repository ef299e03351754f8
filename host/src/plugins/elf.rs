//! Looks at a library's bytes before the dynamic linker does: `dlopen` of a file that was cut short ends the process
//! with SIGBUS, so what the headers promise must be in the file. Field offsets are from the ELF-64 object file format.

use std::fmt;

const HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;
const SHARED_OBJECT: u16 = 3;
const LOAD: u32 = 1;
const DYNAMIC: u32 = 2;

/// `e_machine` of the processor this host runs on.
#[cfg(target_arch = "x86_64")]
const MACHINE: u16 = 62;
#[cfg(target_arch = "aarch64")]
const MACHINE: u16 = 183;

/// Why the bytes are no library for this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotALibrary {
    /// Not even an ELF file.
    Foreign,
    /// ELF, but not 64 bit little-endian.
    Class,
    /// ELF for another processor; its number.
    Machine(u16),
    /// ELF, but not a shared object.
    Kind,
    /// The headers promise more bytes than there are.
    Cut {
        /// Bytes promised.
        promised: u64,
        /// Bytes there.
        there: u64,
    },
    /// The headers contradict themselves.
    Broken,
}

impl fmt::Display for NotALibrary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => write!(f, "not a library: it does not begin like an ELF file"),
            Self::Class => write!(f, "not a 64 bit little-endian library"),
            Self::Machine(theirs) => write!(f, "built for processor {theirs}, this host runs on {MACHINE} (e_machine)"),
            Self::Kind => write!(f, "an ELF file, but not a shared library"),
            Self::Cut { promised, there } => {
                write!(f, "cut short: its headers promise {promised} bytes, it has {there}; copy it again")
            }
            Self::Broken => write!(f, "damaged: its headers contradict themselves; copy it again"),
        }
    }
}

/// Checks that `bytes` are a whole shared library for this machine.
///
/// # Errors
/// Whoever made or copied the file is at fault; see [`NotALibrary`].
pub(super) fn check(bytes: &[u8]) -> Result<(), NotALibrary> {
    let there = bytes.len() as u64;
    match bytes {
        [0x7f, b'E', b'L', b'F', 2, 1, ..] => {}
        [0x7f, b'E', b'L', b'F', _, _, ..] => return Err(NotALibrary::Class),
        _ => return Err(NotALibrary::Foreign),
    }
    within(HEADER as u64, there)?;
    match (u16_at(bytes, 16)?, u16_at(bytes, 18)?) {
        (_, machine) if machine != MACHINE => return Err(NotALibrary::Machine(machine)),
        (kind, _) if kind != SHARED_OBJECT => return Err(NotALibrary::Kind),
        _ => {}
    }
    sections(bytes, there)?;
    segments(bytes, there)
}

/// The section table is the last thing in the file, so it is missed first.
fn sections(bytes: &[u8], there: u64) -> Result<(), NotALibrary> {
    let table = u64::from(u16_at(bytes, 58)?) * u64::from(u16_at(bytes, 60)?);
    within(u64_at(bytes, 40)?.checked_add(table).ok_or(NotALibrary::Broken)?, there)
}

fn segments(bytes: &[u8], there: u64) -> Result<(), NotALibrary> {
    let (start, size, count) = (u64_at(bytes, 32)?, u16_at(bytes, 54)?, u16_at(bytes, 56)?);
    if usize::from(size) != PROGRAM_HEADER {
        return Err(NotALibrary::Broken);
    }
    let table = u64::from(size) * u64::from(count);
    within(start.checked_add(table).ok_or(NotALibrary::Broken)?, there)?;
    let start = usize::try_from(start).map_err(|_| NotALibrary::Broken)?;
    let (mut loads, mut dynamic) = (0, false);
    for segment in (0..usize::from(count)).map(|n| start + n * PROGRAM_HEADER) {
        let (offset, in_file, in_memory) =
            (u64_at(bytes, segment + 8)?, u64_at(bytes, segment + 32)?, u64_at(bytes, segment + 40)?);
        within(offset.checked_add(in_file).ok_or(NotALibrary::Broken)?, there)?;
        match u32_at(bytes, segment)? {
            LOAD if in_memory < in_file => return Err(NotALibrary::Broken),
            LOAD => loads += 1,
            DYNAMIC => dynamic = true,
            _ => {}
        }
    }
    if loads > 0 && dynamic { Ok(()) } else { Err(NotALibrary::Broken) }
}

fn within(promised: u64, there: u64) -> Result<(), NotALibrary> {
    if promised <= there { Ok(()) } else { Err(NotALibrary::Cut { promised, there }) }
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, NotALibrary> {
    array(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, NotALibrary> {
    array(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Result<u64, NotALibrary> {
    array(bytes, at).map(u64::from_le_bytes)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], NotALibrary> {
    bytes.get(at..).and_then(<[u8]>::first_chunk).copied().ok_or(NotALibrary::Broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A library that is all headers: one load segment and one dynamic segment over the whole file.
    fn smallest() -> Vec<u8> {
        let mut bytes = vec![0; HEADER + 2 * PROGRAM_HEADER];
        bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1]);
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(16, &SHARED_OBJECT.to_le_bytes());
        put(18, &MACHINE.to_le_bytes());
        put(32, &(HEADER as u64).to_le_bytes());
        put(54, &(PROGRAM_HEADER as u16).to_le_bytes());
        put(56, &2u16.to_le_bytes());
        for (n, kind) in [LOAD, DYNAMIC].into_iter().enumerate() {
            let segment = HEADER + n * PROGRAM_HEADER;
            put(segment, &kind.to_le_bytes());
            put(segment + 32, &176u64.to_le_bytes());
            put(segment + 40, &176u64.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn a_whole_library_passes() {
        assert_eq!(check(&smallest()), Ok(()));
    }

    #[test]
    fn what_is_no_library_is_named() {
        let mut other_cpu = smallest();
        other_cpu[18] = 8;
        let mut narrow = smallest();
        narrow[4] = 1;
        let mut executable = smallest();
        executable[16] = 2;
        assert_eq!(check(b""), Err(NotALibrary::Foreign));
        assert_eq!(check(b"#!/bin/sh\n"), Err(NotALibrary::Foreign));
        assert_eq!(check(&other_cpu), Err(NotALibrary::Machine(8)));
        assert_eq!(check(&narrow), Err(NotALibrary::Class));
        assert_eq!(check(&executable), Err(NotALibrary::Kind));
    }

    proptest! {
        #[test]
        fn every_cut_is_seen(keep in 6usize..176) {
            let cut = &smallest()[..keep];
            let seen = matches!(check(cut), Err(NotALibrary::Cut { .. }));
            prop_assert!(seen);
        }

        #[test]
        fn noise_is_survived(at in 0usize..176, value: [u8; 8]) {
            let mut bytes = smallest();
            for (byte, value) in bytes[at..].iter_mut().zip(value) {
                *byte = value;
            }
            let _ = check(&bytes);
        }
    }
}
