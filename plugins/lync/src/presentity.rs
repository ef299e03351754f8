//! Presence documents of the generation before categories (`text/xml+msrtc.pidf`, MS-SIP section 2.2.1), which servers
//! send of people homed on old pools: two numbers, of how reachable a person is and what the person does. Pure.

use crate::categories::{Categories, Note, State};
use uc_sip::site::xml::{BadXml, Cursor, Element};

/// Longest note that is kept, in characters.
const MAX_TEXT: usize = 1000;

/// Reads a document.
///
/// # Errors
/// [`BadXml`]: the server's fault.
pub(crate) fn read(body: &[u8]) -> Result<Categories, BadXml> {
    let mut cursor = Cursor::new(body)?.lenient();
    let root = cursor.child()?.filter(|root| root.is_named("presentity")).ok_or(BadXml::Root("presentity"))?;
    let uri = root.local("uri").filter(|uri| !uri.is_empty()).ok_or(BadXml::NoUri)?.into_owned();
    let mut read = Read::default();
    let broken = read.presentity(&mut cursor).err().or(read.unread);
    let state = read
        .reachable
        .zip(read.active)
        .map(|(reachable, active)| State { availability: availability(reachable, active), ..State::default() });
    // Without both numbers nothing is known, and what is not known is no availability.
    let state = state.or_else(|| broken.is_none().then(State::default));
    let note = Some(read.note).filter(|text| !text.is_empty());
    let notes = note.map(|text| Note { out_of_office: false, text }).into_iter().collect();
    Ok(Categories { uri, state, notes: Some(notes), broken })
}

#[derive(Default)]
struct Read {
    reachable: Option<u32>,
    active: Option<u32>,
    note: String,
    /// A number that is there and none.
    unread: Option<BadXml>,
}

impl Read {
    fn presentity(&mut self, cursor: &mut Cursor<'_>) -> Result<(), BadXml> {
        while let Some(element) = cursor.child()? {
            if element.is_named("availability") {
                self.reachable = self.number(&element);
            } else if element.is_named("activity") {
                self.active = self.number(&element);
                self.note = element.local("note").unwrap_or_default().trim().chars().take(MAX_TEXT).collect();
            } else if element.is_named("userInfo") {
                self.user_info(cursor)?;
                continue;
            }
            cursor.skip()?;
        }
        Ok(())
    }

    fn number(&mut self, element: &Element<'_>) -> Option<u32> {
        let number = element.local("aggregate")?.trim().parse();
        if number.is_err() {
            self.unread = Some(BadXml::Number("aggregate"));
        }
        number.ok()
    }

    fn user_info(&mut self, cursor: &mut Cursor<'_>) -> Result<(), BadXml> {
        while let Some(element) = cursor.child()? {
            if element.is_named("note") && self.note.is_empty() {
                self.note = cursor.text(MAX_TEXT)?;
            } else {
                cursor.skip()?;
            }
        }
        Ok(())
    }
}

/// The number of today for the two of then, by their classes. On doubt nobody is available.
fn availability(reachable: u32, active: u32) -> u32 {
    let number = match active {
        100..200 | 700..800 => 15_500,
        200..300 => 5000,
        300..400 => 12_500,
        400..500 | 800..1000 => 3500,
        500..700 => 6500,
        _ => 0,
    };
    match reachable {
        0..100 => 18_500,
        // Whether the person can be reached shows when it is tried.
        100..200 if number < 6000 => 0,
        100..1000 => number,
        _ => 0,
    }
}
