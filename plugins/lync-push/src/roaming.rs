//! What a user has published, as their endpoints are told (`application/vnd-microsoft-roaming-self+xml`). Pure; what
//! means nothing here is stepped over, and foreign bytes or entities in somebody's text hide nothing else.
//!
//! A category that a notify names is told whole: what it does not list of it is there no more. A real client has always
//! read it so (plugins/sip/docs/lync.md, "A person's own data"); the answer to a publication tells no more than
//! versions.
//!
//! A document that is no XML throughout is read piece by piece: one publication that is broken hides no other, and
//! leaves in doubt no more than what it says itself.

use crate::{
    choice::Choice,
    key::{Category, Key, LASTING, TIMED},
    value::{Activity, State, line},
};
use std::cmp::Ordering;
use uc_sip::site::{
    stamp,
    xml::{BadXml, Cursor, Element, Namespace},
};

/// Publications that are kept of one document; a client has about thirty.
const MAX_PUBLICATIONS: usize = 512;
/// Longest text that is looked at, in characters.
const MAX_TEXT: usize = 256;
/// Activities of one state beside the first.
const MAX_MORE: usize = 8;
/// Texts of one custom activity.
const MAX_CUSTOM: usize = 32;

/// What a document tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    /// Whether it has a list of publications at all: without one it says nothing of them, not even that there are none.
    pub(crate) lists: bool,
    /// Categories that it names.
    pub(crate) named: Vec<Category>,
    /// Publications with their versions.
    pub(crate) versions: Vec<(Key, u32)>,
    /// When those were published that stand where the user's choice does, in milliseconds of Unix time.
    times: Vec<(Key, u64)>,
    choices: Vec<Chosen>,
    /// What the user chose may stand where the document is broken, and how it is.
    pub(crate) unread: Option<BadXml>,
}

/// A publication of a user state.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Chosen {
    published: String,
    /// Seconds that it lasts, where it says so.
    expires: Option<u32>,
    key: Key,
    state: State,
}

impl Chosen {
    /// Which of two is older; of two at the same time the one that stays.
    fn age(&self, other: &Self) -> Ordering {
        let timed = |chosen: &Self| chosen.key.instance == TIMED;
        stamp::order(&self.published, &other.published).then(timed(self).cmp(&timed(other)))
    }

    /// When it ends by itself: counted from its publication, or from when it was heard of if that would be later or over
    /// already, for what is told still stands and the server's clock goes differently then.
    fn until(&self, heard: u64) -> Option<u64> {
        let expires = u64::from(self.expires?);
        let from_then = stamp::unix(&self.published).map(|published| published.min(heard) + expires);
        from_then.filter(|until| *until > heard).or_else(|| heard.checked_add(expires))
    }
}

impl Own {
    /// Reads a document.
    ///
    /// # Errors
    /// [`BadXml`]: the server's fault.
    pub(crate) fn read(body: &[u8]) -> Result<Self, BadXml> {
        let text = String::from_utf8_lossy(body);
        let mut own = Self::default();
        match own.document(&text) {
            Err(error @ (BadXml::Malformed(_) | BadXml::TooDeep | BadXml::Number(_))) => {
                Self::in_pieces(&text, &error).ok_or(error)
            }
            read => read.map(|()| own),
        }
    }

    fn document(&mut self, text: &str) -> Result<(), BadXml> {
        let mut cursor = root(text)?;
        while list(&mut cursor)? {
            self.lists = true;
            while let Some(category) = cursor.child()? {
                self.category(&category, &mut cursor)?;
            }
        }
        Ok(())
    }

    /// Reads each publication as if it stood alone; none: what leads to them cannot be read. The user's choice may have
    /// been in what a document lacks at its end.
    fn in_pieces(text: &str, error: &BadXml) -> Option<Self> {
        let starts: Vec<_> = publications(text).take(MAX_PUBLICATIONS).collect();
        let head = &text[..*starts.first()?];
        root(head).ok()?;
        let mut own = Self::default();
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        for (start, end) in starts.iter().zip(ends) {
            let alone = format!("{head}{}", &text[*start..end]);
            if let Err(error) = own.first(&alone) {
                own.broken(&alone, error);
            }
        }
        if !is_whole(text) {
            own.unread = Some(error.clone());
        }
        Some(own)
    }

    /// Reads the first publication, and nothing behind it.
    fn first(&mut self, text: &str) -> Result<(), BadXml> {
        let mut cursor = root(text)?;
        let lists = list(&mut cursor)?;
        self.lists |= lists;
        if lists && let Some(category) = cursor.child()? {
            self.category(&category, &mut cursor)?;
        }
        Ok(())
    }

    /// A publication whose value cannot be read: where it begins, it may yet say which one it is.
    fn broken(&mut self, alone: &str, error: BadXml) {
        let key = || {
            let mut cursor = root(alone).ok()?;
            list(&mut cursor).ok()?;
            let element = cursor.child().ok()??;
            let category = Category::of(&element.attribute("name")?);
            let number = |name| element.attribute(name)?.parse().ok();
            Some((category, number("instance"), number("container"), number("version").unwrap_or(0)))
        };
        match key() {
            Some((None, ..)) => {}
            Some((Some(category), Some(instance), Some(container), version)) => {
                let key = Key { category, instance, container };
                self.versions.push((key, version));
                if key.is_choice() {
                    self.unread = Some(error);
                }
            }
            _ => self.unread = Some(error),
        }
    }

    fn category(&mut self, element: &Element<'_>, cursor: &mut Cursor<'_>) -> Result<(), BadXml> {
        let name = element.attribute("name").filter(|_| element.is(Namespace::Categories, "category"));
        let Some(known) = name.as_deref().and_then(Category::of) else { return cursor.skip() };
        if !self.named.contains(&known) {
            self.named.push(known);
        }
        self.publication(known, element, cursor)
    }

    fn publication(
        &mut self,
        category: Category,
        element: &Element<'_>,
        cursor: &mut Cursor<'_>,
    ) -> Result<(), BadXml> {
        let number = |name| element.attribute(name).and_then(|text| text.parse().ok());
        let state = value(cursor)?;
        // Without instance nothing of the category is published in that container.
        let (Some(instance), Some(container)) = (number("instance"), number("container")) else { return Ok(()) };
        let removed = number("expires") == Some(0_u32);
        if self.versions.len() >= MAX_PUBLICATIONS || removed {
            return Ok(());
        }
        let key = Key { category, instance, container };
        self.versions.push((key, number("version").unwrap_or(0)));
        let time = element.attribute("publishTime").and_then(|text| stamp::millis(&text));
        self.times.extend(time.filter(|_| key.is_choice()).map(|time| (key, time)));
        if let Some(state) = state.filter(|_| key.is_choice()) {
            let published = element.attribute("publishTime").unwrap_or_default().into_owned();
            let expires = number("expires");
            self.choices.push(Chosen { published, expires, key, state });
        }
        Ok(())
    }

    /// The version of a publication; 0: it is not there.
    pub(crate) fn version(&self, key: Key) -> u32 {
        self.versions.iter().find(|(known, _)| *known == key).map_or(0, |(_, version)| *version)
    }

    /// When a publication in the place of the user's choice was made; none: nobody has said.
    pub(crate) fn published_at(&self, key: Key) -> Option<u64> {
        self.times.iter().find(|(known, _)| *known == key).map(|(_, time)| *time)
    }

    /// What stands where the user's choice stands: of two kinds the newer one. `heard`: when the document came, in
    /// seconds of Unix time.
    pub(crate) fn choice(&self, heard: u64) -> Option<Choice> {
        self.newest(&[LASTING, TIMED], heard)
    }

    /// What stands beside it, of the other kind.
    pub(crate) fn beside(&self, heard: u64) -> Option<Choice> {
        self.newest(if self.choice(heard)?.timed { &[LASTING] } else { &[TIMED] }, heard)
    }

    fn newest(&self, instances: &[u32], heard: u64) -> Option<Choice> {
        let fits = |chosen: &&Chosen| chosen.key.container == 2 && instances.contains(&chosen.key.instance);
        let most = self.choices.iter().filter(fits);
        let newest = most.max_by(|one, other| one.age(other))?;
        let beside = Key { container: 3, ..newest.key };
        let workgroup = self.choices.iter().find(|chosen| chosen.key == beside).unwrap_or(newest);
        let timed = newest.key.instance != LASTING;
        let until = newest.until(heard).filter(|_| timed);
        let version = Some(self.version(newest.key)).filter(|version| *version > 0);
        let (most, workgroup) = (newest.state.clone(), workgroup.state.clone());
        Some(Choice { timed, most, workgroup, until, version, published: self.published_at(newest.key) })
    }
}

/// Inside the root element of a document.
fn root(text: &str) -> Result<Cursor<'_>, BadXml> {
    let mut cursor = Cursor::new(text.as_bytes())?.lenient();
    cursor.root(Namespace::RoamingSelf, "roamingData")?;
    Ok(cursor)
}

/// Goes into the next list of publications; not: there is none.
fn list(cursor: &mut Cursor<'_>) -> Result<bool, BadXml> {
    while let Some(part) = cursor.child()? {
        if part.is(Namespace::Categories, "categories") {
            return Ok(true);
        }
        cursor.skip()?;
    }
    Ok(false)
}

/// Whether the last thing in a document is the end of its root element.
fn is_whole(text: &str) -> bool {
    let last = text.trim_end().rsplit('<').next().unwrap_or_default();
    let name = last.strip_prefix('/').and_then(|rest| rest.strip_suffix('>'));
    name.is_some_and(|name| name.trim_end().rsplit(':').next() == Some("roamingData"))
}

/// Where elements of the name `category` begin, whatever their prefix.
fn publications(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices('<').map(|(at, _)| at).filter(|at| {
        let name = text[at + 1..].split([' ', '\t', '\r', '\n', '>', '/']).next().unwrap_or_default();
        name.rsplit(':').next() == Some("category")
    })
}

/// The state that a category holds, if it is one of a user.
fn value(cursor: &mut Cursor<'_>) -> Result<Option<State>, BadXml> {
    let mut found = None;
    while let Some(element) = cursor.child()? {
        let user = element.schema_type().is_some_and(|kind| kind.trim().rsplit(':').next() == Some("userState"));
        if user && element.is(Namespace::State, "state") {
            let read = state(cursor)?;
            if found.replace(read.clone()).is_some_and(|first: State| first.availability != read.availability) {
                return Err(BadXml::Number("availability"));
            }
        } else {
            cursor.skip()?;
        }
    }
    Ok(found)
}

/// Of two numbers nobody can tell which one is meant.
fn state(cursor: &mut Cursor<'_>) -> Result<State, BadXml> {
    let (mut state, mut first) = (State::default(), None);
    while let Some(element) = cursor.child()? {
        if element.is(Namespace::State, "availability") {
            let number = cursor.text(MAX_TEXT)?;
            let number = number.parse().ok().filter(|number| first.is_none_or(|first| first == *number));
            first = number;
            state.availability = number.ok_or(BadXml::Number("availability"))?;
        } else if element.is(Namespace::State, "activity") {
            let Activity { token, range, custom } = activity(&element, cursor)?;
            let more = state.rest.as_ref().map_or(0, |rest| rest.activities.len());
            if state.token.is_empty() && state.custom.is_empty() {
                (state.token, state.range, state.custom) = (token, range, custom);
            } else if more < MAX_MORE && !(token.is_empty() && custom.is_empty()) {
                state.rest.get_or_insert_default().activities.push(Activity { token, range, custom });
            }
        } else if element.is(Namespace::State, "endpointLocation") {
            state.rest.get_or_insert_default().location = Some(line(&cursor.text(MAX_TEXT)?));
        } else {
            cursor.skip()?;
        }
    }
    Ok(state)
}

/// As we would write it: it may have to be put back.
fn activity(element: &Element<'_>, cursor: &mut Cursor<'_>) -> Result<Activity, BadXml> {
    let bound = |name| element.attribute(name).and_then(|text| text.parse().ok());
    let range = bound("minAvailability").zip(bound("maxAvailability"));
    let token = line(&element.attribute("token").unwrap_or_default());
    Ok(Activity { token, range, custom: custom(cursor)? })
}

fn custom(cursor: &mut Cursor<'_>) -> Result<Vec<(u32, String)>, BadXml> {
    let mut texts = Vec::new();
    while let Some(text) = cursor.child()? {
        if text.is(Namespace::State, "custom") && texts.len() < MAX_CUSTOM {
            let language = text.attribute("LCID").and_then(|lcid| lcid.parse().ok()).unwrap_or(0);
            texts.push((language, line(&cursor.text(MAX_TEXT)?)));
        } else {
            cursor.skip()?;
        }
    }
    Ok(texts)
}
