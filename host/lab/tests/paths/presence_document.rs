//! The presence document is watched; a broken one leaves the last good one in force, a missing one the built-in one
//! (requirements F37, F38).

use crate::story::kim;
use uc_connector::web::message::StateKind;
use uc_lab::lab::{DOCUMENT, Lab, Picture, Setup};

fn offers(ids: &'static [&'static str]) -> impl Fn(&Picture) -> bool {
    move |picture| picture.now.menu.iter().map(|entry| &*entry.id).eq(ids.iter().copied())
}

#[tokio::test]
async fn a_broken_document_keeps_the_last_good_one_and_is_told() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    page.shows("the document's states", offers(&["open", "busy", "lunch"])).await.unwrap();
    for broken in ["<presence", &DOCUMENT.replace("/ucc/presence", "/somebody/else")] {
        lab.site.write("presence.xml", broken).unwrap();
        lab.until("the operator is told", async |lab| lab.readiness().await.1.contains("earlier states"))
            .await
            .unwrap();
        page.choose("lunch").await;
        page.is(StateKind::NotReady).await.unwrap();
        assert!(offers(&["open", "busy", "lunch"])(page.picture().unwrap()) && lab.readiness().await.0);
        lab.site.write("presence.xml", DOCUMENT).unwrap();
        let well = async |lab: &Lab| !lab.readiness().await.1.contains("earlier states");
        lab.until("all is well", well).await.unwrap();
    }
    lab.site.write("presence.xml", DOCUMENT.replace("id=\"busy\"", "id=\"training\"")).unwrap();
    page.shows("the new states", offers(&["open", "training", "lunch"])).await.unwrap();
    page.choose("training").await;
    page.shows("the new state", |picture| &*picture.now.state.id == "training").await.unwrap();
}

#[tokio::test]
async fn without_a_document_the_built_in_states_are_offered() {
    let (_lab, mut page) = kim(Setup { document: String::new(), ..Setup::of(["kim"]) }).await;
    page.shows("the built-in states", offers(&["dndOn", "dndOff"])).await.unwrap();
    page.choose("dndOff").await;
    page.is(StateKind::Ready).await.unwrap();
}

#[tokio::test]
async fn texts_follow_the_workers_language() {
    let german = r#"<display language="de"><menuText>Offen</menuText></display><genesysAgent ready="true"/>"#;
    let document = DOCUMENT.replace(r#"<genesysAgent ready="true"/>"#, german);
    let (_lab, mut page) = kim(Setup { document, connector: "language = 'de-AT'".into(), ..Setup::of(["kim"]) }).await;
    page.shows("German", |picture| picture.now.menu.iter().any(|entry| &*entry.text == "Offen")).await.unwrap();
}
