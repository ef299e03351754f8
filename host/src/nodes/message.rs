//! What nodes say to each other: one JSON object a line.

use crate::{
    routing::message::{Verdict, Withdrawal},
    web::arrival::PageKind,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// First on a link, from either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hello {
    /// The newest form of these messages that it knows.
    pub(super) form: u32,
    pub(super) node: Arc<str>,
    pub(super) version: Arc<str>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "is")]
pub(super) enum Say {
    Hello(Hello),
    Ping,
    /// For a preview; `request` is the message of the preview link. Without `as` it is for this node alone.
    Ask {
        asker: u64,
        request: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        r#as: Option<As>,
    },
    /// What became of a broadcast, for a share of it; from form 2.
    Verdict {
        asker: u64,
        verdict: Verdict,
    },
    /// It ends; without `why` the asker is gone.
    End {
        asker: u64,
        why: Option<Why>,
        text: Option<Arc<str>>,
    },
    /// Whatever previews of a call there are.
    #[serde(rename_all = "camelCase")]
    Withdraw {
        conn_id: String,
        agent: Option<Arc<str>>,
        why: Why,
        text: Option<Arc<str>>,
        /// By the node that decides over a preview of this call, behind the shares that it has asked for.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        relayed: bool,
    },
    /// A worker has opened a page.
    Open {
        page: u64,
        worker: Arc<str>,
        language: Arc<str>,
        extension: bool,
    },
    /// What a page says; as text, since nodes may be of two versions.
    Frame {
        page: u64,
        frame: String,
    },
    Close {
        page: u64,
    },
}

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "is")]
pub(super) enum Answer {
    Hello(Hello),
    Pong,
    /// How a preview ended: the members of the preview link's answer.
    Outcome {
        asker: u64,
        outcome: String,
    },
    /// Nothing is open of a share any more, and the hub knows it: whatever is asked next comes after it. From form 2.
    Over {
        asker: u64,
    },
    Frame {
        page: u64,
        frame: Arc<str>,
    },
    Closed {
        page: u64,
    },
}

/// What a node does with a request for workers of several. One of form 1 does not read it, and takes each for a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum As {
    /// It asks its own workers.
    Share,
    /// It decides, and asks the other nodes; from form 2.
    Decider,
}

/// Why a preview ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Why {
    Cancelled,
    CallerGone,
}

impl Why {
    /// None: the asker is gone.
    pub(super) fn of(why: Withdrawal) -> Option<Self> {
        match why {
            Withdrawal::Cancelled => Some(Self::Cancelled),
            Withdrawal::CallerGone => Some(Self::CallerGone),
            Withdrawal::AskerGone(_) => None,
        }
    }
}

impl From<Why> for Withdrawal {
    fn from(why: Why) -> Self {
        match why {
            Why::Cancelled => Self::Cancelled,
            Why::CallerGone => Self::CallerGone,
        }
    }
}

pub(super) fn kind(extension: bool) -> PageKind {
    if extension { PageKind::Extension } else { PageKind::Browser }
}

/// A line.
pub(super) fn line(message: &impl Serialize) -> Vec<u8> {
    // Texts, numbers and lists are always written.
    let mut line = serde_json::to_vec(message).unwrap_or_default();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, from_str, from_value, json};

    fn said(message: &Say) -> Value {
        serde_json::from_slice(&line(message)).unwrap()
    }

    #[test]
    fn what_a_node_of_form_1_says_is_read() {
        let ask: Say = from_str(r#"{"is":"ask","asker":7,"request":"{}"}"#).unwrap();
        assert_eq!(ask, Say::Ask { asker: 7, request: "{}".into(), r#as: None });
        let withdraw = json!({"is": "withdraw", "connId": "1f", "agent": null, "why": "callerGone", "text": null});
        let read: Say = from_value(withdraw).unwrap();
        let (conn_id, why) = ("1f".into(), Why::CallerGone);
        assert_eq!(read, Say::Withdraw { conn_id, agent: None, why, text: None, relayed: false });
    }

    #[test]
    fn a_node_of_form_1_reads_what_it_is_said() {
        /// As that version has it.
        #[derive(Debug, PartialEq, Deserialize)]
        #[serde(rename_all = "camelCase", tag = "is")]
        enum Old {
            Ask {
                asker: u64,
                request: String,
            },
            #[serde(rename_all = "camelCase")]
            Withdraw {
                conn_id: String,
                agent: Option<Arc<str>>,
                why: Why,
                text: Option<Arc<str>>,
            },
        }
        let share = said(&Say::Ask { asker: 7, request: "{}".into(), r#as: Some(As::Share) });
        assert_eq!(from_value::<Old>(share).unwrap(), Old::Ask { asker: 7, request: "{}".into() });
        let (conn_id, why) = (String::from("1f"), Why::Cancelled);
        let relayed = Say::Withdraw { conn_id: conn_id.clone(), agent: None, why, text: None, relayed: true };
        let old = Old::Withdraw { conn_id, agent: None, why, text: None };
        assert_eq!(from_value::<Old>(said(&relayed)).unwrap(), old);
    }

    #[test]
    fn each_message_of_form_2_is_written_like_this() {
        let decider = Say::Ask { asker: 7, request: "{}".into(), r#as: Some(As::Decider) };
        assert_eq!(said(&decider), json!({"is": "ask", "asker": 7, "request": "{}", "as": "decider"}));
        for (verdict, word) in [(Verdict::Taken, "taken"), (Verdict::Won, "won"), (Verdict::Lost, "lost")] {
            let expected = json!({"is": "verdict", "asker": 7, "verdict": word});
            assert_eq!(said(&Say::Verdict { asker: 7, verdict }), expected);
        }
        let over: Value = serde_json::from_slice(&line(&Answer::Over { asker: 7 })).unwrap();
        assert_eq!(over, json!({"is": "over", "asker": 7}));
    }
}
