//! Instant messages and everything else between two users: passed on from endpoint to endpoint.

use crate::front_end::{
    documents::put,
    pool::{Pool, Sender, new_tag},
    relay::{Destination, Verdict},
    users::canonical,
};
use bytes::BytesMut;
use std::{fmt::Write, time::SystemTime};
use uc_sip::message::{Message, Name, Response, values};

impl Pool {
    pub(in crate::front_end) fn relay_request(&mut self, sender: &Sender, message: &Message, now: SystemTime) {
        let method = message.method();
        if method == "CANCEL" {
            return self.cancel(sender, message);
        }
        if method == "ACK" && self.relay.absorbs(message) {
            return;
        }
        if message.get(Name::MaxForwards).is_some_and(|hops| hops == "0") {
            return self.refuse(sender, message, 483, None);
        }
        let uri = message.request_uri().unwrap_or_default();
        let Some(user) = self.users.find(uri) else {
            return self.refuse(sender, message, 404, Some((1003, "User does not exist")));
        };
        let named = self.endpoints.find(|endpoint| endpoint.gruu.as_deref() == Some(uri)).next();
        let targets = named.map_or_else(|| self.endpoints.of_user(user), |one| vec![one]);
        let targets: Vec<_> = targets.iter().filter_map(|id| self.endpoints.get(*id)).map(Destination::of).collect();
        if targets.is_empty() {
            return self.refuse(sender, message, 480, Some((4005, "The user has no endpoint")));
        }
        self.counts.relayed += 1;
        if method == "ACK" {
            let branch = format!("z9hG4bK{:016x}", rand::random::<u64>());
            return self.pass_on(message, "ACK", &branch, &targets[0]);
        }
        if method == "INVITE" {
            let tag = new_tag();
            self.reply(sender.connection, None, &Response::to(message, 100, "Trying").tag(&tag));
        }
        let fork = self.relay.fork(message, sender.connection, sender.opaque.clone());
        for target in &targets {
            let Some(branch) = self.relay.leg(fork, target, now) else {
                return self.refuse(sender, message, 503, Some((17000, "too many requests are under way")));
            };
            self.pass_on(message, method, &branch, target);
        }
    }

    fn cancel(&mut self, sender: &Sender, message: &Message) {
        let copies = self.relay.copies(message);
        if copies.is_empty() {
            return self.refuse(sender, message, 481, None);
        }
        let tag = new_tag();
        self.reply(sender.connection, sender.opaque.as_deref(), &Response::to(message, 200, "OK").tag(&tag));
        copies.iter().for_each(|(branch, target)| self.pass_on(message, "CANCEL", branch, target));
    }

    /// A copy of a request to an endpoint: our Via on top, one hop less, our signature.
    fn pass_on(&mut self, message: &Message, method: &str, branch: &str, to: &Destination) {
        let Some(connection) = self.connections.get_mut(&to.connection) else { return };
        let mut head = BytesMut::new();
        let (transport, address) = (connection.transport, &self.address_text);
        // Growing a buffer cannot fail.
        let _ = write!(head, "{method} {} SIP/2.0\r\nVia: SIP/2.0/{transport} {address};branch={branch}\r\n", to.uri);
        for field in message.headers() {
            match field.name {
                Name::MaxForwards => {
                    let hops = field.value.parse::<u32>().unwrap_or(70).saturating_sub(1);
                    let _ = write!(head, "Max-Forwards: {hops}\r\n");
                }
                name if is_ours_to_write(name) => {}
                _ => put_field(&mut head, field.text, field.value),
            }
        }
        connection.relay(to.opaque.as_deref(), &head, message, &mut self.faults);
    }

    /// The answer of an endpoint.
    pub(in crate::front_end) fn relay_response(&mut self, message: &Message) {
        let status = message.status().unwrap_or_default();
        let branch = message.top_via().and_then(|via| via.branch()).unwrap_or_default().to_owned();
        let from = self.relay.destination(&branch);
        // CANCEL travels under the branch of its INVITE and is answered here already.
        if status == 100 || message.method() == "CANCEL" {
            return;
        }
        let verdict = self.relay.answer(&branch, status);
        if let Some(from) = from.filter(|_| status >= 300 && message.method() == "INVITE") {
            self.acknowledge(message, &branch, &from);
        }
        if let Verdict::Pass { connection, opaque, cancel } = verdict {
            self.pass_back(message, connection, opaque.as_deref());
            cancel.iter().for_each(|(branch, target)| self.call_off(message, branch, target));
        }
    }

    fn pass_back(
        &mut self,
        message: &Message,
        connection: crate::front_end::connection::ConnectionId,
        opaque: Option<&str>,
    ) {
        let Some(connection) = self.connections.get_mut(&connection) else { return };
        let mut head = BytesMut::new();
        let status = message.status().unwrap_or_default();
        let reason = match message.start_line() {
            uc_sip::message::StartLine::Response { reason, .. } => reason,
            uc_sip::message::StartLine::Request { .. } => "",
        };
        let _ = write!(head, "SIP/2.0 {status} {reason}\r\n");
        let mut own_hop = true;
        for field in message.headers() {
            match field.name {
                Name::Via if own_hop => {
                    own_hop = false;
                    // A peer may have joined several hops into one field.
                    let rest: Vec<_> = values::split(field.value).skip(1).collect();
                    if !rest.is_empty() {
                        put_field(&mut head, "Via", &rest.join(", "));
                    }
                }
                name if is_ours_to_write(name) => {}
                _ => put_field(&mut head, field.text, field.value),
            }
        }
        connection.relay(opaque, &head, message, &mut self.faults);
    }

    /// Takes note of a failed INVITE towards the endpoint that refused it.
    fn acknowledge(&mut self, response: &Message, branch: &str, to: &Destination) {
        self.hop_by_hop("ACK", response, branch, to);
    }

    /// Stops a copy that somebody else has answered.
    fn call_off(&mut self, response: &Message, branch: &str, to: &Destination) {
        self.hop_by_hop("CANCEL", response, branch, to);
    }

    fn hop_by_hop(&mut self, method: &str, response: &Message, branch: &str, to: &Destination) {
        let Some(connection) = self.connections.get_mut(&to.connection) else { return };
        let get = |name| response.get(name).unwrap_or_default();
        let number = response.cseq().map_or(0, |cseq| cseq.number);
        // A CANCEL has the To of the INVITE, without the tag that another endpoint gave.
        let to_value = match (method, response.to()) {
            ("CANCEL", Some(address)) => format!("<{}>", canonical(address.uri)),
            _ => get(Name::To).to_owned(),
        };
        let text = format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/{} {};branch={branch}\r\nMax-Forwards: 70\r\nFrom: {}\r\n\
             To: {to_value}\r\nCall-ID: {}\r\nCSeq: {number} {method}\r\n",
            to.uri,
            connection.transport,
            self.address_text,
            get(Name::From),
            get(Name::CallId),
        );
        let whole = format!("{text}Content-Length: 0\r\n\r\n").into_bytes();
        // Made of parts of a message that was read; if it cannot be read, the endpoint is not troubled with it.
        if let Ok(message) = Message::parse(whole.into(), &uc_sip::message::Limits::default()) {
            connection.relay(to.opaque.as_deref(), text.as_bytes(), &message, &mut self.faults);
        }
    }
}

fn is_ours_to_write(name: Name) -> bool {
    matches!(
        name,
        Name::Authorization
            | Name::ProxyAuthorization
            | Name::AuthenticationInfo
            | Name::ProxyAuthenticationInfo
            | Name::ContentLength
            | Name::Route
    )
}

fn put_field(out: &mut BytesMut, name: &str, value: &str) {
    for text in [name, ": ", value, "\r\n"] {
        put(out, text);
    }
}
