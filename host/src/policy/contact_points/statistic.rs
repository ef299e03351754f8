//! One `[[statistic]]`: what is measured, what it is called, and how its value is written.

use super::ContactType;
use crate::policy::{
    RuleFault,
    user_data::{Texts, fault, faults_of_texts, is_one_line},
};
use serde::Deserialize;
use std::{sync::Arc, time::Duration};

/// Letters of a name.
const LONGEST_NAME: usize = 255;

/// Seconds between two values: less floods, more is no live value.
const INTERVALS: std::ops::RangeInclusive<u32> = 1..=3600;

/// How a value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueFormat {
    /// As it is.
    #[default]
    Number,
    /// Seconds, as minutes and seconds.
    Seconds,
    /// Of a hundred.
    Percent,
}

/// When the Stat Server tells a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenToTell {
    /// When it changes, and not more often than the interval.
    #[default]
    OnChange,
    /// Every interval.
    Periodic,
}

/// What is measured at contact points.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StatisticDefinition {
    /// The key: contact points name it.
    pub name: Arc<str>,
    /// What the Stat Server calls it; none: as its key.
    statistic: Option<Arc<str>>,
    /// What it is called on pages; none: as its key.
    label: Option<Texts>,
    /// How its value is written.
    #[serde(default)]
    pub format: ValueFormat,
    /// What it can be measured at; none: everything that a Stat Server knows.
    object_types: Option<Vec<ContactType>>,
    /// When its value is told.
    #[serde(default)]
    pub notify: WhenToTell,
    /// Seconds between two values.
    #[serde(default = "interval")]
    interval: u32,
}

fn interval() -> u32 {
    2
}

impl StatisticDefinition {
    /// What the Stat Server calls it.
    pub fn statistic(&self) -> &Arc<str> {
        self.statistic.as_ref().unwrap_or(&self.name)
    }

    /// What a page calls it.
    pub fn label_in(&self, language: &str) -> &Arc<str> {
        self.label.as_ref().map_or(&self.name, |texts| texts.in_language(language))
    }

    /// The time between two values.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(self.interval.into())
    }

    pub(super) fn is_of(&self, kind: ContactType) -> bool {
        self.object_types.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }

    /// Everything wrong with it; `is_language` says whether a word is a language tag.
    pub fn faults(&self, is_language: impl Fn(&str) -> bool) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        for (key, name) in [("name", Some(&self.name)), ("statistic", self.statistic.as_ref())] {
            if name.is_some_and(|name| !is_one_line(name, LONGEST_NAME)) {
                faults.push(fault(key, "this is no name", &format!("1 to {LONGEST_NAME} letters on one line")));
            }
        }
        faults.extend(self.label.iter().flat_map(|texts| faults_of_texts("label", texts, &is_language)));
        if !INTERVALS.contains(&self.interval) {
            let allowed = format!("{} to {} seconds", INTERVALS.start(), INTERVALS.end());
            faults.push(fault("interval", "this is no interval", &allowed));
        }
        if self.object_types.iter().flatten().any(|kind| *kind == ContactType::External) {
            let allowed = "queue, route-point, agent-group";
            faults.push(fault("object-types", "no Stat Server knows an external number", allowed));
        }
        faults
    }
}
