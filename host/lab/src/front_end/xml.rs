//! Bodies of requests as small trees. Clients write the prefixes they like, so elements go by their local names.

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};
use thiserror::Error;

/// Deepest nesting of a body; real ones have about ten levels.
const MAX_DEPTH: usize = 32;
/// Most elements of a body; a batch of a thousand users has about as many.
const MAX_ELEMENTS: usize = 20_000;

/// A body that is no document. The client's fault.
#[derive(Debug, Error)]
pub(super) enum BadXml {
    #[error("not well-formed: {0}")]
    Malformed(String),
    #[error("a document type is not allowed")]
    DocType,
    #[error("too deep or too large")]
    TooLarge,
}

/// One element.
#[derive(Debug, Default)]
pub(super) struct Element<'a> {
    pub(super) name: &'a str,
    pub(super) attributes: Vec<(&'a str, String)>,
    pub(super) children: Vec<Element<'a>>,
    /// All text directly inside, joined.
    pub(super) text: String,
    /// The element as it was written.
    pub(super) raw: &'a str,
}

impl<'a> Element<'a> {
    /// Reads a document.
    ///
    /// # Errors
    /// [`BadXml`].
    pub(super) fn parse(source: &'a str) -> Result<Self, BadXml> {
        let mut reader = Reader::from_str(source);
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<(usize, Element<'a>)> = Vec::new();
        let mut count = 0;
        loop {
            let start = reader.buffer_position() as usize;
            match reader.read_event().map_err(|error| BadXml::Malformed(error.to_string()))? {
                Event::Start(tag) => {
                    count += 1;
                    if open.len() == MAX_DEPTH || count > MAX_ELEMENTS {
                        return Err(BadXml::TooLarge);
                    }
                    open.push((start, Self::begin(source, start, &tag)?));
                }
                Event::End(_) => {
                    let end = reader.buffer_position() as usize;
                    let Some((start, mut element)) = open.pop() else { break };
                    element.raw = &source[start..end];
                    match open.last_mut() {
                        Some((_, parent)) => parent.children.push(element),
                        None => return Ok(element),
                    }
                }
                Event::DocType(_) => return Err(BadXml::DocType),
                Event::Eof => break,
                other => Self::append(open.last_mut().map(|(_, element)| element), &other)?,
            }
        }
        Err(BadXml::Malformed("it ends too early".into()))
    }

    fn begin(source: &'a str, start: usize, tag: &BytesStart<'_>) -> Result<Self, BadXml> {
        let malformed = |error: &dyn std::fmt::Display| BadXml::Malformed(error.to_string());
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| malformed(&error))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| malformed(&error))?;
            let name = attribute.key.local_name();
            attributes.push((within(source, start, name.as_ref()), value.into_owned()));
        }
        let name = within(source, start, tag.local_name().as_ref());
        Ok(Self { name, attributes, ..Self::default() })
    }

    fn append(element: Option<&mut Self>, event: &Event<'_>) -> Result<(), BadXml> {
        let Some(element) = element else { return Ok(()) };
        match event {
            Event::Text(text) => element.text.push_str(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) => element.text.push_str(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) => element.text.push_str(&resolve(reference)?),
            _ => {}
        }
        Ok(())
    }

    /// Value of an attribute, whatever its prefix.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// A number in an attribute.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.get(name)?.trim().parse().ok()
    }

    /// First child of that name.
    pub(super) fn child(&self, name: &str) -> Option<&Element<'a>> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All descendants of that name, and this element itself.
    pub(super) fn all<'e>(&'e self, name: &'e str) -> Vec<&'e Element<'a>> {
        let mut found: Vec<_> = if self.name == name { vec![self] } else { Vec::new() };
        found.extend(self.children.iter().flat_map(|child| child.all(name)));
        found
    }
}

/// The name in the source itself: a tag handed out by the reader does not live long enough.
fn within<'a>(source: &'a str, start: usize, name: &str) -> &'a str {
    let rest = &source[start..];
    rest.find(name).map_or("", |at| &rest[at..at + name.len()])
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, BadXml> {
    let character = reference.resolve_char_ref().map_err(|error| BadXml::Malformed(error.to_string()))?;
    match (character, resolve_predefined_entity(reference)) {
        (Some(character), _) => Ok(character.into()),
        (None, Some(text)) => Ok(text.into()),
        (None, None) => Err(BadXml::Malformed("an entity is not known".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front_end::documents::escape;
    use proptest::prelude::*;

    proptest! {
        /// Nothing a client sends ends the server.
        #[test]
        fn noise_is_a_tree_or_an_error(source in "(<|>|/|&|;|\"|=| |a|b|x:|#|!|\\[|\\]|-|\\?|\\PC){0,60}") {
            let _ = Element::parse(&source);
        }

        /// What is escaped reads as it was.
        #[test]
        fn escaped_text_comes_back(text in "[^\\p{Cc}]{0,40}") {
            let mut out = bytes::BytesMut::new();
            escape(&mut out, &text);
            let source = format!("<a b=\"{0}\">{0}</a>", std::str::from_utf8(&out).unwrap());
            let element = Element::parse(&source).unwrap();
            prop_assert_eq!(&element.text, &text);
            prop_assert_eq!(element.get("b"), Some(&*text));
        }
    }

    #[test]
    fn trees_keep_text_attributes_and_source() {
        let source =
            r#"<?xml version="1.0"?><a:p xmlns:a="x"><a:q a:type="t&amp;u" n="7">R&amp;D &#x41;</a:q><r/></a:p>"#;
        let root = Element::parse(source).unwrap();
        let q = root.child("q").unwrap();
        assert_eq!((q.get("type"), q.number("n"), q.text.as_str()), (Some("t&u"), Some(7), "R&D A"));
        assert_eq!(q.raw, r#"<a:q a:type="t&amp;u" n="7">R&amp;D &#x41;</a:q>"#);
        assert_eq!(root.child("r").unwrap().raw, "<r/>");
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let deep = "<a>".repeat(MAX_DEPTH + 1);
        let refused =
            ["", "<a>", "</a>", "<a></b>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "<a>&x;</a>", "<a b=1/>", &deep];
        for source in refused {
            assert!(Element::parse(source).is_err(), "{source}");
        }
    }
}
