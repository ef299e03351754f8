//! Reads a plug-in's settings into its own type; every complaint says file, line, column and key.

mod place;
mod suggestion;

use super::known_keys::known_keys;
use crate::config::{Complaint, PluginConfig, Problem};
use place::Places;
use serde::de::{DeserializeOwned, value};
use suggestion::{nearest, unknown};
use toml::{Spanned, de::DeTable};

/// Settings that parsed, and where their keys are.
pub(crate) struct Settings<'a, C> {
    /// The author's own type.
    pub(crate) value: C,
    places: Places<'a>,
}

impl<C> Settings<'_, C> {
    /// Turns an author's complaint into a problem at the line of its key, or of the file it is about.
    pub(crate) fn problem(&self, complaint: Complaint) -> Problem {
        let Complaint { key, message, file, is_warning } = complaint;
        let message = if is_warning { format!("{}{message}", Problem::WARNING) } else { message };
        match file {
            Some((file, line)) => {
                let file = file.to_string_lossy().into_owned().into();
                Problem { file, line, column: 0, key: key.into(), message: message.into() }
            }
            None => self.places.problem(self.places.of_key(&key), key, message),
        }
    }
}

/// Reads the settings.
///
/// # Errors
/// Everything found wrong: all syntax errors, else all unknown top-level keys and the first wrong value.
pub(crate) fn read<C: DeserializeOwned>(config: &PluginConfig) -> Result<Settings<'_, C>, Vec<Problem>> {
    let (mut table, errors) = DeTable::parse_recoverable(&config.text);
    let places = Places::new(config, table.clone());
    if !errors.is_empty() {
        let problem =
            |e: &toml::de::Error| places.problem(e.span().map(|s| s.start), String::new(), e.message().into());
        return Err(errors.iter().map(problem).collect());
    }
    let mut problems = take_unknown::<C>(&mut table, &places);
    let value = deserialize(table).map_err(|e| wrong_value(&e, &places));
    match value {
        Ok(value) if problems.is_empty() => return Ok(Settings { value, places }),
        Ok(_) => {}
        Err(problem) => problems.push(problem),
    }
    problems.sort_by_key(|problem| (problem.line, problem.column));
    Err(problems)
}

fn deserialize<C: DeserializeOwned>(table: Spanned<DeTable<'_>>) -> Result<C, toml::de::Error> {
    let empty = table.get_ref().is_empty();
    let read = C::deserialize(toml::de::Deserializer::from(table));
    match read {
        // `()` reads nothing, not even an empty table.
        Err(e) if empty => C::deserialize(value::UnitDeserializer::<value::Error>::new()).map_err(|_| e),
        read => read,
    }
}

fn take_unknown<C: DeserializeOwned>(table: &mut Spanned<DeTable<'_>>, places: &Places<'_>) -> Vec<Problem> {
    let Some(known) = known_keys::<C>() else { return Vec::new() };
    let all: Vec<_> = table.get_ref().keys().map(|key| (key.get_ref().to_string(), key.span().start)).collect();
    let unknown = all.into_iter().filter(|(key, _)| !known.contains(&key.as_str()));
    let problem = |(key, at): (String, usize)| {
        table.get_mut().remove(key.as_str());
        let message = unknown_key(&key, known);
        places.problem(Some(at), key, message)
    };
    unknown.map(problem).collect()
}

fn unknown_key(key: &str, known: &[&str]) -> String {
    match (nearest(key, known), known) {
        (_, []) => "unknown key; this plug-in has no settings".to_owned(),
        (Some(near), _) => format!("unknown key, did you mean `{near}`? Allowed: {}", known.join(", ")),
        (None, _) => format!("unknown key; allowed: {}", known.join(", ")),
    }
}

/// serde stops at the first wrong value and says in words which key it means.
fn wrong_value(error: &toml::de::Error, places: &Places<'_>) -> Problem {
    let at = error.span().map(|span| span.start);
    let missing = error.message().strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    if let Some(missing) = missing {
        let inside = error.span().and_then(|span| places.table_with(&span)).unwrap_or_default();
        let key = if inside.is_empty() { missing.to_owned() } else { format!("{inside}.{missing}") };
        return places.problem(at, key, "missing; it has no default".to_owned());
    }
    let key = at.map(|at| places.key_at(at)).unwrap_or_default();
    let suggestion = unknown(error.message()).map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
    places.problem(at, key, format!("{}{suggestion}", in_plain_words(error.message())))
}

/// Operators know no Rust: "expected i8" says nothing to them.
fn in_plain_words(message: &str) -> String {
    let Some((found, expected)) = message.rsplit_once(", expected ") else { return message.to_owned() };
    let words = match expected {
        "i8" => "a whole number from -128 to 127",
        "i16" => "a whole number from -32768 to 32767",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "i32" | "i64" | "i128" | "isize" => "a whole number",
        "u32" | "u64" | "u128" | "usize" => "a whole number from 0 up",
        "f32" | "f64" => "a number",
        other => other,
    };
    format!("{found}, expected {words}")
}

#[cfg(test)]
mod tests;
