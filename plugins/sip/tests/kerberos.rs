//! Kerberos with a real KDC on loopback: ticket, token, signatures in both directions.
//!
//! GSS-API reads its configuration from the environment of the process, so the test runs itself again with the
//! environment of a realm made for it. Needs krb5-kdc and krb5-admin-server.

#![cfg(feature = "kerberos")]
#![allow(clippy::unwrap_used)] // the helpers of tests may fail as tests do

mod front_end;

use bytes::BytesMut;
use front_end::Everybody;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};
use uc_sip::auth::{Authenticator, Credentials, Identity, Judgement, SignInError, SignedFields, Trust};
use uc_sip::message::{Limits, Message, Request, Response};

struct Realm {
    dir: tempfile::TempDir,
    kdc: Child,
}

impl Drop for Realm {
    fn drop(&mut self) {
        let _ = self.kdc.kill();
        let _ = self.kdc.wait();
    }
}

fn tool(dir: &Path, name: &str) -> Command {
    let mut command = Command::new(format!("/usr/sbin/{name}"));
    command
        .env("KRB5_CONFIG", dir.join("krb5.conf"))
        .env("KRB5_KDC_PROFILE", dir.join("kdc.conf"))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn realm() -> Realm {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let krb5 = format!(
        "[libdefaults]\ndefault_realm = EXAMPLE.COM\ndns_canonicalize_hostname = false\nrdns = false\n\
         [realms]\nEXAMPLE.COM = {{\n kdc = 127.0.0.1:{port}\n}}\n[domain_realm]\n.example.com = EXAMPLE.COM\n"
    );
    std::fs::write(path.join("krb5.conf"), krb5).unwrap();
    let root = path.display();
    let kdc = format!(
        "[kdcdefaults]\nkdc_listen = 127.0.0.1:{port}\nkdc_tcp_listen = 127.0.0.1:{port}\n[realms]\nEXAMPLE.COM = {{\n \
         database_name = {root}/principal\n key_stash_file = {root}/stash\n}}\n[logging]\nkdc = FILE:{root}/kdc.log\n"
    );
    std::fs::write(path.join("kdc.conf"), kdc).unwrap();
    let run = |name: &str, args: &[&str]| {
        let status = tool(path, name).args(args).status();
        assert!(status.expect("krb5-kdc and krb5-admin-server are installed").success(), "{name} {args:?}");
    };
    run("kdb5_util", &["create", "-s", "-P", "master", "-r", "EXAMPLE.COM"]);
    for (principal, keytab) in [("alice", "client.keytab"), ("sip/fe01.example.com", "server.keytab")] {
        run("kadmin.local", &["-q", &format!("addprinc -randkey {principal}")]);
        let keytab = path.join(keytab);
        run("kadmin.local", &["-q", &format!("ktadd -k {} {principal}", keytab.display())]);
    }
    let kdc = tool(path, "krb5kdc").arg("-n").spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "the KDC does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    Realm { dir, kdc }
}

/// Set for the run inside the realm.
const INSIDE: &str = "UC_TEST_INSIDE_REALM";

/// GSS-API reads its configuration from the environment of the process, so the test runs itself again with that of a
/// realm made for it.
#[test]
fn a_ticket_signs_in_and_signs() {
    if std::env::var_os(INSIDE).is_some() {
        return inside_the_realm();
    }
    let realm = realm();
    let path = realm.dir.path();
    let inner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_ticket_signs_in_and_signs", "--nocapture"])
        .env(INSIDE, "")
        .env("KRB5_CONFIG", path.join("krb5.conf"))
        .env("KRB5_CLIENT_KTNAME", path.join("client.keytab"))
        .env("KRB5_KTNAME", path.join("server.keytab"))
        .env("KRB5CCNAME", format!("FILE:{}", path.join("cache").display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&inner.stdout);
    let passed = inner.status.success() && said.contains("1 passed");
    assert!(passed, "{said}{}", String::from_utf8_lossy(&inner.stderr));
}

fn signed(client: &mut Authenticator, method: &'static str, cseq: u32) -> Message {
    let request = Request::new(method, "sip:example.com")
        .field("Via", "SIP/2.0/TLS h;branch=z9hG4bK1")
        .field("From", "<sip:alice@example.com>;tag=1;epid=46b45a2a3940")
        .field("To", "<sip:alice@example.com>")
        .field("Call-ID", "c1")
        .field("CSeq", format!("{cseq} {method}"));
    let plain = Message::parse(request.to_bytes().unwrap(), &Limits::default()).unwrap();
    let mut out = BytesMut::new();
    let fields = SignedFields::of(&plain).unwrap();
    request.write_with(&mut out, |_, out| client.authorize(&fields, out).unwrap()).unwrap();
    Message::parse(out.freeze(), &Limits::default()).unwrap()
}

fn inside_the_realm() {
    let identity = Identity { principal: Some("alice@EXAMPLE.COM".into()) };
    let mut client = Authenticator::new(Credentials::Kerberos(identity));
    let mut server = front_end::acceptor();
    let mut opaque = String::new();
    for cseq in 1..6 {
        let method = if cseq < 3 { "REGISTER" } else { "SERVICE" };
        let request = signed(&mut client, method, cseq);
        let mut out = BytesMut::new();
        match server.judge(&request, &Everybody, SystemTime::now()) {
            Judgement::Challenge { challenges, .. } if cseq == 1 => {
                let mut response = Response::to(&request, 401, "Unauthorized").tag("s");
                for challenge in &challenges {
                    response = response.field("WWW-Authenticate", challenge.as_str());
                }
                response.write(&mut out).unwrap();
            }
            Judgement::Trusted { opaque: handle, user } => {
                assert_eq!(user, "alice@EXAMPLE.COM");
                opaque = handle;
                let response = Response::to(&request, 200, "OK").tag("s");
                let fields = SignedFields::of_response(&response).unwrap();
                response.write_with(&mut out, |out| server.sign(&opaque, &fields, out).unwrap()).unwrap();
            }
            other => panic!("{cseq}: {other:?}"),
        }
        let response = Message::parse(out.freeze(), &Limits::default()).unwrap();
        if cseq == 1 {
            client.challenged(&response, SystemTime::now()).unwrap();
        } else {
            assert_eq!(client.verify(&response), Ok(Trust::Signed), "{cseq}");
        }
    }
    assert!(client.is_established() && !opaque.is_empty());
    let nobody = Identity { principal: Some("bob@EXAMPLE.COM".into()) };
    let mut nobody = Authenticator::new(Credentials::Kerberos(nobody));
    let request = signed(&mut nobody, "REGISTER", 1);
    let mut out = BytesMut::new();
    let offer = "Kerberos realm=\"SIP Communications Service\", targetname=\"sip/fe01.example.com\", version=4";
    Response::to(&request, 401, "Unauthorized").field("WWW-Authenticate", offer).write(&mut out).unwrap();
    let challenge = Message::parse(out.freeze(), &Limits::default()).unwrap();
    assert!(matches!(nobody.challenged(&challenge, SystemTime::now()), Err(SignInError::Kerberos(_))));
}
