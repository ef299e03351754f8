//! Names that a person takes for one and the service for two: they differ by case, or by how their letters are put together,
//! alone. Each is used as it is written; whoever made the file may not have meant that. So it is with a user name that is
//! another worker's agent ID: a strategy may name a worker by either, and means the agent ID then.

use super::raw::{self, Raw, Word};
use crate::config::{Problem, Source, Told};
use foldhash::fast::RandomState as Quick;
use icu_normalizer::ComposingNormalizerBorrowed;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

/// Warns of each name that looks like one before it.
pub(super) fn warn(source: &Arc<Source>, raw: &Raw, warnings: &mut Told) {
    let mut of = |kind: &str, key: &str, names: &mut dyn Iterator<Item = (&Word, usize)>| {
        let mut met: HashMap<String, &str, Quick> = HashMap::default();
        for (index, (name, from)) in names.enumerate() {
            let other = match met.entry(folded(name.get_ref())) {
                Entry::Vacant(first) => {
                    first.insert(name.get_ref());
                    continue;
                }
                Entry::Occupied(first) => *first.get(),
            };
            warnings.tell(|| {
                let message = format!(
                    "this {kind} looks like {other:?}, and is another one: names are compared letter by letter"
                );
                let key = format!("{kind}[{index}].{key}");
                Problem::with_key(source, Some(raw::place(name, from)), key, message)
            });
        }
    };
    of("switch", "name", &mut raw.switch.iter().map(|switch| (&switch.name, switch.from)));
    of("place", "name", &mut raw.place.iter().map(|place| (&place.name, place.from)));
    of("group", "name", &mut raw.group.iter().map(|group| (&group.name, group.from)));
    of("worker", "user", &mut raw.worker.iter().map(|worker| (&worker.user, worker.from)));
    hidden(source, raw, warnings);
}

/// Warns of each user name that asks for another worker.
fn hidden(source: &Arc<Source>, raw: &Raw, warnings: &mut Told) {
    let agents: HashMap<&str, &str, Quick> =
        raw.worker.iter().map(|worker| (&**worker.agent_id.get_ref(), &**worker.user.get_ref())).collect();
    for (index, worker) in raw.worker.iter().enumerate() {
        let user = &**worker.user.get_ref();
        let Some(other) = agents.get(user).filter(|other| **other != user) else { continue };
        warnings.tell(|| {
            let message = format!(
                "this user name is the agent-id of {other:?}: a strategy that asks for it asks {other:?}, and this worker by \
                their agent-id alone"
            );
            Problem::with_key(source, Some(raw::place(&worker.user, worker.from)), format!("worker[{index}].user"), message)
        });
    }
}

fn folded(name: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(name).to_lowercase()
}

#[cfg(test)]
mod tests {
    use crate::{config::Source, directory::file};
    use std::{fmt::Write as _, sync::Arc};

    /// Keys that are warned of.
    fn warned(users: &[&str], places: &[&str], groups: &[&str], switches: &[&str]) -> Vec<String> {
        let mut text = String::new();
        switches.iter().for_each(|name| _ = write!(text, "[[switch]]\nname = '{name}'\nt-server = 'north'\n"));
        groups.iter().for_each(|name| _ = write!(text, "[[group]]\nname = '{name}'\n"));
        for (at, name) in places.iter().enumerate() {
            let _ = write!(text, "[[place]]\nname = '{name}'\ndns = [{{ dn = '{at}', switch = '{}' }}]\n", switches[0]);
        }
        for (at, (user, place)) in users.iter().zip(places).enumerate() {
            let _ = write!(text, "[[worker]]\nuser = '{user}'\nagent-id = '{at}'\nplace = '{place}'\n");
        }
        let source = Arc::new(Source { path: "directory.toml".into(), text });
        let warnings = file::read(&source, &["north".into()]).unwrap().warnings;
        assert!(warnings.iter().all(|warning| warning.message.contains("letter by letter")), "{warnings:?}");
        warnings.into_iter().map(|warning| warning.key).collect()
    }

    #[test]
    fn names_that_look_alike_are_told() {
        let (kim, desks) = (&["kim", "zoe", "lee"], &["desk-kim", "desk-zoe", "desk-lee"]);
        let none: Vec<String> = Vec::new();
        assert_eq!(warned(kim, desks, &["experts", "Others"], &["lab", "lab2"]), none);
        assert_eq!(warned(&["kim", "Kim", "KIM"], desks, &[], &["lab"]), ["worker[1].user", "worker[2].user"]);
        assert_eq!(warned(&["zo\u{e9}", "kim", "zoe\u{301}"], desks, &[], &["lab"]), ["worker[2].user"]);
        assert_eq!(warned(&["zo\u{e9}", "zoe", "kim"], desks, &[], &["lab"]), none, "another letter");
        assert_eq!(warned(kim, &["desk-kim", "Desk-Kim", "x"], &[], &["lab"]), ["place[1].name"]);
        assert_eq!(warned(kim, desks, &["experts", "Experts"], &["lab", "LAB"]), ["switch[1].name", "group[1].name"]);
    }

    #[test]
    fn a_user_name_that_is_the_agent_id_of_another_is_told() {
        for (workers, expected) in [
            (&[("9003", "1"), ("lee", "9003")][..], &["worker[0].user"][..]),
            (&[("lee", "9003"), ("9003", "1")], &["worker[1].user"]),
            (&[("1", "2"), ("2", "1")], &["worker[0].user", "worker[1].user"]),
            (&[("9003", "9003"), ("lee", "1")], &[]),
            (&[("kim", "1"), ("lee", "2")], &[]),
        ] {
            let mut text = "[[switch]]\nname = 'lab'\nt-server = 'north'\n".to_owned();
            for (at, (user, agent_id)) in workers.iter().enumerate() {
                let _ = write!(text, "[[place]]\nname = 'p{at}'\ndns = [{{ dn = 'd{at}', switch = 'lab' }}]\n");
                let _ = write!(text, "[[worker]]\nuser = '{user}'\nagent-id = '{agent_id}'\nplace = 'p{at}'\n");
            }
            let source = Arc::new(Source { path: "directory.toml".into(), text });
            let warnings = file::read(&source, &["north".into()]).unwrap().warnings;
            let keys: Vec<_> = warnings.iter().map(|warning| &*warning.key).collect();
            assert_eq!(keys, expected, "{workers:?}");
        }
    }
}
