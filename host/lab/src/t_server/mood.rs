//! Moods: what a T-Server that is not ours may do otherwise, by a plain name each. As text: a mood a line,
//! `refuses 43 on RequestAgentReady at 5002`; `#` begins a comment.

use super::chats::word;
use std::{fmt, num::NonZeroUsize, str::FromStr, time::Duration};
use uc_connector::{agent_link::WorkMode, tlib::Message};

/// What `lab t-server --help` and the control port say of the moods.
pub const MOODS: &str = "\
terse                    leaves every optional attribute out
foreign                  adds attributes and types that nobody knows, binary data, null and fractions
numbers                  writes numbers for names, DNs and agent IDs
sequence-in-millions     numbers its events server-wide, with gaps, and counts no lines
bare-hello               leaves its name and role out of LinkHello, and says a timeout
no-agent-status          leaves AgentStatus out of snapshots
no-calls                 leaves calls out of snapshots, but for their number
answers-by EVENT         answers by EVENT alone, such as EventACK or EventAgentLogin
acknowledges             answers by EventACK; what happens follows without ReferenceID
answers-without-id       carries out; its events carry no ReferenceID
answers-for DN           the answer names this DN
answers-for-no-dn        the answer names no DN
answers-twice            the answer comes twice
answers-late SECONDS     carries out so much later
holds-up SECONDS         carries out so much later, and so does what the client sends behind it
answers-in-any-order     answers what it is asked about other DNs meanwhile before what it was asked first
never-answers            neither carries out nor answers
refuses CODE             answers by EventError
chats-twice              tells what is said in a chat twice
chats-out-of-order       tells what is said in a chat in pairs, the later of them first
refuses-private          refuses a registration in ModePrivate
closes                   closes the connection instead of answering
decides ready|not-ready  takes this state, whichever was asked for
decides-mode MODE        takes this work mode, whichever was asked for
logs-in-as AGENT         logs this agent in, whoever asked
logs-out                 logs the agent out after every change of state
after-call-work          sends the agent into After Call Work after every change to ready
… on REQUEST             only for requests of this name, or of this word for a chat: `send`, `resume`, `leave` …
… at DN                  only at this DN
… times COUNT            only so many requests";

/// The longest a late answer may be late, seconds.
const LATEST: f64 = 3600.0;

/// What a T-Server does otherwise than the lab's does by default.
#[derive(Clone, Debug, PartialEq)]
pub enum Mood {
    /// Leaves out every attribute that PROTOCOL.md calls optional, but for the snapshot of a registration.
    Terse,
    /// Leaves that out, too.
    Bare,
    /// Adds attributes and types that nobody knows, binary data, null and fractions.
    Foreign,
    /// Writes numbers for names: work modes, call types; also DNs and agent IDs.
    Numbers,
    /// `eventSequenceNumber` server-wide, in the millions, with gaps; no `linkSequence`.
    SequenceInMillions,
    /// LinkHello without name and role, with a timeout.
    BareHello,
    /// Snapshots without `AgentStatus`.
    NoAgentStatus,
    /// Snapshots that say by `status` whether there are calls, and nothing of them.
    NoCalls,
    /// Carries out and answers by this event alone; what happened is not told.
    AnswersBy(String),
    /// Carries out and answers by EventACK; what happened follows without ReferenceID.
    Acknowledges,
    /// Carries out; its events carry no ReferenceID.
    AnswersWithoutId,
    /// Carries out; the answer names this DN.
    AnswersFor(String),
    /// Carries out; the answer names no DN.
    AnswersForNoDn,
    /// The answer comes twice.
    AnswersTwice,
    /// Carries out so much later; other requests do not wait for it.
    AnswersLate(Duration),
    /// Carries out so much later; what the client sends behind it waits too.
    HoldsUp(Duration),
    /// Carries out at once and in order; of the answers of a short while the last comes first. What is told of one DN
    /// keeps its order.
    AnswersInAnyOrder,
    /// Neither carries out nor answers.
    NeverAnswers,
    /// Answers by EventError with this code.
    Refuses(i64),
    /// Tells what is said in a chat twice.
    ChatsTwice,
    /// Tells what is said in a chat in pairs, the later first: a line waits for the next.
    ChatsOutOfOrder,
    /// Refuses a registration in ModePrivate by EventError 51.
    RefusesPrivate,
    /// Closes the connection instead of answering.
    Closes,
    /// Takes the state ready (true) or not ready, whichever was asked for.
    Decides(bool),
    /// Takes this work mode, whichever was asked for.
    DecidesMode(WorkMode),
    /// Logs this agent in, whoever asked.
    LogsInAs(String),
    /// Logs the agent out after every change of state: its own decision.
    LogsOut,
    /// Sends the agent into After Call Work after every change to ready: its own decision.
    AfterCallWork,
}

/// A mood and where it is felt.
#[derive(Clone, Debug, PartialEq)]
pub struct MoodRule {
    /// What.
    pub mood: Mood,
    /// Only for requests of this name; none: for all. Of no account for how messages are worded.
    pub request: Option<String>,
    /// Only at this DN; none: at all.
    pub dn: Option<String>,
    /// Only for so many more requests that it decides about; none: for ever.
    pub times: Option<u32>,
}

impl Mood {
    /// Only for requests of this name.
    pub fn on(self, request: &str) -> MoodRule {
        MoodRule::from(self).on(request)
    }

    /// Only at this DN.
    pub fn at(self, dn: &str) -> MoodRule {
        MoodRule::from(self).at(dn)
    }

    /// Only for so many requests.
    pub fn times(self, count: u32) -> MoodRule {
        MoodRule::from(self).times(count)
    }
}

impl MoodRule {
    /// Only for requests of this name.
    pub fn on(self, request: &str) -> Self {
        Self { request: Some(request.to_owned()), ..self }
    }

    /// Only at this DN.
    pub fn at(self, dn: &str) -> Self {
        Self { dn: Some(dn.to_owned()), ..self }
    }

    /// Only for so many requests.
    pub fn times(self, count: u32) -> Self {
        Self { times: Some(count), ..self }
    }

    /// True when it is felt at `dn`, in what `request` brings about.
    pub(super) fn is_felt(&self, dn: &str, request: &Message) -> bool {
        let is = |wanted: &str| wanted.eq_ignore_ascii_case(&request.name) || word(request) == Some(wanted);
        self.times != Some(0) && self.is_felt_at(dn) && self.request.as_deref().is_none_or(is)
    }

    /// True when it is felt at `dn`.
    pub(super) fn is_felt_at(&self, dn: &str) -> bool {
        self.dn.as_deref().is_none_or(|wanted| wanted == dn)
    }

    /// Reads a list, one a line.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn list(text: &str) -> Result<Vec<Self>, String> {
        let lines = (1..).filter_map(NonZeroUsize::new).zip(text.lines());
        let meant = lines.map(|(line, text)| (line, text.split('#').next().unwrap_or_default().trim()));
        let rules = meant.filter(|(_, text)| !text.is_empty());
        rules.map(|(line, text)| text.parse().map_err(|what: String| format!("line {line}: {what}"))).collect()
    }
}

impl From<Mood> for MoodRule {
    fn from(mood: Mood) -> Self {
        Self { mood, request: None, dn: None, times: None }
    }
}

impl FromStr for MoodRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let name = words.next().ok_or_else(|| format!("a mood is missing; allowed:\n{MOODS}"))?;
        let mut rule = Self::from(mood(name, &mut words)?);
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("`{word}` of `{name}` needs a word"));
            match word {
                "on" => rule = rule.on(value?),
                "at" => rule = rule.at(value?),
                "times" => {
                    let count = value?;
                    let count = count.parse().map_err(|_| format!("`{count}` is no number of times"))?;
                    rule = rule.times(count);
                }
                more => {
                    let may = "`on REQUEST`, `at DN` and `times COUNT` may follow";
                    return Err(format!("`{more}` is too much for `{name}`; {may}"));
                }
            }
        }
        Ok(rule)
    }
}

fn mood(name: &str, words: &mut std::str::SplitWhitespace<'_>) -> Result<Mood, String> {
    let mut next = |what: &str| words.next().ok_or_else(|| format!("`{name}` needs {what}"));
    Ok(match name {
        "terse" => Mood::Terse,
        "bare" => Mood::Bare,
        "foreign" => Mood::Foreign,
        "numbers" => Mood::Numbers,
        "sequence-in-millions" => Mood::SequenceInMillions,
        "bare-hello" => Mood::BareHello,
        "no-agent-status" => Mood::NoAgentStatus,
        "no-calls" => Mood::NoCalls,
        "answers-by" => Mood::AnswersBy(next("the name of an event")?.to_owned()),
        "acknowledges" => Mood::Acknowledges,
        "answers-without-id" => Mood::AnswersWithoutId,
        "answers-for" => Mood::AnswersFor(next("a DN")?.to_owned()),
        "answers-for-no-dn" => Mood::AnswersForNoDn,
        "answers-twice" => Mood::AnswersTwice,
        "answers-late" => Mood::AnswersLate(seconds(next("seconds")?)?),
        "holds-up" => Mood::HoldsUp(seconds(next("seconds")?)?),
        "answers-in-any-order" => Mood::AnswersInAnyOrder,
        "never-answers" => Mood::NeverAnswers,
        "refuses" => {
            let word = next("an error code")?;
            Mood::Refuses(word.parse().map_err(|_| format!("`{word}` is no error code: an integer expected"))?)
        }
        "refuses-private" => Mood::RefusesPrivate,
        "chats-twice" => Mood::ChatsTwice,
        "chats-out-of-order" => Mood::ChatsOutOfOrder,
        "closes" => Mood::Closes,
        "decides" => match next("ready or not-ready")? {
            "ready" => Mood::Decides(true),
            "not-ready" => Mood::Decides(false),
            other => return Err(format!("`{other}` is neither ready nor not-ready")),
        },
        "decides-mode" => {
            let word = next("a work mode")?;
            let mode = WorkMode::from_name(word);
            Mood::DecidesMode(mode.ok_or_else(|| format!("`{word}` is no work mode; one of them is AfterCallWork"))?)
        }
        "logs-in-as" => Mood::LogsInAs(next("an agent ID")?.to_owned()),
        "logs-out" => Mood::LogsOut,
        "after-call-work" => Mood::AfterCallWork,
        _ => return Err(format!("`{name}` is no mood; allowed:\n{MOODS}")),
    })
}

fn seconds(word: &str) -> Result<Duration, String> {
    let number = word.parse().ok().filter(|number| (0.0..=LATEST).contains(number));
    number.map(Duration::from_secs_f64).ok_or_else(|| format!("`{word}`; allowed: 0 to {LATEST} seconds"))
}

impl fmt::Display for MoodRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.mood {
            Mood::Terse => f.write_str("terse"),
            Mood::Bare => f.write_str("bare"),
            Mood::Foreign => f.write_str("foreign"),
            Mood::Numbers => f.write_str("numbers"),
            Mood::SequenceInMillions => f.write_str("sequence-in-millions"),
            Mood::BareHello => f.write_str("bare-hello"),
            Mood::NoAgentStatus => f.write_str("no-agent-status"),
            Mood::NoCalls => f.write_str("no-calls"),
            Mood::AnswersBy(event) => write!(f, "answers-by {event}"),
            Mood::Acknowledges => f.write_str("acknowledges"),
            Mood::AnswersWithoutId => f.write_str("answers-without-id"),
            Mood::AnswersFor(dn) => write!(f, "answers-for {dn}"),
            Mood::AnswersForNoDn => f.write_str("answers-for-no-dn"),
            Mood::AnswersTwice => f.write_str("answers-twice"),
            Mood::AnswersLate(time) => write!(f, "answers-late {}", time.as_secs_f64()),
            Mood::HoldsUp(time) => write!(f, "holds-up {}", time.as_secs_f64()),
            Mood::AnswersInAnyOrder => f.write_str("answers-in-any-order"),
            Mood::NeverAnswers => f.write_str("never-answers"),
            Mood::Refuses(code) => write!(f, "refuses {code}"),
            Mood::RefusesPrivate => f.write_str("refuses-private"),
            Mood::ChatsTwice => f.write_str("chats-twice"),
            Mood::ChatsOutOfOrder => f.write_str("chats-out-of-order"),
            Mood::Closes => f.write_str("closes"),
            Mood::Decides(ready) => write!(f, "decides {}", if *ready { "ready" } else { "not-ready" }),
            Mood::DecidesMode(mode) => write!(f, "decides-mode {}", mode.name()),
            Mood::LogsInAs(agent) => write!(f, "logs-in-as {agent}"),
            Mood::LogsOut => f.write_str("logs-out"),
            Mood::AfterCallWork => f.write_str("after-call-work"),
        }?;
        self.request.iter().try_for_each(|request| write!(f, " on {request}"))?;
        self.dn.iter().try_for_each(|dn| write!(f, " at {dn}"))?;
        self.times.iter().try_for_each(|count| write!(f, " times {count}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mood_reads_as_it_shows() {
        let values = [
            ("EVENT", "EventACK"),
            ("DN", "5002"),
            ("SECONDS", "0.5"),
            ("CODE", "43"),
            ("ready|not-ready", "ready"),
            ("MODE", "AuxWork"),
            ("AGENT", "12"),
        ];
        let names = MOODS.lines().filter(|line| !line.starts_with('…'));
        for name in names.map(|line| line.split("  ").next().unwrap()) {
            let text =
                values.iter().fold(name.to_owned(), |text, (placeholder, value)| text.replace(placeholder, value));
            for rest in ["", " on RequestAgentReady", " at 5002", " on RequestAgentReady at 5002", " at 5002 times 3"] {
                let text = format!("{text}{rest}");
                assert_eq!(text.parse::<MoodRule>().map(|rule| rule.to_string()), Ok(text));
            }
        }
    }

    #[test]
    fn what_is_no_mood_is_named() {
        for (text, told) in [
            ("# nothing\n\nangry", "line 3: `angry` is no mood; allowed:\nterse"),
            ("refuses many", "`many` is no error code"),
            ("refuses", "`refuses` needs an error code"),
            ("terse at", "`at` of `terse` needs a word"),
            ("terse for me", "`for` is too much for `terse`"),
            ("answers-late -1", "allowed: 0 to 3600 seconds"),
            ("decides sick", "neither ready nor not-ready"),
            ("decides-mode Lunch", "`Lunch` is no work mode"),
        ] {
            let error = MoodRule::list(text).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
