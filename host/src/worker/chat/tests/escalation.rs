//! Several workers in one chat who wish to talk to the customer.

use super::*;

#[test]
fn anothers_wish_to_talk_to_the_customer_is_not_the_workers_own() {
    use Escalation::{Accepted, Asked, Refused};
    for (asks, told, stands) in [
        (false, vec![("5001", Asked)], None),
        (false, vec![("5001", Asked), ("7001", Accepted)], None),
        (false, vec![("5001", Asked), ("7001", Refused)], None),
        (false, vec![(DN, Asked)], Some(Asked)),
        (false, vec![("", Asked)], Some(Asked)),
        (true, vec![("5001", Asked)], Some(Asked)),
        (true, vec![(DN, Asked), ("7001", Refused)], Some(Refused)),
        (true, vec![("7001", Accepted)], Some(Accepted)),
        (true, vec![("7001", Refused), ("5001", Asked), ("7001", Accepted)], Some(Refused)),
    ] {
        let mut world = World::new();
        if asks {
            world.chats.deed((DN, CHAT), Deed::Escalate, world.now).unwrap();
        }
        for (party, stands) in &told {
            let news = ChatNews::Escalation((*party).into(), *stands, "".into());
            world.chats.event(LINK, &DN.into(), event(None, news), &world.rules, world.now);
        }
        let now = world.chat().escalation.as_ref().map(|(stands, _)| *stands);
        assert_eq!(now, stands, "{asks} {told:?}");
        world.ask();
        world.server.asked.clear();
        // The button does something exactly while nothing is under way.
        world.chats.deed((DN, CHAT), Deed::Escalate, world.now).unwrap();
        world.ask();
        let asked = world.server.asked.iter().any(|(_, action)| *action == ChatAction::Escalate);
        assert_eq!(asked, stands != Some(Asked), "{asks} {told:?}");
    }
}

#[test]
fn the_answer_to_a_wish_of_a_life_before_is_told_and_no_other_one() {
    use Escalation::{Accepted, Asked, Refused};
    for (asks, answer) in [(true, Accepted), (true, Refused), (false, Accepted), (false, Refused)] {
        let mut world = World::new();
        if asks {
            world.chats.deed((DN, CHAT), Deed::Escalate, world.now).unwrap();
        }
        world.chats = serde_json::from_str(&serde_json::to_string(&world.chats).unwrap()).unwrap();
        world.chats.mark_taken_up();
        assert_eq!(world.chat().escalation, None);
        for (stands, words) in [(answer, "the first"), (answer, "another's"), (Asked, "")] {
            let news = ChatNews::Escalation("7001".into(), stands, words.into());
            world.chats.event(LINK, &DN.into(), event(None, news), &world.rules, world.now);
        }
        assert_eq!(world.chat().escalation, asks.then(|| (answer, "the first".into())), "{answer:?}");
    }
}
