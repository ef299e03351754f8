//! Our client against our server: the whole dance, every version, and what goes wrong.

#![allow(clippy::unwrap_used)] // the helpers of tests may fail as tests do

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use std::time::{Duration, SystemTime};
use uc_sip::auth::ntlm::{self, Account, NtHash, ServerNames};
use uc_sip::auth::*;
use uc_sip::message::{Limits, Message, Request, Response};

struct Alice(&'static str);

impl Accounts for Alice {
    fn nt_hash(&self, domain: &str, user: &str) -> Option<NtHash> {
        (domain == "EXAMPLE" && user.eq_ignore_ascii_case("alice")).then(|| NtHash::of(self.0))
    }
}

fn policy(version: Version) -> Policy {
    Policy {
        realm: "SIP Communications Service".into(),
        host: "fe01.example.com".into(),
        names: ServerNames {
            nb_domain: "EXAMPLE".into(),
            nb_computer: "FE01".into(),
            dns_domain: "example.com".into(),
            dns_computer: "fe01.example.com".into(),
        },
        schemes: vec![Scheme::Ntlm, Scheme::Kerberos],
        version,
        skew: Duration::from_secs(900),
    }
}

fn client(password: &str) -> Authenticator {
    Authenticator::new(Credentials::Ntlm(Account {
        domain: "EXAMPLE".into(),
        user: "alice".into(),
        secret: NtHash::of(password),
        workstation: "CONNECTOR".into(),
    }))
}

fn message(bytes: BytesMut) -> Message {
    Message::parse(bytes.freeze(), &Limits::default()).unwrap()
}

fn request(client: &mut Authenticator, method: &'static str, cseq: u32) -> Message {
    let request = Request::new(method, "sip:example.com")
        .field("Via", format!("SIP/2.0/TLS 127.0.0.1:1;branch=z9hG4bK{cseq}"))
        .field("From", "<sip:alice@example.com>;tag=1;epid=46b45a2a3940")
        .field("To", "<sip:alice@example.com>")
        .field("Call-ID", "c1")
        .field("CSeq", format!("{cseq} {method}"));
    let mut out = BytesMut::new();
    let plain = Message::parse(request.to_bytes().unwrap(), &Limits::default()).unwrap();
    let fields = SignedFields::of(&plain).unwrap();
    request.write_with(&mut out, |_, out| client.authorize(&fields, out).unwrap()).unwrap();
    message(out)
}

fn answer(server: &mut Acceptor, request: &Message, judgement: &Judgement) -> Message {
    let mut out = BytesMut::new();
    match judgement {
        Judgement::Challenge { challenges, diagnostics } => {
            let mut response = Response::to(request, 401, "Unauthorized").tag("s");
            for challenge in challenges {
                response = response.field("WWW-Authenticate", challenge.as_str());
            }
            if let Some(diagnostics) = diagnostics {
                response = response.field("ms-diagnostics", diagnostics.as_str());
            }
            response.write(&mut out).unwrap();
        }
        Judgement::Trusted { opaque, .. } => {
            let response = Response::to(request, 200, "OK").tag("s").field("Expires", "7200");
            let fields = SignedFields::of_response(&response).unwrap();
            response.write_with(&mut out, |out| server.sign(opaque, &fields, out).unwrap()).unwrap();
        }
        Judgement::Drop(distrust) => panic!("{distrust}"),
    }
    message(out)
}

/// One REGISTER and its answer.
fn exchange(client: &mut Authenticator, server: &mut Acceptor, accounts: &Alice, cseq: u32) -> Message {
    let request = request(client, "REGISTER", cseq);
    let judgement = server.judge(&request, accounts, SystemTime::now());
    answer(server, &request, &judgement)
}

fn sign_in(version: Version) -> (Authenticator, Acceptor) {
    let (mut client, mut server) = (client("Secret123!"), Acceptor::new(policy(version)));
    for cseq in 1..3 {
        let challenge = exchange(&mut client, &mut server, &Alice("Secret123!"), cseq);
        assert_eq!(challenge.status(), Some(401));
        assert_eq!(client.verify(&challenge), Ok(Trust::Unneeded));
        client.challenged(&challenge, SystemTime::now()).unwrap();
    }
    let done = exchange(&mut client, &mut server, &Alice("Secret123!"), 3);
    assert_eq!(done.status(), Some(200), "{version:?}");
    assert_eq!(client.verify(&done), Ok(Trust::Signed));
    assert!(client.is_established());
    (client, server)
}

#[test]
fn three_registers_establish_an_association_in_every_version() {
    for version in [Version::V2, Version::V3, Version::V4] {
        let (mut client, mut server) = sign_in(version);
        for cseq in 4..8 {
            let request = request(&mut client, "SERVICE", cseq);
            let judgement = server.judge(&request, &Alice(""), SystemTime::now());
            let expected = matches!(&judgement, Judgement::Trusted { user, .. } if user == r"EXAMPLE\alice");
            assert!(expected, "{judgement:?}");
            let response = answer(&mut server, &request, &judgement);
            assert_eq!(client.verify(&response), Ok(Trust::Signed));
            assert_eq!(client.verify(&response), Err(Distrust::Replayed(cseq - 2)));
        }
    }
}

#[test]
fn a_wrong_password_is_refused_once_and_said_so() {
    let (mut client, mut server) = (client("wrong"), Acceptor::new(policy(Version::V4)));
    for cseq in 1..3 {
        let challenge = exchange(&mut client, &mut server, &Alice("Secret123!"), cseq);
        client.challenged(&challenge, SystemTime::now()).unwrap();
    }
    let refusal = exchange(&mut client, &mut server, &Alice("Secret123!"), 3);
    let error = client.challenged(&refusal, SystemTime::now()).unwrap_err();
    assert!(matches!(&error, SignInError::Refused(Some(diagnostics)) if diagnostics.id == 1000), "{error}");
    assert!(error.to_string().contains("check user name, domain and password"), "{error}");
}

/// In whatever order a server says that it wants NTLM, sends its challenge, and sends nonsense: REGISTER is repeated twice
/// at the most, and at most one of them carries a proof.
#[test]
fn a_server_that_does_not_go_on_with_the_sign_in_is_not_asked_for_ever() {
    let token = ntlm::Challenge::new(&policy(Version::V4).names, [1; 8], 0).to_bytes();
    let said =
        ["".to_owned(), format!(", gssapi-data=\"{}\"", STANDARD.encode(token)), ", gssapi-data=\"AAAA\"".to_owned()];
    for order in 0..27_usize {
        let mut client = client("Secret123!");
        let mut challenges = [order / 9, order / 3 % 3, order % 3].into_iter().zip(1..);
        let error = challenges.find_map(|(which, cseq)| {
            let judgement = Judgement::Challenge {
                challenges: vec![format!("NTLM realm=\"r\", targetname=\"fe01\", version=4{}", said[which])],
                diagnostics: None,
            };
            let request = request(&mut client, "REGISTER", cseq);
            let challenge = answer(&mut Acceptor::new(policy(Version::V4)), &request, &judgement);
            client.verify(&challenge).unwrap();
            client.challenged(&challenge, SystemTime::now()).err()
        });
        assert!(error.is_some(), "{order}");
        let bare = order / 3 == 0;
        assert_eq!(error == Some(SignInError::NotContinued(None)), bare, "{order}: {error:?}");
        if bare {
            let trouble = uc_sip::site::Trouble::from(&error.unwrap());
            assert_eq!(trouble.again, uc_sip::site::Again::Soon, "no password was sent");
        }
    }
}

#[test]
fn a_clock_that_is_off_is_named() {
    let (mut client, mut server) = (client("Secret123!"), Acceptor::new(policy(Version::V4)));
    for cseq in 1..3 {
        let challenge = exchange(&mut client, &mut server, &Alice("Secret123!"), cseq);
        client.challenged(&challenge, SystemTime::now()).unwrap();
    }
    let request = request(&mut client, "REGISTER", 3);
    let later = SystemTime::now() + Duration::from_secs(3600);
    let judgement = server.judge(&request, &Alice("Secret123!"), later);
    let named = matches!(&judgement, Judgement::Challenge { diagnostics: Some(text), .. } if text.starts_with("1013"));
    assert!(named, "{judgement:?}");
}

#[test]
fn trusted_endpoints_are_not_to_be_challenged_and_other_schemes_are_named() {
    let mut server = Acceptor::new(policy(Version::V4));
    let mut trusted = Authenticator::new(Credentials::Trusted);
    let challenge = exchange(&mut trusted, &mut server, &Alice(""), 1);
    assert_eq!(trusted.challenged(&challenge, SystemTime::now()), Err(SignInError::NotTrusted));
    let mut only = policy(Version::V4);
    only.schemes = vec![Scheme::Kerberos];
    let mut client = client("Secret123!");
    let challenge = exchange(&mut client, &mut Acceptor::new(only), &Alice(""), 1);
    let error = client.challenged(&challenge, SystemTime::now()).unwrap_err();
    assert_eq!(error, SignInError::NoScheme { offered: "Kerberos".into(), wanted: "NTLM" });
}

#[test]
fn a_restarted_server_asks_again_and_the_client_signs_in_anew() {
    let (mut client, _) = sign_in(Version::V4);
    let mut server = Acceptor::new(policy(Version::V4));
    for cseq in 10..12 {
        let challenge = exchange(&mut client, &mut server, &Alice("Secret123!"), cseq);
        assert_eq!(client.verify(&challenge), Ok(Trust::Unneeded));
        client.challenged(&challenge, SystemTime::now()).unwrap();
    }
    let done = exchange(&mut client, &mut server, &Alice("Secret123!"), 12);
    assert_eq!(client.verify(&done), Ok(Trust::Signed));
}

#[test]
fn while_an_association_is_renewed_the_old_one_is_believed() {
    let (mut client, mut server) = sign_in(Version::V4);
    let old = request(&mut client, "SERVICE", 4);
    let judgement = server.judge(&old, &Alice(""), SystemTime::now());
    client.renew();
    for cseq in 5..7 {
        let challenge = exchange(&mut client, &mut server, &Alice("Secret123!"), cseq);
        assert_eq!(client.verify(&challenge), Ok(Trust::Unneeded), "{cseq}");
        client.challenged(&challenge, SystemTime::now()).unwrap();
    }
    let late = answer(&mut server, &old, &judgement);
    assert_eq!(client.verify(&late), Ok(Trust::Signed));
    let done = exchange(&mut client, &mut server, &Alice("Secret123!"), 7);
    assert_eq!(client.verify(&done), Ok(Trust::Signed));
    assert!(client.is_established());
}

#[test]
fn an_unsigned_final_answer_is_not_believed_a_provisional_one_is() {
    let (mut client, _) = sign_in(Version::V4);
    let request = request(&mut client, "SERVICE", 4);
    for (status, trust) in [(100, Ok(Trust::Unneeded)), (200, Err(Distrust::Unsigned)), (401, Ok(Trust::Unneeded))] {
        let mut out = BytesMut::new();
        Response::to(&request, status, "X").tag("s").write(&mut out).unwrap();
        assert_eq!(client.verify(&message(out)), trust, "{status}");
    }
}

proptest! {
    /// Any change to a signed value breaks the signature; changes elsewhere do not matter.
    #[test]
    fn a_changed_value_is_found(at in 0_usize..400, byte in any::<u8>()) {
        let (mut client, mut server) = sign_in(Version::V4);
        let request = request(&mut client, "SERVICE", 4);
        let mut bytes = request.as_bytes().to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        let Ok(changed) = Message::parse(Bytes::from(bytes), &Limits::default()) else { return Ok(()) };
        if SignedFields::of(&changed) == SignedFields::of(&request) {
            return Ok(());
        }
        let judgement = server.judge(&changed, &Alice(""), SystemTime::now());
        prop_assert!(!matches!(judgement, Judgement::Trusted { .. }), "{:?}", changed);
    }

    /// Whatever a peer puts into its token is refused, not a panic.
    #[test]
    fn tokens_of_noise_are_refused(at in 0_usize..120, byte in any::<u8>(), cut in 0_usize..400) {
        let names = policy(Version::V4).names;
        let challenge = uc_sip::auth::ntlm::Challenge::new(&names, [1; 8], 0);
        let Credentials::Ntlm(account) = credentials() else { unreachable!() };
        let nonces = uc_sip::auth::ntlm::Nonces::random();
        for mut token in [challenge.to_bytes(), uc_sip::auth::ntlm::answer(&challenge, &account, &nonces, 0).0] {
            token[at] = byte;
            token.truncate(cut.max(at + 1));
            let _ = uc_sip::auth::ntlm::Challenge::parse(&token);
            if let Ok(answer) = uc_sip::auth::ntlm::Answer::parse(&token) {
                let _ = answer.prove(&challenge, &account.secret);
            }
        }
    }
}

fn credentials() -> Credentials {
    Credentials::Ntlm(Account {
        domain: "EXAMPLE".into(),
        user: "alice".into(),
        secret: NtHash::of("x"),
        workstation: "W".into(),
    })
}
