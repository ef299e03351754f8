//! Cuts a plug-in's settings out of the configuration file as text, line for line: the plug-in reads them with its
//! own types, and what it complains about must be the operator's line.

use toml::de::{DeTable, DeValue};

/// Path of a table from the root.
type Path = Vec<Step>;

#[derive(Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Element(usize),
}

/// A table header in the text: where it begins, and the table's path below the settings if it is one of them.
struct Header {
    at: usize,
    path: Path,
}

/// Text of `[plugin.settings]` of the plug-in with this index, with the settings' own keys at the top level, and the
/// line it begins on. Lines of other tables in between are left empty. `None` when the settings have no header of
/// their own.
pub(super) fn cut(source: &str, index: usize) -> Option<(u32, String)> {
    let root = DeTable::parse(source).ok()?;
    let mut headers = Vec::new();
    collect(source, root.get_ref(), &mut Path::new(), &mut headers);
    // Tables that a header only implies carry its place too; the deepest is the one it names.
    headers.sort_by(|a, b| a.at.cmp(&b.at).then(b.path.len().cmp(&a.path.len())));
    headers.dedup_by_key(|header| header.at);
    let own = [Step::Key("plugin".into()), Step::Element(index), Step::Key("settings".into())];
    let mut text = String::new();
    let mut first = None;
    for (n, header) in headers.iter().enumerate() {
        let Some(below) = header.path.strip_prefix(&own[..]) else { continue };
        let end = headers.get(n + 1).map_or(source.len(), |next| next.at);
        let written = source.get(header.at..end)?;
        let (line, body) = written.split_once('\n').unwrap_or((written, ""));
        let from = *first.get_or_insert(header.at);
        let skipped = source.get(from..header.at)?.matches('\n').count() - text.matches('\n').count();
        text.push_str(&"\n".repeat(skipped));
        text.push_str(&renamed(line, below));
        text.push('\n');
        text.push_str(body);
    }
    let line = source.get(..first?)?.matches('\n').count() + 1;
    Some((u32::try_from(line).unwrap_or(u32::MAX), text))
}

/// The header as it reads from the settings on: `[plugin.settings.tls]` becomes `[tls]`, `[plugin.settings]` nothing.
fn renamed(line: &str, below: &[Step]) -> String {
    let names: Vec<_> = below.iter().filter_map(quoted).collect();
    match (names.is_empty(), line.starts_with("[[")) {
        (true, _) => String::new(),
        (false, true) => format!("[[{}]]", names.join(".")),
        (false, false) => format!("[{}]", names.join(".")),
    }
}

fn quoted(step: &Step) -> Option<String> {
    match step {
        Step::Key(key) => Some(toml::Value::String(key.clone()).to_string()),
        Step::Element(_) => None,
    }
}

fn collect(source: &str, table: &DeTable<'_>, path: &mut Path, headers: &mut Vec<Header>) {
    for (name, value) in table {
        path.push(Step::Key(name.get_ref().to_string()));
        visit(source, value, path, headers);
        path.pop();
    }
}

fn visit(source: &str, value: &toml::Spanned<DeValue<'_>>, path: &mut Path, headers: &mut Vec<Header>) {
    match value.get_ref() {
        DeValue::Table(table) => {
            let at = value.span().start;
            if source.get(at..).is_some_and(|rest| rest.starts_with('[')) {
                headers.push(Header { at, path: path.clone() });
            }
            collect(source, table, path, headers);
        }
        DeValue::Array(elements) => {
            for (n, element) in elements.iter().enumerate() {
                path.push(Step::Element(n));
                visit(source, element, path, headers);
                path.pop();
            }
        }
        _ => {}
    }
}
