//! Numbers, addresses and what is kept of people.

use crate::roster::{Change, Roster};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};
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

fn removed(handle: u32, address: &str) -> Change {
    Change::Removed(UserHandle(handle), address.into())
}

fn added(handle: u32) -> Change {
    Change::Added(UserHandle(handle))
}

#[test]
fn a_number_has_one_address_and_an_address_one_number() {
    let mut roster = Roster::new("");
    assert_eq!(roster.watch(&[user(1, "sip:kim@example.com"), user(3, "")]), [added(1)]);
    assert_eq!(roster.watch(&[user(1, "sip:KIM@example.com")]), []);
    assert_eq!(roster.watch(&[user(2, "sip:kim@example.com")]), []);
    let moved = [removed(1, "kim@example.com"), added(2), added(1)];
    assert_eq!(roster.watch(&[user(1, "sip:lee@example.com")]), moved, "the next one has what the first one left");
    assert_eq!(roster.find("sip:kim@example.com"), Some(UserHandle(2)));
    assert_eq!(roster.watch(&[user(1, "")]), [removed(1, "lee@example.com")]);
    assert_eq!(roster.unwatch(&[UserHandle(1), UserHandle(2)]), [removed(2, "kim@example.com")]);
    assert_eq!((roster.len(), roster.unwatch(&[UserHandle(1)])), (0, vec![]));
}

#[test]
fn who_leaves_with_the_one_they_waited_for_is_not_watched_in_between() {
    let mut roster = Roster::new("");
    roster.watch(&[user(1, "sip:kim@example.com"), user(2, "sip:kim@example.com")]);
    let users = [user(1, "sip:lee@example.com"), user(2, "sip:ray@example.com")];
    assert_eq!(roster.watch(&users), [removed(1, "kim@example.com"), added(1), added(2)]);
}

/// Addresses of six people, few enough to be exchanged; the last one is none.
fn batches() -> impl Strategy<Value = Vec<Vec<(u32, usize)>>> {
    proptest::collection::vec(proptest::collection::vec((0_u32..6, 0_usize..7), 0..8), 1..12)
}

proptest! {
    /// Whatever is said in whatever order: everybody whose address nobody else has is watched under it; of several with
    /// one address one is; and nobody under another address than was said last.
    #[test]
    fn after_any_batch_everybody_has_the_address_that_was_said_last(batches in batches()) {
        let name = |at: usize| if at == 6 { String::new() } else { format!("u{at}@example.com") };
        let (mut roster, mut said, mut watched) = (Roster::new(""), HashMap::new(), HashSet::new());
        for batch in batches {
            said.extend(batch.iter().copied());
            let users: Vec<_> = batch.iter().map(|(who, at)| user(*who, &name(*at))).collect();
            for change in roster.watch(&users) {
                match change {
                    Change::Added(who) => prop_assert!(watched.insert(who)),
                    Change::Removed(who, _) => prop_assert!(watched.remove(&who)),
                }
            }
            prop_assert_eq!(watched.len(), roster.len());
            for (who, at) in &said {
                let has = roster.address(UserHandle(*who)).map(|address| address.to_string());
                prop_assert_eq!(has.is_some(), watched.contains(&UserHandle(*who)));
                prop_assert!(has.as_ref().is_none_or(|has| *has == name(*at)), "{} has {:?}", who, has);
                let owner = roster.find(&name(*at));
                prop_assert_eq!(owner.is_some(), *at != 6, "somebody has each address that is said");
                prop_assert!(owner.is_none_or(|owner| said[&owner.0] == *at));
                prop_assert_eq!(owner == Some(UserHandle(*who)), has.is_some());
            }
        }
    }
}
