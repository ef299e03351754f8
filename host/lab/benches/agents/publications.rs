//! What stands of one agent at the Front End: versions are kept and checked as a server does.

use super::day::Doing;
use std::fmt::Write;

const OPEN: &str = "<roamingData xmlns=\"http://schemas.microsoft.com/2006/09/sip/roaming-self\"><categories \
                    xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"sip:";
const CLOSE: &str = "</categories></roamingData>";

struct Stood {
    category: &'static str,
    instance: u32,
    container: u32,
    version: u32,
    value: String,
}

/// All of one agent.
#[derive(Default)]
pub(super) struct Publications(Vec<Stood>);

impl Publications {
    /// Takes a publication; what the answer to it says.
    pub(super) fn apply(&mut self, user: &str, body: &str) -> String {
        let (mut states, mut notes) = (false, false);
        for operation in body.split("<publication ").skip(1) {
            let category = self.operate(operation);
            states |= category == "state";
            notes |= category == "note";
        }
        self.told(user, states, notes)
    }

    fn operate(&mut self, operation: &str) -> &'static str {
        let (attributes, rest) = operation.split_once('>').unwrap();
        let text = |name: &str| attributes.split_once(name)?.1.split('"').next();
        let number = |name| text(name).unwrap().parse::<u32>().unwrap();
        let category = if text("categoryName=\"") == Some("state") { "state" } else { "note" };
        let (instance, container, version) = (number("instance=\""), number("container=\""), number("version=\""));
        let at = self
            .0
            .iter()
            .position(|known| (known.category, known.instance, known.container) == (category, instance, container));
        let known = at.map_or(0, |at| self.0[at].version);
        assert_eq!(version, known, "a wrong version: {operation}");
        let value = rest.split_once("</publication>").map(|(value, _)| value.to_owned());
        match (at, value) {
            (Some(at), Some(value)) => (self.0[at].version, self.0[at].value) = (version + 1, value),
            (None, Some(value)) => self.0.push(Stood { category, instance, container, version: 1, value }),
            (Some(at), None) => drop(self.0.swap_remove(at)),
            (None, None) => panic!("there is nothing to remove: {operation}"),
        }
        category
    }

    /// Everything of the categories that were touched, as a real server's answer has it.
    fn told(&self, user: &str, states: bool, notes: bool) -> String {
        let mut out = String::with_capacity(2048);
        out.push_str(OPEN);
        out.push_str(user);
        out.push_str("\">");
        for (category, _) in [("state", states), ("note", notes)].into_iter().filter(|(_, touched)| *touched) {
            let before = out.len();
            self.0.iter().filter(|known| known.category == category).for_each(|known| put(known, &mut out));
            if out.len() == before {
                write!(out, "<category name=\"{category}\"/>").unwrap();
            }
        }
        out.push_str(CLOSE);
        out
    }

    /// The first document of an agent: everything that stands.
    pub(super) fn everything(&self, user: &str) -> String {
        if self.0.is_empty() {
            return format!("{OPEN}{user}\">{CLOSE}");
        }
        self.told(user, true, true)
    }

    /// What colleagues take the agent to do.
    pub(super) fn doing(&self) -> Doing {
        let in_call = |known: &&Stood| known.category == "state" && known.instance >> 28 == 8 && known.container == 2;
        let noted = self.0.iter().any(|known| known.category == "note");
        match self.0.iter().find(in_call).map(|known| &*known.value) {
            None if !noted => Doing::Ready,
            Some(value) if value.contains("token=\"on-the-phone\"") && !noted => Doing::Talking,
            Some(value) if value.contains("<availability>15500<") && noted => Doing::AfterCallWork,
            other => panic!("nobody does that: {other:?}, a note: {noted}"),
        }
    }
}

fn put(known: &Stood, out: &mut String) {
    let Stood { category, instance, container, version, value } = known;
    write!(
        out,
        "<category name=\"{category}\" instance=\"{instance}\" container=\"{container}\" version=\"{version}\" \
         expireType=\"endpoint\" publishTime=\"2026-11-22T13:00:28.123\">{value}</category>"
    )
    .unwrap();
}
