//! `uc-connector check`: everything that can be found wrong without opening a socket.

use super::{
    Answer, Exit, print,
    problems::{report, warn},
};
use crate::{
    config::{Config, Problem, Source},
    directory::{self, Loaded},
    mode::{self, Member, Mode},
    plugins,
    policy::{AgentMap, AgentRule},
};
use serde_json::{Value, json};
use std::path::Path;
use uc_plugin_api::Role;

/// A configuration in which nothing is wrong.
#[derive(Debug)]
pub struct Sound {
    /// The configuration.
    pub config: Config,
    /// The directory it names.
    pub directory: Loaded,
    /// The mode that the plug-ins make.
    pub mode: Mode,
    /// The plug-ins, as they describe themselves.
    pub plugins: Vec<plugins::Loaded>,
}

impl Sound {
    /// What is wrong without keeping the service from its work.
    pub fn warnings(&self) -> Vec<Problem> {
        self.config.warnings.iter().chain(&self.directory.warnings).cloned().collect()
    }
}

/// Reads the configuration, the directory and the plug-ins. Opens no socket, starts nothing; plug-ins are loaded.
///
/// # Errors
/// Everything wrong with any of them; by the operator's fault.
pub fn inspect(file: &Path) -> Result<Sound, Vec<Problem>> {
    let config = Config::load(file).map_err(|mut problems| {
        problems.extend(directory_of_a_faulty(file));
        problems
    })?;
    let directory = directory::load(&config.directory.file, &config.t_server_names());
    let source = Source::read(file).unwrap_or_else(|_| Source::unreadable(file));
    let checked = plugins::check(&config.plugins);
    let refused = !checked.problems.is_empty();
    let mut problems: Vec<_> =
        checked.problems.into_iter().map(|problem| Problem::from_plugin(&source, problem)).collect();
    let mode = mode::derive(&checked.loaded.iter().map(member).collect::<Vec<_>>());
    // With a plug-in missing the mode is not known: saying so as well would only distract.
    if let (Err(why), false) = (&mode, refused) {
        problems.push(Problem::with_file(&source, why.to_string()));
    }
    let directory = directory.map_err(|wrong| problems.extend(wrong));
    match (directory, mode) {
        (Ok(directory), Ok(mode)) if problems.is_empty() => {
            Ok(Sound { config, directory, mode, plugins: checked.loaded })
        }
        _ => Err(problems),
    }
}

/// What is wrong with the directory that a faulty configuration names, as far as it can be told.
fn directory_of_a_faulty(file: &Path) -> Vec<Problem> {
    let Ok(source) = Source::read(file) else { return Vec::new() };
    let Ok(table) = source.text.parse::<toml::Table>() else { return Vec::new() };
    let Some(path) = table.get("directory").and_then(|section| section.get("file")?.as_str()) else {
        return Vec::new();
    };
    let servers = table.get("t-server").and_then(toml::Value::as_array).map_or(&[][..], Vec::as_slice);
    let names: Option<Vec<_>> = servers.iter().map(|server| Some(server.get("name")?.as_str()?.into())).collect();
    let loaded = names.map(|names| directory::load(&source.resolve(Path::new(path)), &names));
    loaded.and_then(Result::err).unwrap_or_default()
}

fn member(loaded: &plugins::Loaded) -> Member {
    Member { name: loaded.plugin.as_str().into(), roles: loaded.info.roles.iter().copied().collect() }
}

/// Answers the command.
pub(super) fn check(answer: &Answer) -> Exit {
    match inspect(&answer.file.config) {
        Ok(sound) if answer.json => print(&document(&sound).to_string()),
        Ok(sound) => {
            warn(&sound.warnings());
            print(&summary(&sound))
        }
        Err(problems) if answer.json => {
            print(&json!({ "ok": false, "problems": problems }).to_string());
            Exit::Config
        }
        Err(problems) => {
            report(&problems);
            Exit::Config
        }
    }
}

fn summary(sound: &Sound) -> String {
    let pulls = pulls(sound);
    let workers = sound.directory.directory.workers().len();
    let links = sound.config.t_servers.len();
    let watched = if pulls { format!(", {} have a SIP address", watched(sound)) } else { String::new() };
    let mut text = format!(
        "{}: {}
mode: {}
workers: {workers}, of whom {} have a password{watched}
T-Servers: {links}
",
        sound.config.file.display(),
        if sound.warnings().is_empty() { "nothing wrong" } else { "usable, with warnings" },
        sound.mode,
        sound.directory.accounts.with_password(),
    );
    for loaded in &sound.plugins {
        let roles: Vec<_> = loaded.info.roles.iter().copied().map(plugins::role_word).collect();
        text += &format!(
            "plug-in {}: {} {} ({})\n",
            loaded.plugin,
            loaded.info.name,
            loaded.info.version,
            roles.join(", ")
        );
    }
    if pulls {
        text += &rules(sound);
    }
    let sinks = sound.plugins.iter().any(|loaded| loaded.info.roles.contains(&Role::PresenceSink));
    if sinks {
        text += &publication(sound);
    }
    if !sinks && !sound.config.agent_rules.is_empty() {
        text += "agent-rule: idle, no plug-in pushes presence\n";
    }
    text.trim_end().to_owned()
}

/// Whether presence comes from a UC platform.
fn pulls(sound: &Sound) -> bool {
    sound.plugins.iter().any(|loaded| loaded.info.roles.contains(&Role::PresenceSource))
}

/// How many workers can be watched there.
fn watched(sound: &Sound) -> usize {
    sound.directory.directory.workers().iter().filter(|worker| worker.address.is_some()).count()
}

/// Who can be published, and every rule that says what, in the order in which they are tried.
fn publication(sound: &Sound) -> String {
    let workers = sound.directory.directory.workers();
    let without = workers.iter().filter(|worker| worker.address.is_none()).count();
    let mut text = format!("published: {} of {} workers", workers.len() - without, workers.len());
    if without > 0 {
        text += &format!("; {without} without sip-address in the directory");
    }
    text.push('\n');
    for (index, rule) in sound.config.agent_rules.iter().enumerate() {
        let idle = sound.mode == Mode::PresencePropagation && !rule.acts_in_propagation();
        let remark = match (rule.faults().is_empty(), idle) {
            (false, _) => " (publishes nothing: see the warning)",
            (true, true) => " (idle: presence propagation publishes After Call Work and Legal Guard only)",
            (true, false) => "",
        };
        text += &format!("agent-rule[{index}]: {rule}{remark}\n");
    }
    let map = AgentMap::default();
    let decides = |rule: &AgentRule| {
        sound.mode == Mode::PresenceConnector || (!rule.work_mode.is_empty() && rule.acts_in_propagation())
    };
    let defaults = map.defaults().iter().filter(|(_, rule)| decides(rule));
    text + &defaults.map(|(name, rule)| format!("then, {name}: {rule}\n")).collect::<String>()
}

/// Every rule, in the order in which they are tried.
fn rules(sound: &Sound) -> String {
    let own = sound.config.presence_rules.iter().enumerate();
    let own: String = own.map(|(index, rule)| format!("presence-rule[{index}]: {rule}\n")).collect();
    own + "then: available or idle → ready; offline → logged out; else not ready, KW_UC_STATUS and KW_UC_NOTE\n"
}

fn document(sound: &Sound) -> Value {
    let plugin = |loaded: &plugins::Loaded| {
        let roles: Vec<_> = loaded.info.roles.iter().copied().map(plugins::role_word).collect();
        json!({
            "plugin": loaded.plugin.as_str(),
            "library": loaded.info.name.as_str(),
            "version": loaded.info.version.as_str(),
            "apiVersion": loaded.info.api_version.as_str(),
            "roles": roles,
        })
    };
    json!({
        "ok": true,
        "problems": [],
        "warnings": sound.warnings(),
        "mode": sound.mode,
        "workers": sound.directory.directory.workers().len(),
        "accounts": sound.directory.accounts.with_password(),
        "sipAddresses": watched(sound),
        "agentRules": sound.config.agent_rules.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "presenceRules": sound.config.presence_rules.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "tServers": sound.config.t_server_names(),
        "plugins": sound.plugins.iter().map(plugin).collect::<Vec<_>>(),
    })
}
