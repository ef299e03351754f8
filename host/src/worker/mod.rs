//! One worker: the agent on each of their lines, what their sources say, their hold, publication and calls. Pure.

pub(crate) mod agent;
pub(crate) mod calls;
pub(crate) mod hold;
pub(crate) mod publication;
pub(crate) mod sources;
