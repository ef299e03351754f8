//! The same under TLS: pages, sign-in, previews over HTTPS, and a certificate renewed while pages stay open.

use crate::story::{accepted, request};
use std::{fs, time::Duration};
use uc_connector::{
    web::message::StateKind,
    wire::{
        stream::connect,
        tls::{ClientConfigFiles, ClientTls},
    },
};
use uc_lab::lab::{Lab, Setup};

#[tokio::test]
async fn pages_and_previews_over_tls() {
    let lab = Lab::start(Setup { tls: true, ..Setup::of(["kim"]) }).await.unwrap();
    let mut page = lab.page("kim").await.unwrap();
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    let urs = lab.http_urs().unwrap();
    let asked = tokio::task::spawn_blocking(move || urs.preview(&request(7, ["1000"]), None).unwrap());
    let preview = page.previewed().await.unwrap();
    page.answer(preview.id, true).await;
    let outcome = tokio::time::timeout(Duration::from_secs(20), asked).await.unwrap().unwrap();
    assert_eq!(outcome, accepted("1000", "5000"));
}

#[tokio::test]
async fn a_new_certificate_is_taken_over_by_reload_and_a_broken_one_is_not() {
    let lab = Lab::start(Setup { tls: true, ..Setup::of(["kim"]) }).await.unwrap();
    let mut page = lab.page("kim").await.unwrap();
    let cert = fs::read(lab.site.path("cert.pem")).unwrap();
    lab.site.write("cert.pem", "no certificate").unwrap();
    let report = lab.reload().await.unwrap();
    assert!(report.errors.iter().any(|error| error.contains("cert.pem")), "{report:?}");
    assert!(lab.sign_in("kim").await.is_ok(), "the old one is in force");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    lab.site.write("cert.pem", made.cert.pem()).unwrap();
    lab.site.write("key.pem", made.signing_key.serialize_pem()).unwrap();
    assert_eq!(lab.reload().await.unwrap().changed, ["web.tls-cert (content)", "web.tls-key (content)"]);
    // A client of its own each time: one that has been here before resumes its session and sees no certificate.
    let trusts = async |ca: &str| {
        let ca = Some(lab.site.path(ca));
        let files = ClientConfigFiles { ca, ..lab.site.authority().unwrap() };
        connect(&lab.addresses().web.unwrap().to_string(), Some(&ClientTls::load(&files).unwrap())).await.is_ok()
    };
    lab.site.write("old.pem", cert).unwrap();
    assert!(trusts("cert.pem").await && !trusts("old.pem").await);
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
}
