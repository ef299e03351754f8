//! The presence definition document: the states that workers can choose and that pages can show
//! (requirements F18; host/docs/requirements.md, "Presence definition document"). Pure: bytes in, definitions or an
//! error out.

mod document;
mod icon;
mod mode;
mod state;
mod xml;

use std::{fmt, sync::Arc};
use uc_plugin_api::{AgentState, AgentStatus, ROption, RVec, Reason, StateDefinition, WorkMode};

/// Largest document, in bytes. Real ones have a few KiB.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// Key under which T-Library carries a reason code, in Reasons and in Extensions alike.
const REASON_KEY: &str = "ReasonCode";

/// The document that is compiled in, for use when no other is configured or the configured one is damaged (F38).
const BUILT_IN: &str = include_str!("presence.xml");

/// A valid document: at least one state, each id once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Definitions {
    states: Vec<StateDefinition>,
    /// What choosing each state asks of the T-Server. Shared by all workers who chose it.
    wishes: Vec<Arc<AgentState>>,
}

/// A valid document, and what in it was dropped or ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// What is valid.
    pub(crate) definitions: Definitions,
    /// What is not, in document order.
    pub(crate) warnings: Vec<Warning>,
}

/// A part of the document that was dropped or ignored. The author of the document is at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Warning {
    /// Line in the document, from 1.
    pub(crate) line: u32,
    /// What is wrong and what became of it.
    pub(crate) text: String,
}

/// The whole document is refused. Its author is at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    /// Line in the document, from 1.
    pub(crate) line: u32,
    /// What is wrong.
    pub(crate) why: String,
    /// What was dropped before.
    pub(crate) warnings: Vec<Warning>,
}

/// Why a state cannot be chosen. The page showed an old menu, or somebody made the request by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotChoosable {
    /// No state has this id.
    Unknown,
    /// The state has no menu text: it is only shown.
    DisplayOnly,
}

impl Definitions {
    /// Reads a document.
    pub(crate) fn parse(xml: &[u8]) -> Result<Parsed, Invalid> {
        let read = document::read(xml)?;
        Ok(Parsed { definitions: Self::new(read.states), warnings: read.warnings })
    }

    /// The compiled-in document: Do Not Disturb On and Off.
    pub(crate) fn built_in() -> Self {
        Self::parse(BUILT_IN.as_bytes()).expect("the compiled-in document is valid, a test reads it").definitions
    }

    fn new(states: Vec<StateDefinition>) -> Self {
        let wishes = states.iter().map(agent_state).map(Arc::new).collect();
        Self { states, wishes }
    }

    /// Every state, in document order.
    pub(crate) fn states(&self) -> &[StateDefinition] {
        &self.states
    }

    /// What choosing the state `id` asks of the T-Server.
    pub(crate) fn choose(&self, id: &str) -> Result<Arc<AgentState>, NotChoosable> {
        let index = self.position(id).ok_or(NotChoosable::Unknown)?;
        if self.states[index].menu.is_empty() {
            return Err(NotChoosable::DisplayOnly);
        }
        Ok(self.wishes[index].clone())
    }

    /// The not-ready state with this id, choosable or not: what a timer may put a worker into.
    pub(crate) fn not_ready(&self, id: &str) -> Option<Arc<AgentState>> {
        let index = self.position(id)?;
        (!self.states[index].ready).then(|| self.wishes[index].clone())
    }

    /// The first not-ready state, if there is one.
    pub(crate) fn first_not_ready(&self) -> Option<Arc<AgentState>> {
        self.states.iter().position(|state| !state.ready).map(|index| self.wishes[index].clone())
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.states.iter().position(|state| state.id == id)
    }
}

/// The agent state that a definition stands for. A hardware reason travels in the Extensions (`reason/@ext`).
fn agent_state(definition: &StateDefinition) -> AgentState {
    AgentState {
        status: if definition.ready { AgentStatus::Ready } else { AgentStatus::NotReady },
        work_mode: definition.work_mode.unwrap_or(WorkMode::Unknown),
        reasons: match &definition.reason {
            ROption::RSome(code) => RVec::from(vec![Reason {
                key: REASON_KEY.into(),
                value: code.clone(),
                hardware: definition.reason_ext,
            }]),
            ROption::RNone => RVec::new(),
        },
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.text)
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.why)?;
        match self.warnings.first() {
            Some(first) => write!(out, "; first dropped part: {first}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Invalid {}

#[cfg(test)]
mod tests;
