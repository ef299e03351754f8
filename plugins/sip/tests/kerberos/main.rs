//! Kerberos with a real KDC on loopback: ticket, token, signatures in both directions.
//!
//! GSS-API reads its configuration from the environment of the process, so each test runs itself again with the
//! environment of a realm made for it. Needs krb5-kdc and krb5-admin-server.

#![cfg(feature = "kerberos")]
#![allow(clippy::unwrap_used)] // the helpers of tests may fail as tests do

#[path = "../front_end/mod.rs"]
mod front_end;
mod obstacles;
#[path = "../realm/mod.rs"]
mod realm;

use bytes::BytesMut;
use front_end::Everybody;
use realm::Realm;
use std::time::SystemTime;
use uc_sip::auth::{Authenticator, Credentials, Identity, Judgement, SignedFields, Trust};
use uc_sip::message::{Limits, Message, Request, Response};

const SERVICE: &str = "sip/fe01.example.com";

#[test]
fn a_ticket_signs_in_and_signs() {
    let Some(folder) = realm::inside("a_ticket_signs_in_and_signs") else { return };
    let realm = Realm::within(&folder, &[("alice", "secret")], &[SERVICE]);
    realm.use_keytab(Some(&realm.keytab_of("alice")));
    signs_in_and_signs();
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

fn signs_in_and_signs() {
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
}
