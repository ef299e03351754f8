//! `targets` of PreviewInteractionMultiple: whom a broadcast asks (requirements F42; host/docs/requirements.md,
//! "Preview messages").
//!
//! Accepted are, separated by `^`:
//!
//! | Entry | Meaning |
//! |---|---|
//! | `KW1` | agent ID, or the worker's user name; `anna@example.com` is one, too |
//! | `KW1@StatServer.A` | the same, as URS writes an agent target; the Stat Server's name is of no use here and dropped |
//!
//! Over HTTP and the link alike the list may also be a JSON array of such entries or of `{agent, dn, switch}` objects.

use super::{
    fields::{DecodeError, Fields, MAX_NAME, Unreadable, as_text},
    message::Target,
};
use crate::wire::Members;
use serde_json::value::RawValue;
use std::{collections::HashSet, sync::Arc};

const FIELD: &str = "targets";
const AGENT: &str = "agent";
/// URS target types that name no single agent: groups, places, queues, skills (host/docs/requirements.md, "Strategies":
/// agents only).
const NOT_AGENTS: [&str; 10] = ["GA", "AP", "GP", "GQ", "GC", "GV", "Q", "RP", "DN", "SK"];

/// Reads the list, without repeated agents, in order; at most `max` of them.
///
/// # Errors
/// The list, or an entry of it, names no agent. What cannot be read besides goes to `unread`.
pub fn decode(value: &RawValue, max: usize, unread: &mut Unreadable) -> Result<Vec<Target>, DecodeError> {
    let expected = || wrong("agents separated by `^`, or an array, are expected");
    match as_text(value) {
        Some(list) => of_list(&list, max),
        None => {
            let entries = serde_json::from_str::<Vec<&RawValue>>(value.get()).map_err(|_| expected())?;
            distinct(array(&entries, unread)?, max)
        }
    }
}

/// Reads entries separated by `^`, likewise.
pub fn of_list(list: &str, max: usize) -> Result<Vec<Target>, DecodeError> {
    distinct(split(list)?, max)
}

/// What is bounded is how many are asked, not how often each is named.
fn distinct(mut targets: Vec<Target>, max: usize) -> Result<Vec<Target>, DecodeError> {
    let mut seen = HashSet::new();
    targets.retain(|target| seen.insert(target.agent.clone()));
    bounded(targets.len(), max)?;
    match targets.is_empty() {
        true => Err(DecodeError::Missing(FIELD)),
        false => Ok(targets),
    }
}

fn split(list: &str) -> Result<Vec<Target>, DecodeError> {
    list.split('^').map(str::trim).filter(|entry| !entry.is_empty()).map(entry).collect()
}

fn array(entries: &[&RawValue], unread: &mut Unreadable) -> Result<Vec<Target>, DecodeError> {
    let expected = |_| wrong("each entry is an agent or an object with `agent`");
    let mut one = |value: &&RawValue| match as_text(value) {
        Some(text) => entry(text.trim()),
        None => target(&Fields::of(&Members::parse(value.get()).map_err(expected)?), unread),
    };
    entries.iter().map(&mut one).collect()
}

/// One worker by `agent`, `dn` and `switch`, as PreviewInteractionRequest names a worker.
///
/// # Errors
/// It names no agent. What cannot be read besides goes to `unread`.
pub fn target(fields: &Fields<'_>, unread: &mut Unreadable) -> Result<Target, DecodeError> {
    let agent = agent_named(fields)?.ok_or(DecodeError::Missing(AGENT))?;
    let [dn, switch] = ["dn", "switch"].map(|name| unread.or_absent(fields.name(name)));
    Ok(Target { agent, dn, switch })
}

/// Who `agent` names, as a strategy or URS itself writes it; none: nobody.
///
/// # Errors
/// It cannot be read, or names no single agent.
pub fn agent_named(fields: &Fields<'_>) -> Result<Option<Arc<str>>, DecodeError> {
    let Some(written) = fields.name(AGENT)? else { return Ok(None) };
    match agent_of(&written).map_err(|words| DecodeError::wrong(AGENT, words))? {
        "" => Err(DecodeError::Missing(AGENT)),
        agent => Ok(Some(agent.into())),
    }
}

fn entry(text: &str) -> Result<Target, DecodeError> {
    if text.contains('|') {
        return Err(wrong("entries are separated by `^`; the strategy must replace URS's `|`"));
    }
    let agent = agent_of(text).map_err(wrong)?;
    match agent.len() {
        0 => Err(wrong("an entry is empty")),
        1..=MAX_NAME => Ok(Target { agent: agent.into(), dn: None, switch: None }),
        _ => Err(wrong(format!("an entry has more than {MAX_NAME} bytes"))),
    }
}

/// `id@statserver.type` is URS's way to write a target; anything else is an agent ID as it stands.
///
/// # Errors
/// What it is instead.
fn agent_of(text: &str) -> Result<&str, String> {
    let urs_form = text.split_once('@').and_then(|(id, rest)| rest.rsplit_once('.').map(|(_, kind)| (id, kind)));
    match urs_form {
        Some((id, "A")) => Ok(id),
        Some((_, kind)) if NOT_AGENTS.contains(&kind) => {
            Err(format!("`.{kind}` is no agent; expand it in the strategy"))
        }
        _ => Ok(text),
    }
}

fn bounded(count: usize, max: usize) -> Result<(), DecodeError> {
    match count <= max {
        true => Ok(()),
        false => Err(wrong(format!("{count} workers; at most {max} are allowed (`[routing] max-targets`)"))),
    }
}

fn wrong(expected: impl Into<String>) -> DecodeError {
    DecodeError::wrong(FIELD, expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn read(value: &Json, max: usize) -> Result<Vec<Target>, DecodeError> {
        decode(&serde_json::value::to_raw_value(value).unwrap(), max, &mut Unreadable::default())
    }

    fn agents(value: &Json) -> Vec<String> {
        read(value, 10).unwrap().into_iter().map(|target| target.agent.to_string()).collect()
    }

    fn fault(value: &Json) -> String {
        read(value, 3).unwrap_err().to_string()
    }

    #[test]
    fn splits_at_the_circumflex() {
        assert_eq!(agents(&json!("KW1^KW2^ KW3 ^")), ["KW1", "KW2", "KW3"]);
        assert_eq!(agents(&json!("KW1^KW1")), ["KW1"]);
        assert_eq!(read(&json!("KW1^KW2^KW1^KW1"), 2).unwrap().len(), 2, "who is named again is asked once");
    }

    #[test]
    fn takes_targets_as_urs_writes_them() {
        assert_eq!(agents(&json!("KW1@Stat_Server.A^KW2@Stat.Server.A")), ["KW1", "KW2"]);
        assert_eq!(agents(&json!("anna@example.com")), ["anna@example.com"]);
        assert!(fault(&json!("Sales@Stat_Server.GA")).contains("`.GA` is no agent"));
    }

    #[test]
    fn takes_an_agent_as_urs_writes_it_wherever_one_is_named() {
        for (written, expected) in [
            ("KW1@Stat_Server.A", Ok("KW1")),
            ("anna@example.com", Ok("anna@example.com")),
            ("Sales@Stat_Server.GA", Err("`agent`: `.GA` is no agent; expand it in the strategy")),
            ("@ss.A", Err("`agent` is missing or empty")),
        ] {
            let text = json!({"agent": written, "ConnID": "1f"}).to_string();
            let members = Members::parse(&text).unwrap();
            let (fields, mut unread) = (Fields::of(&members), Unreadable::default());
            let expected = expected.map(Arc::<str>::from).map_err(str::to_owned);
            let one = target(&fields, &mut unread).map(|target| target.agent).map_err(|fault| fault.to_string());
            assert_eq!(one, expected, "{written}");
            let cancel = super::super::cancel::Cancel::decode(&fields, &mut unread);
            let cancel = cancel.map(|cancel| cancel.agent.unwrap()).map_err(|fault| fault.to_string());
            assert_eq!(cancel, expected, "{written}");
            let listed = read(&json!([{"agent": written}]), 3).map(|targets| targets[0].agent.clone());
            assert_eq!(listed.map_err(|fault| fault.to_string()), expected, "{written}");
        }
    }

    #[test]
    fn takes_arrays() {
        let targets = read(&json!(["KW1", {"Agent": "KW2", "dn": "7002", "switch": "sw"}]), 10).unwrap();
        assert_eq!(targets[1], Target { agent: "KW2".into(), dn: Some("7002".into()), switch: Some("sw".into()) });
        assert_eq!(targets[0].agent.as_ref(), "KW1");
    }

    #[test]
    fn takes_digits_as_bridges_write_them() {
        for value in [json!(5003), json!([5003]), json!(["5003"]), json!([{"agent": 5003}]), json!("5003")] {
            assert_eq!(agents(&value), ["5003"], "{value}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        assert_eq!(fault(&json!("^ ^")), "`targets` is missing or empty");
        assert!(fault(&json!("KW1|KW2")).contains("must replace"));
        assert!(fault(&json!("a^b^c^d")).contains("4 workers; at most 3"));
        assert!(fault(&json!(["x".repeat(256)])).contains("more than 255"));
        assert!(fault(&json!([true])).contains("each entry"));
        assert!(fault(&json!(7.5)).contains("separated"));
        assert!(fault(&json!("@ss.A")).contains("empty"));
        assert!(fault(&json!([{"dn": "7"}])).contains("`agent` is missing"));
    }
}
