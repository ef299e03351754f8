//! What the link counts. Handles are resolved once.

use metrics::{Counter, counter};

/// Counters of the Stat Server link.
#[derive(Clone)]
pub(super) struct Counters {
    pub(super) requests: Counter,
    pub(super) notifications: Counter,
    pub(super) equal: Counter,
    pub(super) refused: Counter,
    pub(super) unanswered: Counter,
    pub(super) unexpected_ids: Counter,
    pub(super) unreadable: Counter,
    pub(super) misread: Counter,
    pub(super) unanswered_heartbeats: Counter,
    pub(super) unknown: Counter,
    pub(super) too_long: Counter,
    pub(super) connected: Counter,
    pub(super) lost: Counter,
}

impl Counters {
    pub(super) fn new() -> Self {
        Self {
            requests: counter!("uc_stat_requests_total"),
            notifications: counter!("uc_stat_notifications_total"),
            equal: counter!("uc_stat_notifications_equal_total"),
            refused: counter!("uc_stat_requests_refused_total"),
            unanswered: counter!("uc_stat_requests_unanswered_total"),
            unexpected_ids: counter!("uc_stat_unexpected_ids_total"),
            unreadable: counter!("uc_stat_unreadable_lines_total"),
            misread: counter!("uc_stat_unreadable_attributes_total"),
            unanswered_heartbeats: counter!("uc_stat_heartbeats_unanswered_total"),
            unknown: counter!("uc_stat_unknown_messages_total"),
            too_long: counter!("uc_stat_oversized_lines_total"),
            connected: counter!("uc_stat_links_up_total"),
            lost: counter!("uc_stat_links_lost_total"),
        }
    }
}
