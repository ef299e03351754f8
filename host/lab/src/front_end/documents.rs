//! Documents that watchers get, written straight into a byte buffer.

use super::{
    presence::{Activity, Presence},
    publications::Publication,
    stamp,
    users::User,
};
use bytes::{BufMut, BytesMut};
use std::{fmt::Write, time::SystemTime};

/// Type of a document with one user's categories.
pub(super) const CATEGORIES: &str = "application/msrtc-event-categories+xml";
/// Type of a document with the state of a subscription's resources.
pub(super) const RLMI: &str = "application/rlmi+xml";

/// A set of categories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Categories(u8);

impl Categories {
    pub(super) const STATE: Self = Self(1);
    pub(super) const NOTE: Self = Self(2);
    pub(super) const CONTACT_CARD: Self = Self(4);
    pub(super) const STATE_AND_NOTE: Self = Self(3);
    const OTHER: Self = Self(8);

    /// The categories of those names; each unknown one costs as much as a known one and gives nothing.
    pub(super) fn named<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        names.fold(Self(0), |set, name| match name {
            "state" => set.and(Self::STATE),
            "note" => set.and(Self::NOTE),
            "contactCard" => set.and(Self::CONTACT_CARD),
            _ => set.and(Self::OTHER),
        })
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn holds(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }
}

/// The categories of a user as a watcher gets them.
pub(super) fn put_categories(out: &mut BytesMut, user: &User, presence: &Presence, which: Categories, now: SystemTime) {
    put(out, "<categories xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"");
    escape(out, &user.uri);
    put(out, "\">");
    if which.holds(Categories::STATE) {
        put_state(out, presence, now);
    }
    if which.holds(Categories::NOTE) {
        put_notes(out, presence, now);
    }
    if which.holds(Categories::CONTACT_CARD) {
        put_card(out, user, now);
    }
    put(out, "</categories>");
}

fn put_state(out: &mut BytesMut, presence: &Presence, now: SystemTime) {
    put(out, "<category name=\"state\" instance=\"1\" publishTime=\"");
    stamp::put(out, now);
    put(
        out,
        "\"><state xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"aggregateState\" lastActive=\"",
    );
    stamp::put(out, now);
    put(out, "\"><availability>");
    put_number(out, presence.availability);
    put(out, "</availability>");
    if let Some(activity) = &presence.activity {
        put_activity(out, activity);
    }
    if let Some(device) = &presence.device {
        put(out, "<device>");
        escape(out, device);
        put(out, "</device>");
    }
    put(out, "</state></category>");
}

fn put_activity(out: &mut BytesMut, activity: &Activity) {
    put(out, "<activity");
    if let Some(token) = &activity.token {
        put(out, " token=\"");
        escape(out, token);
        put(out, "\"");
    }
    for (name, value) in [(" minAvailability=\"", activity.min), (" maxAvailability=\"", activity.max)] {
        if let Some(value) = value {
            put(out, name);
            put_number(out, value);
            put(out, "\"");
        }
    }
    put(out, ">");
    for (lcid, text) in &activity.custom {
        put(out, "<custom LCID=\"");
        put_number(out, *lcid);
        put(out, "\">");
        escape(out, text);
        put(out, "</custom>");
    }
    put(out, "</activity>");
}

fn put_notes(out: &mut BytesMut, presence: &Presence, now: SystemTime) {
    let notes = [("personal", "0", &presence.note), ("OOF", "1073741824", &presence.out_of_office)];
    // An instance-less category says that nothing is published any more.
    if notes.iter().all(|(.., text)| text.is_none()) {
        put(out, "<category name=\"note\"/>");
    }
    for (kind, instance, text) in notes {
        let Some(text) = text else { continue };
        put(out, "<category name=\"note\" instance=\"");
        put(out, instance);
        put(out, "\" publishTime=\"");
        stamp::put(out, now);
        put(out, "\"><note xmlns=\"http://schemas.microsoft.com/2006/09/sip/note\"><body type=\"");
        put(out, kind);
        put(out, "\" uri=\"\">");
        escape(out, text);
        put(out, "</body></note></category>");
    }
}

fn put_card(out: &mut BytesMut, user: &User, now: SystemTime) {
    put(out, "<category name=\"contactCard\" instance=\"0\" publishTime=\"");
    stamp::put(out, now);
    put(
        out,
        "\"><contactCard xmlns=\"http://schemas.microsoft.com/2006/09/sip/contactcard\">\
         <identity><name><displayName>",
    );
    escape(out, user.name());
    put(out, "</displayName></name><email>");
    escape(out, user.bare());
    put(out, "</email></identity></contactCard></category>");
}

/// How one resource of a subscription stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its presence comes.
    Active,
    /// It is to be subscribed to elsewhere: at a pool, or at the user's own address.
    Resubscribe(Option<Box<str>>),
    /// Refused, with a status code.
    Terminated(u16),
}

/// The list of resources (RFC 4662).
pub(super) fn put_rlmi<'a>(
    out: &mut BytesMut,
    list: &str,
    version: u32,
    resources: impl Iterator<Item = (&'a str, &'a Standing)>,
) {
    put(out, "<list xmlns=\"urn:ietf:params:xml:ns:rlmi\" uri=\"");
    escape(out, list);
    let _ = write!(out, "\" version=\"{version}\" fullState=\"false\">");
    for (uri, standing) in resources {
        put(out, "<resource uri=\"");
        escape(out, uri);
        put(out, "\"><instance id=\"0\" state=\"");
        let (state, more) = match standing {
            Standing::Active => ("active", String::new()),
            Standing::Resubscribe(None) => ("resubscribe", String::new()),
            Standing::Resubscribe(Some(pool)) => ("resubscribe", format!(" poolFqdn=\"{pool}\"")),
            Standing::Terminated(code) => ("terminated", format!(" reason=\"rejected\" statusCode=\"{code}\"")),
        };
        put(out, state);
        put(out, "\" cid=\"");
        escape(out, bare(uri));
        put(out, "\"");
        put(out, &more);
        put(out, "/></resource>");
    }
    put(out, "</list>");
}

/// Begins a part of a multipart body. A part's text is followed by two line breaks: libpurple cuts four bytes.
pub(super) fn begin_part(out: &mut BytesMut, boundary: &str, id: &str, content_type: &str) {
    put(out, "--");
    put(out, boundary);
    put(out, "\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <");
    put(out, id);
    put(out, ">\r\nContent-Type: ");
    put(out, content_type);
    put(out, "\r\n\r\n");
}

/// Ends a part.
pub(super) fn end_part(out: &mut BytesMut) {
    put(out, "\r\n\r\n");
}

/// Ends a multipart body.
pub(super) fn end_parts(out: &mut BytesMut, boundary: &str) {
    put(out, "--");
    put(out, boundary);
    put(out, "--\r\n");
}

/// Type of a multipart body. Real clients want the boundary last and without quotes.
pub(super) fn multipart(boundary: &str) -> String {
    format!("multipart/related;type=\"application/rlmi+xml\";start=resourceList;boundary={boundary}")
}

/// A user's own publications, as the user and their other endpoints get them.
pub(super) fn put_own(out: &mut BytesMut, uri: &str, publications: &[&Publication], gone: &[&str]) {
    put(out, "<categories xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"");
    escape(out, uri);
    put(out, "\">");
    for known in publications {
        let _ = write!(
            out,
            "<category name=\"{}\" instance=\"{}\" container=\"{}\" version=\"{}\" expireType=\"{}\" publishTime=\"",
            known.category,
            known.instance,
            known.container,
            known.version,
            known.lifetime()
        );
        stamp::put(out, known.published);
        put(out, "\">");
        put(out, &known.value);
        put(out, "</category>");
    }
    for category in gone {
        put(out, "<category name=\"");
        escape(out, category);
        put(out, "\"/>");
    }
    put(out, "</categories>");
}

/// `user@domain` of a SIP URI.
pub(super) fn bare(uri: &str) -> &str {
    uri.strip_prefix("sip:").unwrap_or(uri)
}

pub(super) fn put(out: &mut BytesMut, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn put_number(out: &mut BytesMut, number: u32) {
    out.put_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends text with XML's five signs replaced.
pub(super) fn escape(out: &mut BytesMut, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        put(out, &rest[..at]);
        put(
            out,
            match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&apos;",
            },
        );
        rest = &rest[at + 1..];
    }
    put(out, rest);
}
