//! How long an HTTP client wants to wait for an outcome: `?wait=`, else the `Prefer` header (RFC 7240).

use super::problem::Problem;
use http::HeaderMap;
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

/// `respond-async`, `wait=SECONDS` or both. Preferences we do not know are ignored, as the RFC wants.
pub(super) fn from_prefer(headers: &HeaderMap) -> Option<Wait> {
    let lines = headers.get_all("prefer").iter().filter_map(|line| line.to_str().ok());
    let mut preferred = None;
    for preference in lines.flat_map(|line| line.split(',')).map(|preference| preference.trim().to_ascii_lowercase()) {
        if let Some(seconds) = preference.strip_prefix("wait=").and_then(|text| text.trim().parse::<u32>().ok()) {
            preferred = Some(Wait::AtMost(Duration::from_secs(seconds.into())));
        } else if preference == "respond-async" && preferred.is_none() {
            preferred = Some(Wait::AtMost(Duration::ZERO));
        }
    }
    preferred
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefer(line: &str) -> Option<Wait> {
        from_prefer(&HeaderMap::from_iter([(http::header::HeaderName::from_static("prefer"), line.parse().unwrap())]))
    }

    #[test]
    fn reads_both_ways_of_asking() {
        let seconds = |seconds| Wait::AtMost(Duration::from_secs(seconds));
        assert_eq!(from_query("7"), Ok(seconds(7)));
        assert_eq!(from_query("false"), Ok(seconds(0)));
        assert_eq!(from_query("true"), Ok(Wait::ToTheEnd));
        assert!(from_query("-1").is_err());
        assert_eq!(prefer("respond-async"), Some(seconds(0)));
        assert_eq!(prefer("Respond-Async, wait=10"), Some(seconds(10)));
        assert_eq!(prefer("wait=10, respond-async"), Some(seconds(10)));
        assert_eq!(prefer("handling=lenient"), None);
    }
}
