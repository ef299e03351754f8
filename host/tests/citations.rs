//! What comments and pages cite is there: `host/docs/t-library.md, "Agent states"` names a page of the repository and a
//! heading of it, `requirements F20` a row of `host/docs/requirements.md`.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders that hold nothing of ours.
const FOREIGN: [&str; 7] = [".git", "target", "node_modules", "dist", "test-results", "corpus", "artifacts"];

/// A file that cites, or is cited.
struct Text {
    /// From the root of the repository.
    path: String,
    /// Without the marks of comments, in one line, so that a citation may be broken anywhere.
    words: String,
    headings: Vec<String>,
}

#[test]
fn every_cited_page_and_heading_is_there() {
    let texts = texts();
    let wrong: Vec<_> = texts
        .iter()
        .flat_map(|text| cited(&text.words).filter_map(|cited| wrong(&texts, &cited, &text.path)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_cited_requirement_is_there() {
    let texts = texts();
    let page = texts.iter().find(|text| text.path == "host/docs/requirements.md").unwrap();
    for text in &texts {
        for feature in features(&text.words) {
            assert!(page.words.contains(&format!("| {feature} |")), "{}: requirements {feature} is no row", text.path);
        }
    }
}

#[test]
fn nothing_is_cited_by_a_number() {
    let numbered = |behind: &str| behind.starts_with(|letter: char| letter.is_ascii_digit());
    for text in texts() {
        for mark in [".md ", "requirements ", "requirements section ", "requirements sections "] {
            let found = text.words.split(mark).skip(1).find(|behind| numbered(behind));
            assert!(found.is_none(), "{}: {mark}{:.20}", text.path, found.unwrap_or_default());
        }
    }
}

#[test]
fn citations_are_found_wherever_a_line_breaks() {
    let text = "//! As in\n/// (a/b.md, \"One\n/// two\" and \"Three\"; requirements F1 to F2,\n// F13), `c.md`.\n";
    let words = words(text);
    let found: Vec<_> = cited(&words).map(|cited| (cited.page, cited.headings)).collect();
    assert_eq!(found, [("a/b.md", vec!["One two", "Three"]), ("c.md", vec![])]);
    assert_eq!(features(&words).collect::<Vec<_>>(), ["F1", "F2", "F13"]);
}

struct Cited<'t> {
    page: &'t str,
    headings: Vec<&'t str>,
}

/// Every page that is named, with the headings behind it. A source file counts as a page where a heading follows.
fn cited(words: &str) -> impl Iterator<Item = Cited<'_>> {
    let ends = |ending| words.match_indices(ending).map(|(at, ending): (usize, &str)| at + ending.len());
    ends(".md").chain(ends(".rs")).filter_map(|end| {
        let is_name = |letter: char| letter.is_alphanumeric() || "/._-".contains(letter);
        let page = words[..end].rsplit(|letter| !is_name(letter)).next()?.trim_start_matches("../");
        let rest = &words[end..];
        let headings = headings_behind(rest.strip_prefix('`').unwrap_or(rest));
        let is_page = !rest.starts_with(is_name) && page.len() > ".md".len();
        (is_page && (page.ends_with(".md") || !headings.is_empty())).then_some(Cited { page, headings })
    })
}

/// `, "One" and "Two"`.
fn headings_behind(mut rest: &str) -> Vec<&str> {
    let mut headings = Vec::new();
    while let Some(heading) = [", \"", " and \""].iter().find_map(|mark| rest.strip_prefix(mark)) {
        let Some((heading, after)) = heading.split_once('"') else { break };
        headings.push(heading);
        rest = after;
    }
    headings
}

/// Every `F20` behind the word.
fn features(words: &str) -> impl Iterator<Item = String> {
    let behind = words.split("requirements F").skip(1);
    behind.flat_map(|rest| {
        let list = rest.split([')', ';', ':', '.', '`']).next().unwrap_or_default();
        let number = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>();
        let numbers: Vec<_> = list.split('F').map(number).filter(|number| !number.is_empty()).collect();
        numbers.into_iter().map(|number| format!("F{number}"))
    })
}

/// What is wrong with a citation, in words.
fn wrong(texts: &[Text], cited: &Cited<'_>, by: &str) -> Option<String> {
    let is_it = |text: &&Text| text.path == cited.page || text.path.ends_with(&format!("/{}", cited.page));
    let pages: Vec<_> = texts.iter().filter(is_it).collect();
    if pages.is_empty() {
        return Some(format!("{by}: there is no {}", cited.page));
    }
    let has = |heading: &str| pages.iter().any(|page| page.headings.iter().any(|known| known == heading));
    let missing = cited.headings.iter().find(|heading| !has(heading))?;
    Some(format!("{by}: {} has no heading {missing:?}", cited.page))
}

fn texts() -> Vec<Text> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    walk(root, &mut files);
    let read = |file: &PathBuf| {
        let text = fs::read_to_string(file).unwrap();
        let path = file.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        // What this file shows as examples is nowhere.
        let own = path == "host/tests/citations.rs";
        Text { path, words: if own { String::new() } else { words(&text) }, headings: headings(&text) }
    };
    files.iter().map(read).collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let (path, name) = (entry.path(), entry.file_name());
        let is_text = |ending: &std::ffi::OsStr| ["md", "rs", "ts", "tsx"].iter().any(|known| ending == *known);
        if entry.file_type().unwrap().is_dir() {
            if !FOREIGN.iter().any(|foreign| name == *foreign) {
                walk(&path, files);
            }
        } else if path.extension().is_some_and(is_text) {
            files.push(path);
        }
    }
}

fn without_mark(line: &str) -> &str {
    let line = line.trim();
    let marks = ["//!", "///", "//", "/**", "* "];
    marks.iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line).trim()
}

fn words(text: &str) -> String {
    text.lines().flat_map(|line| without_mark(line).split_whitespace()).collect::<Vec<_>>().join(" ")
}

fn headings(text: &str) -> Vec<String> {
    let heading = |line: &str| line.starts_with('#').then(|| line.trim_start_matches('#').trim().to_owned());
    text.lines().filter_map(|line| heading(without_mark(line))).collect()
}
