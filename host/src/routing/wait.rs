//! How long an HTTP client wants to wait for an outcome: `?wait=`, else the `Prefer` header (RFC 7240).

use super::problem::Problem;
use http::{HeaderMap, HeaderValue};
use std::time::Duration;

/// What the client asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// Until the preview has ended.
    ToTheEnd,
    /// So long at most; zero: not at all.
    AtMost(Duration),
}

/// `true`, `false` or seconds.
pub(super) fn from_query(text: &str) -> Result<Wait, Problem> {
    match text {
        "true" => Ok(Wait::ToTheEnd),
        "false" => Ok(Wait::AtMost(Duration::ZERO)),
        seconds => {
            let seconds =
                seconds.parse::<u32>().map_err(|_| Problem::Malformed("`wait`: true, false or seconds".into()))?;
            Ok(Wait::AtMost(Duration::from_secs(seconds.into())))
        }
    }
}

/// `respond-async`, `wait=SECONDS` or both. Preferences we do not know are ignored, and so are parameters, and a preference
/// that comes again (RFC 7240, section 2).
pub(super) fn from_prefer(headers: &HeaderMap) -> Option<Wait> {
    let Preferences { wait, at_once } = preferences(headers);
    let seconds = wait.map(|seconds| Duration::from_secs(seconds.into()));
    seconds.or(at_once.then_some(Duration::ZERO)).map(Wait::AtMost)
}

/// What `Preference-Applied` says to a client that is answered before the end (RFC 7240, section 3); none: it preferred
/// nothing that is known here.
pub(super) fn applied(headers: &HeaderMap) -> Option<HeaderValue> {
    let Preferences { wait, at_once } = preferences(headers);
    let at_once = at_once.then(|| "respond-async".to_owned());
    let applied: Vec<_> = at_once.into_iter().chain(wait.map(|seconds| format!("wait={seconds}"))).collect();
    HeaderValue::try_from(applied.join(", ")).ok().filter(|value| !value.is_empty())
}

struct Preferences {
    wait: Option<u32>,
    at_once: bool,
}

fn preferences(headers: &HeaderMap) -> Preferences {
    let lines = headers.get_all("prefer").iter().filter_map(|line| line.to_str().ok());
    let (mut wait, mut at_once) = (None, false);
    for preference in lines.flat_map(|line| parts(line, ',')) {
        let preference = parts(preference, ';').next().unwrap_or_default();
        let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "wait" if wait.is_none() => wait = Some(value.trim().trim_matches('"').parse::<u32>().ok()),
            "respond-async" => at_once = true,
            _ => {}
        }
    }
    Preferences { wait: wait.flatten(), at_once }
}

/// What stands between these letters, but for those in quotes.
fn parts(text: &str, between: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |letter| {
        quoted ^= letter == '"' && !escaped;
        escaped = quoted && letter == '\\' && !escaped;
        letter == between && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefer(line: &str) -> Option<Wait> {
        from_prefer(&HeaderMap::from_iter([(http::header::HeaderName::from_static("prefer"), line.parse().unwrap())]))
    }

    #[test]
    fn says_what_it_has_followed() {
        for (line, said) in [
            ("respond-async", Some("respond-async")),
            ("wait=10", Some("wait=10")),
            ("Wait = \"10\", Respond-Async", Some("respond-async, wait=10")),
            ("wait=long", None),
            ("handling=lenient", None),
        ] {
            let headers =
                HeaderMap::from_iter([(http::header::HeaderName::from_static("prefer"), line.parse().unwrap())]);
            assert_eq!(applied(&headers).as_ref().map(|value| value.to_str().unwrap()), said, "{line}");
        }
    }

    #[test]
    fn reads_both_ways_of_asking() {
        let seconds = |seconds| Wait::AtMost(Duration::from_secs(seconds));
        assert_eq!(from_query("7"), Ok(seconds(7)));
        assert_eq!(from_query("false"), Ok(seconds(0)));
        assert_eq!(from_query("true"), Ok(Wait::ToTheEnd));
        assert!(from_query("-1").is_err());
        for (line, waits) in [
            ("respond-async", Some(0)),
            ("Respond-Async, wait=10", Some(10)),
            ("wait=10, respond-async", Some(10)),
            ("respond-async; foo=1", Some(0)),
            ("wait = 1", Some(1)),
            ("wait=\"1\" ;foo, respond-async", Some(1)),
            ("wait=1, wait=20", Some(1)),
            ("wait=long, wait=20", None),
            ("wait=long, respond-async", Some(0)),
            ("foo=\"a\\\", wait=7, respond-async\"", None),
            ("foo=\"a;b\"; bar=\",\", wait=7", Some(7)),
            ("handling=lenient; wait=7", None),
            (",; =,wait", None),
        ] {
            assert_eq!(prefer(line), waits.map(seconds), "{line}");
        }
    }
}
