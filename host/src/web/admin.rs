//! The operator's address: `/livez`, `/readyz`, `/metrics`, `/-/agents`, `/-/redirect`, `/-/reload`,
//! `/-/log-level`, `/-/role`, `/-/nodes`.

use super::{
    agent_list::{AgentRow, PUBLICATION_WORDS},
    config::{AdminConfig, Problem},
    fault::{self, Fault},
    readiness::Readiness,
    redirect_order::RedirectOrder,
};
use crate::{fingerprint, role::Role, secret};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use subtle::ConstantTimeEq;
use tokio::sync::{mpsc, oneshot};
use warp::{
    Filter,
    filters::BoxedFilter,
    http::{HeaderMap, Method, StatusCode, header},
    reply::Response,
};
use zeroize::Zeroizing;

/// How long the owner may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What an operator asks of the owner. A dropped ticket answers with an error.
#[derive(Debug)]
pub enum AdminRequest {
    /// Apply what changed in the configuration, and a directory with this fingerprint whatever it takes away.
    Reload(Option<String>, oneshot::Sender<ReloadReport>),
    /// Which log levels are in force?
    LogLevel(oneshot::Sender<String>),
    /// Set them (directives of tracing's EnvFilter). `Err`: why not; the old ones stay.
    SetLogLevel(String, oneshot::Sender<Result<(), String>>),
    /// Every agent, with what is published of them.
    Agents(oneshot::Sender<Vec<AgentRow>>),
    /// Where somebody's accepted calls go.
    Redirect(RedirectOrder),
    /// What is this node?
    Role(oneshot::Sender<Role>),
    /// It is to be that.
    SetRole {
        /// What it is to be.
        role: Role,
        /// Though nobody else may be there to work.
        force: bool,
        /// `Err`: why not.
        ticket: oneshot::Sender<Result<(), String>>,
    },
    /// Which nodes are there, and who owns what? `Err`: there are no partitions.
    Nodes(oneshot::Sender<Result<String, String>>),
    /// Whether this node is to own nothing. `Err`: why that cannot be said.
    Drain(bool, oneshot::Sender<Result<(), String>>),
}

/// What a reload did. With errors nothing was applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReloadReport {
    /// Applied.
    pub changed: Vec<String>,
    /// Changed in the files, in force after a restart only.
    pub needs_restart: Vec<String>,
    /// Why nothing was applied.
    pub errors: Vec<String>,
    /// What is wrong with what was applied and keeps nobody from work.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// Renders the metrics in Prometheus' text format.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// Where the site's own arbiter decides about the role: takes what it says, at once.
pub type Arbiter = Arc<dyn Fn(Role) + Send + Sync>;

/// What the operator's address needs.
pub(super) struct Admin {
    token: Option<Zeroizing<String>>,
    owner: mpsc::Sender<AdminRequest>,
    arbiter: Option<Arbiter>,
}

/// A route that only tells something: HEAD is answered as GET is, the body left away, and no other method is known.
pub(super) fn told(route: BoxedFilter<(Response,)>) -> BoxedFilter<(Response,)> {
    let answer = |method: Method, response: Response| match method {
        Method::GET | Method::HEAD => response,
        _ => Fault::not_allowed("GET, HEAD").into_response(),
    };
    warp::method().and(route).map(answer).boxed()
}

/// `/livez`: the process answers.
pub(super) fn livez() -> BoxedFilter<(Response,)> {
    told(warp::path!("livez").map(|| fault::text(StatusCode::OK, "alive\n".into())).boxed())
}

/// `/readyz`: 200 or 503; `?verbose` lists every part.
pub(super) fn readyz(board: Readiness) -> BoxedFilter<(Response,)> {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    let show = move |query: String| {
        let report = board.report();
        let ready = board.missing().is_empty();
        let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        let verdict = if ready { "ready\n" } else { "not ready\n" };
        fault::text(status, if query.starts_with("verbose") { report } else { verdict.into() })
    };
    told(warp::path!("readyz").and(query).map(show).boxed())
}

/// `/metrics`.
pub(super) fn metrics(render: Metrics) -> BoxedFilter<(Response,)> {
    told(warp::path!("metrics").map(move || fault::text(StatusCode::OK, render())).boxed())
}

impl AdminConfig {
    /// Whether the token file can be used.
    ///
    /// # Errors
    /// Why not; by the operator's fault.
    pub fn check(&self) -> Result<(), Problem> {
        self.token().map(drop)
    }

    fn token(&self) -> Result<Option<Zeroizing<String>>, Problem> {
        let Some(file) = &self.token_file else { return Ok(None) };
        let wrong = |why: String| Problem::at("admin.token-file", file, format!("{}: {why}", file.get_ref().display()));
        let text = secret::first_line(file.get_ref()).map_err(wrong)?;
        match text.trim() {
            short if short.len() < 16 => Err(wrong("a token has at least 16 characters".to_owned())),
            token => {
                secret::can_be_sent(token).map_err(|why| wrong(format!("the token {why}")))?;
                Ok(Some(Zeroizing::new(token.to_owned())))
            }
        }
    }
}

impl Admin {
    /// Reads the token file.
    pub(super) fn new(
        config: &AdminConfig,
        owner: mpsc::Sender<AdminRequest>,
        arbiter: Option<Arbiter>,
    ) -> Result<Arc<Self>, Problem> {
        Ok(Arc::new(Self { token: config.token()?, owner, arbiter }))
    }

    /// Everything below `/-/`.
    pub(super) fn routes(self: Arc<Self>) -> Vec<BoxedFilter<(Response,)>> {
        // Whatever GET tells HEAD asks for without the body, which is left away on the wire.
        let method = || warp::method().map(|method| if method == Method::HEAD { Method::GET } else { method });
        let request = || method().and(warp::header::headers_cloned()).and(warp::body::bytes());
        let (agents, reload, redirect, level) = (self.clone(), self.clone(), self.clone(), self.clone());
        let (role, nodes) = (self.clone(), self);
        let query = || warp::query::raw().or(warp::any().map(String::new)).unify();
        let agents = move |query: String, method: Method, headers: HeaderMap, _: Bytes| {
            let admin = agents.clone();
            async move { admin.agents(&query, &method, &headers).await.unwrap_or_else(Fault::into_response) }
        };
        let reload = move |query: String, method: Method, headers: HeaderMap, _: Bytes| {
            let admin = reload.clone();
            async move { admin.reload(&query, &method, &headers).await.unwrap_or_else(Fault::into_response) }
        };
        let level = move |method: Method, headers: HeaderMap, body: Bytes| {
            let admin = level.clone();
            async move { admin.log_level(&method, &headers, &body).await.unwrap_or_else(Fault::into_response) }
        };
        let redirect = move |query: Vec<(String, String)>, method: Method, headers: HeaderMap, body: Bytes| {
            let admin = redirect.clone();
            async move { admin.redirect(&query, &method, &headers, &body).await.unwrap_or_else(Fault::into_response) }
        };
        let role = move |method: Method, headers: HeaderMap, body: Bytes| {
            let admin = role.clone();
            async move { admin.role(&method, &headers, &body).await.unwrap_or_else(Fault::into_response) }
        };
        let nodes = move |method: Method, headers: HeaderMap, body: Bytes| {
            let admin = nodes.clone();
            async move { admin.nodes(&method, &headers, &body).await.unwrap_or_else(Fault::into_response) }
        };
        let pairs = warp::query::<Vec<(String, String)>>();
        vec![
            warp::path!("-" / "redirect").and(pairs).and(request()).then(redirect).boxed(),
            warp::path!("-" / "agents").and(query()).and(request()).then(agents).boxed(),
            warp::path!("-" / "reload").and(query()).and(request()).then(reload).boxed(),
            warp::path!("-" / "log-level").and(request()).then(level).boxed(),
            warp::path!("-" / "role").and(request()).then(role).boxed(),
            warp::path!("-" / "nodes").and(request()).then(nodes).boxed(),
        ]
    }

    /// Everybody, or with `publication=WORD` those whose publication stands there.
    async fn agents(&self, query: &str, method: &Method, headers: &HeaderMap) -> Result<Response, Fault> {
        self.authorise(headers)?;
        if method != Method::GET {
            return Err(Fault::not_allowed("GET, HEAD"));
        }
        let word = query.strip_prefix("publication=");
        // A misspelt word would read as "nobody".
        if !query.is_empty() && !word.is_some_and(|word| PUBLICATION_WORDS.contains(&word)) {
            let allowed = PUBLICATION_WORDS.join(", ");
            let detail = format!("The query may only be publication= and one of {allowed}.");
            return Err(Fault::new(StatusCode::BAD_REQUEST, "query", detail));
        }
        let mut rows = self.ask(AdminRequest::Agents).await?;
        rows.retain(|row| word.is_none_or(|word| &*row.publication == word));
        Ok(fault::json(&rows))
    }

    async fn redirect(
        &self,
        query: &[(String, String)],
        method: &Method,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Response, Fault> {
        self.authorise(headers)?;
        let (ticket, answer) = oneshot::channel();
        let order = RedirectOrder::read(method, query, body, ticket)?;
        RedirectOrder::answer(self.answered(AdminRequest::Redirect(order), answer).await?)
    }

    /// With `accept-directory=FINGERPRINT` the operator accepts that file, whatever it takes away.
    async fn reload(&self, query: &str, method: &Method, headers: &HeaderMap) -> Result<Response, Fault> {
        self.authorise(headers)?;
        if method != Method::POST {
            return Err(Fault::not_allowed("POST"));
        }
        let accepted =
            query.strip_prefix("accept-directory=").filter(|print| fingerprint::is_one(print)).map(str::to_owned);
        if accepted.is_none() && !query.is_empty() {
            let detail = "The query may only be accept-directory= and the fingerprint that the error names.";
            return Err(Fault::new(StatusCode::BAD_REQUEST, "query", detail));
        }
        // Who asks gives up before it does.
        let slow =
            |_| busy("The reload has not ended yet, and goes on: its files take long to read. Its end is in the log.");
        let report = self.ask(|ticket| AdminRequest::Reload(accepted, ticket)).await.map_err(slow)?;
        let mut response = fault::json(&report);
        if !report.errors.is_empty() {
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        Ok(response)
    }

    async fn log_level(&self, method: &Method, headers: &HeaderMap, body: &[u8]) -> Result<Response, Fault> {
        self.authorise(headers)?;
        match *method {
            Method::GET => Ok(fault::text(StatusCode::OK, self.ask(AdminRequest::LogLevel).await? + "\n")),
            Method::PUT => {
                let bad = |why| Fault::new(StatusCode::BAD_REQUEST, "log-level", why);
                let levels = str::from_utf8(body).map_err(|_| bad("Send the levels as text.".to_owned()))?;
                let levels = levels.trim().to_owned();
                self.ask(|ticket| AdminRequest::SetLogLevel(levels, ticket)).await?.map_err(bad)?;
                Ok(fault::text(StatusCode::OK, "changed\n".into()))
            }
            _ => Err(Fault::not_allowed("GET, HEAD, PUT")),
        }
    }

    /// What this node is, and what it is to be.
    async fn role(&self, method: &Method, headers: &HeaderMap, body: &[u8]) -> Result<Response, Fault> {
        self.authorise(headers)?;
        match *method {
            Method::GET => {
                let role = self.ask(AdminRequest::Role).await?;
                Ok(fault::text(StatusCode::OK, format!("{}\n", role.word())))
            }
            Method::PUT => {
                let (role, force) = match body.trim_ascii() {
                    b"primary" => (Role::Primary, false),
                    b"standby" => (Role::Standby, false),
                    b"standby force" => (Role::Standby, true),
                    _ => {
                        let detail = "Send primary or standby, or standby force.";
                        return Err(Fault::new(StatusCode::BAD_REQUEST, "role", detail));
                    }
                };
                match &self.arbiter {
                    // Whatever operators have asked for, or a disk has yet to write: another node may be at work already.
                    Some(arbiter) => arbiter(role),
                    None => self.set_role(role, force).await?,
                }
                Ok(fault::text(StatusCode::OK, "said\n".into()))
            }
            _ => Err(Fault::not_allowed("GET, HEAD, PUT")),
        }
    }

    async fn set_role(&self, role: Role, force: bool) -> Result<(), Fault> {
        let refused = |why| Fault::new(StatusCode::CONFLICT, "role", why);
        self.ask(|ticket| AdminRequest::SetRole { role, force, ticket }).await?.map_err(refused)
    }

    /// Which nodes there are, and whether this one is to own anything.
    async fn nodes(&self, method: &Method, headers: &HeaderMap, body: &[u8]) -> Result<Response, Fault> {
        self.authorise(headers)?;
        let refused = |why| Fault::new(StatusCode::CONFLICT, "nodes", why);
        match *method {
            Method::GET => Ok(fault::text(StatusCode::OK, self.ask(AdminRequest::Nodes).await?.map_err(refused)?)),
            Method::PUT => {
                let drains = match body.trim_ascii() {
                    b"drain" => true,
                    b"work" => false,
                    _ => return Err(Fault::new(StatusCode::BAD_REQUEST, "nodes", "Send drain or work.")),
                };
                self.ask(|ticket| AdminRequest::Drain(drains, ticket)).await?.map_err(refused)?;
                Ok(fault::text(StatusCode::OK, "said\n".into()))
            }
            _ => Err(Fault::not_allowed("GET, HEAD, PUT")),
        }
    }

    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> AdminRequest) -> Result<T, Fault> {
        let (ticket, answer) = oneshot::channel();
        self.answered(request(ticket), answer).await
    }

    async fn answered<T>(&self, request: AdminRequest, answer: oneshot::Receiver<T>) -> Result<T, Fault> {
        let busy = || busy("The service did not answer; see its log.");
        let ask = async {
            self.owner.send(request).await.map_err(|_| busy())?;
            answer.await.map_err(|_| busy())
        };
        tokio::time::timeout(PATIENCE, ask).await.map_err(|_| busy())?
    }

    /// With a token file the token decides. Without one whoever reaches loopback may, but not a web page that an
    /// operator happens to have open: browsers name the origin of what scripts send, and where they do not, the page has
    /// another name than this address has (`hosts`).
    fn authorise(&self, headers: &HeaderMap) -> Result<(), Fault> {
        let allowed = match &self.token {
            None => !headers.contains_key(header::ORIGIN) && !headers.contains_key("sec-fetch-site"),
            Some(token) => secret::bearer(headers).is_some_and(|given| given.as_bytes().ct_eq(token.as_bytes()).into()),
        };
        if allowed {
            return Ok(());
        }
        metrics::counter!("uc_web_admin_refused_total").increment(1);
        let detail = "Send Authorization: Bearer with the token of [admin] token-file; browsers are refused without.";
        Err(Fault::new(StatusCode::UNAUTHORIZED, "admin-token", detail).challenge("Bearer"))
    }
}

fn busy(detail: &'static str) -> Fault {
    Fault::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[test]
    fn an_arbiters_word_waits_for_nothing_that_operators_have_asked_for() {
        let config: AdminConfig = toml::from_str("listen = \"127.0.0.1:0\"").unwrap();
        let (operator, _requests) = mpsc::channel(1);
        operator.try_send(AdminRequest::Agents(oneshot::channel().0)).unwrap();
        let (tell, told) = std::sync::mpsc::channel();
        let arbiter: Arbiter = Arc::new(move |role| tell.send(role).unwrap());
        let admin = Admin::new(&config, operator, Some(arbiter)).unwrap();
        let said = admin.role(&Method::PUT, &HeaderMap::new(), b"standby\n").now_or_never();
        assert_eq!(said.expect("at once").map(|answer| answer.status()).ok(), Some(StatusCode::OK));
        assert_eq!(told.try_recv(), Ok(Role::Standby));
    }
}
