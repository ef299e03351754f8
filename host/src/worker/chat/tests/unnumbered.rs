//! A T-Server that gives lines no numbers.

use super::*;

/// Told again, every line would be there twice.
#[test]
fn a_t_server_that_gives_no_numbers_is_not_asked_to_tell_again_and_lines_go_out_all_the_same() {
    let mut world = World::new();
    let line = |text: &str| event(None, ChatNews::Line { party: "7001".into(), id: "".into(), text: text.into() });
    world.settle();
    for text in ["one", "two", "two"] {
        world.chats.event(LINK, &DN.into(), line(text), &world.rules, world.now);
    }
    world.chats.deed((DN, CHAT), Deed::Write("k1".into(), "mine".into()), world.now).unwrap();
    world.ask();
    for _ in 0..3 {
        world.lose();
        world.connect();
        world.ask();
        let asked: Vec<_> = world.server.asked.iter().map(|(_, action)| action.clone()).collect();
        assert!(matches!(&asked[..], [ChatAction::Send { .. }]), "{asked:?}");
        let opened = event(None, ChatNews::Opened(Box::default()));
        world.chats.event(LINK, &DN.into(), opened, &world.rules, world.now);
    }
    assert_eq!(world.texts(), ["one", "two", "two"]);
}
