//! What cannot be left out, as a process of its own: the same bytes through the same TLS socket and the same framing.
//! Finds the user and their availability by a plain scan, looks the user up, writes the 200 and the request. One thread
//! for that; another one throws the T-Server's events away.

use super::{sip::frame, switch::dn, tls};
use memchr::memmem;
use rustls::{ClientConnection, StreamOwned, pki_types::ServerName};
use std::{
    collections::HashMap,
    io::{Read, Write, sink},
    net::TcpStream,
    path::Path,
};

/// Arguments: certificate, platform's port, T-Server's port, users.
pub(super) fn run(arguments: &[String]) {
    let [certificate, platform, t_server, users] = arguments else { panic!("{arguments:?}") };
    let users: u32 = users.parse().unwrap();
    let mut requests = switch(t_server.parse().unwrap(), users);
    let mut tls = connect(Path::new(certificate), platform.parse().unwrap());
    tls.write_all(subscribe().as_bytes()).unwrap();
    let dns: HashMap<Vec<u8>, u32> = (0..users).map(|user| (format!("u{user:07}").into(), dn(user))).collect();
    let (mut input, mut piece) = (Vec::with_capacity(1 << 20), vec![0; 64 * 1024]);
    let (mut answers, mut lines, mut number) = (Vec::new(), Vec::new(), 0);
    loop {
        // The platform ends the measure by closing.
        let Ok(count @ 1..) = tls.read(&mut piece) else { return };
        input.extend_from_slice(&piece[..count]);
        let mut from = 0;
        while let Some((head, body, end)) = frame(&input, from) {
            from = end;
            if head.starts_with("NOTIFY") {
                number += 1;
                write_answer(&mut answers, head);
                write_request(&mut lines, body, &dns, number);
            }
        }
        input.drain(..from);
        requests.write_all(&lines).unwrap();
        tls.write_all(&answers).unwrap();
        tls.flush().unwrap();
        answers.clear();
        lines.clear();
    }
}

fn connect(certificate: &Path, port: u16) -> StreamOwned<ClientConnection, TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    StreamOwned::new(ClientConnection::new(tls::client(certificate), name).unwrap(), stream)
}

/// Registers everybody.
fn switch(port: u16, users: u32) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut events = stream.try_clone().unwrap();
    std::thread::spawn(move || std::io::copy(&mut events, &mut sink()));
    let line = |user| {
        format!("{{\"messageName\":\"RequestRegisterAddress\",\"referenceID\":1,\"thisDN\":\"{}\"}}\n", dn(user))
    };
    stream.write_all((0..users).map(line).collect::<String>().as_bytes()).unwrap();
    stream
}

fn subscribe() -> String {
    "SUBSCRIBE sip:w@example.com SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK1\r\nFrom: <sip:w@example.com>;\
     tag=f30acb63;epid=56b4641a00\r\nTo: <sip:w@example.com>\r\nCall-ID: 07dd7d53ddd1f347e9cebe4d99abed50\r\n\
     CSeq: 1 SUBSCRIBE\r\nContent-Length: 0\r\n\r\n"
        .to_owned()
}

fn write_answer(out: &mut Vec<u8>, head: &str) {
    out.extend_from_slice(b"SIP/2.0 200 OK\r\n");
    for line in head.split_inclusive("\r\n") {
        if ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name)) {
            out.extend_from_slice(line.as_bytes());
        }
    }
    out.extend_from_slice(b"Content-Length: 0\r\n\r\n");
}

fn write_request(out: &mut Vec<u8>, body: &[u8], dns: &HashMap<Vec<u8>, u32>, number: u32) {
    let after = |mark: &[u8]| memmem::find(body, mark).unwrap() + mark.len();
    let (user, availability) = (after(b"uri=\"sip:"), after(b"<availability>"));
    let dn = dns[&body[user..user + 8]];
    let (name, reasons) = match &body[availability..availability + 4] {
        b"3500" => ("RequestAgentReady", ""),
        _ => (
            "RequestAgentNotReady",
            r#","reasons":[{"key":"KW_UC_STATUS","type":"str","value":"busy"},{"key":"KW_UC_NOTE","type":"str","value":""}]"#,
        ),
    };
    writeln!(out, r#"{{"messageName":"{name}","referenceID":{number},"thisDN":"{dn}"{reasons}}}"#).unwrap();
}
