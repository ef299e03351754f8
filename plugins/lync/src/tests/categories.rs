//! What documents mean, and what bad ones get.

use crate::{categories::Categories, person::Person};
use proptest::prelude::*;
use uc_plugin_api::{Availability, Presence};
use uc_sip::site::xml::BadXml;

/// A document of kim's with this inside.
pub(super) fn document(inside: &str) -> String {
    format!(
        "<categories xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"sip:kim@example.com\">{inside}\
         </categories>"
    )
}

/// A category `state` with this inside.
pub(super) fn state(inside: &str) -> String {
    format!(
        "<category name=\"state\" instance=\"1\" publishTime=\"2026-11-22T13:00:31\"><state \
         xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:type=\"aggregateState\">{inside}</state></category>"
    )
}

pub(super) fn note(time: &str, kind: &str, text: &str) -> String {
    format!(
        "<category name=\"note\" instance=\"0\" publishTime=\"{time}\"><note \
         xmlns=\"http://schemas.microsoft.com/2006/09/sip/note\"><body type=\"{kind}\" uri=\"\">{text}</body></note></category>"
    )
}

fn seen(languages: &[&str], documents: &[String]) -> Presence {
    let mut person = Person::default();
    for inside in documents {
        person.apply(Categories::read(document(inside).as_bytes()).unwrap(), languages);
    }
    person.presence()
}

fn of(inside: &str) -> Presence {
    seen(&["en"], &[inside.to_owned()])
}

#[test]
fn an_activity_counts_while_the_availability_lies_in_its_range() {
    let phone = |number| {
        let inside = format!(
            "<availability>{number}</availability>\
             <activity token=\"on-the-phone\" minAvailability=\"6500\" maxAvailability=\"8999\"/><device>computer</device>"
        );
        of(&state(&inside)).activity.to_string()
    };
    assert_eq!([6499, 6500, 8999, 9000].map(phone), ["", "on-the-phone", "on-the-phone", ""]);
}

#[test]
fn a_custom_activity_is_shown_in_the_wanted_language() {
    let inside = state(
        "<availability>6500</availability><activity token=\"x\"><custom LCID=\"1033\">Trading</custom>\
         <custom LCID=\"1031\">Handel &amp; mehr</custom></activity>",
    );
    let text = |languages: &[&str]| seen(languages, std::slice::from_ref(&inside)).custom_activity.to_string();
    assert_eq!(text(&["de-AT", "en"]), "Handel & mehr");
    assert_eq!(text(&["", "en"]), "Trading");
    assert_eq!(text(&["fr", ""]), "Trading");
}

#[test]
fn the_newest_note_shows_and_out_of_office_only_from_away_on() {
    let notes = note("2026-11-22T13:00:00", "personal", "older")
        + &note("2026-11-22T14:00:00", "OOF", "holiday")
        + &note("2026-11-22T13:30:00", "personal", "newer");
    let with = |number: u32| of(&(state(&format!("<availability>{number}</availability>")) + &notes)).note.to_string();
    assert_eq!([3500, 15500].map(with), ["newer", "holiday"]);
}

#[test]
fn what_a_document_does_not_name_stays_and_an_empty_note_clears() {
    let busy = state("<availability>6500</availability>");
    let noted = note("2026-11-22T13:00:00", "personal", " R&amp;D &lt;x&gt; ");
    let both = seen(&[], &[busy.clone(), noted.clone()]);
    assert_eq!((both.availability, &*both.note), (Availability::Busy, "R&D <x>"));
    for clear in ["<category name=\"note\"/>".to_owned(), note("2026-11-22T13:00:00", "personal", "")] {
        let cleared = seen(&[], &[busy.clone(), noted.clone(), clear]);
        assert_eq!((cleared.availability, &*cleared.note), (Availability::Busy, ""));
    }
}

#[test]
fn a_number_that_cannot_be_read_is_in_doubt_and_a_withdrawn_state_is_unknown() {
    let before = state("<availability>3500</availability>");
    for number in ["", "abc", "-3500", "3500.0", "99999999999999999999"] {
        let after = state(&format!("<availability>{number}</availability>"));
        let news = Categories::read(document(&after).as_bytes()).unwrap();
        assert!(!news.is_clear() && news.broken == Some(BadXml::Number("availability")), "{number}");
    }
    let withdrawn = seen(&[], &[before, "<category name=\"state\"/>".to_owned()]);
    assert_eq!(withdrawn.availability, Availability::Unknown);
}

#[test]
fn parts_of_a_state_other_namespaces_and_unknown_categories_change_nothing() {
    let busy = state("<availability>6500</availability>");
    for odd in [
        state("<availability>3500</availability>").replace("aggregateState", "machineState"),
        "<category name=\"contactCard\"><x><state><availability>3500</availability></state></x></category>".to_owned(),
        "<c:category xmlns:c=\"urn:other\" name=\"state\"/>".to_owned(),
        String::new(),
    ] {
        assert_eq!(seen(&[], &[busy.clone(), odd.clone()]).availability, Availability::Busy, "{odd}");
    }
    let foreign = state("<availability>6500</availability><o:availability xmlns:o=\"urn:o\">3500</o:availability>");
    assert_eq!(of(&foreign).number, 6500);
}

#[test]
fn a_state_that_names_two_numbers_is_in_doubt_wherever_they_stand() {
    let (dnd, free) = ("<availability>9500</availability>", "<availability>3500</availability>");
    let newer = |inside: &str| format!("<delimiter/>{inside}<end/>");
    let second = |inside: &str, kind: &str| {
        let whole = state(inside).replace("aggregateState", kind);
        let begin = whole.find("<state").unwrap();
        whole[begin..].replace("</category>", "")
    };
    let beside = |one: &str, other: &str| state(one).replace("</category>", &format!("{other}</category>"));
    for (inside, number) in [
        (state(&[dnd, free].concat()), 0),
        (state(&[free, dnd].concat()), 0),
        (state(&[dnd, "<availability>x</availability>"].concat()), 0),
        (state(&["<availability/>", free].concat()), 0),
        (state(&[dnd, &newer(free)].concat()), 0),
        (beside(dnd, &second(free, "aggregateState")), 0),
        (state(&[dnd, dnd].concat()), 9500),
        (state(&[dnd, &newer("<other/>")].concat()), 9500),
        (beside(dnd, &second(dnd, "aggregateState")), 9500),
        (beside(dnd, &second(free, "machineState")), 9500),
    ] {
        let news = Categories::read(document(&inside).as_bytes()).unwrap();
        let read = news.state.as_ref().map_or(0, |state| state.availability);
        assert_eq!((read, news.is_clear()), (number, number > 0), "{inside}");
        assert_eq!(news.broken.is_some(), number == 0, "{inside}");
    }
}

#[test]
fn what_is_no_document_is_refused_with_its_reason() {
    let entity = document(&state("<availability>&more;</availability>"));
    let bomb = format!("<!DOCTYPE x [<!ENTITY more \"6500\">]>{entity}");
    for (body, error) in [
        (bomb.as_str(), BadXml::DocType),
        ("<categories uri=\"sip:kim@example.com\"/>", BadXml::Root("categories")),
        ("", BadXml::Root("categories")),
        (&document("").replace(" uri=\"sip:kim@example.com\"", ""), BadXml::NoUri),
    ] {
        assert_eq!(Categories::read(body.as_bytes()), Err(error), "{body}");
    }
    assert_eq!(Categories::read(b"\xff"), Err(BadXml::NotUtf8));
}

#[test]
fn what_stands_before_something_unreadable_counts_and_the_rest_is_unknown() {
    let (dnd, free) = (state("<availability>9500</availability>"), state("<availability>3500</availability>"));
    let before = [free + &note("2026-11-22T13:00:00", "personal", "old")];
    let deep = "<a>".repeat(100) + &"</a>".repeat(100);
    for (inside, number, text) in [
        // One unreadable thing in a note or a card hides nothing.
        (note("2", "personal", "a &bad; b") + &dnd, 9500, "a \u{fffd} b"),
        (note("2", "personal", "a\u{0}\u{1b}b") + &dnd, 9500, "a\u{fffd}\u{fffd}b"),
        (note("2", "personal", "a&#0;b") + &dnd, 9500, "a\u{fffd}b"),
        ("<category name=\"contactCard\"><x>&bad;</x></category>".to_owned() + &dnd, 9500, "old"),
        // What was read counts; notes that may have come behind are unknown.
        (dnd.clone() + "<category name=\"note\"><note></category>", 9500, ""),
        (dnd.clone() + &deep, 9500, ""),
        (dnd.clone() + "<category name=\"calendarData\">", 9500, ""),
        (state("<availability>9500</availability><activity token=\"x\"></activitx>"), 9500, ""),
        // What may have been said cannot be read.
        (note("2", "personal", "</x>") + &dnd, 0, ""),
        (deep.clone() + &dnd, 0, ""),
        (state("<activity></activitx><availability>9500</availability>"), 0, ""),
        (state("<availability>&bad;9500</availability>"), 0, ""),
        (state("<availability>&bad;</availability>") + &dnd, 9500, "old"),
    ] {
        let mut person = Person::default();
        person.apply(Categories::read(document(&before[0]).as_bytes()).unwrap(), &[]);
        let news = Categories::read(document(&inside).as_bytes()).unwrap();
        if news.is_clear() {
            person.apply(news, &[]);
        } else {
            person = Person::default();
        }
        assert_eq!((person.presence().number, &*person.presence().note), (number, text), "{inside}");
    }
}

#[test]
fn of_two_states_an_older_one_says_nothing_while_the_newer_one_cannot_be_read() {
    let at = |time: &str, inside: &str| state(inside).replace("2026-11-22T13:00:31", time);
    let (older, newer) = ("2026-11-22T13:00:00Z", "2026-11-22T13:00:01Z");
    let free = |time: &str| at(time, "<availability>3500</availability>");
    let cut = |time: &str| {
        let (begin, _) = free(time).split_once("3500").map(|(begin, end)| (begin.to_owned(), end.to_owned())).unwrap();
        begin
    };
    for word in ["DND", "", "9500.5", "&bad;"] {
        let odd = |time: &str| at(time, &format!("<availability>{word}</availability>"));
        for (inside, clear) in [
            (free(older) + &odd(newer), false),
            (odd(newer) + &free(older), false),
            (free(newer) + &odd(older), true),
            (odd(older) + &free(newer), true),
            (free(older) + &odd("yesterday"), false),
            (odd("") + &free(newer), false),
            (free("") + &odd(""), false),
            (odd("") + &free(""), true),
            (odd(newer) + &odd(older) + &free(older), false),
        ] {
            let news = Categories::read(document(&inside).as_bytes()).unwrap();
            assert_eq!((news.is_clear(), news.state.is_some()), (clear, clear), "{inside}");
            assert_eq!(news.broken, Some(BadXml::Number("availability")), "{inside}");
        }
    }
    for (broken, clear) in [
        (free(older) + &cut(newer), false),
        (free(newer) + &cut(older), true),
        (free(older) + &format!("<category name=\"state\" publishTime=\"{newer}\"></x>"), false),
        (free(older) + &cut(newer).replace("aggregateState", "machineState"), true),
        (free(older) + "<category name=\"note\"></x>", true),
    ] {
        let news = Categories::read(document(&broken).as_bytes()).unwrap();
        assert_eq!((news.is_clear(), news.broken.is_some()), (clear, true), "{broken}");
    }
}

#[test]
fn the_kind_of_a_state_is_compared_whole_and_times_as_times() {
    let dnd = "<availability>9500</availability>";
    let later = |time: &str, inside: &str| state(inside).replace("2026-11-22T13:00:31", time);
    for kind in ["x:aggregateState", " aggregateState "] {
        assert_eq!(of(&state(dnd).replace("aggregateState", kind)).number, 9500, "{kind}");
    }
    for part in ["notAnaggregateState", "machineState", "aggregateMachineState", "aggregateState:x"] {
        let both =
            state("<availability>6500</availability>") + &later("2027-01-01", dnd).replace("aggregateState", part);
        assert_eq!(of(&both).number, 6500, "{part}");
    }
    let busy = "<availability>6500</availability>";
    let newest = [("2026-11-22T15:00:00+03:00", busy), ("2026-11-22T12:30:00Z", dnd), ("2026-11-22T12:29:59.9", busy)];
    let all: String = newest.iter().map(|(time, inside)| later(time, inside)).collect();
    assert_eq!(of(&all).number, 9500);
}

proptest! {
    /// Any change and any cut of a document is read or refused, never a panic, and texts stay bounded.
    #[test]
    fn damaged_documents_do_no_harm(at in 0_usize..2000, byte in any::<u8>(), cut in 0_usize..2000) {
        let whole = document(&(state("<availability>6500</availability><activity token=\"t\"/>") + &note("2", "OOF", "x")));
        let mut bytes = whole.into_bytes();
        let length = bytes.len();
        bytes[at % length] = byte;
        bytes.truncate(length - cut % 40);
        let _ = Categories::read(&bytes);
    }

    /// Text comes back as it was published, trimmed and cut to its bound.
    #[test]
    fn notes_survive_escaping(text in "[ -~äß€]{1,60}") {
        let escaped = quick_xml::escape::escape(&text);
        prop_assert_eq!(&*of(&note("1", "personal", &escaped)).note, text.trim());
    }
}
