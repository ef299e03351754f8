//! `map` with the rules of a file and without any.

use crate::program::{run, stage};

#[test]
fn without_a_file_the_defaults_answer() {
    let ran = run(&["map", "--availability", "6500", "--activity", "on-the-phone"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let expected = "RequestAgentNotReady\n  'KW_UC_STATUS' [str] = \"busy\"\n  'KW_UC_NOTE' [str] = \"\"\n\
                    rule: default for busy\n";
    assert_eq!(ran.out, expected);
}

#[test]
fn the_rule_that_decided_is_shown_whole() {
    let rule =
        "\n[[presence-rule]]\navailability = ['busy']\nnote = '*focus*'\nstate = 'not-ready'\nstatus = 'focus'\n";
    let (_folder, file) = stage(|text| text + rule);
    let ran = run(&["map", "--config", &file, "--availability", "6500", "--note", "Deep focus"]);
    assert!(ran.out.contains("'KW_UC_STATUS' [str] = \"focus\""), "{ran:?}");
    let shown = "rule: presence-rule[0]: busy, note like \"*focus*\" → not-ready, KW_UC_STATUS \"focus\"\n";
    assert!(ran.out.ends_with(shown), "{ran:?}");
    let json = run(&["check", "--json", "--config", &file]).json();
    assert!(json["presenceRules"][0].as_str().unwrap().starts_with("busy, note like"), "{json}");
}

#[test]
fn a_named_file_that_is_not_there_is_no_default() {
    let ran = run(&["map", "--config", "/nonexistent/uc.toml", "--availability", "6500"]);
    assert_eq!((ran.code, ran.out.as_str()), (78, ""), "{ran:?}");
}
