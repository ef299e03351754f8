//! What nodes say to each other: one JSON object a line.

use crate::{routing::message::Withdrawal, web::arrival::PageKind};
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
    /// For a preview; `request` is the message of the preview link.
    Ask {
        asker: u64,
        request: String,
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
    Frame {
        page: u64,
        frame: Arc<str>,
    },
    Closed {
        page: u64,
    },
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
