//! Which texts pages ask for, and what they fill in: read from the client's English, which has them all.

use super::{
    messages,
    named::{Named, named},
    place,
};
use crate::{
    config::{Problem, Source, suggest::closest},
    web::own_texts,
};
use fluent_syntax::{
    ast::{Entry, Message, Resource},
    parser::parse_runtime,
};
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
        Self(messages(&english).map(|message| (message.id.name.to_owned(), places(message))).collect())
    }
}

fn places(message: &Message<&str>) -> BTreeSet<String> {
    let all = message.value.iter().flat_map(named);
    all.filter_map(|one| if let Named::Place(name) = one { Some(name.to_owned()) } else { None }).collect()
}

impl Known {
    /// What keeps a message of the site from standing in the place of the client's.
    pub(super) fn faults<'t>(&self, resource: &Resource<&'t str>, message: &Message<&'t str>) -> Vec<Fault<'t>> {
        let key = message.id.name;
        let Some(places) = self.0.get(key) else {
            let suggestion = closest(key, self.0.keys().map(String::as_str));
            return vec![Fault::new(key, "pages have no such text").suggesting(suggestion)];
        };
        let attribute = message.attributes.first().map(|attribute| Fault::new(attribute.id.name, NO_ATTRIBUTES));
        let empty = message.value.is_none().then(|| Fault::new(key, "this text has no words"));
        let wrong = message.value.iter().flat_map(named).filter_map(|one| self.fault(resource, places, one));
        attribute.into_iter().chain(empty).chain(wrong).collect()
    }

    fn fault<'t>(
        &self,
        resource: &Resource<&'t str>,
        places: &BTreeSet<String>,
        named: Named<'t>,
    ) -> Option<Fault<'t>> {
        match named {
            Named::Place(name) if !places.contains(name) => {
                let all = places.iter().map(|place| format!("${place}")).collect::<Vec<_>>();
                let allowed = if all.is_empty() { "nothing".to_owned() } else { all.join(", ") };
                let suggestion = closest(name, places.iter().map(String::as_str));
                let fault = Fault::new(name, format!("${name} is not filled into this text"));
                Some(Fault { allowed: Some(allowed), ..fault.suggesting(suggestion) })
            }
            Named::Text(name) if !self.0.contains_key(name) => Some(Fault::new(name, "pages have no such text")),
            Named::Term(name) if !has_term(resource, name) => Some(Fault::new(name, "this file has no such term")),
            Named::Function(name) if name != "NUMBER" => {
                Some(Fault { allowed: Some("NUMBER".to_owned()), ..Fault::new(name, "pages have no such function") })
            }
            Named::Attribute(name) => Some(Fault::new(name, NO_ATTRIBUTES)),
            _ => None,
        }
    }
}

const NO_ATTRIBUTES: &str = "texts of pages have no attributes";

fn has_term(resource: &Resource<&str>, name: &str) -> bool {
    resource.body.iter().any(|entry| matches!(entry, Entry::Term(term) if term.id.name == name))
}

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
