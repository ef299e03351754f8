//! The body of a notify: one document, or many in a multipart body.

use crate::{
    categories::Categories,
    presentity,
    resource_list::{self, Resources},
};
use thiserror::Error;
use uc_sip::{
    message::multipart::{self, BadMultipart},
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
    /// Content-ID of the part, the person's address; empty: it could be anybody's.
    pub(crate) whose: String,
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
        return each(document(content_type, "", body));
    }
    let mut parts = Vec::new();
    if let Err(error) = multipart::parts_into(&mut parts, content_type, body) {
        each(Err(BadDocument { why: error.into(), whose: String::new() }));
    }
    parts.iter().for_each(|part| each(document(part.content_type, part.id, part.body)));
}

fn document(content_type: &str, whose: &str, body: &[u8]) -> Result<Document, BadDocument> {
    let read = match of_text(content_type, body) {
        // Foreign bytes stand in somebody's text; they do not hide the rest.
        Err(Why::Xml(BadXml::NotUtf8)) => of_text(content_type, String::from_utf8_lossy(body).as_bytes()),
        read => read,
    };
    read.map_err(|why| BadDocument { why, whose: whose.to_owned() })
}

fn of_text(content_type: &str, body: &[u8]) -> Result<Document, Why> {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/msrtc-event-categories+xml") {
        Ok(Document::Categories(Categories::read(body)?))
    } else if kind.eq_ignore_ascii_case("application/rlmi+xml") {
        Ok(Document::Resources(resource_list::read(body)?))
    } else if kind.eq_ignore_ascii_case("text/xml+msrtc.pidf") {
        Ok(Document::Categories(presentity::read(body)?))
    } else {
        Err(Why::Kind(kind.chars().take(80).collect()))
    }
}
