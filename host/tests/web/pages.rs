//! Pages: frames both ways, and every way to misuse a WebSocket.

use crate::served::{Browser, PATIENCE, Served, close_code, frame, serve, serve_with};
use futures_util::{SinkExt, StreamExt};
use std::sync::Arc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};
use uc_connector::web::{
    arrival::{PageArrival, PageKind},
    message::ClientFrame,
};

#[tokio::test]
async fn frames_travel_both_ways_until_the_page_closes() {
    let mut served = serve("").await;
    let browser = served.sign_in("kim").await;
    let mut request = served.upgrade(&browser);
    *request.uri_mut() =
        format!("ws://{}/api/v1/pages?language=he&window=extension", served.addresses.web).parse().unwrap();
    let mut socket = served.try_open(request).await.unwrap();
    let PageArrival::Opened { page, worker, language, kind, frames } = served.arrival().await else { panic!() };
    assert_eq!((&*worker, &*language, kind), ("kim", "he", PageKind::Extension));
    let shared: Arc<str> = r#"{"type":"callEnd","connId":"1","dn":"2"}"#.into();
    for _ in 0..3 {
        frames.try_send(shared.clone()).unwrap();
    }
    for _ in 0..3 {
        assert_eq!(frame(&mut socket).await["type"], "callEnd");
    }
    socket.send(Message::text(r#"{"type":"choose","state":"lunch"}"#)).await.unwrap();
    let PageArrival::Frame(from, ClientFrame::Choose { state }) = served.arrival().await else { panic!() };
    assert_eq!((from, &*state), (page, "lunch"));
    socket.close(None).await.unwrap();
    assert!(matches!(served.arrival().await, PageArrival::Closed(closed) if closed == page));
}

#[tokio::test]
async fn a_page_needs_session_origin_and_role() {
    let mut served = serve("").await;
    let browser = served.sign_in("kim").await;
    let mut stolen = served.upgrade(&browser);
    stolen.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    assert_eq!(served.try_open(stolen).await.unwrap_err(), 403);
    let mut scripted = served.upgrade(&browser);
    scripted.headers_mut().remove("origin");
    assert_eq!(served.try_open(scripted).await.unwrap_err(), 403);
    let mut nobody = served.upgrade(&browser);
    nobody.headers_mut().insert("cookie", "uc-session=guess".parse().unwrap());
    assert_eq!(served.try_open(nobody).await.unwrap_err(), 401);
    let admin = served.sign_in("ada").await;
    assert_eq!(served.try_open(served.upgrade(&admin)).await.unwrap_err(), 403);
    assert!(served.arrivals.try_recv().is_err(), "the owner hears of none of them");
}

#[tokio::test]
async fn a_plain_request_tells_a_page_why_it_is_not_opened() {
    let mut served = serve("[limits]\npages-per-worker = 1").await;
    let (kim, ada) = (served.sign_in("kim").await, served.sign_in("ada").await);
    let why = async |served: &Served, browser: &Browser| {
        let cookie = format!("Cookie: {}", browser.cookie);
        // Browsers name no origin when a page asks its own host for something.
        let headers = ["Sec-Fetch-Site: same-origin", "Accept: application/json", cookie.as_str()];
        served.ask_without_origin("GET /api/v1/pages", &headers).await
    };
    why(&served, &kim).await.expect_problem(400, "no-websocket");
    why(&served, &ada).await.expect_problem(403, "no-worker");
    let (_page, _, _frames) = served.open(&kim).await;
    why(&served, &kim).await.expect_problem(429, "too-many-pages");
    served.ask_without_origin("GET /api/v1/pages", &[]).await.expect_problem(401, "signed-out");
    served.drives.send_replace(false);
    let refused = why(&served, &kim).await;
    assert_eq!(refused.headers["retry-after"], "1");
    refused.expect_problem(503, "standby");
}

#[tokio::test]
async fn a_page_for_whom_nobody_works_is_not_let_in_only_to_be_closed() {
    let mut served = serve("").await;
    let browser = served.sign_in("kim").await;
    served.drives.send_replace(false);
    assert_eq!(served.try_open(served.upgrade(&browser)).await.unwrap_err(), 503);
    assert!(served.arrivals.try_recv().is_err(), "the owner hears of none");
    served.drives.send_replace(true);
    served.open(&browser).await;
}

#[tokio::test]
async fn a_worker_has_so_many_pages() {
    let mut served = serve("[limits]\npages-per-worker = 2").await;
    let browser = served.sign_in("kim").await;
    let (first, _, _frames) = served.open(&browser).await;
    let (_second, _, _more) = served.open(&browser).await;
    assert_eq!(served.try_open(served.upgrade(&browser)).await.unwrap_err(), 429);
    drop(first);
    assert!(matches!(served.arrival().await, PageArrival::Closed(_)));
    let reopened = async {
        while served.try_open(served.upgrade(&browser)).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, reopened).await.expect("the closed page still counts");
}

#[tokio::test]
async fn malformed_frames_are_answered_then_refused() {
    let mut served = serve("").await;
    let browser = served.sign_in("kim").await;
    let (mut socket, _page, _frames) = served.open(&browser).await;
    for text in ["nonsense", "{}", r#"{"type":"fly"}"#, r#"{"type":"idle","idle":1}"#, "[[[["] {
        socket.send(Message::text(text)).await.unwrap();
        let problem = frame(&mut socket).await;
        assert_eq!((&problem["type"], &problem["code"]), (&"problem".into(), &"bad-frame".into()));
    }
    socket.send(Message::text(r#"{"type":"resync"}"#)).await.unwrap();
    assert!(matches!(served.arrival().await, PageArrival::Frame(_, ClientFrame::Resync {})), "still served");
    for _ in 0..5 {
        socket.send(Message::text("nonsense")).await.unwrap();
    }
    assert_eq!(close_code(&mut socket).await, 1008);
    assert!(matches!(served.arrival().await, PageArrival::Closed(_)));
}

#[tokio::test]
async fn each_misuse_has_its_close_code() {
    let mut served = serve("[limits]\nframe-bytes = 1000").await;
    let browser = served.sign_in("kim").await;
    let continuation = Frame::message("{}", OpCode::Data(Data::Continue), true);
    let half = || Frame::message("x".repeat(600), OpCode::Data(Data::Text), false);
    let rest = || Frame::message("x".repeat(600), OpCode::Data(Data::Continue), true);
    let invalid = Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true);
    for (messages, code) in [
        (vec![Message::binary(vec![1, 2, 3])], 1003),
        (vec![Message::text("x".repeat(1001))], 1009),
        (vec![Message::text("x".repeat(1_000_000))], 1009),
        (vec![Message::Frame(half()), Message::Frame(rest())], 1009),
        (vec![Message::Frame(continuation)], 1002),
        (vec![Message::Frame(invalid)], 1007),
    ] {
        let (mut socket, page, _frames) = served.open(&browser).await;
        for message in messages {
            // The service may have closed before all of it is written.
            let _ = socket.send(message).await;
        }
        assert_eq!(close_code(&mut socket).await, code);
        assert!(matches!(served.arrival().await, PageArrival::Closed(closed) if closed == page));
    }
}

#[tokio::test]
async fn a_page_that_talks_too_much_is_closed() {
    // However slowly they are sent: in 30 s on average.
    let mut served = serve("[limits]\nframes-per-second = 1").await;
    let browser = served.sign_in("kim").await;
    let (mut socket, _page, _frames) = served.open(&browser).await;
    for _ in 0..30 {
        let _ = socket.send(Message::text(r#"{"type":"resync"}"#)).await;
    }
    assert_eq!(close_code(&mut socket).await, 4029);
}

#[tokio::test]
async fn a_dropped_queue_tells_the_page_to_rebuild_itself() {
    let mut served = serve("[limits]\nqueued-frames = 1").await;
    let browser = served.sign_in("kim").await;
    let (mut socket, page, frames) = served.open(&browser).await;
    // What the owner does when a page does not keep up.
    let text: Arc<str> = format!(r#"{{"type":"callEnd","connId":"1","dn":"{}"}}"#, "x".repeat(100_000)).into();
    let mut sent = 0;
    while frames.try_send(text.clone()).is_ok() {
        sent += 1;
        assert!(sent < 10_000, "the queue is not bounded");
        tokio::task::yield_now().await;
    }
    drop(frames);
    for _ in 0..sent {
        frame(&mut socket).await;
    }
    assert_eq!(close_code(&mut socket).await, 4008);
    assert!(matches!(served.arrival().await, PageArrival::Closed(closed) if closed == page));
}

#[tokio::test]
async fn a_slow_owner_stops_the_page_and_loses_nothing() {
    let mut served = serve_with("[limits]\nframes-per-second = 1000", "", 1).await;
    let browser = served.sign_in("kim").await;
    let (mut socket, _page, _frames) = served.open(&browser).await;
    for id in 0..200 {
        socket.send(Message::text(format!(r#"{{"type":"previewAnswer","id":{id},"accept":true}}"#))).await.unwrap();
    }
    for expected in 0..200 {
        let PageArrival::Frame(_, ClientFrame::PreviewAnswer { id, .. }) = served.arrival().await else { panic!() };
        assert_eq!(id, expected);
    }
}

#[tokio::test]
async fn pings_are_answered() {
    let mut served = serve("").await;
    let browser = served.sign_in("kim").await;
    let (mut socket, _page, _frames) = served.open(&browser).await;
    socket.send(Message::Ping("x".into())).await.unwrap();
    let pong = timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(pong, Message::Pong("x".into()));
}

#[tokio::test]
async fn a_page_that_answers_no_ping_is_given_up() {
    let mut served = serve("").await;
    let browser = served.sign_in("kim").await;
    let (_silent, page, _frames) = served.open(&browser).await;
    // From here time jumps from timer to timer: three pings go out, nobody reads them.
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    assert!(matches!(served.arrivals.recv().await, Some(PageArrival::Closed(closed)) if closed == page));
    assert!((40..=61).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_page_that_answers_pings_stays() {
    let mut served = serve("").await;
    let browser = served.sign_in("kim").await;
    let (mut socket, _page, _frames) = served.open(&browser).await;
    tokio::time::pause();
    for _ in 0..6 {
        // Reading the ping answers it.
        assert!(socket.next().await.unwrap().unwrap().is_ping());
    }
    assert!(served.arrivals.try_recv().is_err());
}

#[tokio::test]
async fn a_page_that_ignores_its_close_code_does_not_hold_up_the_stop() {
    let mut served = serve("drain-seconds = 1").await;
    let browser = served.sign_in("kim").await;
    let (_deaf, _page, _frames) = served.open(&browser).await;
    served.shutdown.cancel();
    timeout(PATIENCE, &mut served.running).await.expect("does not drain").unwrap().unwrap();
}

#[tokio::test]
async fn stopping_sends_the_pages_away() {
    let mut served = serve("").await;
    let browser = served.sign_in("kim").await;
    let (mut socket, page, _frames) = served.open(&browser).await;
    served.shutdown.cancel();
    assert_eq!(close_code(&mut socket).await, 1001);
    assert!(matches!(served.arrival().await, PageArrival::Closed(closed) if closed == page));
    drop(socket);
    timeout(PATIENCE, &mut served.running).await.expect("does not drain").unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(served.addresses.web).await.is_err(), "still listening");
}
