//! What cannot be left out, as a process of its own: the same bytes through the same TLS socket and the same framing.
//! Finds the event and the DN by a plain scan, looks the agent up, writes the publication with the versions that stand,
//! and checks that it was taken.

use super::{day::Doing, sip::frame, site::connector, switch::dn};
use bytes::BytesMut;
use rustls::pki_types::ServerName;
use std::{collections::HashMap, fmt::Write, path::PathBuf};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, split},
    net::TcpStream,
};
use uc_sip::transport::tls::Identity;

/// An agent, and the versions of the state of the agent's device, which stays; everything else comes and goes.
struct Agent {
    address: String,
    device: u32,
    cseq: u32,
}

/// Arguments: the authority's certificate, the application's, its key, Front End's port, T-Server's port, agents.
pub(super) async fn run(arguments: &[String]) {
    let [authority, certificates, key, front_end, t_server, agents] = arguments else { panic!("{arguments:?}") };
    let agents: u32 = agents.parse().unwrap();
    let identity = Identity { certificates: PathBuf::from(certificates), key: PathBuf::from(key) };
    let stream = connect(front_end.parse().unwrap()).await;
    let name = ServerName::try_from("localhost").unwrap();
    let tls = connector(&PathBuf::from(authority), &identity).connect(name, stream).await.unwrap();
    let (mut answers, mut publications) = split(tls);
    let mut events = connect(t_server.parse().unwrap()).await;
    let line = |agent| {
        format!("{{\"messageName\":\"RequestRegisterAddress\",\"referenceID\":1,\"thisDN\":\"{}\"}}\n", dn(agent))
    };
    events.write_all((0..agents).map(line).collect::<String>().as_bytes()).await.unwrap();
    let agent = |agent| Agent { address: format!("u{agent:07}@example.com"), device: 0, cseq: 0 };
    let mut agents: HashMap<Vec<u8>, Agent> =
        (0..agents).map(|number| (dn(number).to_string().into(), agent(number))).collect();
    let (mut lines, mut input) = (BytesMut::with_capacity(1 << 20), BytesMut::with_capacity(1 << 20));
    let mut output = String::new();
    loop {
        lines.reserve(64 * 1024);
        input.reserve(64 * 1024);
        // The bench ends the measure by closing.
        tokio::select! {
            read = events.read_buf(&mut lines) => if !matches!(read, Ok(1..)) { return },
            read = answers.read_buf(&mut input) => if !matches!(read, Ok(1..)) { return },
        }
        take(&mut input);
        publish(&mut lines, &mut agents, &mut output);
        if !output.is_empty() {
            publications.write_all(output.as_bytes()).await.unwrap();
            publications.flush().await.unwrap();
            output.clear();
        }
    }
}

async fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn take(input: &mut BytesMut) {
    let mut from = 0;
    while let Some((head, _, end)) = frame(input, from) {
        assert!(head.starts_with("SIP/2.0 200"), "{head}");
        from = end;
    }
    drop(input.split_to(from));
}

fn publish(lines: &mut BytesMut, agents: &mut HashMap<Vec<u8>, Agent>, output: &mut String) {
    while let Some(end) = memchr::memchr(b'\n', lines) {
        let line = lines.split_to(end + 1);
        let doing = match &line[..] {
            line if line.starts_with(br#"{"messageName":"EventEstablished""#) => Doing::Talking,
            line if line.starts_with(br#"{"messageName":"EventAgentNotReady""#) => Doing::AfterCallWork,
            line if line.starts_with(br#"{"messageName":"EventAgentReady""#) => Doing::Ready,
            _ => continue,
        };
        let key = br#""thisDN":""#;
        let at = memchr::memmem::find(&line, key).unwrap() + key.len();
        write(agents.get_mut(&line[at..at + 8]).unwrap(), doing, output);
    }
}

/// The same publications as the product's.
fn write(agent: &mut Agent, doing: Doing, output: &mut String) {
    let mut body = format!(
        "<publish xmlns=\"http://schemas.microsoft.com/2006/09/sip/rich-presence\"><publications uri=\"sip:{}\">",
        agent.address
    );
    let device = |availability| state("machineState", availability, "");
    let mut each = |category, instance, containers: &[u32], version, value: Option<&str>| {
        for container in containers {
            put(&mut body, (category, instance, *container, version), value);
        }
    };
    match doing {
        Doing::Talking => {
            let activity =
                "<activity token=\"on-the-phone\" minAvailability=\"6500\" maxAvailability=\"8999\"></activity>";
            each("state", 0x3000_0001, &[2, 3], agent.device, Some(&device(3500)));
            each("state", 0x8000_0001, &[2, 3], 0, Some(&state("phoneState", 6500, activity)));
            agent.device += 1;
        }
        Doing::AfterCallWork => {
            each("state", 0x8000_0001, &[2, 3], 1, Some(&state("phoneState", 15_500, "")));
            let note = "<note xmlns=\"http://schemas.microsoft.com/2006/09/sip/note\"><body type=\"personal\" uri=\"\">\
                        After call work</body></note>";
            each("note", 1, &[200, 300, 400], 0, Some(note));
        }
        Doing::Ready => {
            each("state", 0x8000_0001, &[2, 3], 2, None);
            each("note", 1, &[200, 300, 400], 1, None);
            each("state", 0x3000_0001, &[2, 3], agent.device, Some(&device(18_500)));
            agent.device += 1;
        }
    }
    body.push_str("</publications></publish>");
    agent.cseq += 1;
    let (address, cseq) = (&agent.address, agent.cseq);
    write!(
        output,
        "SERVICE sip:{address} SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:50000;branch=z9hG4bK{cseq:016x}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:{address}>;tag=f30acb63;epid=56b4641a00\r\nTo: <sip:{address}>\r\n\
         Call-ID: 07dd7d53ddd1f347e9cebe4d99abed50\r\nCSeq: {cseq} SERVICE\r\n\
         Contact: <sip:127.0.0.1:50000;transport=tls;ms-opaque=d3470f2e1d>\r\nUser-Agent: UCConnector/1.0\r\n\
         Content-Type: application/msrtc-category-publish+xml\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
}

fn state(kind: &str, availability: u32, activity: &str) -> String {
    format!(
        "<state xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{kind}\" manual=\"false\">\
         <availability>{availability}</availability>{activity}</state>"
    )
}

fn put(body: &mut String, (category, instance, container, version): (&str, u32, u32, u32), value: Option<&str>) {
    write!(
        body,
        "<publication categoryName=\"{category}\" instance=\"{instance}\" container=\"{container}\" \
         version=\"{version}\" expireType=\"endpoint\""
    )
    .unwrap();
    match value {
        Some(value) => write!(body, ">{value}</publication>").unwrap(),
        None => body.push_str(" expires=\"0\"/>"),
    }
}
