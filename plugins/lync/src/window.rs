//! The invitation that opens the extension window of a desktop client inside a conversation (source: Lync 2013 SDK,
//! "Conversation context channel" and "Register contextual conversation packages"). Pure.

use base64::{Engine, engine::general_purpose::STANDARD};
use quick_xml::escape::escape;
use uuid::Uuid;

/// Content-Type.
pub(crate) const KIND: &str = "application/ms-session-invite+xml";
/// Name of the package, as `uc-connector client-package` registers it; at most 50 characters.
const NAME: &str = "Genesys UC Connector";
/// Longest text that a client shows.
const MAX_TOAST: usize = 80;
/// A body must stay below 4 KiB.
const MAX_BODY: usize = 4096;

/// The body that opens the page of this address, `https://host/join/TOKEN`; none if the address is of another form. The
/// client hands the token to the page's address as `%AppData%`.
pub(crate) fn body(url: &str, text: &str) -> Option<String> {
    let (site, token) = url.rsplit_once("/join/")?;
    let authority = site.split_once("://")?.1;
    let toast: String = text.chars().take(MAX_TOAST).collect();
    let body = format!(
        "<session><application-id>{}</application-id><additional-properties>{}{}{}</additional-properties></session>",
        package(site),
        entry("name", NAME),
        entry("customToast", &toast),
        entry("data", &STANDARD.encode(token)),
    );
    Some(body).filter(|body| body.len() < MAX_BODY && !authority.is_empty() && !authority.contains('/'))
}

/// The package's GUID: `uc-connector client-package` makes the same of the service's address.
fn package(site: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, site.as_bytes()).braced().to_string().to_uppercase()
}

fn entry(name: &str, value: &str) -> String {
    format!("<entry><name>{name}</name><value>{}</value></entry>", escape(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_named_by_the_address_of_the_service_and_gets_the_token_alone() {
        let told = body("https://uc.example.com/join/s3cr3t", "A <caller> waits").unwrap();
        assert_eq!(
            told,
            "<session><application-id>{D88F1C6B-861A-5679-8938-7B675018B735}</application-id><additional-properties>\
             <entry><name>name</name><value>Genesys UC Connector</value></entry>\
             <entry><name>customToast</name><value>A &lt;caller&gt; waits</value></entry>\
             <entry><name>data</name><value>czNjcjN0</value></entry></additional-properties></session>"
        );
    }

    #[test]
    fn addresses_of_another_form_open_no_window_and_long_texts_are_cut() {
        for url in [
            "",
            "https://uc.example.com/",
            "uc.example.com/join/x",
            "https://uc.example.com/a/join/x",
            "https:///join/x",
        ] {
            assert_eq!(body(url, ""), None, "{url}");
        }
        let long = body("https://uc.example.com/join/x", &"é".repeat(200)).unwrap();
        assert!(long.contains(&format!("<value>{}</value>", "é".repeat(80))));
        assert_eq!(body(&format!("https://uc.example.com/join/{}", "x".repeat(4000)), ""), None);
    }
}
