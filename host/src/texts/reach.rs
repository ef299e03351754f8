//! What a text needs by way of the texts and terms to which it refers: a page fills in what it knows of the one that it asks
//! for, and a reference hands that on to a text, but not to a term.

use super::{
    entries,
    known::Known,
    named::{Named, named},
};
use fluent_syntax::ast::Resource;
use std::collections::{BTreeSet, HashMap};

/// Most references in a row; each takes some stack here, and of what a page does for one text.
const LONGEST: usize = 32;

/// A text, or the term of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node<'t> {
    Text(&'t str),
    Term(&'t str),
}

impl<'t> Node<'t> {
    /// As it stands in the file, a term's without its hyphen.
    pub(super) fn name(self) -> &'t str {
        match self {
            Self::Text(name) | Self::Term(name) => name,
        }
    }
}

/// Why nothing can be said of what an entry needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// It refers to itself, by way of others or not.
    Cycle,
    /// By way of more than [`LONGEST`].
    TooLong,
}

type Needs<'t> = Result<BTreeSet<&'t str>, Lost>;

/// The references of one file, and of the client's texts where it has none of that name.
pub(super) struct Reach<'t> {
    known: &'t Known,
    names: HashMap<Node<'t>, Vec<Named<'t>>>,
    found: HashMap<Node<'t>, Needs<'t>>,
}

impl<'t> Reach<'t> {
    pub(super) fn of(resource: &Resource<&'t str>, known: &'t Known) -> Self {
        let names = entries(resource).map(|entry| (entry.node, entry.value.into_iter().flat_map(named).collect()));
        Self { known, names: names.collect(), found: HashMap::new() }
    }

    /// Whether this file has it, or the client.
    pub(super) fn has(&self, node: Node<'_>) -> bool {
        self.names.contains_key(&node) || matches!(node, Node::Text(key) if self.known.places(key).is_some())
    }

    /// The places that must be filled in for it, its own and those of every text to which it leads.
    ///
    /// # Errors
    /// It leads nowhere.
    pub(super) fn needs(&mut self, node: Node<'t>) -> Needs<'t> {
        self.walk(node, &mut Vec::new())
    }

    fn walk(&mut self, node: Node<'t>, path: &mut Vec<Node<'t>>) -> Needs<'t> {
        if path.contains(&node) {
            return Err(Lost::Cycle);
        }
        if let Some(found) = self.found.get(&node) {
            return found.clone();
        }
        if path.len() == LONGEST {
            return Err(Lost::TooLong);
        }
        path.push(node);
        let needs = self.of_node(node, path);
        path.pop();
        // Where a way is too long or a circle, the file is refused; which of its entries say so matters less than that none is
        // walked twice.
        self.found.insert(node, needs.clone());
        needs
    }

    fn of_node(&mut self, node: Node<'t>, path: &mut Vec<Node<'t>>) -> Needs<'t> {
        let Some(names) = self.names.get(&node).cloned() else { return Ok(self.of_client(node)) };
        let mut needs = BTreeSet::new();
        for named in names {
            match named {
                Named::Place(name) => drop(needs.insert(name)),
                Named::Text(name) => needs.append(&mut self.walk(Node::Text(name), path)?),
                // What it needs it is given by name, which is seen where it is referred to.
                Named::Term(name, _) => drop(self.walk(Node::Term(name), path)?),
                Named::Function(_) | Named::Attribute(_) => {}
            }
        }
        Ok(needs)
    }

    /// The client's own texts refer to no others.
    fn of_client(&self, node: Node<'t>) -> BTreeSet<&'t str> {
        let places = if let Node::Text(key) = node { self.known.places(key) } else { None };
        places.into_iter().flatten().map(String::as_str).collect()
    }
}
