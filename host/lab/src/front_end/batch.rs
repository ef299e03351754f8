//! The body of a batched subscription (`batchSub`): whom, and which categories.

use super::{documents::Categories, xml::Element};

/// One `action`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Action {
    /// Else it is an unsubscription.
    pub(super) subscribe: bool,
    pub(super) users: Vec<String>,
    pub(super) categories: Categories,
}

/// The actions of a body; none if it is no batch.
pub(super) fn actions(body: &Element<'_>) -> Option<Vec<Action>> {
    if body.name != "batchSub" {
        return None;
    }
    let action = |element: &Element<'_>| {
        let subscribe = match element.get("name")? {
            "subscribe" => true,
            "unsubscribe" => false,
            _ => return None,
        };
        let resources = element.children.iter().filter(|child| child.name == "adhocList");
        let resources = resources.flat_map(|list| &list.children).filter(|child| child.name == "resource");
        let users = resources.map(|resource| resource.get("uri").map(str::to_owned)).collect::<Option<_>>()?;
        let categories = element.all("category");
        let names = categories.iter().filter_map(|category| category.get("name"));
        Some(Action { subscribe, users, categories: Categories::named(names) })
    };
    body.children.iter().filter(|child| child.name == "action").map(action).collect()
}
