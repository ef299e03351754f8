//! Bodies of batched SUBSCRIBEs (`application/msrtc-adrl-categorylist+xml`, MS-PRES section 2.2.2.1): whom to watch
//! from now on, or no more. Only `state` and `note` are asked for: servers count each category
//! (MaxCategorySubscription).

use bytes::Bytes;
use quick_xml::escape::escape;
use std::{fmt::Write, time::Duration};
use uc_sip::subscription::{Body, Settings};

/// What is to be done with the people of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Subscribe,
    Unsubscribe,
}

/// A body for these people, by their keys.
pub(crate) fn body<'a>(watcher: &str, action: Action, id: u32, people: impl Iterator<Item = &'a str>) -> Body {
    let action = match action {
        Action::Subscribe => "subscribe",
        Action::Unsubscribe => "unsubscribe",
    };
    let mut text = format!(
        "<batchSub xmlns=\"http://schemas.microsoft.com/2006/01/sip/batch-subscribe\" uri=\"{}\" name=\"\">\
         <action name=\"{action}\" id=\"{id}\"><adhocList>",
        escape(watcher)
    );
    for person in people {
        // Writing to a string cannot fail.
        let _ = write!(text, "<resource uri=\"sip:{}\"/>", escape(person));
    }
    text.push_str(
        "</adhocList><categoryList xmlns=\"http://schemas.microsoft.com/2006/09/sip/categorylist\">\
         <category name=\"state\"/><category name=\"note\"/></categoryList></action></batchSub>",
    );
    Body { content_type: "application/msrtc-adrl-categorylist+xml".into(), bytes: Bytes::from(text) }
}

/// What a subscription asks for besides its body, of a pool or of a single person, for so many seconds or as many as
/// the server likes; refreshed `margin` before its end.
pub(crate) fn settings(target: &str, single: bool, expires: Option<u32>, margin: Duration) -> Settings {
    let mut fields = vec![
        ("Supported", "eventlist"),
        ("Supported", "ms-piggyback-first-notify"),
        ("Supported", "ms-benotify"),
        ("Proxy-Require", "ms-benotify"),
        (
            "Accept",
            "application/rlmi+xml, multipart/related, application/msrtc-event-categories+xml, text/xml+msrtc.pidf",
        ),
    ];
    if !single {
        fields.push(("Require", "adhoclist, categoryList"));
    }
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Settings {
        target: target.to_owned(),
        watcher: String::new(),
        epid: String::new(),
        contact: String::new(),
        event: "presence".to_owned(),
        fields,
        expires,
        margin,
        renews: false,
    }
}
