//! `uc-connector check`: what [`inspect`] found, for people and as JSON; with `--live` also what the peers answer.

use super::{Answer, Exit, print};
use crate::{
    check::{Sound, inspect, report, warn},
    live::{self, Found},
    mode::Mode,
    plugins,
    policy::{AgentMap, AgentRule},
};
use clap::Args;
use serde_json::{Value, json};
use uc_plugin_api::Role;

/// What is asked.
#[derive(Debug, Args)]
pub struct Checked {
    /// Which configuration, and how to answer.
    #[command(flatten)]
    pub answer: Answer,
    /// Ask the peers too: each member of the etcd, each T-Server, the Stat Server. Code 69 when one is not as it must be
    #[arg(long)]
    pub live: bool,
}

/// Answers the command.
pub(super) fn check(Checked { answer, live }: &Checked) -> Exit {
    match inspect(&answer.file.config) {
        Ok(sound) => match live.then(|| live::look(&sound.config)).transpose() {
            Ok(found) => tell(&sound, found.as_ref(), answer.json),
            Err(error) => {
                eprintln!("error: nobody can be asked: {error}");
                Exit::Software
            }
        },
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

fn tell(sound: &Sound, found: Option<&Found>, json: bool) -> Exit {
    let printed = if json {
        print(&document(sound, found).to_string())
    } else {
        warn(&sound.warnings());
        print(&(summary(sound) + &found.map(answered).unwrap_or_default()))
    };
    let faulty = found.is_some_and(|found| !found.faults.is_empty());
    if printed == Exit::Done && faulty { Exit::Unavailable } else { printed }
}

/// What the peers said, a line each; what is wrong comes last.
fn answered(found: &Found) -> String {
    let each =
        |start: &'static str, lines: &[String]| lines.iter().map(|line| format!("\n{start}{line}")).collect::<String>();
    each("", &found.answers) + &each("warning: ", &found.warnings) + &each("fault: ", &found.faults)
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

fn document(sound: &Sound, found: Option<&Found>) -> Value {
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
    let mut document = json!({
        "ok": found.is_none_or(|found| found.faults.is_empty()),
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
    });
    if let Some(Found { answers, warnings, faults }) = found {
        document["live"] = json!({ "answers": answers, "warnings": warnings, "faults": faults });
    }
    document
}
