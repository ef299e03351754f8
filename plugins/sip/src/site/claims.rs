//! Who has which address: the first one who claims it, until they leave it to the next one. Pure.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::Arc;

/// Claims on addresses, by the keys of those.
#[derive(Debug)]
pub struct Claims<U> {
    owners: HashMap<Arc<str>, U>,
    /// Who comes after each of them. Few: two people with one address are a fault of the directory, or pass.
    waiting: HashMap<Arc<str>, VecDeque<U>>,
}

impl<U> Default for Claims<U> {
    fn default() -> Self {
        Self { owners: HashMap::new(), waiting: HashMap::new() }
    }
}

impl<U: Copy + Eq + Hash> Claims<U> {
    /// Claims an address, or waits for it; who has it. To repeat it changes nothing.
    pub fn claim(&mut self, user: U, address: &Arc<str>) -> U {
        let owner = *self.owners.entry(address.clone()).or_insert(user);
        if owner != user {
            let waiting = self.waiting.entry(address.clone()).or_default();
            if !waiting.contains(&user) {
                waiting.push_back(user);
            }
        }
        owner
    }

    /// Gives a claim up; who has the address from now on because of it.
    pub fn leave(&mut self, user: U, address: &str) -> Option<U> {
        let (key, owner) = self.owners.remove_entry(address)?;
        let mut waiting = self.waiting.remove(address).unwrap_or_default();
        waiting.retain(|other| *other != user);
        let heir = if owner == user { waiting.pop_front() } else { None };
        if !waiting.is_empty() {
            self.waiting.insert(key.clone(), waiting);
        }
        self.owners.extend(heir.or(Some(owner).filter(|owner| *owner != user)).map(|next| (key, next)));
        heir
    }

    /// Who has an address.
    pub fn owner(&self, address: &str) -> Option<U> {
        self.owners.get(address).copied()
    }
}
