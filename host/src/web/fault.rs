//! Refusals of HTTP requests as problem documents (RFC 9457).

use serde::Serialize;
use std::borrow::Cow;
use warp::{
    body::BodyDeserializeError,
    http::{HeaderValue, StatusCode, header},
    reject::{
        InvalidHeader, InvalidQuery, LengthRequired, MethodNotAllowed, MissingHeader, PayloadTooLarge, Rejection,
        UnsupportedMediaType,
    },
    reply::Response,
};

/// One refusal. The text says what to do; it never repeats what the peer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    retry_after: Option<u64>,
    allow: Option<&'static str>,
    challenge: Option<&'static str>,
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
}

impl Fault {
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, detail: detail.into(), retry_after: None, allow: None, challenge: None }
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is nothing at this address.")
    }

    pub(super) fn not_allowed(allow: &'static str) -> Self {
        let fault = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", "This address has no such method.");
        Self { allow: Some(allow), ..fault }
    }

    pub(super) fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "signed-out", "No session, or it has ended: sign in.")
    }

    /// Says how to authenticate (RFC 9110 section 11.6.1).
    pub(super) fn challenge(self, challenge: &'static str) -> Self {
        Self { challenge: Some(challenge), ..self }
    }

    /// Says in how many seconds it is worth trying again.
    pub(super) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds.max(1)), ..self }
    }

    pub(super) fn into_response(self) -> Response {
        let document = Document {
            r#type: format!("urn:uc-connector:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
        };
        let mut response = json(&document);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        if let Some(challenge) = self.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

/// What no route took, or a filter of a route refused.
pub(super) fn of_rejection(rejection: &Rejection) -> Fault {
    let too_large = rejection.find::<PayloadTooLarge>().is_some() || rejection.find::<LengthRequired>().is_some();
    let unreadable = rejection.find::<InvalidHeader>().is_some()
        || rejection.find::<MissingHeader>().is_some()
        || rejection.find::<InvalidQuery>().is_some()
        || rejection.find::<BodyDeserializeError>().is_some();
    if rejection.is_not_found() {
        Fault::not_found()
    } else if too_large {
        Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large.")
    } else if rejection.find::<UnsupportedMediaType>().is_some() {
        Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "Send the body as application/json.")
    } else if unreadable {
        Fault::new(StatusCode::BAD_REQUEST, "bad-request", "Body, query or a header cannot be read.")
    } else if rejection.find::<MethodNotAllowed>().is_some() {
        Fault::new(StatusCode::METHOD_NOT_ALLOWED, "method", "This address has no such method.")
    } else {
        tracing::error!(?rejection, "a route refused a request for a reason it does not explain");
        Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The service failed; its log says why.")
    }
}

/// A JSON answer that no cache keeps.
pub(super) fn json(body: &impl Serialize) -> Response {
    let bytes = serde_json::to_vec(body).expect("plain structs with string keys always serialise");
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A plain text answer that no cache keeps.
pub(super) fn text(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
