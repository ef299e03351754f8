//! A user's contact list, kept on the server (`vnd-microsoft-roaming-contacts`).

use super::{
    documents::{bare, escape, put},
    xml::Element,
};
use bytes::BytesMut;
use std::fmt::Write;

/// Groups that every list has: the default one, and one that a new contact may be put into.
const GROUPS: &str = "<group id=\"1\" name=\"~\" externalURI=\"\"/><group id=\"2\" name=\"Agents\" externalURI=\"\"/>";

#[derive(Clone, Debug)]
struct Contact {
    uri: String,
    name: String,
    groups: String,
}

/// The list and the number of its last change.
#[derive(Clone, Debug)]
pub(super) struct Contacts {
    delta: u32,
    all: Vec<Contact>,
}

impl Default for Contacts {
    fn default() -> Self {
        Self { delta: 1, all: Vec::new() }
    }
}

impl Contacts {
    pub(super) fn new(uris: impl Iterator<Item = String>) -> Self {
        let contact = |uri| Contact { uri, name: String::new(), groups: "2".into() };
        Self { delta: 1, all: uris.map(contact).collect() }
    }

    /// Most contacts of a user, as on real servers.
    const MAX: usize = 1000;

    /// Carries out `setContact` or `deleteContact`. Says what watchers of the list get, or the diagnostics.
    pub(super) fn edit(&mut self, body: &Element<'_>) -> Result<BytesMut, (u32, &'static str)> {
        let found = |name| body.all(name).into_iter().next();
        let edit = found("setContact").or_else(|| found("deleteContact"));
        let edit = edit.ok_or((4001, "the request is neither setContact nor deleteContact"))?;
        let text = |name: &str| edit.child(name).map(|child| child.text.trim().to_owned()).unwrap_or_default();
        let uri = super::users::canonical(&text("URI"));
        self.all.retain(|known| known.uri != uri);
        let previous = self.delta;
        self.delta += 1;
        let mut out = BytesMut::new();
        let _ = write!(out, "<contactDelta deltaNum=\"{}\" prevDeltaNum=\"{previous}\">", self.delta);
        if edit.name == "setContact" {
            if self.all.len() >= Self::MAX {
                return Err((2007, "too many contacts"));
            }
            let contact = Contact { uri, name: text("displayName"), groups: text("groups") };
            put_contact(&mut out, "addedContact", &contact);
            self.all.push(contact);
        } else {
            put(&mut out, "<deletedContact uri=\"");
            escape(&mut out, bare(&uri));
            put(&mut out, "\"/>");
        }
        put(&mut out, "</contactDelta>");
        Ok(out)
    }

    /// The whole list.
    pub(super) fn put_list(&self, out: &mut BytesMut) {
        let _ = write!(out, "<contactList deltaNum=\"{}\">{GROUPS}", self.delta);
        self.all.iter().for_each(|contact| put_contact(out, "contact", contact));
        put(out, "</contactList>");
    }

    /// Addresses in the list.
    pub(super) fn uris(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|contact| contact.uri.as_str())
    }
}

fn put_contact(out: &mut BytesMut, element: &str, contact: &Contact) {
    let _ = write!(out, "<{element}");
    for (name, value) in [("uri", bare(&contact.uri)), ("name", &contact.name), ("groups", &contact.groups)] {
        let _ = write!(out, " {name}=\"");
        escape(out, value);
        put(out, "\"");
    }
    put(out, " subscribed=\"true\" externalURI=\"\"/>");
}
