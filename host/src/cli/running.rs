//! What is asked of the running service: at the address of `[admin]`, with its token.

use super::{Exit, File, print, report};
use crate::{config::Config, secret};
use std::time::Duration;
use ureq::{Agent, Body, http::Response};

/// How long the service may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks below `/-/`, or says `word` there, and prints the answer.
pub(super) fn ask(file: &File, path: &str, word: Option<&str>) -> Exit {
    let admin = match Config::admin(&file.config) {
        Ok(admin) => admin,
        Err(problems) => {
            report(&problems);
            return Exit::Config;
        }
    };
    let token = match admin.token_file.as_ref().map(|file| secret::first_line(file.get_ref())).transpose() {
        Ok(token) => token,
        Err(why) => {
            eprintln!("error: token-file of [admin]: {why}");
            return Exit::Config;
        }
    };
    let address = admin.listen;
    match call(&format!("http://{address}/-/{path}"), word, token.as_deref().map(|token| token.trim())) {
        Ok((200, words)) => print(words.trim_end()),
        Ok((status, words)) => fail(&format!("the service refuses ({status}): {}", detail(&words))),
        Err(error) => fail(&format!("the service does not answer at {address}, which is listen of [admin]: {error}")),
    }
}

fn fail(words: &str) -> Exit {
    eprintln!("error: {words}");
    Exit::Unavailable
}

/// Status and body.
fn call(url: &str, word: Option<&str>, token: Option<&str>) -> Result<(u16, String), ureq::Error> {
    // What refuses says why; no proxy stands between a machine and itself.
    let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).proxy(None);
    let (agent, token) = (config.build().new_agent(), token.map(|token| format!("Bearer {token}")).unwrap_or_default());
    let mut answer: Response<Body> = match word {
        None => agent.get(url).header("authorization", token).call(),
        Some(word) => agent.put(url).header("authorization", token).send(word),
    }?;
    Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?))
}

/// What a problem document says in words.
fn detail(body: &str) -> String {
    let document: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let words = document.as_ref().and_then(|document| document["detail"].as_str());
    words.unwrap_or(body.trim_end()).to_owned()
}
