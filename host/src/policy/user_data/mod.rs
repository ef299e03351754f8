//! Which UserData pages show, and how: the operator's `[[user-data]]` (requirements F9, F43). What it makes of one call's
//! data is the desk's.

mod field;
mod link;
mod texts;

pub use field::UserDataField;
pub use link::LinkTemplate;
pub use texts::Texts;

pub(in crate::policy) use field::{fault, faults_of_texts, is_one_line};

use serde::Deserialize;
use std::{collections::HashMap, sync::Arc};

/// More `[[user-data]]` are refused: nobody reads so many rows while a call rings.
pub const MOST_FIELDS: usize = 100;

/// Where business data is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Window {
    /// The window that asks before a call comes.
    Preview,
    /// The call's card on the page.
    Interaction,
    /// The page in a UC client's extension window, for previews and calls alike.
    Extension,
}

impl Window {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Preview, Self::Interaction, Self::Extension];
}

/// What becomes of pairs whose key is not listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Others {
    /// Shown behind those that are listed.
    #[default]
    Show,
    /// Shown when the worker asks for them.
    Fold,
    /// Not sent to pages at all.
    Hide,
}

/// The fields in the order of display, and what becomes of the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserDataForm {
    fields: Vec<UserDataField>,
    /// Of each field.
    links: Vec<Option<LinkTemplate>>,
    by_key: HashMap<Arc<str>, usize>,
    others: Others,
    filter_key: Arc<str>,
}

impl UserDataForm {
    /// Fields of one group come together, where the first of them stands. `filter_key`: empty for none.
    pub fn new(fields: &[UserDataField], others: Others, filter_key: Arc<str>) -> Self {
        let first = |field: &UserDataField| fields.iter().position(|other| other.group == field.group);
        let mut fields: Vec<_> = fields.iter().map(|field| (first(field), field.clone())).collect();
        fields.sort_by_key(|(group, _)| *group);
        let fields: Vec<_> = fields.into_iter().map(|(_, field)| field).collect();
        let by_key = fields.iter().enumerate().map(|(at, field)| (field.key.clone(), at)).collect();
        let links = fields.iter().map(UserDataField::link).collect();
        Self { fields, links, by_key, others, filter_key }
    }

    /// In the order of display.
    pub fn fields(&self) -> &[UserDataField] {
        &self.fields
    }

    /// The field of a key, and its place in the order.
    pub fn field(&self, key: &str) -> Option<(usize, &UserDataField)> {
        let at = *self.by_key.get(key)?;
        self.fields.get(at).map(|field| (at, field))
    }

    /// Where a value of the field at this place of the order leads to; none: nowhere.
    pub fn link(&self, at: usize, value: &str) -> Option<String> {
        self.links.get(at)?.as_ref()?.fill(value)
    }

    /// Whether pairs of this key are shown there; a filter may still leave them out.
    pub fn shows(&self, key: &str, window: Window) -> bool {
        match self.field(key) {
            Some((_, field)) => field.shown_at(window),
            None => self.others != Others::Hide,
        }
    }

    /// What becomes of pairs whose key is not listed.
    pub fn others(&self) -> Others {
        self.others
    }

    /// The key whose value says which keys of this call are shown; none: there is no such key.
    pub fn filter_key(&self) -> Option<&str> {
        Some(&*self.filter_key).filter(|key| !key.is_empty())
    }

    /// Whether two windows show the same of any data, so that one text serves both.
    pub fn same_in(&self, a: Window, b: Window) -> bool {
        self.fields.iter().all(|field| field.shown_at(a) == field.shown_at(b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> UserDataForm {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct Part {
            user_data: Vec<UserDataField>,
        }
        let Part { user_data } = toml::from_str(text).unwrap();
        UserDataForm::new(&user_data, Others::Show, "".into())
    }

    #[test]
    fn fields_of_one_group_come_together() {
        let table = |key: &str, group: &str| format!("[[user-data]]\nkey = '{key}'\n{group}\n");
        let text = [("a", "group = 'G'"), ("b", ""), ("c", "group = 'G'"), ("d", "group = { en = 'H' }"), ("e", "")];
        let form = form(&text.map(|(key, group)| table(key, group)).concat());
        let keys: Vec<_> = form.fields().iter().map(|field| &*field.key).collect();
        assert_eq!(keys, ["a", "c", "b", "e", "d"]);
        assert_eq!(form.field("e").map(|(at, _)| at), Some(3));
    }

    #[test]
    fn a_field_shows_where_it_says_and_everywhere_when_it_says_nothing() {
        let form = form("[[user-data]]\nkey = 'a'\nshow = ['preview']\n[[user-data]]\nkey = 'b'\n");
        assert_eq!(Window::ALL.map(|place| form.shows("a", place)), [true, false, false]);
        assert_eq!(Window::ALL.map(|place| form.shows("b", place)), [true; 3]);
        assert!(
            form.same_in(Window::Interaction, Window::Extension) && !form.same_in(Window::Preview, Window::Extension)
        );
    }
}
