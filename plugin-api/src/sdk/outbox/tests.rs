use super::*;
use crate::presence::Availability;
use proptest::prelude::*;
use std::cell::RefCell;

fn update(user: u32, number: u32) -> PresenceUpdate {
    let presence = Presence { availability: Availability::Busy, number, ..Presence::default() };
    PresenceUpdate { user: UserHandle(user), presence }
}

fn menu(number: u32) -> StateMenu {
    StateMenu { idle_after_seconds: number, ..StateMenu::default() }
}

/// What a host knows: each user's latest number, and whether a link that went down has made it stale since.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    users: HashMap<u32, (u32, bool)>,
    link: Option<(LinkStatus, String)>,
    menu: u32,
}

impl Known {
    fn hear(&mut self, event: Event) {
        match event {
            Event::Presence(updates) => {
                for update in updates {
                    let before = self.users.insert(update.user.0, (update.presence.number, true));
                    assert!(before.is_none_or(|(before, _)| before < update.presence.number), "an older value later");
                }
            }
            Event::Link(status, text) => {
                if status == LinkStatus::Down {
                    self.users.values_mut().for_each(|(_, fresh)| *fresh = false);
                }
                self.link = Some((status, text.into()));
            }
            Event::StateMenu(menu) => self.menu = menu.idle_after_seconds,
            _ => unreachable!(),
        }
    }
}

/// What a plug-in says, and whether the host has room for it.
#[derive(Clone, Copy, Debug)]
enum Say {
    Presence(u32),
    Link(LinkStatus),
    Menu,
    Flush,
}

fn say() -> impl Strategy<Value = Say> {
    use LinkStatus::{Degraded, Down, Up};
    prop_oneof![
        4 => (0..5_u32).prop_map(Say::Presence),
        2 => prop::sample::select(vec![Up, Degraded, Down]).prop_map(Say::Link),
        1 => Just(Say::Menu),
        1 => Just(Say::Flush),
    ]
}

proptest! {
    /// However full the host's queue is in between: it ends with the latest value of every user, link and menu, never
    /// sees an older value after a newer one, and takes for fresh what it would if it had had room all the time.
    #[test]
    fn a_host_without_room_ends_with_the_same_knowledge(steps in prop::collection::vec((say(), any::<bool>()), 1..120)) {
        let (known, mut all) = (RefCell::new(Known::default()), Known::default());
        let mut outbox = Outbox::default();
        let emit = |open: bool| {
            let known = &known;
            move |event| {
                if !open {
                    return Err(event);
                }
                known.borrow_mut().hear(event);
                Ok(())
            }
        };
        for (number, (say, open)) in (1_u32..).zip(steps) {
            match say {
                Say::Presence(user) => {
                    all.hear(Event::Presence(vec![update(user, number)].into()));
                    outbox.presence(vec![update(user, number)].into(), emit(open));
                }
                Say::Link(status) => {
                    all.hear(Event::Link(status, number.to_string().into()));
                    outbox.link(status, number.to_string().into(), emit(open));
                }
                Say::Menu => {
                    all.hear(Event::StateMenu(menu(number)));
                    outbox.menu(menu(number), emit(open));
                }
                Say::Flush => outbox.flush(emit(open)),
            }
            prop_assert!(outbox.waiting.len() <= 7, "{} wait", outbox.waiting.len());
        }
        outbox.flush(emit(true));
        prop_assert!(outbox.is_empty());
        prop_assert_eq!(known.into_inner(), all);
    }
}

#[test]
fn a_link_that_goes_down_does_not_overtake_presence_that_waits() {
    let mut outbox = Outbox::default();
    outbox.presence(vec![update(1, 1)].into(), Err);
    let sent = RefCell::new(Vec::new());
    let open = |event| {
        sent.borrow_mut().push(event);
        Ok(())
    };
    outbox.link(LinkStatus::Down, "".into(), open);
    assert!(sent.borrow().is_empty(), "there is room again, but not before what waits");
    outbox.flush(open);
    assert!(matches!(&sent.into_inner()[..], [Event::Presence(_), Event::Link(LinkStatus::Down, _)]));
}

#[test]
fn who_is_no_longer_watched_is_not_sent() {
    let mut outbox = Outbox::default();
    outbox.presence(vec![update(1, 1)].into(), Err);
    outbox.forget(&[UserHandle(1)].into_iter());
    assert!(outbox.is_empty());
}

#[test]
fn the_first_reason_of_a_failure_counts() {
    let mut outbox = Outbox::default();
    outbox.failed("first".into(), Err);
    outbox.failed("second".into(), Err);
    let sent = RefCell::new(Vec::new());
    outbox.flush(|event| {
        sent.borrow_mut().push(event);
        Ok(())
    });
    assert_eq!(sent.into_inner(), [Event::Failed("first".into())]);
}
