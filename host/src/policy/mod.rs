//! What a presence means for an agent, what an agent's state shows of them on a platform, what pages show of UserData,
//! where calls can be passed on to, and what workers say of those that are over: the operator's rules and the
//! documented defaults. Pure; knows T-Library's words ([`agent_link`](crate::agent_link)) and nothing else of the
//! host.

mod agent_map;
mod agent_rule;
pub mod contact_points;
mod mapping;
mod note_template;
mod numbering_plan;
pub mod outcome;
mod presence_rule;
pub mod user_data;
mod want;

pub use agent_map::{AgentMap, Shown, ShownBy};
pub use agent_rule::{AgentRule, AgentView, Level, RuleAgentState, RuleCallType, RuleFault, RulePublish};
pub use contact_points::{ContactPoint, ContactPoints, ContactType, StatisticDefinition};
pub use mapping::{
    Decider, Mapping, changes_state, edge_work_mode, presence_unknown, previews_missed, ready, wish, work_mode,
};
pub use numbering_plan::{NationalDigits, NumberingPlan, Outside};
pub use outcome::{Disposition, OutcomeForm, OutcomeOf};
pub use presence_rule::{Class, PresenceRule, RuleState, RuleWorkMode};
pub use user_data::{Others, UserDataField, UserDataForm, Window};
pub use want::{Target, Want};

pub(crate) use agent_rule::beyond_platforms;
