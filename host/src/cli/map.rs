//! `uc-connector map`: what the configuration makes of a presence, and which rule decided.

use super::{DEFAULT_FILE, Exit, print, problems::report};
use crate::{
    config::{Config, Problem},
    hub::{Decider, Mapping, PresenceRule, Want},
    tlib::WorkMode,
    wire::Value,
};
use clap::Args;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use uc_plugin_api::{Availability, Presence};

/// A presence to try the rules on.
#[derive(Clone, Debug, Args)]
pub struct Try {
    /// The configuration file; without: the service's own, or no rules where there is none yet
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Availability number of the platform, 0 to 18500 and up
    #[arg(long)]
    pub availability: u32,
    /// Activity token, such as on-the-phone
    #[arg(long, default_value = "")]
    pub activity: String,
    /// The worker's note
    #[arg(long, default_value = "")]
    pub note: String,
    /// Answer in JSON
    #[arg(long)]
    pub json: bool,
}

/// Answers the command. Only the rules of the configuration are looked at.
pub(super) fn map(asked: &Try) -> Exit {
    match own_rules(asked.config.as_deref()) {
        Ok(rules) => answer(asked, Mapping::new(rules)),
        Err(problems) => {
            report(&problems);
            Exit::Config
        }
    }
}

fn own_rules(named: Option<&Path>) -> Result<Vec<PresenceRule>, Vec<Problem>> {
    let file = named.unwrap_or(Path::new(DEFAULT_FILE));
    if named.is_none() && !file.exists() {
        eprintln!("{DEFAULT_FILE} is not there: these are the defaults; --config names another file");
        return Ok(Vec::new());
    }
    Ok(Config::load(file)?.presence_rules)
}

fn answer(asked: &Try, mut mapping: Mapping) -> Exit {
    let presence = Presence {
        availability: Availability::from_number(asked.availability),
        number: asked.availability,
        activity: asked.activity.as_str().into(),
        note: asked.note.as_str().into(),
        ..Presence::default()
    };
    let rule = rule(mapping.decider(&presence), mapping.rules());
    let want = mapping.want(&presence);
    if asked.json {
        return print(&json!({ "rule": rule, "request": requests(want.as_ref()) }).to_string());
    }
    print(&format!("{}\nrule: {rule}", words(want.as_ref())))
}

fn rule(decider: Decider, own: &[PresenceRule]) -> String {
    match decider {
        Decider::Rule(index) => format!("presence-rule[{index}]: {}", own[index]),
        Decider::Default(class) => format!("default for {}", class.word()),
        Decider::Unknown => {
            "none: the platform does not know; after presence-unknown-grace the agent is not ready".into()
        }
    }
}

fn words(want: Option<&Want>) -> String {
    match want {
        None | Some(Want::Observe) => "no request: what the T-Server says stands".into(),
        Some(Want::LoggedIn) => "RequestAgentLogin".into(),
        Some(Want::LoggedOut) => "RequestAgentLogout".into(),
        Some(Want::State(target) | Want::Held(target)) => {
            let name = if target.ready { "RequestAgentReady" } else { "RequestAgentNotReady" };
            let mut text = name.to_owned();
            if target.work_mode != WorkMode::Unknown {
                text += &format!("\n  AttributeAgentWorkMode = {:?}", target.work_mode);
            }
            for (key, value) in &target.reasons.0 {
                if let Value::Str(value) = value {
                    text += &format!("\n  '{key}' [str] = \"{value}\"");
                }
            }
            text
        }
    }
}

fn requests(want: Option<&Want>) -> Json {
    match want {
        Some(Want::State(target) | Want::Held(target)) => {
            let pair = |(key, value): &(String, Value)| match value {
                Value::Str(value) => Some((key.clone(), Json::from(value.as_str()))),
                Value::Int(_) | Value::List(_) => None,
            };
            let reasons: serde_json::Map<_, _> = target.reasons.0.iter().filter_map(pair).collect();
            json!({ "ready": target.ready, "workMode": format!("{:?}", target.work_mode), "reasons": reasons })
        }
        other => Json::from(words(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_phone_reads_as_in_the_products_own_trace() {
        let presence = Presence { availability: Availability::from_number(6500), ..Presence::default() };
        let mut mapping = Mapping::default();
        let text = words(mapping.want(&presence).as_ref());
        assert_eq!(text, "RequestAgentNotReady\n  'KW_UC_STATUS' [str] = \"busy\"\n  'KW_UC_NOTE' [str] = \"\"");
        assert_eq!(rule(mapping.decider(&presence), &[]), "default for busy");
    }
}
