//! `map --agent-state`: what a UC platform shows of an agent.

use super::Try;
use crate::{
    agent_link::{AgentStatus, CallType, WorkMode},
    cli::{Exit, print},
    policy::{AgentMap, AgentRule, AgentView, Shown, ShownBy},
};
use serde_json::{Value as Json, json};
use uc_plugin_api::Standing;

pub(super) fn answer(asked: &Try, state: AgentStatus, own: &[AgentRule]) -> Exit {
    let map = AgentMap::new(own.to_vec());
    let view = AgentView {
        state,
        work_mode: asked.work_mode.unwrap_or_default(),
        reason: asked.reason.as_str().into(),
        call: asked.call_type,
        agent: asked.agent.as_str().into(),
    };
    let said = map.shown(&view);
    let propagated = propagated(&map, &view);
    if asked.json {
        let document =
            |(shown, by): &(Shown, ShownBy)| json!({ "rule": rule(*by, own), "publication": publication(shown) });
        let mut answer = document(&said);
        answer["presencePropagation"] = propagated.as_ref().map_or(Json::Null, document);
        return print(&answer.to_string());
    }
    let in_words = |(shown, by): &(Shown, ShownBy)| format!("{}\nrule: {}", words(shown), rule(*by, own));
    let there = match &propagated {
        None => "nothing: the platform has a word of its own".to_owned(),
        Some(same) if *same == said => "the same".to_owned(),
        Some(other) => in_words(other),
    };
    print(&format!("{}\nin presence propagation: {there}", in_words(&said)))
}

/// What presence propagation shows of the agent, if anything: calls are the platform's own business there.
fn propagated(map: &AgentMap, view: &AgentView) -> Option<(Shown, ShownBy)> {
    view.beyond_platforms().then(|| map.shown(&AgentView { call: None, ..view.clone() }))
}

fn rule(by: ShownBy, own: &[AgentRule]) -> String {
    match by {
        ShownBy::Rule(index) => format!("agent-rule[{index}]: {}", own[index]),
        ShownBy::Default(name) => format!("default for {name}"),
    }
}

fn words(shown: &Shown) -> String {
    match shown {
        Shown::Nothing => "nothing is published: the user's own presence shows".into(),
        Shown::Faulty(why) => format!("nothing is published, because the rule is wrong: {why}"),
        Shown::Presence(presence, standing) => {
            let mut text = match standing {
                Standing::Automatic => "published beside the user's own choice (automatic)".to_owned(),
                Standing::Manual => "published in the place of the user's own choice (manual)".to_owned(),
            };
            if presence.number > 0 {
                text += &format!("\n  availability = {} ({})", presence.number, presence.availability.word());
            }
            for (key, value) in [("activity", &presence.activity), ("note", &presence.note)] {
                if !value.is_empty() {
                    text += &format!("\n  {key} = \"{value}\"");
                }
            }
            text
        }
    }
}

fn publication(shown: &Shown) -> Json {
    match shown {
        Shown::Nothing => Json::Null,
        Shown::Faulty(why) => json!({ "error": &**why }),
        Shown::Presence(presence, standing) => json!({
            "standing": if *standing == Standing::Manual { "manual" } else { "automatic" },
            "availability": presence.number,
            "class": presence.availability.word(),
            "activity": presence.activity.as_str(),
            "note": presence.note.as_str(),
        }),
    }
}

pub(super) fn state(word: &str) -> Result<AgentStatus, String> {
    match folded(word).as_str() {
        "loggedout" => Ok(AgentStatus::LoggedOut),
        "ready" => Ok(AgentStatus::Ready),
        "notready" => Ok(AgentStatus::NotReady),
        _ => Err("LoggedOut, Ready or NotReady".into()),
    }
}

pub(super) fn work_mode(word: &str) -> Result<WorkMode, String> {
    let allowed = "ManualIn, AutoIn, LegalGuard, AfterCallWork, AuxWork, NoCallDisconnect, WalkAway or ReturnBack";
    WorkMode::from_name(&folded(word)).ok_or_else(|| allowed.into())
}

pub(super) fn call_type(word: &str) -> Result<CallType, String> {
    match folded(word).as_str() {
        "unknown" => Ok(CallType::Unknown),
        "internal" => Ok(CallType::Internal),
        "inbound" => Ok(CallType::Inbound),
        "outbound" => Ok(CallType::Outbound),
        "consult" => Ok(CallType::Consult),
        _ => Err("Unknown, Internal, Inbound, Outbound or Consult".into()),
    }
}

/// `NotReady` as the T-Server writes it and `not-ready` as the configuration does.
fn folded(word: &str) -> String {
    word.to_ascii_lowercase().replace('-', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_call_work_reads_as_what_it_shows() {
        let view = AgentView {
            state: state("not-ready").unwrap(),
            work_mode: work_mode("AfterCallWork").unwrap(),
            ..AgentView::default()
        };
        let (shown, by) = AgentMap::default().shown(&view);
        let text = "published beside the user's own choice (automatic)\n  availability = 15500 (away)\n  \
                    note = \"After call work\"";
        assert_eq!((words(&shown).as_str(), rule(by, &[]).as_str()), (text, "default for after call work"));
        let on_call = AgentView { call: Some(CallType::Inbound), ..view };
        assert_eq!(AgentMap::default().shown(&on_call).1, ShownBy::Default("on a call"));
        assert_eq!(propagated(&AgentMap::default(), &on_call), Some((shown, by)), "held, and shown as such");
        assert!(state("busy").is_err() && work_mode("lunch").is_err() && call_type("video").is_err());
    }
}
