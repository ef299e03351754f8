//! A line of an operator's file as a terminal, a journal or a ticket may show it: without what is secret, which a slip beside
//! it must not publish, and no longer than somebody reads.

use std::ops::Range;

/// What stands for a secret.
const MASK: &str = "***";

/// What stands for the rest of a line that is too long.
const CUT: &str = "…";

/// Bytes shown on either side of where something is wrong, and of what is wrong itself.
const AROUND: usize = 200;

/// Bytes of the longest secret in a line, with its key.
const LONGEST: usize = 4096;

/// A secret that a line break came into ends within so many lines.
const LINES: usize = 64;

/// Keys whose value is secret, by a part of their name; those that end with `-file` name a file.
const SECRET: [&str; 11] = [
    "pass",
    "pwd",
    "hash",
    "token",
    "secret",
    "credential",
    "phrase",
    "api-key",
    "apikey",
    "access-key",
    "private-key",
];

/// The same as a whole part between hyphens.
const SECRET_PARTS: [&str; 2] = ["pin", "puk"];

/// How a certificate or key begins, and its end, where it was written in the place of its file's name.
const PEM: (&str, &str) = ("-----BEGIN", "-----END");

/// How a fault names the first line of one.
const NAMED: &str = "-----BEGIN …-----";

/// What stands on both sides of such words.
const DASHES: &str = "-----";

/// Before the `@` of these stands a name and no password.
const ADDRESSES: [&str; 5] = ["sip", "sips", "mailto", "im", "xmpp"];

/// A line and the part of it that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) span: Range<usize>,
    /// What is wrong stands elsewhere in the file's own line.
    pub(super) moved: bool,
}

/// The line of `file` on which a span begins, and the part of the span on it: a whole table underlined says less than its
/// head, and a renderer given a whole directory reads it through for each problem. On the line of an `unknown` key, of which
/// nobody knows what it is, no value is shown.
pub(super) fn line(span: &Range<usize>, file: &str, unknown: bool) -> Line {
    let start = file.floor_char_boundary(span.start.min(file.len()));
    let end = file.floor_char_boundary(span.end.clamp(start, file.len()));
    let from = file[..start].rfind('\n').map_or(0, |end| end + 1);
    let to = file[start..].find('\n').map_or(file.len(), |length| start + length);
    let (text, span) = (&file[from..to], start - from..end.min(to) - from);
    if is_no_document(file) || is_within_secret(&file[..from]) {
        return Line { text: MASK.to_owned(), span: 0..MASK.len(), moved: span.start > 0 };
    }
    masked(&cut(text, span, unknown), unknown)
}

/// Words about a file without what its owner has written in the place of a name or an address.
pub(in crate::config) fn words(mut text: String) -> String {
    let mut heads = text.match_indices(PEM.0).map(|(at, _)| at);
    if let Some(begins) = heads.find(|at| !text[*at..].starts_with(NAMED)) {
        let rest = &text[begins..];
        let behind = rest.rfind(PEM.1).map(|at| at + PEM.1.len());
        let length = behind.and_then(|at| rest[at..].find(DASHES).map(|more| at + more + DASHES.len()));
        let end = length.map_or(text.len(), |length| begins + length);
        text.replace_range(begins..end, MASK);
    }
    for hidden in apart(text.match_indices('@').filter_map(|(at, _)| user_and_password(&text, at))).into_iter().rev() {
        text.replace_range(hidden, MASK);
    }
    text
}

/// Whether nothing in it looks like what is configured: somebody has named the file of a password or key instead.
fn is_no_document(file: &str) -> bool {
    let mut lines = file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).peekable();
    lines.peek().is_some() && lines.all(|line| !line.starts_with(['[', '<', '{']) && !is_assignment(line))
}

/// A secret that begins on one of the lines before has not ended there: a line break came into it.
fn is_within_secret(before: &str) -> bool {
    let lines = before.lines().rev().take(LINES).take_while(|line| !line.trim_start().starts_with('['));
    let goes_on = |line: &str| {
        let begins = |(at, _): (usize, &str)| value(line, at, false).map(|hidden| line[hidden.end..].trim_start());
        line.match_indices('=').filter_map(begins).any(str::is_empty)
    };
    lines.filter(|line| !line.trim_start().starts_with('#')).any(goes_on)
}

/// Not the end of a token in base64, which has signs of equality but no value behind them.
fn is_assignment(line: &str) -> bool {
    let named = |key: &str| !key.is_empty() && !key.contains(|sign: char| "+/:@".contains(sign));
    line.split_once('=').is_some_and(|(key, value)| named(key.trim()) && !value.trim_matches(['=', ' ']).is_empty())
}

fn cut(text: &str, span: Range<usize>, unknown: bool) -> Line {
    let end = text.floor_char_boundary(span.end.min(span.start + AROUND));
    let from = text.floor_char_boundary(span.start.saturating_sub(AROUND));
    let to = text.ceil_char_boundary((end + AROUND).min(text.len()));
    let (before, after) = (if from > 0 { CUT } else { "" }, if to < text.len() { CUT } else { "" });
    // A secret whose key was cut off would not be known as one.
    let known_from = text.floor_char_boundary(from.saturating_sub(LONGEST));
    let cuts = |hidden: &Range<usize>| hidden.start + known_from < from && from < hidden.end + known_from;
    let hidden = secrets(&text[known_from..to], unknown).into_iter().find(cuts);
    let from = hidden.map_or(from, |hidden| (hidden.end + known_from).min(span.start));
    let span = span.start - from + before.len()..end - from + before.len();
    Line { text: format!("{before}{}{after}", &text[from..to]), span, moved: from > 0 }
}

fn masked(line: &Line, unknown: bool) -> Line {
    let Line { text, span, moved } = line;
    let mut shown = Line { text: String::new(), span: span.clone(), moved: *moved };
    let mut done = 0;
    for hidden in secrets(text, unknown) {
        shown.text += &text[done..hidden.start];
        let begins = shown.text.len();
        shown.text += MASK;
        done = hidden.end;
        // A span that begins or ends in it does so at its ends now.
        let follow = |at: usize, inside: usize, now: usize| match at {
            before if before <= hidden.start => now,
            after if after >= hidden.end => shown.text.len() + after - hidden.end,
            _ => inside,
        };
        shown.moved |= span.start > hidden.start;
        shown.span =
            follow(span.start, begins, shown.span.start)..follow(span.end, begins + MASK.len(), shown.span.end);
    }
    shown.text += &text[done..];
    shown
}

/// What must not be shown of a line, in its order.
fn secrets(text: &str, unknown: bool) -> Vec<Range<usize>> {
    // Behind a key in quotes, as in JSON, a colon is the same.
    let assigns = |at: usize| text[at..].starts_with('=') || text[..at].trim_end().ends_with(['"', '\'']);
    let signs = text.match_indices(['=', ':']).map(|(at, _)| at).filter(|at| assigns(*at));
    let values = signs.filter_map(|at| value(text, at, unknown));
    apart(values.chain(text.match_indices('@').filter_map(|(at, _)| user_and_password(text, at))))
}

/// The same ranges in their order, none of which meets another.
fn apart(found: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|hidden| hidden.start);
    let mut apart: Vec<Range<usize>> = Vec::new();
    for hidden in found {
        match apart.last_mut() {
            Some(last) if hidden.start <= last.end => last.end = last.end.max(hidden.end),
            _ => apart.push(hidden),
        }
    }
    apart
}

/// The value behind this sign of equality, if its key says that it is secret, or whatever it is. Without quotes around it
/// nobody knows where it ends: the rest of the line is hidden.
fn value(text: &str, equals: usize, any: bool) -> Option<Range<usize>> {
    let before = text[..equals].trim_end_matches([' ', '\t', '"', '\'']);
    let key = before.rsplit(|letter: char| !letter.is_alphanumeric() && !"-_.".contains(letter)).next()?;
    let key = key.to_lowercase();
    let is_secret =
        || SECRET.iter().any(|part| key.contains(part)) || key.split('-').any(|part| SECRET_PARTS.contains(&part));
    if !any && (key.ends_with("-file") || !is_secret()) {
        return None;
    }
    let rest = text[equals + 1..].trim_start();
    let (start, end) = (text.len() - rest.len(), text.trim_end().len());
    Some(quoted(rest).map_or(start..end.max(start), |length| start + 1..start + 1 + length))
}

/// How long the text between quotes is with which this begins; none: it is not that, or more follows.
fn quoted(rest: &str) -> Option<usize> {
    let quote = rest.chars().next().filter(|first| "\"'".contains(*first))?;
    let mut escaped = false;
    let closes = |letter: char| {
        let closes = letter == quote && !escaped;
        escaped = letter == '\\' && quote == '"' && !escaped;
        closes
    };
    let length = rest[1..].find(closes)?;
    let after = rest[length + 2..].trim_start();
    (after.is_empty() || after.starts_with([',', '}', ']', '#'])).then_some(length)
}

/// What stands before this `@` of an address that has a password.
fn user_and_password(text: &str, at: usize) -> Option<Range<usize>> {
    let ends = |letter: char| letter.is_whitespace() || "\"'<>`".contains(letter);
    let start = text[..at].rfind(ends).map_or(0, |before| text.ceil_char_boundary(before + 1));
    let address = &text[start..at];
    if let Some(scheme) = address.find("//") {
        return Some(start + scheme + 2..at);
    }
    let (scheme, _) = address.split_once(':')?;
    (!ADDRESSES.contains(&scheme)).then_some(start..at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line of which `part` is wrong, and what is underlined of it.
    fn shown(file: &str, part: &str) -> (String, String) {
        let at = file.find(part).unwrap();
        let Line { text, span, .. } = line(&(at..at + part.len()), file, false);
        (text.clone(), text[span].to_owned())
    }

    #[test]
    fn words_hold_neither_a_key_nor_a_user_and_password() {
        for (said, expected) in [
            ("/etc/-----BEGIN PRIVATE KEY-----\nS3\nCRET\n-----END PRIVATE KEY-----: missing", "/etc/***: missing"),
            ("/etc/-----BEGIN PRIVATE KEY-----\nS3CRET: missing", "/etc/***"),
            ("-----END X-----BEGIN S3CRET", "***"),
            ("its line -----BEGIN …----- does not end", "its line -----BEGIN …----- does not end"),
            ("its line -----BEGIN …-----, /-----BEGIN KEY-----\nS3CRET: missing", "its line -----BEGIN …-----, /***"),
            ("`u:S3CRET@h`; allowed: host or `v:S3CRET@h`", "`***@h`; allowed: host or `***@h`"),
            ("`sip:kim@example.com` and http://h/x", "`sip:kim@example.com` and http://h/x"),
        ] {
            let words = words(said.to_owned());
            assert!(!words.contains("S3CRET"), "{words}");
            if !said.starts_with("-----END") {
                assert_eq!(words, expected);
            }
        }
    }

    #[test]
    fn the_value_of_an_unknown_key_is_hidden_whatever_its_name() {
        for (text, expected) in [
            ("zugang = \"S3CRET\" # x", "zugang = \"***\" # x"),
            ("zugang-file = 'S3CRET'", "zugang-file = '***'"),
            ("zugang = [ \"S3CRET\" ]", "zugang = ***"),
            ("{\"zugang\": \"S3CRET\", \"b\": 1}", "{\"zugang\": \"***\", \"b\": ***"),
        ] {
            let file = format!("[x]\n{text}\ny = 1\n");
            let shown = line(&(4..5), &file, true);
            assert_eq!(shown.text, expected);
        }
    }

    #[test]
    fn a_secret_that_a_line_break_came_into_is_hidden_on_each_of_its_lines() {
        for (file, part, expected) in [
            ("[a]\npassword-hash = \"$argon2id$m=65536,\nt=3$S3CRET\"\n", "t=3", MASK),
            ("[a]\ntoken = \"\"\"\nS3CRET\n\"\"\"\n", "S3CRET", MASK),
            ("[a]\npassword = \"S3CRET\"\nname = 1\n", "1", "name = 1"),
            ("[a]\npassword = \"S3CRET\n[b]\nname = 1\n", "1", "name = 1"),
            ("web]\nname = 1\n", "web", "web]"),
            ("S3CRET\nS3CRET2\n", "S3CRET2", MASK),
        ] {
            assert_eq!(shown(file, part).0, expected, "{file:?}");
        }
    }

    #[test]
    fn a_slip_beside_a_secret_does_not_publish_it() {
        for (line, part, expected, underlined) in [
            ("password-hash = \"S3CRET\"", "\"S3CRET\"", "password-hash = \"***\"", "\"***\""),
            ("password-hash = \"S3CRET", "\"S3CRET", "password-hash = ***", "***"),
            ("password-hash = S3CRET", "S3CRET", "password-hash = ***", "***"),
            ("password-hash = [\"S3CRET\"]", "[\"S3CRET\"]", "password-hash = ***", "***"),
            ("password = \"S3\"CRET\"", "password", "password = ***", "password"),
            ("password = \"S3\\\"CRET\"", "password", "password = \"***\"", "password"),
            ("password = \"\"\"S3CRET", "password", "password = ***", "password"),
            ("\"Password\" = 'S3CRET' # x", "Password", "\"Password\" = '***' # x", "Password"),
            ("passwort='S3CRET' x", "passwort", "passwort=***", "passwort"),
            ("t.token = \"S3CRET\"", "token", "t.token = \"***\"", "token"),
            ("x = { secret = \"S3CRET\", y = 1 }", "y", "x = { secret = \"***\", y = 1 }", "y"),
            ("token-file = \"admin.token\"", "admin", "token-file = \"admin.token\"", "admin"),
            (
                "u = \"http://user:S3CRET@h:1/x\"",
                "\"http://user:S3CRET@h:1/x\"",
                "u = \"http://***@h:1/x\"",
                "\"http://***@h:1/x\"",
            ),
            ("u = [\"http://S3/C@RET@h\"]", "@h", "u = [\"http://***@h\"]", "@h"),
            ("pass = \"S3CRET\"", "pass", "pass = \"***\"", "pass"),
            ("agent-passphrase = 'S3CRET'", "agent", "agent-passphrase = '***'", "agent"),
            ("agent-pin = 'S3CRET'", "agent", "agent-pin = '***'", "agent"),
            ("api-key = 'S3CRET'", "api", "api-key = '***'", "api"),
            ("opinion = 'pinned'", "opinion", "opinion = 'pinned'", "opinion"),
            ("caller-key = 'a'", "a'", "caller-key = 'a'", "a'"),
            ("{\"password-hash\": \"S3CRET\"}", "hash", "{\"password-hash\": \"***\"}", "hash"),
            ("address = \"u:S3CRET@127.0.0.1:1\"", "address", "address = \"***@127.0.0.1:1\"", "address"),
            ("location = \"http://h/?token=S3CRET\"", "h/", "location = \"http://h/?token=***", "h/"),
            ("sip-address = \"sip:kim@example.com\"", "sip:kim", "sip-address = \"sip:kim@example.com\"", "sip:kim"),
        ] {
            let (text, wrong) = shown(&format!("[x]\n{line}\ny = 1\n"), part);
            assert_eq!((&*text, &*wrong), (expected, underlined), "{line}");
        }
    }

    #[test]
    fn a_file_that_is_a_secret_is_not_shown() {
        for file in
            ["S3CRET\n", "# main\nS3CRET\n", "S3CRET+/x=\n", "S3CRET==", "-----BEGIN PRIVATE KEY-----\nS3CRET\n"]
        {
            assert_eq!(shown(file, "S3CRET").0, MASK, "{file}");
        }
        for file in ["[[worker]]\nx", "<presence\nx", "user = 1\nx", "# none\n\na.b = 2\nx", "-term = y\nx"] {
            assert_eq!(shown(file, "x").0, "x", "{file}");
        }
    }

    #[test]
    fn of_a_directory_in_one_line_a_part_is_shown() {
        let row = "{ user = 'ü', password-hash = 'S3CRET' }, ";
        let file = format!("worker = [{}]", row.repeat(12_000));
        for (at, _) in file.match_indices("user").step_by(997) {
            let Line { text, span, moved } = line(&(at..file.len()), &file, false);
            assert!(text.len() < 5 * AROUND && text[span].starts_with("user"), "{text}");
            assert!(!text.contains("S3C") && !text.contains("RET") && text.contains(CUT), "{text}");
            assert_eq!(moved, at > AROUND, "{text}");
        }
    }
}
