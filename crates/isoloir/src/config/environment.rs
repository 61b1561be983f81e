//! What the environment says over a configuration file: `ISOLOIR__DATABASE__URL` is `url` in `[database]`.
//!
//! The environment has text only, so that text is read as what the key asks for: `ISOLOIR__LIMITS__FACTOR=3` is a number,
//! `ISOLOIR__LIMITS__TRUSTED_PROXIES=10.1.0.0/16,10.2.0.1` a list, and a password of digits stays a password.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use toml::de::Error;
use toml::{Table, Value};

const PREFIX: &str = "ISOLOIR__";

/// A variable that names a key.
pub(super) struct Override {
    pub(super) variable: String,
    keys: Vec<String>,
    value: String,
}

impl Override {
    /// The variable, if it is for a configuration.
    pub(super) fn read((variable, value): (String, String)) -> Option<Override> {
        let keys = variable.strip_prefix(PREFIX)?;
        let keys = keys.split("__").map(str::to_ascii_lowercase).collect();
        Some(Override { variable, keys, value })
    }

    /// Whether it is about one of these keys of the first level.
    pub(super) fn is_about(&self, keys: &[&str]) -> bool {
        self.keys.first().is_some_and(|first| keys.contains(&first.as_str()))
    }

    /// The key, section by section.
    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The variable that sets the key of this path; no variable has a name with another sign than a letter, a digit or a low line.
    pub(super) fn variable_of(path: &[String]) -> Option<String> {
        let plain = |key: &String| {
            key.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        path.iter()
            .all(plain)
            .then(|| format!("{PREFIX}{}", path.join("__").to_ascii_uppercase()))
    }

    /// Sets the key; the error is the level that holds a plain value.
    pub(super) fn apply(self, table: &mut Table) -> Result<(), String> {
        let Some((last, sections)) = self.keys.split_last() else {
            return Ok(());
        };
        let mut level = table;
        for key in sections {
            let below = level.entry(key.clone()).or_insert_with(|| Value::Table(Table::new()));
            level = below.as_table_mut().ok_or_else(|| key.clone())?;
        }
        level.insert(last.clone(), Value::String(self.value));
        Ok(())
    }
}

/// Reads a table in which texts may stand for numbers, truth values and lists.
pub(super) fn read<T: DeserializeOwned>(table: Table) -> Result<T, Error> {
    T::deserialize(Text(Value::Table(table)))
}

/// The keys of the first level of a configuration.
pub(super) fn keys_of<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut keys: &'static [&'static str] = &[];
    // Asked for its fields, the deserializer notes them and gives nothing.
    let _: Result<T, Error> = T::deserialize(Keys(&mut keys));
    keys
}

/// A value that may be a text in the place of something else.
struct Text(Value);

impl Text {
    fn read_as<T: std::str::FromStr + Into<Value>>(self) -> Value {
        match self.0 {
            Value::String(text) => text.trim().parse::<T>().map_or(Value::String(text), Into::into),
            value => value,
        }
    }
}

impl<'de> IntoDeserializer<'de, Error> for Text {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! from_text {
    ($($method:ident: $kind:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.read_as::<$kind>().deserialize_any(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Text {
    type Error = Error;

    from_text! {
        deserialize_bool: bool;
        deserialize_i8: i64;
        deserialize_i16: i64;
        deserialize_i32: i64;
        deserialize_i64: i64;
        deserialize_u8: i64;
        deserialize_u16: i64;
        deserialize_u32: i64;
        deserialize_u64: i64;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Table(table) => {
                let entries = table.into_iter().map(|(key, value)| (key, Text(value)));
                visitor.visit_map(MapDeserializer::new(entries))
            }
            value => value.deserialize_any(visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                visitor.visit_seq(SeqDeserializer::new(
                    items.map(|item| Text(Value::String(item.to_owned()))),
                ))
            }
            value => value.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

/// Notes which fields it is asked for.
struct Keys<'k>(&'k mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Keys<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(serde::de::Error::custom("not a configuration"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}
