//! From an offset in the settings to file, line, column and key, and back.

use crate::config::{PluginConfig, Problem};
use std::{borrow::Cow, ops::Range};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The settings' text with its parsed tree.
pub(super) struct Places<'a> {
    config: &'a PluginConfig,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(config: &'a PluginConfig, root: Spanned<DeTable<'a>>) -> Self {
        Self { config, root }
    }

    /// A problem at this offset, or at the head of the settings.
    pub(super) fn problem(&self, at: Option<usize>, key: String, message: String) -> Problem {
        let (line, column) = self.line_column(at.unwrap_or(0));
        Problem { file: self.config.file.clone(), line, column, key: key.into(), message: message.into() }
    }

    /// Where this key is; if it is not there, where the nearest table around it is.
    pub(super) fn of_key(&self, key: &str) -> Option<usize> {
        let mut table = self.root.get_ref();
        let mut found = None;
        for part in key.split('.') {
            let Some((name, value)) = table.get_key_value(part) else { break };
            found = Some(name.span().start);
            match value.get_ref() {
                DeValue::Table(inner) => table = inner,
                _ => break,
            }
        }
        found
    }

    /// The key whose name or value is at this offset, with its tables; empty for none.
    pub(super) fn key_at(&self, at: usize) -> String {
        let mut path = Vec::new();
        let mut table = self.root.get_ref();
        while let Some((name, value)) = table.iter().find(|(name, value)| covers(name, value, at)) {
            path.push(name.get_ref().to_string());
            match value.get_ref() {
                DeValue::Table(inner) => table = inner,
                _ => break,
            }
        }
        path.join(".")
    }

    /// The table that has exactly this span: serde blames it for what it lacks.
    pub(super) fn table_with(&self, span: &Range<usize>) -> Option<String> {
        table_with(self.root.get_ref(), span)
    }

    fn line_column(&self, at: usize) -> (u32, u32) {
        let before = self.config.text.get(..at).unwrap_or(&self.config.text);
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (self.config.line + u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }
}

fn table_with(table: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
    table.iter().find_map(|(name, value)| match value.get_ref() {
        DeValue::Table(_) if value.span() == *span => Some(name.get_ref().to_string()),
        DeValue::Table(inner) => Some(format!("{}.{}", name.get_ref(), table_with(inner, span)?)),
        _ => None,
    })
}

/// A table's span is its header's, so what lies in it is asked of its entries.
fn covers(name: &Spanned<Cow<'_, str>>, value: &Spanned<DeValue<'_>>, at: usize) -> bool {
    let inside = match value.get_ref() {
        DeValue::Table(table) => table.iter().any(|(name, value)| covers(name, value, at)),
        _ => false,
    };
    inside || name.span().contains(&at) || value.span().contains(&at)
}
