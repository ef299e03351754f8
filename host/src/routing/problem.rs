//! Refusals of the HTTP service, as RFC 9457 problem details.

use super::{asker::NotTold, fields::DecodeError};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value as Json, json};
use warp::reply::Response;

/// Why a call is refused. Each has a stable `type`, so that programs need not read prose.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No `[routing] api-token-file`: the operator has not opened the service.
    #[error("the preview service is closed: set `[routing] api-token-file`")]
    Closed,
    /// No `Authorization: Bearer …`.
    #[error("send `Authorization: Bearer` with a token of the api-token-file")]
    NoToken,
    /// The token is none of ours.
    #[error("this token is not in the api-token-file")]
    WrongToken,
    /// No such preview, or its result has expired.
    #[error("no such preview, or its result has expired")]
    NotFound,
    /// Not a method of this resource.
    #[error("allowed here: {0}")]
    Method(&'static str),
    /// The body is no JSON by its own account.
    #[error("send the body as `Content-Type: application/json`")]
    MediaType,
    /// The body is compressed.
    #[error("send the body as it is, without Content-Encoding")]
    Coding,
    /// The body is larger than `max-message-bytes`.
    #[error("the body is larger than {0} bytes (`[routing] max-message-bytes`)")]
    TooLarge(usize),
    /// The body broke off, or is no JSON, or a header or parameter is unreadable.
    #[error("{0}")]
    Malformed(String),
    /// JSON, but no preview.
    #[error("{0}")]
    Invalid(#[from] DecodeError),
    /// The Idempotency-Key belongs to another body.
    #[error("this Idempotency-Key was used with another body; use a new key for a new preview")]
    KeyReused,
    /// The hub's queue or the table of previews is full. Nobody's fault; try again.
    #[error("too many previews at once; try again")]
    Busy,
    /// The process is ending.
    #[error("the service is stopping; ask the other node")]
    Stopping,
}

impl From<NotTold> for Problem {
    fn from(why: NotTold) -> Self {
        match why {
            NotTold::Busy => Self::Busy,
            NotTold::Stopping => Self::Stopping,
        }
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::Closed => StatusCode::FORBIDDEN,
            Self::NoToken | Self::WrongToken => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::MediaType | Self::Coding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Invalid(_) | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy | Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Last part of `type`, and the word in metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::NoToken => "no-token",
            Self::WrongToken => "wrong-token",
            Self::NotFound => "not-found",
            Self::Method(_) => "method",
            Self::MediaType | Self::Coding => "media-type",
            Self::TooLarge(_) => "too-large",
            Self::Malformed(_) => "malformed",
            Self::Invalid(_) => "invalid",
            Self::KeyReused => "key-reused",
            Self::Busy => "busy",
            Self::Stopping => "stopping",
        }
    }

    fn body(&self) -> Json {
        let status = self.status();
        let mut body = json!({
            "type": format!("urn:uc-connector:problem:{}", self.code()),
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "detail": self.to_string(),
        });
        if let Self::Invalid(fault) = self
            && let Some(field) = fault.field()
        {
            body["field"] = field.into();
        }
        body
    }

    /// The response, with the headers its status calls for.
    pub fn into_response(self) -> Response {
        let mut response = Response::new(self.body().to_string().into());
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Self::NoToken => headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            Self::WrongToken => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""))
            }
            // RFC 9110, 15.5.16: what would be taken.
            Self::Coding => headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity")),
            Self::Method(allowed) => headers.insert(header::ALLOW, HeaderValue::from_static(allowed)),
            Self::Busy | Self::Stopping => headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1")),
            _ => None,
        };
        response
    }
}
