//! `GET /api/v1/pages`: the WebSocket of a page, from the request to the upgrade.

use super::{
    arrival::{PageArrival, PageId, PageKind},
    browser::{self, Trust},
    config::Limits,
    fault::Fault,
    known_sessions::KnownSessions,
    page::{Alive, Behind, Pace, Page},
    sessions::{Session, Sessions},
    standby::{Driven, not_driven},
};
use crate::tasks::contained;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use tokio::sync::mpsc;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::server::create_response,
        protocol::{Role, WebSocketConfig},
    },
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use warp::{
    Filter,
    filters::BoxedFilter,
    http::{HeaderMap, Method, Request, StatusCode, header},
    reply::Response,
};

/// Read buffer of a socket. Frames are short; tungstenite's 128 KiB (which warp's own `ws` cannot lower) would be
/// most of the memory of a connection.
const READ_BUFFER: usize = 1024;
/// Frames of one burst are written together up to this size.
const WRITE_BUFFER: usize = 4096;

/// Everything that opens pages.
pub(super) struct Pages {
    arrivals: mpsc::Sender<PageArrival>,
    language: Arc<str>,
    sessions: Arc<Sessions>,
    known: KnownSessions,
    trust: Arc<Trust>,
    limits: Limits,
    /// Nodes share a store: a page may go to another one.
    of_several: bool,
    driven: Driven,
    next: AtomicU64,
    stop: CancellationToken,
    open: TaskTracker,
}

/// Counts a page of a session for as long as it lives, however it ends.
struct Counted {
    sessions: Arc<Sessions>,
    session: Arc<Session>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.sessions.page_closed(&self.session, Instant::now());
        metrics::gauge!("uc_web_pages").decrement(1);
    }
}

impl Pages {
    pub(super) fn new(
        limits: Limits,
        arrivals: mpsc::Sender<PageArrival>,
        language: Arc<str>,
        (sessions, known): (Arc<Sessions>, KnownSessions),
        trust: Arc<Trust>,
        (of_several, driven): (bool, Driven),
    ) -> Self {
        let (stop, open, next) = (CancellationToken::new(), TaskTracker::new(), AtomicU64::new(1));
        Self { arrivals, language, sessions, known, trust, limits, of_several, driven, next, stop, open }
    }

    /// The route. The query `?language=` (BCP 47) is the worker's choice on this page; `?window=extension` says that it is
    /// open in a UC client.
    pub(super) fn route(self: &Arc<Self>) -> BoxedFilter<(Response,)> {
        let pages = self.clone();
        let query = warp::query::raw().or(warp::any().map(String::new)).unify();
        warp::path!("api" / "v1" / "pages")
            .and(warp::method())
            .and(warp::header::headers_cloned())
            .and(query)
            .and(warp::ext::optional::<OnUpgrade>())
            .then(move |method: Method, headers, query: String, upgrade| {
                let pages = pages.clone();
                async move { pages.upgrade(&method, headers, &query, upgrade).await.unwrap_or_else(Fault::into_response) }
            })
            .boxed()
    }

    /// Tells every page to go away (close code 1001) and waits until they have.
    pub(super) async fn close(&self) {
        self.stop.cancel();
        self.open.close();
        self.open.wait().await;
    }

    async fn upgrade(
        self: &Arc<Self>,
        method: &Method,
        headers: HeaderMap,
        query: &str,
        upgrade: Option<OnUpgrade>,
    ) -> Result<Response, Fault> {
        if method != Method::GET {
            return Err(Fault::not_allowed("GET"));
        }
        let websocket = headers.contains_key(header::UPGRADE);
        // A page asks once more without, to learn why: browsers name no origin then, and the answer is its status alone.
        if websocket {
            self.trust.check_origin(&headers)?;
        }
        let id = self.trust.session_id(&headers).ok_or_else(Fault::signed_out)?;
        let session = self.known.find(id).await?.ok_or_else(Fault::signed_out)?;
        if !session.account.roles.worker {
            return Err(Fault::new(StatusCode::FORBIDDEN, "no-worker", "This account is no worker's: no pages."));
        }
        if self.stop.is_cancelled() {
            return Err(Fault::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "The service stops.").retry_after(5));
        }
        if !(self.driven)(&session.account.worker) {
            metrics::counter!("uc_web_pages_not_driven_total").increment(1);
            return Err(not_driven());
        }
        let limit = self.limits.pages_per_worker.get();
        if !websocket && self.sessions.has_all_pages(&session, limit) {
            return Err(too_many_pages());
        }
        let language = language(query, &headers, [&session.account.language, &self.language]);
        let kind = kind(query);
        let response = switch_protocols(headers)?;
        let upgrade = upgrade.ok_or_else(not_a_websocket)?;
        if !self.sessions.page_opened(&session, limit) {
            if session.ended.is_cancelled() {
                return Err(Fault::signed_out());
            }
            metrics::counter!("uc_web_pages_refused_total").increment(1);
            return Err(too_many_pages());
        }
        metrics::gauge!("uc_web_pages").increment(1);
        let counted = Counted { sessions: self.sessions.clone(), session };
        self.open.spawn(contained("page", self.clone().serve(upgrade, counted, language, kind)));
        Ok(response)
    }

    async fn serve(self: Arc<Self>, upgrade: OnUpgrade, counted: Counted, language: Arc<str>, kind: PageKind) {
        let Ok(io) = upgrade.await else { return };
        let config = self.socket_config();
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(io), Role::Server, Some(config)).await;
        let (frames, queue) = mpsc::channel(self.limits.queued_frames.get() as usize);
        let page = Page {
            id: PageId(self.next.fetch_add(1, Ordering::Relaxed)),
            socket,
            queue,
            arrivals: self.arrivals.clone(),
            session: counted.session.clone(),
            stop: self.stop.clone(),
            pace: Pace::new(self.limits.frames_per_second),
            signed_out: false,
            behind: Behind::default(),
            alive: Alive::new(self.of_several),
        };
        page.run(counted.session.account.worker.clone(), language, kind, frames).await;
        drop(counted);
    }

    fn socket_config(&self) -> WebSocketConfig {
        let longest = self.limits.frame_bytes.get() as usize;
        WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            .max_message_size(Some(longest))
            .max_frame_size(Some(longest))
    }
}

/// The page's language: its own choice, else the worker's, else the site's, else the browser's.
fn language(query: &str, headers: &HeaderMap, configured: [&str; 2]) -> Arc<str> {
    let chosen = query.split('&').find_map(|pair| pair.strip_prefix("language="));
    let configured = || configured.into_iter().find(|tag| !tag.is_empty());
    let chosen = chosen.filter(|tag| browser::is_language(tag)).or_else(configured);
    chosen.or_else(|| browser::language(headers)).unwrap_or("").into()
}

fn kind(query: &str) -> PageKind {
    let extension = query.split('&').any(|pair| pair == "window=extension");
    if extension { PageKind::Extension } else { PageKind::Browser }
}

/// The answer 101, if the headers ask for a WebSocket (RFC 6455, 4.2.1).
fn switch_protocols(headers: HeaderMap) -> Result<Response, Fault> {
    let mut request = Request::new(());
    *request.headers_mut() = headers;
    let (parts, ()) = create_response(&request).map_err(|_| not_a_websocket())?.into_parts();
    Ok(Response::from_parts(parts, Default::default()))
}

fn too_many_pages() -> Fault {
    let detail = "Too many pages of this worker are open: close one.";
    Fault::new(StatusCode::TOO_MANY_REQUESTS, "too-many-pages", detail).retry_after(30)
}

fn not_a_websocket() -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, "no-websocket", "This address speaks WebSocket (RFC 6455, version 13) only.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_choice_beats_the_workers_theirs_the_sites_and_the_sites_the_browsers() {
        let browser: HeaderMap = [("accept-language", "fr")]
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .into_iter()
            .collect();
        for (query, worker, site, expected) in [
            ("x=1&language=he", "cs", "de", "he"),
            ("language=%20", "cs", "de", "cs"),
            ("", "", "de", "de"),
            ("", "", "", "fr"),
        ] {
            assert_eq!(&*language(query, &browser, [worker, site]), expected);
        }
    }
}
