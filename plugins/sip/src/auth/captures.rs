//! Every signature of the recorded conversations, of the real client and of the lab server, must verify.

use super::association::{Role, SecurityAssociation};
use super::mechanism::Mechanism;
use super::ntlm::{Account, Answer, Challenge, Nonces, NtHash, answer};
use super::*;
use crate::message::{Message, Name};
use base64::{Engine, engine::general_purpose::STANDARD};
use capture::Sent;
use std::collections::HashMap;

#[path = "../../tests/capture/mod.rs"]
mod capture;

const NAMES: [&str; 13] = [
    "01-register-ntlm-tls",
    "02-subscribe-self-events",
    "03-subscribe-presence-batch",
    "04-service-publish",
    "05-benotify-notify",
    "06-resubscribe",
    "07-im-session",
    "08-deregister",
    "09-publish-409-conflict",
    "11-signature-version2",
    "11-signature-version3",
    "13-keepalive",
    "14-add-contact",
];

fn value<'a>(message: &'a Message, names: &[Name]) -> Option<AuthValue<'a>> {
    names.iter().find_map(|name| message.get(*name)).map(AuthValue::parse).filter(|value| value.scheme == "NTLM")
}

fn token(value: &AuthValue<'_>) -> Option<Vec<u8>> {
    let token = value.get("gssapi-data").filter(|token| !token.is_empty())?;
    Some(STANDARD.decode(&*token).unwrap())
}

/// The keys of every handshake that is recorded whole, by handle, with the terms they were agreed under.
fn handshakes(conversations: &[Sent]) -> HashMap<String, (Challenge, Answer, Version)> {
    let mut challenges = HashMap::new();
    let mut complete = HashMap::new();
    for Sent { message, .. } in conversations {
        if let Some(challenge) = value(message, &[Name::WwwAuthenticate])
            && let Some(token) = token(&challenge)
        {
            let version = Version::of(challenge.get("version").as_deref());
            let opaque = challenge.get("opaque").unwrap().into_owned();
            challenges.insert(opaque, (Challenge::parse(&token).unwrap(), version));
        }
        if let Some(proof) = value(message, &[Name::Authorization])
            && let Some(token) = token(&proof)
            && let Some((challenge, version)) = challenges.get(&*proof.get("opaque").unwrap())
        {
            let entry = (challenge.clone(), Answer::parse(&token).unwrap(), *version);
            complete.insert(proof.get("opaque").unwrap().into_owned(), entry);
        }
    }
    complete
}

fn association(
    role: Role,
    opaque: &str,
    (challenge, answer, version): &(Challenge, Answer, Version),
) -> SecurityAssociation {
    let keys = answer.prove(challenge, &NtHash::of("Secret123!")).expect("the recorded proof is right");
    SecurityAssociation {
        role,
        scheme: Scheme::Ntlm,
        version: *version,
        realm: "SIP Communications Service".into(),
        target: "fe01.example.com".into(),
        opaque: opaque.into(),
        via_proxy: false,
        mechanism: Mechanism::Ntlm(keys),
        sent: 0,
        received: ReplayWindow::default(),
    }
}

#[test]
fn every_signature_verifies_in_both_directions() {
    let conversations: Vec<_> = NAMES.iter().flat_map(|name| capture::messages(name)).collect();
    let handshakes = handshakes(&conversations);
    let (mut verified, mut unknown) = ([0, 0], 0);
    for Sent { by_client, message } in &conversations {
        let Some(signed) = value(message, &[Name::Authorization, Name::AuthenticationInfo]) else { continue };
        if signed.get("response").or(signed.get("rspauth")).is_none() {
            continue;
        }
        let opaque = signed.get("opaque").unwrap();
        let Some(handshake) = handshakes.get(&*opaque) else {
            unknown += 1;
            continue;
        };
        // Fresh every time: the files overlap, so that some messages are recorded twice.
        let role = if *by_client { Role::Server } else { Role::Client };
        let mut association = association(role, &opaque, handshake);
        assert_eq!(association.verify(message), Ok(()), "{}", message.summary());
        verified[usize::from(*by_client)] += 1;
        let number = signed.get("cnum").or(signed.get("snum")).unwrap().parse().unwrap();
        assert_eq!(association.verify(message), Err(Distrust::Replayed(number)));
    }
    // By the server, by the client; the rest belongs to sessions whose handshake is not recorded.
    assert_eq!((verified, unknown), ([36, 29], 9));
}

#[test]
fn the_text_that_is_signed_is_the_recorded_one() {
    let mut compared = 0;
    for name in NAMES {
        let sections = capture::sections(name);
        for text in sections.iter().filter(|(title, _)| title == "SIGNATURE").map(|(_, text)| text) {
            let recorded = text.split_once("buffer=").unwrap().1.split_once(" got=").unwrap().0;
            let call_id = recorded.split(['<', '>']).nth(11).unwrap();
            let cseq = recorded.split(['<', '>']).nth(13).unwrap();
            let version = if name.ends_with('2') { Version::V2 } else { Version::V4 };
            for Sent { message, .. } in capture::messages(name).iter().filter(|sent| sent.by_client) {
                let fields = SignedFields::of(message).unwrap();
                let signed = value(message, &[Name::Authorization]);
                let Some(salt) = signed.as_ref().and_then(|value| value.get("crand")) else { continue };
                if fields.call_id != call_id || fields.cseq_number != cseq || !recorded.contains(&*salt) {
                    continue;
                }
                let number = signed.unwrap().get("cnum").unwrap().parse().unwrap();
                let realm = "SIP Communications Service";
                assert_eq!(fields.buffer(Scheme::Ntlm, version, &salt, number, realm, "fe01.example.com"), recorded);
                compared += 1;
            }
        }
    }
    assert!(compared >= 15, "{compared}");
}

#[test]
fn our_answer_to_the_recorded_challenge_is_the_recorded_answer() {
    let conversation = capture::messages("01-register-ntlm-tls");
    let find = |by_client| {
        let mut values = conversation.iter().filter(move |sent| sent.by_client == by_client);
        values.find_map(|sent| token(&value(&sent.message, &[Name::Authorization, Name::WwwAuthenticate])?))
    };
    let challenge = Challenge::parse(&find(false).unwrap()).unwrap();
    let account = Account {
        domain: "EXAMPLE".into(),
        user: "alice".into(),
        secret: NtHash::of("Secret123!"),
        workstation: "CLIENT1".into(),
    };
    let nonces = Nonces {
        client_challenge: 0xe3f0_aede_c47f_8ed8_u64.to_be_bytes(),
        session_key: 0xa7bb_6ee5_ec95_129d_67f8_3426_39c8_1cd1_u128.to_be_bytes(),
    };
    assert_eq!(answer(&challenge, &account, &nonces, 0).0, find(true).unwrap());
}

#[test]
fn a_wrong_password_is_not_proven() {
    let conversation = capture::messages("01-register-ntlm-tls");
    for (challenge, answer, _) in handshakes(&conversation).values() {
        assert!(answer.prove(challenge, &NtHash::of("Secret123")).is_none());
    }
}
