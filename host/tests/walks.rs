//! `docs/walks.md` says what the code does: every row of its tables begins with a file, and whatever else is set as code
//! there, of functions, queues and types, is found in that file.

use std::{fs, path::Path};

/// The words of a row that are set as code, the file first.
fn code(row: &str) -> Vec<&str> {
    row.split('`').skip(1).step_by(2).collect()
}

/// Keys of the configuration and types of other files may be named beside.
fn is_of_the_file(word: &str) -> bool {
    word.starts_with("fn ") || word.contains("channel") || word.contains('_') || word.contains("::")
}

#[test]
fn every_step_of_a_walk_is_where_it_is_said_to_be() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let walks = fs::read_to_string(root.join("host/docs/walks.md")).expect("the page is there");
    let rows = walks.lines().filter(|line| line.starts_with("| `"));
    let mut missing = Vec::new();
    for row in rows.clone() {
        let [file, words @ ..] = &code(row)[..] else { panic!("a row without a file: {row}") };
        let text = fs::read_to_string(root.join(file)).unwrap_or_default();
        let absent = words.iter().filter(|word| is_of_the_file(word) && !text.contains(**word));
        missing.extend(absent.map(|word| format!("{file}: {word}")));
    }
    assert!(rows.count() > 50, "the tables could not be read");
    assert_eq!(missing, Vec::<String>::new());
}
