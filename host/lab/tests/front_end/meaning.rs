//! Whether two documents mean the same: elements, attributes and texts, without times, order and layout.

use quick_xml::{Reader, XmlVersion, events::Event};
use std::collections::BTreeMap;
use uc_sip::message::{Message, Name, multipart};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) text: String,
    pub(crate) children: Vec<Node>,
}

/// Attributes that are another time's or another count's.
const ANOTHER_TIME: [&str; 4] = ["publishTime", "lastActive", "deltaNum", "prevDeltaNum"];
/// Ranges of activities and kinds of devices were the recording server's own choice.
const ANOTHER_CHOICE: [&str; 2] = ["minAvailability", "maxAvailability"];

impl Node {
    pub(crate) fn parse(source: &str) -> Self {
        let mut reader = Reader::from_str(source);
        reader.config_mut().expand_empty_elements = true;
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) => {
                    let attributes = tag.attributes().map(Result::unwrap).filter_map(|attribute| {
                        let name = attribute.key.as_ref().to_owned();
                        let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap().into_owned();
                        let skipped = ANOTHER_TIME.contains(&&*name) || ANOTHER_CHOICE.contains(&&*name);
                        (!skipped).then_some((name, value))
                    });
                    let attributes = attributes.collect();
                    open.push(Self { name: tag.name().as_ref().to_owned(), attributes, ..Self::default() });
                }
                Event::End(_) => {
                    let node = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(node);
                }
                Event::Text(text) => {
                    let text = text.xml_content(XmlVersion::Implicit1_0);
                    open.last_mut().unwrap().text.push_str(text.trim());
                }
                Event::Eof => return open.pop().unwrap().children.remove(0),
                _ => {}
            }
        }
    }

    /// Every element of that name.
    pub(crate) fn all(&self, name: &str) -> Vec<&Node> {
        let mut found: Vec<_> = if self.name == name { vec![self] } else { Vec::new() };
        found.extend(self.children.iter().flat_map(|child| child.all(name)));
        found
    }

    /// Whether everything in `recorded` stands here too.
    pub(crate) fn holds(&self, recorded: &Node) -> bool {
        self.name == recorded.name
            && recorded.attributes.iter().all(|(name, value)| self.attributes.get(name) == Some(value))
            && self.text == recorded.text
            && recorded
                .children
                .iter()
                .filter(|child| child.name != "device" || !child.text.contains("computer"))
                .all(|child| self.children.iter().any(|own| own.holds(child)))
    }
}

/// The documents of a body, one, several or none.
pub(crate) fn documents(message: &Message) -> Vec<Node> {
    let kind = message.get(Name::ContentType).unwrap_or_default();
    let text = |bytes: &[u8]| Node::parse(std::str::from_utf8(bytes).unwrap());
    match message.body() {
        [] => Vec::new(),
        body if multipart::is_multipart(kind) => {
            multipart::parts(kind, body).unwrap().iter().map(|part| text(part.body)).collect()
        }
        body => vec![text(body)],
    }
}

/// Holds an answer of today against the recorded one.
pub(crate) fn assert_same(today: &Message, recorded: &Message) {
    assert_eq!(today.status(), recorded.status(), "{today:?}");
    for name in [Name::Expires, Name::Event, Name::Require, Name::MsPiggybackCseq] {
        // The recording server counted every piggy-backed notify as the first of its dialog.
        if recorded.cseq().unwrap().number == 1 || name != Name::MsPiggybackCseq {
            assert_eq!(today.get(name), recorded.get(name), "{name:?} of {today:?}");
        }
    }
    assert_eq!(today.content_type(), recorded.content_type(), "{today:?}");
    let (ours, theirs) = (documents(today), documents(recorded));
    for document in &theirs {
        let found = ours.iter().any(|own| own.holds(document));
        assert!(found, "{document:#?}\nis not in\n{}", String::from_utf8_lossy(today.as_bytes()));
    }
}
