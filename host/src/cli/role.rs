//! `uc-connector role`: which of several nodes works, and to say so; for arbiters outside and for operators.

use super::{Exit, File, print};
use crate::{
    check::report,
    config::{Config, Problem, Source},
    role::Role,
    secret,
};
use clap::{Args, ValueEnum};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

/// How long the service may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest answer that is read, bytes.
const LONGEST: u64 = 64 * 1024;

/// What is asked.
#[derive(Debug, Args)]
pub struct RoleOrder {
    /// What the node is to be; without: what it is
    #[arg(value_enum)]
    pub role: Option<Word>,
    /// The configuration file of the node, which says where it listens for operators
    #[command(flatten)]
    pub file: File,
}

/// A role as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Word {
    /// It works
    Primary,
    /// Another works
    Standby,
}

impl From<Word> for Role {
    fn from(word: Word) -> Self {
        match word {
            Word::Primary => Self::Primary,
            Word::Standby => Self::Standby,
        }
    }
}

/// Answers the command: asks the running service at the address of `[admin]`.
pub(super) fn role(order: &RoleOrder) -> Exit {
    let config = match Config::load(&order.file.config) {
        Ok(config) => config,
        Err(problems) => {
            report(&problems);
            return Exit::Config;
        }
    };
    let token = match config.admin.token_file.as_ref().map(|file| secret::first_line(file.get_ref())).transpose() {
        Ok(token) => token,
        Err(why) => {
            report(&[Problem::with_file(&Source::unreadable(&config.file), why)]);
            return Exit::Config;
        }
    };
    let address = config.admin.listen;
    let request = request(order.role.map(Role::from), &address.to_string(), token.as_deref().map(|token| token.trim()));
    match ask(address, &request) {
        Ok((200, words)) => print(words.trim_end()),
        Ok((status, words)) => {
            eprintln!("error: the service refuses ({status}): {}", detail(&words));
            Exit::Unavailable
        }
        Err(error) => {
            eprintln!("error: the service does not answer at {address}, which is listen of [admin]: {error}");
            Exit::Unavailable
        }
    }
}

fn request(role: Option<Role>, host: &str, token: Option<&str>) -> String {
    let method = if role.is_some() { "PUT" } else { "GET" };
    let body = role.map_or("", Role::word);
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let length = body.len();
    format!(
        "{method} /-/role HTTP/1.1\r\nHost: {host}\r\n{token}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Status and body.
fn ask(address: std::net::SocketAddr, request: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Ok((status, body.to_owned()))
}

/// What a problem document says in words.
fn detail(body: &str) -> String {
    let document: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let words = document.as_ref().and_then(|document| document["detail"].as_str());
    words.unwrap_or(body.trim_end()).to_owned()
}
