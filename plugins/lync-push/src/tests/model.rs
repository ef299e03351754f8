//! A user's publications at a server, as simple as can be, and what the user does.

use crate::{
    choice::Choice,
    fault::Conflict,
    key::{AGGREGATED, Category, Key, LASTING, Lifetime, TIMED},
    publisher::Operation,
    roaming::Own,
    show,
};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(super) struct Stands {
    pub(super) version: u32,
    pub(super) value: String,
    pub(super) lifetime: Lifetime,
    published: u32,
}

/// What one user has published.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) all: BTreeMap<Key, Stands>,
    /// Whether it tells how long what ends by itself lasts.
    pub(super) tells_ends: bool,
    /// Whether the version of what was removed begins anew.
    pub(super) restarts: bool,
    clock: u32,
}

/// The day on which everything is published, in seconds of Unix time.
pub(super) const START: u64 = 1_767_225_600;

impl Model {
    /// Applies a request whole or not at all.
    pub(super) fn publish(&mut self, operations: &[Operation]) -> Result<(), Vec<Conflict>> {
        let current = |key: &Key| self.all.get(key).map_or(0, |stands| stands.version);
        let wrong: Vec<_> = (1..)
            .zip(operations)
            .filter(|(_, operation)| operation.version != current(&operation.key))
            .map(|(index, operation)| Conflict { index, current: current(&operation.key) })
            .collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        self.clock += 1;
        for operation in operations {
            self.put(operation.key, operation.lifetime, operation.value.clone());
        }
        Ok(())
    }

    fn put(&mut self, key: Key, lifetime: Lifetime, value: Option<String>) {
        // Otherwise never a number that stood there before a removal: what a request does not know of it must not
        // overwrite.
        let first = if self.restarts { 1 } else { self.clock };
        let version = self.all.get(&key).map_or(first, |stands| stands.version + 1);
        match value {
            Some(value) => drop(self.all.insert(key, Stands { version, value, lifetime, published: self.clock })),
            None => drop(self.all.remove(&key)),
        }
    }

    /// The user chooses in a client of their own, or takes the choice back.
    pub(super) fn choose(&mut self, choice: Option<&Choice>) {
        self.clock += 1;
        for key in choice_keys() {
            self.put(key, Lifetime::Lasting, None);
        }
        for item in choice.map(show::chosen).unwrap_or_default() {
            self.put(item.key, item.lifetime, Some(item.value));
        }
    }

    /// What the user has chosen was to last so many seconds.
    pub(super) fn last(&mut self, seconds: u32) {
        let timed = self.all.iter_mut().filter(|(key, _)| key.instance == TIMED);
        timed.for_each(|(_, stands)| stands.lifetime = Lifetime::Seconds(seconds));
    }

    /// What stands where the user's choice stands.
    pub(super) fn choices(&self) -> impl Iterator<Item = &Stands> {
        self.all.iter().filter(|(key, _)| key.is_choice()).map(|(_, stands)| stands)
    }

    /// Somebody else publishes the same again, but for what is the user's own choice.
    pub(super) fn disturb(&mut self, version: u32) {
        self.clock += version;
        let others = self.all.iter_mut().filter(|(key, _)| !key.is_choice());
        others.for_each(|(_, stands)| stands.version += version);
    }

    /// The user clicks in a client of their own on what stands there; whether anything does.
    pub(super) fn click(&mut self) -> bool {
        let Some(there) = self.choice() else { return false };
        let chosen = if there.timed { TIMED } else { LASTING };
        self.clock += 1;
        self.all.retain(|key, _| !key.is_choice() || key.instance == chosen);
        for (_, stands) in self.all.iter_mut().filter(|(key, _)| key.is_choice()) {
            (stands.version, stands.published) = (stands.version + 1, self.clock);
        }
        true
    }

    /// What is bound to the endpoint goes with it.
    pub(super) fn endpoint_gone(&mut self) {
        self.all.retain(|_, stands| stands.lifetime != Lifetime::Endpoint);
    }

    /// The document that tells everything.
    pub(super) fn document(&self) -> String {
        let mut out = "<roamingData xmlns=\"http://schemas.microsoft.com/2006/09/sip/roaming-self\"><categories \
                       xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"sip:kim@example.com\">"
            .to_owned();
        for category in Category::ALL {
            out += &format!("<category name=\"{}\"/>", category.name());
        }
        for (key, Stands { version, value, published, lifetime }) in &self.all {
            let ends = match lifetime {
                Lifetime::Seconds(seconds) if self.tells_ends => format!(" expireType=\"time\" expires=\"{seconds}\""),
                _ => String::new(),
            };
            let Key { category, instance, container } = key;
            out += &format!(
                "<category name=\"{}\" instance=\"{instance}\" container=\"{container}\" version=\"{version}\"{ends} \
                 publishTime=\"2026-01-01T{:02}:{:02}:{:02}Z\">{value}</category>",
                category.name(),
                published / 3600,
                published / 60 % 60,
                published % 60
            );
        }
        out + "</categories></roamingData>"
    }

    pub(super) fn own(&self) -> Own {
        Own::read(self.document().as_bytes()).unwrap()
    }

    /// What stands where the user's choice stands.
    pub(super) fn choice(&self) -> Option<Choice> {
        self.own().choice(START)
    }
}

pub(super) fn choice_keys() -> impl Iterator<Item = Key> {
    [LASTING, TIMED].into_iter().flat_map(|instance| AGGREGATED.map(|container| Key::state(instance, container)))
}
