//! Whom the operators' address hears, and whom not.

use crate::{
    program::stage,
    reloads::{admin, ask},
    service::{Service, anywhere},
};
use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

fn asked(mut stream: TcpStream, path: &str, host: &str) -> String {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Another machine, as far as anybody can see.
fn another_peer(address: SocketAddr) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let connect = async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 2], 0))).unwrap();
        socket.connect(address).await.unwrap().into_std().unwrap()
    };
    let stream = runtime.block_on(connect);
    stream.set_nonblocking(false).unwrap();
    stream
}

#[test]
fn a_page_that_leads_a_browser_to_loopback_by_its_own_name_reads_nothing() {
    let (_folder, file) = stage(|text| anywhere(&text));
    let mut service = Service::begin(&file, &[]);
    let address = admin(&service.wait_for("serving"));
    for (path, host, status) in [
        ("/-/agents", "evil.example", "421"),
        ("/-/log-level", "evil.example:9464", "421"),
        ("/metrics", "evil.example", "421"),
        ("/readyz?verbose", "evil.example", "421"),
        ("/livez", "evil.example", "200"),
        ("/-/agents", "localhost:1", "200"),
        ("/-/agents", "127.0.0.1", "200"),
    ] {
        let answer = asked(TcpStream::connect(&address).unwrap(), path, host);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path} of {host}: {answer}");
    }
    let told = service.wait_for("421");
    assert!(told.contains("[admin]") && told.contains("evil.example") && !told.contains("[web]"), "{told}");
}

#[test]
fn one_who_holds_connections_keeps_nobody_else_from_being_heard() {
    let (_folder, file) = stage(|text| anywhere(&text));
    let mut service = Service::begin(&file, &[]);
    let address = admin(&service.wait_for("serving"));
    let slow = || {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(b"GET /livez HTTP/1.1\r\nX:").unwrap();
        stream
    };
    let held: Vec<_> = (0..64).map(|_| slow()).collect();
    let told = service.wait_for("connections are refused");
    assert!(told.contains("admin.listen") && told.contains("64") && !told.contains("web.limits"), "{told}");
    let answer = asked(another_peer(address.parse().unwrap()), "/livez", "127.0.0.1");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    drop(held);
    while ask_if_let_in(&address).is_none() {}
    let metrics = ask(&address, "GET /metrics");
    assert!(metrics.contains("uc_web_connections_refused_total{listener=\"admin.listen\"}"), "{metrics}");
}

/// None: the places of those who went are not free yet.
fn ask_if_let_in(address: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "GET /livez HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok().filter(|length| *length > 0)?;
    Some(answer)
}
