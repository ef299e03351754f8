//! Everything that can be found wrong without opening a socket: what `check` answers, what `run` insists on before it
//! begins, and what a reload reads beside what runs.

mod numbers;
mod printed;

pub use numbers::numbers;
pub use printed::{report, reported, warn};

use crate::{
    config::{Config, Problem, Source, section},
    directory::{self, Loaded},
    mode::{self, Member, Mode},
    plugins, texts,
    web::SiteTexts,
};
use std::{path::Path, sync::Arc};

/// A configuration in which nothing is wrong.
#[derive(Debug)]
pub struct Sound {
    /// The configuration.
    pub config: Config,
    /// The directory it names.
    pub directory: Loaded,
    /// What the site says otherwise than the pages' own texts.
    pub texts: SiteTexts,
    /// The mode that the plug-ins make.
    pub mode: Mode,
    /// The plug-ins, as they describe themselves.
    pub plugins: Vec<plugins::Loaded>,
    /// What the plug-ins find wrong that keeps nobody from work.
    pub plugin_warnings: Vec<Problem>,
}

impl Sound {
    /// What is wrong without keeping the service from its work.
    pub fn warnings(&self) -> Vec<Problem> {
        let own = self.config.warnings.iter().chain(&self.directory.warnings);
        let numbers = numbers(self.config.numbering_plan.as_ref(), &self.directory);
        own.chain(&self.plugin_warnings).cloned().chain(numbers).collect()
    }
}

/// Reads the configuration, the directory and the plug-ins. Opens no socket, starts nothing; plug-ins are loaded.
///
/// # Errors
/// Everything wrong with any of them; by the operator's fault.
pub fn inspect(file: &Path) -> Result<Sound, Vec<Problem>> {
    inspect_beside(file, &[])
}

/// The same beside what runs: its links are numbered as the T-Servers were named at its start, and with the same ones in
/// another order the directory is read for those numbers.
///
/// # Errors
/// As [`inspect`].
pub fn inspect_beside(file: &Path, links: &[Arc<str>]) -> Result<Sound, Vec<Problem>> {
    // Once for all: what is judged is one file, and not two moments of it.
    let whole = |message| vec![Problem::with_file(&Source::unreadable(file), message)];
    let source = Source::read(file).map_err(whole)?;
    let mut config = Config::read(&source).map_err(|mut problems| {
        problems.extend(directory_of_a_faulty(&source));
        problems.extend(plugins_of_a_faulty(&source));
        problems.extend(texts_of_a_faulty(&source));
        problems
    })?;
    let names = if config.has_t_servers(links) { links.to_vec() } else { config.t_server_names() };
    let directory = directory::load(&config.directory.file, &names);
    let directory =
        directory.map_err(|problems| problems.into_iter().map(|one| named(&source, one)).collect::<Vec<_>>());
    let checked = plugins::check(&config.plugins);
    let refused = !checked.problems.is_empty();
    let of_plugin = |problem| Problem::from_plugin(&source, problem);
    let mut problems: Vec<_> = checked.problems.into_iter().map(of_plugin).collect();
    let plugin_warnings = checked.warnings.into_iter().map(of_plugin).collect();
    let mode = mode::derive(&checked.loaded.iter().map(member).collect::<Vec<_>>());
    // With a plug-in missing the mode is not known: saying so as well would only distract.
    if let (Err(why), false) = (&mode, refused) {
        problems.push(Problem::with_file(&source, why.to_string()));
    }
    if matches!(mode, Ok(mode) if mode != Mode::PresenceConnector) {
        let found = config.defaults_in_the_way();
        problems.extend(found.into_iter().map(|words| Problem::with_file(&source, words)));
    }
    let parted = config.cluster.as_ref().is_some_and(|cluster| cluster.partitions.is_some());
    if parted && let Ok(mode @ (Mode::PresencePropagation | Mode::PresenceConnector)) = &mode {
        let words = format!(
            "partitions in [cluster] are not for the mode `{mode}`: a plug-in that publishes presence cannot let single workers \
            go without withdrawing what another node shows of them by then; use a pair, without partitions"
        );
        problems.push(Problem::with_file(&source, words));
    }
    let directory = directory.map_err(|wrong| problems.extend(wrong));
    let folder = config.web.texts.as_ref().map(|folder| folder.get_ref().as_path());
    let texts = texts::load(folder).map_err(|wrong| problems.extend(wrong));
    match (directory, texts, mode) {
        (Ok(directory), Ok(texts), Ok(mode)) if problems.is_empty() => {
            let unseen = config.contact_points.unseen(&directory.directory.groups());
            let at = |(index, words)| at_key(&source, &format!("contact-point[{index}].visible-to"), words);
            config.warnings.extend(unseen.into_iter().map(at));
            Ok(Sound { config, directory, texts, mode, plugins: checked.loaded, plugin_warnings })
        }
        _ => Err(problems),
    }
}

/// A problem with the value of a key that was read already.
fn at_key(source: &Arc<Source>, key: &str, message: impl Into<String>) -> Problem {
    let span = section::parse(source).ok().map(|root| section::locate(&root, key));
    Problem::with_key(source, span, key, message)
}

/// A directory of which nothing can be read has no line to point at: the one that names it has.
fn named(source: &Arc<Source>, problem: Problem) -> Problem {
    match problem.source.text.is_empty() {
        true => at_key(source, "directory.file", format!("{}: {}", problem.source.path.display(), problem.message)),
        false => problem,
    }
}

/// What is wrong with the directory that a faulty configuration names, as far as it can be told.
fn directory_of_a_faulty(source: &Arc<Source>) -> Vec<Problem> {
    let Ok(table) = source.text.parse::<toml::Table>() else { return Vec::new() };
    let Some(path) =
        table.get("directory").and_then(|section| section.get("file")?.as_str()).filter(|file| !file.is_empty())
    else {
        return Vec::new();
    };
    let servers = table.get("t-server").and_then(toml::Value::as_array).map_or(&[][..], Vec::as_slice);
    let names: Option<Vec<_>> = servers.iter().map(|server| Some(server.get("name")?.as_str()?.into())).collect();
    let loaded = names.map(|names| directory::load(&source.resolve(Path::new(path)), &names));
    let problems = loaded.and_then(Result::err).unwrap_or_default();
    problems.into_iter().map(|problem| named(source, problem)).collect()
}

/// What is wrong with the plug-ins that a faulty configuration names, as far as it can be told.
fn plugins_of_a_faulty(source: &Arc<Source>) -> Vec<Problem> {
    let checked = Config::plugins_alone(source).map(|config| plugins::check(&config)).unwrap_or_default();
    checked.problems.into_iter().map(|problem| Problem::from_plugin(source, problem)).collect()
}

/// What is wrong with the texts that a faulty configuration names, as far as it can be told.
fn texts_of_a_faulty(source: &Source) -> Vec<Problem> {
    let Ok(table) = source.text.parse::<toml::Table>() else { return Vec::new() };
    let named = table.get("web").and_then(|section| section.get("texts")?.as_str()).filter(|named| !named.is_empty());
    // A folder that is not there was told already.
    let folder = named.map(|named| source.resolve(Path::new(named))).filter(|folder| folder.is_dir());
    texts::load(folder.as_deref()).err().unwrap_or_default()
}

fn member(loaded: &plugins::Loaded) -> Member {
    Member { name: loaded.plugin.as_str().into(), roles: loaded.info.roles.iter().copied().collect() }
}
