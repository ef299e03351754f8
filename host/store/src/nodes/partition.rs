//! Which partition somebody is in.

use std::{fmt, num::NonZeroU16};

/// The most partitions: far more than nodes, and few enough that each is one record.
pub const MOST: u16 = 1024;

/// One of the parts into which everybody is divided, from 0 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(pub u16);

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partitions(NonZeroU16);

impl Partitions {
    /// So many; none: 0, or more than [`MOST`].
    pub fn new(count: u16) -> Option<Self> {
        NonZeroU16::new(count).filter(|count| count.get() <= MOST).map(Self)
    }

    /// How many.
    pub fn count(self) -> u16 {
        self.0.get()
    }

    /// Every one.
    pub fn all(self) -> impl Iterator<Item = Partition> {
        (0..self.count()).map(Partition)
    }

    /// Which one this name is in: the same at every node, in every version.
    pub fn of(self, name: &str) -> Partition {
        let fnv = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        // The lowest bits of FNV-1a are its worst.
        let mixed = (fnv ^ (fnv >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        let at = (mixed ^ (mixed >> 33)) % u64::from(self.count());
        Partition(u16::try_from(at).unwrap_or_default())
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_in_the_same_partition_for_ever_and_partitions_are_alike_in_size() {
        let of_64 = Partitions::new(64).unwrap();
        let known = ["kim", "lee", "Jörg", ""].map(|name| of_64.of(name).0);
        assert_eq!(known, [45, 37, 12, 18]);
        let mut sizes = [0_u32; 64];
        (0..64_000).for_each(|number| sizes[usize::from(of_64.of(&format!("worker{number}")).0)] += 1);
        assert!(sizes.iter().all(|size| (850..1150).contains(size)), "{sizes:?}");
        assert!(Partitions::new(0).is_none() && Partitions::new(MOST + 1).is_none());
    }
}
