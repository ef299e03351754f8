//! How a simulated Stat Server differs from one that is as PROTOCOL.md says it should be.

use std::{fmt, str::FromStr};

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It knows no statistic.
    UnknownStatistic,
    /// It knows no object.
    UnknownObject,
    /// It refuses every statistic, with a code of its own.
    Refuses,
    /// It answers no request.
    Silent,
    /// It opens without telling the value; that comes when it is asked for.
    Terse,
    /// It tells each value a hundred times.
    Floods,
    /// It tells values as texts that are numbers.
    Texts,
    /// It tells values that are no numbers.
    Words,
}

/// Every mood with its word and what it is.
pub(super) const MOODS: &[(&str, Mood, &str)] = &[
    ("unknown-statistic", Mood::UnknownStatistic, "it knows no statistic"),
    ("unknown-object", Mood::UnknownObject, "it knows no object"),
    ("refuses", Mood::Refuses, "it refuses every statistic"),
    ("silent", Mood::Silent, "it answers no request"),
    ("terse", Mood::Terse, "it opens without telling the value"),
    ("floods", Mood::Floods, "it tells each value a hundred times"),
    ("texts", Mood::Texts, "it tells values as texts"),
    ("words", Mood::Words, "it tells values that are no numbers"),
];

impl FromStr for Mood {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = MOODS.iter().find(|(known, _, _)| *known == word).map(|(_, mood, _)| *mood);
        let all = || MOODS.iter().map(|(word, _, _)| *word).collect::<Vec<_>>().join(", ");
        known.ok_or_else(|| format!("no such mood; there are {}", all()))
    }
}

impl fmt::Display for Mood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = MOODS.iter().find(|(_, mood, _)| mood == self).map_or("", |(word, _, _)| word);
        f.write_str(word)
    }
}
