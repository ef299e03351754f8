//! Pages speak the worker's language: what the host tells them of itself is a reason that they have a text for
//! (`src/remark.rs`), and never a sentence of its own. Words of others go along as they are.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

use std::{fs, path::Path};

/// Where frames are made of what happened.
const MAKERS: [&str; 4] = ["src/desk", "src/hub", "src/worker", "src/web"];

/// What carries words to pages: the call, and at which of its arguments or fields.
const CARRIERS: [&str; 6] = [
    "Remark::with(",
    "ServerFrame::PreviewEnd {",
    "ServerFrame::Problem {",
    "outbox.end(",
    "outbox.refused(",
    "ShownState {",
];

#[test]
fn no_sentence_goes_to_pages_but_by_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    for maker in MAKERS {
        each_source(&root.join(maker), &mut |path, source| {
            for carrier in CARRIERS {
                let made = source.match_indices(carrier).filter(|(at, _)| !source[..*at].ends_with("struct "));
                for (at, _) in made {
                    let carried = balanced(&source[at + carrier.len() - 1..]);
                    wrong.extend(sentence(carried).map(|text| format!("{}: {carrier} {text}", path.display())));
                }
            }
        });
    }
    assert!(wrong.is_empty(), "give each a reason in src/remark.rs:\n{}", wrong.join("\n"));
}

#[test]
fn a_sentence_is_found_and_what_is_filled_in_is_none() {
    for (source, found) in [
        ("(Why::X, \"call again later\")", Some("call again later")),
        ("(Why::X, format!(\"{message} ({UNSUPPORTED})\"))", None),
        ("(Why::X, format!(\"{dn}: not {words}\"))", Some("{dn}: not {words}")),
        ("(Why::X, refusal.message.clone())", None),
        ("{ id: \"predefReady\".into(), text: \"\".into() }", None),
        ("{ code: \"state-refused\".into() }", None),
    ] {
        assert_eq!(sentence(source), found, "{source}");
    }
}

/// The first text with words in it; names and codes are one word, and places that are filled in are none.
fn sentence(source: &str) -> Option<&str> {
    source.split('"').skip(1).step_by(2).find(|text| {
        let mut outside = String::new();
        let mut depth = 0;
        for letter in text.chars() {
            depth += i32::from(letter == '{');
            if depth == 0 {
                outside.push(letter);
            }
            depth -= i32::from(letter == '}');
        }
        let words = outside.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
        words > 1 || words == 1 && outside.contains(' ')
    })
}

/// From the bracket that opens to the one that closes it.
fn balanced(source: &str) -> &str {
    let mut depth = 0;
    for (at, letter) in source.char_indices() {
        depth += i32::from("({".contains(letter)) - i32::from(")}".contains(letter));
        if depth == 0 {
            return &source[..=at];
        }
    }
    source
}

/// Every source below a folder, without its tests.
fn each_source(folder: &Path, look: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(&*name, "tests" | "model") {
            each_source(&path, look);
        } else if path.extension().is_some_and(|end| end == "rs") && !name.contains("test") && name != "golden.rs" {
            let source = fs::read_to_string(&path).unwrap();
            look(&path, source.split("#[cfg(test)]\nmod tests").next().unwrap());
        }
    }
}
