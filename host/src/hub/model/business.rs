//! Business data of the calls: the T-Servers' own, what they told of it, and what workers change.

use super::world::Device;
use crate::{
    agent_link::{Call, CallStep, ConnId, EventKind, KvList, UserDataChange, Value},
    hub::tests::bench::inbound,
    policy::{Others, UserDataField, UserDataForm},
    web::message::{self, ClientFrame},
    worker::{self, LineId},
};
use rand::{Rng, rngs::SmallRng, seq::IndexedRandom};
use std::{collections::HashMap, sync::Arc};

const KEYS: [&str; 2] = ["Order", "Reason"];
const VALUES: [&str; 3] = ["1", "two", ""];

/// Workers see and change both keys.
pub(super) fn form() -> Arc<UserDataForm> {
    let field = |key: &str| -> UserDataField {
        toml::from_str(&format!("key = '{key}'\nedit = true")).expect("a field of the configuration")
    };
    UserDataForm::new(&KEYS.map(field), Others::Hide, "".into()).into()
}

impl Device {
    /// A call as its events tell it. Data may be left out of the events of a call that is held.
    pub(super) fn told(&self, conn_id: ConnId) -> Call {
        let held = self.calls.get(&conn_id) == Some(&CallStep::Held);
        Call { user_data: self.data.get(&conn_id).filter(|_| !held).cloned(), ..inbound(conn_id) }
    }

    /// A call goes on as another, its data too where that has none.
    pub(super) fn data_goes_on(&mut self, from: ConnId, to: ConnId) {
        if let Some(data) = self.data.remove(&from) {
            self.data.entry(to).or_insert(data);
        }
    }

    /// None: the call is over.
    pub(super) fn data_change(&mut self, conn_id: ConnId, change: &UserDataChange) -> Option<EventKind> {
        self.calls.get(&conn_id)?;
        let KvList(pairs) = self.data.entry(conn_id).or_default();
        match change {
            UserDataChange::Attach(key, value) => pairs.push((key.to_string(), value.clone())),
            UserDataChange::Update(fresh) => {
                pairs.retain(|(known, _)| fresh.first(known).is_none());
                pairs.extend(fresh.0.iter().cloned());
            }
            UserDataChange::DeletePair(key) => pairs.retain(|(known, _)| **known != **key),
        }
        let data = self.data.get(&conn_id).cloned();
        Some(EventKind::CallChanged(Call { user_data: data, ..inbound(conn_id) }))
    }

    /// Another client changes the data of a call; none: there is no call.
    pub(super) fn others_change_data(&mut self, random: &mut SmallRng) -> Option<EventKind> {
        let calls: Vec<_> = self.calls.keys().copied().collect();
        let conn_id = *calls.choose(random)?;
        let key = *KEYS.choose(random)?;
        let value = Value::Str((*VALUES.choose(random)?).into());
        let change = if random.random_bool(0.7) {
            UserDataChange::update(key, value)
        } else {
            UserDataChange::DeletePair(key.into())
        };
        self.data_change(conn_id, &change)
    }
}

/// A change of what a page shows of a call; sometimes of what it showed before.
pub(super) fn pressed(call: &message::Call, random: &mut SmallRng) -> Option<ClientFrame> {
    let key: Arc<str> = (*KEYS.choose(random)?).into();
    let shown = call.data.iter().find(|pair| pair.key == key).map(|pair| pair.value.clone());
    let was = if random.random_bool(0.8) { shown } else { Some("of before".into()) };
    let value = if random.random_bool(0.7) { Some((*VALUES.choose(random)?).into()) } else { None };
    Some(ClientFrame::UserData { conn_id: call.conn_id.clone(), dn: call.dn.clone(), key, was, value })
}

/// What was told last of each call's data.
#[derive(Debug, Default)]
pub(super) struct ToldData(HashMap<(LineId, ConnId), KvList>);

impl ToldData {
    /// An event of a line, before it is added to which calls are known of it; and the call that goes on in it under
    /// another ConnID.
    pub(super) fn event(
        &mut self,
        line: LineId,
        kind: &EventKind,
        before: Option<ConnId>,
        is_known: impl Fn(ConnId) -> bool,
    ) {
        match kind {
            EventKind::Call(call, _) => self.tell(line, call),
            EventKind::CallChanged(call) if is_known(call.conn_id) => self.tell(line, call),
            EventKind::Party(call, _) => {
                let known = is_known(call.conn_id);
                let merged = before.and_then(|before| self.0.remove(&(line, before))).filter(|_| !known);
                self.0.extend(merged.map(|data| ((line, call.conn_id), data)));
                if known || before.is_some() {
                    self.tell(line, call);
                }
            }
            EventKind::Registered { calls: Some(calls), .. } => {
                calls.iter().for_each(|(call, _)| self.tell(line, call));
            }
            _ => {}
        }
    }

    fn tell(&mut self, line: LineId, call: &Call) {
        self.0.extend(call.user_data.clone().map(|data| ((line, call.conn_id), data)));
    }

    /// Only these calls of a line are there still.
    pub(super) fn keep(&mut self, line: LineId, is_known: impl Fn(ConnId) -> bool) {
        self.0.retain(|(of, conn_id), _| *of != line || is_known(*conn_id));
    }

    /// A line knows of its calls what was told.
    pub(super) fn is_known(&self, line: &worker::Line) {
        for live in line.calls().iter() {
            let told = self.0.get(&(line.id(), live.call.conn_id));
            assert_eq!(live.call.user_data.as_ref(), told, "data at {}", line.place().dn);
        }
    }
}
