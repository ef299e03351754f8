//! Who is published over which connection.

use crate::roster::{Left, Roster};
use proptest::prelude::*;
use std::collections::HashMap;
use uc_plugin_api::{Presence, Publication, Standing, UserHandle, WatchedUser};

fn user(handle: u32, address: &str) -> WatchedUser {
    let id = format!("user{handle}");
    WatchedUser { handle: UserHandle(handle), id: id.into(), address: address.into(), language: "".into() }
}

fn none(_: &str) -> Option<usize> {
    None
}

#[test]
fn an_address_has_one_agent_and_the_next_one_inherits_it() {
    let mut roster = Roster::new(1);
    assert_eq!(roster.add(&user(1, "sip:kim@example.com"), none), Ok(0));
    let told = roster.add(&user(2, "sip:Kim@Example.com"), none).unwrap_err();
    assert!(told.starts_with("user2 has the same SIP address as user1, who keeps it"), "{told}");
    let wanted = Publication { user: UserHandle(2), presence: Presence::default(), standing: Standing::Manual };
    roster.remember(wanted.clone());
    assert_eq!(roster.add(&user(1, "sip:kim@example.com"), none), Ok(0), "a repeated watch changes nothing");
    let heir = Some((UserHandle(2), Some(wanted)));
    assert_eq!(roster.leave(vec![UserHandle(1)]), [(UserHandle(1), Left { carrier: 0, heir })]);
    assert_eq!((roster.carrier(UserHandle(2)), roster.carrier(UserHandle(1))), (Some(0), None));
    assert_eq!(roster.leave(vec![UserHandle(2)]), [(UserHandle(2), Left { carrier: 0, heir: None })]);
    assert_eq!(roster.leave(vec![UserHandle(2)]), []);
}

#[test]
fn who_leaves_with_the_one_they_waited_for_inherits_nothing() {
    let mut roster = Roster::new(1);
    roster.add(&user(1, "sip:kim@example.com"), none).unwrap();
    roster.add(&user(2, "sip:kim@example.com"), none).unwrap_err();
    let both = vec![UserHandle(1), UserHandle(2)];
    assert_eq!(roster.leave(both), [(UserHandle(1), Left { carrier: 0, heir: None })]);
}

/// Addresses of six people, few enough to be exchanged; the last one is none.
fn batches() -> impl Strategy<Value = Vec<Vec<(u32, usize)>>> {
    let batch = proptest::collection::btree_map(0_u32..6, 0_usize..7, 0..7);
    proptest::collection::vec(batch.prop_map(|batch| batch.into_iter().collect()), 1..12)
}

proptest! {
    /// Whatever is said in whatever order: each address has one agent of those who were last said to have it.
    #[test]
    fn after_any_batch_each_address_is_published_for_one_who_has_it(batches in batches()) {
        let name = |at: usize| if at == 6 { String::new() } else { format!("u{at}@example.com") };
        let (mut roster, mut said) = (Roster::new(1), HashMap::new());
        for batch in batches {
            said.extend(batch.iter().copied());
            let users: Vec<_> = batch.iter().map(|(who, at)| user(*who, &name(*at))).collect();
            roster.leave(users.iter().filter(|user| roster.has_moved(user)).map(|user| user.handle).collect());
            users.iter().for_each(|user| drop(roster.add(user, none)));
            for at in 0..6 {
                let claim: Vec<_> = said.iter().filter(|(_, has)| **has == at).map(|(who, _)| *who).collect();
                let shown = claim.iter().filter(|who| roster.carrier(UserHandle(**who)).is_some()).count();
                prop_assert_eq!(shown, usize::from(!claim.is_empty()), "{:?} at {}", claim, at);
            }
            let nowhere = said.iter().filter(|(_, has)| **has == 6).map(|(who, _)| UserHandle(*who));
            prop_assert!(nowhere.into_iter().all(|who| roster.carrier(who).is_none()));
        }
    }
}

#[test]
fn agents_without_address_or_account_are_told_what_to_do() {
    let mut roster = Roster::new(0);
    assert!(
        roster.add(&user(1, ""), none).unwrap_err().contains("user1 has no SIP address: write it into the directory")
    );
    assert!(roster.add(&user(2, "kim"), none).unwrap_err().contains("no usable SIP address"));
    assert!(roster.add(&user(3, "sip:lee@example.com"), none).unwrap_err().contains("name it in `accounts`"));
    assert_eq!(roster.add(&user(4, "sip:ray@example.com"), |_| Some(7)), Ok(7));
    assert!(roster.has_moved(&user(4, "sip:other@example.com")) && !roster.has_moved(&user(4, "sip:Ray@example.com")));
}

#[test]
fn connections_share_agents_evenly() {
    let mut roster = Roster::new(3);
    for handle in 0..9 {
        roster.add(&user(handle, &format!("sip:user{handle}@example.com")), none).unwrap();
    }
    let of = |carrier| (0..9).filter(|handle| roster.carrier(UserHandle(*handle)) == Some(carrier)).count();
    assert_eq!([of(0), of(1), of(2)], [3, 3, 3]);
}
