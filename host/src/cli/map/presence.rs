//! `map --availability`: what the agent becomes.

use super::Try;
use crate::{
    agent_link::WorkMode,
    cli::{Exit, print},
    policy::{Decider, Mapping, PresenceRule, Want},
    wire::Value,
};
use serde_json::{Value as Json, json};
use uc_plugin_api::{Availability, Presence};

pub(super) fn answer(asked: &Try, mapping: &Mapping) -> Exit {
    let number = asked.availability.unwrap_or_default();
    let presence = Presence {
        availability: Availability::from_number(number),
        number,
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
        Some(Want::State(target) | Want::WhileLoggedIn(target)) => {
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
        Some(Want::State(target) | Want::WhileLoggedIn(target)) => {
            let pair = |(key, value): &(String, Value)| match value {
                Value::Str(value) => Some((key.clone(), Json::from(value.as_str()))),
                Value::Int(_) | Value::List(_) | Value::Other(_) => None,
            };
            let reasons: serde_json::Map<_, _> = target.reasons.0.iter().filter_map(pair).collect();
            // As in the request: no work mode is sent when none is asked for.
            let mode = (target.work_mode != WorkMode::Unknown).then(|| target.work_mode.name());
            json!({ "ready": target.ready, "workMode": mode, "reasons": reasons })
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
        let mapping = Mapping::default();
        let text = words(mapping.want(&presence).as_ref());
        assert_eq!(text, "RequestAgentNotReady\n  'KW_UC_STATUS' [str] = \"busy\"\n  'KW_UC_NOTE' [str] = \"\"");
        assert_eq!(rule(mapping.decider(&presence), &[]), "default for busy");
    }
}
