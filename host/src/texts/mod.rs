//! The site's own texts: the folder that `texts` in `[web]` names, with a Fluent file (projectfluent.org) for each language
//! in which the site says something otherwise. `de.ftl` stands beside the client's German, and replaces what it names.
//!
//! Everything is checked before a page reads it: a text that no page asks for, one that fills in what no page gives.

mod known;
mod named;
mod reach;

use crate::{
    config::{Problem, Source, Told, suggest::closest},
    web::{SiteTexts, languages},
};
use fluent_syntax::{
    ast::{Attribute, Entry, Message, Pattern, Resource, Term},
    parser::{ParserError, parse_runtime},
};
use known::Known;
use reach::{Node, Reach};
use std::{
    collections::HashSet,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Largest file, in bytes; the client's own have a tenth of it. A page reads it whole.
const LARGEST: u64 = 128 * 1024;
/// Braces and parentheses that one entry may open. The parser takes some stack for each that stands in another.
const MOST: usize = 64;

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

/// The files of the folder that end in `.ftl`, be it in capitals, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Vec<Problem>> {
    let whole = |error| vec![Problem::with_file(&Source::unreadable(folder), format!("cannot be read: {error}"))];
    let entries = fs::read_dir(folder).map_err(whole)?.collect::<Result<Vec<_>, _>>().map_err(whole)?;
    let paths = entries.into_iter().map(|entry| entry.path());
    let mut files: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("ftl"))).collect();
    files.sort();
    Ok(files)
}

/// One language with its texts.
fn read(file: &Path, known: &Known) -> Result<(&'static str, Box<str>), Vec<Problem>> {
    let whole = |message: String| Problem::with_file(&Source::unreadable(file), message);
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let Some(language) = languages().find(|tag| name.strip_suffix(".ftl") == Some(tag)) else {
        let name = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
        let problem = whole(format!("pages do not speak {name:?}: this file is named for no language of theirs"));
        let all = languages().map(|tag| format!("{tag}.ftl")).collect::<Vec<_>>().join(", ");
        let meant = languages().find(|tag| tag.eq_ignore_ascii_case(name)).map(str::to_owned);
        return Err(vec![problem.allowing(all).suggesting(meant.or_else(|| closest(name, languages())))]);
    };
    match fs::metadata(file) {
        Ok(there) if !there.is_file() => return Err(vec![whole("this is no file".to_owned())]),
        Ok(there) if there.len() > LARGEST => {
            return Err(vec![whole(format!("this file has more than the {LARGEST} bytes that are read"))]);
        }
        _ => {}
    }
    let source = Source::read_file(file).map_err(|message| vec![whole(message)])?;
    check(&source, known)?;
    Ok((language, source.text.as_str().into()))
}

fn check(source: &Arc<Source>, known: &Known) -> Result<(), Vec<Problem>> {
    if let Some(at) = too_many(&source.text) {
        let message = format!("one text opens more than {MOST} braces and parentheses");
        return Err(vec![Problem::with_key(source, Some(at..at + 1), "", message)]);
    }
    let (resource, errors) = match parse_runtime(source.text.as_str()) {
        Ok(resource) => (resource, Vec::new()),
        Err((resource, errors)) => (resource, errors),
    };
    let mut told = Told::default();
    told.extend(errors.iter().map(|error| broken(source, error)));
    let mut reach = Reach::of(&resource, known);
    for entry in entries(&resource) {
        let faults = known.faults(&mut reach, &entry);
        told.extend(faults.into_iter().map(|fault| fault.in_file(source, entry.node.name())));
    }
    twice(source, &resource, &mut told);
    if told.none() { Ok(()) } else { Err(told.into_problems(source)) }
}

/// Where an entry has one opening too many; none: nowhere. Closings and quotes are not looked at, because which of them count
/// only the parser knows. What it has not finished it gives up at the latest where a line begins with `name =`, or a remark.
fn too_many(text: &str) -> Option<usize> {
    let (mut openings, mut start) = (0_usize, 0);
    for line in text.split_inclusive('\n') {
        openings = if begins(line) { 0 } else { openings };
        for (at, _) in line.bytes().enumerate().filter(|(_, byte)| b"{(".contains(byte)) {
            openings += 1;
            if openings > MOST {
                return Some(start + at);
            }
        }
        start += line.len();
    }
    None
}

/// Whether nothing before this line can go on in it.
fn begins(line: &str) -> bool {
    let name = line.split_once('=').map_or("", |(name, _)| name.trim_end_matches(' '));
    let letters = name.strip_prefix('-').unwrap_or(name);
    let plain = letters.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    line.starts_with('#') || (letters.starts_with(|first: char| first.is_ascii_alphabetic()) && plain)
}

/// What is no Fluent, with the key of the entry in which it stands. What was missed beyond its end is told of the entry.
fn broken(source: &Arc<Source>, error: &ParserError) -> Problem {
    let entry = error.slice.clone().and_then(|slice| source.text.get(slice)).unwrap_or_default().trim();
    let key = entry.split(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c)).next().unwrap_or_default();
    let inside = place(&source.text, entry).contains(&error.pos.start);
    let span = if inside { error.pos.clone() } else { place(&source.text, key) };
    Problem::with_key(source, Some(span), key, format!("this is no Fluent: {}", error.kind))
}

/// One entry that says something.
struct Said<'r, 't> {
    node: Node<'t>,
    value: Option<&'r Pattern<&'t str>>,
    attributes: &'r [Attribute<&'t str>],
}

fn entries<'r, 't>(resource: &'r Resource<&'t str>) -> impl Iterator<Item = Said<'r, 't>> {
    resource.body.iter().filter_map(|entry| match entry {
        Entry::Message(Message { id, value, attributes, .. }) => {
            Some(Said { node: Node::Text(id.name), value: value.as_ref(), attributes })
        }
        Entry::Term(Term { id, value, attributes, .. }) => {
            Some(Said { node: Node::Term(id.name), value: Some(value), attributes })
        }
        _ => None,
    })
}

/// A page would take the last of them; whoever wrote it looks at the first.
fn twice(source: &Arc<Source>, resource: &Resource<&str>, told: &mut Told) {
    let mut seen = HashSet::new();
    for node in entries(resource).map(|entry| entry.node).filter(|node| !seen.insert(*node)) {
        let span = place(&source.text, node.name());
        told.tell(|| Problem::with_key(source, Some(span), node.name(), "this text stands in the file twice"));
    }
}

/// Where a part of the text stands in it.
fn place(text: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    start..start + part.len()
}

#[cfg(test)]
mod tests;
