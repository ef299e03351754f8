//! The answer to bytes that are no message (RFC 3261, section 18.3 and 21.4): what they have of the header fields that
//! an answer echoes is found line by line, however broken the rest is.

use super::{Limits, Malformed, Message, Name, Response};
use bytes::{BufMut, Bytes, BytesMut};

/// Bytes that are looked at.
const MAX: usize = 64 * 1024;
/// Fields that are echoed.
const MAX_FIELDS: usize = 64;

/// The answer to a request that cannot be read; none if it is a response, a request that has no answer, or lacks what
/// an answer needs.
pub fn last_word(raw: &[u8], fault: Malformed) -> Option<Bytes> {
    let raw = &raw[..raw.len().min(MAX)];
    let (first, rest) = raw.split_at(memchr::memchr(b'\n', raw)? + 1);
    let method = first.trim_ascii().split(|byte| *byte == b' ').next().unwrap_or_default();
    let unanswered = [&b"ACK"[..], b"BENOTIFY", b"SIP/2.0"];
    if method.is_empty() || unanswered.contains(&method) || first.starts_with(b"SIP/") {
        return None;
    }
    let request = left_of(b"X", rest).filter(|request| request.get(Name::Via).is_some())?;
    let (status, reason) = fault.answer();
    let mut out = BytesMut::new();
    Response::to(&request, status, reason).tag("malformed").write(&mut out).ok()?;
    Some(out.freeze())
}

/// What is left of a notify that cannot be read: the fields that say which dialog it is of. None inside: not even those.
/// None: it is no notify.
pub fn lost_notify(raw: &[u8]) -> Option<Option<Message>> {
    let raw = &raw[..raw.len().min(MAX)];
    let (first, rest) = raw.split_at(memchr::memchr(b'\n', raw)? + 1);
    let method = first.trim_ascii().split(|byte| *byte == b' ').next().unwrap_or_default();
    [&b"NOTIFY"[..], b"BENOTIFY"].contains(&method).then(|| left_of(method, rest))
}

/// A request with the fields that an answer echoes, and nothing else of what was read.
fn left_of(method: &[u8], head: &[u8]) -> Option<Message> {
    let mut out = BytesMut::from(method);
    out.put_slice(b" sip:x SIP/2.0\r\n");
    let mut found = 0;
    let mut call_id = false;
    for line in head.split(|byte| *byte == b'\n').map(|line| line.trim_ascii_end()) {
        if line.is_empty() || found == MAX_FIELDS {
            break;
        }
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        let name = std::str::from_utf8(line[..colon].trim_ascii()).map_or(Name::Other, Name::of);
        let clean = line.iter().all(|byte| *byte >= b' ' && *byte != 0x7f) && std::str::from_utf8(line).is_ok();
        if clean && matches!(name, Name::Via | Name::From | Name::To | Name::CallId | Name::CSeq) {
            out.put_slice(line);
            out.put_slice(b"\r\n");
            found += 1;
            call_id |= name == Name::CallId;
        }
    }
    out.put_slice(b"\r\n");
    Message::parse_head(out.freeze(), &Limits::default()).ok().filter(|_| call_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "Via: SIP/2.0/TLS fe;branch=z9hG4bK1\r\nf: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\ni: 7\r\nCSeq: 1 NOTIFY\r\n";

    #[test]
    fn what_an_answer_needs_is_found_between_anything() {
        for bad in ["no name at all\r\n", "\u{1}: x\r\n", "X: \u{0}\r\n", "Content-Length: -1\r\n"] {
            let raw = format!("NOTIFY sip:c@d SIP/2.0\r\n{bad}{HEAD}\r\n");
            let answer = last_word(raw.as_bytes(), Malformed::FieldName(1)).unwrap();
            let answer = Message::parse(answer, &Limits::default()).unwrap();
            assert_eq!((answer.status(), answer.call_id()), (Some(400), Some("7")), "{bad}");
            assert_eq!(answer.to().unwrap().tag(), Some("malformed"));
        }
        let large =
            last_word(format!("NOTIFY sip:c@d SIP/2.0\r\n{HEAD}").as_bytes(), Malformed::HeadTooLong(9)).unwrap();
        assert!(large.starts_with(b"SIP/2.0 513 Message Too Large\r\n"));
    }

    #[test]
    fn whose_notify_it_was_is_found_between_anything() {
        for method in ["NOTIFY", "BENOTIFY"] {
            for bad in ["no name at all\r\n", "\u{1}: x\r\n", "X: \u{0}\r\n", "Via\r\n"] {
                let raw = format!("{method} sip:c@d SIP/2.0\r\n{bad}{HEAD}\r\n");
                let notify = lost_notify(raw.as_bytes()).unwrap().unwrap();
                assert_eq!((notify.method(), notify.call_id()), (method, Some("7")), "{bad}");
            }
            let nobodys = format!("{method} sip:c@d SIP/2.0\r\n{}\r\n", HEAD.replace("i: 7", "i: \u{1}"));
            assert!(lost_notify(nobodys.as_bytes()).unwrap().is_none());
        }
        for other in ["SIP/2.0 200 OK", "MESSAGE sip:c@d SIP/2.0", "NOTIFYX sip:c@d SIP/2.0"] {
            assert!(lost_notify(format!("{other}\r\n{HEAD}\r\n").as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn what_nobody_waits_for_is_not_answered() {
        for first in ["ACK sip:c@d SIP/2.0", "BENOTIFY sip:c@d SIP/2.0", "SIP/2.0 999 What", "", " "] {
            assert_eq!(last_word(format!("{first}\r\n{HEAD}\r\n").as_bytes(), Malformed::StartLine), None, "{first}");
        }
        assert_eq!(last_word(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", Malformed::StartLine), None);
    }
}
