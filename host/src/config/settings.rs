//! A plug-in's settings as the text they were written in, so that the plug-in's own complaints point at the
//! operator's line.

use serde::{Deserialize, Deserializer};
use std::ops::Range;
use toml::{Spanned, de::DeValue};

/// Settings of one plug-in: TOML with the plug-in's own keys at the top level.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Settings {
    /// The text.
    pub text: String,
    /// Line of the configuration file on which the text begins; the first is 1.
    pub line: u32,
}

/// Only the shape is checked here; [`Settings::cut`] fetches the text afterwards.
impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        toml::Table::deserialize(deserializer).map(|table| Self { text: table.to_string(), line: 1 })
    }
}

impl Settings {
    /// Takes the settings out of the file's text. Tables under headers (`[plugin.settings]`) keep every line and
    /// column; settings written inline are told again in other words, beginning on their own line.
    pub fn cut(&mut self, text: &str, table: &Spanned<DeValue<'_>>) {
        let span = table.span();
        self.line = line_of(text, span.start);
        if !is_header(text, &span) {
            return;
        }
        let mut headers = vec![span.clone()];
        let mut end = span.end;
        survey(table, text, &mut headers, &mut end);
        let mut cut = text[span.start..end].to_owned();
        for header in headers {
            let header = header.start - span.start..header.end - span.start;
            let own = without_prefix(&cut[header.clone()]);
            cut.replace_range(header, &own);
        }
        self.text = cut;
    }
}

/// Finds every table header below `value`, and where its text ends.
fn survey(value: &Spanned<DeValue<'_>>, text: &str, headers: &mut Vec<Range<usize>>, end: &mut usize) {
    *end = (*end).max(value.span().end);
    match value.get_ref() {
        DeValue::Table(entries) => {
            let span = value.span();
            if is_header(text, &span) && !headers.contains(&span) {
                headers.push(span);
            }
            entries.values().for_each(|entry| survey(entry, text, headers, end));
        }
        DeValue::Array(elements) => elements.iter().for_each(|element| survey(element, text, headers, end)),
        _ => {}
    }
}

fn is_header(text: &str, span: &Range<usize>) -> bool {
    text[span.clone()].starts_with('[')
}

/// `[plugin.settings.idle]` → `[                idle]`, and the settings' own header → blanks.
fn without_prefix(header: &str) -> String {
    let blank = |part: &str| " ".repeat(part.chars().count());
    let brackets = header.len() - header.trim_start_matches('[').len();
    match header.match_indices('.').nth(1) {
        Some((dot, _)) => format!("{}{}{}", &header[..brackets], blank(&header[brackets..=dot]), &header[dot + 1..]),
        None => blank(header),
    }
}

fn line_of(text: &str, at: usize) -> u32 {
    let line = text[..at.min(text.len())].matches('\n').count() + 1;
    u32::try_from(line).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use toml::de::DeTable;

    fn cut(text: &str) -> Settings {
        let root = DeTable::parse(text).unwrap();
        let plugin = root.get_ref()["plugin"].get_ref().as_array().unwrap().first().unwrap();
        let settings = &plugin.get_ref().as_table().unwrap()["settings"];
        let mut cut = Settings { text: settings.get_ref().as_table().unwrap().len().to_string(), line: 1 };
        cut.cut(text, settings);
        cut
    }

    #[test]
    fn lines_and_columns_stay() {
        let text = "[[plugin]]\nname = 'a'\n[plugin.settings]\n# why\nfoo = [\n[1],\n[2]]\n\
                    [plugin.settings.idle]\nafter = 1\n[[plugin.settings.rules]]\nr = 1\n[[plugin]]\nname = 'b'\n";
        let settings = cut(text);
        assert_eq!(settings.line, 3);
        let lines: Vec<_> = settings.text.lines().collect();
        assert_eq!(lines[5], "[                idle]");
        assert_eq!(lines[7], "[[                rules]]");
        let table: toml::Table = toml::from_str(&settings.text).unwrap();
        assert_eq!(table["idle"]["after"].as_integer(), Some(1));
        assert_eq!(table["rules"][0]["r"].as_integer(), Some(1));
        assert_eq!(table["foo"][1][0].as_integer(), Some(2));
        assert_eq!(table.len(), 3, "the next plug-in's keys stay out");
    }

    #[test]
    fn inline_settings_know_their_line() {
        assert_eq!(cut("[[plugin]]\nname = 'a'\nsettings = { a = 1 }\n").line, 3);
    }
}
