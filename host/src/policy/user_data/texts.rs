//! A text of the site: one for everybody, or one for each language.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use std::{fmt, sync::Arc};

/// Texts by language tag (BCP 47); the empty tag is that of a text for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts(Vec<(Arc<str>, Arc<str>)>);

impl Texts {
    /// The text in `language`, else in its main language, else the one for everybody, else in English, else the first.
    pub fn in_language(&self, language: &str) -> &Arc<str> {
        let main = language.split('-').next().unwrap_or_default();
        let of = |tag: &str| self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag)).map(|(_, text)| text);
        let chosen = of(language).or_else(|| of(main)).or_else(|| of("")).or_else(|| of("en"));
        chosen.unwrap_or(&self.0[0].1)
    }

    /// Tags and texts, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(tag, text)| (&**tag, &**text))
    }
}

impl From<&str> for Texts {
    fn from(text: &str) -> Self {
        Self(vec![("".into(), text.into())])
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(OneOrMany)
    }
}

struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or a table of texts by language such as { en = \"Order\", de = \"Auftrag\" }")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Texts, E> {
        Ok(text.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Texts, A::Error> {
        let mut texts = Vec::new();
        while let Some((tag, text)) = input.next_entry::<String, String>()? {
            texts.push((tag.into(), text.into()));
        }
        match texts.is_empty() {
            true => Err(serde::de::Error::custom("this table names no language")),
            false => Ok(Texts(texts)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(value: &str) -> Texts {
        #[derive(Deserialize)]
        struct Part {
            label: Texts,
        }
        toml::from_str::<Part>(&format!("label = {value}")).unwrap().label
    }

    #[test]
    fn the_closest_language_is_taken() {
        let many = texts("{ de = 'Auftrag', en = 'Order', pt-BR = 'Pedido' }");
        for (language, text) in [
            ("de", "Auftrag"),
            ("de-AT", "Auftrag"),
            ("PT-br", "Pedido"),
            ("pt", "Order"),
            ("ja", "Order"),
            ("", "Order"),
        ] {
            assert_eq!(&**many.in_language(language), text, "{language}");
        }
        assert_eq!(&**texts("'Order'").in_language("de"), "Order");
        assert_eq!(&**texts("{ fr = 'Commande' }").in_language("ja"), "Commande");
    }
}
