//! What a mailing says once its slots are filled.

use isoloir_domain::Language;
use isoloir_domain::mailing::{MailingWords, Piece, Slot};
use isoloir_domain::moment::day_and_hour;
use jiff::Timestamp;

use super::{Part, Said, link, one_line, said, text};

/// What stands where the words of a mailing name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailingPlaces {
    /// Title of the consultation.
    pub consultation: String,
    /// Who organises it.
    pub organiser: String,
    /// When the vote opens.
    pub opens: Timestamp,
    /// When the vote closes.
    pub closes: Timestamp,
    /// Address of the portal.
    pub portal: String,
    /// The voter's own link; read by a mailing that activates accounts alone.
    pub link: String,
}

impl MailingPlaces {
    fn of(&self, slot: Slot, language: Language) -> String {
        let hour = |at| match language {
            Language::French => format!("{} (heure de Paris)", day_and_hour(language, at)),
            Language::English => format!("{} (Paris time)", day_and_hour(language, at)),
        };
        match slot {
            Slot::Consultation => one_line(&self.consultation),
            Slot::Organiser => one_line(&self.organiser),
            Slot::Opening => hour(self.opens),
            Slot::Closing => hour(self.closes),
            Slot::Portal => self.portal.clone(),
            Slot::Link => self.link.clone(),
        }
    }

    fn filled(&self, pieces: &[Piece], language: Language) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Slot(slot) => self.of(*slot, language),
        };
        pieces.iter().map(piece).collect()
    }
}

/// The letter in one language.
pub(super) fn said_of(words: &MailingWords, places: &MailingPlaces, language: Language) -> Said {
    let wording = words.wording(language);
    let part = |paragraph: &Vec<Piece>| -> Part {
        let filled = places.filled(paragraph, language);
        match paragraph.as_slice() {
            [Piece::Slot(slot)] if slot.is_address() => link(&filled),
            _ => text(filled),
        }
    };
    let parts = wording.paragraphs().iter().map(part).collect();
    said(one_line(&places.filled(wording.subject(), language)), parts)
}

/// The same letter, to the person who tries it.
pub(super) fn tried(said: Said, language: Language) -> Said {
    let trial = match language {
        Language::French => "Essai\u{a0}:",
        Language::English => "Trial:",
    };
    Said {
        subject: format!("{trial} {}", said.subject),
        ..said
    }
}

#[cfg(test)]
pub(super) mod tests {
    use isoloir_domain::mailing::{self, MailingKind};

    use super::*;
    use crate::letters::{Letter, NEWS};

    /// What is proposed for this kind, filled.
    pub(in crate::letters) fn proposed(kind: MailingKind) -> Letter {
        Letter::Mailing {
            kind,
            words: MailingWords::parse(kind, mailing::proposed(kind)).unwrap().into(),
            places: MailingPlaces {
                consultation: "Élections professionnelles 2026".to_owned(),
                organiser: "Académie de Valbrune".to_owned(),
                opens: "2026-12-03T07:00:00Z".parse().unwrap(),
                closes: "2026-12-10T16:00:00Z".parse().unwrap(),
                portal: "https://vote.valbrune.example/".to_owned(),
                link: "https://vote.valbrune.example/activation/exemple".to_owned(),
            },
            valid: NEWS,
        }
    }

    #[test]
    fn slots_say_hours_in_words_and_links_stand_alone() {
        let words = proposed(MailingKind::Activation).words(Some(Language::French), None, "Académie");
        let flat = words.body.replace(['\u{a0}', '\n'], " ");
        assert!(
            flat.contains("ouvert du jeudi 3 décembre 2026 à 8 h 00 (heure de Paris) au jeudi 10 décembre"),
            "{flat}"
        );
        assert!(
            words
                .body
                .contains("\nhttps://vote.valbrune.example/activation/exemple\n"),
            "{}",
            words.body
        );
    }
}
