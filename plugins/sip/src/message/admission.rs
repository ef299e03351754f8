//! Whether a message may be acted upon: RFC 3261's own demands (sections 8.1.1, 8.1.3.3, 8.2, 16.3), and what
//! this user agent understands. RFC 4475's messages hold it to the RFC.

use super::values::split;
use super::{Address, CSeq, Message, Name, StartLine, Via, address, cseq, uri};

/// Why a message is refused. A request is answered with `status`; a response is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Status of the answer.
    pub status: u16,
    /// Reason phrase of the answer.
    pub reason: &'static str,
    /// What exactly is wrong, for the log.
    pub detail: &'static str,
}

const fn bad(detail: &'static str) -> Refusal {
    Refusal { status: 400, reason: "Bad Request", detail }
}

/// Holds a message to the RFC.
///
/// # Errors
/// The peer's fault; see [`Refusal`].
pub fn check(message: &Message) -> Result<(), Refusal> {
    version(message.version())?;
    printable(message)?;
    only_once(message)?;
    let cseq = mandatory(message)?;
    match message.start_line() {
        StartLine::Request { method, uri } => request(message, method, uri, cseq),
        StartLine::Response { .. } if message.vias().count() > 1 => Err(bad("the response is meant for another hop")),
        StartLine::Response { .. } => Ok(()),
    }
}

fn version(version: &str) -> Result<(), Refusal> {
    if version.eq_ignore_ascii_case("SIP/2.0") {
        Ok(())
    } else if version.trim_end().eq_ignore_ascii_case("SIP/2.0") {
        Err(bad("blanks behind the version"))
    } else {
        Err(Refusal { status: 505, reason: "Version Not Supported", detail: "the version is not SIP/2.0" })
    }
}

/// Text has no control characters but the blanks of folding, and those that a backslash escapes in a quoted string
/// (RFC 3261, section 25.1: TEXT-UTF8char, quoted-pair).
fn printable(message: &Message) -> Result<(), Refusal> {
    let control = |byte: u8| matches!(byte, 0..=8 | 11 | 12 | 14..=31 | 127);
    let bare = |value: &[u8]| (0..value.len()).any(|at| control(value[at]) && (at == 0 || value[at - 1] != b'\\'));
    match message.raw_fields().any(|(_, value)| bare(value)) {
        true => Err(bad("a header field holds a control character")),
        false => Ok(()),
    }
}

fn only_once(message: &Message) -> Result<(), Refusal> {
    let mut seen = 0_u64;
    for (name, _) in message.raw_fields().filter(|(name, _)| name.is_singular()) {
        let bit = 1_u64 << (name as u64);
        // Two equal Content-Lengths are harmless, two different ones never come this far.
        if seen & bit != 0 && name != Name::ContentLength {
            return Err(bad("a header field stands twice that may stand once"));
        }
        seen |= bit;
    }
    Ok(())
}

fn mandatory(message: &Message) -> Result<CSeq<'_>, Refusal> {
    let need = |name, detail| message.get(name).filter(|value| !value.is_empty()).ok_or(bad(detail));
    Address::parse(need(Name::From, "From is missing")?).map_err(|_| bad("From is no address"))?;
    Address::parse(need(Name::To, "To is missing")?).map_err(|_| bad("To is no address"))?;
    need(Name::CallId, "Call-ID is missing")?;
    let cseq = CSeq::parse(need(Name::CSeq, "CSeq is missing")?).ok_or(bad("CSeq is no number and method"))?;
    need(Name::Via, "Via is missing")?;
    for hop in message.all(Name::Via).flat_map(strict_split) {
        let via = Via::parse(hop).ok_or(bad("a Via is no hop"))?;
        if via.params.0.contains(";;") {
            return Err(bad("a Via has an empty parameter"));
        }
    }
    Ok(cseq)
}

/// Like [`split`], but shows the empty parts, because in a Via they mean that somebody lost a hop.
fn strict_split(value: &str) -> impl Iterator<Item = &str> {
    let count = value.len();
    super::values::Split { rest: value, at: b',' }
        .chain((count > 0 && value.ends_with(',')).then_some(""))
        .map(|part| part.trim_matches(super::values::BLANK))
}

fn request(message: &Message, method: &str, uri: &str, cseq: CSeq<'_>) -> Result<(), Refusal> {
    request_uri(uri)?;
    if cseq.method != method {
        return Err(bad("CSeq names another method than the request line"));
    }
    if let Some(text) = message.get(Name::MaxForwards) {
        cseq::number(text).filter(|hops| *hops <= 255).ok_or(bad("Max-Forwards is no number up to 255"))?;
    }
    if message.get(Name::Date).is_some_and(|date| !date.ends_with("GMT")) {
        return Err(bad("Date is not in GMT"));
    }
    let mut contacts = message.all(Name::Contact).flat_map(split).filter(|contact| *contact != "*");
    if contacts.any(|contact| Address::parse(contact).is_err()) {
        return Err(bad("a Contact is no address"));
    }
    Ok(())
}

fn request_uri(uri: &str) -> Result<(), Refusal> {
    address::check_uri(uri).map_err(|_| bad("the Request-URI is malformed"))?;
    let host = uri.rfind('@').map_or(uri, |at| &uri[at..]);
    if is_sip(uri) && host.contains('?') {
        return Err(bad("the Request-URI carries header fields"));
    }
    if is_sip(uri) && !uri::is_place(uri::place(uri)) {
        return Err(bad("the Request-URI names no host and port; an IPv6 address stands in brackets"));
    }
    Ok(())
}

fn is_sip(uri: &str) -> bool {
    let scheme = uri.split(':').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips")
}

/// What a user agent understands (RFC 3261, section 8.2.1 to 8.2.3). An empty list of types means: any.
#[derive(Clone, Copy, Debug)]
pub struct Capabilities<'a> {
    /// Methods it serves.
    pub methods: &'a [&'a str],
    /// Option tags it implements.
    pub options: &'a [&'a str],
    /// Body types it reads.
    pub reads: &'a [&'a str],
    /// Body types it can answer with.
    pub writes: &'a [&'a str],
}

impl Capabilities<'_> {
    /// Whether this user agent can serve a request that [`check`] let pass.
    ///
    /// # Errors
    /// [`Refusal`] with 405, 416, 420, 415 or 406; add the Allow, Unsupported or Accept field of that answer.
    pub fn admit(&self, request: &Message) -> Result<(), Refusal> {
        let refuse = |status, reason, detail| Err(Refusal { status, reason, detail });
        if !self.methods.contains(&request.method()) {
            return refuse(405, "Method Not Allowed", "the method is not served here");
        }
        if !request.request_uri().is_some_and(is_sip) {
            return refuse(416, "Unsupported URI Scheme", "the Request-URI is no SIP URI");
        }
        if request.method() == "REGISTER" && !request.to().is_some_and(|to| is_sip(to.uri)) {
            return Err(bad("the address of record is no SIP URI"));
        }
        if self.unsupported(request).next().is_some() {
            return refuse(420, "Bad Extension", "the request needs an extension that is unknown here");
        }
        if !request.body().is_empty() && !listed(self.reads, request.content_type()) {
            return refuse(415, "Unsupported Media Type", "the body is of an unknown type");
        }
        if !self.acceptable(request) {
            return refuse(406, "Not Acceptable", "no type that Accept names can be written here");
        }
        Ok(())
    }

    /// Option tags that the request demands and this user agent lacks, for the Unsupported field of a 420.
    /// Proxy-Require is for proxies, and a request that ends another one demands nothing (RFC 3261, section 8.2.2.3).
    pub fn unsupported<'m>(&self, request: &'m Message) -> impl Iterator<Item = &'m str> {
        let demands = !matches!(request.method(), "ACK" | "CANCEL");
        let demanded = request.all(Name::Require).filter(move |_| demands).flat_map(split);
        demanded.filter(|tag| !self.options.iter().any(|known| known.eq_ignore_ascii_case(tag)))
    }

    fn acceptable(&self, request: &Message) -> bool {
        let mut wanted = request.all(Name::Accept).flat_map(split).peekable();
        wanted.peek().is_none() || wanted.any(|range| listed(self.writes, super::values::with_params(range).0))
    }
}

fn listed(types: &[&str], wanted: &str) -> bool {
    types.is_empty() || wanted == "*/*" || types.iter().any(|known| known.eq_ignore_ascii_case(wanted))
}
