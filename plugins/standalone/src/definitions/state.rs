//! One state: what was written, and the rules it must obey to be used (host/docs/requirements.md, "Presence definition
//! document").

use super::{icon, mode::work_mode};
use uc_plugin_api::{ROption, RVec, StateDefinition, Text, WorkMode};

/// Ids of states that the pages know by themselves; a document must not redefine them.
const RESERVED: [&str; 7] = [
    "predefLogoutMenu",
    "predefLoggedOut",
    "predefOutOfService",
    "predefReady",
    "predefPartReady",
    "predefNotReady",
    "predefDND",
];

const MAX_ID: usize = 64;
const MAX_TEXT: usize = 128;
const MAX_LANGUAGES: usize = 64;
/// Longest value of an option or attached string at Genesys servers.
const MAX_REASON: usize = 255;

/// A state as written.
#[derive(Default)]
pub(super) struct Draft {
    /// `state/@id`, empty when missing.
    pub(super) id: String,
    /// `state/@icon`, empty when missing.
    pub(super) icon: String,
    /// Language and `menuText` of each display.
    pub(super) menu: Vec<(String, String)>,
    /// Language and `statusText` of each display.
    pub(super) status: Vec<(String, String)>,
    /// `genesysAgent`.
    pub(super) agent: Option<Agent>,
    fault: Option<String>,
}

/// `genesysAgent` as written.
#[derive(Default)]
pub(super) struct Agent {
    /// `@ready`.
    pub(super) ready: Option<String>,
    /// `@mode`.
    pub(super) mode: Option<String>,
    /// `@ext` and text of each `reason`.
    pub(super) reasons: Vec<(Option<String>, String)>,
}

impl Draft {
    /// Notes a fault that makes the state unusable; the first one is told.
    pub(super) fn fault(&mut self, why: &str) {
        self.fault.get_or_insert_with(|| why.to_owned());
    }

    /// The state, or why it must be dropped. `note` is told what was left out of a state that is good otherwise.
    pub(super) fn check(self, mut note: impl FnMut(String)) -> Result<StateDefinition, String> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        check_id(&self.id)?;
        let agent = self.agent.ok_or("it has no genesysAgent")?.check()?;
        let menu = texts(self.menu, &mut note)?;
        let mut status = texts(self.status, &mut note)?;
        if status.is_empty() {
            status = menu.clone();
        }
        if status.is_empty() {
            return Err("it has neither menuText nor statusText".into());
        }
        let icon = match icon::check(&self.icon) {
            Ok(()) => self.icon,
            Err(why) => {
                note(format!("{why}; the icon is left out"));
                String::new()
            }
        };
        let (reason, reason_ext) = agent.reason.map_or((None, false), |(code, ext)| (Some(code.into()), ext));
        Ok(StateDefinition {
            id: self.id.into(),
            icon: icon.into(),
            menu,
            status,
            ready: agent.ready,
            work_mode: ROption::from(agent.mode),
            reason: ROption::from(reason),
            reason_ext,
        })
    }
}

struct CheckedAgent {
    ready: bool,
    mode: Option<WorkMode>,
    reason: Option<(String, bool)>,
}

impl Agent {
    fn check(self) -> Result<CheckedAgent, String> {
        let ready = self.ready.ok_or("genesysAgent has no attribute ready")?;
        let ready = boolean(&ready).ok_or_else(|| format!("ready is {ready:?}; allowed: true, false"))?;
        let mode = self.mode.map(|word| work_mode(&word, ready)).transpose()?;
        if self.reasons.len() > 1 {
            return Err("genesysAgent has more than one reason".into());
        }
        let reason = self.reasons.into_iter().next().map(check_reason).transpose()?;
        Ok(CheckedAgent { ready, mode, reason })
    }
}

fn check_reason((ext, code): (Option<String>, String)) -> Result<(String, bool), String> {
    let ext = ext.unwrap_or_else(|| "false".into());
    let hardware = boolean(&ext).ok_or_else(|| format!("ext is {ext:?}; allowed: true, false"))?;
    check_text("reason", &code, MAX_REASON)?;
    Ok((code, hardware))
}

fn check_id(id: &str) -> Result<(), String> {
    if id.is_empty() {
        return Err("it has no id".into());
    }
    if id.chars().count() > MAX_ID {
        return Err(format!("its id has more than {MAX_ID} characters"));
    }
    if id.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("its id holds white space".into());
    }
    if RESERVED.contains(&id) {
        return Err("its id is reserved".into());
    }
    Ok(())
}

/// Of two texts in one language the first counts, as with ids.
fn texts(written: Vec<(String, String)>, note: &mut impl FnMut(String)) -> Result<RVec<Text>, String> {
    let mut kept: RVec<Text> = RVec::new();
    for (language, text) in written {
        check_text("a text", &text, MAX_TEXT)?;
        if !is_language(&language) {
            note(format!("language {language:?} is no language tag such as de or pt-BR; its text is left out"));
        } else if kept.iter().any(|known| known.language.eq_ignore_ascii_case(&language)) {
            note(format!("a second text for language {language:?} is left out"));
        } else if kept.len() == MAX_LANGUAGES {
            note(format!("it has more than {MAX_LANGUAGES} languages; {language:?} is left out"));
        } else {
            kept.push(Text { language: language.into(), text: text.into() });
        }
    }
    Ok(kept)
}

fn check_text(what: &str, text: &str, most: usize) -> Result<(), String> {
    if text.is_empty() {
        Err(format!("{what} is empty"))
    } else if text.chars().count() > most {
        Err(format!("{what} has more than {most} characters"))
    } else if text.chars().any(char::is_control) {
        Err(format!("{what} holds a control character"))
    } else {
        Ok(())
    }
}

/// The shape of BCP 47: subtags of 1 to 8 letters or digits; empty is the default text.
fn is_language(tag: &str) -> bool {
    tag.is_empty()
        || (tag.len() <= 35
            && tag
                .split('-')
                .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())))
}

/// `xs:boolean`, case ignored.
fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}
