//! `/-/redirect?worker=NAME`: where a worker's accepted calls go. GET shows it, PUT sets it (`number`, `on`, `locked`),
//! DELETE leaves it to the directory again.

use super::{
    fault::{self, Fault},
    message::Redirect,
};
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::oneshot;
use warp::http::{Method, StatusCode};

/// What an operator asks of the owner.
#[derive(Debug)]
pub struct RedirectOrder {
    /// Whose calls.
    pub worker: Arc<str>,
    /// What is to become of them.
    pub change: RedirectChange,
    /// Where they go then.
    pub ticket: oneshot::Sender<Result<Redirect, NotRedirected>>,
}

/// Why an order was not carried out, or not to the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotRedirected {
    /// Nothing was changed, and why.
    Refused(String),
    /// It counts from now on, and could not be written down.
    NotKept,
}

/// What an operator wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectChange {
    /// To know where they go.
    Nothing,
    /// That they go there.
    Set(Redirect),
    /// That they go where the directory says.
    AsInDirectory,
}

/// The body of PUT.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Body {
    number: Arc<str>,
    on: bool,
    locked: bool,
}

impl Default for Body {
    fn default() -> Self {
        Self { number: "".into(), on: true, locked: false }
    }
}

impl RedirectOrder {
    /// Reads a request.
    ///
    /// # Errors
    /// It asks for nothing that there is; by the operator's fault.
    pub(super) fn read(
        method: &Method,
        query: &[(String, String)],
        body: &[u8],
        ticket: oneshot::Sender<Result<Redirect, NotRedirected>>,
    ) -> Result<Self, Fault> {
        let [(key, worker)] = query else { return Err(bad("query", "Name one worker: ?worker=NAME.".into())) };
        if key != "worker" || worker.is_empty() {
            return Err(bad("query", "Name one worker: ?worker=NAME.".into()));
        }
        let change = match *method {
            Method::GET => RedirectChange::Nothing,
            Method::DELETE => RedirectChange::AsInDirectory,
            Method::PUT => {
                let Body { number, on, locked } = serde_json::from_slice(body).map_err(|error| {
                    let example = r#"{"number": "+49 711 12345", "on": true, "locked": false}"#;
                    bad("body", format!("Send JSON such as {example}: {error}."))
                })?;
                RedirectChange::Set(Redirect { number, on, locked })
            }
            _ => return Err(Fault::not_allowed("GET, HEAD, PUT, DELETE")),
        };
        Ok(Self { worker: worker.as_str().into(), change, ticket })
    }

    /// The answer to an operator.
    ///
    /// # Errors
    /// Nothing was changed, and why; or it is not written down.
    pub(super) fn answer(told: Result<Redirect, NotRedirected>) -> Result<warp::reply::Response, Fault> {
        let now = told.map_err(|why| match why {
            NotRedirected::Refused(why) => Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "redirect", why),
            NotRedirected::NotKept => {
                let detail = "It counts from now on, but could not be written down: a restart goes by what was kept before. \
                    See the log, and send it again.";
                Fault::new(StatusCode::SERVICE_UNAVAILABLE, "not-kept", detail).retry_after(5)
            }
        })?;
        Ok(fault::json(&now))
    }
}

fn bad(kind: &'static str, detail: String) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, kind, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &Method, query: &str, body: &str) -> Option<(Arc<str>, RedirectChange)> {
        let pairs: Vec<_> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let pairs: Vec<_> = pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let order = RedirectOrder::read(method, &pairs, body.as_bytes(), oneshot::channel().0).ok()?;
        Some((order.worker, order.change))
    }

    #[test]
    fn requests_are_read_and_odd_ones_refused() {
        let set = |number: &str, on, locked| RedirectChange::Set(Redirect { number: number.into(), on, locked });
        let cases = [
            (Method::GET, "worker=kim", "", Some(RedirectChange::Nothing)),
            (Method::DELETE, "worker=kim", "", Some(RedirectChange::AsInDirectory)),
            (Method::PUT, "worker=kim", r#"{"number":"+491"}"#, Some(set("+491", true, false))),
            (Method::PUT, "worker=kim", r#"{"on":false,"locked":true}"#, Some(set("", false, true))),
            (Method::PUT, "worker=kim", r#"{"nummer":"+491"}"#, None),
            (Method::PUT, "worker=kim", "", None),
            (Method::POST, "worker=kim", "{}", None),
            (Method::GET, "", "", None),
            (Method::GET, "worker=", "", None),
            (Method::GET, "worker=kim&worker=lee", "", None),
            (Method::GET, "user=kim", "", None),
        ];
        for (method, query, body, expected) in cases {
            let read = read(&method, query, body);
            assert_eq!(read, expected.map(|change| ("kim".into(), change)), "{method} {query} {body}");
        }
    }
}
