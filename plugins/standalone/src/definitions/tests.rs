//! The rules of host/docs/requirements.md, "Presence definition document", one test each; golden documents; properties.

use super::*;
use proptest::prelude::*;

const DOCUMENTED: &str = include_str!("../../golden/documented.xml");
const FAULTY: &str = include_str!("../../golden/faulty.xml");
const FAULTY_WARNINGS: &str = include_str!("../../golden/faulty.warnings.txt");

fn document(states: &str) -> String {
    format!(r#"<presence xmlns="http://genesyslab.com/schemas/ucc/presence">{states}</presence>"#)
}

fn state(id: &str, rest: &str) -> String {
    format!("<state id=\"{id}\"><display><menuText>{id}</menuText></display>{rest}</state>\n")
}

fn good(id: &str) -> String {
    state(id, r#"<genesysAgent ready="true"/>"#)
}

fn parse(xml: &str) -> Parsed {
    Definitions::parse(xml.as_bytes()).unwrap()
}

fn refused(xml: &str) -> String {
    Definitions::parse(xml.as_bytes()).unwrap_err().to_string()
}

fn ids(parsed: &Parsed) -> Vec<&str> {
    parsed.definitions.states().iter().map(|state| state.id.as_str()).collect()
}

#[test]
fn the_built_in_states_are_do_not_disturb_on_and_off() {
    let parsed = parse(BUILT_IN);
    assert_eq!(ids(&parsed), ["dndOn", "dndOff"]);
    assert_eq!(parsed.warnings, []);
    let plain = |status| AgentState { status, ..AgentState::default() };
    assert_eq!(*parsed.definitions.choose("dndOn").unwrap(), plain(AgentStatus::NotReady));
    assert_eq!(*parsed.definitions.choose("dndOff").unwrap(), plain(AgentStatus::Ready));
    assert_eq!(Definitions::built_in(), parsed.definitions);
}

#[test]
fn a_document_with_every_documented_part_is_read_whole() {
    let parsed = parse(DOCUMENTED);
    assert_eq!(parsed.warnings, []);
    assert_eq!(ids(&parsed), ["open", "training", "wrapUp", "autoAway"]);
    let training = &parsed.definitions.states()[1];
    assert_eq!(training.icon, "training.png");
    assert!(!training.ready && training.reason_ext);
    assert_eq!(training.work_mode, ROption::RSome(WorkMode::WalkAway));
    assert_eq!(training.reason, ROption::RSome("610".into()));
    let texts: Vec<_> = training.status.iter().map(|text| (text.language.as_str(), text.text.as_str())).collect();
    assert_eq!(texts, [("", "In training"), ("de", "Schulung"), ("fr", "En formation & absent")]);
    assert_eq!(training.menu.len(), 1, "a language without menu text falls back to the default one");
    let wish = parsed.definitions.choose("training").unwrap();
    assert_eq!(wish.work_mode, WorkMode::WalkAway);
    assert_eq!(wish.reasons[..], [Reason { key: "ReasonCode".into(), value: "610".into(), hardware: true }]);
}

#[test]
fn states_without_menu_text_are_only_shown() {
    let definitions = parse(DOCUMENTED).definitions;
    assert_eq!(definitions.choose("wrapUp"), Err(NotChoosable::DisplayOnly));
    assert_eq!(definitions.choose("lunch"), Err(NotChoosable::Unknown));
    assert!(definitions.not_ready("autoAway").is_some(), "a timer may use it");
    assert!(definitions.not_ready("open").is_none());
}

#[test]
fn every_faulty_state_is_dropped_alone_and_named_with_its_line() {
    let parsed = parse(FAULTY);
    assert_eq!(ids(&parsed), ["good", "late", "lateTwin"]);
    let warnings: Vec<String> = parsed.warnings.iter().map(Warning::to_string).collect();
    assert_eq!(warnings.join("\n"), FAULTY_WARNINGS.trim_end());
}

#[test]
fn another_namespace_makes_the_whole_document_invalid() {
    let xml = document(&good("a")).replace("/ucc/presence", "/ucc/presents");
    assert!(refused(&xml).contains("namespace"));
    assert!(refused("<presence><state id='a'/></presence>").contains("namespace"));
}

#[test]
fn prefixes_and_a_byte_order_mark_do_not_matter() {
    let xml = "\u{feff}<u:presence xmlns:u='http://genesyslab.com/schemas/ucc/presence'><u:state id='a'><u:display>\
               <u:menuText>A</u:menuText></u:display><u:genesysAgent ready='1'/></u:state></u:presence>";
    assert_eq!(ids(&parse(xml)), ["a"]);
}

#[test]
fn only_the_first_root_named_presence_counts() {
    let xml = format!("<other><presence/></other>{}{}", document(&good("a")), document(&good("b")));
    assert_eq!(ids(&parse(&xml)), ["a"]);
}

#[test]
fn a_document_without_valid_state_is_invalid_and_says_what_was_dropped() {
    assert!(refused(&document("")).contains("no valid state"));
    assert!(refused(&document(&state("predefDND", "<genesysAgent ready='true'/>"))).contains("reserved"));
    assert!(refused("").contains("no element presence"));
    assert!(refused("<other/>").contains("no element presence"));
}

#[test]
fn a_document_type_and_foreign_entities_are_refused() {
    let bomb = format!("<!DOCTYPE p [<!ENTITY a \"b\">]>{}", document(&good("a")));
    assert!(refused(&bomb).contains("DTD"));
    assert!(refused(&document("\n<state id='a'>&lol;</state>")).starts_with("line 2: entity &lol;"));
    let in_attribute = refused(&document("<state id='&lol;'/>"));
    assert!(in_attribute.contains("\"id\""), "{in_attribute}");
}

#[test]
fn broken_xml_is_refused_with_its_line() {
    assert!(refused(&document("\n\n</state>")).starts_with("line 3: "));
    assert!(refused(document(&good("a")).trim_end_matches("</presence>")).contains("ends inside"));
    let latin = b"<presence xmlns='http://genesyslab.com/schemas/ucc/presence'>\n\xe9</presence>";
    assert_eq!(Definitions::parse(latin).unwrap_err().line, 2);
}

#[test]
fn size_depth_and_counts_are_bounded() {
    let blanks = " ".repeat(MAX_BYTES);
    assert!(refused(&document(&blanks)).contains("bytes"));
    assert!(refused(&document(&"<a>".repeat(100_000))).contains("nested"));
    let attributes: String = (0..40).map(|n| format!(" a{n}='x'")).collect();
    assert!(refused(&document(&format!("<state{attributes}/>"))).contains("attributes"));
    let many: String = (0..300).map(|n| good(&format!("s{n}"))).collect();
    let parsed = parse(&document(&many));
    assert_eq!(parsed.definitions.states().len(), 200);
    assert_eq!(parsed.warnings.len(), 51);
    assert!(parsed.warnings[50].text.contains("249 more"));
    let long = "x".repeat(5000);
    let parsed = parse(&document(&(good("a") + &state(&long, "<genesysAgent ready='true'/>"))));
    assert_eq!(ids(&parsed), ["a"]);
}

proptest! {
    #[test]
    fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Definitions::parse(&bytes);
    }

    #[test]
    fn no_mutation_of_a_good_document_panics_or_breaks_a_rule(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8)
    ) {
        let mut bytes = DOCUMENTED.as_bytes().to_vec();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(parsed) = Definitions::parse(&bytes) {
            check_rules(&parsed.definitions);
        }
    }

    #[test]
    fn the_first_of_equal_ids_counts(ids_written in prop::collection::vec("[a-d]", 1..12)) {
        let states: String = ids_written.iter().enumerate().map(|(n, id)| {
            state(id, &format!("<genesysAgent ready='false'><reason>{n}</reason></genesysAgent>"))
        }).collect();
        let parsed = parse(&document(&states));
        check_rules(&parsed.definitions);
        for kept in parsed.definitions.states() {
            let first = ids_written.iter().position(|id| kept.id == *id).unwrap();
            prop_assert_eq!(&kept.reason, &ROption::RSome(first.to_string().into()));
        }
    }

    #[test]
    fn any_text_survives_escaping(text in "[ -~à-ÿ]{1,60}") {
        let words: Vec<&str> = text.split_whitespace().collect();
        prop_assume!(!words.is_empty());
        let escaped = quick_xml::escape::escape(&text);
        let body = format!("<state id='a'><display><statusText>{escaped}</statusText></display><genesysAgent ready='0'/></state>");
        let parsed = parse(&document(&body));
        prop_assert_eq!(parsed.definitions.states()[0].status[0].text.as_str(), words.join(" "));
    }
}

/// What holds of every document that is accepted.
fn check_rules(definitions: &Definitions) {
    let states = definitions.states();
    assert!(!states.is_empty());
    for (index, state) in states.iter().enumerate() {
        assert!(!state.id.is_empty() && !state.id.chars().any(char::is_whitespace));
        assert!(!state.id.starts_with("predef") || !["predefDND", "predefReady"].contains(&state.id.as_str()));
        assert!(!state.status.is_empty());
        assert!(states[..index].iter().all(|earlier| earlier.id != state.id));
        assert_eq!(definitions.choose(&state.id).is_ok(), !state.menu.is_empty());
    }
}
