//! Real libraries for the tests, and a plug-in host with its owner's queue.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;
use tokio::time::timeout;
use uc_backoff::Backoff;
use uc_connector::plugins::{
    self, Arrivals, Change, Config, Directory, Entry, Libraries, PluginArrival, PluginId, Plugins, Section,
};
use uc_plugin_api::{Event, Problem};

/// Longest that anything here may take; far more than it does.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A library made by `plugin-api/fixtures/build`.
pub(crate) fn library(name: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let directory = std::env::var_os("UC_FIXTURES").map_or_else(|| target.join("fixtures"), PathBuf::from);
    let file = directory.join(format!("lib{name}.so"));
    assert!(
        file.exists(),
        "{} is missing: run `make fixtures` (plugin-api/fixtures/build), or set UC_FIXTURES to where it is",
        file.display()
    );
    file
}

/// A plug-in of the workspace, as `cargo build --workspace` makes it.
pub(crate) fn built(name: &str) -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let file = program.parent().unwrap().parent().unwrap().join(format!("lib{name}.so"));
    assert!(file.exists(), "{} is missing: run `cargo build --workspace` first", file.display());
    file
}

/// A directory of plug-ins with a configuration beside it.
pub(crate) struct Site {
    root: TempDir,
    pub(crate) restart: Backoff,
    pub(crate) stop_seconds: u32,
    /// How long a plug-in may finish no command.
    pub(crate) commands: Duration,
}

impl Site {
    /// A site with copies of these libraries, each under its own name.
    pub(crate) fn with(libraries: &[&str]) -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("plugins")).unwrap();
        let quick = Duration::from_millis(50);
        let site = Self { root, restart: Backoff::new(quick, quick), stop_seconds: 2, commands: PATIENCE };
        libraries.iter().for_each(|name| site.put(&format!("lib{name}.so"), &fs::read(library(name)).unwrap()));
        site
    }

    /// Puts a file into the directory, the way an installer does: whole or not at all.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        let unfinished = self.root.path().join("unfinished");
        fs::write(&unfinished, bytes).unwrap();
        fs::rename(unfinished, self.path().join(name)).unwrap();
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.root.path().join("plugins")
    }

    pub(crate) fn directory(&self) -> Directory {
        Directory { path: self.path(), private: Some(self.root.path().join("private")), allow: Vec::new() }
    }

    /// The configuration with these lines, and `[plugins]` set for this site.
    pub(crate) fn config(&self, lines: &str) -> Config {
        #[derive(serde::Deserialize)]
        struct File {
            #[serde(default)]
            plugin: Vec<Entry>,
        }
        let file: File = toml::from_str(lines).unwrap();
        let section = Section { stop_seconds: self.stop_seconds.try_into().unwrap(), ..Section::default() };
        let path = self.root.path().join("uc.toml");
        let mut config = Config::assemble(&path, lines, section, &file.plugin).unwrap();
        (config.directory, config.restart, config.commands) = (self.directory(), self.restart.clone(), self.commands);
        config
    }

    pub(crate) async fn start(&self, lines: &str) -> Running {
        let (owner, arrivals) = plugins::arrivals();
        Running { plugins: Plugins::start(self.config(lines), owner).await.unwrap(), arrivals }
    }
}

/// Lines that configure one plug-in with these settings.
pub(crate) fn plugin(name: &str, library: &str, settings: &str) -> String {
    format!("[[plugin]]\nname = \"{name}\"\nfile = \"lib{library}.so\"\n[plugin.settings]\n{settings}\n")
}

pub(crate) fn id(name: &str) -> PluginId {
    PluginId::new(name).unwrap()
}

/// Running plug-ins and what they say.
pub(crate) struct Running {
    pub(crate) plugins: Plugins,
    pub(crate) arrivals: Arrivals,
}

impl Running {
    /// Takes over a configuration, read anew.
    pub(crate) async fn reload(&mut self, config: Config) -> Result<Vec<Change>, Vec<Problem>> {
        let libraries = Libraries::read(&config).await?;
        self.plugins.take_over(config, libraries).await
    }

    /// The next arrival of this plug-in that `wanted` finds something in.
    pub(crate) async fn until<T>(&mut self, name: &str, mut wanted: impl FnMut(&PluginArrival) -> Option<T>) -> T {
        let found = async {
            loop {
                let arrival = self.arrivals.recv().await.expect("the plug-ins still run");
                if plugin_of(&arrival) == &id(name)
                    && let Some(found) = wanted(&arrival)
                {
                    return found;
                }
            }
        };
        timeout(PATIENCE, found).await.expect("it arrives")
    }

    pub(crate) async fn until_started(&mut self, name: &str) {
        self.until(name, |arrival| matches!(arrival, PluginArrival::Started { .. }).then_some(())).await;
    }

    /// Waits until an instance of every plug-in has started.
    pub(crate) async fn until_all_started(&mut self) {
        let mut missing: Vec<_> = self.plugins.handles().map(|handle| handle.id().clone()).collect();
        while !missing.is_empty() {
            let arrival = timeout(PATIENCE, self.arrivals.recv()).await.expect("they start").expect("they run");
            if let PluginArrival::Started { plugin, .. } = arrival {
                missing.retain(|id| *id != plugin);
            }
        }
    }

    pub(crate) async fn until_failed(&mut self, name: &str) -> String {
        self.until(name, |arrival| match arrival {
            PluginArrival::Failed { why, .. } => Some(why.clone()),
            _ => None,
        })
        .await
    }

    /// The number of the next presence of this plug-in.
    pub(crate) async fn until_presence(&mut self, name: &str) -> u32 {
        self.until(name, |arrival| match arrival {
            PluginArrival::Event { event: Event::Presence(updates), .. } => Some(updates[0].presence.number),
            _ => None,
        })
        .await
    }

    pub(crate) async fn call(&self, name: &str, op: &str) -> Result<Vec<u8>, String> {
        self.plugins.call(&id(name), op, b"body".to_vec()).await.map_err(|e| e.to_string())
    }

    pub(crate) fn watch(&self, name: &str) {
        let user = uc_plugin_api::WatchedUser {
            handle: uc_plugin_api::UserHandle(1),
            id: "kim".into(),
            address: "sip:kim@example.com".into(),
            language: "en".into(),
        };
        let watch = uc_plugin_api::Command::Watch(vec![user].into());
        self.plugins.handle(&id(name)).unwrap().send(watch).unwrap();
    }
}

pub(crate) fn plugin_of(arrival: &PluginArrival) -> &PluginId {
    match arrival {
        PluginArrival::Started { plugin, .. }
        | PluginArrival::Event { plugin, .. }
        | PluginArrival::OwnEndpoints { plugin, .. }
        | PluginArrival::Leaving { plugin }
        | PluginArrival::Hangs { plugin }
        | PluginArrival::Answers { plugin }
        | PluginArrival::Failed { plugin, .. }
        | PluginArrival::Stopped { plugin } => plugin,
    }
}
