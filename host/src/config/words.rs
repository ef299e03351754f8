//! Values of one line: they go to T-Servers, to pages and into the log, where a line break or a NUL would mean something else
//! or nothing. No value of the file needs one.

use super::files::{Found, is_setting, walk};
use toml::{Spanned, de::DeValue};

/// For these the product's rule stands: an invalid value means the default, and is warned of.
const LENIENT: [&str; 3] =
    ["uc-connector.enable-preview-reporting", "uc-connector.preview-state-name", "uc-connector.preview-state-number"];

/// Finds the values that hold control characters. The settings of plug-ins are theirs to judge.
pub(super) fn check(root: &mut Spanned<DeValue<'_>>) -> Found {
    let mut found = Vec::new();
    walk(root, "", &mut |value, key| {
        if let DeValue::String(text) = value.get_ref()
            && text.contains(char::is_control)
            && !is_setting(key)
            && !LENIENT.contains(&key)
        {
            let message = "this holds a control character, such as a line break: write it as one line of text";
            found.push((key.to_owned(), value.span(), message.to_owned()));
        }
    });
    found
}
