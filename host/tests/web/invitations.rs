//! Signing in by an invitation of the worker's own UC client.

use crate::served::serve;

#[tokio::test]
async fn an_invitation_signs_in_once_and_leads_to_the_page() {
    let served = serve("").await;
    let address = served.invitations.page_for(&"kim".into()).unwrap();
    let path = address.strip_prefix("https://uc.example").unwrap();
    let joined = served.ask(&format!("GET {path}"), &[], "").await;
    assert_eq!((joined.status, &*joined.headers["location"]), (303, "/?window=narrow"));
    assert_eq!(joined.headers["cache-control"], "no-store");
    let cookie = joined.headers["set-cookie"].split(';').next().unwrap().to_owned();
    let who = served.ask("GET /api/v1/session", &[&format!("Cookie: {cookie}")], "").await;
    assert_eq!(who.json()["person"]["id"], "kim");
    served.ask(&format!("GET {path}"), &[], "").await.expect_problem(410, "invitation-spent");
    served.ask("GET /join/guessed", &[], "").await.expect_problem(410, "invitation-spent");
}

#[tokio::test]
async fn nobody_but_a_worker_can_be_invited() {
    let served = serve("").await;
    for user in ["ada", "nobody"] {
        let address = served.invitations.page_for(&user.into()).unwrap();
        let path = address.strip_prefix("https://uc.example").unwrap();
        served.ask(&format!("GET {path}"), &[], "").await.expect_problem(410, "invitation-spent");
    }
}

#[tokio::test]
async fn an_extension_window_is_led_to_its_own_page() {
    let served = serve("").await;
    let address = served.invitations.page_for(&"kim".into()).unwrap();
    let path = address.strip_prefix("https://uc.example").unwrap();
    let agent = "User-Agent: Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko";
    let joined = served.ask(&format!("GET {path}"), &[agent], "").await;
    assert_eq!((joined.status, &*joined.headers["location"]), (303, "/extension/"));
    let cookie = |headers: &std::collections::HashMap<String, String>| headers.contains_key("set-cookie");
    assert!(cookie(&joined.headers));
    // Spent, or opened by nobody's invitation: there is no address bar to go elsewhere from.
    for path in [path, "/join/", "/join"] {
        let again = served.ask(&format!("GET {path}"), &[agent], "").await;
        assert_eq!((again.status, &*again.headers["location"]), (303, "/extension/"), "{path}");
        assert!(!cookie(&again.headers), "{path}");
    }
    assert_eq!(served.ask("GET /", &[agent], "").await.headers["vary"], "user-agent");
}
