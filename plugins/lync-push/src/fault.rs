//! A refused publication's body (`application/msrtc-fault+xml`): which versions stand (plugins/sip/docs/lync.md,
//! "Conflicts"). Pure.

use uc_sip::site::xml::{BadXml, Cursor, Namespace};

/// Operations of one fault that are read; a request of ours has about a dozen.
const MAX_OPERATIONS: usize = 64;

/// One operation that met another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    /// Which publication of the request, from 1.
    pub(crate) index: usize,
    /// The version that stands.
    pub(crate) current: u32,
}

/// Reads a fault's conflicts; none in a fault of another kind. Any namespace will do: it differs between servers.
///
/// # Errors
/// [`BadXml`]: the server's fault.
pub(crate) fn conflicts(body: &[u8]) -> Result<Vec<Conflict>, BadXml> {
    let text = String::from_utf8_lossy(body);
    let mut cursor = Cursor::new(text.as_bytes())?.lenient();
    let named = |element: &uc_sip::site::xml::Element<'_>, name| element.is(Namespace::Other, name);
    cursor.root(Namespace::Other, "Fault")?;
    let mut found = Vec::new();
    while let Some(part) = cursor.child()? {
        if !named(&part, "details") {
            cursor.skip()?;
            continue;
        }
        while let Some(operation) = cursor.child()? {
            let index = operation.attribute("index").and_then(|text| text.parse().ok()).filter(|index| *index > 0);
            let current = operation.attribute("curVersion").and_then(|text| text.parse().ok());
            let conflict = index.zip(current).map(|(index, current)| Conflict { index, current });
            found.extend(conflict.filter(|_| named(&operation, "operation") && found.len() < MAX_OPERATIONS));
            cursor.skip()?;
        }
    }
    Ok(found)
}
