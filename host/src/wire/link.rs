//! The link's own messages, beside those of the protocol it carries: hello, role, heartbeat.

use super::{LineWriter, Password, Record, RecordError, seconds};
use bytes::BytesMut;
use std::{borrow::Cow, time::Duration};

/// Which half of a redundant pair a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Serves.
    Primary,
    /// Stands by: takes no requests.
    Backup,
}

/// `LinkHello`: the first line of either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// `protocol`: what the link carries, such as `tlib`.
    pub protocol: String,
    /// `version`: the connecting side names the highest it speaks, the accepting side the one both will speak.
    pub version: i64,
    /// `name` of the application or server; empty when it did not say.
    pub name: String,
    /// `password` of the application, when the site uses one.
    pub password: Option<Password>,
    /// `role`, told by servers; absent means primary.
    pub role: Option<Role>,
    /// `addpTimeout`, seconds: after this silence the sender of the hello asks for a sign of life. For information.
    pub addp_timeout: Option<Duration>,
    /// `addpRemoteTimeout`, seconds: the timeout the receiver of the hello is asked to use. Zero: none.
    pub addp_remote_timeout: Option<Duration>,
}

/// A message of the link itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkMessage {
    /// `LinkHello`.
    Hello(Hello),
    /// `LinkRefused`: why the hello was not accepted; the sender closes after it.
    Refused {
        /// In words for an operator.
        reason: String,
    },
    /// `LinkRole`: the server's role changed.
    Role(Role),
    /// `LinkHeartbeat`: answer with the same number.
    Heartbeat {
        /// Counts up; 0 when there is none, or none that can be read.
        number: i64,
    },
    /// `LinkHeartbeatAck`.
    HeartbeatAck {
        /// Of the heartbeat it answers.
        number: i64,
    },
}

impl LinkMessage {
    /// True for what may come before the hello has: the hello, or the word that there will be none.
    pub fn opens(&self) -> bool {
        matches!(self, Self::Hello(_) | Self::Refused { .. })
    }

    /// Reads one; none when the record is a message of the protocol above, or a link message of a later version. What is
    /// for information only counts as absent when it cannot be read.
    ///
    /// # Errors
    /// An attribute that is needed is missing or of the wrong type: the peer's fault.
    pub fn read(record: &Record<'_>) -> Result<Option<Self>, RecordError> {
        // Most messages are of the protocol above, and cost nothing here.
        let name = record.name();
        if !name.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("Link")) {
            return Ok(None);
        }
        Ok(Some(match &*name.to_ascii_lowercase() {
            "linkhello" => Self::Hello(Hello::read(record)?),
            "linkrefused" => Self::Refused { reason: text(record, "reason").unwrap_or_default() },
            "linkrole" => Self::Role(record.require("role", role(record))?),
            "linkheartbeat" => Self::Heartbeat { number: number(record) },
            "linkheartbeatack" => Self::HeartbeatAck { number: number(record) },
            _ => return Ok(None),
        }))
    }

    /// Writes it as one line.
    pub fn write(&self, output: &mut BytesMut) {
        match self {
            Self::Hello(hello) => hello.write(output),
            Self::Refused { reason } => LineWriter::new(output, "LinkRefused").str("reason", reason).end(),
            Self::Role(role) => LineWriter::new(output, "LinkRole").str("role", role.word()).end(),
            Self::Heartbeat { number } => LineWriter::new(output, "LinkHeartbeat").int("number", *number).end(),
            Self::HeartbeatAck { number } => LineWriter::new(output, "LinkHeartbeatAck").int("number", *number).end(),
        }
    }
}

impl Hello {
    fn read(record: &Record<'_>) -> Result<Self, RecordError> {
        Ok(Self {
            protocol: record.require("protocol", record.str("protocol"))?.into_owned(),
            version: record.require("version", record.number("version"))?,
            name: text(record, "name").unwrap_or_default(),
            password: text(record, "password").map(Password::from),
            role: role(record)?,
            addp_timeout: time(record, "addpTimeout"),
            addp_remote_timeout: time(record, "addpRemoteTimeout"),
        })
    }

    fn write(&self, output: &mut BytesMut) {
        let mut line = LineWriter::new(output, "LinkHello")
            .str("protocol", &self.protocol)
            .int("version", self.version)
            .str("name", &self.name)
            .opt_str("password", self.password.as_ref().map(|secret| secret.0.as_str()))
            .opt_str("role", self.role.map(Role::word));
        for (name, time) in [("addpTimeout", self.addp_timeout), ("addpRemoteTimeout", self.addp_remote_timeout)] {
            if let Some(time) = time {
                line = line.raw(name, &time.as_secs_f64().to_string());
            }
        }
        line.end();
    }
}

impl Role {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Backup => "backup",
        }
    }
}

fn role(record: &Record<'_>) -> Result<Option<Role>, RecordError> {
    let word = record.text("role").ok().flatten();
    let known =
        |word: &str| [Role::Primary, Role::Backup].into_iter().find(|role| role.word().eq_ignore_ascii_case(word));
    match word.as_deref().map(known) {
        Some(Some(role)) => Ok(Some(role)),
        None if record.raw("role").is_none() => Ok(None),
        // A side that may serve and may not cannot be worked with.
        _ => Err(record.wrong("role", "`primary` or `backup`", "")),
    }
}

fn text(record: &Record<'_>, attribute: &str) -> Option<String> {
    record.text(attribute).ok().flatten().map(Cow::into_owned)
}

fn number(record: &Record<'_>) -> i64 {
    record.number("number").ok().flatten().unwrap_or_default()
}

/// Seconds, 0 to 3600.
fn time(record: &Record<'_>, attribute: &str) -> Option<Duration> {
    let seconds = record.raw(attribute)?.get().parse::<f64>().ok()?;
    let valid = (0.0..=seconds::MAX.as_secs_f64()).contains(&seconds);
    valid.then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        for (line, expected) in [
            (r#"{"messagename":"linkhello","protocol":"tlib","VERSION":"1","name":"x"}"#, "Hello"),
            (r#"{"messageName":"LINKHEARTBEAT","number":7}"#, "Heartbeat { number: 7 }"),
            (r#"{"messageName":"linkHeartbeatAck","number":"7"}"#, "HeartbeatAck { number: 7 }"),
            (r#"{"messageName":"linkrole","role":"Backup"}"#, "Role(Backup)"),
            (r#"{"messageName":"Linkrefused"}"#, "Refused"),
        ] {
            let read = format!("{:?}", LinkMessage::read(&Record::parse_str(line).unwrap()).unwrap().unwrap());
            assert!(read.starts_with(expected), "{line}: {read}");
        }
        for line in [r#"{"messageName":"EventRinging"}"#, r#"{"messageName":"Lin"}"#, r#"{"messageName":"Linköping"}"#]
        {
            assert_eq!(LinkMessage::read(&Record::parse_str(line).unwrap()).unwrap(), None, "{line}");
        }
    }

    fn round_trip(message: &LinkMessage) {
        let mut out = BytesMut::new();
        message.write(&mut out);
        let record = Record::parse(out.trim_ascii_end()).unwrap();
        assert_eq!(LinkMessage::read(&record).unwrap().as_ref(), Some(message));
    }

    #[test]
    fn every_message_is_read_as_written() {
        let hello = Hello {
            protocol: "tlib".to_owned(),
            version: 1,
            name: "uc".to_owned(),
            password: Some("secret".to_owned().into()),
            role: Some(Role::Backup),
            addp_timeout: Some(Duration::from_millis(1500)),
            addp_remote_timeout: Some(Duration::from_secs(20)),
        };
        round_trip(&LinkMessage::Hello(hello.clone()));
        let bare = Hello { password: None, role: None, addp_timeout: None, addp_remote_timeout: None, ..hello };
        round_trip(&LinkMessage::Hello(bare));
        round_trip(&LinkMessage::Refused { reason: "unknown client".to_owned() });
        round_trip(&LinkMessage::Role(Role::Primary));
        round_trip(&LinkMessage::Heartbeat { number: 3 });
        round_trip(&LinkMessage::HeartbeatAck { number: 3 });
    }

    fn read(line: &str) -> Result<Option<LinkMessage>, RecordError> {
        LinkMessage::read(&Record::parse_str(line).unwrap())
    }

    #[test]
    fn what_is_needed_and_cannot_be_read_is_an_error() {
        for (line, told) in [
            (r#"{"messageName":"LinkHello","protocol":"tlib","name":"x"}"#, "`version` is missing"),
            (r#"{"messageName":"LinkHello","protocol":7,"version":1}"#, "`protocol` must be a string"),
            (r#"{"messageName":"LinkHello","protocol":"tlib","version":1,"role":"third"}"#, "`primary` or `backup`"),
            (r#"{"messageName":"LinkRole","role":"third"}"#, "`primary` or `backup`"),
            (r#"{"messageName":"LinkRole"}"#, "`role` is missing"),
        ] {
            let error = read(line).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn what_is_for_information_only_takes_no_hello_with_it() {
        for more in [
            r#""name":{},"addpTimeout":-1,"addpRemoteTimeout":1e99,"password":[]"#,
            r#""addpTimeout":"soon","ofTomorrow":[1],"capabilities":{"a":null}"#,
        ] {
            let line =
                format!(r#"{{"messageName":"LinkHello","protocol":"tlib","version":1,"role":"PRIMARY",{more}}}"#);
            let Ok(Some(LinkMessage::Hello(hello))) = read(&line) else { panic!("{line}") };
            assert_eq!((hello.role, hello.addp_timeout, hello.addp_remote_timeout), (Some(Role::Primary), None, None));
        }
    }

    #[test]
    fn a_heartbeat_needs_no_number_and_other_messages_are_none() {
        for line in [r#"{"messageName":"LinkHeartbeat"}"#, r#"{"messageName":"LinkHeartbeat","number":[]}"#] {
            assert_eq!(read(line).unwrap(), Some(LinkMessage::Heartbeat { number: 0 }));
        }
        assert_eq!(read(r#"{"messageName":"LinkLater"}"#).unwrap(), None);
    }
}
