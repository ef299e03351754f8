//! A standby node serves no users: pages and strategies are told to ask again soon, load balancers to ask the other node.
//! Who opens the address there sees a page that says so, and that comes again by itself.

use super::{
    admin, browser,
    fault::{self, Fault},
    texts,
};
use std::sync::Arc;
use tokio::sync::watch;
use warp::{
    Filter,
    filters::BoxedFilter,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    reply::Response,
};

/// What anybody may ask of a standby node.
const ASKED_OF_ANY: [&str; 2] = ["/livez", PRIMARY];

/// Where load balancers ask.
const PRIMARY: &str = "/health/primary";

/// Seconds after which asking again is worth it: another node takes over in less than two, and pages wait for up to twice
/// what they are told, so that they do not all come at once.
const SOON: u64 = 1;

/// Whether anybody works for a worker now, here or at a node that this one reaches: else a page of theirs has nobody to
/// talk to.
pub type Driven = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What a page is told for whose worker nobody works now.
pub(super) fn not_driven() -> Fault {
    let words = "No node that can be reached from here works for you at the moment. Ask again in a moment.";
    Fault::new(StatusCode::SERVICE_UNAVAILABLE, "standby", words).retry_after(SOON)
}

/// Whether users are served. Clones are of the same node.
#[derive(Clone, Debug)]
pub(super) struct Serves(watch::Receiver<bool>);

impl Serves {
    pub(super) fn new(serves: watch::Receiver<bool>) -> Self {
        Self(serves)
    }

    /// Whether this request may be answered; else what is answered instead.
    pub(super) fn check(&self, parts: &Parts) -> Result<(), Box<Response>> {
        if *self.0.borrow() || ASKED_OF_ANY.contains(&parts.uri.path()) {
            return Ok(());
        }
        let words = "This node is standby: another one serves you, or is about to. Ask again in a moment.";
        let fault = Fault::new(StatusCode::SERVICE_UNAVAILABLE, "standby", words).retry_after(SOON);
        let mut response = fault.into_response();
        if is_read_by_a_person(&parts.headers) {
            show_page(&mut response, &parts.headers);
        }
        Err(response.into())
    }

    /// `/health/primary`: 200 at the node that serves, 503 at any other.
    pub(super) fn route(&self) -> BoxedFilter<(Response,)> {
        let serves = self.clone();
        let answer = move || match *serves.0.borrow() {
            true => fault::text(StatusCode::OK, "primary\n".into()),
            false => fault::text(StatusCode::SERVICE_UNAVAILABLE, "standby\n".into()),
        };
        admin::told(warp::path!("health" / "primary").map(answer).boxed())
    }
}

/// Browsers ask for HTML when somebody opens an address, and for anything else when a page does.
fn is_read_by_a_person(headers: &HeaderMap) -> bool {
    let accepted = browser::text(headers, header::ACCEPT).unwrap_or_default();
    accepted.split([',', ';']).any(|media| media.trim().eq_ignore_ascii_case("text/html"))
}

/// The words of the page that is open at a takeover, in the browser's language. They hold no mark-up.
fn show_page(response: &mut Response, headers: &HeaderMap) {
    let (language, words) = texts::in_the_language(browser::language(headers).unwrap_or_default(), "link-takeover");
    let direction = if matches!(language, "ar" | "he") { "rtl" } else { "ltr" };
    let page = format!(
        "<!doctype html><html lang=\"{language}\" dir=\"{direction}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <title>UC Connector</title><main><h1>UC Connector</h1><p>{words}</p></main></html>"
    );
    *response.body_mut() = page.into();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::REFRESH, SOON.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use warp::http::Request;

    #[tokio::test]
    async fn a_person_sees_a_page_in_their_language_that_comes_again_by_itself() {
        let serves = Serves::new(watch::channel(false).1);
        for (accept, language, expected) in [
            ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "de-AT,de;q=0.9", Some("lang=\"de\" dir=\"ltr\"")),
            ("text/html", "he", Some("lang=\"he\" dir=\"rtl\"")),
            ("text/html", "zh-CN", Some("lang=\"zh-Hans\"")),
            ("text/html", "tlh", Some("lang=\"en\"")),
            ("application/json", "de", None),
            ("*/*", "de", None),
        ] {
            let request = Request::get("/").header("accept", accept).header("accept-language", language);
            let answered = serves.check(&request.body(()).unwrap().into_parts().0).unwrap_err();
            let (head, body) = answered.into_parts();
            let body = String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap();
            assert_eq!((head.status.as_u16(), head.headers["retry-after"].to_str().unwrap()), (503, "1"), "{accept}");
            assert_eq!(head.headers.get("refresh").is_some(), expected.is_some(), "{accept}");
            assert!(expected.map_or(body.starts_with('{'), |part| body.contains(part)), "{accept} {language}: {body}");
        }
    }

    #[test]
    fn the_words_of_every_language_need_no_escape() {
        for language in texts::languages() {
            let (spoken, words) = texts::in_the_language(language, "link-takeover");
            assert!(
                spoken == language && !words.is_empty() && !words.contains(['<', '>', '&', '{']),
                "{language}: {words}"
            );
        }
    }

    #[tokio::test]
    async fn a_standby_node_tells_everybody_to_ask_again() {
        let (says, serves) = watch::channel(false);
        let serves = Serves::new(serves);
        let head = |path: &str| Request::get(path).body(()).unwrap().into_parts().0;
        let status = async || warp::test::request().path(PRIMARY).reply(&serves.route()).await.status();
        for path in ["/", "/api/v1/previews", "/session", "/ws"] {
            let refused = serves.check(&head(path)).unwrap_err();
            assert_eq!(refused.status(), 503, "{path}");
            assert_eq!(refused.headers()["retry-after"], "1", "{path}");
        }
        assert!(ASKED_OF_ANY.iter().all(|path| serves.check(&head(path)).is_ok()));
        assert_eq!(status().await, 503);
        says.send_replace(true);
        assert!(serves.check(&head("/ws")).is_ok());
        assert_eq!(status().await, 200);
    }
}
