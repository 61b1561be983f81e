//! Every key of a configuration, as its own type has it: it is deserialized from a source that has each field it is asked for, and notes it. So what
//! is explained cannot differ from what is accepted.

use std::cell::RefCell;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Expected, IntoDeserializer as _, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use toml::de::Error;

/// Stands in a path for a name that the operator chooses, as in `mail.operators.NAME`.
pub(super) const NAME: &str = "NAME";
/// A text that is also an address, where one is wanted.
const TEXT: &str = "127.0.0.1:1";

/// What stands at a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Keys of its own.
    Section,
    /// `true` or `false`.
    Truth,
    /// A whole number.
    Number,
    /// Any text.
    Text,
    /// A file, relative to the configuration's folder.
    File,
    /// Address and port.
    Address,
}

/// One key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its sections, then its name.
    pub path: Vec<String>,
    /// What stands there.
    pub kind: Kind,
    /// Whether it holds several of these.
    pub many: bool,
    /// Whether it must be there; inside a section, when the section is.
    pub required: bool,
    /// Whether being absent is a value of its own, with no default in its place.
    pub may_be_absent: bool,
    /// The nearest section around it that may be absent: without it nothing is in force here.
    pub within: Option<Vec<String>>,
}

/// Every key of `T`, in the order in which its documentation has them.
pub(super) fn keys_of<T: DeserializeOwned>() -> Vec<Key> {
    let seen = RefCell::new(Vec::new());
    // What is made of it is of no use: the keys are.
    let _ = T::deserialize(Probe::root(&seen, None));
    let mut keys = seen.into_inner();
    let optional = keys.iter().filter(|key| key.kind == Kind::Section && key.may_be_absent);
    let optional: Vec<Vec<String>> = optional.map(|key| key.path.clone()).collect();
    for key in &mut keys {
        let around = optional
            .iter()
            .filter(|section| key.path.len() > section.len() && key.path.starts_with(section));
        key.within = around.max_by_key(|section| section.len()).cloned();
        let ignored = RefCell::new(Vec::new());
        key.required = T::deserialize(Probe::root(&ignored, Some(&key.path))).is_err();
    }
    keys
}

/// Has whatever it is asked for, but one key.
struct Probe<'p> {
    seen: &'p RefCell<Vec<Key>>,
    without: Option<&'p [String]>,
    path: Vec<String>,
    many: bool,
    may_be_absent: bool,
}

impl<'p> Probe<'p> {
    fn root(seen: &'p RefCell<Vec<Key>>, without: Option<&'p [String]>) -> Self {
        Probe {
            seen,
            without,
            path: Vec::new(),
            many: false,
            may_be_absent: false,
        }
    }

    fn below(&self, name: &str) -> Self {
        let mut path = self.path.clone();
        path.push(name.to_owned());
        Probe {
            path,
            ..Probe::root(self.seen, self.without)
        }
    }

    fn note(&self, kind: Kind) {
        if !self.path.is_empty() {
            self.seen.borrow_mut().push(Key {
                path: self.path.clone(),
                kind,
                many: self.many,
                required: false,
                may_be_absent: self.may_be_absent,
                within: None,
            });
        }
    }

    /// A text, which its reader may want to be something more.
    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let expected = (&visitor as &dyn Expected).to_string();
        let kind = if expected.contains("path") {
            Kind::File
        } else if expected.contains("socket address") {
            Kind::Address
        } else {
            Kind::Text
        };
        self.note(kind);
        visitor.visit_str(TEXT)
    }
}

macro_rules! number {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.note(Kind::Number);
            visitor.visit_u64(1)
        })*
    };
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    number! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(serde::de::Error::custom("a key without a type"))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.note(Kind::Truth);
        visitor.visit_bool(true)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        self.may_be_absent = true;
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        self.many = true;
        visitor.visit_seq(One(Some(self)))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Fields {
            probe: self,
            names: &[NAME],
            next: None,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.note(Kind::Section);
        visitor.visit_map(Fields {
            probe: self,
            names,
            next: None,
        })
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct enum identifier ignored_any
    }
}

/// The fields of a section, but the one that is left out.
struct Fields<'p> {
    probe: Probe<'p>,
    names: &'static [&'static str],
    next: Option<Probe<'p>>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        while let Some((name, rest)) = self.names.split_first() {
            self.names = rest;
            let below = self.probe.below(name);
            if below.without == Some(below.path.as_slice()) {
                continue;
            }
            self.next = Some(below);
            let name: StrDeserializer<'_, Error> = (*name).into_deserializer();
            return seed.deserialize(name).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let probe = self
            .next
            .take()
            .ok_or_else(|| serde::de::Error::custom("a value without a key"))?;
        seed.deserialize(probe)
    }
}

/// A list of one.
struct One<'p>(Option<Probe<'p>>);

impl<'de> SeqAccess<'de> for One<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.take().map(|probe| seed.deserialize(probe)).transpose()
    }
}
