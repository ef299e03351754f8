//! What a simulated Stat Server knows: values by object and statistic, and what each client has open. Pure.

use super::mood::Mood;
use std::collections::{BTreeMap, BTreeSet};
use uc_connector::wire::{LineWriter, Record};

/// A value as it is told.
pub type Value = i64;

/// A client's number.
pub(super) type ClientId = u64;

/// The statistics of a Stat Server.
#[derive(Debug, Default)]
pub struct Model {
    values: BTreeMap<(String, String), Value>,
    open: BTreeMap<(ClientId, i64), (String, String)>,
    /// How it differs from what it should be.
    pub moods: Vec<Mood>,
    lines: Vec<(ClientId, String)>,
}

impl Model {
    /// A statistic of an object has this value from now on; whoever has it open is told.
    pub fn set(&mut self, object: &str, statistic: &str, value: Value) {
        let key = (object.to_owned(), statistic.to_owned());
        if self.values.insert(key.clone(), value) == Some(value) {
            return;
        }
        let open: Vec<_> = self.open.iter().filter(|(_, open)| **open == key).map(|(at, _)| *at).collect();
        open.into_iter().for_each(|(client, id)| self.tell(client, id));
    }

    /// What is open, each as object and statistic.
    pub fn open(&self) -> Vec<(String, String)> {
        self.open.values().cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// How many statistics are open, each client's for itself.
    pub fn count(&self) -> usize {
        self.open.len()
    }

    /// What is to be sent, since this was asked last.
    pub(super) fn lines(&mut self) -> Vec<(ClientId, String)> {
        std::mem::take(&mut self.lines)
    }

    pub(super) fn leave(&mut self, client: ClientId) {
        self.open.retain(|(of, _), _| *of != client);
    }

    fn is(&self, mood: Mood) -> bool {
        self.moods.contains(&mood)
    }

    /// A client asks for something.
    pub(super) fn request(&mut self, client: ClientId, record: &Record<'_>) {
        if self.is(Mood::Silent) {
            return;
        }
        let id = record.int("statisticID").ok().flatten().unwrap_or_default();
        let text = |name: &str| record.str(name).ok().flatten().unwrap_or_default().into_owned();
        match record.name() {
            "RequestOpenStatistic" => self.open_for(client, id, (text("objectID"), text("statisticName"))),
            "RequestPeekStatistic" if self.open.contains_key(&(client, id)) => self.tell(client, id),
            "RequestCloseStatistic" if self.open.remove(&(client, id)).is_some() => {
                self.write(client, "EventStatisticClosed", |line| line.int("statisticID", id));
            }
            _ => self.refuse(client, id, "Other", "this cannot be done"),
        }
    }

    fn open_for(&mut self, client: ClientId, id: i64, key: (String, String)) {
        let (object, statistic) = &key;
        let object_known = self.values.keys().any(|(known, _)| known == object);
        let known = self.values.contains_key(&key);
        if self.is(Mood::Refuses) {
            self.refuse(client, id, "77", "not today");
        } else if self.is(Mood::UnknownObject) || !object_known {
            self.refuse(client, id, "UnknownObject", &format!("no object {object}"));
        } else if self.is(Mood::UnknownStatistic) || !known {
            self.refuse(client, id, "UnknownStatistic", &format!("no statistic {statistic}"));
        } else {
            self.open.insert((client, id), key);
            self.write(client, "EventStatisticOpened", |line| line.int("statisticID", id));
            if !self.is(Mood::Terse) {
                self.tell(client, id);
            }
        }
    }

    fn tell(&mut self, client: ClientId, id: i64) {
        let value = self.open.get(&(client, id)).and_then(|key| self.values.get(key)).copied().unwrap_or_default();
        let json = match () {
            () if self.is(Mood::Words) => "\"plenty\"".to_owned(),
            () if self.is(Mood::Texts) => format!("\"{value}.0\""),
            () => value.to_string(),
        };
        for _ in 0..if self.is(Mood::Floods) { 100 } else { 1 } {
            self.write(client, "EventInfo", |line| line.int("statisticID", id).raw("value", &json));
        }
    }

    fn refuse(&mut self, client: ClientId, id: i64, code: &str, message: &str) {
        self.write(client, "EventError", |line| {
            line.int("statisticID", id).str("errorCode", code).str("errorMessage", message)
        });
    }

    fn write(&mut self, client: ClientId, name: &str, attributes: impl FnOnce(LineWriter<'_>) -> LineWriter<'_>) {
        let mut output = bytes::BytesMut::new();
        attributes(LineWriter::new(&mut output, name)).end();
        self.lines.push((client, String::from_utf8_lossy(&output).into_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(model: &mut Model, line: &str) -> Vec<String> {
        model.request(1, &Record::parse_str(line).unwrap());
        model.lines().into_iter().map(|(_, line)| line).collect()
    }

    const OPEN: &str = r#"{"messageName":"RequestOpenStatistic","statisticID":5,"objectID":"8000","objectType":"Queue","statisticName":"Waiting"}"#;

    #[test]
    fn what_is_open_is_told_when_it_changes_and_not_when_it_is_the_same() {
        let mut model = Model::default();
        model.set("8000", "Waiting", 3);
        let told = ask(&mut model, OPEN);
        assert!(told[0].contains("EventStatisticOpened") && told[1].contains("\"value\":3"), "{told:?}");
        model.set("8000", "Waiting", 3);
        model.set("8000", "Other", 4);
        assert!(model.lines().is_empty());
        model.set("8000", "Waiting", 4);
        assert_eq!(model.lines().len(), 1);
        ask(&mut model, r#"{"messageName":"RequestCloseStatistic","statisticID":5}"#);
        model.set("8000", "Waiting", 5);
        assert!(model.lines().is_empty());
    }

    #[test]
    fn what_it_does_not_know_is_said() {
        let mut model = Model::default();
        assert!(ask(&mut model, OPEN)[0].contains("UnknownObject"));
        model.set("8000", "Other", 1);
        assert!(ask(&mut model, OPEN)[0].contains("UnknownStatistic"));
        model.moods.push(Mood::Silent);
        assert!(ask(&mut model, OPEN).is_empty());
    }
}
