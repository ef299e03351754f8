//! The lab's page: three files, a few verbs, one event stream. For one person on this machine.

use super::{chats::Begin, customers::Order, desk::Desk, desktop::Deed, platform::Choice};
use crate::t_server::Direction;
use futures_util::stream::poll_fn;
use http::{Response, StatusCode, Uri, header};
use serde_json::json;
use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{MissedTickBehavior, interval},
};
use uc_connector::wire::{CannotListen, ConnId};
use warp::{Filter, filters::BoxedFilter, sse};

const MAX_BODY: u64 = 64 * 1024;
const MAX_STREAMS: usize = 32;
/// Messages from before a page opened that it still gets.
const HISTORY: usize = 300;
/// How often workers and calls are looked at.
const GLANCE: Duration = Duration::from_millis(200);

type Reply = BoxedFilter<(Response<String>,)>;
type Stream = mpsc::Sender<Result<sse::Event, Infallible>>;

/// A page that can be asked for its address before it serves.
pub(super) struct Page {
    listener: TcpListener,
    address: SocketAddr,
}

/// Takes the address.
pub(super) async fn bind(listen: SocketAddr) -> Result<Page, String> {
    let told = |cause| format!("--listen of the lab's page: {}", CannotListen { address: listen, cause });
    let listener = TcpListener::bind(listen).await.map_err(told)?;
    let address = listener.local_addr().map_err(told)?;
    Ok(Page { listener, address })
}

impl Page {
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) async fn serve(self, desk: Desk) {
        warp::serve(routes(desk)).incoming(self.listener).run().await;
    }
}

fn routes(desk: Desk) -> BoxedFilter<(impl warp::Reply,)> {
    let files = file("", "text/html; charset=utf-8", include_str!("page/desk.html"))
        .or(file("desk.css", "text/css; charset=utf-8", include_str!("page/desk.css")))
        .or(file("desk.js", "text/javascript; charset=utf-8", include_str!("page/desk.js")));
    let calls = call(desk.clone()).or(answered(desk.clone())).or(hang_up(desk.clone()));
    let verbs = calls.or(chat(desk.clone())).or(choose(desk.clone())).or(act(desk.clone())).or(events(desk));
    own_page().and(files.or(verbs)).boxed()
}

/// Only pages of this very address may talk to the lab: any web page a browser has open could else make calls.
fn own_page() -> BoxedFilter<()> {
    warp::header::<String>("host")
        .and(warp::header::optional::<String>("origin"))
        .and_then(|host: String, origin: Option<String>| async move {
            if is_own(&host, origin.as_deref()) { Ok(()) } else { Err(warp::reject::not_found()) }
        })
        .untuple_one()
        .boxed()
}

/// The host must be an address or `localhost`: a name could be rebound to us.
fn is_own(host: &str, origin: Option<&str>) -> bool {
    let named = host.parse::<http::uri::Authority>();
    let safe = named.is_ok_and(|name| {
        let bare = name.host().trim_matches(['[', ']']);
        bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok()
    });
    let from = origin.and_then(|origin| origin.parse::<Uri>().ok());
    safe && origin.is_none_or(|_| from.is_some_and(|uri| uri.authority().is_some_and(|name| name.as_str() == host)))
}

fn file(name: &'static str, kind: &'static str, text: &'static str) -> Reply {
    let path =
        if name.is_empty() { warp::path::end().boxed() } else { warp::path(name).and(warp::path::end()).boxed() };
    let reply = move || {
        let mut response = Response::new(text.to_owned());
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
        response
    };
    path.and(warp::get()).map(reply).boxed()
}

fn call(desk: Desk) -> Reply {
    verb("calls", move |order: Order| desk.customers.place(&order))
}

/// What a person chooses on the UC platform.
fn choose(desk: Desk) -> Reply {
    verb("people", move |choice: Choice| desk.choose(&choice))
}

/// An agent begins a chat.
fn chat(desk: Desk) -> Reply {
    verb("chats", move |order: Begin| desk.chat(&order))
}

/// What somebody does at another agent desktop.
fn act(desk: Desk) -> Reply {
    verb("desktop", move |deed: Deed| desk.act(&deed))
}

fn verb<T: serde::de::DeserializeOwned + Send + 'static>(
    name: &'static str,
    act: impl Fn(T) -> Result<(), String> + Clone + Send + Sync + 'static,
) -> Reply {
    warp::path("api")
        .and(warp::path(name))
        .and(warp::path::end())
        .and(warp::post())
        .and(warp::body::content_length_limit(MAX_BODY))
        .and(warp::body::json())
        .map(move |body: T| answer(act(body)))
        .boxed()
}

/// The worker whom the call rings at takes it at their telephone.
fn answered(desk: Desk) -> Reply {
    warp::path!("api" / "calls" / ConnId / "answer")
        .and(warp::post())
        .map(move |id: ConnId| answer(desk.customers.answered(id)))
        .boxed()
}

fn hang_up(desk: Desk) -> Reply {
    warp::path!("api" / "calls" / ConnId)
        .and(warp::delete())
        .map(move |id: ConnId| answer(desk.customers.hang_up(id)))
        .boxed()
}

fn answer(done: Result<(), String>) -> Response<String> {
    let (status, text) = match done {
        Ok(()) => (StatusCode::NO_CONTENT, String::new()),
        Err(why) => (StatusCode::UNPROCESSABLE_ENTITY, why),
    };
    let mut response = Response::new(text);
    *response.status_mut() = status;
    response
}

fn events(desk: Desk) -> BoxedFilter<(impl warp::Reply,)> {
    let room = Arc::new(Semaphore::new(MAX_STREAMS));
    warp::path!("api" / "events")
        .and(warp::get())
        .and_then(move || {
            let place = room.clone().try_acquire_owned();
            let desk = desk.clone();
            async move { place.map(|place| stream(desk, place)).map_err(|_| warp::reject::not_found()) }
        })
        .boxed()
}

fn stream(desk: Desk, place: OwnedSemaphorePermit) -> impl warp::Reply {
    let (sender, mut events) = mpsc::channel(64);
    tokio::spawn(async move {
        let _place = place;
        // Whichever ends first: the page is gone.
        tokio::select! {
            () = tell_desk(&desk, &sender) => {}
            () = tell_log(&desk, &sender) => {}
            () = sender.closed() => {}
        }
    });
    sse::reply(sse::keep_alive().stream(poll_fn(move |context| events.poll_recv(context))))
}

async fn tell_desk(desk: &Desk, page: &Stream) {
    let mut glance = interval(GLANCE);
    glance.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = None;
    loop {
        glance.tick().await;
        let look = Some(desk.look());
        if look == last {
            continue;
        }
        let Ok(event) = sse::Event::default().event("desk").json_data(&look) else { return };
        if page.send(Ok(event)).await.is_err() {
            return;
        }
        last = look;
    }
}

async fn tell_log(desk: &Desk, page: &Stream) {
    let mut mark = desk.t_server.mark().saturating_sub(HISTORY);
    loop {
        // It gives up after a while without a message: then there is just nothing to tell.
        let Ok(entry) = desk.t_server.wait_for(mark, "any message", |_| true).await else { continue };
        mark = entry.number + 1;
        let received = entry.direction == Direction::Received;
        let way = if received { "from" } else { "to" };
        let text = format!("{way} {}\n{}", entry.client, entry.message);
        let Ok(event) = sse::Event::default().event("log").json_data(json!({ "text": text, "fromClient": received }))
        else {
            return;
        };
        if page.send(Ok(event)).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn only_its_own_page_may_talk_to_the_lab() {
        assert!(is_own("127.0.0.1:7001", None));
        assert!(is_own("localhost:7001", Some("http://localhost:7001")));
        assert!(is_own("[::1]:7001", Some("http://[::1]:7001")));
        assert!(!is_own("127.0.0.1:7001", Some("http://evil.example")));
        assert!(!is_own("127.0.0.1:7001", Some("null")));
        assert!(!is_own("rebound.example:7001", None));
        assert!(!is_own("", None));
    }
}
