//! What is wrong with the head of a request, before anybody looks for a route: warp takes for granted that it names a
//! path of one host.

use super::fault::Fault;
use warp::http::{HeaderValue, Method, StatusCode, Version, header, request::Parts, uri::Authority};

/// Refuses what no route can be for.
///
/// # Errors
/// CONNECT, a target without a path, and other than one sound `Host` (RFC 9112, 3.2): the client's fault.
pub(super) fn check(head: &Parts) -> Result<(), Fault> {
    if head.method == Method::CONNECT {
        return Err(Fault::new(StatusCode::NOT_IMPLEMENTED, "method", "This server is no proxy."));
    }
    if !head.uri.path().starts_with('/') {
        return Err(bad("The target of a request is a path that begins with `/`."));
    }
    let mut hosts = head.headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_host(host) => Ok(()),
        (None, None) if head.version < Version::HTTP_11 => Ok(()),
        (None, None) => Err(bad("The header Host is missing.")),
        (_, Some(_)) => Err(bad("There are several Host headers.")),
        (Some(_), None) => Err(bad("The header Host is neither a name nor an address.")),
    }
}

fn bad(detail: &'static str) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, "bad-request", detail)
}

/// A name or an address, perhaps with a port; nobody's password.
fn is_host(value: &HeaderValue) -> bool {
    let authority = value.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
    authority.is_some_and(|authority| !authority.host().is_empty() && !authority.as_str().contains('@'))
}
