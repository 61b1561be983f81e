//! The nouns and states of the law: what a consultation, an election, a roll and a poll book are.

pub mod token;
