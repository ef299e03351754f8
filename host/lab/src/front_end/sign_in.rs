//! Who sent a request: judged by its signature, or taken on trust from trusted hosts and applications.

use super::{
    connection::ConnectionId,
    pool::{Pool, Sender, new_tag},
};
use std::time::SystemTime;
use uc_sip::{
    auth::Judgement,
    message::{Message, Response},
};

impl Pool {
    /// The sender of a request. None if the request was answered already, or its connection is to end.
    pub(super) fn authenticate(&mut self, id: ConnectionId, message: &Message, now: SystemTime) -> Option<Sender> {
        let from = message.from().map(|from| from.uri).unwrap_or_default();
        let connection = self.connections.get_mut(&id)?;
        if connection.trusted {
            // An application may speak for any user, and for contact objects that are in no list.
            let sender = Sender { connection: id, opaque: None, user: self.users.find_or_add(from) };
            return self.enabled(sender, message);
        }
        match connection.acceptor.judge(message, &self.users, now) {
            Judgement::Trusted { opaque, user } => self.identify(id, &opaque, &user, from, message),
            Judgement::Challenge { challenges, diagnostics } => {
                self.challenge(id, message, &challenges, diagnostics, now);
                None
            }
            Judgement::Drop(_) => {
                self.bad_signature(id);
                None
            }
        }
    }

    /// Holds the name that signed in against the user in From.
    fn identify(
        &mut self,
        id: ConnectionId,
        opaque: &str,
        login: &str,
        from: &str,
        message: &Message,
    ) -> Option<Sender> {
        self.counts.verified += 1;
        let user = self.users.find(from);
        // Who answers is known by the association; the rest goes wrong for one of three reasons.
        let sender = |user| Sender { connection: id, opaque: Some(opaque.into()), user };
        let Some(known) = user.filter(|user| self.users.of_login(login) == Some(*user)) else {
            self.counts.refused += 1;
            let why = (4004, "Credentials provided are not authorized to act as specified from URI");
            self.refuse(&sender(user.unwrap_or_default()), message, 403, Some(why));
            return None;
        };
        self.enabled(sender(known), message)
    }

    /// Refuses users who are disabled, whoever speaks for them.
    fn enabled(&mut self, sender: Sender, message: &Message) -> Option<Sender> {
        if self.users.get(sender.user).account.as_ref().is_some_and(|account| account.disabled) {
            self.counts.refused += 1;
            self.refuse(&sender, message, 403, Some((4141, "User disabled")));
            return None;
        }
        Some(sender)
    }

    fn challenge(
        &mut self,
        id: ConnectionId,
        message: &Message,
        challenges: &[String],
        diagnostics: Option<String>,
        now: SystemTime,
    ) {
        if message.method() == "ACK" {
            return;
        }
        self.counts.challenged += 1;
        let tag = new_tag();
        let mut response = Response::to(message, 401, "Unauthorized").tag(&tag);
        response = response.field("Date", httpdate::fmt_http_date(now));
        let bare = self.faults.challenges_barely();
        for challenge in challenges {
            let begins = challenge.split(", gssapi-data=").next().unwrap_or_default();
            response = response.field("WWW-Authenticate", if bare { begins } else { challenge });
        }
        if let Some(diagnostics) = diagnostics {
            self.counts.refused += 1;
            response = response.field("ms-diagnostics", diagnostics);
        }
        self.reply(id, None, &response);
    }

    /// A signature that does not fit costs the connection.
    pub(super) fn bad_signature(&mut self, id: ConnectionId) {
        self.counts.bad_signatures += 1;
        tracing::warn!("a message with a wrong signature; its connection is dropped");
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.close();
        }
    }
}
