//! Which definitions are in force: the newest good document, else the compiled-in one (requirements F38). Pure.

use crate::{config::Config, definitions::Definitions, definitions::Warning};
use std::sync::Arc;
use uc_plugin_api::AgentState;

/// The definitions in force, and what is wrong with the newest document.
pub(crate) struct InForce {
    definitions: Arc<Definitions>,
    away: Option<Arc<AgentState>>,
    /// Id of the away state that every document must define; none when no timer needs one.
    away_id: Option<String>,
    problem: Option<String>,
    last: Option<Result<Vec<u8>, String>>,
}

/// What a look at the document changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// Other definitions are in force now.
    pub(crate) definitions: bool,
    /// [`InForce::problem`] is another one now, or gone.
    pub(crate) problem: bool,
    /// What the new document holds in vain.
    pub(crate) warnings: Vec<Warning>,
}

impl InForce {
    /// Before the first look: the compiled-in definitions. An error is the operator's: the options contradict each
    /// other.
    pub(crate) fn new(config: &Config) -> Result<Self, String> {
        let definitions = Arc::new(Definitions::built_in());
        let away_id = if config.goes_away() {
            let missing = "away-after-seconds needs away-state: the id of the not-ready state it leads to";
            Some(config.away_state.clone().ok_or(missing)?)
        } else {
            config.away_state.clone()
        };
        let away = match &away_id {
            None => None,
            Some(id) if config.presence_location.is_none() => Some(find_away(&definitions, id)?),
            // The document that defines it has yet to be read.
            Some(_) => definitions.first_not_ready(),
        };
        Ok(Self { definitions, away, away_id, problem: None, last: None })
    }

    /// The definitions.
    pub(crate) fn definitions(&self) -> &Arc<Definitions> {
        &self.definitions
    }

    /// The state that timers lead to.
    pub(crate) fn away(&self) -> Option<&Arc<AgentState>> {
        self.away.as_ref()
    }

    /// Why the newest document is not in force.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Takes what a look at the document brought.
    pub(crate) fn look(&mut self, fetched: Result<Vec<u8>, String>) -> Change {
        if self.last.as_ref() == Some(&fetched) {
            return Change::default();
        }
        let change = match fetched.as_deref() {
            Ok(bytes) => self.read(bytes),
            Err(why) => {
                Change { problem: self.set_problem(Some(format!("it cannot be read: {why}"))), ..Change::default() }
            }
        };
        self.last = Some(fetched);
        change
    }

    fn read(&mut self, bytes: &[u8]) -> Change {
        let (definitions, warnings) = match Definitions::parse(bytes) {
            Ok(parsed) => (parsed.definitions, parsed.warnings),
            Err(invalid) => {
                let problem = self.set_problem(Some(format!("it is refused: {invalid}")));
                return Change { problem, ..Change::default() };
            }
        };
        let away = match self.away_id.as_deref().map(|id| find_away(&definitions, id)).transpose() {
            Ok(away) => away,
            Err(why) => {
                return Change {
                    definitions: false,
                    problem: self.set_problem(Some(format!("it is refused: {why}"))),
                    warnings,
                };
            }
        };
        let changed = *self.definitions != definitions;
        self.definitions = Arc::new(definitions);
        self.away = away;
        Change { definitions: changed, problem: self.set_problem(None), warnings }
    }

    fn set_problem(&mut self, problem: Option<String>) -> bool {
        let changed = self.problem != problem;
        self.problem = problem;
        changed
    }
}

/// The not-ready state with this id, or which ones there are.
pub(crate) fn find_away(definitions: &Definitions, id: &str) -> Result<Arc<AgentState>, String> {
    definitions.not_ready(id).ok_or_else(|| {
        let all = definitions.states().iter().filter(|state| !state.ready);
        let ids: Vec<&str> = all.map(|state| state.id.as_str()).collect();
        format!("away-state {id:?} is no not-ready state of the presence document; it has: {}", ids.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{GoneSeconds, WhenGone};

    fn config(away: Option<&str>, location: Option<&str>) -> Config {
        Config {
            when_idle: WhenGone::AwayAfterSeconds(GoneSeconds(60)),
            away_state: away.map(Into::into),
            presence_location: location.map(|text| text.to_owned().try_into().unwrap()),
            ..Config::default()
        }
    }

    fn document(id: &str, ready: bool) -> Result<Vec<u8>, String> {
        Ok(format!(
            "<presence xmlns='http://genesyslab.com/schemas/ucc/presence'><state id='{id}'>\
             <display><menuText>{id}</menuText></display><genesysAgent ready='{ready}'/></state></presence>"
        )
        .into_bytes())
    }

    fn ids(in_force: &InForce) -> Vec<&str> {
        in_force.definitions().states().iter().map(|state| state.id.as_str()).collect()
    }

    #[test]
    fn a_broken_reload_keeps_the_last_good_document() {
        let mut in_force = InForce::new(&Config::default()).unwrap();
        assert_eq!(ids(&in_force), ["dndOn", "dndOff"]);
        assert!(in_force.look(document("a", true)).definitions);
        let change = in_force.look(Ok(b"<presence".to_vec()));
        assert!(change.problem && !change.definitions);
        assert_eq!(ids(&in_force), ["a"]);
        assert!(in_force.problem().unwrap().contains("line 1"));
        assert_eq!(in_force.look(Ok(b"<presence".to_vec())), Change::default(), "said once");
        let change = in_force.look(document("a", true));
        assert!(change.problem && !change.definitions, "good again, and the same");
        assert_eq!(in_force.problem(), None);
    }

    #[test]
    fn an_unreadable_document_leaves_the_compiled_in_one() {
        let mut in_force = InForce::new(&config(Some("a"), Some("p.xml"))).unwrap();
        assert!(in_force.look(Err("no such file".into())).problem);
        assert_eq!(ids(&in_force), ["dndOn", "dndOff"]);
        assert!(in_force.away().is_some(), "timers still lead somewhere: to the compiled-in not-ready state");
    }

    #[test]
    fn a_document_without_the_away_state_is_refused() {
        let mut in_force = InForce::new(&config(Some("a"), Some("p.xml"))).unwrap();
        assert!(in_force.look(document("a", false)).definitions);
        for bad in [document("b", false), document("a", true)] {
            assert!(!in_force.look(bad).definitions);
            assert!(in_force.problem().unwrap().contains("away-state \"a\""));
        }
        assert_eq!(ids(&in_force), ["a"]);
    }

    #[test]
    fn contradicting_options_are_refused() {
        assert!(InForce::new(&config(None, None)).is_err_and(|why| why.contains("needs away-state")));
        assert!(InForce::new(&config(Some("lunch"), None)).is_err_and(|why| why.contains("it has: dndOn")));
        assert!(InForce::new(&config(Some("dndOff"), None)).is_err());
        assert!(InForce::new(&config(Some("dndOn"), None)).is_ok());
    }
}
