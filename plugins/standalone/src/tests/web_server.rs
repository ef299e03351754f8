//! A web server that says what it is told to say.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
};

/// Answers one request after the other with these responses; returns its address.
pub(crate) fn web_server(responses: Vec<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for response in responses {
            let (mut client, _) = listener.accept().unwrap();
            let mut request = BufReader::new(client.try_clone().unwrap()).lines();
            while request.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            // A client that has read enough hangs up.
            let _ = client.write_all(&response);
        }
    });
    address
}

/// A good response.
pub(crate) fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
