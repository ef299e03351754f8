//! Whether a browser has the version of a body already (RFC 9110, section 13.1.2).

use warp::http::{HeaderMap, header};

/// Whether one of the tags in If-None-Match is this one, which is strong and so stands in quotes. They are compared weakly:
/// what a proxy has compressed has the same content.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let fields = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    fields.map(str::trim).any(|field| field == "*" || tags(field).any(|known| known == tag))
}

/// The tags of a list, as far as it can be read, without the mark of weak ones. A comma may stand inside of one.
fn tags(field: &str) -> impl Iterator<Item = &str> {
    let mut rest = field;
    std::iter::from_fn(move || {
        let start = rest.trim_start_matches([' ', '\t', ',']);
        let tag = start.strip_prefix("W/").unwrap_or(start);
        let end = tag.strip_prefix('"')?.find('"')? + 2;
        rest = &tag[end..];
        Some(&tag[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use warp::http::HeaderValue;

    fn known(fields: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(header::IF_NONE_MATCH, HeaderValue::from_static(field));
        }
        is_known(&headers, "\"a1\"")
    }

    #[test]
    fn a_version_is_known_by_any_tag_of_any_field() {
        for fields in [
            &["\"a1\""][..],
            &["W/\"a1\""],
            &["\"b\", \"a1\""],
            &["\"b\",W/\"a1\",\"c\""],
            &["\"b,\", , \"a1\""],
            &["\"b\"", "\"a1\""],
            &["*"],
            &[" * "],
        ] {
            assert!(known(fields), "{fields:?}");
        }
        for fields in [
            &[][..],
            &[""],
            &["a1"],
            &["\"a2\""],
            &["\"a1"],
            &["\"x\"a1\"y\""],
            &["\"b, \"a1\""],
            &["w/\"a1\""],
            &["\"*\""],
            &["W/ \"a1\""],
        ] {
            assert!(!known(fields), "{fields:?}");
        }
    }
}
