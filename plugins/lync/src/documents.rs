//! The body of a notify: one document, or many in a multipart body.

use crate::{
    categories::Categories,
    presentity,
    resource_list::{self, Resources},
};
use std::collections::HashMap;
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
}

/// Reads a body. A part that is broken takes nobody else's presence with it. A body that is broken between its parts is
/// told first, then the parts before the fault.
pub(crate) fn read(content_type: &str, body: &[u8], mut each: impl FnMut(Result<Document, BadDocument>)) {
    if !multipart::is_multipart(content_type) {
        let whose = |why| BadDocument { why, whose: Whose::Perhaps(String::new()) };
        return each(document(content_type, body).map_err(whose));
    }
    let mut parts = Vec::new();
    if let Err(error) = multipart::parts_into(&mut parts, content_type, body) {
        each(Err(BadDocument { why: error.into(), whose: Whose::Perhaps(String::new()) }));
    }
    // Nearly always every part can be read, and nobody asks whose one is.
    let mut names = None;
    for part in &parts {
        each(document(part.content_type, part.body).map_err(|why| {
            let names = names.get_or_insert_with(|| listed(&parts));
            let listed = names.get(part.id).filter(|_| !part.id.is_empty()).cloned();
            BadDocument { why, whose: listed.map_or_else(|| Whose::Perhaps(part.id.to_owned()), Whose::Listed) }
        }));
    }
}

/// Whose each part is, by Content-ID, as the resource lists among the parts say.
fn listed(parts: &[Part<'_>]) -> HashMap<String, String> {
    let lists = parts.iter().filter(|part| is_list(kind(part.content_type)));
    lists.flat_map(|list| resource_list::instances(&String::from_utf8_lossy(list.body))).collect()
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
