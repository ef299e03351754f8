//! The directory file: TOML, read whole, used only when nothing in it is wrong.

use super::{Directory, raw, resolve::resolve};
use crate::{
    config::{Problem, Source},
    web::accounts::Accounts,
};
use std::{path::Path, sync::Arc};

/// More problems than this are counted, not shown: with one slip in a generated file every worker is wrong.
const SHOWN: usize = 100;

/// What the directory file says.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Who is who.
    pub directory: Arc<Directory>,
    /// Who may sign in.
    pub accounts: Arc<Accounts>,
    /// What is wrong for some workers and leaves the others undisturbed.
    pub warnings: Vec<Problem>,
}

/// Reads the directory file. `t_servers` are the names of the T-Servers in the order of their link numbers.
///
/// # Errors
/// Everything wrong with the file, all at once; by the operator's fault.
pub fn load(path: &Path, t_servers: &[Arc<str>]) -> Result<Loaded, Vec<Problem>> {
    let whole = |message| vec![Problem::with_file(&Source::unreadable(path), message)];
    read(&Source::read(path).map_err(whole)?, t_servers)
}

/// Reads a directory that was read from its file already.
///
/// # Errors
/// As [`load`].
pub fn read(source: &Arc<Source>, t_servers: &[Arc<str>]) -> Result<Loaded, Vec<Problem>> {
    if let Some(raw) = raw::read_in_pieces(source) {
        let reading = raw::Reading { raw, ..raw::Reading::default() };
        let (loaded, problems) = resolve(source, t_servers, reading);
        // Warnings name places as well.
        if problems.is_empty() && loaded.warnings.is_empty() {
            return Ok(loaded);
        }
    }
    let (loaded, mut problems) = resolve(source, t_servers, raw::read(source));
    if problems.is_empty() {
        return Ok(loaded);
    }
    problems.sort_by_key(|problem| problem.span.as_ref().map_or(0, |span| span.start));
    if problems.len() > SHOWN {
        let more = format!("{} further problems are not shown", problems.len() - SHOWN);
        problems.truncate(SHOWN);
        problems.push(Problem::with_file(source, more));
    }
    Err(problems)
}
