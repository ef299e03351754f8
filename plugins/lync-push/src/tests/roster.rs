//! Who is published over which connection.

use crate::roster::Roster;
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
    let left = roster.remove(UserHandle(1)).unwrap();
    assert_eq!(left.heir, Some((UserHandle(2), Some(wanted))));
    assert_eq!((roster.carrier(UserHandle(2)), roster.carrier(UserHandle(1))), (Some(0), None));
    assert_eq!(roster.remove(UserHandle(2)).unwrap().heir, None);
    assert_eq!(roster.remove(UserHandle(2)), None);
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
