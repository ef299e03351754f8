//! What a T-Server, or a bridge, may do otherwise than expected, and what it must not do and a client bears all the
//! same: each with its section of `host/src/tlib/PROTOCOL.md`, the words there that allow or forbid it, and what of
//! `lab t-server` does it.

use By::{Command, File, Mood, Options};
use std::fmt;

/// One way of a T-Server.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// Section of the page.
    pub section: u8,
    /// What it does.
    pub does: &'static str,
    /// The page's words, white space apart.
    pub says: &'static str,
    /// What of `lab t-server` does it.
    pub by: By,
}

/// What of `lab t-server` does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A mood, as `--mood` takes it.
    Mood(&'static str),
    /// A command of the control port.
    Command(&'static str),
    /// A line of the DN file.
    File(&'static str),
    /// Options of the command line.
    Options(&'static str),
    /// The lab's T-Server as it is.
    Always,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mood(mood) => write!(f, "--mood \"{mood}\""),
            Self::Command(command) => write!(f, "control port: {command}"),
            Self::File(line) => write!(f, "DN file: {line}"),
            Self::Options(options) => f.write_str(options),
            Self::Always => f.write_str("always"),
        }
    }
}

const fn way(section: u8, does: &'static str, by: By, says: &'static str) -> Way {
    Way { section, does, says, by }
}

const EVENT: &str = "the server MAY answer by another event than asked";

/// What it may do.
pub const MAY: [Way; 30] = [
    way(
        1,
        "demand a certificate of the client",
        Options("--tls-cert FILE --tls-key FILE --client-ca FILE"),
        "the server MAY demand a client certificate",
    ),
    way(
        2,
        "send unknown messages and attributes, and key-value pairs of any type",
        Mood("foreign"),
        "Unknown messages and unknown attributes are no error",
    ),
    way(2, "leave out the type of a pair", Mood("foreign"), "`type` MAY be left out when reading"),
    way(2, "write an enumeration's number instead of its name", Mood("numbers"), "its number is accepted"),
    way(
        2,
        "answer a request with an attribute of the wrong type with EventError 53",
        Mood("refuses 53"),
        "A server MAY answer a request with an attribute of the wrong type with EventError 53",
    ),
    way(3, "leave its name out of LinkHello", Mood("bare-hello"), "both MAY leave it out"),
    way(3, "leave its role out of LinkHello", Mood("bare-hello"), "absent means `primary`"),
    way(3, "say its timeout in LinkHello", Mood("bare-hello"), "| MAY be given |"),
    way(3, "change its role at any time", Command("role backup"), "the server's role changed"),
    way(3, "take no registrations as backup", Command("standby warm"), "A backup MAY refuse that with EventError"),
    way(
        3,
        "tell nothing of what happens as backup",
        Command("standby silent"),
        "MAY send nothing but its CTI link, its role and signs of life",
    ),
    way(
        3,
        "be behind the primary",
        Command("standby lags 1"),
        "tells of these DNs what the primary tells, at its own pace",
    ),
    way(4, "close at any time", Command("close"), "Either side closes TCP"),
    way(
        4,
        "number the lines it sends, or leave that out",
        Mood("sequence-in-millions"),
        "A server MAY number the lines it sends on a connection",
    ),
    way(
        4,
        "number events server-wide with gaps",
        Mood("sequence-in-millions"),
        "`eventSequenceNumber` is T-Library's own, server-wide and with gaps",
    ),
    way(4, "say the time", By::Always, "A server MAY add `timeinSecs` and `timeinuSecs`"),
    way(4, "answer by EventACK, the event that tells the state behind it", Mood("acknowledges"), EVENT),
    way(4, "answer by EventACK alone", Mood("answers-by EventACK"), EVENT),
    way(4, "take another state than asked for", Mood("decides ready"), EVENT),
    way(4, "take another work mode than asked for", Mood("decides-mode WalkAway"), "with other modes and reasons"),
    way(4, "answer late", Mood("answers-late 3"), "a late or second answer"),
    way(4, "let what is asked wait for what was asked before", Mood("holds-up 3"), "in order; it MAY answer"),
    way(4, "answer requests in any order", Mood("answers-in-any-order"), "it MAY answer them in any"),
    way(
        4,
        "log an agent out, send them into After Call Work, or let other clients do so",
        Mood("logs-out"),
        "Every client registered for a DN gets that DN's events, whoever caused them",
    ),
    way(
        5,
        "leave out everything but thisDN, referenceID and connID",
        Mood("terse"),
        "everything else MAY be left out, also what the request said",
    ),
    way(5, "refuse ModePrivate, or treat it as ModeShare", Mood("refuses-private"), "a server MAY refuse it or treat"),
    way(5, "decide the state after a login", File("initial-state = 'ready'"), "the server decides which"),
    way(6, "leave out what is optional of an event", Mood("terse"), "*Italic* attributes MAY be left out"),
    way(6, "leave AgentStatus out of a snapshot", Mood("no-agent-status"), "Without this key, or with another number"),
    way(6, "leave calls out of a snapshot", Mood("no-calls"), "calls are not told: those that are known stay"),
];

/// More moods of what it may do: the page names the kind, not each.
pub const MORE: [Way; 4] = [
    way(4, "send an agent into After Call Work by itself", Mood("after-call-work"), "whoever caused them"),
    way(4, "let other clients act at the same DN", Command("stranger 5002 4711 ready"), "whoever caused them"),
    way(7, "refuse any request with any code", Mood("refuses 43"), "the server's words"),
    way(7, "refuse a DN that is not configured", Mood("refuses 59"), "DN not configured in the configuration database"),
];

/// What it must not do; a client bears it: no event is lost, every request ends.
pub const BORNE: [Way; 11] = [
    way(
        10,
        "tell what is said in a chat twice",
        Mood("chats-twice"),
        "A client that sees a number twice takes it once",
    ),
    way(
        10,
        "tell what is said in a chat in another order",
        Mood("chats-out-of-order"),
        "One that misses a number asks for it with `resume`",
    ),
    way(2, "write numbers for DNs and agent IDs", Mood("numbers"), "Writers do not rely on it"),
    way(4, "answer by an event that tells another state than the true one", Mood("answers-by EventAgentLogin"), EVENT),
    way(4, "answer without ReferenceID", Mood("answers-without-id"), "carries the same number"),
    way(4, "answer for another DN", Mood("answers-for 5003"), "for another DN, with other modes"),
    way(4, "answer for no DN", Mood("answers-for-no-dn"), "Every request ends"),
    way(4, "answer twice", Mood("answers-twice"), "a late or second answer"),
    way(4, "never answer", Mood("never-answers"), "A request without an answer within `request-timeout`"),
    way(4, "close at a request", Mood("closes"), "Everything ends with the connection"),
    way(5, "log another agent in", Mood("logs-in-as 4711"), "`agentID` (login code)"),
];

/// Everything a T-Server may do.
pub fn may() -> impl Iterator<Item = &'static Way> {
    MAY.iter().chain(&MORE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::t_server::{Config, MoodRule, SwitchFile, TServer, control, mood::MOODS};

    /// Of the words MAY, what is no server's.
    const OF_OTHERS: [&str; 3] = [
        "MUST and MAY are meant as in RFC 2119",
        "what one MUST do and what it MAY do otherwise",
        "Requests MAY be sent without waiting for earlier answers",
    ];

    fn page() -> String {
        flat(include_str!("../../../src/tlib/PROTOCOL.md"))
    }

    fn flat(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn all() -> impl Iterator<Item = &'static Way> {
        may().chain(&BORNE)
    }

    #[test]
    fn every_mood_is_a_way_and_every_way_has_a_mood_that_there_is() {
        let moods = || all().filter_map(|way| if let Mood(mood) = way.by { Some(mood) } else { None });
        for mood in moods() {
            assert!(mood.parse::<MoodRule>().is_ok(), "{mood}");
        }
        for name in MOODS.lines().filter(|line| !line.starts_with('…')).filter_map(|line| line.split(' ').next()) {
            assert!(moods().any(|mood| mood.split(' ').next() == Some(name)), "{name}");
        }
    }

    #[tokio::test]
    async fn every_command_and_every_line_of_the_file_is_one() {
        let server = TServer::start(Config::new(SwitchFile::of_extensions(["5002"]))).await.unwrap();
        for way in all() {
            match way.by {
                Command(command) => assert_eq!(control::execute(&server, command), Ok(String::new()), "{command}"),
                File(line) => assert!(SwitchFile::parse(line).is_ok(), "{line}"),
                Mood(_) | Options(_) | By::Always => {}
            }
        }
    }

    #[test]
    fn every_way_is_by_the_words_of_its_section() {
        let page = include_str!("../../../src/tlib/PROTOCOL.md");
        let section = |number: u8| page.split("\n## ").find(|text| text.starts_with(&format!("{number}. "))).unwrap();
        for way in all() {
            assert!(flat(section(way.section)).contains(way.says), "section {}: {}", way.section, way.says);
        }
    }

    #[test]
    fn whatever_the_page_allows_in_capitals_is_told() {
        let page = page();
        let told = may().map(|way| way.says).chain(OF_OTHERS);
        let covered: Vec<_> =
            told.flat_map(|says| page.match_indices(says).map(|(at, says)| at..at + says.len())).collect();
        for (at, _) in page.match_indices(" MAY ") {
            let words = page[at..].chars().take(100).collect::<String>();
            assert!(covered.iter().any(|range| range.contains(&(at + 1))), "no way: …{words}…");
        }
    }
}
