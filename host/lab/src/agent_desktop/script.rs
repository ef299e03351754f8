//! A day as text: one step a line, `#` begins a comment.

use std::{fmt, num::NonZeroUsize, str::FromStr, time::Duration};
use uc_connector::{agent_link::WorkMode, wire::KvList};

/// What `lab agent-desktop --help` says of the steps.
pub const STEPS: &str = "\
login                      logs the agent in
logout                     logs the agent out
ready [MODE]               MODE: ManualIn, AutoIn, ReturnBack
not-ready [MODE] [REASON]  MODE: AfterCallWork, LegalGuard, AuxWork, WalkAway, …; `-` for none; REASON goes into ReasonCode
customer NUMBER [K=V …]    a customer calls the agent (needs --control)
call NUMBER                the agent calls somebody
answer                     waits for a call and answers it
hold, retrieve, hang-up    what is done to the call
wait SECONDS               nothing; --pace makes it shorter";

/// The longest a step may wait, one day.
const LONGEST_WAIT: f64 = 86_400.0;

/// One step of a day.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// RequestAgentLogin.
    LogIn,
    /// RequestAgentLogout.
    LogOut,
    /// RequestAgentReady.
    Ready(WorkMode),
    /// RequestAgentNotReady with the value of `ReasonCode`, if any.
    NotReady(WorkMode, Option<String>),
    /// A customer with this number calls the agent's DN, with attached data.
    Customer(String, KvList),
    /// RequestMakeCall.
    Call(String),
    /// RequestAnswerCall, as soon as it rings.
    Answer,
    /// RequestHoldCall.
    Hold,
    /// RequestRetrieveCall.
    Retrieve,
    /// RequestReleaseCall.
    HangUp,
    /// Nothing for that time.
    Wait(Duration),
}

/// The steps of a day, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Day(pub Vec<Step>);

/// A line that is no step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct BadStep {
    /// Counted from 1.
    pub line: NonZeroUsize,
    /// What is wrong, and what is allowed.
    pub what: String,
}

impl FromStr for Day {
    type Err = BadStep;

    fn from_str(text: &str) -> Result<Self, BadStep> {
        let lines = (1..).filter_map(NonZeroUsize::new).zip(text.lines());
        let meant = lines.map(|(line, text)| (line, text.split('#').next().unwrap_or_default().trim()));
        let steps = meant.filter(|(_, text)| !text.is_empty());
        steps
            .map(|(line, text)| text.parse().map_err(|what| BadStep { line, what }))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl FromStr for Step {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let name = words.next().unwrap_or_default();
        let step = match name {
            "login" => Self::LogIn,
            "logout" => Self::LogOut,
            "ready" => Self::Ready(mode(words.next())?),
            "not-ready" => Self::NotReady(mode(words.next())?, words.next().map(str::to_owned)),
            "customer" => {
                let number = words.next().ok_or("`customer` needs the number that calls")?.to_owned();
                Self::Customer(number, crate::t_server::user_data::from_words(words.by_ref())?)
            }
            "call" => Self::Call(words.next().ok_or("`call` needs the number to call")?.to_owned()),
            "answer" => Self::Answer,
            "hold" => Self::Hold,
            "retrieve" => Self::Retrieve,
            "hang-up" => Self::HangUp,
            "wait" => Self::Wait(seconds(words.next().ok_or("`wait` needs seconds")?)?),
            _ => return Err(format!("`{name}` is no step; allowed:\n{STEPS}")),
        };
        match words.next() {
            None => Ok(step),
            Some(more) => Err(format!("`{more}` is too much for `{name}`")),
        }
    }
}

fn mode(word: Option<&str>) -> Result<WorkMode, String> {
    let Some(word) = word.filter(|word| *word != "-") else { return Ok(WorkMode::Unknown) };
    WorkMode::from_name(word)
        .ok_or_else(|| format!("`{word}` is no work mode; one of them is AfterCallWork; `-`: none"))
}

fn seconds(word: &str) -> Result<Duration, String> {
    let number = word.parse().ok().filter(|number| (0.0..=LONGEST_WAIT).contains(number));
    number.map(Duration::from_secs_f64).ok_or_else(|| format!("`{word}`; allowed: 0 to {LONGEST_WAIT} seconds"))
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LogIn => f.write_str("login"),
            Self::LogOut => f.write_str("logout"),
            Self::Ready(mode) => write!(f, "ready{}", shown(*mode)),
            Self::NotReady(mode, None) => write!(f, "not-ready{}", shown(*mode)),
            Self::NotReady(WorkMode::Unknown, Some(reason)) => write!(f, "not-ready - {reason}"),
            Self::NotReady(mode, Some(reason)) => write!(f, "not-ready{} {reason}", shown(*mode)),
            Self::Customer(number, _) => write!(f, "customer {number}"),
            Self::Call(number) => write!(f, "call {number}"),
            Self::Answer => f.write_str("answer"),
            Self::Hold => f.write_str("hold"),
            Self::Retrieve => f.write_str("retrieve"),
            Self::HangUp => f.write_str("hang-up"),
            Self::Wait(time) => write!(f, "wait {}", time.as_secs_f64()),
        }
    }
}

fn shown(mode: WorkMode) -> String {
    if mode == WorkMode::Unknown { String::new() } else { format!(" {}", mode.name()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_day_is_read_and_its_comments_are_not() {
        let day: Day =
            "# morning\nlogin\n\nnot-ready AfterCallWork # wrap-up\nnot-ready - Lunch\nwait 0.5".parse().unwrap();
        let work = Step::NotReady(WorkMode::AfterCallWork, None);
        let lunch = Step::NotReady(WorkMode::Unknown, Some("Lunch".into()));
        assert_eq!(day.0, [Step::LogIn, work, lunch, Step::Wait(Duration::from_millis(500))]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, told) in [
            ("login\nsleep 3", "line 2: `sleep` is no step; allowed:\nlogin"),
            ("wait -1", "line 1: `-1`; allowed: 0 to 86400 seconds"),
            ("wait NaN", "`NaN`; allowed"),
            ("wait", "needs seconds"),
            ("not-ready Coffee", "`Coffee` is no work mode"),
            ("hold it", "`it` is too much for `hold`"),
            ("customer", "needs the number"),
            ("customer 1 two", "`two` is not KEY=VALUE"),
        ] {
            let error = text.parse::<Day>().unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn the_days_that_come_with_the_lab_are_readable() {
        for day in [include_str!("../../days/office.day"), include_str!("../../days/busy.day")] {
            assert!(!day.parse::<Day>().unwrap().0.is_empty());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = text.parse::<Day>();
        }

        #[test]
        fn a_step_reads_as_it_shows(reason in proptest::option::of("[a-z]{1,8}"), wait in 0_u64..1000) {
            for step in [
                Step::NotReady(WorkMode::LegalGuard, reason.clone()),
                Step::NotReady(WorkMode::Unknown, reason),
                Step::Ready(WorkMode::Unknown),
                Step::Wait(Duration::from_millis(wait)),
            ] {
                prop_assert_eq!(step.to_string().parse::<Step>(), Ok(step));
            }
        }
    }
}
