//! What each metric of the host counts, in the words that `/metrics` gives an operator. Plug-ins' own are theirs.

/// Describes all of them to the recorder.
pub(super) fn describe() {
    COUNTERS.iter().for_each(|(name, text)| metrics::describe_counter!(*name, *text));
    GAUGES.iter().for_each(|(name, text)| metrics::describe_gauge!(*name, *text));
}

const GAUGES: &[(&str, &str)] = &[
    ("uc_build_info", "Always 1; the labels say what is running"),
    ("uc_certificate_end_seconds", "When a certificate that a key names ends, in Unix time; inf: named no more"),
    ("uc_directory_kept_out", "1: the directory file takes too much away and is kept out; see /readyz?verbose"),
    ("uc_etcd_alarms", "Alarms and faults that this member of the etcd tells; see /readyz?verbose"),
    ("uc_etcd_database_bytes", "Bytes of this member's database; at its quota the etcd takes nothing more"),
    ("uc_etcd_member_up", "1: this member of the etcd answers"),
    ("uc_node_link_up", "1: the link to this other node is up"),
    ("uc_pages_open", "Pages that the hub serves"),
    ("uc_partitions_owned", "Partitions that this node works for"),
    ("uc_plugin_hanging", "1: a plug-in hangs in a command"),
    ("uc_previews_open", "Previews that wait for an answer"),
    ("uc_publications", "Agents whose publication is asked, published, failed, unmapped or without address"),
    ("uc_reload_last_success", "1: the last reload was taken over; 0: refused"),
    ("uc_routing_links", "Preview links that are open"),
    ("uc_workers_here", "Workers of the partitions that this node works for"),
    ("uc_web_pages", "WebSockets that are open"),
];

const COUNTERS: &[(&str, &str)] = &[
    ("uc_agents_left_logged_in_total", "Agents who could not be logged out of a DN that was given up"),
    ("uc_call_buttons_too_late_total", "Buttons pressed for a call that had changed meanwhile"),
    ("uc_directory_loads_total", "Changes of the directory file, by result"),
    (
        "uc_hub_call_requests_not_offered_total",
        "Kinds of call requests that a T-Server does not offer, counted once a link",
    ),
    ("uc_chats_given_up_total", "What was asked of a T-Server for a chat so often, to no end, that it is given up"),
    ("uc_chats_refused_total", "Chats refused because none are carried, or the worker has too many"),
    ("uc_hand_overs_total", "Turns given up because no T-Server was connected here and one was at the other node"),
    ("uc_hub_calls_left_out_total", "Calls not shown because their DN has too many"),
    ("uc_hub_parties_left_out_total", "Parties of calls that are not shown because there are too many"),
    ("uc_hub_events_of_unknown_dns_total", "T-Server events of a DN that is not in the directory"),
    (
        "uc_kept_changes_lost_total",
        "Changes of what lives through a restart that a failing store left no room for, or that are too long, by their kind",
    ),
    (
        "uc_kept_writes_refused_total",
        "Writes of what is kept that the store refused: another node works by now, or wrote something newer",
    ),
    ("uc_hub_logins_deferred_total", "Agent logins put off because of `login-rate`"),
    ("uc_hub_requests_deferred_total", "Requests put off because the queue to the T-Server was full"),
    ("uc_hub_requests_refused_total", "Requests that were refused, not answered or put off"),
    ("uc_hub_switch_flaps_total", "Times that a T-Server's switch was back and not believed to be: it flaps"),
    ("uc_log_records_lost_total", "Records of the log that found no room to wait, or could not be written"),
    ("uc_node_link_full_total", "Messages to another node that found no room: the link to it is given up"),
    ("uc_nodes_accepted_in_vain_total", "Workers who accepted in the moment in which one at another node did"),
    ("uc_nodes_pages_total", "Pages whose worker is at another node: their frames went there"),
    ("uc_nodes_pages_refused_total", "Pages whose worker is at a node that could not be reached: they come again"),
    ("uc_nodes_previews_total", "Previews asked for here, by whether their workers are at one node or at several"),
    ("uc_partitions_gained_total", "Times that this node began to work for a partition"),
    ("uc_partitions_given_total", "Times that it gave one to another node"),
    ("uc_partitions_lost_total", "Times that it lost one: it was cut off, or too slow to renew its record"),
    ("uc_panics_total", "Pieces of work that ended in a panic, by work: a bug"),
    (
        "uc_t_server_requests_of_other_nodes_total",
        "Requests not sent because their worker became another node's while they waited",
    ),
    ("uc_plugin_commands_lost_total", "Commands that a plug-in was too slow for, or that its end left over"),
    ("uc_plugin_commands_refused_total", "Commands that a plug-in's full queue gave back, to be sent again"),
    ("uc_plugin_events_of_unknown_users_total", "Wishes, choices and results of users who are not in the directory"),
    ("uc_plugin_events_refused_total", "Events given back to a plug-in because its queue was full"),
    ("uc_plugin_events_total", "Events taken from a plug-in"),
    (
        "uc_plugin_events_without_role_total",
        "Events of a plug-in that did not declare the role for them: not listened to",
    ),
    ("uc_plugin_failures_total", "Panics, errors and failed starts of a plug-in"),
    ("uc_plugin_link_changes_not_logged_total", "Changes of a plug-in's link beyond those that are logged"),
    ("uc_plugin_link_reports_equal_total", "Reports of a plug-in's link that said what the last one said"),
    ("uc_plugin_metrics_refused_total", "Changes of a plug-in's metrics beyond what is taken, or impossible"),
    ("uc_plugin_stops_late_total", "Plug-ins that did not stop in time"),
    ("uc_outcomes_given_total", "Outcomes of calls and previews that a T-Server has kept"),
    ("uc_outcomes_not_given_total", "Calls and previews of which no outcome was given in time"),
    ("uc_outcomes_refused_total", "Outcomes of calls and previews that a T-Server did not keep"),
    ("uc_presence_chosen_total", "Choices that people made on the platform while a publication stood"),
    (
        "uc_presence_held_back_total",
        "Words of a platform held back: an endpoint of ours had just made somebody appear, or they had just chosen otherwise",
    ),
    ("uc_presence_of_unknown_users_total", "Presence of users whom the plug-in does not watch any more"),
    ("uc_presence_own_total", "Presence from the platform that was our own publication coming back"),
    (
        "uc_presence_texts_cut_total",
        "Texts of presences and wishes of plug-ins that were too long or too many, and cut",
    ),
    ("uc_presence_unknown_total", "Workers whose stale presence became unknown"),
    ("uc_presence_updates_total", "Presence reported by platforms"),
    ("uc_preview_answers_too_late_total", "Answers to previews that had ended"),
    (
        "uc_preview_reports_unjournaled_total",
        "How often events about previews went out while the journal hung: what begins then may not end if the process is killed",
    ),
    ("uc_preview_reports_lost_total", "Events about previews that the T-Server refused, or that had no room to wait"),
    ("uc_previews_asked_total", "Previews asked for"),
    ("uc_previews_ended_total", "Answers given to those who asked for a preview, by outcome"),
    ("uc_publications_failed_total", "States that a platform did not take"),
    ("uc_routing_lines_not_utf8_total", "Lines of the preview link in which letters were replaced"),
    ("uc_routing_outcomes_total", "Outcomes of previews, by way and outcome"),
    ("uc_routing_previews_total", "Previews asked for, by way"),
    ("uc_routing_refused_total", "Requests on the routing side that were refused, by way and reason"),
    ("uc_routing_results_evicted_total", "Outcomes forgotten before they were fetched"),
    ("uc_routing_token_reload_failures_total", "Token files that could not be read again"),
    ("uc_routing_unreadable_attributes_total", "Optional parts of preview messages that could not be read, by way"),
    ("uc_routing_withdrawals_lost_total", "Withdrawals that a full queue had no room for"),
    ("uc_stat_heartbeats_unanswered_total", "Heartbeats of Stat Servers beyond the 10 a second that are answered"),
    ("uc_stat_links_lost_total", "Stat Server links that went down"),
    ("uc_stat_links_up_total", "Stat Server links that came up"),
    ("uc_stat_notifications_equal_total", "Messages of a Stat Server that said what was known already"),
    ("uc_stat_notifications_total", "Values told by Stat Servers"),
    ("uc_stat_oversized_lines_total", "Lines of Stat Servers over the limit"),
    ("uc_stat_requests_refused_total", "Statistics that a Stat Server does not give"),
    ("uc_stat_requests_total", "Requests sent to Stat Servers"),
    ("uc_stat_requests_unanswered_total", "Requests that a Stat Server did not answer in time"),
    ("uc_stat_unexpected_ids_total", "Messages about statistics that were never asked for"),
    ("uc_stat_unknown_messages_total", "Messages of Stat Servers of unknown names"),
    ("uc_stat_unreadable_attributes_total", "Values and numbers of Stat Servers that could not be read"),
    ("uc_stat_unreadable_lines_total", "Lines of Stat Servers that are no message"),
    ("uc_tlib_events_total", "Messages from T-Servers"),
    ("uc_tlib_heartbeats_unanswered_total", "Heartbeats of T-Servers beyond the 10 a second that are answered"),
    ("uc_tlib_links_lost_total", "T-Server links that went down"),
    ("uc_tlib_links_up_total", "T-Server links that came up"),
    (
        "uc_tlib_oversized_requests_total",
        "Requests longer than three quarters of `max-line`, which were refused and not sent",
    ),
    ("uc_tlib_oversized_lines_total", "Lines over the limit"),
    ("uc_tlib_owner_slow_total", "Reports that had to wait for the hub"),
    ("uc_tlib_pair_events_of_one_total", "Events that one T-Server of a pair told and the other never did"),
    ("uc_tlib_requests_refused_total", "EventError in answer to a request"),
    ("uc_tlib_requests_total", "Requests sent to T-Servers"),
    ("uc_tlib_requests_unanswered_total", "Requests that a T-Server did not answer in time"),
    ("uc_tlib_switchovers_total", "Times that the other T-Server of a pair went on where one stopped"),
    ("uc_tlib_unexpected_reference_ids_total", "Answers to requests that nobody waits for"),
    ("uc_tlib_unknown_messages_total", "Messages of unknown names, kept and shown"),
    ("uc_tlib_unreadable_attributes_total", "Parts of T-Servers' messages that could not be read; the rest counted"),
    ("uc_tlib_unreadable_lines_total", "Lines that are no message"),
    ("uc_web_accept_errors_total", "Connections that could not be accepted"),
    ("uc_web_admin_refused_total", "Administrative requests without the right token"),
    ("uc_web_bad_frames_total", "Frames from pages that are not in the vocabulary"),
    ("uc_web_connections_refused_total", "Connections over the limit"),
    ("uc_web_csrf_refused_total", "Requests without the session's CSRF token"),
    ("uc_web_foreign_host_total", "Requests under a name that is neither in `origins` nor in `public-url`"),
    ("uc_web_foreign_origin_total", "Requests from pages of another origin"),
    ("uc_web_invitations_displaced_total", "Invitations displaced by newer ones"),
    ("uc_web_pages_closed_total", "WebSockets closed, by reason"),
    (
        "uc_web_pages_not_driven_total",
        "WebSockets refused since nobody worked for the worker, or out of reach of this node",
    ),
    ("uc_web_pages_refused_total", "WebSockets over the limit"),
    ("uc_web_panics_total", "Requests that ended in a panic: a bug"),
    ("uc_web_sessions_not_kept_total", "Sign-ins and sign-outs that could not be written down in time"),
    ("uc_web_sessions_not_looked_up_total", "Cookies that were not looked up at other nodes, since too many were"),
    ("uc_web_sign_in_total", "Attempts to sign in, by outcome"),
    ("uc_web_tls_failures_total", "TLS handshakes that failed"),
    (
        "uc_workers_away_after_missed_previews_total",
        "Workers who missed so many previews in a row that they are not ready until they act",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    fn counted(folder: &Path, names: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("the sources").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                counted(&entry, names);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                let source = fs::read_to_string(&entry).expect("text");
                let calls = source.split("counter!(").chain(source.split("gauge!("));
                let named = calls.filter_map(|rest| rest.trim_start().strip_prefix("\"uc_")?.split('"').next());
                names.extend(named.map(|name| format!("uc_{name}")));
            }
        }
    }

    #[test]
    fn every_metric_is_described_and_every_description_has_its_metric() {
        let mut names = BTreeSet::new();
        counted(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut names);
        let described: BTreeSet<_> = GAUGES.iter().chain(COUNTERS).map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(names, described);
    }
}
