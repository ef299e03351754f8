//! How an interaction preview ended for one of its workers: the hub decides it, the worker's record keeps it, pages show it.

use serde::{Deserialize, Serialize};

/// Why a preview window closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PreviewEnd {
    /// This worker accepted (on any of their pages).
    Accepted,
    /// This worker declined.
    Rejected,
    /// Another worker was first.
    TakenByAnother,
    /// Time is up.
    TimedOut,
    /// The strategy withdrew it.
    Cancelled,
    /// They accepted, and have no DN any more that the call could go to.
    Undeliverable,
    /// The customer hung up.
    CallerGone,
}
