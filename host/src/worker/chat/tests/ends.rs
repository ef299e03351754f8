//! What an `opened` leaves out, and what comes after the end of a chat that was said before it.

use super::*;
use crate::agent_link::KvList;

#[test]
fn what_an_opened_leaves_out_stays_and_what_it_says_is_so() {
    let mut world = World::new();
    let data = |value: &str| {
        let mut data = KvList::default();
        data.push_str("Customer", value);
        data
    };
    let mut opened = |subject: Option<&str>, user_data: Option<KvList>| {
        let (subject, last) = (subject.map(Into::into), Some(0));
        let opened = ChatOpened { subject, user_data, last, ..ChatOpened::default() };
        let news = event(None, ChatNews::Opened(Box::new(opened)));
        world.chats.event(LINK, &DN.into(), news, &world.rules, world.now);
        (world.chat().subject.to_string(), world.chat().user_data.clone())
    };
    assert_eq!(opened(Some("An order"), Some(data("Grey"))), ("An order".to_owned(), data("Grey")));
    assert_eq!(opened(None, None), ("An order".to_owned(), data("Grey")));
    assert_eq!(opened(Some(""), Some(KvList::default())), (String::new(), KvList::default()));
}

#[test]
fn a_line_from_before_the_end_is_shown_when_it_comes_after_it_and_missing_until_then() {
    for end in [ChatNews::Closed("over".into()), ChatNews::Left(DN.into())] {
        let mut world = World::new();
        let mut says = |number, news| world.chats.event(LINK, &DN.into(), event(number, news), &world.rules, world.now);
        let line = |text: &str| ChatNews::Line { party: "7001".into(), id: "".into(), text: text.into() };
        says(Some(1), line("one"));
        says(Some(3), line("three"));
        says(Some(4), end);
        assert_eq!(world.chat().transcript.missing(), 1);
        let mut says =
            |number, text| world.chats.event(LINK, &DN.into(), event(number, line(text)), &world.rules, world.now);
        says(Some(2), "two");
        says(Some(2), "two");
        says(Some(5), "none of theirs");
        let lines = world.chat().transcript.entries().filter(|entry| matches!(entry.what, What::Line { .. })).count();
        assert_eq!((lines, world.chat().transcript.missing()), (3, 0));
    }
}

#[test]
fn who_came_before_the_end_is_missing_no_longer_and_what_is_said_after_leaving_is_not_missing() {
    let mut world = World::new();
    let mut says =
        |number, news| world.chats.event(LINK, &DN.into(), event(Some(number), news), &world.rules, world.now);
    let line = |text: &str| ChatNews::Line { party: "7001".into(), id: "".into(), text: text.into() };
    says(1, line("one"));
    says(9, line("long after"));
    says(4, ChatNews::Left(DN.into()));
    assert_eq!(world.chat().transcript.missing(), 2, "the third and the second");
    let mut says =
        |number, news| world.chats.event(LINK, &DN.into(), event(Some(number), news), &world.rules, world.now);
    says(2, ChatNews::Joined("5001".into()));
    says(3, ChatNews::Left("5001".into()));
    says(5, line("not for them"));
    assert_eq!((world.chat().transcript.missing(), world.chat().parties.len()), (0, 0));
    assert!(world.chat().transcript.entries().all(|entry| entry.order != 5));
}
