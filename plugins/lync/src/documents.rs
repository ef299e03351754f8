//! The body of a notify: one document, or many in a multipart body.

use crate::{
    categories::Categories,
    resource_list::{self, Resource},
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
    Resources(Vec<Resource>),
}

/// A document that cannot be used. The server's fault, or that of whoever published it.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum BadDocument {
    #[error(transparent)]
    Xml(#[from] BadXml),
    #[error(transparent)]
    Multipart(#[from] BadMultipart),
    #[error("`{0}` is not a kind of presence document that was asked for")]
    Kind(String),
}

/// Reads a body. A part that is broken takes nobody else's presence with it.
pub(crate) fn read(content_type: &str, body: &[u8], mut each: impl FnMut(Result<Document, BadDocument>)) {
    if !multipart::is_multipart(content_type) {
        return each(document(content_type, body));
    }
    match multipart::parts(content_type, body) {
        Ok(parts) => parts.iter().for_each(|part| each(document(part.content_type, part.body))),
        Err(error) => each(Err(error.into())),
    }
}

fn document(content_type: &str, body: &[u8]) -> Result<Document, BadDocument> {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/msrtc-event-categories+xml") {
        Ok(Document::Categories(Categories::read(body)?))
    } else if kind.eq_ignore_ascii_case("application/rlmi+xml") {
        Ok(Document::Resources(resource_list::read(body)?))
    } else {
        Err(BadDocument::Kind(kind.chars().take(80).collect()))
    }
}
