//! The structure of the document, element by element: `presence` holds `state`s, which hold `display`s and one
//! `genesysAgent`. What is unknown is skipped with a warning: the original has parts that no public page describes.

use super::{
    Invalid, Warning,
    state::{Agent, Draft},
    xml::{Element, NAMESPACE, Token, Tokens, invalid, line_breaks},
};
use std::collections::HashSet;
use uc_plugin_api::StateDefinition;

/// Longest menu a page can sensibly draw.
const MAX_STATES: usize = 200;
/// Further warnings are only counted.
const MAX_WARNINGS: usize = 50;
/// Bytes of one text, blanks included, that are looked at.
const MAX_RAW_TEXT: usize = 4096;

/// What a document holds.
pub(super) struct Read {
    /// At least one.
    pub(super) states: Vec<StateDefinition>,
    /// What was dropped or ignored.
    pub(super) warnings: Vec<Warning>,
}

/// Reads the first root element named `presence`.
pub(super) fn read(xml: &[u8]) -> Result<Read, Invalid> {
    let mut document =
        Document { tokens: Tokens::new(xml)?, states: Vec::new(), ids: HashSet::new(), warnings: Warnings::default() };
    let result = document.presence();
    let warnings = document.warnings.finish();
    match result {
        Ok(()) if !document.states.is_empty() => Ok(Read { states: document.states, warnings }),
        Ok(()) => Err(Invalid { line: 1, why: "the document has no valid state".into(), warnings }),
        Err(error) => Err(Invalid { warnings, ..error }),
    }
}

struct Document<'a> {
    tokens: Tokens<'a>,
    states: Vec<StateDefinition>,
    ids: HashSet<String>,
    warnings: Warnings,
}

impl Document<'_> {
    fn presence(&mut self) -> Result<(), Invalid> {
        self.find_root()?;
        while let Some(child) = self.child("presence")? {
            if child.ours && child.name == "state" {
                self.state(&child)?;
            } else {
                self.ignore(&child)?;
            }
        }
        Ok(())
    }

    /// Only the first root element named `presence` is used; text and elements around it do not matter.
    fn find_root(&mut self) -> Result<(), Invalid> {
        loop {
            match self.tokens.next()? {
                Token::Open(root) if root.name != "presence" => self.ignore(&root)?,
                Token::Open(root) if root.ours => return Ok(()),
                Token::Open(root) => {
                    return Err(invalid(root.line, format!("presence is not in the namespace {NAMESPACE}")));
                }
                Token::End => return Err(invalid(1, "there is no element presence".into())),
                Token::Close | Token::Text(_) => {}
            }
        }
    }

    fn state(&mut self, element: &Element) -> Result<(), Invalid> {
        let mut draft = Draft::default();
        for (name, value) in &element.attributes {
            match name.as_str() {
                "id" => draft.id.clone_from(value),
                "icon" => draft.icon.clone_from(value),
                _ => self.warnings.add(element.line, format!("attribute {name} of state is unknown and ignored")),
            }
        }
        while let Some(child) = self.child("state")? {
            match child.name.as_str() {
                "display" if child.ours => self.display(&child, &mut draft)?,
                "genesysAgent" if child.ours => {
                    let agent = self.agent(&child)?;
                    if draft.agent.replace(agent).is_some() {
                        draft.fault("it has more than one genesysAgent");
                    }
                }
                _ => self.ignore(&child)?,
            }
        }
        self.keep(draft, element.line);
        Ok(())
    }

    fn keep(&mut self, draft: Draft, line: u32) {
        let id = draft.id.clone();
        let checked = draft.check(|note| self.warnings.add(line, format!("state {id:?}: {note}")));
        let refusal = match checked {
            Ok(_) if self.ids.contains(&id) => "its id is taken: the first definition counts".to_owned(),
            Ok(_) if self.states.len() == MAX_STATES => format!("only the first {MAX_STATES} states are used"),
            Ok(state) => {
                self.warn_of_twin(&state, line);
                self.ids.insert(id);
                self.states.push(state);
                return;
            }
            Err(why) => why,
        };
        self.warnings.add(line, format!("state {id:?} is dropped: {refusal}"));
    }

    /// A state is the triple of readiness, mode and reason: what the T-Server reports cannot tell twins apart.
    fn warn_of_twin(&mut self, state: &StateDefinition, line: u32) {
        let triple = |s: &StateDefinition| (s.ready, s.work_mode, s.reason.clone(), s.reason_ext);
        if let Some(twin) = self.states.iter().find(|known| triple(known) == triple(state)) {
            let text = format!(
                "state {:?} has readiness, mode and reason of {:?}, which is shown for both",
                state.id, twin.id
            );
            self.warnings.add(line, text);
        }
    }

    fn display(&mut self, element: &Element, draft: &mut Draft) -> Result<(), Invalid> {
        let language = element.attributes.iter().find(|(name, _)| name == "language");
        let language = language.map(|(_, value)| value.trim().to_owned()).unwrap_or_default();
        while let Some(child) = self.child("display")? {
            let texts = match child.name.as_str() {
                "menuText" if child.ours => &mut draft.menu,
                "statusText" if child.ours => &mut draft.status,
                _ => {
                    self.ignore(&child)?;
                    continue;
                }
            };
            texts.push((language.clone(), Self::text(&mut self.tokens, &mut self.warnings)?));
        }
        Ok(())
    }

    fn agent(&mut self, element: &Element) -> Result<Agent, Invalid> {
        let mut agent = Agent::default();
        for (name, value) in &element.attributes {
            match name.as_str() {
                "ready" => agent.ready = Some(value.clone()),
                "mode" => agent.mode = Some(value.clone()),
                _ => {
                    let text = format!("attribute {name} of genesysAgent is unknown and ignored");
                    self.warnings.add(element.line, text);
                }
            }
        }
        while let Some(child) = self.child("genesysAgent")? {
            if child.ours && child.name == "reason" {
                let ext = child.attributes.into_iter().find(|(name, _)| name == "ext").map(|(_, value)| value);
                agent.reasons.push((ext, Self::text(&mut self.tokens, &mut self.warnings)?));
            } else {
                self.ignore(&child)?;
            }
        }
        Ok(agent)
    }

    /// The next child element of the open one, none at its end.
    fn child(&mut self, parent: &str) -> Result<Option<Element>, Invalid> {
        loop {
            let line = self.tokens.line();
            match self.tokens.next()? {
                Token::Open(child) => return Ok(Some(child)),
                Token::Close | Token::End => return Ok(None),
                Token::Text(text) if text.trim().is_empty() => {}
                Token::Text(text) => {
                    let line = line + line_breaks(&text[..text.len() - text.trim_start().len()]);
                    self.warnings.add(line, format!("text directly in {parent} is ignored"));
                }
            }
        }
    }

    /// The text of the element just opened, without that of its children.
    fn text(tokens: &mut Tokens<'_>, warnings: &mut Warnings) -> Result<String, Invalid> {
        let mut text = String::new();
        loop {
            match tokens.next()? {
                // What is cut here is far too long for its state, which is dropped for it.
                Token::Text(piece) => text.extend(piece.chars().take(MAX_RAW_TEXT.saturating_sub(text.len()))),
                Token::Open(child) => {
                    warnings.add(child.line, format!("element {} within a text is ignored", child.name));
                    tokens.skip()?;
                }
                Token::Close | Token::End => return Ok(text.split_whitespace().collect::<Vec<_>>().join(" ")),
            }
        }
    }

    fn ignore(&mut self, element: &Element) -> Result<(), Invalid> {
        // Elements of other namespaces are somebody else's: not even worth a word.
        if element.ours {
            self.warnings.add(element.line, format!("element {} is unknown here and ignored", element.name));
        }
        self.tokens.skip()
    }
}

#[derive(Default)]
struct Warnings {
    kept: Vec<Warning>,
    more: usize,
}

impl Warnings {
    fn add(&mut self, line: u32, text: String) {
        if self.kept.len() < MAX_WARNINGS {
            self.kept.push(Warning { line, text });
        } else {
            self.more += 1;
        }
    }

    fn finish(mut self) -> Vec<Warning> {
        self.kept.sort_by_key(|warning| warning.line);
        if let (Some(last), 1..) = (self.kept.last(), self.more) {
            let line = last.line;
            self.kept.push(Warning { line, text: format!("{} more warnings follow", self.more) });
        }
        self.kept
    }
}
