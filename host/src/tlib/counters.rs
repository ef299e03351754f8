//! What the links count. Handles are resolved once: the request path must not look names up.

use metrics::{Counter, counter};

/// Counters over all T-Server links.
#[derive(Clone)]
pub(super) struct Counters {
    pub(super) requests: Counter,
    pub(super) events: Counter,
    pub(super) oversized_requests: Counter,
    pub(super) refused: Counter,
    pub(super) unanswered: Counter,
    pub(super) unexpected_ids: Counter,
    pub(super) unreadable: Counter,
    pub(super) misread: Counter,
    pub(super) unanswered_heartbeats: Counter,
    pub(super) unknown: Counter,
    pub(super) too_long: Counter,
    pub(super) slow_owner: Counter,
    pub(super) connected: Counter,
    pub(super) lost: Counter,
}

impl Counters {
    pub(super) fn new() -> Self {
        Self {
            requests: counter!("uc_tlib_requests_total"),
            events: counter!("uc_tlib_events_total"),
            oversized_requests: counter!("uc_tlib_oversized_requests_total"),
            refused: counter!("uc_tlib_requests_refused_total"),
            unanswered: counter!("uc_tlib_requests_unanswered_total"),
            unexpected_ids: counter!("uc_tlib_unexpected_reference_ids_total"),
            unreadable: counter!("uc_tlib_unreadable_lines_total"),
            misread: counter!("uc_tlib_unreadable_attributes_total"),
            unanswered_heartbeats: counter!("uc_tlib_heartbeats_unanswered_total"),
            unknown: counter!("uc_tlib_unknown_messages_total"),
            too_long: counter!("uc_tlib_oversized_lines_total"),
            slow_owner: counter!("uc_tlib_owner_slow_total"),
            connected: counter!("uc_tlib_links_up_total"),
            lost: counter!("uc_tlib_links_lost_total"),
        }
    }
}
