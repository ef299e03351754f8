//! What stands in the end, whatever happens on the way, and whose choice it is.

use super::model::Model;
use crate::{
    choice::Choice,
    key::{Category, Instances},
    publisher::{Conflicted, Operation, Publisher},
    roaming::Own,
    show::{Device, Style},
    value::State,
};
use proptest::prelude::*;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};
use uc_plugin_api::{Availability, Presence, Publication, Standing, UserHandle};
use uc_sip::ms::Epid;

const STYLE: Style = Style { device: Device::WhilePublished, language: 1033 };

/// The wishes of a host: none of them is what the user chooses.
fn wish(number: usize) -> Option<Publication> {
    let (availability, token, note, standing) = match number {
        0 => return None,
        1 => (6500, "on-the-phone", "", Standing::Automatic),
        2 => (12_500, "", "After call work", Standing::Manual),
        3 => (9600, "", "", Standing::Manual),
        4 => (0, "", "only a note", Standing::Manual),
        _ => (3600, "", "", Standing::Automatic),
    };
    let presence = Presence {
        availability: Availability::from_number(availability),
        number: availability,
        activity: token.into(),
        note: note.into(),
        ..Presence::default()
    };
    Some(Publication { user: UserHandle(1), presence, standing })
}

/// The choices of a user.
fn own(number: usize) -> Option<Choice> {
    match number {
        0 => None,
        1 => Some(Choice::of(State::plain(3500))),
        2 => Some(Choice::of(State::active(15_500, "off-work"))),
        _ => Some(Choice::of(State::plain(9500))),
    }
}

enum Message {
    Notify(Own),
    Published(Own),
    Conflict(Vec<crate::fault::Conflict>),
}

/// A publisher, its server, what is on the way between them, and what should come of it.
struct World {
    publisher: Publisher,
    server: Model,
    to_server: Option<Vec<Operation>>,
    to_client: VecDeque<Message>,
    now: Instant,
    wanted: Option<Publication>,
    /// What the user has chosen, and what was told of it.
    chosen: Option<Choice>,
    told: Option<Option<Choice>>,
    /// Whether the user has chosen since the last wish.
    overruled: bool,
    gave_up: usize,
    /// A choice of the user's was lost on the way together with the answer to the request that went over it: nobody can
    /// know any more what he wanted.
    unknowable: bool,
}

impl World {
    fn new() -> Self {
        let instances = Instances::of(&Epid::new("46b45a2a3940").unwrap());
        let mut world = Self {
            publisher: Publisher::new(instances, STYLE),
            server: Model::default(),
            to_server: None,
            to_client: VecDeque::new(),
            now: Instant::now(),
            wanted: None,
            chosen: None,
            told: None,
            overruled: false,
            gave_up: 0,
            unknowable: false,
        };
        world.hear();
        world
    }

    fn hear(&mut self) {
        self.to_client.push_back(Message::Notify(self.server.own()));
    }

    fn want(&mut self, publication: Option<Publication>) {
        match &publication {
            Some(publication) => self.publisher.publish(publication),
            None => self.publisher.withdraw(),
        }
        self.wanted = publication;
        self.overruled = false;
    }

    fn choose(&mut self, choice: Option<Choice>) {
        let same = match (&choice, self.server.choice()) {
            (None, None) => true,
            (Some(choice), Some(there)) => choice.says_as(&there),
            _ => false,
        };
        self.server.choose(choice.as_ref());
        self.overruled |= !same;
        self.chosen = choice;
        self.hear();
    }

    fn send(&mut self) {
        if self.to_server.is_none() {
            self.to_server = self.publisher.request(self.now);
        }
    }

    fn serve(&mut self) {
        let Some(operations) = self.to_server.take() else { return };
        let answer = match self.server.publish(&operations) {
            Ok(()) => Message::Published(self.server.own()),
            Err(conflicts) => Message::Conflict(conflicts),
        };
        self.to_client.push_back(answer);
    }

    fn receive(&mut self) {
        match self.to_client.pop_front() {
            Some(Message::Notify(own)) => {
                let told = self.publisher.heard(&own);
                if let Some(told) = told {
                    self.told = Some(told);
                }
            }
            Some(Message::Published(own)) => self.publisher.published(&own),
            Some(Message::Conflict(conflicts)) => {
                self.gave_up += usize::from(self.publisher.conflicted(&conflicts) == Conflicted::GiveUp);
            }
            None => {}
        }
    }

    /// The connection is lost with everything on the way, and the endpoint with it or not.
    fn lose(&mut self, endpoint_too: bool) {
        let lost = |wanted: fn(&Message) -> bool| self.to_client.iter().any(wanted);
        self.unknowable |= lost(|message| matches!(message, Message::Notify(_)))
            && lost(|message| matches!(message, Message::Published(_)));
        self.to_server = None;
        self.to_client.clear();
        self.publisher.lost();
        if endpoint_too {
            self.server.endpoint_gone();
        }
        self.hear();
    }

    fn settle(&mut self) {
        for _ in 0..50 {
            self.send();
            self.serve();
            while !self.to_client.is_empty() {
                self.receive();
            }
        }
    }

    /// What stands where the user's choice stands, in words that can be compared.
    fn there(&self) -> Option<u32> {
        self.server.choice().map(|choice| choice.most.availability)
    }

    fn of_instance(&self, category: Category, block: u32) -> usize {
        let all = self.server.all.keys();
        all.filter(|key| key.category == category && key.instance >> 28 == block).count()
    }
}

#[derive(Clone, Debug)]
enum Step {
    Want(usize),
    Choose(usize),
    Disturb(u32),
    Send,
    Serve,
    Receive,
    Lose(bool),
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0_usize..6).prop_map(Step::Want),
        2 => (0_usize..4).prop_map(Step::Choose),
        1 => (1_u32..5).prop_map(Step::Disturb),
        3 => Just(Step::Send),
        3 => Just(Step::Serve),
        3 => Just(Step::Receive),
        1 => any::<bool>().prop_map(Step::Lose),
        1 => Just(Step::Wait),
    ]
}

proptest! {
    /// Whatever is wished, chosen, disturbed and lost in whatever order: in the end exactly the last wish stands, under
    /// it the user's own choice, and every choice of his was told while something was shown.
    #[test]
    fn what_is_wanted_stands_in_the_end(steps in prop::collection::vec(step(), 0..60)) {
        let mut world = World::new();
        for step in steps {
            match step {
                Step::Want(number) => world.want(wish(number)),
                Step::Choose(number) => world.choose(own(number)),
                Step::Disturb(version) => world.server.disturb(version),
                Step::Send => world.send(),
                Step::Serve => world.serve(),
                Step::Receive => world.receive(),
                Step::Lose(endpoint_too) => world.lose(endpoint_too),
                Step::Wait => world.now += Duration::from_secs(50_000),
            }
        }
        world.settle();
        prop_assert_eq!(world.gave_up, 0);
        let automatic = world.wanted.as_ref().filter(|wanted| wanted.standing == Standing::Automatic);
        prop_assert_eq!(world.of_instance(Category::State, 8), if automatic.is_some() { 2 } else { 0 });
        prop_assert_eq!(world.of_instance(Category::State, 3), 2);
        let noted = world.wanted.as_ref().is_some_and(|wanted| !wanted.presence.note.is_empty());
        prop_assert_eq!(world.of_instance(Category::Note, 0), if noted { 3 } else { 0 });

        world.want(None);
        world.settle();
        if !world.unknowable {
            prop_assert_eq!(world.there(), world.chosen.as_ref().map(|choice| choice.most.availability));
            prop_assert_eq!(world.server.all.len(), 2 + if world.chosen.is_some() { 2 } else { 0 });
        }
        prop_assert!(!world.publisher.outlives());
    }

    /// Nobody chooses: then nothing is ever taken for a choice, however often ours comes back.
    #[test]
    fn our_own_publication_is_never_taken_for_a_choice(steps in prop::collection::vec(step(), 0..60)) {
        let mut world = World::new();
        for step in steps {
            match step {
                Step::Want(number) => world.want(wish(number)),
                Step::Choose(_) => world.hear(),
                Step::Disturb(version) => world.server.disturb(version),
                Step::Send => world.send(),
                Step::Serve => {
                    world.serve();
                    world.hear();
                }
                Step::Receive => world.receive(),
                Step::Lose(endpoint_too) => world.lose(endpoint_too),
                Step::Wait => world.now += Duration::from_secs(50_000),
            }
        }
        world.settle();
        prop_assert_eq!(world.told, None);
    }
}

fn manual() -> World {
    let mut world = World::new();
    world.choose(own(1));
    world.settle();
    world.want(wish(2));
    world.settle();
    assert_eq!(world.there(), Some(12_500));
    world
}

#[test]
fn what_the_user_chooses_over_ours_stays_and_is_told() {
    let mut world = manual();
    world.choose(own(3));
    world.settle();
    assert_eq!(world.told.take().unwrap().unwrap().presence().availability, Availability::DoNotDisturb);
    assert_eq!(world.there(), Some(9500), "ours is not put over it");
    world.choose(None);
    world.settle();
    assert_eq!(world.told.take(), Some(None), "he took it back");
    world.want(wish(3));
    world.settle();
    assert_eq!(world.there(), Some(9600), "the host has the last word");
}

#[test]
fn what_stood_from_before_a_restart_is_ours_if_it_is_wanted() {
    let mut world = manual();
    let server = std::mem::take(&mut world.server);
    for late in [false, true] {
        let mut world = World { server: server.clone(), ..World::new() };
        world.to_client.clear();
        world.hear();
        if late {
            world.receive();
        }
        world.want(wish(2));
        world.settle();
        assert_eq!((world.there(), world.told.clone()), (Some(12_500), None));
        world.want(None);
        world.settle();
        assert_eq!(world.there(), None, "it is withdrawn: what stood before it is not known any more");
    }
}

#[test]
fn what_ends_by_itself_is_published_anew_before_it_does() {
    let mut world = World::new();
    world.want(wish(3));
    world.settle();
    let due = world.publisher.poll_timeout().unwrap();
    assert!(due <= world.now + Duration::from_secs(43_200));
    assert!(!world.publisher.is_due(due - Duration::from_secs(1)));
    let operations = world.publisher.request(due).unwrap();
    assert_eq!(operations.len(), 2);
}

#[test]
fn conflicts_without_end_are_given_up_and_tried_again_later() {
    let mut world = World::new();
    world.want(wish(1));
    world.receive();
    for _ in 0..5 {
        world.send();
        world.server.disturb(1);
        let asked = world.to_server.take().unwrap();
        let conflicts: Vec<_> = (1..=asked.len()).map(|index| crate::fault::Conflict { index, current: 7 }).collect();
        world.to_client.push_back(Message::Conflict(conflicts));
        world.receive();
    }
    assert_eq!(world.gave_up, 1);
    world.send();
    assert!(world.to_server.is_some(), "the caller decides when");
}
