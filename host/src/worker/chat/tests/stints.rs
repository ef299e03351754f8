//! A worker who is in a chat again and again, and a T-Server that tells the history of it after each connection: whoever is in
//! it by its word reads and writes, whoever is not does not.

use super::*;
use std::collections::BTreeSet;

const CUSTOMER: &str = "7001";

#[derive(Clone, Debug)]
enum Said {
    Line(String),
    Joined,
    Left,
}

/// A T-Server with one chat, and the chats of one worker.
struct Stints {
    chats: Chats,
    rules: ChatRules,
    now: Moment,
    said: Vec<Said>,
    here: bool,
    connected: bool,
    told: VecDeque<(Option<u32>, ChatEvent)>,
    asked: VecDeque<(u32, ChatAction)>,
}

impl Stints {
    fn new() -> Self {
        let rules = ChatRules { enabled: true, ..ChatRules::default() };
        let now = Moment::since_1970(Duration::from_secs(1_700_000_000));
        let (chats, said) = (Chats::default(), Vec::new());
        let (told, asked) = (VecDeque::new(), VecDeque::new());
        Self { chats, rules, now, said, here: false, connected: true, told, asked }
    }

    fn opened(&self) -> ChatEvent {
        let parties = [CUSTOMER].into_iter().chain(self.here.then_some(DN)).map(Dn::from);
        let parties = Some(parties.collect());
        let last = Some(self.said.len() as u64);
        event(None, ChatNews::Opened(Box::new(ChatOpened { parties, last, ..ChatOpened::default() })))
    }

    fn numbered(&self, at: usize) -> ChatEvent {
        let news = match &self.said[at] {
            Said::Line(text) => ChatNews::Line { party: CUSTOMER.into(), id: "".into(), text: text.as_str().into() },
            Said::Joined => ChatNews::Joined(DN.into()),
            Said::Left => ChatNews::Left(DN.into()),
        };
        event(Some(at as u64 + 1), news)
    }

    /// Told to whoever is in it.
    fn says(&mut self, said: Said, is_told: bool) {
        self.said.push(said);
        if self.connected && is_told {
            self.told.push_back((None, self.numbered(self.said.len() - 1)));
        }
    }

    /// Routed to the worker. Where the DN is told of it first, or last, is the T-Server's.
    fn routes(&mut self, first: bool) {
        if self.here {
            return;
        }
        self.here = true;
        if first && self.connected {
            self.told.push_back((None, self.opened()));
        }
        self.says(Said::Joined, true);
        if !first && self.connected {
            self.told.push_back((None, self.opened()));
        }
    }

    fn leaves(&mut self) {
        if std::mem::take(&mut self.here) {
            self.says(Said::Left, true);
        }
    }

    fn carry_out(&mut self) {
        let Some((number, action)) = self.asked.pop_front() else { return };
        match action {
            ChatAction::Resume(from) => {
                self.told.push_back((Some(number), self.opened()));
                (from as usize - 1..self.said.len()).for_each(|at| self.told.push_back((None, self.numbered(at))));
            }
            other => panic!("nobody asked for that: {other:?}"),
        }
    }

    fn deliver(&mut self) {
        let Some((answers, event)) = self.told.pop_front() else { return };
        self.chats.event(LINK, &DN.into(), event, &self.rules, self.now);
        answers.into_iter().for_each(|number| drop(self.chats.answered(number, self.now)));
    }

    fn turns(&mut self) {
        if self.connected {
            self.told.clear();
            self.asked.clear();
            self.connected = false;
            let numbers: Vec<_> = self.chats.asked.iter().map(|asked| asked.number).collect();
            let lost = Refusal { code: None, message: "lost".into(), behaviour: Behaviour::Retry };
            numbers.into_iter().for_each(|number| drop(self.chats.refused(number, &lost, &self.rules, self.now)));
            return;
        }
        self.connected = true;
        self.chats.registered(LINK, &DN.into(), self.now);
        if self.here {
            self.told.push_back((None, self.opened()));
        }
    }

    fn happens(&mut self, what: u8) {
        match what % 16 {
            // Whoever is not in it is told of no line.
            0..=2 => self.says(Said::Line(format!("line {}", self.said.len())), self.here),
            3 | 4 => self.routes(what >= 128),
            5 | 6 => self.leaves(),
            7 => self.turns(),
            8 => self.now += self.rules.wrap_up + Duration::from_secs(61),
            9 => {
                let kept = serde_json::to_string(&self.chats).unwrap();
                self.chats = serde_json::from_str(&kept).unwrap();
            }
            10 | 11 => self.carry_out(),
            _ => self.deliver(),
        }
        self.time_passes();
    }

    fn time_passes(&mut self) {
        self.now += Duration::from_millis(100);
        self.chats.tick(self.now);
        let connected = self.connected;
        for (_, question, request) in self.chats.requests(|_, _| connected.then_some(LineId(1)), self.now) {
            let Request::Chat { action, .. } = request else { panic!("{request:?}") };
            self.asked.push_back((question.chat_number().unwrap(), action));
        }
    }

    fn settle(&mut self) {
        if !self.connected {
            self.turns();
        }
        for _ in 0..200 {
            self.now += Duration::from_secs(1);
            self.time_passes();
            while !self.asked.is_empty() || !self.told.is_empty() {
                self.carry_out();
                self.deliver();
            }
        }
    }

    /// What the worker can read of their present stint.
    fn lines(&self) -> BTreeSet<String> {
        let entries = self.chats.get(DN, CHAT).into_iter().flat_map(|chat| chat.transcript.entries());
        let text =
            |entry: &Entry| if let What::Line { text, .. } = &entry.what { Some(text.to_string()) } else { None };
        entries.filter_map(text).collect()
    }

    /// The highest number that they can read.
    fn reads_to(&self) -> u64 {
        let entries = self.chats.get(DN, CHAT).into_iter().flat_map(|chat| chat.transcript.entries());
        entries.map(|entry| entry.order).max().unwrap_or_default()
    }

    /// The number of their last leaving.
    fn left_last(&self) -> u64 {
        self.said.iter().rposition(|said| matches!(said, Said::Left)).map_or(0, |at| at as u64 + 1)
    }

    /// What was said since they came last.
    fn since_they_came(&self) -> Vec<String> {
        let lines = self.said.iter().rev().take_while(|said| !matches!(said, Said::Joined));
        lines.filter_map(|said| if let Said::Line(text) = said { Some(text.clone()) } else { None }).collect()
    }
}

proptest! {
    #[test]
    fn whoever_is_in_a_chat_reads_and_writes_however_often_they_left_it(life in prop::collection::vec(any::<u8>(), 0..80)) {
        let mut stints = Stints::new();
        life.into_iter().for_each(|what| stints.happens(what));
        stints.settle();
        let chat = stints.chats.get(DN, CHAT);
        prop_assert_eq!(chat.is_some_and(Chat::is_live), stints.here, "{:?}", chat);
        if !stints.here {
            prop_assert!(stints.reads_to() <= stints.left_last(), "what was said without them is not for them: {:?}", chat);
        }
        if stints.here {
            let there = chat.is_some_and(|chat| chat.parties.iter().any(|party| **party == *DN));
            prop_assert!(there, "{:?}", chat);
            let lines = stints.lines();
            for line in stints.since_they_came() {
                prop_assert!(lines.contains(&line), "{} is missing: {:?}", line, chat);
            }
        }
    }
}
