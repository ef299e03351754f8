//! The body of a notify: one document, or many in a multipart body.

use crate::{
    categories::Categories,
    forks::Forks,
    presentity,
    resource_list::{self, Resource, Resources, Standing},
};
use std::collections::{HashMap, HashSet};
use thiserror::Error;
use uc_sip::{
    message::multipart::{self, BadMultipart, Part},
    site::xml::BadXml,
};

/// One document of a notify.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Document {
    Categories(Categories),
    Resources(Resources),
}

/// A document that cannot be used, and whose it is, as far as that can be seen. The server's fault, or that of whoever
/// published it.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("{why}")]
pub(crate) struct BadDocument {
    pub(crate) why: Why,
    pub(crate) whose: Whose,
}

/// Whose a document is that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The resource list beside it says so (RFC 4662, section 5.5: the instance's `cid`).
    Listed(String),
    /// Its Content-ID, which real servers make of the person's address and others of anything; empty: there is none.
    Perhaps(String),
}

/// What is wrong with a document.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum Why {
    #[error(transparent)]
    Xml(#[from] BadXml),
    #[error(transparent)]
    Multipart(#[from] BadMultipart),
    #[error("`{0}` is not a kind of presence document that was asked for")]
    Kind(String),
    #[error("the part `{0}`, which the resource list names, is not there")]
    Missing(String),
}

/// Reads a body. A part that is broken takes nobody else's presence with it. A body that is broken between its parts is
/// told first, then the resource lists and whose parts they name that are not there, then the other parts before the
/// fault, at last what counts of those who have several: whoever is told of under another name than the list has is not
/// in doubt.
pub(crate) fn read(content_type: &str, body: &[u8], mut each: impl FnMut(Result<Document, BadDocument>)) {
    if !multipart::is_multipart(content_type) {
        let whose = |why| BadDocument { why, whose: Whose::Perhaps(String::new()) };
        return each(document(content_type, body).map_err(whose));
    }
    let mut parts = Vec::new();
    let whole = multipart::parts_into(&mut parts, content_type, body);
    if let Err(error) = whole {
        each(Err(BadDocument { why: error.into(), whose: Whose::Perhaps(String::new()) }));
    }
    let (lists, others): (Vec<&Part<'_>>, Vec<_>) = parts.iter().partition(|part| is_list(kind(part.content_type)));
    let (mut missing, mut forks) = (Vec::new(), Forks::default());
    for list in &lists {
        let read = document(list.content_type, list.body);
        if let Ok(Document::Resources(list)) = &read {
            forks.learn(list);
        }
        if let Ok(Document::Resources(list)) = &read {
            // Behind a fault between the parts only those are missed who have several: what is lost may say less of them.
            let of_several = |(id, _): &(String, String)| whole.is_ok() || forks.has(id);
            missing.extend(absent(list, &others).into_iter().filter(of_several));
        }
        each(read.map_err(|why| BadDocument { why, whose: Whose::Perhaps(list.id.to_owned()) }));
    }
    // A part that can be read and does not say its name is one of those that are not there.
    let mut nameless = missing.len();
    for (id, uri) in missing {
        let absent = Err(BadDocument { why: Why::Missing(id.clone()), whose: Whose::Listed(uri) });
        forks.take(&id, absent).into_iter().for_each(&mut each);
    }
    // Nearly always every part can be read, and nobody asks whose one is.
    let mut names = None;
    for part in others {
        let read = document(part.content_type, part.body);
        if read.is_err() && part.id.is_empty() && nameless > 0 {
            nameless -= 1;
            continue;
        }
        let read = read.map_err(|why| {
            let listed = names.get_or_insert_with(|| listed(&lists)).get(part.id).filter(|_| !part.id.is_empty());
            let whose = listed.map_or_else(|| Whose::Perhaps(part.id.to_owned()), |uri| Whose::Listed(uri.clone()));
            BadDocument { why, whose }
        });
        forks.take(part.id, read).into_iter().for_each(&mut each);
    }
    forks.told().for_each(each);
}

/// The parts that a list names and that are not there, and whose they are.
fn absent(list: &Resources, parts: &[&Part<'_>]) -> Vec<(String, String)> {
    let there: HashSet<_> = parts.iter().map(|part| part.id).collect();
    let named =
        list.all.iter().flat_map(|resource| resource.instances.iter().map(|instance| (instance, &resource.uri)));
    let active = named.filter(|(instance, _)| instance.standing == Standing::Active && !instance.cid.is_empty());
    let absent = active.filter(|(instance, _)| !there.contains(&*instance.cid));
    absent.map(|(instance, uri)| (instance.cid.clone(), uri.clone())).collect()
}

/// Whose each part is, by Content-ID, as these resource lists say.
fn listed(lists: &[&Part<'_>]) -> HashMap<String, String> {
    let all = lists.iter().filter_map(|list| match document(list.content_type, list.body) {
        Ok(Document::Resources(resources)) => Some(resources.all),
        _ => None,
    });
    let of = |Resource { uri, instances }: Resource| {
        instances.into_iter().map(move |instance| (instance.cid, uri.clone())).collect::<Vec<_>>()
    };
    all.flatten().flat_map(of).collect()
}

fn document(content_type: &str, body: &[u8]) -> Result<Document, Why> {
    match of_text(content_type, body) {
        // Foreign bytes stand in somebody's text; they do not hide the rest.
        Err(Why::Xml(BadXml::NotUtf8)) => of_text(content_type, String::from_utf8_lossy(body).as_bytes()),
        read => read,
    }
}

fn kind(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn is_list(kind: &str) -> bool {
    kind.eq_ignore_ascii_case("application/rlmi+xml")
}

fn of_text(content_type: &str, body: &[u8]) -> Result<Document, Why> {
    let kind = kind(content_type);
    if kind.eq_ignore_ascii_case("application/msrtc-event-categories+xml") {
        Ok(Document::Categories(Categories::read(body)?))
    } else if is_list(kind) {
        Ok(Document::Resources(resource_list::read(body)?))
    } else if kind.eq_ignore_ascii_case("text/xml+msrtc.pidf") {
        Ok(Document::Categories(presentity::read(body)?))
    } else {
        Err(Why::Kind(kind.chars().take(80).collect()))
    }
}
