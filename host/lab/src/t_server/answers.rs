//! What becomes of a request in the moods that are felt: its answer changed, moved, doubled or left out, and what the
//! T-Server decides by itself.

use super::{
    chats,
    mood::{Mood, MoodRule},
    switch::{ClientId, Delivery, Switch},
    wording,
};
use std::time::Duration;
use uc_connector::tlib::{Message, errors};

/// The moods in force.
#[derive(Debug, Default)]
pub(super) struct Moods {
    pub(super) rules: Vec<MoodRule>,
    events: u64,
    /// Answers held back, by the DN they are about, in the order in which they were asked for.
    held: Vec<(String, Vec<Delivery>)>,
    /// A line of a chat that waits for the next.
    waits: Option<Delivery>,
}

/// What to do with one request.
#[derive(Debug, PartialEq)]
pub(super) enum Reaction {
    CarryOut,
    /// Later.
    Wait(Duration),
    Refuse(i64),
    Nothing,
    Close,
}

impl Moods {
    /// How long this request is to wait, and with it what the client sends behind it.
    pub(super) fn holds_up(&self, request: &Message) -> Duration {
        let time = |mood: &Mood| if let Mood::HoldsUp(time) = mood { Some(*time) } else { None };
        self.felt(request).find_map(time).unwrap_or_default()
    }

    /// What becomes of this request; uses up one of a mood's times.
    pub(super) fn reaction(&mut self, request: &Message) -> Reaction {
        let private = request.str("registerMode").is_some_and(|mode| mode.eq_ignore_ascii_case("ModePrivate"));
        let reaction = |mood: &Mood| match mood {
            Mood::RefusesPrivate if private => Some(Reaction::Refuse(51)),
            Mood::AnswersLate(time) => Some(Reaction::Wait(*time)),
            Mood::Refuses(code) => Some(Reaction::Refuse(*code)),
            Mood::NeverAnswers => Some(Reaction::Nothing),
            Mood::Closes => Some(Reaction::Close),
            _ => None,
        };
        let dn = request.str("thisDN").unwrap_or_default();
        let felt = self.rules.iter_mut().filter(|rule| rule.is_felt(dn, request));
        let mut decided = felt.filter_map(|rule| Some((reaction(&rule.mood)?, &mut rule.times)));
        let Some((reaction, times)) = decided.next() else { return Reaction::CarryOut };
        *times = times.map(|left| left.saturating_sub(1));
        reaction
    }

    /// Carries out a request, and answers it as the moods want. True: answers are held back from now on, to be released
    /// in a while.
    pub(super) fn carry_out(&mut self, switch: &mut Switch, client: ClientId, request: &Message) -> bool {
        let before = switch.deliveries();
        switch.request(client, &self.felt(request).fold(request.clone(), decide));
        self.own_decisions(switch, request);
        let after = switch.deliveries();
        switch.deliver(before);
        let Some(id) = request.reference_id() else {
            switch.deliver(after);
            return false;
        };
        let is_answer = |delivery: &Delivery| delivery.client == client && delivery.message.reference_id() == Some(id);
        let answered = |delivery| match is_answer(&delivery) {
            true => self.answered(delivery, request),
            false => vec![delivery],
        };
        let told: Vec<_> = after.into_iter().flat_map(answered).collect();
        if !self.felt(request).any(|mood| *mood == Mood::AnswersInAnyOrder) {
            switch.deliver(told);
            return false;
        }
        let (own, others): (Vec<_>, _) = told.into_iter().partition(|delivery| delivery.client == client);
        switch.deliver(others);
        self.hold(request.str("thisDN").unwrap_or_default(), own)
    }

    fn hold(&mut self, dn: &str, own: Vec<Delivery>) -> bool {
        let first = self.held.is_empty();
        match self.held.iter_mut().find(|(held, _)| held == dn) {
            Some((_, held)) => held.extend(own),
            None => self.held.push((dn.to_owned(), own)),
        }
        first
    }

    /// What was held back: about the DN that was asked about last first.
    pub(super) fn released(&mut self) -> Vec<Delivery> {
        std::mem::take(&mut self.held).into_iter().rev().flat_map(|(_, held)| held).collect()
    }

    /// What is said in chats, as often and in the order in which it is told.
    pub(super) fn chats(&mut self, told: Vec<Delivery>) -> Vec<Delivery> {
        let twice = self.rules.iter().any(|rule| rule.mood == Mood::ChatsTwice);
        let out_of_order = self.rules.iter().any(|rule| rule.mood == Mood::ChatsOutOfOrder);
        let mut disturbed = Vec::with_capacity(told.len());
        for delivery in told {
            // An answer comes as it is.
            let line = chats::word(&delivery.message) == Some("line") && delivery.message.reference_id().is_none();
            let again = (twice && line).then(|| delivery.clone());
            if !line || !out_of_order {
                disturbed.push(delivery);
            } else if let Some(waits) = self.waits.take_if(|waits| waits.client == delivery.client) {
                disturbed.extend([delivery, waits]);
            } else {
                disturbed.extend(self.waits.replace(delivery));
            }
            disturbed.extend(again);
        }
        if !out_of_order {
            disturbed.extend(self.waits.take());
        }
        disturbed
    }

    /// Whether LinkHello says as little as it may.
    pub(super) fn greets_barely(&self) -> bool {
        self.rules.iter().any(|rule| rule.mood == Mood::BareHello)
    }

    /// How a message leaves in the end.
    pub(super) fn worded(&mut self, message: Message) -> Message {
        let dn = message.str("thisDN").unwrap_or_default().to_owned();
        let felt = self.rules.iter().filter(|rule| rule.is_felt_at(&dn));
        let mut message = felt.fold(message, |message, rule| wording::worded(message, &rule.mood));
        if self.rules.iter().any(|rule| rule.mood == Mood::SequenceInMillions) {
            self.events += 1;
            message.attributes.retain(|(name, _)| name != "linkSequence");
            message = message.with("eventSequenceNumber", wording::sequence_number(self.events));
        }
        message
    }

    fn felt<'m>(&'m self, request: &'m Message) -> impl Iterator<Item = &'m Mood> {
        let dn = request.str("thisDN").unwrap_or_default();
        self.rules.iter().filter(move |rule| rule.is_felt(dn, request)).map(|rule| &rule.mood)
    }

    fn answered(&self, delivery: Delivery, request: &Message) -> Vec<Delivery> {
        let mut answers = vec![delivery];
        for mood in self.felt(request) {
            answers = answers.into_iter().flat_map(|answer| changed(answer, mood, request)).collect();
        }
        answers
    }

    fn own_decisions(&self, switch: &mut Switch, request: &Message) {
        let dn = request.str("thisDN").unwrap_or_default();
        let state = matches!(&*request.name, "RequestAgentReady" | "RequestAgentNotReady");
        for mood in self.felt(request).filter(|_| state) {
            match mood {
                // Nobody logged in is nobody to log out.
                Mood::LogsOut => drop(switch.log_out(dn)),
                Mood::AfterCallWork => switch.send_into_wrap_up(dn),
                _ => {}
            }
        }
    }
}

/// The request as the T-Server understands it.
fn decide(mut request: Message, mood: &Mood) -> Message {
    let state = matches!(&*request.name, "RequestAgentReady" | "RequestAgentNotReady");
    match mood {
        Mood::Decides(ready) if state => {
            request.name = if *ready { "RequestAgentReady" } else { "RequestAgentNotReady" }.into();
            request
        }
        Mood::DecidesMode(mode) if state => replaced(request, "agentWorkMode", mode.name()),
        Mood::LogsInAs(agent) if request.name == "RequestAgentLogin" => replaced(request, "agentID", agent),
        _ => request,
    }
}

fn replaced(mut message: Message, name: &'static str, value: &str) -> Message {
    message.attributes.retain(|(known, _)| known != name);
    message.with(name, value)
}

fn without(mut message: Message, name: &str) -> Message {
    message.attributes.retain(|(known, _)| known != name);
    message
}

/// An answer as one mood gives it.
fn changed(answer: Delivery, mood: &Mood, request: &Message) -> Vec<Delivery> {
    let Delivery { client, message } = answer;
    let by = |event: &str| {
        let answer = Message::new(event.to_owned()).with_some("referenceID", request.reference_id());
        let answer = answer.with_some("thisDN", request.str("thisDN"));
        if event == "EventError" {
            answer.with("errorCode", 50).with("errorMessage", errors::words(50))
        } else {
            answer
        }
    };
    // A refusal stays one: these moods speak of what was carried out.
    let refused = message.name == "EventError";
    let messages = match mood {
        Mood::AnswersBy(_) | Mood::Acknowledges if refused => vec![message],
        Mood::AnswersBy(event) => vec![by(event)],
        Mood::Acknowledges => vec![by("EventACK"), without(message, "referenceID")],
        Mood::AnswersWithoutId => vec![without(message, "referenceID")],
        Mood::AnswersFor(dn) => vec![replaced(message, "thisDN", dn)],
        Mood::AnswersForNoDn => vec![without(message, "thisDN")],
        Mood::AnswersTwice => vec![message.clone(), message],
        _ => vec![message],
    };
    messages.into_iter().map(|message| Delivery { client, message }).collect()
}
