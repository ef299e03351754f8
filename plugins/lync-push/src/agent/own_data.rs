//! What an endpoint asks of its user's own data: what all endpoints of that user have published
//! (`vnd-microsoft-roaming-self`).

use std::time::Duration;
use uc_sip::subscription::{Body, Settings};

/// A subscription is refreshed that long before its end.
const MARGIN: Duration = Duration::from_secs(120);
const TYPE: &str = "application/vnd-microsoft-roaming-self+xml";

/// The subscription; the user agent fills in who asks.
pub(super) fn settings(user: &str) -> Settings {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Settings {
        target: user.to_owned(),
        watcher: String::new(),
        epid: String::new(),
        contact: String::new(),
        event: "vnd-microsoft-roaming-self".to_owned(),
        fields: vec![
            field("Supported", "ms-piggyback-first-notify"),
            field("Supported", "ms-benotify"),
            field("Proxy-Require", "ms-benotify"),
            field("Accept", TYPE),
        ],
        expires: None,
        margin: MARGIN,
        renews: true,
    }
}

/// Only publications: containers and subscribers are the user's business.
pub(super) fn wish() -> Body {
    let text = "<roamingList xmlns=\"http://schemas.microsoft.com/2006/09/sip/roaming-self\">\
                <roaming type=\"categories\"/></roamingList>";
    Body { content_type: TYPE.to_owned(), bytes: bytes::Bytes::from_static(text.as_bytes()) }
}
