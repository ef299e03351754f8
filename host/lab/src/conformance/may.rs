//! What a T-Server, or a bridge, may do otherwise than expected, and what it must not do and a client bears all the
//! same: each with its section of `host/src/tlib/PROTOCOL.md` and the mood of `lab t-server` that does it.

/// One way of a T-Server.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// Section of the page.
    pub section: u8,
    /// What it does.
    pub does: &'static str,
    /// The mood, as `--mood` takes it; none: something else shows it.
    pub mood: Option<&'static str>,
}

const fn way(section: u8, does: &'static str, mood: Option<&'static str>) -> Way {
    Way { section, does, mood }
}

/// What it may do.
pub const MAY: [Way; 20] = [
    way(1, "demand a certificate of the client", None),
    way(2, "send unknown messages and attributes, and key-value pairs of any type", Some("foreign")),
    way(2, "write an enumeration's number instead of its name", Some("numbers")),
    way(2, "answer a request with an attribute of the wrong type with EventError 53", Some("refuses 53")),
    way(3, "leave out its name and role, and add a timeout, in LinkHello", None),
    way(3, "change its role, or close, at any time", None),
    way(4, "leave out linkSequence, and number events server-wide with gaps", Some("sequence-in-millions")),
    way(4, "answer by EventACK; the event that tells the state may follow, or not", Some("acknowledges")),
    way(4, "answer by EventACK alone", Some("answers-by EventACK")),
    way(4, "take another state than asked for", Some("decides ready")),
    way(4, "take another work mode than asked for", Some("decides-mode WalkAway")),
    way(4, "answer late", Some("answers-late 3")),
    way(4, "log an agent out by itself", Some("logs-out")),
    way(4, "send an agent into After Call Work by itself", Some("after-call-work")),
    way(4, "let other clients act at the same DN (`stranger` at the control port)", None),
    way(5, "leave out everything but thisDN, referenceID and connID", Some("terse")),
    way(5, "refuse ModePrivate, or treat it as ModeShare", None),
    way(5, "decide the state after a login", None),
    way(7, "refuse any request with any code", Some("refuses 43")),
    way(7, "refuse a DN that is not configured", Some("refuses 59")),
];

/// What it must not do; a client bears it: no event is lost, every request ends.
pub const BORNE: [Way; 9] = [
    way(2, "numbers for DNs and agent IDs", Some("numbers")),
    way(4, "answer by an event that tells another state than the true one", Some("answers-by EventAgentLogin")),
    way(4, "answer without ReferenceID", Some("answers-without-id")),
    way(4, "answer for another DN", Some("answers-for 5003")),
    way(4, "answer for no DN", Some("answers-for-no-dn")),
    way(4, "answer twice", Some("answers-twice")),
    way(4, "never answer", Some("never-answers")),
    way(4, "close at a request", Some("closes")),
    way(5, "log another agent in", Some("logs-in-as 4711")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::t_server::{MoodRule, mood::MOODS};

    #[test]
    fn every_mood_is_a_way_and_every_way_has_a_mood_that_there_is() {
        let told = MAY.iter().chain(&BORNE).filter_map(|way| way.mood).collect::<Vec<_>>();
        for mood in &told {
            assert!(mood.parse::<MoodRule>().is_ok(), "{mood}");
        }
        for name in MOODS.lines().filter(|line| !line.starts_with('…')).filter_map(|line| line.split(' ').next()) {
            assert!(told.iter().any(|mood| mood.split(' ').next() == Some(name)), "{name}");
        }
    }

    #[test]
    fn what_the_page_allows_in_capitals_is_told() {
        let page = include_str!("../../../src/tlib/PROTOCOL.md");
        let sections = page.split("\n## ").skip(1).filter_map(|text| Some((text.split('.').next()?, text)));
        for (number, text) in sections.filter(|(_, text)| text.contains(" MAY ")) {
            let number = number.parse::<u8>().unwrap();
            assert!(MAY.iter().any(|way| way.section == number), "section {number}:\n{text}");
        }
    }
}
