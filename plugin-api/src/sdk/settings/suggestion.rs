//! "Did you mean": the allowed word nearest to a misspelt one.

/// The nearest of `allowed`, if it is near enough to be what was meant.
pub(super) fn nearest<'a>(word: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let distance = |candidate: &&str| strsim::osa_distance(&fold(word), &fold(candidate));
    let best = allowed.iter().copied().min_by_key(distance)?;
    (distance(&best) <= (word.chars().count() / 3).max(1)).then_some(best)
}

/// The same for serde's own words: ``unknown field `portt`, expected one of `server`, `port` ``.
pub(super) fn unknown(message: &str) -> Option<&str> {
    let mut words = message.starts_with("unknown ").then(|| message.split('`').skip(1).step_by(2))?;
    let wrong = words.next()?;
    nearest(wrong, &words.collect::<Vec<_>>())
}

fn fold(word: &str) -> String {
    word.to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        assert_eq!(nearest("sevrer", &["port", "server"]), Some("server"));
        assert_eq!(nearest("idle_after", &["idle-after"]), Some("idle-after"));
        assert_eq!(nearest("colour", &["port", "server"]), None);
        assert_eq!(nearest("x", &[]), None);
    }

    #[test]
    fn serdes_words_are_understood() {
        assert_eq!(unknown("unknown variant `tpc`, expected `tcp` or `tls`"), Some("tcp"));
        assert_eq!(unknown("invalid type: string \"a\", expected u16"), None);
    }
}
