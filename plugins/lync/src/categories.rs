//! A category document (`application/msrtc-event-categories+xml`, MS-PRES section 2.2.2.6): what one person publishes
//! of state and notes. Pure; unknown categories and elements are stepped over.
//!
//! What stands before something unreadable counts. What may have stood behind it is unknown: the state, if there was
//! none before, and the notes.

use uc_sip::site::{
    stamp,
    xml::{BadXml, Cursor, Element, Namespace},
};

/// Longest note and custom activity that are kept, in characters. Clients allow 500 and fewer.
const MAX_TEXT: usize = 1000;
/// Longest token or device, in characters.
const MAX_TOKEN: usize = 64;
/// Texts of one custom activity; clients publish a few languages.
const MAX_CUSTOM: usize = 32;
/// Notes of one person; servers send one or two.
const MAX_NOTES: usize = 8;
/// Activities of one state.
const MAX_ACTIVITIES: usize = 8;

/// What a document says. What it does not name has not changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Categories {
    /// Whose, as written.
    pub(crate) uri: String,
    /// The aggregate state. Named without a value: nothing is published any more, so nothing is known.
    pub(crate) state: Option<State>,
    /// All notes, newest first; empty when they are cleared.
    pub(crate) notes: Option<Vec<Note>>,
    /// Why it could not be read to its end.
    pub(crate) broken: Option<BadXml>,
}

/// A state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// 0 when missing: on doubt nobody is available.
    pub(crate) availability: u32,
    pub(crate) activities: Vec<Activity>,
    pub(crate) device: String,
}

/// An activity, valid while the availability lies in its range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Activity {
    pub(crate) token: String,
    /// Lowest and highest availability, inclusive.
    pub(crate) range: (u32, u32),
    /// Language (LCID, 0 without) and text.
    pub(crate) custom: Vec<(u32, String)>,
}

/// A note that is not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// Out of office: shown with away or worse.
    pub(crate) out_of_office: bool,
    pub(crate) text: String,
}

/// What has been read so far, with the time each was published.
#[derive(Default)]
struct Read {
    state: Option<(String, State)>,
    notes: Option<Vec<(String, Note)>>,
    /// A state that is there and cannot be read.
    unread: Option<BadXml>,
    /// When the newest of those was published that no readable one follows.
    doubt: Option<String>,
}

impl Categories {
    /// Reads a document.
    ///
    /// # Errors
    /// [`BadXml`], the server's fault, when not even whose it is can be read.
    pub(crate) fn read(body: &[u8]) -> Result<Self, BadXml> {
        let mut cursor = Cursor::new(body)?.lenient();
        let root = cursor.root(Namespace::Categories, "categories")?;
        let uri = root.attribute("uri").filter(|uri| !uri.is_empty()).ok_or(BadXml::NoUri)?.into_owned();
        let mut read = Read::default();
        let end = read.categories(&mut cursor).err();
        let mut notes = read.notes.or_else(|| end.as_ref().map(|_| Vec::new()));
        if let Some(notes) = notes.as_mut().filter(|notes| notes.len() > 1) {
            notes.sort_by(|(one, _), (other, _)| stamp::order(other, one));
        }
        let notes = notes.map(|notes| notes.into_iter().map(|(_, note)| note).collect());
        // An older state says nothing while it is not known what the newest one is.
        let state = read.state.filter(|_| read.doubt.is_none()).map(|(_, state)| state);
        Ok(Self { uri, state, notes, broken: end.or(read.unread) })
    }

    /// Whether it is known afterwards how the person is.
    pub(crate) fn is_clear(&self) -> bool {
        self.broken.is_none() || self.state.is_some()
    }
}

impl Read {
    fn categories(&mut self, cursor: &mut Cursor<'_>) -> Result<(), BadXml> {
        while let Some(category) = cursor.child()? {
            let name = category.attribute("name").filter(|_| category.is(Namespace::Categories, "category"));
            let published = || category.attribute("publishTime").unwrap_or_default().into_owned();
            match name.as_deref() {
                Some("state") => {
                    let mut found = Found::default();
                    let outcome = state(cursor, &mut found);
                    // Without its number a state that breaks off says nothing.
                    let readable = !found.unread && (outcome.is_ok() || found.state.availability > 0);
                    match readable {
                        _ if found.part => {}
                        true => self.newest(published(), found.state),
                        false => self.unreadable(published(), found.unread),
                    }
                    outcome?;
                }
                Some("note") => {
                    let known = self.notes.get_or_insert_default();
                    let found = note(cursor)?.filter(|_| known.len() < MAX_NOTES);
                    known.extend(found.map(|note| (published(), note)));
                }
                _ => cursor.skip()?,
            }
        }
        Ok(())
    }

    /// Watchers get the aggregate state alone; should a server send more, the newest aggregate counts.
    fn newest(&mut self, published: String, state: State) {
        self.doubt.take_if(|doubt| *doubt == published || is_time(doubt) && stamp::order(doubt, &published).is_le());
        if self.state.as_ref().is_none_or(|(before, _)| stamp::order(before, &published).is_le()) {
            self.state = Some((published, state));
        }
    }

    /// One that says no time may be the newest.
    fn unreadable(&mut self, published: String, number: bool) {
        self.unread = self.unread.take().or(number.then_some(BadXml::Number("availability")));
        let known = self.state.as_ref().map(|(before, _)| before);
        let older = |than: &String| is_time(&published) && stamp::order(&published, than).is_lt();
        if !known.is_some_and(older) && !self.doubt.as_ref().is_some_and(|doubt| older(doubt) || !is_time(doubt)) {
            self.doubt = Some(published);
        }
    }
}

fn is_time(text: &str) -> bool {
    stamp::order(text, "").is_gt()
}

/// The value of a `state` category.
#[derive(Default)]
struct Found {
    state: State,
    /// Nothing but parts (of a machine, a calendar) is there, and not the whole.
    part: bool,
    /// The whole is there, and its number.
    whole: bool,
    number: Option<u32>,
    /// Its number is there and none, or there are two of them: nobody can tell which one is meant.
    unread: bool,
}

impl Found {
    /// The first number counts, and another one beside it is in doubt.
    fn numbered(&mut self, number: Option<u32>) {
        self.unread |= number.is_none() || self.number.is_some_and(|first| Some(first) != number);
        self.number = self.number.or(number);
        self.state.availability = self.number.unwrap_or(0);
    }
}

fn state(cursor: &mut Cursor<'_>, found: &mut Found) -> Result<(), BadXml> {
    while let Some(element) = cursor.child()? {
        if !element.is(Namespace::State, "state") {
            cursor.skip()?;
        } else if element.schema_type().is_some_and(|kind| !is_aggregate(&kind)) {
            found.part = !found.whole;
            cursor.skip()?;
        } else {
            (found.part, found.whole) = (false, true);
            state_value(cursor, found)?;
        }
    }
    Ok(())
}

/// `aggregateState`, whatever prefix its namespace has.
fn is_aggregate(kind: &str) -> bool {
    kind.trim().rsplit(':').next() == Some("aggregateState")
}

fn state_value(cursor: &mut Cursor<'_>, found: &mut Found) -> Result<(), BadXml> {
    while let Some(element) = cursor.child()? {
        if element.is(Namespace::State, "availability") {
            let number = cursor.text(MAX_TOKEN)?.parse();
            found.numbered(number.ok());
        } else if element.is(Namespace::State, "activity") && found.state.activities.len() < MAX_ACTIVITIES {
            found.state.activities.push(activity(&element, cursor)?);
        } else if element.is(Namespace::State, "device") {
            found.state.device = cursor.text(MAX_TOKEN)?;
        } else {
            cursor.skip()?;
        }
    }
    Ok(())
}

fn activity(element: &Element<'_>, cursor: &mut Cursor<'_>) -> Result<Activity, BadXml> {
    let bound = |name, without| element.attribute(name).and_then(|text| text.parse().ok()).unwrap_or(without);
    let range = (bound("minAvailability", 0), bound("maxAvailability", u32::MAX));
    let token = element.attribute("token").unwrap_or_default().trim().chars().take(MAX_TOKEN).collect();
    let mut custom = Vec::new();
    while let Some(text) = cursor.child()? {
        if text.is(Namespace::State, "custom") && custom.len() < MAX_CUSTOM {
            let language = text.attribute("LCID").and_then(|lcid| lcid.parse().ok()).unwrap_or(0);
            custom.push((language, cursor.text(MAX_TEXT)?));
        } else {
            cursor.skip()?;
        }
    }
    custom.retain(|(_, text)| !text.is_empty());
    Ok(Activity { token, range, custom })
}

/// The value of a `note` category; an empty one clears.
fn note(cursor: &mut Cursor<'_>) -> Result<Option<Note>, BadXml> {
    let mut found = None;
    while let Some(element) = cursor.child()? {
        if !element.is(Namespace::Note, "note") {
            cursor.skip()?;
            continue;
        }
        while let Some(body) = cursor.child()? {
            if !body.is(Namespace::Note, "body") || found.is_some() {
                cursor.skip()?;
                continue;
            }
            let out_of_office = body.attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("OOF"));
            let text = cursor.text(MAX_TEXT)?;
            found = (!text.is_empty()).then_some(Note { out_of_office, text });
        }
    }
    Ok(found)
}
