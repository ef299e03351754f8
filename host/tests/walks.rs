//! `docs/walks.md` says what the code does: every row of its tables begins with a file, and whatever else is set as code
//! there, of functions, queues and types, is found in that file. What a walk is said to cost is what its rows cost.

use std::{collections::BTreeSet, fs, path::Path};

/// The words of a row that are set as code, the file first.
fn code(row: &str) -> Vec<&str> {
    row.split('`').skip(1).step_by(2).collect()
}

/// Keys of the configuration and types of other files may be named beside.
fn is_of_the_file(word: &str) -> bool {
    word.starts_with("fn ") || word.contains("channel") || word.contains('_') || word.contains("::")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

fn page() -> String {
    fs::read_to_string(root().join("host/docs/walks.md")).expect("the page is there")
}

#[test]
fn every_step_of_a_walk_is_where_it_is_said_to_be() {
    let (root, walks) = (root(), page());
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

/// What a walk costs by its rows: files, and rows with a queue, a copy and a conversion.
fn costs(section: &str) -> [usize; 4] {
    let rows = || section.lines().filter(|line| line.starts_with("| `"));
    let files: BTreeSet<_> = rows().map(|row| code(row)[0]).collect();
    let cost = |row: &str| row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default().to_owned();
    let with = |words: &[&str]| rows().filter(|row| words.iter().any(|word| cost(row).contains(word))).count();
    [files.len(), with(&["**queue"]), with(&["copy", "copies"]), with(&["conversion"])]
}

#[test]
fn a_walk_costs_what_it_is_said_to_cost() {
    const NUMBERS: [&str; 6] = ["No", "One", "Two", "Three", "Four", "Five"];
    let walks = page();
    let (steps, before_and_after) = walks.split_once("## Before and after").expect("both are there");
    let sections: Vec<_> = steps.split("\n## ").skip(1).collect();
    for section in &sections {
        let (name, text) = section.split_once('\n').expect("a heading");
        let [files, queues, copies, conversions] = costs(section);
        let headline = format!("{} queue", NUMBERS[queues]);
        assert!(text.trim_start().starts_with(&headline), "{name}: {headline}s");
        let row = before_and_after.lines().find(|line| line.starts_with(&format!("| {name} |"))).expect("a row");
        let now = row.split('|').filter_map(|cell| cell.split_once(" → ")?.1.trim().parse().ok());
        assert_eq!(now.collect::<Vec<usize>>(), [files, queues, copies, conversions], "{name}");
    }
    assert_eq!(sections.len(), 4);
}
