//! A call's data as rows: nested lists flattened, everything that a peer chose bounded.

use crate::{
    agent_link::{KvList, Value},
    policy::UserDataForm,
    web::message::Pair,
};
use std::{borrow::Cow, collections::HashSet, sync::Arc};

/// Letters of a key that are shown. No listed key is longer.
const LONGEST_KEY: usize = 255;
/// Letters of a value that are sent to a page.
const LONGEST_VALUE: usize = 4000;

/// One pair.
pub(super) struct Entry<'l> {
    /// `outer.inner` in a nested list; one that is too long ends in an ellipsis.
    pub(super) key: String,
    /// As people read it.
    pub(super) value: Cow<'l, str>,
    /// A text or a number that is in no nested list: a request can replace it alone.
    plain: bool,
}

impl Entry<'_> {
    /// The pair as a page gets it.
    pub(super) fn pair(&self, link: Option<String>) -> Pair {
        let value: String = self.value.chars().take(LONGEST_VALUE).map(|letter| visible(letter, true)).collect();
        let cut = self.value.chars().skip(LONGEST_VALUE).count();
        Pair {
            key: self.key.chars().map(|letter| visible(letter, false)).collect::<String>().into(),
            value: value.into(),
            link: link.map(Arc::from),
            cut: u32::try_from(cut).unwrap_or(u32::MAX),
            edit: false,
            fixed: false,
            stays: false,
        }
    }

    /// Whether this is the pair of the page, and the worker sees all there is: only then can they mean to replace it.
    pub(super) fn is_shown_whole(&self, pair: &Pair) -> bool {
        self.plain && *self.key == *pair.key && *self.value == *pair.value
    }
}

/// Control characters say nothing, and steer what shows or copies them; values may have lines.
fn visible(letter: char, lines: bool) -> char {
    let harmless = !letter.is_control() || lines && matches!(letter, '\n' | '\t');
    if harmless { letter } else { char::REPLACEMENT_CHARACTER }
}

/// Every pair in order, nested lists flattened.
pub(super) fn entries(list: &KvList) -> Vec<Entry<'_>> {
    let mut entries = Vec::with_capacity(list.0.len());
    flatten(list, "", &mut entries);
    entries
}

fn flatten<'l>(list: &'l KvList, outer: &str, entries: &mut Vec<Entry<'l>>) {
    for (key, value) in &list.0 {
        let key = joined(outer, key);
        match (value, value.text()) {
            (Value::List(inner), _) => flatten(inner, &key, entries),
            (_, text) => {
                let plain = outer.is_empty() && matches!(value, Value::Str(_) | Value::Int(_));
                entries.push(Entry { key, value: text.unwrap_or_default(), plain });
            }
        }
    }
}

/// Bounded at every step: a long name over many pairs must not become as many long names.
fn joined(outer: &str, key: &str) -> String {
    let dot = if outer.is_empty() { "" } else { "." };
    let mut letters = outer.chars().chain(dot.chars()).chain(key.chars());
    let mut whole: String = letters.by_ref().take(LONGEST_KEY).collect();
    if letters.next().is_some() && !whole.ends_with('…') {
        whole.pop();
        whole.push('…');
    }
    whole
}

/// The keys that this call's data says are to be shown; none: all of them.
pub(super) struct Filter<'e>(Option<HashSet<&'e str>>);

impl<'e> Filter<'e> {
    pub(super) fn of(entries: &'e [Entry<'_>], form: &UserDataForm) -> Self {
        let Some(key) = form.filter_key() else { return Self(None) };
        // Whatever it is, pairs of one name or a list: all that it says counts.
        let inside = |entry: &'e Entry<'_>| entry.key.strip_prefix(key).map(|rest| (entry, rest));
        let said = || entries.iter().filter_map(inside).filter(|(_, rest)| rest.is_empty() || rest.starts_with('.'));
        let names = said().flat_map(|(entry, rest)| entry.value.split(',').chain([rest.trim_start_matches('.')]));
        let names: HashSet<_> = names.map(str::trim).filter(|name| !name.is_empty()).collect();
        // An empty text says nothing; what cannot be read may have said that something is not to be shown.
        let says = !names.is_empty() || said().any(|(entry, _)| !entry.plain);
        Self(says.then_some(names))
    }

    /// Named itself, or inside a list that is named.
    pub(super) fn lets(&self, key: &str) -> bool {
        let Some(names) = &self.0 else { return true };
        let outer = key.match_indices('.').map(|(dot, _)| &key[..dot]);
        outer.chain([key]).any(|name| names.contains(name))
    }
}
