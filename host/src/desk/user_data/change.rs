//! A worker changes one pair of their call's data.

use crate::{
    agent_link::{KvList, UserDataChange, Value},
    desk::text::steers,
    remark::{Remark, Why},
    web::message::Call,
};
use std::sync::Arc;

/// Letters of a value that a worker may write. What is longer they may not change either: a page names the value that it
/// replaces, and both have to fit into a frame.
pub(super) const LONGEST: usize = 2000;

/// One pair as the worker saw it, and as they want it.
pub(crate) struct Wanted<'w> {
    /// Which.
    pub(crate) key: &'w Arc<str>,
    /// What they saw; none: it was not there.
    pub(crate) was: Option<&'w str>,
    /// What it shall be; none: it shall go.
    pub(crate) value: Option<&'w str>,
}

/// What is asked of the T-Server, if the call still shows what the worker saw and lets them change it.
///
/// # Errors
/// Why nothing is asked, for the worker.
pub(crate) fn change(call: &Call, data: Option<&KvList>, wanted: &Wanted<'_>) -> Result<UserDataChange, Remark> {
    let Wanted { key, was, value } = *wanted;
    value.map_or(Ok(()), judged)?;
    let shown = call.data.iter().find(|pair| pair.key == *key);
    match (was, shown, value) {
        (None, None, Some(value)) if call.add.contains(key) => {
            Ok(UserDataChange::Attach(key.clone(), Value::Str(value.into())))
        }
        (None, Some(shown), _) => Err(Remark::with(Why::DataThere, short(&shown.value))),
        (Some(_), None, _) => Err(Why::DataGone.into()),
        (Some(was), Some(shown), _) if shown.edit && *shown.value != *was => {
            Err(Remark::with(Why::DataMoved, short(&shown.value)))
        }
        (Some(_), Some(shown), Some(value)) if shown.edit && !shown.fixed => {
            Ok(UserDataChange::update(key, like(data.and_then(|data| data.first(key)), value)))
        }
        (Some(_), Some(shown), None) if shown.edit && !shown.stays => Ok(UserDataChange::DeletePair(key.clone())),
        _ => Err(Why::DataNotNow.into()),
    }
}

/// A note that goes with a call; none: nothing was written.
///
/// # Errors
/// What is wrong with it, for the worker.
pub(crate) fn note(key: &Arc<str>, note: &str) -> Result<Option<UserDataChange>, Remark> {
    let note = note.trim();
    if note.is_empty() {
        return Ok(None);
    }
    if key.is_empty() {
        return Err(Why::NoteNotNow.into());
    }
    judged(note)?;
    Ok(Some(UserDataChange::update(key, Value::Str(note.into()))))
}

fn judged(value: &str) -> Result<(), Why> {
    if value.chars().count() > LONGEST {
        return Err(Why::TextLong);
    }
    if steers(value) { Err(Why::TextControl) } else { Ok(()) }
}

fn short(value: &str) -> String {
    let mut letters = value.chars();
    let short: String = letters.by_ref().take(60).collect();
    if letters.next().is_some() { format!("{short}…") } else { short }
}

/// A number stays a number: strategies read it as one.
fn like(was: Option<&Value>, value: &str) -> Value {
    let number = || value.parse().ok().filter(|number: &i64| number.to_string() == value);
    match was {
        Some(Value::Int(_)) => number().map_or_else(|| Value::Str(value.into()), Value::Int),
        _ => Value::Str(value.into()),
    }
}
