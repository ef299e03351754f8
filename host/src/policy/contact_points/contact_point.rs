//! One `[[contact-point]]`.

use super::{MOST_OF_A_POINT, StatisticDefinition};
use crate::{
    agent_link::{Dn, LONGEST_NUMBER, number},
    policy::{
        RuleFault,
        user_data::{Texts, fault, faults_of_texts, is_one_line},
    },
};
use serde::Deserialize;
use std::{collections::HashSet, sync::Arc};

/// Letters of a name.
const LONGEST_NAME: usize = 100;

/// What a contact point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactType {
    /// An ACD queue.
    Queue,
    /// A route point, where a strategy takes over.
    RoutePoint,
    /// A group of agents that has a number.
    AgentGroup,
    /// A number outside the contact centre, which no Stat Server knows.
    External,
}

/// Where a call can be passed on to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ContactPoint {
    /// The key: pages remember favourites by it.
    pub name: Arc<str>,
    /// What it is called; none: as its key.
    pub label: Option<Texts>,
    /// The number that is called.
    pub number: Arc<str>,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: ContactType,
    /// What the Stat Server calls it; none: as its number.
    pub object: Option<Arc<str>>,
    /// Names of `[[statistic]]` that are shown, in order.
    #[serde(default)]
    pub statistics: Vec<Arc<str>>,
    /// Department or the like, shown beside it and found by.
    pub group: Option<Texts>,
    /// Agent groups whose members see it; none: everybody does.
    pub visible_to: Option<Vec<Arc<str>>>,
}

impl ContactPoint {
    /// The name that a page shows.
    pub fn label_in(&self, language: &str) -> &Arc<str> {
        self.label.as_ref().map_or(&self.name, |texts| texts.in_language(language))
    }

    /// Department or the like; none: it has none.
    pub fn group_in(&self, language: &str) -> Option<&Arc<str>> {
        self.group.as_ref().map(|texts| texts.in_language(language))
    }

    /// What is called: a number outside as switches take it, however it is grouped here; any other as it is written, for
    /// it is a name of the switch's. None: it is neither.
    pub fn called(&self) -> Option<Dn> {
        let outside = self.kind == ContactType::External;
        if outside {
            number(&self.number)
        } else {
            is_one_line(&self.number, LONGEST_NUMBER).then(|| self.number.clone())
        }
    }

    /// What the Stat Server calls it.
    pub fn object(&self) -> &Arc<str> {
        self.object.as_ref().unwrap_or(&self.number)
    }

    pub(super) fn is_seen_by(&self, groups: &[Arc<str>]) -> bool {
        self.visible_to.as_ref().is_none_or(|seen_by| seen_by.iter().any(|group| groups.contains(group)))
    }

    /// Everything wrong with it beside these statistics; `is_language` says whether a word is a language tag.
    pub fn faults(&self, statistics: &[StatisticDefinition], is_language: impl Fn(&str) -> bool) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        if !is_one_line(&self.name, LONGEST_NAME) {
            faults.push(fault("name", "this is no name", &format!("1 to {LONGEST_NAME} letters on one line")));
        }
        for (key, texts) in [("label", &self.label), ("group", &self.group)] {
            faults.extend(texts.iter().flat_map(|texts| faults_of_texts(key, texts, &is_language)));
        }
        if self.called().is_none() || self.number.trim() != &*self.number {
            let allowed = format!("a number as it is dialled, 1 to {LONGEST_NUMBER} characters, no blanks around it");
            faults.push(fault("number", "this is no number", &allowed));
        }
        if self.object.as_deref().is_some_and(|object| !is_one_line(object, LONGEST_NAME)) {
            faults.push(fault("object", "this is no name", &format!("1 to {LONGEST_NAME} letters on one line")));
        }
        faults.extend(self.statistics_faults(statistics));
        faults
    }

    fn statistics_faults(&self, known: &[StatisticDefinition]) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        if self.statistics.len() > MOST_OF_A_POINT {
            let message = format!("there are {} of these", self.statistics.len());
            faults.push(fault("statistics", &message, &format!("up to {MOST_OF_A_POINT}")));
        }
        if self.kind == ContactType::External && !self.statistics.is_empty() {
            faults.push(fault("statistics", "no Stat Server knows an external number", "none of these"));
            return faults;
        }
        let mut seen = HashSet::new();
        for name in self.statistics.iter().take(MOST_OF_A_POINT) {
            match known.iter().find(|known| known.name == *name) {
                None => {
                    let all: Vec<_> = known.iter().map(|known| &*known.name).collect();
                    let allowed = format!("names of [[statistic]]: {}", all.join(", "));
                    faults.push(fault("statistics", &format!("there is no statistic {name:?}"), &allowed));
                }
                Some(known) if !known.is_of(self.kind) => {
                    let message = format!("the statistic {name:?} is not one of this type");
                    faults.push(fault("statistics", &message, "statistics whose object-types have the type"));
                }
                Some(_) if !seen.insert(name) => {
                    faults.push(fault("statistics", &format!("{name:?} is listed twice"), "each once"));
                }
                Some(_) => {}
            }
        }
        faults
    }
}
