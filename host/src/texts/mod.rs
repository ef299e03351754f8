//! The site's own texts: the folder that `texts` in `[web]` names, with a Fluent file (projectfluent.org) for each language
//! in which the site says something otherwise. `de.ftl` stands beside the client's German, and replaces what it names.
//!
//! Everything is checked before a page reads it: a text that no page asks for, one that fills in what no page gives.

mod known;
mod named;

use crate::{
    config::{Problem, Source, Told, suggest::closest},
    web::{SiteTexts, languages},
};
use fluent_syntax::{
    ast::{Entry, Message, Resource},
    parser::{ParserError, parse_runtime},
};
use known::Known;
use std::{
    collections::HashSet,
    ffi::OsStr,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Largest file, in bytes; the client's own have a tenth of it. A page reads it whole.
const LARGEST: u64 = 128 * 1024;
/// Braces may stand in each other so deep. The parser takes some stack for each.
const DEEPEST: usize = 32;

/// Reads every language file of the folder; none: the site says nothing otherwise. Other files are no concern of it.
///
/// # Errors
/// Everything wrong with them, with file, line and key; by the operator's fault. None of them is to be used then.
pub fn load(folder: Option<&Path>) -> Result<SiteTexts, Vec<Problem>> {
    let Some(folder) = folder else { return Ok(SiteTexts::default()) };
    let known = Known::default();
    let (mut texts, mut problems) = (Vec::new(), Vec::new());
    for file in files(folder)? {
        match read(&file, &known) {
            Ok(read) => texts.push(read),
            Err(wrong) => problems.extend(wrong),
        }
    }
    if problems.is_empty() { Ok(texts.into_iter().collect()) } else { Err(problems) }
}

/// The files of the folder that end in `.ftl`, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Vec<Problem>> {
    let whole = |error| vec![Problem::with_file(&Source::unreadable(folder), format!("cannot be read: {error}"))];
    let entries = fs::read_dir(folder).map_err(whole)?.collect::<Result<Vec<_>, _>>().map_err(whole)?;
    let paths = entries.into_iter().map(|entry| entry.path());
    let mut files: Vec<_> = paths.filter(|path| path.extension() == Some(OsStr::new("ftl"))).collect();
    files.sort();
    Ok(files)
}

/// One language with its texts.
fn read(file: &Path, known: &Known) -> Result<(&'static str, Box<str>), Vec<Problem>> {
    let whole = |message: String| Problem::with_file(&Source::unreadable(file), message);
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let Some(language) = languages().find(|tag| *tag == name) else {
        let problem = whole(format!("pages do not speak {name:?}: this file is named for no language of theirs"));
        let all = languages().map(|tag| format!("{tag}.ftl")).collect::<Vec<_>>().join(", ");
        return Err(vec![problem.allowing(all).suggesting(closest(&name, languages()))]);
    };
    match fs::metadata(file) {
        Ok(there) if !there.is_file() => return Err(vec![whole("this is no file".to_owned())]),
        Ok(there) if there.len() > LARGEST => {
            return Err(vec![whole(format!("this file has more than the {LARGEST} bytes that are read"))]);
        }
        _ => {}
    }
    let source = Source::read(file).map_err(|message| vec![whole(message)])?;
    check(&source, known)?;
    Ok((language, source.text.as_str().into()))
}

fn check(source: &Arc<Source>, known: &Known) -> Result<(), Vec<Problem>> {
    if let Some(at) = too_deep(&source.text) {
        let message = format!("more than {DEEPEST} braces stand in each other");
        return Err(vec![Problem::with_key(source, Some(at..at + 1), "", message)]);
    }
    let (resource, errors) = match parse_runtime(source.text.as_str()) {
        Ok(resource) => (resource, Vec::new()),
        Err((resource, errors)) => (resource, errors),
    };
    let mut told = Told::default();
    told.extend(errors.iter().map(|error| broken(source, error)));
    for message in messages(&resource) {
        let faults = known.faults(&resource, message);
        told.extend(faults.into_iter().map(|fault| fault.in_file(source, message.id.name)));
    }
    twice(source, &resource, &mut told);
    if told.none() { Ok(()) } else { Err(told.into_problems(source)) }
}

/// Where braces stand too deep in each other; none: nowhere. An entry begins anew at the beginning of a line.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut start) = (0_usize, 0);
    for line in text.split_inclusive('\n') {
        depth = if line.starts_with(|first: char| first.is_ascii_alphabetic() || first == '-') { 0 } else { depth };
        for (at, byte) in line.bytes().enumerate() {
            depth = match byte {
                b'{' => depth + 1,
                b'}' => depth.saturating_sub(1),
                _ => depth,
            };
            if depth > DEEPEST {
                return Some(start + at);
            }
        }
        start += line.len();
    }
    None
}

/// What is no Fluent, with the key of the entry in which it stands. What was missed beyond its end is told of the entry.
fn broken(source: &Arc<Source>, error: &ParserError) -> Problem {
    let entry = error.slice.clone().and_then(|slice| source.text.get(slice)).unwrap_or_default().trim();
    let key = entry.split(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c)).next().unwrap_or_default();
    let inside = place(&source.text, entry).contains(&error.pos.start);
    let span = if inside { error.pos.clone() } else { place(&source.text, key) };
    Problem::with_key(source, Some(span), key, format!("this is no Fluent: {}", error.kind))
}

fn messages<'r, 't>(resource: &'r Resource<&'t str>) -> impl Iterator<Item = &'r Message<&'t str>> {
    resource.body.iter().filter_map(|entry| match entry {
        Entry::Message(message) => Some(message),
        _ => None,
    })
}

/// A page would take the last of them; whoever wrote it looks at the first.
fn twice(source: &Arc<Source>, resource: &Resource<&str>, told: &mut Told) {
    let mut seen = HashSet::new();
    for key in messages(resource).map(|message| message.id.name).filter(|key| !seen.insert(*key)) {
        let span = place(&source.text, key);
        told.tell(|| Problem::with_key(source, Some(span), key, "this text stands in the file twice"));
    }
}

/// Where a part of the text stands in it.
fn place(text: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    start..start + part.len()
}

#[cfg(test)]
mod tests;
