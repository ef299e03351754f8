//! What holds for every request: limits, headers, faults, files.

use crate::served::{PATIENCE, ask, exchange, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

#[tokio::test]
async fn the_page_comes_with_strict_headers() {
    let served = serve("").await;
    let index = served.ask("GET /", &[], "").await;
    assert_eq!(index.status, 200);
    assert_eq!(index.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(index.headers["x-content-type-options"], "nosniff");
    assert_eq!(index.headers["referrer-policy"], "no-referrer");
    let policy = &index.headers["content-security-policy"];
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(index.headers["permissions-policy"].contains("microphone=()"));
    assert!(!index.headers.contains_key("strict-transport-security"), "plain HTTP");
    assert_eq!(served.ask("GET /livez", &[], "").await.body, "alive\n");
    let secure = serve("behind-tls-proxy = true").await.ask("GET /", &[], "").await;
    assert_eq!(secure.headers["strict-transport-security"], "max-age=31536000");
}

#[tokio::test]
async fn the_service_worker_is_asked_for_anew_and_may_do_no_more_than_the_page() {
    let served = serve("").await;
    let worker = served.ask("GET /notifications.js", &[], "").await;
    assert_eq!((worker.status, &*worker.headers["cache-control"]), (200, "no-cache"));
    assert!(worker.headers["content-type"].starts_with("text/javascript"), "{worker:?}");
    let page = served.ask("GET /", &[], "").await;
    assert_eq!(worker.headers["content-security-policy"], page.headers["content-security-policy"]);
}

#[tokio::test]
async fn unknown_addresses_are_problems_too() {
    let served = serve("").await;
    for path in ["/api/v1/nothing", "/nothing", "/../../etc/passwd", "/files/x", "/metrics", "/readyz", "/-/reload"] {
        served.ask(&format!("GET {path}"), &[], "").await.expect_problem(404, "not-found");
    }
    served.ask("POST /", &[], "").await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn the_texts_of_a_language_are_there_for_strangers() {
    let served = serve("").await;
    let hebrew = served.ask("GET /api/v1/texts/he", &[], "").await;
    assert_eq!((hebrew.status, &*hebrew.headers["content-type"]), (200, "text/plain; charset=utf-8"));
    assert!(hebrew.body.contains("preview-accept = קבלה"), "{hebrew:?}");
    let tag = format!("If-None-Match: {}", hebrew.headers["etag"]);
    assert_eq!(served.ask("GET /api/v1/texts/he", &[&tag], "").await.status, 304);
    served.ask("GET /api/v1/texts/tlh", &[], "").await.expect_problem(404, "not-found");
    served.ask("POST /api/v1/texts/he", &[], "").await.expect_problem(405, "method");
}

#[tokio::test]
async fn a_panic_in_a_route_is_one_requests_affair() {
    let served = serve("").await;
    served.ask("GET /api/v1/panic", &[], "").await.expect_problem(500, "internal");
    assert_eq!(served.ask("POST /api/v1/echo", &[], "still here").await.body, "still here");
}

#[tokio::test]
async fn oversized_bodies_are_refused_with_and_without_length() {
    let served = serve("[limits]\nbody-bytes = 1000").await;
    let large = "x".repeat(1001);
    served.ask("POST /api/v1/echo", &[], &large).await.expect_problem(413, "too-large");
    let chunked = format!(
        "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n{large}\r\n0\r\n\r\n"
    );
    let tcp = TcpStream::connect(served.addresses.web).await.unwrap();
    exchange(tcp, chunked.as_bytes()).await.expect_problem(413, "too-large");
    assert_eq!(served.ask("POST /api/v1/echo", &[], &large[1..]).await.body.len(), 1000);
}

#[tokio::test]
async fn oversized_heads_are_refused() {
    let served = serve("").await;
    let header = format!("X-Large: {}", "x".repeat(20_000));
    assert_eq!(served.ask("GET /livez", &[&header], "").await.status, 431);
}

#[tokio::test]
async fn slow_senders_are_cut_off() {
    let served = serve("[limits]\nrequest-seconds = 1").await;
    let address = served.addresses.web;
    for beginning in ["", "GET /li", "GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow"] {
        let mut tcp = TcpStream::connect(address).await.unwrap();
        tcp.write_all(beginning.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        timeout(PATIENCE, tcp.read_to_end(&mut rest)).await.expect(beginning).unwrap();
    }
    let body = "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf";
    let tcp = TcpStream::connect(address).await.unwrap();
    exchange(tcp, body.as_bytes()).await.expect_problem(408, "too-slow");
    let broken = "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n";
    let tcp = TcpStream::connect(address).await.unwrap();
    exchange(tcp, broken.as_bytes()).await.expect_problem(400, "malformed");
}

#[tokio::test]
async fn one_connection_too_many_is_closed_at_once() {
    let served = serve("[limits]\nconnections = 1").await;
    let mut first = TcpStream::connect(served.addresses.web).await.unwrap();
    first.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut byte = [0];
    first.read_exact(&mut byte).await.unwrap();
    let mut second = TcpStream::connect(served.addresses.web).await.unwrap();
    assert!(matches!(timeout(PATIENCE, second.read(&mut byte)).await.unwrap(), Ok(0) | Err(_)));
    drop(first);
    let again = async {
        loop {
            let mut third = TcpStream::connect(served.addresses.web).await.unwrap();
            let _ = third.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await;
            if third.read_exact(&mut byte).await.is_ok() {
                break;
            }
        }
    };
    timeout(PATIENCE, again).await.expect("the slot was not given back");
}

#[tokio::test]
async fn files_of_the_site_are_served_and_nothing_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("public")).unwrap();
    std::fs::write(folder.path().join("public/ring.ogg"), "sound").unwrap();
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    let served = serve(&format!("files = {:?}", folder.path().join("public").display().to_string())).await;
    let ring = served.ask("GET /files/ring.ogg", &[], "").await;
    assert_eq!((&*ring.body, &*ring.headers["content-type"]), ("sound", "audio/ogg"));
    let known = format!("If-None-Match: {}", ring.headers["etag"]);
    assert_eq!(served.ask("GET /files/ring.ogg", &[&known], "").await.status, 304);
    for path in ["../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "", "./../secret.txt", "/etc/passwd"] {
        served.ask(&format!("GET /files/{path}"), &[], "").await.expect_problem(404, "not-found");
    }
}

/// Sounds and icons are read for each request, however they were changed.
#[tokio::test]
async fn files_of_the_site_are_the_latest_in_whatever_way_they_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (place, link) = (|name: &str| folder.path().join(name), folder.path().join("files"));
    for release in ["first", "second"] {
        std::fs::create_dir(place(release)).unwrap();
        std::fs::write(place(release).join("ring.ogg"), release).unwrap();
    }
    std::os::unix::fs::symlink("first", &link).unwrap();
    let served = serve(&format!("files = {:?}", link.display().to_string())).await;
    let ring = async || served.ask("GET /files/ring.ogg", &[], "").await.body;
    assert_eq!(ring().await, "first");
    std::fs::write(link.join("ring.ogg"), "in place").unwrap();
    assert_eq!(ring().await, "in place");
    std::fs::write(link.join("new"), "renamed over").unwrap();
    std::fs::rename(link.join("new"), link.join("ring.ogg")).unwrap();
    assert_eq!(ring().await, "renamed over");
    std::os::unix::fs::symlink("second", place("swap")).unwrap();
    std::fs::rename(place("swap"), &link).unwrap();
    std::fs::remove_dir_all(place("first")).unwrap();
    assert_eq!(ring().await, "second");
}

#[tokio::test]
async fn open_requests_finish_before_the_service_stops() {
    let mut served = serve("").await;
    let mut tcp = TcpStream::connect(served.addresses.web).await.unwrap();
    let head = "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
    tcp.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = *b"HTTP/1.1 100 Continue\r\n\r\n";
    tcp.read_exact(&mut go_on).await.unwrap();
    served.shutdown.cancel();
    let answer = exchange(tcp, b"half").await;
    assert_eq!((answer.status, &*answer.body), (200, "half"));
    timeout(PATIENCE, &mut served.running).await.expect("does not drain").unwrap().unwrap();
}

#[tokio::test]
async fn a_head_that_no_route_can_be_for_is_a_problem_of_its_own() {
    let served = serve("").await;
    for (head, status) in [
        ("CONNECT uc.example:443 HTTP/1.1\r\nHost: uc.example:443\r\n", 501),
        ("CONNECT /livez HTTP/1.1\r\nHost: x\r\n", 501),
        ("OPTIONS * HTTP/1.1\r\nHost: x\r\n", 400),
        ("GET /livez HTTP/1.1\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: \r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: a b\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: kim@a\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: uc.example:443\r\n", 200),
        ("GET /livez HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n", 200),
        ("GET http://uc.example/livez HTTP/1.1\r\nHost: uc.example\r\n", 200),
        ("GET /livez HTTP/1.0\r\n", 200),
    ] {
        for address in [served.addresses.web, served.addresses.admin] {
            let tcp = TcpStream::connect(address).await.unwrap();
            // An open connection would be kept for a next request until `request-seconds` are over.
            let answer = exchange(tcp, format!("{head}Connection: close\r\n\r\n").as_bytes()).await;
            assert_eq!(answer.status, status, "{head}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn once_its_names_are_configured_the_service_answers_under_no_other() {
    let served = serve("origins = ['https://uc.example']\npublic-url = 'https://desk.example'").await;
    let asks = |target: &str, host: &str| {
        let (line, host) = (format!("GET {target}"), host.to_owned());
        async move {
            let stream = TcpStream::connect(served.addresses.web).await.unwrap();
            ask(stream, &line, &host, &[], "").await
        }
    };
    for (target, host, status) in [
        ("/", "uc.example", 200),
        ("/", "desk.example:443", 200),
        ("/", "localhost:8080", 200),
        ("/livez", "10.0.0.5:8080", 200),
    ] {
        assert_eq!(asks(target, host).await.status, status, "{target} at {host}");
    }
    let refused = asks("/", "evil.example").await;
    refused.expect_problem(421, "foreign-host");
    assert!(refused.body.contains("`origins`") && refused.body.contains("`public-url`"), "{refused:?}");
    let admin = TcpStream::connect(served.addresses.admin).await.unwrap();
    assert_eq!(ask(admin, "GET /readyz", "balancer.example", &[], "").await.status, 200);
}
