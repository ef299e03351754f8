//! What a misspelt word was probably meant to be.

/// The closest of `known`, when it is close enough that a person would call it a slip.
pub(crate) fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let slips = (word.chars().count() / 3).clamp(1, 3);
    let folded = fold(word);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= slips)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

fn fold(word: &str) -> String {
    word.to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let known = ["login-queue", "language", "drain-deadline"];
        assert_eq!(closest("login_queue", known).as_deref(), Some("login-queue"));
        assert_eq!(closest("langauge", known).as_deref(), Some("language"));
        assert_eq!(closest("Language", known).as_deref(), Some("language"));
        assert_eq!(closest("colour", known), None);
        assert_eq!(closest("", known), None);
    }
}
