//! An agent's day, over and over: a call, After Call Work, ready again.

use super::switch::Switch;

/// What an agent does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Doing {
    #[default]
    Ready,
    Talking,
    AfterCallWork,
}

impl Doing {
    pub(super) fn next(self) -> Self {
        match self {
            Self::Ready => Self::Talking,
            Self::Talking => Self::AfterCallWork,
            Self::AfterCallWork => Self::Ready,
        }
    }

    /// The events that make an agent do this after what the agent did before: only the last one changes what is shown.
    pub(super) fn tell(self, switch: &mut Switch, user: u32) {
        let call = format_args!(r#","connID":"{:016x}","callType":"Inbound","otherDN":"0199","aNI":"0199""#, user + 1)
            .to_string();
        match self {
            Self::Ready => switch.tell("EventAgentReady", user, format_args!(r#","agentWorkMode":"ManualIn""#)),
            Self::Talking => switch.tell("EventEstablished", user, format_args!("{call}")),
            Self::AfterCallWork => {
                switch.tell("EventAgentNotReady", user, format_args!(r#","agentWorkMode":"AfterCallWork""#));
                switch.tell("EventReleased", user, format_args!("{call}"));
            }
        }
    }
}
