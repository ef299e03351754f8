//! Numbers, addresses and what is kept of people.

use crate::roster::{Added, Roster};
use uc_plugin_api::{UserHandle, WatchedUser};
use uc_sip::site::address;

fn user(handle: u32, address: &str) -> WatchedUser {
    WatchedUser { handle: UserHandle(handle), id: "x".into(), address: address.into(), language: "".into() }
}

#[test]
fn addresses_are_compared_without_scheme_case_and_parameters() {
    for (uri, key) in [
        ("sip:Kim@Example.com", Some("kim@example.com")),
        ("SIP:kim@example.com;gruu;opaque=x", Some("kim@example.com")),
        ("kim@example.com", Some("kim@example.com")),
        ("sip:example.com", None),
        ("sip:k im@example.com", None),
        ("sip:kim@example.com>\r\nX: y", None),
        ("", None),
    ] {
        assert_eq!(address::key(uri).as_deref(), key, "{uri}");
    }
}

#[test]
fn a_number_has_one_address_and_an_address_one_number() {
    let mut roster = Roster::new("");
    assert_eq!(roster.add(&user(1, "sip:kim@example.com")), Added::New { former: None });
    assert_eq!(roster.add(&user(1, "sip:KIM@example.com")), Added::Known);
    assert_eq!(roster.add(&user(2, "sip:kim@example.com")), Added::Taken(UserHandle(1)));
    assert_eq!(roster.add(&user(3, "")), Added::NoAddress);
    let former = Some("kim@example.com".into());
    assert_eq!(roster.add(&user(1, "sip:lee@example.com")), Added::New { former });
    assert_eq!(roster.find("sip:kim@example.com"), None);
    assert_eq!(roster.remove(UserHandle(1)).as_deref(), Some("lee@example.com"));
    assert_eq!((roster.len(), roster.remove(UserHandle(1))), (0, None));
}
