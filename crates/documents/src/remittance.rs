//! What goes with the notices, in French: the list that people sign when they receive theirs (*liste d'émargement de remise*, R. 211-554), and
//! the certificate of destruction of those that nobody received.

use isoloir_domain::moment::day_and_hour;
use isoloir_domain::{Language, Place};
use jiff::Timestamp;

use crate::{Block, Column, Paper};

/// Rows of one signature list at most: a file of tags has to be held in memory.
pub const LIST_ROWS: usize = 2_000;
/// Room for a signature, in points.
const SIGNATURE: f32 = 27.0;

/// Notices of one place to be handed over.
#[derive(Debug, Clone, Copy)]
pub struct SignatureList<'a> {
    /// Who organises the vote.
    pub organiser: &'a str,
    /// The consultation.
    pub consultation: &'a str,
    /// The place.
    pub place: &'a Place,
    /// References and names, in order of names; [`LIST_ROWS`] at most.
    pub notices: &'a [(String, String)],
}

/// The list to sign.
#[must_use]
pub fn signature_list(list: &SignatureList<'_>) -> Paper {
    let place = format!("{} ({})", list.place.name, list.place.code);
    let rows = list
        .notices
        .iter()
        .map(|(reference, name)| vec![name.clone(), reference.clone(), String::new(), String::new()]);
    Paper {
        language: "fr",
        title: "Remise des notices de vote".to_owned(),
        author: list.organiser.to_owned(),
        blocks: vec![
            Block::Fact("Consultation".to_owned(), list.consultation.to_owned()),
            Block::Fact("Lieu de remise".to_owned(), place.clone()),
            Block::Text(format!(
                "{} à remettre en main propre. Chaque personne vérifie que la notice est à son nom et que le pli est fermé, puis signe. Le code \
                 de vote est dans le pli\u{a0}: ne l’ouvrez jamais.",
                counted(list.notices.len())
            )),
            Block::Table {
                columns: vec![
                    Column::new("Nom et prénom", 5.0),
                    Column::new("Référence", 2.2),
                    Column::new("Date", 1.6),
                    Column::new("Signature", 3.4),
                ],
                rows: rows.collect(),
                height: SIGNATURE,
            },
        ],
        foot: Some(format!("Liste d’émargement de remise – {place}")),
        recorded: None,
    }
}

/// Notices that are destroyed, unopened.
#[derive(Debug, Clone)]
pub struct Destruction<'a> {
    /// Who organises the vote.
    pub organiser: &'a str,
    /// The consultation.
    pub consultation: &'a str,
    /// Where they are destroyed.
    pub place: &'a str,
    /// When.
    pub at: Timestamp,
    /// Who destroyed them, who saw it: names as typed.
    pub witnesses: &'a [String],
    /// References, and why each was destroyed.
    pub notices: &'a [(String, Reason)],
}

/// Why a notice is destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nobody received it.
    Undelivered,
    /// The voter has another code: it was void.
    Void,
}

impl Reason {
    fn words(self) -> &'static str {
        match self {
            Self::Undelivered => "Non remise",
            Self::Void => "Annulée par un nouveau code",
        }
    }
}

/// The certificate, to sign.
#[must_use]
pub fn destruction_certificate(certificate: &Destruction<'_>) -> Paper {
    let row = |(reference, reason): &(String, Reason)| vec![reference.clone(), reason.words().to_owned()];
    let signature = |name: &String| vec![name.clone(), String::new()];
    Paper {
        language: "fr",
        title: "Certificat de destruction de notices de vote".to_owned(),
        author: certificate.organiser.to_owned(),
        blocks: vec![
            Block::Fact("Consultation".to_owned(), certificate.consultation.to_owned()),
            Block::Fact("Organisateur".to_owned(), certificate.organiser.to_owned()),
            Block::Fact("Lieu".to_owned(), certificate.place.to_owned()),
            Block::Fact(
                "Date et heure de Paris".to_owned(),
                day_and_hour(Language::French, certificate.at),
            ),
            Block::Text(format!(
                "Les soussignés certifient la destruction, sans qu’aucun pli ait été ouvert, de {}. Les références suivent. Aucune copie n’en \
                 subsiste.",
                counted(certificate.notices.len())
            )),
            Block::Table {
                columns: vec![Column::new("Nom et qualité", 3.0), Column::new("Signature", 4.0)],
                rows: certificate.witnesses.iter().map(signature).collect(),
                height: 40.0,
            },
            Block::Heading("Références".to_owned()),
            Block::Table {
                columns: vec![Column::new("Référence", 2.0), Column::new("Motif", 5.0)],
                rows: certificate.notices.iter().map(row).collect(),
                height: 0.0,
            },
        ],
        foot: Some("Certificat de destruction de notices de vote".to_owned()),
        recorded: Some(certificate.at),
    }
}

fn counted(notices: usize) -> String {
    match notices {
        0 | 1 => format!("{notices}\u{a0}notice"),
        _ => format!("{notices}\u{a0}notices"),
    }
}
