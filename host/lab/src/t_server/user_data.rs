//! Attached data: what *attach*, *update* and *delete* do to it (host/docs/t-library.md, "Attached data").

use uc_connector::wire::{KvList, Value};

/// *Attach* adds pairs; duplicates stay.
pub(super) fn attach(data: &mut KvList, more: &KvList) {
    data.0.extend(more.0.iter().cloned());
}

/// *Update* replaces by key, or adds.
pub(super) fn update(data: &mut KvList, new: &KvList) {
    for (key, value) in &new.0 {
        match data.0.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => *old = value.clone(),
            None => data.0.push((key.clone(), value.clone())),
        }
    }
}

/// *Delete pair* removes a key.
pub(super) fn delete_pair(data: &mut KvList, key: &str) {
    data.0.retain(|(known, _)| known != key);
}

/// `k=v` words as pairs. A word without `=` is an error.
pub fn from_words<'w>(words: impl Iterator<Item = &'w str>) -> Result<KvList, String> {
    let pair = |word: &str| match word.split_once('=') {
        Some((key, value)) => Ok((key.to_owned(), Value::Str(value.to_owned()))),
        None => Err(format!("`{word}` is not KEY=VALUE")),
    };
    words.map(pair).collect::<Result<Vec<_>, _>>().map(KvList)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attach_adds_update_replaces_delete_removes() {
        let words = |text: &str| from_words(text.split(' ')).unwrap();
        let mut data = words("a=1");
        attach(&mut data, &words("a=2 b=3"));
        assert_eq!(data, words("a=1 a=2 b=3"));
        update(&mut data, &words("a=4 c=5"));
        assert_eq!(data, words("a=4 a=2 b=3 c=5"));
        delete_pair(&mut data, "a");
        assert_eq!(data, words("b=3 c=5"));
        assert!(from_words(["novalue"].into_iter()).is_err());
    }
}
