//! What a reload changes, found by comparing what runs with what was read. Pure: nothing here reads or applies anything.
//!
//! | What changed | What happens |
//! |---|---|
//! | the directory's file | taken over; workers come, go and change |
//! | `[[plugin]]`, its settings, its file | that plug-in gets a new instance |
//! | `[log]` `level` and `levels` | taken over |
//! | certificates at the same path | taken over for new connections |
//! | any other key | after a restart |

use crate::{
    config::Config,
    directory::{Directory, Worker},
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

/// Sorts the keys that differ.
pub fn plan(running: &Config, fresh: &Config) -> Plan {
    let (changed, needs_restart) =
        running.effective.changed(&fresh.effective).into_iter().partition(|key| is_live(key));
    Plan { changed, needs_restart }
}

/// Whether a key takes effect without a restart.
fn is_live(key: &str) -> bool {
    key == "log.level" || ["log.levels.", "plugin["].iter().any(|prefix| key.starts_with(prefix))
}

/// How many workers came, went and changed; none: nobody. Passwords and roles of the page do not count.
pub fn directory_change(old: &Directory, new: &Directory) -> Option<String> {
    let came = new.workers().iter().filter(|worker| old.worker(&worker.id).is_none()).count();
    let went = old.workers().iter().filter(|worker| new.worker(&worker.id).is_none()).count();
    let other = |worker: &&Arc<Worker>| old.worker(&worker.id).is_some_and(|before| before != *worker);
    let changed = new.workers().iter().filter(other).count();
    let any = came + went + changed > 0;
    any.then(|| format!("directory: {came} workers added, {went} removed, {changed} changed"))
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
        let Plan { changed, needs_restart } = plan(&config(old), &config(new));
        (changed, needs_restart)
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
    fn what_means_the_same_is_no_change() {
        assert_eq!(planned("[log]\nlevel = 'info'\n[uc-connector]\npage-grace = 10\n", "# moved\n"), (vec![], vec![]));
    }

    #[test]
    fn t_servers_go_by_name() {
        let more = "[[t-server]]\nname = 'south'\naddress = 'h:2'\n";
        let (changed, needs_restart) = planned("", more);
        assert_eq!((changed.len(), needs_restart.len()), (0, 2), "{needs_restart:?}");
        assert!(needs_restart.iter().all(|key| key.starts_with("t-server[south]")));
    }
}
