//! Dialogs (RFC 3261, section 12): who talks to whom, along which route, and with which numbers.

use crate::message::{Message, Name, Request, values};

/// What the number of a request inside a dialog says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The next one, or the first.
    Next,
    /// Numbers are missing before it: best-effort notifies (BENOTIFY) were lost.
    Gap {
        /// How many.
        missing: u32,
    },
    /// Seen before: answer as before, do nothing.
    Repeated,
    /// Older than what was seen: 500 (section 12.2.2).
    Stale,
}

/// One side's view of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    call_id: String,
    local: String,
    local_tag: String,
    remote: String,
    remote_tag: String,
    target: String,
    route: Vec<String>,
    local_cseq: u32,
    remote_cseq: Option<u32>,
}

impl Dialog {
    /// The caller's view, from a 2xx or a 101–199 with a To tag. None if a mandatory value is missing.
    pub fn of_response(response: &Message) -> Option<Self> {
        let mut route = routes(response, Name::RecordRoute);
        route.reverse();
        Some(Self {
            call_id: response.call_id()?.to_owned(),
            local: line(response.get(Name::From)?),
            local_tag: response.from()?.tag()?.to_owned(),
            remote: line(response.get(Name::To)?),
            remote_tag: response.to()?.tag()?.to_owned(),
            target: response.contacts().next()?.ok()?.uri.to_owned(),
            route,
            local_cseq: response.cseq()?.number,
            remote_cseq: None,
        })
    }

    /// The callee's view, from the request and the tag that the answer puts into To.
    pub fn of_request(request: &Message, to_tag: &str) -> Option<Self> {
        let local = line(request.get(Name::To)?);
        Some(Self {
            call_id: request.call_id()?.to_owned(),
            local: match request.to()?.tag() {
                Some(_) => local,
                None => format!("{local};tag={to_tag}"),
            },
            local_tag: request.to()?.tag().unwrap_or(to_tag).to_owned(),
            remote: line(request.get(Name::From)?),
            remote_tag: request.from()?.tag().unwrap_or_default().to_owned(),
            target: request.contacts().next()?.ok()?.uri.to_owned(),
            route: routes(request, Name::RecordRoute),
            local_cseq: 0,
            remote_cseq: Some(request.cseq()?.number),
        })
    }

    /// Call-ID.
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// Our tag.
    pub fn local_tag(&self) -> &str {
        &self.local_tag
    }

    /// The peer's tag.
    pub fn remote_tag(&self) -> &str {
        &self.remote_tag
    }

    /// The peer's address of record and tag, as its header field had it.
    pub fn remote(&self) -> &str {
        &self.remote
    }

    /// Where requests go: the peer's Contact.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Whether a request of the peer belongs here.
    pub fn has(&self, request: &Message) -> bool {
        request.call_id() == Some(&self.call_id)
            && request.to().and_then(|to| to.tag()) == Some(&self.local_tag)
            && request.from().is_some_and(|from| from.tag().unwrap_or_default() == self.remote_tag)
    }

    /// The next request inside the dialog: Request-URI, Route, From, To, Call-ID and CSeq. The user agent adds
    /// Via and Max-Forwards.
    pub fn request(&mut self, method: &'static str) -> Request {
        self.local_cseq += 1;
        self.build(method)
    }

    /// The ACK of a 2xx to an INVITE: the INVITE's own number.
    pub fn ack(&self) -> Request {
        self.build("ACK")
    }

    fn build(&self, method: &'static str) -> Request {
        let mut request = Request::new(method, self.target.clone());
        for hop in &self.route {
            request = request.field("Route", hop);
        }
        request
            .field("From", &self.local)
            .field("To", &self.remote)
            .field("Call-ID", &self.call_id)
            .field("CSeq", format!("{} {method}", self.local_cseq))
    }

    /// Takes the number of a request of the peer. NOTIFY and BENOTIFY count together.
    pub fn receive(&mut self, request: &Message) -> Order {
        let Some(number) = request.cseq().map(|cseq| cseq.number) else { return Order::Stale };
        let order = self.order(number);
        if matches!(order, Order::Repeated | Order::Stale) {
            return order;
        }
        self.remote_cseq = Some(number);
        if let Some(Ok(contact)) = request.contacts().next() {
            contact.uri.clone_into(&mut self.target); // a target refresh (section 12.2.2)
        }
        order
    }

    /// Counts an answer as the peer's request of that number (`ms-piggyback-cseq`).
    pub fn answered(&mut self, number: u32) -> Order {
        let order = self.order(number);
        self.remote_cseq = self.remote_cseq.max(Some(number));
        order
    }

    fn order(&self, number: u32) -> Order {
        match self.remote_cseq {
            Some(last) if number == last => Order::Repeated,
            Some(last) if number < last => Order::Stale,
            Some(last) if number - last > 1 => Order::Gap { missing: number - last - 1 },
            _ => Order::Next,
        }
    }

    /// A later 2xx to our own request may move the peer (section 12.2.1.2).
    pub fn refresh_target(&mut self, response: &Message) {
        if let Some(Ok(contact)) = response.contacts().next() {
            contact.uri.clone_into(&mut self.target);
        }
    }
}

fn routes(message: &Message, name: Name) -> Vec<String> {
    message.all(name).flat_map(values::split).map(line).collect()
}

/// A value as it may stand in a message of ours, however the peer folded it.
fn line(value: &str) -> String {
    values::unfold(value).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Limits;
    use bytes::Bytes;

    fn message(start: &str) -> Message {
        let text = format!(
            "{start}\r\nRecord-Route: <sip:a.example.com;lr>\r\n\t;ms-rrsig=\"x,;y\",\r\n <sip:b.example.com;lr>\r\n\
             f: \"Pool,\r\n Home\"\r\n\t<sip:fe@example.com>\r\n ;tag=one\r\nTo:\r\n <sip:w@example.com>;\r\n tag=two\r\n\
             i: call\r\nCSeq: 7\r\n SUBSCRIBE\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\r\nm: <sip:c@example.com>\r\n ;isfocus\r\n\
             Content-Length: 0\r\n\r\n"
        );
        Message::parse(Bytes::from(text), &Limits::default()).unwrap()
    }

    #[test]
    fn what_a_peer_has_folded_is_sent_back_in_one_line() {
        for mut dialog in [
            Dialog::of_response(&message("SIP/2.0 200 OK")).unwrap(),
            Dialog::of_request(&message("SUBSCRIBE sip:w@example.com SIP/2.0"), "own").unwrap(),
        ] {
            let sent = dialog.request("SUBSCRIBE").field("Via", "SIP/2.0/TLS h;branch=z9hG4bK2").to_bytes().unwrap();
            let text = String::from_utf8(sent.to_vec()).unwrap();
            assert!(text.contains("Route: <sip:a.example.com;lr> ;ms-rrsig=\"x,;y\"\r\n"), "{text}");
            assert!(text.contains("Route: <sip:b.example.com;lr>\r\n"), "{text}");
            assert!(text.contains(": \"Pool, Home\" <sip:fe@example.com> ;tag=one\r\n"), "{text}");
            assert!(text.contains(": <sip:w@example.com>; tag=two\r\n"), "{text}");
        }
    }
}
