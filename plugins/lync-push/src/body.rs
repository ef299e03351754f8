//! The body of a publication (`application/msrtc-category-publish+xml`, plugins/sip/docs/lync.md, "Publishing").

use crate::{key::Lifetime, publisher::Operation};
use quick_xml::escape::escape;
use std::fmt::Write;

/// Content-Type of publications.
pub(crate) const PUBLISH: &str = "application/msrtc-category-publish+xml";

/// A body for this user.
pub(crate) fn publish(user: &str, operations: &[Operation]) -> String {
    let mut out = format!(
        "<publish xmlns=\"http://schemas.microsoft.com/2006/09/sip/rich-presence\"><publications uri=\"{}\">",
        escape(user)
    );
    operations.iter().for_each(|operation| put(operation, &mut out));
    out.push_str("</publications></publish>");
    out
}

fn put(operation: &Operation, out: &mut String) {
    let key = operation.key;
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "<publication categoryName=\"{}\" instance=\"{}\" container=\"{}\" version=\"{}\" expireType=\"{}\"",
        key.category.name(),
        key.instance,
        key.container,
        operation.version,
        match operation.lifetime {
            Lifetime::Lasting => "static",
            Lifetime::Endpoint => "endpoint",
            Lifetime::Seconds(_) => "time",
        }
    );
    match (&operation.value, operation.lifetime) {
        (None, _) => out.push_str(" expires=\"0\"/>"),
        (Some(value), Lifetime::Seconds(seconds)) => {
            let _ = write!(out, " expires=\"{seconds}\">{value}</publication>");
        }
        (Some(value), _) => {
            let _ = write!(out, ">{value}</publication>");
        }
    }
}
