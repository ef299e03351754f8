//! Walking through a small XML body: elements with their namespace, bounded text, no entities, no document type.

use quick_xml::{
    NsReader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
    name::{Namespace as Bound, ResolveResult},
};
use std::borrow::Cow;
use thiserror::Error;

/// Deepest nesting; real documents have about ten levels.
const MAX_DEPTH: usize = 64;

/// A body that is no document of the kind expected. The server's fault, or that of whoever published it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadXml {
    /// Not text.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// Not well-formed.
    #[error("not well-formed: {0}")]
    Malformed(String),
    /// A document type, whose entities could be anything.
    #[error("a document type is not allowed")]
    DocType,
    /// Nested too deep.
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Another document than expected.
    #[error("the root element is not `{0}` in its namespace")]
    Root(&'static str),
    /// A number that cannot be read.
    #[error("`{0}` is no number")]
    Number(&'static str),
    /// It does not say whose it is.
    #[error("the root element has no `uri`")]
    NoUri,
}

/// Namespaces that mean something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// A list of categories.
    Categories,
    /// The value of the category `state`.
    State,
    /// The value of the category `note`.
    Note,
    /// `urn:ietf:params:xml:ns:rlmi`.
    ResourceList,
    /// What a user's endpoints learn about the user.
    RoamingSelf,
    /// Anything else.
    Other,
}

impl Namespace {
    fn of(found: &ResolveResult<'_>) -> Self {
        let ResolveResult::Bound(Bound(name)) = found else { return Self::Other };
        match *name {
            "http://schemas.microsoft.com/2006/09/sip/categories" => Self::Categories,
            "http://schemas.microsoft.com/2006/09/sip/state" => Self::State,
            "http://schemas.microsoft.com/2006/09/sip/note" => Self::Note,
            "http://schemas.microsoft.com/2006/09/sip/roaming-self" => Self::RoamingSelf,
            "urn:ietf:params:xml:ns:rlmi" => Self::ResourceList,
            _ => Self::Other,
        }
    }
}

/// An element that has just begun.
pub struct Element<'a> {
    /// Its namespace.
    pub namespace: Namespace,
    tag: BytesStart<'a>,
}

impl Element<'_> {
    /// Whether it is the element of that name.
    pub fn is(&self, namespace: Namespace, name: &str) -> bool {
        self.namespace == namespace && self.tag.local_name().as_ref() == name
    }

    /// Value of the attribute without prefix of that name.
    pub fn attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        self.value(|key| key == name)
    }

    /// Whether its name is that one, in whatever namespace: schemas differ where documents agree.
    pub fn is_named(&self, name: &str) -> bool {
        self.tag.local_name().as_ref() == name
    }

    /// Value of the attribute of that name, with or without prefix.
    pub fn local(&self, name: &str) -> Option<Cow<'_, str>> {
        self.value(|key| key.rsplit(':').next() == Some(name) && !key.starts_with("xmlns"))
    }

    /// Value of `xsi:type`, whatever its prefix is: no other schema here has a prefixed `type`.
    pub fn schema_type(&self) -> Option<Cow<'_, str>> {
        self.value(|key| key.ends_with(":type"))
    }

    fn value(&self, wanted: impl Fn(&str) -> bool) -> Option<Cow<'_, str>> {
        // Of two with the same name the first one counts, so nothing need be remembered to refuse the second.
        let mut all = self.tag.attributes();
        let found = all.with_checks(false).filter_map(Result::ok).find(|attribute| wanted(attribute.key.as_ref()))?;
        found.normalized_value(XmlVersion::Implicit1_0).ok().map(all_legal)
    }
}

/// A place in a document.
pub struct Cursor<'a> {
    reader: NsReader<&'a [u8]>,
    depth: usize,
    /// What text cannot mean is read as U+FFFD instead of being a fault.
    lenient: bool,
}

enum Step<'a> {
    Open(Element<'a>),
    Close,
    Text(Cow<'a, str>),
    End,
}

impl<'a> Cursor<'a> {
    /// Before the root element.
    ///
    /// # Errors
    /// [`BadXml`].
    pub fn new(body: &'a [u8]) -> Result<Self, BadXml> {
        let text = std::str::from_utf8(body).map_err(|_| BadXml::NotUtf8)?;
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { reader, depth: 0, lenient: false })
    }

    /// Reads entities that XML does not define as U+FFFD: one in somebody's note must not hide the rest.
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// The root element, which must be this one.
    ///
    /// # Errors
    /// [`BadXml`].
    pub fn root(&mut self, namespace: Namespace, name: &'static str) -> Result<Element<'a>, BadXml> {
        self.child()?.filter(|root| root.is(namespace, name)).ok_or(BadXml::Root(name))
    }

    /// The next child of the element we are in, none at its end. Text between children is stepped over. The caller
    /// must leave each child by reading it to its end or by [`Self::skip`].
    ///
    /// # Errors
    /// [`BadXml`].
    pub fn child(&mut self) -> Result<Option<Element<'a>>, BadXml> {
        loop {
            match self.step()? {
                Step::Open(element) => return Ok(Some(element)),
                Step::Close | Step::End => return Ok(None),
                Step::Text(_) => {}
            }
        }
    }

    /// Leaves the element we are in.
    ///
    /// # Errors
    /// [`BadXml`].
    pub fn skip(&mut self) -> Result<(), BadXml> {
        self.text(0).map(|_| ())
    }

    /// The text of the element we are in, trimmed, at most so many characters; elements inside are stepped over.
    ///
    /// # Errors
    /// [`BadXml`].
    pub fn text(&mut self, limit: usize) -> Result<String, BadXml> {
        let (outside, mut room) = (self.depth - 1, limit);
        let mut all = String::new();
        while self.depth > outside {
            let direct = self.depth == outside + 1;
            match self.step()? {
                Step::Text(text) if direct && room > 0 => {
                    let before = all.len();
                    // Blanks before the text must not use up its room.
                    let text = if all.is_empty() { text.trim_start() } else { &text };
                    all.extend(text.chars().take(room).map(legal));
                    room -= all[before..].chars().count();
                }
                Step::End => return Err(BadXml::Malformed("it ends too early".into())),
                _ => {}
            }
        }
        all.truncate(all.trim_end().len());
        Ok(all)
    }

    fn step(&mut self) -> Result<Step<'a>, BadXml> {
        loop {
            let read = self.reader.read_resolved_event();
            let (namespace, event) = read.map_err(|error| BadXml::Malformed(error.to_string()))?;
            match event {
                Event::Start(tag) => {
                    let element = Element { namespace: Namespace::of(&namespace), tag };
                    self.depth += 1;
                    return if self.depth > MAX_DEPTH { Err(BadXml::TooDeep) } else { Ok(Step::Open(element)) };
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Step::Close);
                }
                Event::Text(text) => return Ok(Step::Text(text.xml10_content())),
                Event::CData(text) => return Ok(Step::Text(text.xml10_content())),
                Event::GeneralRef(name) => {
                    let known = match name.resolve_char_ref() {
                        Ok(Some(letter)) => Some(letter.to_string()),
                        _ => resolve_predefined_entity(&name.xml10_content()).map(str::to_owned),
                    };
                    let known = known.or_else(|| self.lenient.then(|| char::REPLACEMENT_CHARACTER.to_string()));
                    let unknown = || BadXml::Malformed("an entity that XML does not define".into());
                    return known.map(|text| Step::Text(text.into())).ok_or_else(unknown);
                }
                Event::DocType(_) => return Err(BadXml::DocType),
                Event::Eof if self.depth > 0 => return Err(BadXml::Malformed("it ends too early".into())),
                Event::Eof => return Ok(Step::End),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }
}

/// What XML 1.0 does not allow in text (section 2.2), NUL and control characters above all, is shown as U+FFFD: whoever
/// gets the text may take it for an end or an escape.
fn legal(letter: char) -> char {
    match letter {
        '\t' | '\n' | '\r' => letter,
        '\0'..' ' | '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        _ => letter,
    }
}

/// The same of a whole text.
fn all_legal(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.chars().all(|letter| legal(letter) == letter) {
        true => text,
        false => text.chars().map(legal).collect::<String>().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_does_not_allow_is_shown_as_such_in_text_and_in_attributes() {
        let document = "<a b=\"x&#1;y&#27;[31m\u{ffff}\">x&#1;y&#27;[31m\u{ffff}</a>";
        let mut cursor = Cursor::new(document.as_bytes()).unwrap();
        let root = cursor.child().unwrap().unwrap();
        let expected = "x\u{fffd}y\u{fffd}[31m\u{fffd}";
        assert_eq!(root.attribute("b").as_deref(), Some(expected));
        assert_eq!(root.local("b").as_deref(), Some(expected));
        assert_eq!(cursor.text(100).unwrap(), expected);
    }
}
