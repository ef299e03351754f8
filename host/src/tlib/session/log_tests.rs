//! What is logged of a T-Server, and at which level: section 8 of PROTOCOL.md.

use super::{tests::Talk, *};
use crate::telemetry::captured::logged;
use tracing::Level;

const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];

/// What shows at which level, and what of it.
const TABLE: [(Level, &str, &str); 8] = [
    (Level::WARN, "nonsense", "cannot be read"),
    (Level::WARN, r#"{"messageName":"EventRinging","thisDN":"5002","connID":5}"#, "connID"),
    (Level::WARN, r#"{"messageName":"EventError","errorCode":51}"#, "EventError 51 for no open request"),
    (
        Level::DEBUG,
        r#"{"messageName":"EventACK","referenceID":77}"#,
        "a ReferenceID that no request here has had lately",
    ),
    (Level::DEBUG, r#"{"messageName":"EventOfTomorrow","thisDN":"5002"}"#, "message: EventOfTomorrow"),
    (Level::DEBUG, r#"{"messageName":"EventRinging","thisDN":"5002","connID":5}"#, "<- not of its kind"),
    (Level::DEBUG, "nonsense", "received, not readable"),
    (Level::TRACE, r#"{"messageName":"LinkHeartbeat","number":3}"#, "message: LinkHeartbeat"),
];

#[test]
fn each_kind_of_fault_shows_from_its_level_on_and_at_none_above() {
    for (level, line, words) in TABLE {
        for shown in LEVELS {
            let lines = logged(shown, || Talk::up().hears(line));
            let told = lines.iter().any(|line| line.contains(words));
            assert_eq!(told, shown >= level, "{line} at {shown}: {lines:#?}");
        }
    }
}

#[test]
fn too_many_heartbeats_are_a_warning() {
    let lines = logged(Level::WARN, || {
        let mut talk = Talk::up();
        (0..100).for_each(|_| talk.hears(r#"{"messageName":"LinkHeartbeat","number":3}"#));
    });
    assert!(matches!(&lines[..], [line] if line.contains("more heartbeats than are answered")), "{lines:#?}");
}

#[test]
fn three_thousand_equal_errors_are_told_at_once_and_then_once_a_minute_with_a_count() {
    let lines = logged(Level::WARN, || {
        let mut talk = Talk::up();
        for _ in 0..3000 {
            talk.hears(r#"{"messageName":"EventError","errorCode":51}"#);
        }
        talk.now += Duration::from_secs(61);
        talk.session.tick(talk.now).unwrap();
    });
    assert!(matches!(&lines[..], [_, again] if again.contains("count=2999")), "{lines:#?}");
}
