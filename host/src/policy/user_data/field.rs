//! One `[[user-data]]`: a key, what it is called, where it is shown, and what may be done with it.

use super::{
    Window,
    link::{ALLOWED, LinkTemplate},
    texts::Texts,
};
use crate::policy::RuleFault;
use serde::Deserialize;
use std::sync::Arc;

/// Letters of a key.
const LONGEST_KEY: usize = 255;
/// Letters of a label or the name of a group.
const LONGEST_TEXT: usize = 100;
/// Languages of one text.
const MOST_LANGUAGES: usize = 50;

/// One field of the business data.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct UserDataField {
    /// The key; in a nested list `outer.inner`.
    pub key: Arc<str>,
    /// What it is called; none: as its key.
    pub label: Option<Texts>,
    /// The heading it stands under; none: no heading.
    pub group: Option<Texts>,
    /// Where a value leads to. Judged by [`UserDataField::faults`].
    link: Option<Arc<str>>,
    /// Where it is shown; none: everywhere.
    show: Option<Vec<Window>>,
    /// Whether the worker on the call may change it.
    #[serde(default)]
    pub edit: bool,
}

impl UserDataField {
    /// Whether it is shown there.
    pub fn shown_at(&self, window: Window) -> bool {
        self.show.as_ref().is_none_or(|windows| windows.contains(&window))
    }

    /// The address of its values; none: they lead nowhere.
    pub fn link(&self) -> Option<LinkTemplate> {
        self.link.as_deref().and_then(|template| LinkTemplate::read(template).ok())
    }

    /// Everything wrong with it; `is_language` says whether a word is a language tag.
    pub fn faults(&self, is_language: impl Fn(&str) -> bool) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        if !is_one_line(&self.key, LONGEST_KEY) {
            faults.push(fault("key", "this is no key", &format!("1 to {LONGEST_KEY} letters on one line")));
        }
        for (key, texts) in [("label", &self.label), ("group", &self.group)] {
            faults.extend(texts.iter().flat_map(|texts| faults_of_texts(key, texts, &is_language)));
        }
        let link = self.link.as_deref().map(LinkTemplate::read);
        faults.extend(link.and_then(Result::err).map(|why| fault("link", why, ALLOWED)));
        if self.edit && !self.shown_at(Window::Interaction) {
            let allowed = "false, or interaction among the windows of show: there it is changed";
            faults.push(fault("edit", "this is shown nowhere that it could be changed", allowed));
        }
        faults
    }
}

/// What is wrong with a text of the site.
pub(in crate::policy) fn faults_of_texts(
    key: &'static str,
    texts: &Texts,
    is_language: impl Fn(&str) -> bool,
) -> Vec<RuleFault> {
    let mut faults = Vec::new();
    if texts.iter().count() > MOST_LANGUAGES {
        faults.push(fault(key, "these are too many languages", &format!("up to {MOST_LANGUAGES}")));
    }
    for (tag, text) in texts.iter() {
        if !tag.is_empty() && !is_language(tag) {
            faults.push(fault(key, &format!("{tag:?} is no language tag"), "BCP 47 tags such as en, de or pt-BR"));
        }
        if !is_one_line(text, LONGEST_TEXT) {
            faults.push(fault(key, "this is no text for a page", &format!("1 to {LONGEST_TEXT} letters on one line")));
        }
    }
    faults
}

/// Text of 1 to so many letters that fits into a line.
pub(in crate::policy) fn is_one_line(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.contains(char::is_control)
}

pub(in crate::policy) fn fault(key: &'static str, message: &str, allowed: &str) -> RuleFault {
    RuleFault { key, message: message.to_owned(), allowed: allowed.to_owned() }
}
