//! Documents of old pools.

use crate::presentity;

#[test]
fn classes_of_then_are_numbers_of_today_and_doubt_is_no_availability() {
    for (reachable, active, number) in [
        (300, 400, 3500),
        (300, 900, 3500),
        (250, 250, 5000),
        (300, 320, 12_500),
        (300, 599, 6500),
        (300, 600, 6500),
        (300, 120, 15_500),
        (300, 700, 15_500),
        (99, 400, 18_500),
        (150, 400, 0),
        (150, 600, 6500),
        (300, 0, 0),
        (300, 1000, 0),
        (4000, 400, 0),
    ] {
        let document = format!(
            "<presentity uri=\"kim@example.com\"><availability aggregate=\"{reachable}\"/><activity \
             aggregate=\"{active}\"/></presentity>"
        );
        let found = presentity::read(document.as_bytes()).unwrap().state.unwrap();
        assert_eq!(found.availability, number, "{reachable} {active}");
    }
}

#[test]
fn a_document_is_read_with_or_without_prefixes_and_a_broken_one_as_far_as_it_goes() {
    let plain = "<presentity uri=\"kim@example.com\"><availability aggregate=\"300\" description=\"online\"/>\
                 <activity aggregate=\"600\" note=\" quarter \"/><devices><x/></devices></presentity>";
    let found = presentity::read(plain.as_bytes()).unwrap();
    assert_eq!((found.uri.as_str(), found.state.unwrap().availability), ("kim@example.com", 6500));
    assert_eq!(found.notes.unwrap()[0].text, "quarter");
    let hostile = plain.replace("quarter", "quar&#27;ter");
    assert_eq!(presentity::read(hostile.as_bytes()).unwrap().notes.unwrap()[0].text, "quar\u{fffd}ter");
    let prefixed = "<m:presentity xmlns:m=\"urn:m\" m:uri=\"sip:kim@example.com\"><m:availability m:aggregate=\"300\"/>\
                    <m:activity m:aggregate=\"400\"/><userInfo><note>x</note></userInfo></m:presentity>";
    let found = presentity::read(prefixed.as_bytes()).unwrap();
    assert_eq!((found.state.unwrap().availability, &*found.notes.unwrap()[0].text), (3500, "x"));
    let odd = presentity::read(plain.replace("\"600\"", "\"6OO\"").as_bytes()).unwrap();
    assert!(!odd.is_clear(), "a number that cannot be read leaves in doubt what was said");
    let early = presentity::read(&plain.as_bytes()[..80]).unwrap();
    assert!(early.broken.is_some() && early.state.is_none() && !early.is_clear());
    let late = presentity::read(&plain.as_bytes()[..plain.len() - 20]).unwrap();
    assert!(late.broken.is_some() && late.is_clear());
    let empty = presentity::read(b"<presentity uri=\"kim@example.com\"/>").unwrap();
    assert_eq!(empty.state.unwrap().availability, 0);
}
