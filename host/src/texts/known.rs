//! Which texts pages ask for, and what they fill in: read from the client's English, which has them all.

use super::{
    Said, entries,
    named::{Named, named},
    place,
    reach::{Lost, Node, Reach},
};
use crate::{
    config::{Problem, Source, suggest::closest},
    web::own_texts,
};
use fluent_syntax::parser::parse_runtime;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Every text of the client, with the places that are filled in.
#[derive(Debug)]
pub(super) struct Known(BTreeMap<String, BTreeSet<String>>);

/// What is wrong with one text.
#[derive(Debug)]
pub(super) struct Fault<'t> {
    /// The words to point at.
    at: &'t str,
    message: String,
    allowed: Option<String>,
    suggestion: Option<String>,
}

impl Default for Known {
    fn default() -> Self {
        let english = parse_runtime(own_texts("en").unwrap_or_default()).unwrap_or_else(|(resource, _)| resource);
        Self(entries(&english).map(|entry| (entry.node.name().to_owned(), places(&entry))).collect())
    }
}

fn places(entry: &Said<'_, '_>) -> BTreeSet<String> {
    let all = entry.value.into_iter().flat_map(named);
    all.filter_map(|one| if let Named::Place(name) = one { Some(name.to_owned()) } else { None }).collect()
}

impl Known {
    /// What is filled into one of the client's texts; none: there is no such text.
    pub(super) fn places(&self, key: &str) -> Option<&BTreeSet<String>> {
        self.0.get(key)
    }

    /// What keeps an entry of the site from standing in the place of the client's, or from being referred to.
    pub(super) fn faults<'t>(&'t self, reach: &mut Reach<'t>, entry: &Said<'_, 't>) -> Vec<Fault<'t>> {
        let key = entry.node.name();
        let Some(places) = self.fillable(entry.node) else {
            let suggestion = closest(key, self.0.keys().map(String::as_str));
            return vec![Fault::new(key, "pages have no such text").suggesting(suggestion)];
        };
        let attribute = entry.attributes.first().map(|attribute| Fault::new(attribute.id.name, NO_ATTRIBUTES));
        let empty = entry.value.is_none().then(|| Fault::new(key, "this text has no words"));
        let wrong = entry.value.into_iter().flat_map(named).filter_map(|one| fault(reach, places, one));
        attribute.into_iter().chain(empty).chain(wrong).collect()
    }

    /// What may be filled into an entry; for terms whatever they are given, which each reference to them says.
    fn fillable(&self, node: Node<'_>) -> Option<Option<&BTreeSet<String>>> {
        match node {
            Node::Text(key) => self.0.get(key).map(Some),
            Node::Term(_) => Some(None),
        }
    }
}

/// `places`: what is filled into the text that has this name in it; none: anything may be.
fn fault<'t>(reach: &mut Reach<'t>, places: Option<&BTreeSet<String>>, named: Named<'t>) -> Option<Fault<'t>> {
    let filled = |place: &str| places.is_none_or(|places| places.contains(place));
    match named {
        Named::Place(name) if !filled(name) => Some(not_filled(name, places?)),
        Named::Text(name) if !reach.has(Node::Text(name)) => Some(Fault::new(name, "pages have no such text")),
        Named::Term(name, _) if !reach.has(Node::Term(name)) => Some(Fault::new(name, "this file has no such term")),
        Named::Text(name) => lacks(reach, Node::Text(name), filled, "not filled into this text"),
        Named::Term(name, given) => {
            lacks(reach, Node::Term(name), |place| given.contains(&place), "not given to the term here")
        }
        Named::Function(name) if name != "NUMBER" => {
            Some(Fault { allowed: Some("NUMBER".to_owned()), ..Fault::new(name, "pages have no such function") })
        }
        Named::Attribute(name) => Some(Fault::new(name, NO_ATTRIBUTES)),
        _ => None,
    }
}

fn not_filled<'t>(name: &'t str, places: &BTreeSet<String>) -> Fault<'t> {
    let all = places.iter().map(|place| format!("${place}")).collect::<Vec<_>>();
    let allowed = if all.is_empty() { "nothing".to_owned() } else { all.join(", ") };
    let suggestion = closest(name, places.iter().map(String::as_str));
    let fault = Fault::new(name, format!("${name} is not filled into this text"));
    Fault { allowed: Some(allowed), ..fault.suggesting(suggestion) }
}

/// What a reference lacks of what its target needs.
fn lacks<'t>(reach: &mut Reach<'t>, node: Node<'t>, has: impl Fn(&str) -> bool, why: &str) -> Option<Fault<'t>> {
    let name = node.name();
    match reach.needs(node) {
        Err(Lost::Cycle) => Some(Fault::new(name, "this leads back to where it came from")),
        Err(Lost::TooLong) => Some(Fault::new(name, "this leads by way of too many others")),
        Ok(needs) => {
            let place = needs.into_iter().find(|place| !has(place))?;
            Some(Fault::new(name, format!("this needs ${place}, which is {why}")))
        }
    }
}

const NO_ATTRIBUTES: &str = "texts of pages have no attributes";

impl<'t> Fault<'t> {
    fn new(at: &'t str, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), allowed: None, suggestion: None }
    }

    fn suggesting(self, suggestion: Option<String>) -> Self {
        Self { suggestion, ..self }
    }

    /// As a problem of the text `key` in its file.
    pub(super) fn in_file(self, source: &Arc<Source>, key: &str) -> Problem {
        let Self { at, message, allowed, suggestion } = self;
        let problem = Problem::with_key(source, Some(place(&source.text, at)), key, message);
        Problem { allowed, suggestion, ..problem }
    }
}
