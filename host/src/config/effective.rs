//! Every key of a configuration with its value, defaults included, so that two configurations can be compared.

use super::section::{self, join};
use std::collections::BTreeMap;
use toml::{Spanned, de::DeValue};

/// The annotated reference: its values are the defaults (a test holds it to the code).
const REFERENCE: &str = include_str!("../../../config/reference.toml");

/// Keys and values, both as text. Elements of arrays of tables go by their `name`: `t-server[north].address`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Effective(pub BTreeMap<String, String>);

impl Effective {
    /// What a document means, with the defaults of the reference for what it does not say.
    pub(super) fn of(root: &Spanned<DeValue<'_>>) -> Self {
        let mut keys = defaults();
        flatten(root.get_ref(), "", &mut keys);
        Self(keys)
    }

    /// The keys below this one with their values, as one text to compare.
    pub(super) fn below(&self, prefix: &str) -> String {
        let below = self.0.iter().filter(|(key, _)| key.starts_with(prefix));
        below.map(|(key, value)| format!("{key} = {value}\n")).collect()
    }

    /// Has below this what the other has there.
    pub fn keep_below(&mut self, prefix: &str, other: &Self) {
        self.0.retain(|key, _| !key.starts_with(prefix));
        let below = other.0.iter().filter(|(key, _)| key.starts_with(prefix));
        self.0.extend(below.map(|(key, value)| (key.clone(), value.clone())));
    }

    /// Keys whose value differs, in alphabetical order.
    pub fn changed(&self, other: &Self) -> Vec<String> {
        let keys = self.0.keys().chain(other.0.keys());
        let differs = |key: &&String| self.0.get(*key) != other.0.get(*key);
        keys.filter(differs).cloned().collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    }
}

/// Defaults of the sections that exist once; those of `[[t-server]]` and `[[plugin]]` belong to no element.
fn defaults() -> BTreeMap<String, String> {
    let mut keys = BTreeMap::new();
    if let Ok(root) =
        section::parse(&std::sync::Arc::new(super::Source { text: REFERENCE.to_owned(), ..Default::default() }))
    {
        flatten(root.get_ref(), "", &mut keys);
    }
    keys.retain(|key, _| !key.contains('[') && key != "directory.file");
    keys
}

fn flatten(value: &DeValue<'_>, key: &str, keys: &mut BTreeMap<String, String>) {
    match value {
        DeValue::Table(entries) => {
            for (name, entry) in entries {
                flatten(entry.get_ref(), &join(key, name.get_ref()), keys);
            }
        }
        DeValue::Array(elements) if elements.iter().any(|element| element.get_ref().is_table()) => {
            for (index, element) in elements.iter().enumerate() {
                let name = element.get_ref().get("name").and_then(|name| name.get_ref().as_str());
                let name = name.map_or_else(|| index.to_string(), str::to_owned);
                flatten(element.get_ref(), &format!("{key}[{name}]"), keys);
            }
        }
        other => {
            keys.insert(key.to_owned(), plain(other));
        }
    }
}

/// The value without its place: moving a key to another line changes nothing.
fn plain(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            i128::from_str_radix(&digits, number.radix()).map_or(digits, |number| number.to_string())
        }
        DeValue::Float(number) => number.as_str().replace('_', ""),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(elements) => {
            elements.iter().map(|element| plain(element.get_ref())).collect::<Vec<_>>().join("\n")
        }
        DeValue::Table(_) => String::new(),
    }
}
