//! What contradicts itself among `[[user-data]]`.

use super::{Connector, findings::Findings, is_language};
use crate::policy::{UserDataField, user_data::MOST_FIELDS};
use std::collections::HashSet;

pub(super) fn check(fields: &[UserDataField], connector: &Connector, findings: &mut Findings<'_>) {
    if fields.len() > MOST_FIELDS {
        let message = format!("there are {} of these", fields.len());
        findings.wrong(&format!("user-data[{MOST_FIELDS}]"), message, format!("up to {MOST_FIELDS}"));
    }
    let mut seen = HashSet::new();
    for (index, field) in fields.iter().enumerate().take(MOST_FIELDS) {
        for fault in field.faults(is_language) {
            findings.wrong(&format!("user-data[{index}].{}", fault.key), fault.message, fault.allowed);
        }
        if !seen.insert(&*field.key) {
            let message = format!("{:?} is listed above already", field.key);
            findings.wrong(&format!("user-data[{index}].key"), message, "each key once");
        }
    }
    for (name, key) in [("filter-key", &connector.filter_key), ("transfer-note-key", &connector.transfer_note_key)] {
        if key.chars().count() > 255 || key.contains(char::is_control) {
            let allowed = "up to 255 letters on one line; empty for none";
            findings.wrong(&format!("uc-connector.{name}"), "this is no key", allowed);
        }
    }
}
