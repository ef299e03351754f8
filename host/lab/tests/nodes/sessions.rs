//! Who signs in or out at one node does so at all of them.

use crate::Together;

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_goes_from_one_node_to_the_other_and_signs_out_at_both() {
    let together = Together::start(&["a", "b"]).await;
    let (browser, _page) = together.page("a", 0).await;
    let other = together.node("b");
    let is_known = async || other.open(&browser).await.is_ok();
    other.until("the other node knows the session", is_known).await;
    browser.sign_out().await.unwrap_or_else(|answer| panic!("{answer}"));
    other.until("it is signed out there, too", async || !is_known().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_just_signed_in_at_one_node_opens_their_page_at_another_at_once() {
    let together = Together::start(&["a", "b"]).await;
    for (signs_in, opens) in [("a", "b"), ("b", "a")] {
        for worker in 0..6 {
            let browser = together.node(signs_in).sign_in(&crate::together::user(worker)).await;
            together.node(opens).open(&browser).await.unwrap_or_else(|answer| panic!("{opens}: {answer}"));
        }
    }
}
