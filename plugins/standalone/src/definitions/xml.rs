//! XML of an untrusted document as plain tokens: namespaces resolved, no DTD, no entities but the five of XML and
//! character references, depth and attributes bounded.

use super::{Invalid, MAX_BYTES};
use quick_xml::{
    NsReader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
    name::{Namespace, ResolveResult},
};

/// The one namespace of the document (host/docs/requirements.md, "Presence definition document").
pub(super) const NAMESPACE: &str = "http://genesyslab.com/schemas/ucc/presence";

const MAX_DEPTH: u32 = 16;
const MAX_ATTRIBUTES: usize = 32;

/// A piece of the document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A start tag. Every one is followed by its `Close`, empty elements too.
    Open(Element),
    /// The end tag of the innermost open element.
    Close,
    /// Text; one run of it may come in several pieces.
    Text(String),
    /// The end of the document, outside of every element.
    End,
}

/// A start tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Element {
    /// Name without prefix.
    pub(super) name: String,
    /// Whether it is in [`NAMESPACE`].
    pub(super) ours: bool,
    /// Attributes without prefix, in order.
    pub(super) attributes: Vec<(String, String)>,
    /// Line of the tag, from 1.
    pub(super) line: u32,
}

/// Reads tokens one by one.
pub(super) struct Tokens<'a> {
    reader: NsReader<&'a [u8]>,
    text: &'a str,
    depth: u32,
    line: u32,
    /// Lines are counted up to this byte.
    counted: usize,
}

impl<'a> Tokens<'a> {
    /// Checks size and encoding, and starts at the beginning.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, Invalid> {
        if bytes.len() > MAX_BYTES {
            return Err(invalid(1, format!("the document has {} bytes, {MAX_BYTES} are allowed", bytes.len())));
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = 1 + bytes[..error.valid_up_to()].iter().map(|byte| u32::from(*byte == b'\n')).sum::<u32>();
            invalid(line, "the document is not UTF-8; save it as UTF-8".into())
        })?;
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { reader, text, depth: 0, line: 1, counted: 0 })
    }

    /// The next token. Errors make the whole document invalid.
    pub(super) fn next(&mut self) -> Result<Token, Invalid> {
        loop {
            self.count_lines();
            let line = self.line;
            let (namespace, event) = match self.reader.read_resolved_event() {
                Ok((namespace, event)) => (namespace == ResolveResult::Bound(Namespace(NAMESPACE)), event),
                Err(error) => return Err(invalid(line, format!("not well-formed XML: {error}"))),
            };
            if let Some(token) = self.token(namespace, event, line)? {
                return Ok(token);
            }
        }
    }

    /// Skips the rest of the element just opened.
    pub(super) fn skip(&mut self) -> Result<(), Invalid> {
        let outside = self.depth - 1;
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }

    /// Where the next token begins.
    pub(super) fn line(&mut self) -> u32 {
        self.count_lines();
        self.line
    }

    fn token(&mut self, ours: bool, event: Event<'_>, line: u32) -> Result<Option<Token>, Invalid> {
        Ok(Some(match event {
            Event::Start(tag) | Event::Empty(tag) => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(invalid(line, format!("elements are nested deeper than {MAX_DEPTH}")));
                }
                Token::Open(element(&tag, ours, line)?)
            }
            Event::End(_) => {
                self.depth -= 1;
                Token::Close
            }
            Event::Text(text) => Token::Text(text.xml10_content().into_owned()),
            Event::CData(text) => Token::Text(text.xml10_content().into_owned()),
            Event::GeneralRef(reference) => Token::Text(resolve(&reference, line)?),
            Event::DocType(_) => return Err(invalid(line, "a document type (DTD) is not allowed; remove it".into())),
            Event::Eof if self.depth > 0 => return Err(invalid(line, "the document ends inside an element".into())),
            Event::Eof => Token::End,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => return Ok(None),
        }))
    }

    fn count_lines(&mut self) {
        let position = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.text.len());
        self.line += line_breaks(self.text.get(self.counted..position).unwrap_or_default());
        self.counted = position;
    }
}

/// An error at a line.
pub(super) fn invalid(line: u32, why: String) -> Invalid {
    Invalid { line, why, warnings: Vec::new() }
}

/// How many lines end in this text.
pub(super) fn line_breaks(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

fn element(tag: &BytesStart<'_>, ours: bool, line: u32) -> Result<Element, Invalid> {
    let mut attributes: Vec<(String, String)> = Vec::new();
    // The reader's own check for twins costs the square of the number of attributes.
    for (count, attribute) in tag.attributes().with_checks(false).enumerate() {
        if count == MAX_ATTRIBUTES {
            return Err(invalid(line, format!("an element has more than {MAX_ATTRIBUTES} attributes")));
        }
        let attribute = attribute.map_err(|error| invalid(line, format!("not well-formed XML: {error}")))?;
        let name = attribute.key;
        if name.prefix().is_some() || name.as_namespace_binding().is_some() {
            continue;
        }
        let name = name.local_name().into_inner().to_owned();
        if attributes.iter().any(|(known, _)| *known == name) {
            return Err(invalid(line, format!("attribute {name:?} is given twice")));
        }
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| invalid(line, format!("value of attribute {name:?}: {error}")))?;
        attributes.push((name, value.into_owned()));
    }
    Ok(Element { name: tag.local_name().into_inner().to_owned(), ours, attributes, line })
}

fn resolve(reference: &BytesRef<'_>, line: u32) -> Result<String, Invalid> {
    if let Some(character) =
        reference.resolve_char_ref().map_err(|error| invalid(line, format!("not well-formed XML: {error}")))?
    {
        return Ok(character.into());
    }
    let name = reference.xml10_content();
    resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| invalid(line, format!("entity &{name}; is unknown; only those of XML itself are allowed")))
}
