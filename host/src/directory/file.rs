//! The directory file: TOML, read whole, used only when nothing in it is wrong.

use super::{Directory, Stamp, raw, resolve::resolve};
use crate::{
    config::{Problem, Source},
    web::accounts::Accounts,
};
use sha2::{Digest as _, Sha256};
use std::{ops::Range, path::Path, sync::Arc};

/// What the directory file says.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Who is who.
    pub directory: Arc<Directory>,
    /// Who may sign in.
    pub accounts: Arc<Accounts>,
    /// What is wrong for some workers and leaves the others undisturbed.
    pub warnings: Vec<Problem>,
    /// The redirect numbers, and where they stand: whether they can be used the directory does not know.
    pub redirect_numbers: Vec<RedirectNumber>,
    /// The text it was read from.
    pub source: Arc<Source>,
    /// The file as it was before it was read; that of no file when it was not read from one.
    pub stamp: Stamp,
}

/// Where somebody's accepted calls go, as the file says.
#[derive(Clone, Debug)]
pub struct RedirectNumber {
    /// Whose.
    pub worker: Arc<str>,
    /// The number.
    pub number: Arc<str>,
    /// Its key, such as `worker[0].redirect-number`.
    pub key: String,
    /// Its place in the text.
    pub span: Range<usize>,
}

impl Loaded {
    /// Names this very text, and no other, so that an operator accepts what was looked at: the first 16 digits of its
    /// SHA-256.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.source.text.as_bytes());
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Reads the directory file. `t_servers` are the names of the T-Servers in the order of their link numbers.
///
/// # Errors
/// Everything wrong with the file, all at once; by the operator's fault.
pub fn load(path: &Path, t_servers: &[Arc<str>]) -> Result<Loaded, Vec<Problem>> {
    let whole = |message| vec![Problem::with_file(&Source::unreadable(path), message)];
    // Looked at first: what changes meanwhile is read once more.
    let stamp = Stamp::of(path);
    let loaded = read(&Source::read_file(path).map_err(whole)?, t_servers)?;
    Ok(Loaded { stamp, ..loaded })
}

/// Reads a directory that was read from its file already.
///
/// # Errors
/// As [`load`].
pub fn read(source: &Arc<Source>, t_servers: &[Arc<str>]) -> Result<Loaded, Vec<Problem>> {
    let in_pieces = raw::read_in_pieces(source).map(|raw| raw::Reading { raw, ..raw::Reading::default() });
    resolve(source, t_servers, in_pieces.unwrap_or_else(|| raw::read(source)))
}
