//! A roll to be posted on premises (*affichage de la liste électorale dans les locaux*), in French: family names and given names, and nothing else.

use isoloir_domain::Language;
use isoloir_domain::moment::day_and_hour;
use jiff::Timestamp;

use crate::{Block, Column, Paper};

/// Names of one file at most: a file of tags has to be held in memory.
pub const NAMES: usize = 2_000;

/// A part of a roll to post.
#[derive(Debug, Clone, Copy)]
pub struct PostedRoll<'a> {
    /// Who organises the vote.
    pub organiser: &'a str,
    /// The consultation.
    pub consultation: &'a str,
    /// The election.
    pub election: &'a str,
    /// On the whole roll.
    pub registered: u64,
    /// When the roll became what it is, at the latest.
    pub dated: Option<Timestamp>,
    /// Until when it may be contested.
    pub contested_until: Timestamp,
    /// Which part this is, from 1, and of how many.
    pub part: (u64, u64),
    /// Family name and given name, in alphabetical order; [`NAMES`] at most.
    pub names: &'a [(String, String)],
}

/// The paper to post.
#[must_use]
pub fn posted_roll(roll: &PostedRoll<'_>) -> Paper {
    let (part, parts) = roll.part;
    let mut blocks = vec![
        Block::Fact("Consultation".to_owned(), roll.consultation.to_owned()),
        Block::Fact("Scrutin".to_owned(), roll.election.to_owned()),
        Block::Fact("Inscrits".to_owned(), roll.registered.to_string()),
    ];
    if parts > 1 {
        blocks.push(Block::Fact("Partie".to_owned(), format!("{part} sur {parts}")));
    }
    if let Some(dated) = roll.dated {
        blocks.push(Block::Fact(
            "Liste établie le".to_owned(),
            day_and_hour(Language::French, dated),
        ));
    }
    blocks.push(Block::Text(format!(
        "Vous devriez figurer sur cette liste et n’y êtes pas, ou une inscription vous paraît fausse\u{a0}: déposez une réclamation sur le portail \
         de vote, jusqu’au {}, heure de Paris.",
        day_and_hour(Language::French, roll.contested_until)
    )));
    blocks.push(Block::Table {
        columns: vec![Column::new("Nom", 3.0), Column::new("Prénom", 3.0)],
        rows: roll
            .names
            .iter()
            .map(|(last, first)| vec![last.clone(), first.clone()])
            .collect(),
        height: 0.0,
    });
    Paper {
        language: "fr",
        title: "Liste électorale".to_owned(),
        author: roll.organiser.to_owned(),
        blocks,
        foot: Some(format!("Liste électorale – {}", roll.election)),
        recorded: None,
    }
}
