//! An agent who chats with a worker and answers by themselves, for demos of the standalone mode.

use super::floor::Floor;
use crate::t_server::TServer;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::sleep;
use uc_connector::{
    mode::Mode,
    wire::{ConnId, KvList},
};

/// The agent.
const AGENT: &str = "Robin Agent";
/// How often the agent looks.
const GLANCE: Duration = Duration::from_millis(300);
/// How long the agent writes an answer.
const WRITES: Duration = Duration::from_millis(1_500);
/// After so many looks the agent goes home.
const MOST_GLANCES: u32 = 12_000;
/// What the agent answers, in turn.
const ANSWERS: [&str; 4] = [
    "Thank you. The customer asks whether the offer still holds.",
    "I tell them. Is there a date by which they must decide?",
    "Understood. Shall I put the customer through to you?",
    "That helps, thank you.",
];

/// A chat to begin.
#[derive(Debug, Deserialize)]
pub(super) struct Begin {
    /// The worker's DN.
    dn: String,
}

/// An agent begins a chat with the worker at a DN.
pub(super) fn begin(floor: &Floor, t_server: &TServer, order: &Begin) -> Result<(), String> {
    if floor.mode != Mode::Standalone {
        return Err(
            "in this mode the UC platform carries chats: MODE=standalone shows them on the worker's page".into()
        );
    }
    let data: KvList = [("CustomerName", "Ada Byron"), ("Subject", "Mortgage offer")]
        .into_iter()
        .map(|(key, value)| (key, uc_connector::wire::Value::Str(value.to_owned())))
        .collect();
    let told = |refused| format!("the T-Server refuses: {refused}");
    let chat = t_server.open_chat(AGENT, &order.dn, "Mortgage offer", data, None).map_err(told)?;
    t_server.says(chat, AGENT, "Hello, I have a customer on the line. Do you have a minute?").map_err(told)?;
    tokio::spawn(answer(t_server.clone(), chat, order.dn.clone()));
    Ok(())
}

/// Answers each line of the worker's, until they have left.
async fn answer(t_server: TServer, chat: ConnId, worker: String) {
    let (mut read, mut answers) = (0, ANSWERS.iter().cycle());
    for _ in 0..MOST_GLANCES {
        sleep(GLANCE).await;
        let there = t_server.chat_parties(chat).is_some_and(|parties| parties.contains(&worker));
        let lines = t_server.said(chat).filter(|_| there).unwrap_or_default();
        if !there {
            break;
        }
        let news = lines[read.min(lines.len())..].iter().any(|line| line.party == worker);
        read = lines.len();
        if news && let Some(text) = answers.next() {
            // The chat may be over by now.
            let _ = t_server.agent_does(chat, "read").and_then(|()| t_server.agent_does(chat, "typing"));
            sleep(WRITES).await;
            let _ = t_server.says(chat, AGENT, text);
        }
    }
    let _ = t_server.close_chat(chat, "The agent has gone home");
}
