//! The preview service over HTTP, for Orchestration Server and strategies that call web services:
//! `/api/v1/previews`. Its contract is `openapi.json` beside this file, served to whoever asks.

use super::{
    asked::{Asked, Previews},
    asker::Askers,
    cancel,
    complaints::{self, Complaints},
    config::Config,
    fields::{DecodeError, Fields, MAX_TEXT, Unreadable},
    message::Outcome,
    preview_request::PreviewRequest,
    preview_result,
    preview_table::{IdempotencyKey, Preview},
    problem::Problem,
    tokens::Tokens,
    wait::{self, Wait},
};
use crate::{secret, tasks::contained, wire::Members};
use bytes::{Buf, BytesMut};
use futures_util::{Stream, StreamExt};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::{pin::pin, sync::Arc, time::Duration};
use uuid::Uuid;
use warp::{Filter, filters::BoxedFilter, reply::Response};

/// Longest wait of one GET; the client asks again.
const LONGEST_POLL: Duration = Duration::from_secs(60);
/// How long DELETE waits for the hub to confirm the end.
const CONFIRMATION: Duration = Duration::from_secs(2);
/// Longest Idempotency-Key, in bytes.
const MAX_KEY: usize = 255;
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const OPENAPI: &str = include_str!("openapi.json");

/// Everything under `/api/v1/previews`; other paths are rejected as not found, for the next filter. Without
/// `tokens` everybody is refused. Runs in a runtime: what is wrong with requests is counted in a task beside, which ends with
/// the filter.
pub fn routes(config: &Config, tokens: Option<Tokens>, askers: Askers) -> BoxedFilter<(Response,)> {
    let service = Service {
        tokens,
        previews: Previews::new(askers, config.max_results.count(), config.result_ttl.seconds()),
        max_body: config.max_message_bytes.count(),
        max_targets: config.max_targets.count(),
        complaints: Arc::default(),
    };
    tokio::spawn(contained(
        "complaints of previews over HTTP",
        complaints::repeat(Arc::downgrade(&service.complaints)),
    ));
    let service = Arc::new(service);
    let query = warp::query::<Vec<(String, String)>>();
    // One filter that sees method and path: warp would mix one route's 404 into another's 405.
    let routes = warp::path!("api" / "v1" / "previews" / ..)
        .and(warp::path::tail())
        .and(warp::method())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(move |tail: warp::path::Tail, method, query, headers, body| {
            let service = Arc::clone(&service);
            async move { service.answer(tail.as_str(), &Call { method, query, headers }, body).await }
        });
    routes.boxed()
}

/// A request without its body.
struct Call {
    method: Method,
    query: Vec<(String, String)>,
    headers: HeaderMap,
}

impl Call {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn wait(&self) -> Result<Option<Wait>, Problem> {
        self.parameter("wait")
            .map_or_else(|| Ok(wait::from_prefer(&self.headers)), |text| wait::from_query(text).map(Some))
    }

    /// Which preferences it was answered by; none: those of the query won, or there were none.
    fn applied(&self) -> Option<HeaderValue> {
        self.parameter("wait").is_none().then(|| wait::applied(&self.headers)).flatten()
    }
}

struct Service {
    tokens: Option<Tokens>,
    previews: Previews,
    max_body: usize,
    max_targets: usize,
    complaints: Arc<Complaints>,
}

impl Service {
    async fn answer<B: Buf>(
        &self,
        tail: &str,
        call: &Call,
        body: impl Stream<Item = Result<B, warp::Error>>,
    ) -> Response {
        match self.route(tail.trim_end_matches('/'), call, body).await {
            Ok(response) => response,
            Err(problem) => {
                metrics::counter!("uc_routing_refused_total", "way" => "http", "reason" => problem.code()).increment(1);
                // A text as a field is escaped: the problem may hold words of the client.
                let why = problem.to_string();
                tracing::debug!(method = %call.method, reason = problem.code(), why, "preview call refused");
                problem.into_response()
            }
        }
    }

    async fn route<B: Buf>(
        &self,
        tail: &str,
        call: &Call,
        body: impl Stream<Item = Result<B, warp::Error>>,
    ) -> Result<Response, Problem> {
        if tail == "openapi.json" {
            return openapi(&call.method);
        }
        self.authorise(&call.headers)?;
        match (tail, call.method.as_str()) {
            ("", "POST") => self.post(call, body).await,
            ("", _) => Err(Problem::Method("POST")),
            (id, method) => {
                let id = Uuid::parse_str(id).map_err(|_| Problem::NotFound)?;
                let preview = self.previews.find(id).ok_or(Problem::NotFound)?;
                match method {
                    "GET" | "HEAD" => self.get(call, preview).await,
                    "DELETE" => self.delete(call, preview).await,
                    _ => Err(Problem::Method("GET, HEAD, DELETE")),
                }
            }
        }
    }

    fn authorise(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let tokens = self.tokens.as_ref().ok_or(Problem::Closed)?;
        match secret::bearer(headers).map(|token| tokens.allow(token)) {
            None => Err(Problem::NoToken),
            Some(true) => Ok(()),
            Some(false) => Err(Problem::WrongToken),
        }
    }

    async fn post<B: Buf>(
        &self,
        call: &Call,
        body: impl Stream<Item = Result<B, warp::Error>>,
    ) -> Result<Response, Problem> {
        let wait = call.wait()?;
        check_content_type(&call.headers)?;
        check_coding(&call.headers)?;
        let body = read_body(body, self.max_body).await?;
        let key = idempotency_key(&call.headers, &body)?;
        // A letter of an older character set takes no request with it, here as on the link.
        let text = String::from_utf8_lossy(&body);
        let members = Members::parse(&text).map_err(|fault| match fault.is_data() {
            true => DecodeError::NotAnObject.into(),
            false => Problem::Malformed(format!("no JSON: {fault}")),
        })?;
        let mut unread = Unreadable::default();
        let request = PreviewRequest::decode_either(&Fields::of(&members), self.max_targets, &mut unread);
        // Whoever is refused did not write these either.
        self.complaints.unreadable("http", "", &unread);
        let request = request?;
        let asked = self.previews.ask(request, key)?;
        metrics::counter!("uc_routing_previews_total", "way" => "http").increment(1);
        self.outcome_of(call, asked, wait.unwrap_or(Wait::ToTheEnd)).await
    }

    /// While this waits it holds the client's interest: hyper drops it when the client disconnects, and with the last
    /// interest the preview is withdrawn.
    async fn outcome_of(&self, call: &Call, asked: Asked, wait: Wait) -> Result<Response, Problem> {
        let outcome = ended(&asked.preview, wait).await;
        let mut response = shown(&asked.preview, outcome.as_ref());
        if outcome.is_none() {
            response.headers_mut().extend(call.applied().map(|value| (PREFERENCE_APPLIED, value)));
            self.previews.keep(asked);
        }
        Ok(response)
    }

    async fn get(&self, call: &Call, preview: Preview) -> Result<Response, Problem> {
        let wait = match call.wait()? {
            None => Wait::AtMost(Duration::ZERO),
            Some(Wait::ToTheEnd) => Wait::AtMost(LONGEST_POLL),
            Some(Wait::AtMost(time)) => Wait::AtMost(time.min(LONGEST_POLL)),
        };
        let outcome = ended(&preview, wait).await;
        Ok(shown(&preview, outcome.as_ref()))
    }

    async fn delete(&self, call: &Call, preview: Preview) -> Result<Response, Problem> {
        let text = call.parameter("message").filter(|text| !text.is_empty());
        if text.is_some_and(|text| text.len() > MAX_TEXT) {
            return Err(DecodeError::wrong("message", format!("at most {MAX_TEXT} bytes are allowed")).into());
        }
        if preview.ended().is_none() {
            let why = cancel::withdrawal(call.parameter("status"));
            self.previews.withdraw(&preview, why, text.map(Arc::from)).await?;
        }
        let outcome = ended(&preview, Wait::AtMost(CONFIRMATION)).await;
        Ok(shown(&preview, outcome.as_ref()))
    }
}

/// How the preview ended, if it does within the time.
async fn ended(preview: &Preview, wait: Wait) -> Option<Outcome> {
    let mut outcome = preview.outcome.clone();
    let end = async { outcome.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone()) };
    match wait {
        Wait::ToTheEnd => end.await,
        Wait::AtMost(time) => tokio::time::timeout(time, end).await.unwrap_or(None),
    }
}

/// The preview as a client sees it: 200 when it has ended, 202 while it is open.
fn shown(preview: &Preview, outcome: Option<&Outcome>) -> Response {
    let status = if outcome.is_some() { "ended" } else { "pending" };
    let mut body = json!({"id": preview.id.to_string(), "connId": preview.conn_id.to_string(), "status": status});
    if let (Json::Object(members), Some(outcome)) = (&mut body, outcome) {
        members.extend(preview_result::encode_outcome(outcome));
    }
    let mut response = json_response(body.to_string());
    if outcome.is_none() {
        *response.status_mut() = StatusCode::ACCEPTED;
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    let location = HeaderValue::try_from(format!("/api/v1/previews/{}", preview.id));
    response.headers_mut().insert(header::LOCATION, location.expect("a path with a UUID is plain ASCII"));
    response
}

fn json_response(body: String) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn openapi(method: &Method) -> Result<Response, Problem> {
    match *method {
        Method::GET | Method::HEAD => Ok(json_response(OPENAPI.to_owned())),
        _ => Err(Problem::Method("GET, HEAD")),
    }
}

/// A body that calls itself something else than JSON was not meant for us.
fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let media = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media == "application/json" || media.ends_with("+json") {
        true => Ok(()),
        false => Err(Problem::MediaType),
    }
}

/// A compressed body would be no JSON.
fn check_coding(headers: &HeaderMap) -> Result<(), Problem> {
    let plain = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().all(plain) { Ok(()) } else { Err(Problem::Coding) }
}

async fn read_body<B: Buf>(body: impl Stream<Item = Result<B, warp::Error>>, max: usize) -> Result<BytesMut, Problem> {
    let mut body = pin!(body);
    let mut read = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| Problem::Malformed("the body broke off".into()))?;
        if read.len() + chunk.remaining() > max {
            return Err(Problem::TooLarge(max));
        }
        bytes::BufMut::put(&mut read, chunk);
    }
    Ok(read)
}

fn idempotency_key(headers: &HeaderMap, body: &[u8]) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=MAX_KEY).contains(&key.len()));
    let key = key.ok_or_else(|| Problem::Malformed(format!("Idempotency-Key: 1 to {MAX_KEY} printable characters")))?;
    Ok(Some(IdempotencyKey { key: key.into(), body: Sha256::digest(body).into() }))
}
