//! How much a store takes. The same for every engine, so that what one takes another does: the tightest is etcd's
//! (`--max-txn-ops` 128 and `--max-request-bytes` 1.5 MiB by default).

use crate::{Change, Error};
use std::collections::BTreeSet;

/// Bytes of a key.
pub const KEY: usize = 1024;

/// Bytes of keys and values of one transaction.
pub const TRANSACTION: usize = 1 << 20;

/// Changes of one transaction.
pub const CHANGES: usize = 120;

/// Bytes of keys and values of the whole.
pub const WHOLE: usize = 256 << 20;

/// Keys of the whole.
pub const KEYS: usize = 500_000;

/// Looks at a transaction.
///
/// # Errors
/// [`Error::Refused`]: the caller's fault.
pub(crate) fn check(changes: &[Change]) -> Result<(), Error> {
    let refused = |why: String| Err(Error::Refused(why.into()));
    let bytes: usize = changes.iter().map(Change::bytes).sum();
    let keys: BTreeSet<_> = changes.iter().map(|change| &change.key).collect();
    match changes.len() {
        0 => refused("it changes nothing".to_owned()),
        more if more > CHANGES => refused(format!("{more} changes at once; {CHANGES} is the most")),
        _ if bytes > TRANSACTION => refused(format!("{bytes} bytes at once; {TRANSACTION} is the most")),
        all if keys.len() < all => refused("it changes one key twice".to_owned()),
        _ => Ok(()),
    }
}
