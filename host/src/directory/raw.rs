//! The directory file as it is written, before anything in it is looked up. Every value that may dangle or clash keeps
//! its place.

use crate::{
    config::{Problem, Source, Told, section},
    web::accounts::{self, BadHash},
};
use memchr::memmem;
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    collections::HashSet,
    ops::Range,
    panic::resume_unwind,
    path::PathBuf,
    sync::Arc,
    thread::{self, available_parallelism},
};
use toml::{
    Spanned,
    de::{DeValue, ValueDeserializer},
};

/// Bytes of a piece, about: some dozen elements. What a reader makes of it fits into what the allocator gives back at
/// once; larger ones made it tidy up its heap after each piece.
const PIECE: usize = 8 * 1024;

/// Threads that read pieces, at most.
const READERS: usize = 4;

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
    /// Where the piece of the file begins from which its places count.
    #[serde(skip)]
    pub(super) from: usize,
    pub(super) name: Word,
    pub(super) t_server: Word,
}

/// `[[place]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Place {
    /// Where the piece of the file begins from which its places count.
    #[serde(skip)]
    pub(super) from: usize,
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
    /// Where the piece of the file begins from which its places count.
    #[serde(skip)]
    pub(super) from: usize,
    pub(super) name: Word,
}

/// `[[worker]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Worker {
    /// Where the piece of the file begins from which its places count.
    #[serde(skip)]
    pub(super) from: usize,
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
    pub(super) password_hash: Option<Spanned<Hash>>,
    pub(super) wrap_up_time: Option<Spanned<u32>>,
    pub(super) redirect_number: Option<Word>,
    #[serde(default)]
    pub(super) redirect_locked: bool,
}

/// `worker.password-hash`, looked at by the thread that reads it.
#[derive(Debug, Deserialize)]
#[serde(from = "Arc<str>")]
pub(super) struct Hash(pub(super) Result<accounts::Hash, BadHash>);

impl From<Arc<str>> for Hash {
    fn from(text: Arc<str>) -> Self {
        Self(text.try_into())
    }
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

/// Where in the file a value stands whose piece begins at `from`.
pub(super) fn place<T>(value: &Spanned<T>, from: usize) -> Range<usize> {
    let Range { start, end } = value.span();
    start + from..end + from
}

/// What could be read of a file, and what could not.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) raw: Raw,
    pub(super) problems: Told,
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
/// and what of it is kept lies scattered in memory that is never given back. None: it is not of that kind, or faulty,
/// and to be read by [`read`].
pub(super) fn read_in_pieces(source: &Source) -> Option<Raw> {
    let pieces = pieces(&source.text)?;
    let readers = available_parallelism().map_or(1, usize::from).min(READERS);
    let share = pieces.len().div_ceil(readers).max(1);
    let mut whole = Raw::default();
    thread::scope(|scope| {
        let read = |pieces: &[Range<usize>]| {
            let (text, pieces) = (&source.text, pieces.to_vec());
            thread::Builder::new().spawn_scoped(scope, move || read_pieces(text, pieces))
        };
        // Without a thread to be had it is read in one go.
        let readers = pieces.chunks(share).map(read).collect::<Result<Vec<_>, _>>().ok()?;
        for reader in readers {
            whole.append(reader.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        Some(())
    })?;
    Some(whole)
}

/// Where each piece stands. None: what stands before the first element is more than remarks; elements may be extended by
/// no table before them.
fn pieces(text: &str) -> Option<Vec<Range<usize>>> {
    let mut starts = memmem::find_iter(text.as_bytes(), "\n[[").map(|at| at + 1);
    let mut from = if text.starts_with("[[") { 0 } else { starts.next()? };
    toml::from_str::<toml::Table>(&text[..from]).ok().filter(toml::Table::is_empty)?;
    let mut pieces = Vec::with_capacity(text.len() / PIECE + 1);
    while from < text.len() {
        let to = starts.find(|start| *start >= from + PIECE).unwrap_or(text.len());
        pieces.push(from..to);
        from = to;
    }
    Some(pieces)
}

/// None: a cut inside a text or a list left a piece that cannot be read, or the file is faulty.
fn read_pieces(text: &str, pieces: Vec<Range<usize>>) -> Option<Raw> {
    let mut read = Raw::default();
    for piece in pieces {
        let from = piece.start;
        read.add(toml::from_str(&text[piece]).ok()?, from);
    }
    Some(read)
}

impl Raw {
    /// The elements of the next piece, which begins at `from`.
    fn add(&mut self, mut piece: Self, from: usize) {
        piece.switch.iter_mut().for_each(|switch| switch.from = from);
        piece.place.iter_mut().for_each(|place| place.from = from);
        piece.group.iter_mut().for_each(|group| group.from = from);
        piece.worker.iter_mut().for_each(|worker| worker.from = from);
        self.append(piece);
    }

    fn append(&mut self, mut piece: Self) {
        self.switch.append(&mut piece.switch);
        self.place.append(&mut piece.place);
        self.group.append(&mut piece.group);
        self.worker.append(&mut piece.worker);
    }
}

fn read_apart(source: &Arc<Source>) -> Reading {
    let mut root = match section::parse(source) {
        Ok(root) => root,
        Err(problems) => {
            let mut reading = Reading::default();
            reading.problems.extend(problems);
            return reading;
        }
    };
    let mut reading = Reading::default();
    let raw = Raw {
        switch: elements(source, &mut root, "switch", &mut reading),
        place: elements(source, &mut root, "place", &mut reading),
        group: elements(source, &mut root, "group", &mut reading),
        worker: elements(source, &mut root, "worker", &mut reading),
    };
    let mut problems = Vec::new();
    let _: Option<Raw> = section::read(source, &root, "", &mut problems);
    reading.problems.extend(problems);
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
        let read = match reading.problems.is_full() {
            false => {
                let mut problems = Vec::new();
                let read = section::read(source, &element, &format!("{name}[{index}]"), &mut problems);
                reading.problems.extend(problems);
                read
            }
            // Nobody will read what exactly is wrong: one look is enough, and with one slip in what generates the file all
            // of its elements are looked at.
            true => read_once(source, element, reading),
        };
        if read.is_none() {
            reading.broken.extend(known_as);
        }
        read
    };
    array.into_iter().enumerate().filter_map(read).collect()
}

/// Counts a faulty element as one problem.
fn read_once<T: DeserializeOwned>(
    source: &Arc<Source>,
    element: Spanned<DeValue<'_>>,
    reading: &mut Reading,
) -> Option<T> {
    T::deserialize(ValueDeserializer::from(element))
        .inspect_err(|error| reading.problems.tell(|| Problem::with_file(source, error.message())))
        .ok()
}
