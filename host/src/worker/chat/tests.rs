//! A chat against a T-Server that tells late, twice, in any order, refuses, and loses its connection: whatever it does,
//! every line is there once, on both sides, and what a worker wrote keeps its order.

mod ends;
mod escalation;
mod pace;
mod returns;
mod room;
mod stints;
mod unnumbered;

use super::*;
use crate::agent_link::ChatOpened;
use proptest::prelude::*;
use std::{collections::VecDeque, time::Duration};

const DN: &str = "5000";
const CHAT: ConnId = ConnId(7);
const LINK: LinkId = LinkId(0);

/// The T-Server's side.
#[derive(Default)]
struct Server {
    /// Who, the writer's number, and what, in the order of the numbers.
    lines: Vec<(&'static str, String, String)>,
    /// What is on its way, with the request that it answers.
    told: VecDeque<(Option<u32>, ChatEvent)>,
    /// What was asked and not carried out.
    asked: VecDeque<(u32, ChatAction)>,
    connected: bool,
    /// How often it was asked to tell again and refused that.
    refused: usize,
}

struct World {
    chats: Chats,
    server: Server,
    rules: ChatRules,
    now: Moment,
    written: usize,
}

fn event(sequence: Option<u64>, news: ChatNews) -> ChatEvent {
    ChatEvent { conn_id: CHAT, sequence, time: None, news }
}

impl Server {
    fn line(&self, at: usize) -> ChatEvent {
        let (party, id, text) = &self.lines[at];
        let news = ChatNews::Line { party: (*party).into(), id: id.as_str().into(), text: text.as_str().into() };
        event(Some(at as u64 + 1), news)
    }

    fn opened(&self) -> ChatEvent {
        let last = Some(self.lines.len() as u64);
        event(None, ChatNews::Opened(Box::new(ChatOpened { last, ..ChatOpened::default() })))
    }

    fn says(&mut self, party: &'static str, id: String, text: String, answers: Option<u32>) {
        self.lines.push((party, id, text));
        self.told.push_back((answers, self.line(self.lines.len() - 1)));
    }

    fn carry_out(&mut self, number: u32, action: ChatAction) {
        match action {
            ChatAction::Send { id, text } => match self.lines.iter().position(|line| *line.1 == *id) {
                Some(at) => self.told.push_back((Some(number), self.line(at))),
                None => self.says("5000", id.to_string(), text.to_string(), Some(number)),
            },
            ChatAction::Resume(from) => {
                self.told.push_back((Some(number), self.opened()));
                (from as usize - 1..self.lines.len()).for_each(|at| self.told.push_back((None, self.line(at))));
            }
            _ => self.told.push_back((Some(number), event(None, ChatNews::Typing("nobody".into())))),
        }
    }
}

impl World {
    fn new() -> Self {
        let rules = ChatRules { enabled: true, ..ChatRules::default() };
        let now = Moment::since_1970(Duration::from_secs(1_700_000_000));
        let server = Server { connected: true, ..Server::default() };
        let mut world = Self { chats: Chats::default(), server, rules, now, written: 0 };
        let opened = world.server.opened();
        world.chats.event(LINK, &DN.into(), opened, &world.rules, now);
        world
    }

    fn ask(&mut self) {
        let connected = self.server.connected;
        for (_, question, request) in self.chats.requests(|_, _| connected.then_some(LineId(1)), self.now) {
            let Request::Chat { action, .. } = request else { panic!("{request:?}") };
            self.server.asked.push_back((question.chat_number().unwrap(), action));
        }
    }

    fn deliver(&mut self, at: usize, keeps: bool) {
        let Some((answers, event)) = self.server.told.get(at).cloned() else { return };
        if !keeps {
            self.server.told.remove(at);
        }
        self.chats.event(LINK, &DN.into(), event, &self.rules, self.now);
        answers.into_iter().for_each(|number| drop(self.chats.answered(number, self.now)));
    }

    fn refuse(&mut self, number: u32, code: Option<i64>, behaviour: Behaviour) {
        let refusal = Refusal { code, message: "no".into(), behaviour };
        assert_eq!(self.chats.refused(number, &refusal, &self.rules, self.now), None);
    }

    fn lose(&mut self) {
        let asked = std::mem::take(&mut self.server.asked);
        self.server.told.clear();
        self.server.connected = false;
        // Whether it was carried out before is not known.
        let numbers: Vec<_> = self.chats.asked.iter().map(|asked| asked.number).collect();
        asked.into_iter().filter(|(number, _)| number % 2 == 0).for_each(|(number, action)| {
            self.server.carry_out(number, action);
        });
        self.server.told.clear();
        numbers.into_iter().for_each(|number| self.refuse(number, None, Behaviour::Retry));
    }

    fn connect(&mut self) {
        self.server.connected = true;
        self.chats.registered(LINK, &DN.into(), self.now);
        self.server.told.push_back((None, self.server.opened()));
    }

    /// One thing happens.
    fn happens(&mut self, what: u16) {
        let at = usize::from(what >> 5);
        match what % 32 {
            0..=4 => {
                let text = format!("theirs {}", self.server.lines.len());
                self.server.says("7001", String::new(), text, None);
            }
            5..=8 => {
                self.written += 1;
                let (id, text) = (format!("k{}", self.written), format!("mine {}", self.written));
                // Too many at a time are refused, and the page keeps them.
                if self.chats.deed((DN, CHAT), Deed::Write(id.into(), text.into()), self.now).is_err() {
                    self.written -= 1;
                }
            }
            9..=13 => self.deliver(0, false),
            // Told to everybody before it is answered.
            14 => {
                if let Some((answers, event)) = self.server.told.pop_front() {
                    self.chats.event(LINK, &DN.into(), event, &self.rules, self.now);
                    answers.into_iter().for_each(|number| self.server.asked.push_back((number, ChatAction::Typing)));
                }
            }
            15 => self.deliver(at % 5, false),
            16 => self.deliver(at % 5, true),
            17..=21 => {
                if let Some((number, action)) = self.server.asked.pop_front() {
                    self.server.carry_out(number, action);
                }
            }
            22 => {
                // Whoever refuses more often to tell again is not waited for.
                let tells = |action: &ChatAction| matches!(action, ChatAction::Resume(_));
                let again = usize::from(self.server.asked.front().is_some_and(|(_, action)| tells(action)));
                if self.server.refused + again < 4
                    && let Some((number, _)) = self.server.asked.pop_front()
                {
                    self.server.refused += again;
                    self.refuse(number, Some(50), Behaviour::Retry);
                }
            }
            // Taken, and not told.
            23 => {
                if let Some((number, action)) = self.server.asked.pop_front() {
                    self.server.carry_out(number, action);
                    self.chats.answered(number, self.now);
                }
            }
            24 if self.server.connected => self.lose(),
            24 | 25 if !self.server.connected => self.connect(),
            26 => {
                let kept = serde_json::to_string(&self.chats).unwrap();
                if self.server.connected {
                    self.lose();
                }
                self.chats = serde_json::from_str(&kept).unwrap();
                self.connect();
            }
            _ => self.now += Duration::from_millis(200 * at as u64 % 4000),
        }
        self.chats.tick(self.now);
        self.ask();
    }

    /// From here on the T-Server behaves.
    fn settle(&mut self) {
        if !self.server.connected {
            self.connect();
        }
        for _ in 0..400 {
            self.now += Duration::from_secs(1);
            self.ask();
            while let Some((number, action)) = self.server.asked.pop_front() {
                self.server.carry_out(number, action);
            }
            while !self.server.told.is_empty() {
                self.deliver(0, false);
            }
        }
    }

    fn chat(&self) -> &Chat {
        self.chats.get(DN, CHAT).unwrap()
    }

    fn texts(&self) -> Vec<String> {
        let text = |entry: &Entry| if let What::Line { text, .. } = &entry.what { text.to_string() } else { panic!() };
        self.chat().transcript.entries().map(text).collect()
    }
}

proptest! {
    #[test]
    fn no_line_is_lost_doubled_or_overtaken(life in prop::collection::vec(any::<u16>(), 0..300)) {
        let mut world = World::new();
        for what in life {
            world.happens(what);
            let due = world.chats.deadline(|_, _| world.server.connected);
            prop_assert!(due.is_none_or(|due| due > world.now), "{due:?} is over, and nothing was done");
            let mut seen = world.texts();
            let all = seen.len();
            seen.sort();
            seen.dedup();
            prop_assert_eq!(seen.len(), all, "a line is there twice");
        }
        world.settle();
        let theirs: Vec<_> = world.server.lines.iter().map(|line| line.2.clone()).collect();
        prop_assert_eq!(world.texts(), theirs, "both sides have the same");
        prop_assert_eq!(world.chat().outbox.iter().count(), 0, "nothing waits");
        prop_assert_eq!(world.chat().transcript.missing(), 0);
        let mine: Vec<_> = world.server.lines.iter().filter(|line| line.0 == DN).map(|line| line.1.clone()).collect();
        prop_assert_eq!(mine, (1..=world.written).map(|at| format!("k{at}")).collect::<Vec<_>>(), "in their order");
    }

    #[test]
    fn what_is_kept_is_bounded(lines in prop::collection::vec((any::<u8>(), "[a-ü]{0,80}"), 0..200)) {
        let mut world = World::new();
        world.rules = ChatRules { most_lines: 20, most_bytes: 4_000, ..world.rules };
        for (number, text) in lines {
            let news = ChatNews::Line { party: "7001".into(), id: "".into(), text: text.as_str().into() };
            world.chats.event(LINK, &DN.into(), event(Some(u64::from(number)), news), &world.rules, world.now);
        }
        let transcript = &world.chat().transcript;
        prop_assert!(transcript.entries().count() <= 20);
        let orders: Vec<_> = transcript.entries().map(|entry| entry.order).collect();
        prop_assert!(orders.is_sorted());
        prop_assert_eq!(transcript.revision(), transcript.dropped() + orders.len() as u64);
    }
}

#[test]
fn what_nobody_can_tell_any_more_is_counted_and_waited_for_no_longer() {
    let mut world = World::new();
    let line = |text: &str| ChatNews::Line { party: "7001".into(), id: "".into(), text: text.into() };
    world.chats.event(LINK, &DN.into(), event(Some(5), line("five")), &world.rules, world.now);
    let first = Some(4);
    let opened = ChatOpened { first, last: Some(5), ..ChatOpened::default() };
    let opened = event(None, ChatNews::Opened(Box::new(opened)));
    world.chats.event(LINK, &DN.into(), opened, &world.rules, world.now);
    assert_eq!((world.chat().transcript.missing(), world.chat().transcript.gap()), (3, Some(4)));
    world.chats.event(LINK, &DN.into(), event(Some(4), line("four")), &world.rules, world.now);
    assert_eq!((world.chat().transcript.gap(), world.texts()), (None, vec!["four".into(), "five".into()]));
}

#[test]
fn an_old_word_does_not_bring_a_chat_back_that_is_over() {
    let mut world = World::new();
    world.chats.event(LINK, &DN.into(), event(None, ChatNews::Closed("over".into())), &world.rules, world.now);
    let opened = world.server.opened();
    world.chats.event(LINK, &DN.into(), opened, &world.rules, world.now);
    assert!(!world.chat().is_live());
    world.now += world.rules.wrap_up;
    world.chats.tick(world.now);
    assert!(world.chats.get(DN, CHAT).is_none());
}

#[test]
fn who_leaves_twice_or_is_refused_to_leave_is_waited_for_by_nobody() {
    let mut world = World::new();
    world.ask();
    world.server.asked.clear();
    let numbers: Vec<_> = world.chats.asked.iter().map(|asked| asked.number).collect();
    numbers.into_iter().for_each(|number| drop(world.chats.answered(number, world.now)));
    for _ in 0..2 {
        world.chats.deed((DN, CHAT), Deed::Leave, world.now).unwrap();
        world.ask();
    }
    assert_eq!(world.server.asked.iter().filter(|(_, action)| *action == ChatAction::Leave).count(), 1);
    let (number, _) = world.server.asked.pop_back().unwrap();
    let refusal = Refusal { code: Some(50), message: "no".into(), behaviour: Behaviour::Permanent };
    assert!(world.chats.refused(number, &refusal, &world.rules, world.now).is_some());
    world.now += Duration::from_secs(60);
    world.chats.tick(world.now);
    world.ask();
    assert!(world.chats.deadline(|_, _| true).is_none_or(|due| due > world.now));
}

#[test]
fn a_flood_of_chats_that_nobody_takes_is_refused_within_bounds() {
    let mut world = World::new();
    (world.chats, world.rules.enabled) = (Chats::default(), false);
    for number in 0..1_000 {
        let opened = ChatEvent { conn_id: ConnId(number % 500), ..world.server.opened() };
        world.chats.event(LINK, &DN.into(), opened, &world.rules, world.now);
        world.ask();
    }
    assert!(world.server.asked.len() <= MOST_ASKED, "{}", world.server.asked.len());
}

#[test]
fn a_chat_whose_dn_was_away_goes_on() {
    let mut world = World::new();
    world.chats.stay_at(|_, _| false, &world.rules, world.now);
    assert!(!world.chat().is_live());
    let opened = world.server.opened();
    world.chats.event(LINK, &DN.into(), opened, &world.rules, world.now);
    assert!(world.chat().is_live());
}

#[test]
fn where_no_chats_are_carried_one_that_arrives_is_refused() {
    let mut world = World::new();
    (world.chats, world.rules.enabled) = (Chats::default(), false);
    let opened = world.server.opened();
    world.chats.event(LINK, &DN.into(), opened, &world.rules, world.now);
    world.ask();
    let asked = world.server.asked.pop_front().map(|(_, action)| action);
    assert!(matches!(asked, Some(ChatAction::Refuse(_))), "{asked:?}");
    assert!(world.chats.get(DN, CHAT).is_none());
}

#[test]
fn a_transcript_stays_for_the_rest_of_its_time_at_a_node_whose_clock_is_hours_apart() {
    let (hour, second) = (Duration::from_secs(3600), Duration::from_secs(1));
    let World { mut chats, rules, now: there, .. } = World::new();
    chats.event(LINK, &DN.into(), event(None, ChatNews::Closed("bye".into())), &rules, there);
    for now in [there + hour, there - hour] {
        let clocks = [SameMoment { here: now, there: there + 100 * second }, SameMoment::default()];
        for (clock, stays) in clocks.into_iter().zip([200 * second, rules.wrap_up]) {
            let mut chats = chats.clone();
            chats.written_by(clock, &rules, now);
            // Without a word of the other clock, one that lies ahead counts as it is.
            let stays = if clock == SameMoment::default() && now > there { Duration::ZERO } else { stays };
            chats.tick(now + stays.saturating_sub(second));
            assert_eq!(chats.iter().count(), usize::from(!stays.is_zero()), "{clock:?}");
            chats.tick(now + stays);
            assert_eq!(chats.iter().count(), 0, "{clock:?}");
        }
    }
}

#[test]
fn the_customers_call_can_be_asked_for_again_where_nothing_can_come_of_the_first_time() {
    let mut world = World::new();
    world.ask();
    let escalation = |world: &World| world.chats.chats[0].escalation.clone().map(|(state, _)| state);
    let asks = |world: &mut World| {
        world.chats.deed((DN, CHAT), Deed::Escalate, world.now).unwrap();
        world.server.asked.clear();
        world.ask();
        world.server.asked.iter().any(|(_, action)| *action == ChatAction::Escalate)
    };
    world.lose();
    assert!(!asks(&mut world), "the DN is away");
    assert_eq!(escalation(&world), Some(Escalation::Refused));
    world.connect();
    assert!(asks(&mut world));
    assert_eq!(escalation(&world), Some(Escalation::Asked));
    assert!(!asks(&mut world), "it is under way");
    // The process died with it under way.
    world.chats = serde_json::from_str(&serde_json::to_string(&world.chats).unwrap()).unwrap();
    world.chats.mark_taken_up();
    world.connect();
    assert_eq!(escalation(&world), None);
    assert!(asks(&mut world));
}
