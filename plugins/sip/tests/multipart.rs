//! Multipart bodies, from the recorded batch answer to broken ones.

#![allow(clippy::unwrap_used)] // the helpers of tests may fail as tests do

mod capture;

use proptest::prelude::*;
use uc_sip::message::Name;
use uc_sip::message::multipart::{BadMultipart, parts};

#[test]
fn the_recorded_batch_answer_has_a_list_and_three_users() {
    let answer =
        capture::messages("03-subscribe-presence-batch").into_iter().find(|sent| sent.message.status().is_some());
    let message = answer.unwrap().message;
    let parts = parts(message.get(Name::ContentType).unwrap(), message.body()).unwrap();
    let ids: Vec<_> = parts.iter().map(|part| (part.id, part.content_type)).collect();
    let user = "application/msrtc-event-categories+xml";
    assert_eq!(
        ids,
        [
            ("resourceList", "application/rlmi+xml"),
            ("bob@example.com", user),
            ("carol@example.com", user),
            ("dave@example.com", user),
        ]
    );
    assert!(parts.iter().all(|part| part.body.trim_ascii().ends_with(b">")));
}

#[test]
fn quoted_boundary_preamble_and_a_part_without_head() {
    let body = b"preamble\r\n--a b\r\n\r\nbare\r\n--a b\t\r\nContent-ID: <x>\r\n\r\n\r\n--a b--epilogue";
    let parts = parts("multipart/mixed; boundary=\"a b\"", body).unwrap();
    assert_eq!((parts[0].body, parts[0].id), (&b"bare"[..], ""));
    assert_eq!((parts[1].body, parts[1].id), (&b""[..], "x"));
}

#[test]
fn broken_bodies_are_refused() {
    let related = "multipart/related;boundary=B";
    for (content_type, body, fault) in [
        ("text/plain;boundary=B", "", BadMultipart::NoBoundary),
        ("multipart/related", "", BadMultipart::NoBoundary),
        (related, "--C\r\n\r\nx\r\n--C--", BadMultipart::Boundary),
        (related, "--B\r\n\r\nx", BadMultipart::Boundary),
        (related, &"--B\r\n\r\n\r\n".repeat(5000), BadMultipart::TooManyParts),
    ] {
        assert_eq!(parts(content_type, body.as_bytes()).unwrap_err(), fault);
    }
}

#[test]
fn a_bad_head_is_that_part_s_own_affair() {
    let heads: [(&[u8], &str, &str, &[u8]); 6] = [
        (b"Content-Description: J\xf6rg\r\nContent-ID: <x>\r\nContent-Type: a/b\r\n\r\ntext", "x", "a/b", b"text"),
        (b"Content-Type: a/b; name=\"J\xf6rg\"\r\nContent-ID: <x>\r\n\r\ntext", "x", "a/b; name=\"J", b"text"),
        (b"Content-ID: <x>\r\nContent-Type: a/b\r\n<text/>", "x", "a/b", b""),
        (b"Content-Type:\r\n a/b;\r\n\tc=d\r\nContent-ID:\r\n\t<x>\r\n\r\ntext", "x", "a/b;\r\n\tc=d", b"text"),
        (b"\xff\xfe\r\nno field\r\ncontent-id : x\r\n\r\n", "x", "", b""),
        (b"Content-Type: a/b", "", "a/b", b""),
    ];
    for (head, id, content_type, text) in heads {
        let body = [b"--B\r\n", head, b"\r\n--B\r\nContent-ID: <next>\r\n\r\nnext\r\n--B--"].concat();
        let parts = parts("multipart/related;boundary=B", &body).unwrap();
        let got: Vec<_> = parts.iter().map(|part| (part.id, part.content_type, part.body)).collect();
        assert_eq!(got, [(id, content_type, text), ("next", "", b"next")], "{}", head.escape_ascii());
    }
}

proptest! {
    #[test]
    fn whatever_is_joined_comes_apart_again(bodies in proptest::collection::vec("[a-z<>\r\n-]{0,40}", 1..6)) {
        let mut whole = String::new();
        for body in &bodies {
            whole += &format!("--=_B\r\nContent-ID: <i>\r\n\r\n{body}\r\n");
        }
        whole += "--=_B--";
        let parts = parts("multipart/related;boundary==_B", whole.as_bytes()).unwrap();
        let got: Vec<_> = parts.iter().map(|part| part.body).collect();
        prop_assert_eq!(got, bodies.iter().map(|body| body.as_bytes()).collect::<Vec<_>>());
    }
}
