//! How often a T-Server is asked for one thing, whatever it answers.

use super::*;

/// Requests in each of ten minutes, each answered at once by `answer`, with whatever is told before that in `each` of
/// 600 tenths of a second a minute; the problems that the worker is told.
fn asks_for(
    world: &mut World,
    mut answer: impl FnMut(&mut World, u32, ChatAction) -> Option<Remark>,
) -> (Vec<usize>, usize) {
    let (mut counts, mut told) = (vec![0; 10], 0);
    for tenth in 0..6_000 {
        world.now += Duration::from_millis(100);
        world.chats.tick(world.now);
        world.ask();
        // As fast as the network goes: the answer gives a reason to ask again.
        for _ in 0..20 {
            let Some((number, action)) = world.server.asked.pop_front() else { break };
            counts[tenth / 600] += 1;
            told += usize::from(answer(world, number, action).is_some());
            world.ask();
        }
    }
    (counts, told)
}

fn says(world: &mut World, conn_id: ConnId, news: ChatNews, sequence: Option<u64>) {
    let event = ChatEvent { conn_id, ..event(sequence, news) };
    world.chats.event(LINK, &DN.into(), event, &world.rules.clone(), world.now);
}

fn their_line() -> ChatNews {
    ChatNews::Line { party: "7001".into(), id: "".into(), text: "x".into() }
}

fn refusal(code: i64) -> Refusal {
    Refusal { code: Some(code), message: "no".into(), behaviour: Behaviour::Retry }
}

#[test]
fn a_chat_that_the_t_server_never_opens_is_asked_for_ever_more_seldom() {
    let mut world = World::new();
    let other = ConnId(8);
    says(&mut world, other, their_line(), None);
    let (counts, _) = asks_for(&mut world, |world, number, _| {
        let told = world.chats.answered(number, world.now);
        says(world, other, their_line(), None);
        says(world, other, their_line(), None);
        told
    });
    assert!(counts.iter().all(|count| *count < 10) && counts.iter().sum::<usize>() <= 12, "{counts:?}");
}

#[test]
fn a_chat_that_is_offered_again_after_each_refusal_is_refused_ever_more_seldom() {
    let mut world = World::new();
    (world.chats, world.rules.enabled) = (Chats::default(), false);
    let opened = || ChatNews::Opened(Box::default());
    says(&mut world, CHAT, opened(), None);
    let (counts, _) = asks_for(&mut world, |world, number, _| {
        let told = world.chats.answered(number, world.now);
        says(world, CHAT, opened(), None);
        told
    });
    assert!(counts.iter().all(|count| *count < 10) && counts.iter().sum::<usize>() <= 12, "{counts:?}");
    // Of so many that they cannot be told apart nothing is asked.
    let mut asked = 0;
    for number in 0..10_000 {
        says(&mut world, ConnId(100 + number), opened(), None);
        world.ask();
        while let Some((number, _)) = world.server.asked.pop_front() {
            asked += 1;
            world.chats.answered(number, world.now);
        }
    }
    assert!(asked <= 256, "{asked}");
}

#[test]
fn what_is_never_told_again_is_given_up_and_the_worker_writes_on() {
    let mut world = World::new();
    says(&mut world, CHAT, their_line(), Some(3));
    let (counts, _) = asks_for(&mut world, |world, number, _| {
        world.chats.refused(number, &refusal(50), &world.rules.clone(), world.now)
    });
    assert!(counts[0] < 10 && counts[1..].iter().sum::<usize>() <= 1, "{counts:?}");
    assert!(world.chat().transcript.missing() > 0, "the page shows that something is missing");
    world.chats.deed((DN, CHAT), Deed::Write("k1".into(), "mine".into()), world.now).unwrap();
    world.ask();
    assert!(world.server.asked.iter().any(|(_, action)| matches!(action, ChatAction::Send { .. })));
}

#[test]
fn a_t_server_that_leaves_numbers_out_again_and_again_is_asked_ever_more_seldom() {
    for refuses in [false, true] {
        let (mut world, mut number) = (World::new(), 3);
        says(&mut world, CHAT, their_line(), Some(number));
        let (counts, _) = asks_for(&mut world, |world, asked, action| {
            let ChatAction::Resume(from) = action else { panic!("{action:?}") };
            let told = if refuses {
                world.chats.refused(asked, &refusal(50), &world.rules.clone(), world.now)
            } else {
                (from..number).for_each(|number| says(world, CHAT, their_line(), Some(number)));
                world.chats.answered(asked, world.now)
            };
            number += 2;
            says(world, CHAT, their_line(), Some(number));
            told
        });
        assert!(counts.iter().all(|count| *count < 10), "refuses {refuses}: {counts:?}");
    }
}

#[test]
fn who_cannot_leave_is_told_so_after_a_few_tries_and_may_try_again() {
    for code in [None, Some(50)] {
        let mut world = World::new();
        world.ask();
        world.server.asked.clear();
        for _ in 0..2 {
            world.chats.deed((DN, CHAT), Deed::Leave, world.now).unwrap();
            let (counts, told) = asks_for(&mut world, |world, number, _| match code {
                None => world.chats.answered(number, world.now),
                Some(code) => world.chats.refused(number, &refusal(code), &world.rules.clone(), world.now),
            });
            assert!(counts[0] < 10 && counts[1..].iter().all(|count| *count == 0), "{code:?}: {counts:?}");
            assert_eq!((told, &world.chat().phase), (1, &Phase::Open), "{code:?}");
        }
    }
}
