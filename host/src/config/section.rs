//! Reads a TOML value into a type and reports every fault in it, not just serde's first.
//!
//! A fault is reported, the key or element at fault is struck out, and the rest is read again, until nothing is wrong.
//! So each part of the host owns an ordinary serde type with `deny_unknown_fields`, and its operators still see all
//! their slips at once.

use super::{
    fault::{self, Fault, UNKNOWN_KEY},
    problem::Problem,
    source::Source,
    told::SHOWN,
};
use serde::de::DeserializeOwned;
use std::{ops::Range, sync::Arc};
use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue, ValueDeserializer},
};

/// A parsed document, or all its syntax errors.
///
/// # Errors
/// Every place where the text is no TOML. What follows a syntax error is not looked at: it would be guessing.
pub(crate) fn parse(source: &Arc<Source>) -> Result<Spanned<DeValue<'_>>, Vec<Problem>> {
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    if errors.is_empty() {
        let span = root.span();
        return Ok(Spanned::new(span, DeValue::Table(root.into_inner())));
    }
    let problem = |error: &toml::de::Error| Problem::with_key(source, error.span(), "", error.message());
    Err(errors.iter().map(problem).collect())
}

/// Reads `value`, found at `path`, as a `T`. None when anything was wrong; `problems` has gained every fault.
pub(crate) fn read<T: DeserializeOwned>(
    source: &Arc<Source>,
    value: &Spanned<DeValue<'_>>,
    path: &str,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let before = problems.len();
    let mut rest = value.clone();
    let mut struck: Vec<Place> = Vec::new();
    // Each fault takes another look at the whole: beyond what is shown they are not worth it.
    while struck.len() <= SHOWN {
        let error = match T::deserialize(ValueDeserializer::from(rest.clone())) {
            Ok(read) => return (problems.len() == before).then_some(read),
            Err(error) => error,
        };
        let fault = fault::classify(error.message());
        let place = error.span().and_then(|span| place(value, &span, path));
        if !follows_from(&fault, error.span().as_ref(), &struck) {
            let key = fault.key_at(place.as_ref().map_or(path, |place| &place.path));
            let problem = Problem::with_key(source, error.span(), key, &fault.message);
            problems.push(Problem { allowed: fault.allowed.clone(), suggestion: fault.suggestion.clone(), ..problem });
        }
        let place = place.filter(|_| error.span().is_some_and(|span| strike(&mut rest, &span)))?;
        // A misspelt key stands for the one that is meant.
        let meant = fault.suggestion.filter(|_| fault.message == UNKNOWN_KEY);
        struck.push(Place { key: meant.unwrap_or(place.key), ..place });
    }
    None
}

/// Where the value under `path` (such as `t-server[0].address`) stands; the nearest table above it when absent.
pub(crate) fn locate(root: &Spanned<DeValue<'_>>, path: &str) -> Range<usize> {
    let mut at = root;
    for step in steps(path) {
        let Some(next) = below(at, step) else { break };
        at = next;
    }
    at.span()
}

fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '[']).map(|step| step.trim_end_matches(']')).filter(|step| !step.is_empty())
}

fn below<'v, 't>(value: &'v Spanned<DeValue<'t>>, step: &str) -> Option<&'v Spanned<DeValue<'t>>> {
    match value.get_ref() {
        DeValue::Table(table) => table.get(step),
        DeValue::Array(array) => step.parse().ok().and_then(|index: usize| array.get(index)),
        _ => None,
    }
}

/// Where something stands.
struct Place {
    /// With all its tables.
    path: String,
    /// Its last step.
    key: String,
    /// Span of the table or array it is in.
    parent: Range<usize>,
}

/// A required key is not missing when it is there but misspelt or wrong, and a list not empty whose element was wrong: that
/// was reported already.
fn follows_from(fault: &Fault, at: Option<&Range<usize>>, struck: &[Place]) -> bool {
    let mut struck_there = struck.iter().filter(|place| Some(&place.parent) == at);
    match &fault.missing {
        Some(missing) => struck_there.any(|place| place.key == *missing),
        None => struck_there.any(|place| place.path.ends_with(']')),
    }
}

/// Finds the innermost key or element whose key or value stands exactly at `span`.
fn place(value: &Spanned<DeValue<'_>>, span: &Range<usize>, path: &str) -> Option<Place> {
    let parent = value.span();
    match value.get_ref() {
        DeValue::Table(entries) => entries.iter().find_map(|(key, entry)| {
            let path = join(path, key.get_ref());
            let here = key.span() == *span || entry.span() == *span;
            place(entry, span, &path)
                .or_else(|| here.then(|| Place { path, key: key.get_ref().to_string(), parent: parent.clone() }))
        }),
        DeValue::Array(elements) => elements.iter().enumerate().find_map(|(index, element)| {
            let path = format!("{path}[{index}]");
            let here = element.span() == *span;
            place(element, span, &path)
                .or_else(|| here.then(|| Place { path, key: index.to_string(), parent: parent.clone() }))
        }),
        _ => None,
    }
}

/// Takes it out. False when nothing stands there.
fn strike(value: &mut Spanned<DeValue<'_>>, span: &Range<usize>) -> bool {
    match value.get_mut() {
        DeValue::Table(entries) => {
            if entries.iter_mut().any(|(_, entry)| strike(entry, span)) {
                return true;
            }
            let stands_there = |(key, entry): &(&Spanned<_>, &Spanned<_>)| key.span() == *span || entry.span() == *span;
            let key = entries.iter().find(stands_there).map(|(key, _)| key.clone());
            key.is_some_and(|key| entries.remove(&key).is_some())
        }
        DeValue::Array(elements) => {
            if elements.iter_mut().any(|element| strike(element, span)) {
                return true;
            }
            let before = elements.len();
            *elements = std::mem::replace(elements, DeArray::new())
                .into_iter()
                .filter(|element| element.span() != *span)
                .collect();
            elements.len() < before
        }
        _ => false,
    }
}

/// `table.key`.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_wrong_value_is_one_fault_and_what_follows_from_it_is_none() {
        let base = "[directory]\nfile = 'd.toml'\n[[t-server]]\nname = 'north'\naddress = 'h:1'\n";
        for (rule, faults) in [
            ("availability = ['bussy']\nstate = 'not-ready'", &["availability"][..]),
            ("availability = []\nstate = 'not-ready'", &["availability"]),
            ("availability = ['busy']\nstate = 'notready'", &["state"]),
            ("availability = ['bussy']\nstate = 'notready'", &["availability", "state"]),
            ("availability = ['busy']\nstat = 'not-ready'", &["stat"]),
            ("availability = ['busy']", &["state"]),
        ] {
            let text = format!("{base}[[presence-rule]]\n{rule}\n");
            let source = Arc::new(Source { path: "/etc/uc.toml".into(), text });
            let problems = Config::read(&source).unwrap_err();
            let keys: Vec<_> = problems.iter().filter_map(|problem| problem.key.split('.').nth(1)).collect();
            let named = |key: &&str| key.split('[').next().unwrap_or_default().to_owned();
            assert_eq!(keys.iter().map(named).collect::<Vec<_>>(), faults, "{rule}: {problems:?}");
        }
    }
}
