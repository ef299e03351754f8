//! Sign-in, sign-out, and everybody who should not get in.

use crate::served::{Browser, PATIENCE, Served, accounts, close_code, frame, serve, serve_from};
use futures_util::SinkExt;
use tokio_tungstenite::tungstenite::Message;
use uc_connector::web::arrival::PageArrival;
use uc_store::{Span, Store};

#[tokio::test]
async fn a_session_from_sign_in_to_sign_out() {
    let served = serve("help-url = \"https://help.example\"").await;
    let nobody = served.ask("GET /api/v1/session", &[], "").await;
    assert_eq!(nobody.headers["uc-site-language"], "fi", "the sign-in page speaks it, too");
    nobody.expect_problem(401, "signed-out");
    let answer = served.try_sign_in("kim", "secret").await;
    assert_eq!(answer.json()["person"]["language"], "fi", "who has none of their own speaks the site's");
    let cookie = &answer.headers["set-cookie"];
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert_eq!(answer.json()["person"]["name"], "kim the person");
    assert_eq!(answer.json()["helpUrl"], "https://help.example");
    let browser = answer.browser();
    let cookie = format!("Cookie: {}", browser.cookie);
    let who = served.ask("GET /api/v1/session", &[&cookie], "").await;
    assert_eq!((who.status, who.json()["csrf"].as_str()), (200, Some(&*browser.csrf)));
    assert_eq!(who.headers["cache-control"], "no-store");
    served.ask("DELETE /api/v1/session", &[&cookie], "").await.expect_problem(403, "csrf");
    served.ask("DELETE /api/v1/session", &[&cookie, "X-CSRF-Token: guess"], "").await.expect_problem(403, "csrf");
    let token = format!("X-CSRF-Token: {}", browser.csrf);
    let foreign = "Origin: https://evil.example";
    served.ask("DELETE /api/v1/session", &[&cookie, &token, foreign], "").await.expect_problem(403, "foreign-origin");
    let out = served.ask("DELETE /api/v1/session", &[&cookie, &token], "").await;
    assert!(out.status == 204 && out.headers["set-cookie"].contains("Max-Age=0"), "{out:?}");
    served.ask("GET /api/v1/session", &[&cookie], "").await.expect_problem(401, "signed-out");
}

#[tokio::test]
async fn wrong_credentials_look_all_the_same() {
    let served = serve("").await;
    let wrong = served.try_sign_in("kim", "Secret").await;
    let unknown = served.try_sign_in("nobody", "secret").await;
    wrong.expect_problem(401, "wrong-password");
    unknown.expect_problem(401, "wrong-password");
    assert_eq!(wrong.body, unknown.body);
    assert!(!wrong.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn malformed_sign_ins_are_explained() {
    let served = serve("").await;
    let json = "Content-Type: application/json";
    for body in ["", "{}", "[]", "nonsense", r#"{"user":"kim"}"#, r#"{"user":"kim","password":"x","more":1}"#] {
        served.ask("POST /api/v1/session", &[json], body).await.expect_problem(400, "bad-request");
    }
    let long = format!(r#"{{"user":"kim","password":"{}"}}"#, "x".repeat(2000));
    served.ask("POST /api/v1/session", &[json], &long).await.expect_problem(400, "bad-request");
    let form = ["Content-Type: text/plain"];
    served.ask("POST /api/v1/session", &form, "{}").await.expect_problem(415, "media-type");
    let put = served.ask("PUT /api/v1/session", &[json], "{}").await;
    put.expect_problem(405, "method");
    assert_eq!(put.headers["allow"], "GET, POST, DELETE");
}

#[tokio::test]
async fn another_sites_page_cannot_sign_anybody_in() {
    let served = serve("").await;
    let body = r#"{"user":"kim","password":"secret"}"#;
    for origin in ["Origin: https://evil.example", "Origin: null"] {
        let answer = served.ask("POST /api/v1/session", &["Content-Type: application/json", origin], body).await;
        answer.expect_problem(403, "foreign-origin");
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_by_user() {
    let served = serve("[limits]\nsign-ins-per-user = 2").await;
    for _ in 0..2 {
        served.try_sign_in("kim", "guess").await.expect_problem(401, "wrong-password");
    }
    let held = served.try_sign_in("kim", "secret").await;
    held.expect_problem(429, "too-many");
    assert!((1..=31).contains(&held.headers["retry-after"].parse::<u64>().unwrap()));
    assert_eq!(served.try_sign_in("robin", "secret").await.status, 200);
}

#[tokio::test]
async fn guessing_is_slowed_down_by_address() {
    let served = serve("[limits]\nsign-ins-per-address = 2").await;
    served.try_sign_in("a", "guess").await.expect_problem(401, "wrong-password");
    served.try_sign_in("b", "guess").await.expect_problem(401, "wrong-password");
    served.try_sign_in("c", "guess").await.expect_problem(429, "too-many");
}

#[tokio::test]
async fn signing_in_again_replaces_the_session() {
    let mut served = serve("").await;
    let browser = served.sign_in("kim").await;
    let (mut socket, _page, _frames) = served.open(&browser).await;
    let cookie = format!("Cookie: {}", browser.cookie);
    let body = r#"{"user":"robin","password":"secret"}"#;
    let again = served.ask("POST /api/v1/session", &["Content-Type: application/json", &cookie], body).await;
    assert_ne!(again.browser().cookie, browser.cookie);
    assert_eq!(close_code(&mut socket).await, 4001);
    served.ask("GET /api/v1/session", &[&cookie], "").await.expect_problem(401, "signed-out");
}

#[tokio::test]
async fn a_worker_removed_from_the_directory_is_signed_out() {
    let mut served = serve("").await;
    let (kim, robin) = (served.sign_in("kim").await, served.sign_in("robin").await);
    let (mut socket, page, _frames) = served.open(&kim).await;
    let (mut other, stays, _more) = served.open(&robin).await;
    served.accounts.send(accounts(&["robin"])).unwrap();
    assert!(matches!(served.arrival().await, PageArrival::Closed(closed) if closed == page));
    assert_eq!(frame(&mut socket).await["type"], "signedOut");
    assert_eq!(close_code(&mut socket).await, 4001);
    let robin = format!("Cookie: {}", robin.cookie);
    assert_eq!(served.ask("GET /api/v1/session", &[&robin], "").await.status, 200);
    other.send(Message::text(r#"{"type":"resync"}"#)).await.unwrap();
    assert!(matches!(served.arrival().await, PageArrival::Frame(from, _) if from == stays), "the other page stays");
}

#[tokio::test]
async fn behind_a_tls_proxy_cookies_are_secure_and_origins_https() {
    let served = serve("behind-tls-proxy = true").await;
    let origin = format!("Origin: https://{}", served.addresses.web);
    let body = r#"{"user":"kim","password":"secret"}"#;
    let answer = served.ask("POST /api/v1/session", &["Content-Type: application/json", &origin], body).await;
    let cookie = &answer.headers["set-cookie"];
    assert!(cookie.starts_with("__Host-uc-session=") && cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn a_restart_keeps_who_is_signed_in_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::embedded(folder.path());
    let kept = async || {
        let found = store.get(&Span::Below("session/".into())).await.unwrap().entries;
        found.values().map(|entry| String::from_utf8(entry.value.to_vec()).unwrap()).collect::<String>()
    };
    let who = async |served: &Served, browser: &Browser| {
        let cookie = format!("Cookie: {}", browser.cookie);
        served.ask("GET /api/v1/session", &[&cookie], "").await
    };
    let before = serve_from(store.clone(), "", "", 64).await;
    let (kim, robin) = (before.sign_in("kim").await, before.sign_in("robin").await);
    let (cookie, token) = (format!("Cookie: {}", robin.cookie), format!("X-CSRF-Token: {}", robin.csrf));
    assert_eq!(before.ask("DELETE /api/v1/session", &[&cookie, &token], "").await.status, 204);
    let right = async || {
        while !kept().await.contains("kim") || kept().await.contains("robin") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, right()).await.expect("kept");
    let id = kim.cookie.split_once('=').unwrap().1;
    assert!(!kept().await.contains(id), "only its hash");
    // As after kill -9: nobody says goodbye.
    before.running.abort();
    store.close().await;
    let after = serve_from(Store::embedded(folder.path()), "", "", 64).await;
    let answer = who(&after, &kim).await;
    assert_eq!((answer.status, answer.json()["csrf"].as_str()), (200, Some(&*kim.csrf)));
    assert_eq!(who(&after, &robin).await.status, 401);
}
