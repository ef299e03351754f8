//! A presence document that is missing or broken keeps nobody from work (requirements F38): `check` warns of what `run`
//! says when it begins, with the line of the document, and both go on.

use crate::{
    program::{run, stage},
    service::{Service, anywhere},
};
use std::fs;

/// What is wrong, made of a sound document; the line that is to blame, and a part of what must be said.
type Case = (&'static str, fn(String) -> Option<String>, Option<usize>, &'static str);

const CASES: &[Case] = &[
    ("no document", |_| None, None, "cannot be read"),
    ("cut off", |text| Some(text.trim_end().strip_suffix("</presence>").unwrap().to_owned()), None, "it is refused"),
    ("not UTF-8", |_| Some("\u{0}\u{1}".to_owned()), Some(1), "it is refused"),
    (
        "no states",
        |_| Some("<presence xmlns='http://genesyslab.com/schemas/ucc/presence'/>".to_owned()),
        Some(1),
        "no valid state",
    ),
    ("a state without an id", |text| Some(text.replacen("<state id=", "<state identity=", 1)), None, "id"),
];

#[test]
fn check_warns_of_what_run_says_of_a_presence_document() {
    for (what, case, line, said) in CASES {
        let (folder, file) = stage(|text| anywhere(&text));
        let document = folder.path().join("presence.xml");
        match case(fs::read_to_string(&document).unwrap()) {
            Some(text) => fs::write(&document, text).unwrap(),
            None => fs::remove_file(&document).unwrap(),
        }
        let checked = run(&["check", "--config", &file]);
        assert_eq!(checked.code, 0, "{what}: {checked:?}");
        assert!(checked.out.contains("usable, with warnings"), "{what}: {checked:?}");
        assert!(checked.err.contains("presence.xml") && checked.err.contains(said), "{what}: {}", checked.err);
        assert!(checked.err.contains("presence-location"), "{what}: {}", checked.err);
        let json = run(&["check", "--json", "--config", &file]).json();
        assert_eq!(json["ok"], true, "{what}: {json}");
        let lines: Vec<_> = json["warnings"].as_array().unwrap().iter().map(|one| one["line"].as_u64()).collect();
        assert!(line.is_none_or(|line| lines.contains(&Some(line as u64))), "{what}: {json}");
        let mut service = Service::begin(&file, &[]);
        let mut log = service.wait_for("presence.xml");
        while !log.contains(said) {
            log = service.wait_for("presence.xml");
        }
        assert!(log.contains("presence.xml") && log.contains("WARN"), "{what}: {log}");
        service.wait_for("serving");
        service.signal("-TERM");
        assert_eq!(service.ended(), Some(0), "{what}");
    }
}
