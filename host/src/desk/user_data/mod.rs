//! What one window shows of a call's business data (requirements F9, F43): which pairs, in which order, how much of them.
//! Labels and groups are the page's language's and stand in its snapshot, so the pairs are the same for every worker.
//! Pure.

mod change;
mod entries;

pub(crate) use change::{Wanted, change, note};

use crate::{
    agent_link::{KvList, Value},
    policy::{Others, UserDataField, UserDataForm, Window},
    web::message::{Form, FormField, Pair},
};
use entries::{Entry, Filter, entries};
use std::{collections::HashMap, sync::Arc};

/// So many values of one listed key are shown: no flood of one field drowns another.
const MOST_OF_A_KEY: usize = 20;
/// So many pairs that are not listed are shown.
const MOST_OTHERS: usize = 200;

/// The pairs of one window, and how many there are beyond them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ShownData {
    /// Listed ones in the order of the form, then the others as they came.
    pub(crate) pairs: Vec<Pair>,
    /// That are meant to be shown and are too many.
    pub(crate) more: u32,
    /// Keys that the worker may add.
    pub(crate) add: Vec<Arc<str>>,
}

/// What the worker may do now to what is theirs to change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edits {
    /// Add a key.
    pub(crate) attach: bool,
    /// Give a key another value.
    pub(crate) update: bool,
    /// Remove a key.
    pub(crate) delete: bool,
}

/// What this window shows.
pub(crate) fn shown(list: &KvList, form: &UserDataForm, window: Window, edits: Edits) -> ShownData {
    let entries = entries(list);
    let filter = Filter::of(&entries, form);
    let lets = |key: &str| form.shows(key, window) && filter.lets(key);
    let mut ranked: Vec<_> =
        entries.iter().filter(|entry| lets(&entry.key)).map(|entry| (rank(form, entry), entry)).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut data = bounded(&ranked, form);
    if edits != Edits::default() {
        let times = times(list, &entries, form);
        for field in form.fields().iter().filter(|field| field.edit && lets(&field.key)) {
            match times.get(&*field.key) {
                None if edits.attach => data.add.push(field.key.clone()),
                None => {}
                Some(1) => data.pairs.iter_mut().filter(|pair| pair.key == field.key).for_each(|pair| pair.edit = true),
                Some(_) => {}
            }
        }
        let short = |pair: &Pair| pair.value.chars().count() <= change::LONGEST;
        let plain = |pair: &Pair| short(pair) && entries.iter().any(|entry| entry.is_shown_whole(pair));
        for pair in data.pairs.iter_mut().filter(|pair| pair.edit) {
            pair.edit = plain(pair) && (edits.update || edits.delete);
            (pair.fixed, pair.stays) = (pair.edit && !edits.update, pair.edit && !edits.delete);
        }
    }
    data
}

/// Its place in the order of the form; none: it is not listed.
fn rank(form: &UserDataForm, entry: &Entry<'_>) -> usize {
    form.field(&entry.key).map_or(usize::MAX, |(at, _)| at)
}

fn bounded(ranked: &[(usize, &Entry<'_>)], form: &UserDataForm) -> ShownData {
    let (mut data, mut run) = (ShownData::default(), (usize::MAX, 0));
    for (rank, entry) in ranked {
        run = if run.0 == *rank { (run.0, run.1 + 1) } else { (*rank, 1) };
        let most = if *rank == usize::MAX { MOST_OTHERS } else { MOST_OF_A_KEY };
        match run.1 > most {
            true => data.more = data.more.saturating_add(1),
            false => data.pairs.push(entry.pair(form.link(*rank, &entry.value))),
        }
    }
    data
}

/// How often each listed key that may be edited is there, wherever it may be shown, and as the name of a list too.
fn times<'e>(list: &'e KvList, entries: &'e [Entry<'_>], form: &UserDataForm) -> HashMap<&'e str, usize> {
    let lists = list.0.iter().filter(|(_, value)| matches!(value, Value::List(_))).map(|(key, _)| key.as_str());
    let keys = lists.chain(entries.iter().map(|entry| entry.key.as_str()));
    let mut times = HashMap::new();
    let listed = keys.filter(|key| form.field(key).is_some_and(|(_, field)| field.edit));
    listed.for_each(|key| *times.entry(key).or_default() += 1);
    times
}

/// What the listed keys are called in a language, as far as one of these windows shows them.
pub(crate) fn form(form: &UserDataForm, windows: &[Window], language: &str) -> Form {
    let listed = form.fields().iter().filter(|field| windows.iter().any(|window| field.shown_at(*window)));
    let field = |field: &UserDataField| FormField {
        key: field.key.clone(),
        label: field.label.as_ref().map_or(&field.key, |label| label.in_language(language)).clone(),
        group: field.group.as_ref().map(|group| group.in_language(language).clone()).unwrap_or_default(),
    };
    Form { fields: listed.map(field).collect(), fold_others: form.others() == Others::Fold }
}

#[cfg(test)]
mod tests;
