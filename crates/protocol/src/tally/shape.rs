//! Nested arrays: the form that tallies, decryptions and results share.
//!
//! A homomorphic question gives an array of ciphertexts, a Lists question an array of arrays. Ciphertexts,
//! decryption factors, proofs and counts of one election have the same shape.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, IntoDeserializer},
};

use crate::question::Question;

/// A value, or an array of shapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape<T> {
    /// A value.
    Atom(T),
    /// An array.
    Array(Vec<Shape<T>>),
}

impl<T> Shape<T> {
    /// All values, from the first to the last.
    #[must_use]
    pub fn atoms(&self) -> Vec<&T> {
        let mut all = Vec::new();
        self.collect(&mut all);
        all
    }

    fn collect<'a>(&'a self, all: &mut Vec<&'a T>) {
        match self {
            Self::Atom(value) => all.push(value),
            Self::Array(items) => items.iter().for_each(|item| item.collect(all)),
        }
    }

    /// The same shape with other values.
    pub fn map<U>(&self, f: &mut impl FnMut(&T) -> U) -> Shape<U> {
        match self {
            Self::Atom(value) => Shape::Atom(f(value)),
            Self::Array(items) => Shape::Array(items.iter().map(|item| item.map(f)).collect()),
        }
    }

    /// The same shape with references to the values.
    #[must_use]
    pub fn by_ref(&self) -> Shape<&T> {
        match self {
            Self::Atom(value) => Shape::Atom(value),
            Self::Array(items) => Shape::Array(items.iter().map(Self::by_ref).collect()),
        }
    }

    /// Replaces each value by its combination with the one at the same place of another shape.
    pub(super) fn zip_with(&mut self, other: &Self, f: &impl Fn(&T, &T) -> T) {
        match (self, other) {
            (Self::Atom(a), Self::Atom(b)) => *a = f(a, b),
            (Self::Array(a), Self::Array(b)) => a.iter_mut().zip(b).for_each(|(a, b)| a.zip_with(b, f)),
            _ => {}
        }
    }

    /// The same shape with these values, one for each; `None` when their number differs.
    #[must_use]
    pub fn filled<U>(&self, values: Vec<U>) -> Option<Shape<U>> {
        let mut rest = values.into_iter();
        let shape = self.fill(&mut rest)?;
        rest.next().is_none().then_some(shape)
    }

    fn fill<U>(&self, values: &mut impl Iterator<Item = U>) -> Option<Shape<U>> {
        Some(match self {
            Self::Atom(_) => Shape::Atom(values.next()?),
            Self::Array(items) => Shape::Array(items.iter().map(|item| item.fill(values)).collect::<Option<_>>()?),
        })
    }

    /// Whether two have the same shape.
    #[must_use]
    pub fn is_like<U>(&self, other: &Shape<U>) -> bool {
        match (self, other) {
            (Self::Atom(_), Shape::Atom(_)) => true,
            (Self::Array(a), Shape::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_like(b)),
            _ => false,
        }
    }
}

impl Shape<()> {
    /// The shape of a question's ciphertexts; `None` for a question that is not tallied homomorphically.
    #[must_use]
    pub fn of_question(question: &Question) -> Option<Self> {
        let row = |count: usize| Self::Array((0..count).map(|_| Self::Atom(())).collect());
        match question {
            Question::Homomorphic(question) => Some(row(question.choices())),
            Question::Lists(question) => Some(Self::Array(
                question.value.lists().iter().map(|list| row(list.len())).collect(),
            )),
            Question::NonHomomorphic(_) => None,
        }
    }
}

impl<T: Serialize> Serialize for Shape<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Atom(value) => value.serialize(s),
            Self::Array(items) => items.serialize(s),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shape<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(ShapeVisitor(PhantomData))
    }
}

/// Arrays nest; whatever is not an array is a value.
struct ShapeVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> de::Visitor<'de> for ShapeVisitor<T> {
    type Value = Shape<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or an array")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Shape<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Shape::Array(items))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Shape<T>, A::Error> {
        T::deserialize(de::value::MapAccessDeserializer::new(map)).map(Shape::Atom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Shape<T>, E> {
        T::deserialize(text.into_deserializer()).map(Shape::Atom)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Shape<T>, E> {
        T::deserialize(value.into_deserializer()).map(Shape::Atom)
    }
}
