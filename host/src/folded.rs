//! Texts as people type them who look for something: without case, accents and other marks.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Letters that have no parts and are typed otherwise.
const TYPED: [(char, &str); 12] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('ł', "l"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ŋ', "n"),
    ('ĸ', "k"),
];

/// The words of a text, in small letters without marks. What is neither letter nor digit parts them.
pub fn words(text: &str) -> Vec<String> {
    let small = text.to_lowercase();
    let parts = DecomposingNormalizerBorrowed::new_nfkd().normalize(&small);
    let mut words = vec![String::new()];
    for letter in parts.chars().filter(|letter| !is_mark(*letter)) {
        let last = words.last_mut().expect("there is always one");
        match TYPED.iter().find(|(known, _)| *known == letter) {
            Some((_, typed)) => last.push_str(typed),
            None if letter.is_alphanumeric() => last.extend(letter.to_lowercase()),
            None if last.is_empty() => {}
            None => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The digits of a text that is a number, however it is parted; none: it is none.
pub fn number(text: &str) -> Option<String> {
    let parts = |letter: char| letter.is_ascii_digit() || !letter.is_alphanumeric();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty() && text.chars().all(parts)).then_some(digits)
}

/// Marks that stand over, under or beside a letter: of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel signs.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'..='\u{5c7}' | '\u{610}'..='\u{61a}')
        || matches!(letter, '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}')
        || matches!(letter, '\'' | '\u{2019}' | '\u{2bc}' | '\u{200c}' | '\u{200d}')
}

/// Whether each word of a query begins one of the words.
pub fn fit(query: &[String], words: &[String]) -> bool {
    query.iter().all(|asked| words.iter().any(|word| word.starts_with(asked.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_marks_do_not_matter() {
        for (text, expected) in [
            ("Zoë Müller-Łukasz", &["zoe", "muller", "lukasz"][..]),
            ("  O’Brien, D'Arcy ", &["obrien", "darcy"]),
            ("Straße 7", &["strasse", "7"]),
            ("İSTANBUL ıspanak", &["istanbul", "ispanak"]),
            ("ΆΝΝΑ Йосип", &["αννα", "иосип"]),
            ("ﬁnance ＡＢＣ", &["finance", "abc"]),
            ("مُحَمَّد", &["محمد"]),
            ("山田 太郎", &["山田", "太郎"]),
            ("--", &[]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn each_word_of_a_query_begins_one_of_the_words() {
        let of = |query: &str, text: &str| fit(&words(query), &words(text));
        assert!(of("mul zo", "Zoë Müller") && of("", "x") && !of("zoe smith", "Zoë Müller") && !of("uller", "Müller"));
    }
}
