//! What a reload changes, found by comparing what runs with what was read. Pure: nothing here reads or applies anything.
//!
//! | What changed | What happens |
//! |---|---|
//! | `[directory]`, the file itself | taken over, unless it takes too much from people; workers come, go and change |
//! | the same, with other T-Servers | after a restart: what runs is watched and judged as before, by the `accept` that is new |
//! | `[[plugin]]`, its settings, its file | that plug-in gets a new instance |
//! | `[plugins]` | taken over, by each plug-in whose file is another one with it |
//! | `[[user-data]]`, `user-data-others`, `filter-key` | taken over; open previews keep the values they were offered with |
//! | `[log]` `level` and `levels` | taken over |
//! | the pages' certificate or key at the same path | taken over for new connections |
//! | `texts` of `[web]`, the files in it | taken over by pages that are opened from then on |
//! | the routing tokens in the same file | taken over |
//! | the content of a sound | taken over by whoever fetches it from then on |
//! | a file that a plug-in's settings name | that plug-in gets a new instance; it runs on where it complains of the file |
//! | whether there is a `[web]` or `[admin]`, in presence connector mode | after a restart |
//! | any other file that a key names | after a restart |
//! | any other key | after a restart |

use crate::{
    config::{self, Config},
    directory::{Directory, Worker},
    web::{Opens, accounts::Accounts},
};
use std::sync::Arc;

/// What takes effect at once, and what does not. Keys as in the file: `web.listen`, `t-server[north].address`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Takes effect now.
    pub changed: Vec<String>,
    /// Takes effect after a restart.
    pub needs_restart: Vec<String>,
}

/// Sorts the keys that differ, and those whose file has another content. What takes effect at once is compared with the
/// configuration that runs, what needs a restart with that of the start. `opens` says which of `[web]` and `[admin]` a
/// configuration opens: naming a section can open its port, although every key has the value that it had by default.
pub fn plan(started: &Config, running: &Config, fresh: &Config, opens: impl Fn(&Config) -> Opens) -> Plan {
    // Link numbers in a directory of other T-Servers would mean other links than those that run.
    let same_links = has_same_links(started, fresh);
    let is_live = |key: &str| is_live(key) && (same_links || key == ACCEPT || !key.starts_with(DIRECTORY));
    let differs = |old: &Config| {
        let keys = old.effective.changed(&fresh.effective);
        let named_otherwise = |key: &String| keys.contains(key);
        let mut contents = old.contents.changed(&fresh.contents);
        contents.retain(|key| !named_otherwise(key));
        let contents = contents.into_iter().map(|key| (is_followed(&key), format!("{key} (content)")));
        keys.into_iter().map(|key| (is_live(&key), key)).chain(contents).collect::<Vec<_>>()
    };
    let of = |keys: Vec<(bool, String)>, live| keys.into_iter().filter(move |key| key.0 == live).map(|key| key.1);
    let ports = ports(opens(started), opens(fresh)).map(str::to_owned);
    let needs_restart = ports.chain(of(differs(started), false)).collect();
    Plan { changed: of(differs(running), true).collect(), needs_restart }
}

/// The keys of the directory.
const DIRECTORY: &str = "directory.";

/// Which file is accepted whatever it takes away.
const ACCEPT: &str = "directory.accept";

/// Whether the directory of one can be used with the T-Servers of the other.
pub fn has_same_links(started: &Config, fresh: &Config) -> bool {
    fresh.has_t_servers(&started.t_server_names())
}

/// What a configuration with other T-Servers says of the directory waits for the restart with them: until then `fresh`
/// watches and judges the one that `running` names. Which file of it the operator accepts is said by its content, and
/// waits for nothing.
pub fn keep_directory(fresh: &mut Config, running: &Config) {
    let accept = fresh.directory.accept.take();
    fresh.directory = config::Directory { accept, ..running.directory.clone() };
    let accept = fresh.effective.0.remove_entry(ACCEPT);
    fresh.effective.keep_below(DIRECTORY, &running.effective);
    fresh.effective.0.remove(ACCEPT);
    fresh.effective.0.extend(accept);
    fresh.contents.keep_below(DIRECTORY, &running.contents);
}

/// The sections whose port the next start opens, or opens no more.
fn ports(started: Opens, fresh: Opens) -> impl Iterator<Item = &'static str> {
    let sections = [("admin", started.operators, fresh.operators), ("web", started.users, fresh.users)];
    sections.into_iter().filter(|(_, before, after)| before != after).map(|(section, ..)| section)
}

/// Whether the content of a key's file is taken over without a restart.
fn is_followed(key: &str) -> bool {
    ["routing.api-token-file", "web.tls-cert", "web.tls-key"].contains(&key)
        || ["plugin[", "uc-connector.audio-on-"].iter().any(|prefix| key.starts_with(prefix))
}

/// Whether a key takes effect without a restart.
fn is_live(key: &str) -> bool {
    ["log.level", "uc-connector.filter-key", "uc-connector.user-data-others", "user-data", "web.texts"].contains(&key)
        || [DIRECTORY, "log.levels.", "plugins.", "plugin[", "user-data["].iter().any(|prefix| key.starts_with(prefix))
}

/// Who is who, and who may sign in.
type People<'p> = (&'p Directory, &'p Accounts);

/// How many workers came, went and changed, their passwords and roles included; none: nobody.
pub fn directory_change((old, before): People<'_>, (new, after): People<'_>) -> Option<String> {
    let came = new.workers().iter().filter(|worker| old.worker(&worker.id).is_none()).count();
    let went = old.workers().iter().filter(|worker| new.worker(&worker.id).is_none()).count();
    let other = |worker: &&Arc<Worker>| {
        old.worker(&worker.id).is_some_and(|then| then != *worker || before.get(&worker.id) != after.get(&worker.id))
    };
    let changed = new.workers().iter().filter(other).count();
    let seats = if old.free() == new.free() { "" } else { ", free seats changed" };
    let any = came + went + changed > 0 || !seats.is_empty();
    any.then(|| format!("directory: {came} workers added, {went} removed, {changed} changed{seats}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    const BASE: &str = "[directory]\nfile = 'd.toml'\n[[t-server]]\nname = 'north'\naddress = 'h:1'\n";

    fn config(more: &str) -> Config {
        let text = format!("{BASE}{more}");
        Config::read(&Arc::new(Source { path: "/etc/uc.toml".into(), text })).unwrap()
    }

    fn planned(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
        let Plan { changed, needs_restart } = plan(&config(old), &config(old), &config(new), |_| Opens::ALL);
        (changed, needs_restart)
    }

    #[test]
    fn a_section_that_opens_a_port_needs_a_restart_although_its_keys_are_the_defaults() {
        for (old, new, needed) in [
            ("", "", &[][..]),
            ("", "[web]\n", &["web"]),
            ("[admin]\n", "", &["admin"]),
            ("[admin]\n", "[web]\n", &["admin", "web"]),
            ("[web]\n", "[web]\nlisten = '127.0.0.1:8080'\n", &[]),
            ("", "[web]\nlisten = '127.0.0.1:9'\n", &["web", "web.listen"]),
        ] {
            let named = plan(&config(old), &config(old), &config(new), |config| config.named);
            assert_eq!(
                named,
                Plan { changed: vec![], needs_restart: needed.iter().map(|key| (*key).into()).collect() }
            );
            let all = plan(&config(old), &config(old), &config(new), |_| Opens::ALL);
            assert!(all.needs_restart.iter().all(|key| key.contains('.')), "{all:?}");
        }
    }

    #[test]
    fn keys_are_sorted_by_when_they_take_effect() {
        let plugin = "[[plugin]]\nname = 'a'\nfile = 'a.so'\n[plugin.settings]\nx = 1\n";
        let (changed, needs_restart) = planned(
            plugin,
            &format!("{}[log]\nlevel = 'debug'\n[web]\nlisten = '127.0.0.1:9'\n", plugin.replace("x = 1", "x = 2")),
        );
        assert_eq!(changed, ["log.level", "plugin[a].settings.x"]);
        assert_eq!(needs_restart, ["web.listen"]);
    }

    #[test]
    fn what_pages_show_of_business_data_needs_no_restart() {
        let more = "[uc-connector]\nuser-data-others = 'fold'\nfilter-key = 'Show'\n[[user-data]]\nkey = 'a'\n";
        let changed = ["uc-connector.filter-key", "uc-connector.user-data-others", "user-data[0].key"];
        assert_eq!(planned("", more), (changed.map(String::from).to_vec(), vec![]));
    }

    #[test]
    fn a_number_that_is_written_otherwise_is_the_same_and_another_one_is_not() {
        let grace = |number: &str| format!("[uc-connector]\npage-grace = {number}\n");
        for (number, same) in
            [("0xA", true), ("0b1010", true), ("1_0", true), ("+10", true), ("0x10", false), ("0o10", false)]
        {
            let (_, needs_restart) = planned(&grace("10"), &grace(number));
            assert_eq!(needs_restart.is_empty(), same, "{number}: {needs_restart:?}");
        }
    }

    #[test]
    fn what_is_said_to_need_a_restart_is_not_taken_over_before() {
        let (changed, needs_restart) = planned("", "[plugins]\ndirectory = '/'\nallow = []\n");
        assert_eq!((changed, needs_restart), (vec!["plugins.directory".to_owned()], vec![]));
    }

    #[test]
    fn what_means_the_same_is_no_change() {
        assert_eq!(planned("[log]\nlevel = 'info'\n[uc-connector]\npage-grace = 10\n", "# moved\n"), (vec![], vec![]));
    }

    #[test]
    fn a_directory_for_other_t_servers_waits_for_the_restart_with_them() {
        let old = config("");
        let mut new = config("");
        let text = BASE.replace("d.toml'", "d2.toml'\nloss-percent = 5\naccept = '0123456789abcdef'");
        for t_servers in
            [text.replace("north", "south"), format!("{text}[[t-server]]\nname = 'south'\naddress = 'h:2'\n")]
        {
            new = Config::read(&Arc::new(Source { path: "/etc/uc.toml".into(), text: t_servers })).unwrap();
            let Plan { changed, needs_restart } = plan(&old, &old, &new, |_| Opens::ALL);
            assert_eq!(changed, [ACCEPT], "it is waited for nothing with what is accepted");
            for key in ["directory.file", "directory.loss-percent"] {
                assert!(needs_restart.iter().any(|named| named == key), "{key}: {needs_restart:?}");
            }
            keep_directory(&mut new, &old);
            let accept = new.directory.accept.clone();
            assert_eq!(accept.as_deref(), Some("0123456789abcdef"));
            assert_eq!(new.directory, config::Directory { accept, ..old.directory.clone() });
        }
        // The next one, which goes back to the T-Servers that run, is compared with what is in force.
        let back = Config::read(&Arc::new(Source { path: "/etc/uc.toml".into(), text })).unwrap();
        let Plan { changed, needs_restart } = plan(&old, &new, &back, |_| Opens::ALL);
        let keys = ["directory.file", "directory.loss-percent"];
        assert_eq!((changed, needs_restart), (keys.map(String::from).to_vec(), vec![]));
    }

    #[test]
    fn t_servers_in_another_order_are_the_same() {
        let named = |name: &str| format!("[[t-server]]\nname = '{name}'\naddress = 'h:2'\n");
        let (old, new) = ([named("a"), named("b")].concat(), [named("b"), named("a")].concat());
        assert!(has_same_links(&config(&old), &config(&new)));
        assert_eq!(planned(&old, &new), (vec![], vec![]));
        for other in [named("a"), [named("a"), named("c")].concat(), [&*old, &*named("c")].concat()] {
            assert!(!has_same_links(&config(&old), &config(&other)), "{other}");
        }
    }

    #[test]
    fn t_servers_go_by_name() {
        let more = "[[t-server]]\nname = 'south'\naddress = 'h:2'\n";
        let (changed, needs_restart) = planned("", more);
        assert_eq!((changed.len(), needs_restart.len()), (0, 2), "{needs_restart:?}");
        assert!(needs_restart.iter().all(|key| key.starts_with("t-server[south]")));
    }
}
