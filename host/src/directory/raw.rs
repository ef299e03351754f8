//! The directory file as it is written, before anything in it is looked up. Every value that may dangle or clash keeps
//! its place.

use crate::config::{Problem, Source, section};
use serde::{Deserialize, de::DeserializeOwned};
use std::{collections::HashSet, path::PathBuf, sync::Arc};
use toml::{Spanned, de::DeValue};

/// Bytes of a piece, about: some hundred elements.
const PIECE: usize = 64 * 1024;

/// A word with its place in the file.
pub(super) type Word = Spanned<Arc<str>>;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Raw {
    pub(super) switch: Vec<Switch>,
    pub(super) place: Vec<Place>,
    pub(super) group: Vec<Group>,
    pub(super) worker: Vec<Worker>,
}

/// `[[switch]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Switch {
    pub(super) name: Word,
    pub(super) t_server: Word,
}

/// `[[place]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Place {
    pub(super) name: Word,
    pub(super) dns: Spanned<Vec<PlaceDn>>,
}

/// A DN of a place.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PlaceDn {
    pub(super) dn: Word,
    pub(super) switch: Word,
}

/// `[[group]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Group {
    pub(super) name: Word,
}

/// `[[worker]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Worker {
    pub(super) user: Word,
    pub(super) name: Option<Arc<str>>,
    #[serde(default)]
    pub(super) kind: Kind,
    pub(super) agent_id: Word,
    pub(super) agent_password_file: Option<Spanned<PathBuf>>,
    pub(super) place: Word,
    #[serde(default)]
    pub(super) groups: Vec<Word>,
    pub(super) sip_address: Option<Word>,
    pub(super) language: Option<Word>,
    #[serde(default)]
    pub(super) roles: Option<Vec<Role>>,
    pub(super) password_hash: Option<Word>,
    pub(super) wrap_up_time: Option<Spanned<u32>>,
}

/// `worker.kind`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    #[default]
    KnowledgeWorker,
    Agent,
}

/// `worker.roles`: what a signed-in person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Role {
    Worker,
    Admin,
}

/// What could be read of a file, and what could not.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) raw: Raw,
    pub(super) problems: Vec<Problem>,
    /// Names of elements that are there but wrong: what refers to them does not dangle.
    pub(super) broken: HashSet<String>,
}

/// Reads the file. A sound one, the usual case, is read in one go; only a faulty one is taken apart.
pub(super) fn read(source: &Arc<Source>) -> Reading {
    match toml::from_str(&source.text) {
        Ok(raw) => Reading { raw, ..Reading::default() },
        Err(_) => read_apart(source),
    }
}

/// Reads a file of `[[elements]]` some at a time: the tree of a whole one with 100,000 workers takes ten times its text,
/// and what of it is kept lies scattered in memory that is never given back. Places count from the start of each piece:
/// with any problem or warning the file is to be read again by [`read`]. None: it is not of that kind, or faulty.
pub(super) fn read_in_pieces(source: &Source) -> Option<Raw> {
    let mut starts = source.text.match_indices("\n[[").map(|(at, _)| at + 1);
    let mut from = if source.text.starts_with("[[") { 0 } else { starts.next()? };
    // Elements may be extended by no table that stands before them.
    let before: toml::Table = toml::from_str(&source.text[..from]).ok()?;
    let mut whole = before.is_empty().then(Raw::default)?;
    while from < source.text.len() {
        let to = starts.find(|start| *start >= from + PIECE).unwrap_or(source.text.len());
        // A cut inside a text or a list leaves a piece that cannot be read.
        let piece: Raw = toml::from_str(&source.text[from..to]).ok()?;
        whole.switch.extend(piece.switch);
        whole.place.extend(piece.place);
        whole.group.extend(piece.group);
        whole.worker.extend(piece.worker);
        from = to;
    }
    Some(whole)
}

fn read_apart(source: &Arc<Source>) -> Reading {
    let mut root = match section::parse(source) {
        Ok(root) => root,
        Err(problems) => return Reading { problems, ..Reading::default() },
    };
    let mut reading = Reading::default();
    let raw = Raw {
        switch: elements(source, &mut root, "switch", &mut reading),
        place: elements(source, &mut root, "place", &mut reading),
        group: elements(source, &mut root, "group", &mut reading),
        worker: elements(source, &mut root, "worker", &mut reading),
    };
    let _: Option<Raw> = section::read(source, &root, "", &mut reading.problems);
    Reading { raw, ..reading }
}

/// Takes the array `[[name]]` out of the document and reads each element for itself.
fn elements<T: DeserializeOwned>(
    source: &Arc<Source>,
    root: &mut Spanned<DeValue<'_>>,
    name: &str,
    reading: &mut Reading,
) -> Vec<T> {
    let DeValue::Table(entries) = root.get_mut() else { return Vec::new() };
    if !entries.get(name).is_some_and(|value| value.get_ref().is_array()) {
        return Vec::new();
    }
    let Some(DeValue::Array(array)) = entries.remove(name).map(Spanned::into_inner) else { return Vec::new() };
    let read = |(index, element): (usize, Spanned<DeValue<'_>>)| {
        let known_as = element.get_ref().get("name").and_then(|name| name.get_ref().as_str()).map(str::to_owned);
        let read = section::read(source, &element, &format!("{name}[{index}]"), &mut reading.problems);
        if read.is_none() {
            reading.broken.extend(known_as);
        }
        read
    };
    array.into_iter().enumerate().filter_map(read).collect()
}
