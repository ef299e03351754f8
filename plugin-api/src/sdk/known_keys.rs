//! Asks a settings type for its keys, through serde: a deserializer that gives nothing and remembers what was asked.

use serde::{
    de::{DeserializeOwned, Deserializer, Error, Visitor, value},
    forward_to_deserialize_any,
};

/// Top-level keys of `C`, aliases included; `None` when it is no plain struct and so cannot tell.
pub(crate) fn known_keys<C: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let mut keys = None;
    // Gives no value, so it always fails; the keys are what counts.
    let _ = C::deserialize(Ask(&mut keys));
    keys
}

struct Ask<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for Ask<'_> {
    type Error = value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Error::custom("only the keys were asked for"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = Some(fields);
        self.deserialize_any(visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        *self.0 = Some(&[]);
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit_struct seq
        tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[allow(dead_code, reason = "only its keys are asked for")]
    struct Settings {
        server_name: String,
        port: u16,
    }

    #[test]
    fn a_struct_tells_its_keys() {
        assert_eq!(known_keys::<Settings>(), Some(&["server-name", "port"][..]));
        assert_eq!(known_keys::<()>(), Some(&[][..]));
        assert_eq!(known_keys::<std::collections::HashMap<String, u16>>(), None);
    }
}
