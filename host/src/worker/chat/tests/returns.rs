//! A chat that a worker has left, and what is told of it afterwards.

use super::*;

/// A chat that the worker has left: by number 3.
fn left() -> World {
    let mut world = World::new();
    for text in ["one", "two"] {
        world.server.says("7001", String::new(), text.into(), None);
    }
    world.settle();
    world.chats.event(LINK, &DN.into(), event(Some(3), ChatNews::Left(DN.into())), &world.rules, world.now);
    assert!(!world.chat().is_live());
    world
}

#[test]
fn a_chat_that_is_routed_back_to_whoever_left_it_begins_anew_and_an_old_word_brings_none_back() {
    let joined = |party: &str, number| event(number, ChatNews::Joined(party.into()));
    let opened = |party: &str, last| {
        let parties = Some(vec!["7001".into(), party.into()]);
        event(None, ChatNews::Opened(Box::new(ChatOpened { parties, last, ..ChatOpened::default() })))
    };
    for (word, back, asks) in [
        (joined(DN, Some(4)), true, false),
        (joined(DN, Some(5)), true, true),
        (joined(DN, None), true, false),
        (joined("5001", Some(4)), false, false),
        (joined(DN, Some(1)), false, false),
        (opened(DN, Some(4)), true, true),
        (opened(DN, Some(3)), true, false),
        (opened(DN, None), true, false),
        (opened("5001", Some(4)), false, false),
        (opened(DN, Some(2)), false, false),
    ] {
        let mut world = left();
        world.chats.event(LINK, &DN.into(), word.clone(), &world.rules, world.now);
        assert_eq!(world.chat().is_live(), back, "{word:?}");
        world.ask();
        let asked = matches!(world.server.asked.back(), Some((_, ChatAction::Resume(4))));
        assert_eq!(asked, asks, "what was said meanwhile is asked for: {word:?}");
        let line = ChatNews::Line { party: "7001".into(), id: "".into(), text: "again".into() };
        world.chats.event(LINK, &DN.into(), event(Some(6), line), &world.rules, world.now);
        let shown = world.chat().transcript.entries().any(|entry| entry.order == 6);
        assert_eq!(shown, back, "{word:?}");
    }
}

#[test]
fn a_chat_that_comes_back_to_a_worker_who_has_enough_is_refused_as_any_other() {
    let mut world = left();
    world.rules.most_chats = 1;
    let other = ChatEvent { conn_id: ConnId(8), ..world.server.opened() };
    world.chats.event(LINK, &DN.into(), other, &world.rules, world.now);
    let opened = ChatOpened { parties: Some(vec![DN.into()]), last: Some(4), ..ChatOpened::default() };
    let opened = event(None, ChatNews::Opened(Box::new(opened)));
    world.chats.event(LINK, &DN.into(), opened, &world.rules, world.now);
    world.ask();
    assert!(!world.chat().is_live());
    assert!(world.server.asked.iter().any(|(_, action)| matches!(action, ChatAction::Refuse(_))));
}
