//! The plug-in part of the configuration: `[plugins]` and one `[[plugin]]` for each.

mod settings_text;

use super::{digest::Digest, id::PluginId, loader::Directory};
use serde::Deserialize;
use std::{
    collections::HashSet,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};
use toml::Spanned;
use uc_backoff::Backoff;
use uc_plugin_api::{PluginConfig, Problem};

/// How long a plug-in may finish no command while some wait: a command hands long work to a task.
const COMMANDS: Duration = Duration::from_secs(10);

/// First and longest wait before a plug-in that failed is started again.
const RESTART: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Seconds an instance gets to stop, without a word of the operator.
const FIVE: NonZeroU32 = NonZeroU32::new(5).unwrap();

/// `[plugins]`: where libraries are and which may be loaded.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Section {
    /// Directory of the libraries; relative to the configuration file's.
    pub directory: PathBuf,
    /// SHA-256 digests of the only libraries that may be loaded; empty: every one in the directory.
    pub allow: Vec<Digest>,
    /// Directory for the private copies that are loaded; none: the cache directory.
    pub private_directory: Option<PathBuf>,
    /// Seconds an instance gets to stop.
    pub stop_seconds: NonZeroU32,
}

impl Default for Section {
    fn default() -> Self {
        let directory = PathBuf::from("/usr/lib/uc-connector/plugins");
        Self { directory, allow: Vec::new(), private_directory: None, stop_seconds: FIVE }
    }
}

/// `[[plugin]]`: one plug-in to run. Each library once: its roles twice make no deployment mode, whatever the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// The operator's name for it, `[a-z0-9-]`, at most 32 bytes.
    pub name: Spanned<String>,
    /// Name of the library in the directory.
    pub file: Spanned<PathBuf>,
    /// `[plugin.settings]`: the plug-in's own; the host does not look inside.
    #[serde(default)]
    pub settings: Option<Spanned<toml::Table>>,
}

/// Everything the plug-in host needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where libraries are and which may be loaded.
    pub directory: Directory,
    /// The plug-ins to run.
    pub plugins: Vec<Spec>,
    /// What an instance gets to stop.
    pub stop: Duration,
    /// How long an instance may finish no command while some wait, before it is said to hang.
    pub commands: Duration,
    /// Waits between restarts.
    pub restart: Backoff,
}

/// One plug-in to run.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Its name.
    pub id: PluginId,
    /// Name of its library.
    pub file: PathBuf,
    /// Line of the configuration file that names the library, from 1.
    pub line: u32,
    /// Its own settings.
    pub settings: PluginConfig,
    /// Fingerprints of the files that its settings name: another content is another configuration.
    pub contents: String,
    /// The plug-in finds something wrong with such a file that keeps nobody from work.
    pub complains_of_a_file: bool,
}

impl Spec {
    /// Whether the settings, and the files that they name, say the same to the plug-in as these.
    pub(super) fn means_as(&self, other: &Self) -> bool {
        self.contents == other.contents && self.is_set_as(other)
    }

    /// Whether the settings alone do: neither the line that they stand on, nor a comment, nor how lines end says anything
    /// to the plug-in.
    pub(super) fn is_set_as(&self, other: &Self) -> bool {
        let parsed = |spec: &Self| spec.settings.text.parse::<toml::Table>();
        let same = || matches!((parsed(self), parsed(other)), (Ok(one), Ok(two)) if one == two);
        self.settings.text == other.settings.text || same()
    }
}

impl Config {
    /// The same without a plug-in.
    pub(super) fn without_plugins(mut self) -> Self {
        self.plugins.clear();
        self
    }

    /// Puts the parts together. `source` is the text of `file` that `section` and `entries` were read from, at its
    /// top-level keys `plugins` and `plugin`.
    ///
    /// # Errors
    /// Every name that is impossible or taken, and every settings table of an unsupported form.
    pub fn assemble(file: &Path, source: &str, section: Section, entries: &[Entry]) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut names = HashSet::new();
        let mut plugins = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            match spec(file, source, index, entry) {
                Ok(spec) if names.insert(spec.id.clone()) => plugins.push(spec),
                Ok(spec) => {
                    let message = format!("the name {:?} is taken by another plug-in", spec.id.as_str());
                    problems.push(problem(file, source, entry.name.span().start, "plugin.name", message));
                }
                Err(problem) => problems.push(problem),
            }
        }
        let base = file.parent().unwrap_or(Path::new(""));
        let private = section.private_directory.map(|directory| base.join(directory));
        let directory = Directory { path: base.join(section.directory), private, allow: section.allow };
        let stop = Duration::from_secs(section.stop_seconds.get().into());
        let restart = Backoff::new(RESTART.0, RESTART.1);
        let config = Self { directory, plugins, stop, commands: COMMANDS, restart };
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }
}

fn spec(file: &Path, source: &str, index: usize, entry: &Entry) -> Result<Spec, Problem> {
    let name = entry.name.get_ref();
    let id = PluginId::new(name).ok_or_else(|| {
        let message = format!("{name:?} is no name of a plug-in; allowed: a-z, 0-9 and -, 1 to 32 of them");
        problem(file, source, entry.name.span().start, "plugin.name", message)
    })?;
    let (line, text) = match &entry.settings {
        None => (line_of(source, entry.name.span().start), String::new()),
        Some(settings) => settings_text::cut(source, index).ok_or_else(|| {
            let message = "write the plug-in's settings as a table of its own, under [plugin.settings]".to_owned();
            problem(file, source, settings.span().start, "plugin.settings", message)
        })?,
    };
    let settings = PluginConfig { file: shown(file).into(), line, text: text.into() };
    Ok(Spec {
        id,
        file: entry.file.get_ref().clone(),
        line: line_of(source, entry.file.span().start),
        settings,
        contents: String::new(),
        complains_of_a_file: false,
    })
}

fn problem(file: &Path, source: &str, at: usize, key: &str, message: String) -> Problem {
    let before = source.get(..at).unwrap_or_default();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Problem {
        file: shown(file).into(),
        line: line_of(source, at),
        column: u32::try_from(column).unwrap_or(0),
        key: key.into(),
        message: message.into(),
    }
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}

fn line_of(source: &str, at: usize) -> u32 {
    let lines = source.get(..at).unwrap_or_default().matches('\n').count();
    u32::try_from(lines + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
