//! Mailings to the voters of chosen rolls (*envois*): what they are for, what they say, how fast they leave, where they stand.
//!
//! Whom a mailing goes to is a set of rolls; one that activates accounts goes to those who have none yet. Nothing here, nor in the tables, can say
//! "to those who have not voted": an audience by turnout would tell the relay, and whoever reads a mailbox, who abstained.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::consultation::Calendar;
use crate::ids::MailingId;
use crate::message::{Language, Message};
use crate::number::UnknownName;

/// What a mailing is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailingKind {
    /// A one-use link to each voter who has no account yet.
    Activation,
    /// A reminder to every voter of the rolls, whether they have voted or not.
    Reminder,
    /// The vote is open.
    Opening,
    /// The vote is closed.
    Closing,
}

impl MailingKind {
    /// All of them, in display order.
    pub const ALL: [Self; 4] = [Self::Activation, Self::Reminder, Self::Opening, Self::Closing];

    /// The name in the database, in forms and commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Reminder => "reminder",
            Self::Opening => "opening",
            Self::Closing => "closing",
        }
    }

    /// The name under which the delivery ledger counts its messages.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Activation => "mailing_activation",
            Self::Reminder => "mailing_reminder",
            Self::Opening => "mailing_opening",
            Self::Closing => "mailing_closing",
        }
    }

    /// Whether it carries a link that activates an account, and so goes to those who have none.
    #[must_use]
    pub const fn activates(self) -> bool {
        matches!(self, Self::Activation)
    }

    /// The first instant at which it says something true.
    #[must_use]
    pub fn not_before(self, calendar: &Calendar) -> Option<Timestamp> {
        match self {
            Self::Activation | Self::Reminder => None,
            Self::Opening => Some(calendar.opens()),
            Self::Closing => Some(calendar.closes()),
        }
    }

    /// From then on it is of no use any more.
    #[must_use]
    pub fn until(self, calendar: &Calendar) -> Option<Timestamp> {
        match self {
            Self::Activation | Self::Reminder | Self::Opening => Some(calendar.closes()),
            Self::Closing => None,
        }
    }
}

impl fmt::Display for MailingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MailingKind {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// Where a mailing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailingStatus {
    /// Written, and may still be changed. Nothing leaves.
    Draft,
    /// Started, or waiting for its instant.
    Started,
    /// Held: it goes on from where it is.
    Paused,
    /// Ended before its end: what had not left does not leave any more.
    Stopped,
    /// Every voter of the audience has a message in the ledger.
    Done,
}

impl MailingStatus {
    const ALL: [Self; 5] = [Self::Draft, Self::Started, Self::Paused, Self::Stopped, Self::Done];

    /// The name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Started => "started",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Done => "done",
        }
    }
}

impl FromStr for MailingStatus {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// How many messages of a mailing are queued in a minute, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerMinute(u32);

impl PerMinute {
    /// The fastest: 1.4 million in 47 minutes.
    pub const MOST: u32 = 30_000;
    /// What is proposed: a relay of a ministry takes it without being hurried.
    pub const USUAL: Self = Self(600);

    /// From 1 to [`PerMinute::MOST`].
    #[must_use]
    pub const fn new(many: u32) -> Option<Self> {
        if many == 0 || many > Self::MOST {
            None
        } else {
            Some(Self(many))
        }
    }

    /// Messages in a minute.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }
}

/// What a text may name (*champ*). The set is closed: a name that is not in it is refused when the text is written, not when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Title of the consultation.
    Consultation,
    /// Who organises it.
    Organiser,
    /// When the vote opens.
    Opening,
    /// When the vote closes.
    Closing,
    /// Address of the portal.
    Portal,
    /// The voter's own link, in a mailing that activates accounts.
    Link,
}

impl Slot {
    /// All of them, in the order in which they are explained.
    pub const ALL: [Self; 6] = [
        Self::Consultation,
        Self::Organiser,
        Self::Opening,
        Self::Closing,
        Self::Portal,
        Self::Link,
    ];

    /// The name between braces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consultation => "consultation",
            Self::Organiser => "organisateur",
            Self::Opening => "ouverture",
            Self::Closing => "cloture",
            Self::Portal => "portail",
            Self::Link => "lien",
        }
    }

    /// Whether it becomes an address, which stands alone on its line.
    #[must_use]
    pub const fn is_address(self) -> bool {
        matches!(self, Self::Portal | Self::Link)
    }
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As written.
    Text(String),
    /// What the slot says.
    Slot(Slot),
}

/// Subject and text of one language, as they are typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Subject.
    pub subject: String,
    /// Text: paragraphs between empty lines.
    pub body: String,
}

/// Subjects and texts of both languages, as they are typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drafts {
    /// In French.
    pub fr: Draft,
    /// In English.
    pub en: Draft,
}

/// Subject and text of one language, read: every slot is known, every link stands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    subject: Vec<Piece>,
    paragraphs: Vec<Vec<Piece>>,
}

impl Wording {
    /// The subject.
    #[must_use]
    pub fn subject(&self) -> &[Piece] {
        &self.subject
    }

    /// The paragraphs; one that is an address is that slot alone.
    #[must_use]
    pub fn paragraphs(&self) -> &[Vec<Piece>] {
        &self.paragraphs
    }
}

/// What a mailing says, in both languages, sound for its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailingWords {
    drafts: Drafts,
    fr: Wording,
    en: Wording,
}

/// Most characters of a subject.
pub const LONGEST_SUBJECT: usize = 100;
/// Most characters of a text.
pub const LONGEST_BODY: usize = 4_000;

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsProblem {
    /// There is none.
    #[error("the text is empty")]
    Empty,
    /// Too long, or with signs that no text has.
    #[error("the text is too long, or holds control characters")]
    Bad,
    /// A name between braces that stands for nothing.
    #[error("there is no slot {{{0}}}")]
    UnknownSlot(String),
    /// A brace without the other.
    #[error("a brace without the other")]
    Brace,
    /// An address inside a paragraph, or in a subject.
    #[error("{{{}}} stands alone in its paragraph", .0.name())]
    NotAlone(Slot),
    /// An activation without its link.
    #[error("a mailing that activates accounts has {{lien}}")]
    NoLink,
    /// A link in a mailing that activates nothing.
    #[error("{{lien}} is for mailings that activate accounts")]
    LinkOfNothing,
    /// An address of another site: whoever receives it would learn to follow such links.
    #[error("an address that is not the portal's")]
    ForeignLink,
}

impl WordsProblem {
    /// What the organiser reads.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Empty => Message::new("Écrivez ce texte.", "Write this text."),
            Self::Bad => Message::new(
                format!(
                    "Écrivez au plus {LONGEST_SUBJECT} caractères d’objet et {LONGEST_BODY} de texte, sans caractère de commande."
                ),
                format!(
                    "Write at most {LONGEST_SUBJECT} characters of subject and {LONGEST_BODY} of text, without control characters."
                ),
            ),
            Self::UnknownSlot(name) => Message::new(
                format!("Aucun champ ne s’appelle {{{name}}}. Choisissez parmi ceux qui sont listés."),
                format!("There is no field {{{name}}}. Choose among those that are listed."),
            ),
            Self::Brace => Message::new(
                "Une accolade est seule\u{a0}: un champ s’écrit entre deux, comme {cloture}.",
                "A brace stands alone: a field is written between two, like {cloture}.",
            ),
            Self::NotAlone(slot) => Message::new(
                format!(
                    "{{{}}} est une adresse\u{a0}: écrivez ce champ seul dans son paragraphe, entre deux lignes vides.",
                    slot.name()
                ),
                format!(
                    "{{{}}} is an address: write this field alone in its paragraph, between two empty lines.",
                    slot.name()
                ),
            ),
            Self::NoLink => Message::new(
                "Un envoi d’activation porte le lien de chaque électeur\u{a0}: écrivez {lien} seul dans un paragraphe.",
                "An activation mailing carries each voter’s link: write {lien} alone in a paragraph.",
            ),
            Self::LinkOfNothing => Message::new(
                "{lien} n’existe que dans un envoi d’activation. Écrivez {portail}.",
                "{lien} exists in an activation mailing only. Write {portail}.",
            ),
            Self::ForeignLink => Message::new(
                "N’écrivez aucune adresse de site\u{a0}: seul {portail} mène les électeurs au bon endroit.",
                "Write no address of a site: {portail} alone leads voters to the right place.",
            ),
        }
    }
}

/// A problem, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}, {}: {what}", language.code(), if *in_subject { "subject" } else { "text" })]
pub struct WordsError {
    /// In which language.
    pub language: Language,
    /// In the subject, or in the text.
    pub in_subject: bool,
    /// What.
    pub what: WordsProblem,
}

impl MailingWords {
    /// Reads what was typed.
    ///
    /// # Errors
    /// [`WordsError`], the first.
    pub fn parse(kind: MailingKind, drafts: Drafts) -> Result<Self, WordsError> {
        let read = |language, draft: &Draft| {
            let at = |in_subject| {
                move |what| WordsError {
                    language,
                    in_subject,
                    what,
                }
            };
            let subject = subject(&draft.subject).map_err(at(true))?;
            let paragraphs = paragraphs(kind, &draft.body).map_err(at(false))?;
            Ok(Wording { subject, paragraphs })
        };
        Ok(Self {
            fr: read(Language::French, &drafts.fr)?,
            en: read(Language::English, &drafts.en)?,
            drafts,
        })
    }

    /// As it was typed.
    #[must_use]
    pub fn drafts(&self) -> &Drafts {
        &self.drafts
    }

    /// What it says in `language`.
    #[must_use]
    pub fn wording(&self, language: Language) -> &Wording {
        match language {
            Language::French => &self.fr,
            Language::English => &self.en,
        }
    }
}

fn subject(text: &str) -> Result<Vec<Piece>, WordsProblem> {
    let text = sound(text, LONGEST_SUBJECT)?;
    if text.contains('\n') {
        return Err(WordsProblem::Bad);
    }
    let pieces = pieces(text)?;
    match address_in(&pieces) {
        Some(slot) => Err(WordsProblem::NotAlone(slot)),
        None => Ok(pieces),
    }
}

fn paragraphs(kind: MailingKind, text: &str) -> Result<Vec<Vec<Piece>>, WordsProblem> {
    let text = text.replace("\r\n", "\n");
    let text = sound(&text, LONGEST_BODY)?;
    let mut all = Vec::new();
    let mut current: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim).chain([""]) {
        if !line.is_empty() {
            current.push(line);
        } else if !current.is_empty() {
            all.push(pieces(&current.join(" "))?);
            current.clear();
        }
    }
    for paragraph in &all {
        if let Some(slot) = address_in(paragraph).filter(|_| paragraph.len() > 1) {
            return Err(WordsProblem::NotAlone(slot));
        }
    }
    match (kind.activates(), all.contains(&vec![Piece::Slot(Slot::Link)])) {
        (true, false) => Err(WordsProblem::NoLink),
        (false, true) => Err(WordsProblem::LinkOfNothing),
        (true, true) | (false, false) => Ok(all),
    }
}

fn sound(text: &str, longest: usize) -> Result<&str, WordsProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(WordsProblem::Empty);
    }
    let foreign = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{2028}' | '\u{2029}');
    if text.chars().count() > longest || text.chars().any(foreign) {
        return Err(WordsProblem::Bad);
    }
    let lower = text.to_lowercase();
    if lower.contains("://") || lower.contains("www.") {
        return Err(WordsProblem::ForeignLink);
    }
    Ok(text)
}

fn address_in(pieces: &[Piece]) -> Option<Slot> {
    pieces.iter().find_map(|piece| match piece {
        Piece::Slot(slot) if slot.is_address() => Some(*slot),
        Piece::Slot(_) | Piece::Text(_) => None,
    })
}

fn pieces(text: &str) -> Result<Vec<Piece>, WordsProblem> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').ok_or(WordsProblem::Brace)?;
        let slot = Slot::ALL.into_iter().find(|slot| slot.name() == name);
        let slot = slot.ok_or_else(|| WordsProblem::UnknownSlot(name.chars().take(40).collect()))?;
        pieces.extend(plain(before)?);
        pieces.push(Piece::Slot(slot));
        rest = behind;
    }
    pieces.extend(plain(rest)?);
    Ok(pieces)
}

fn plain(text: &str) -> Result<Option<Piece>, WordsProblem> {
    if text.contains('}') {
        return Err(WordsProblem::Brace);
    }
    Ok((!text.is_empty()).then(|| Piece::Text(text.to_owned())))
}

/// What is proposed for a mailing of this kind.
#[must_use]
pub fn proposed(kind: MailingKind) -> Drafts {
    let draft = |subject: &str, body: &str| Draft {
        subject: subject.to_owned(),
        body: body.to_owned(),
    };
    let (fr, en) = match kind {
        MailingKind::Activation => (
            draft(
                "Activez votre compte électeur",
                "Pour voter ({consultation}), activez votre compte et choisissez votre mot de passe à cette adresse\u{a0}:\n\n{lien}\n\nCe lien ne sert qu’une fois. Ne le transmettez à personne.\n\nLe vote est ouvert du {ouverture} au {cloture}.",
            ),
            draft(
                "Activate your voter account",
                "To vote ({consultation}), activate your account and choose your password at this address:\n\n{lien}\n\nThis link works once. Do not pass it on to anyone.\n\nThe vote is open from {ouverture} to {cloture}.",
            ),
        ),
        MailingKind::Reminder => (
            draft(
                "Rappel\u{a0}: le vote se termine bientôt",
                "Le vote ({consultation}) se termine le {cloture}. Ce rappel est envoyé à toutes les personnes inscrites, qu’elles aient voté ou non.\n\nPour voter, rendez-vous sur le portail, muni de votre code de vote\u{a0}:\n\n{portail}",
            ),
            draft(
                "Reminder: the vote closes soon",
                "The vote ({consultation}) closes on {cloture}. This reminder is sent to everyone on the rolls, whether they have voted or not.\n\nTo vote, go to the portal with your voting code:\n\n{portail}",
            ),
        ),
        MailingKind::Opening => (
            draft(
                "Le vote est ouvert",
                "Le vote ({consultation}) est ouvert jusqu’au {cloture}.\n\nPour voter, rendez-vous sur le portail, muni de votre code de vote\u{a0}:\n\n{portail}",
            ),
            draft(
                "The vote is open",
                "The vote ({consultation}) is open until {cloture}.\n\nTo vote, go to the portal with your voting code:\n\n{portail}",
            ),
        ),
        MailingKind::Closing => (
            draft(
                "Le vote est clos",
                "Le vote ({consultation}) est clos depuis le {cloture}. Les résultats seront publiés sur le portail après le dépouillement\u{a0}:\n\n{portail}",
            ),
            draft(
                "The vote is closed",
                "The vote ({consultation}) closed on {cloture}. Results will be published on the portal after the count:\n\n{portail}",
            ),
        ),
    };
    Drafts { fr, en }
}

/// What was done to a mailing, in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailingAct {
    /// Written.
    Planned,
    /// Its text, rolls or pace changed, before it started.
    Corrected,
    /// Sent to the person who asked for it, to be looked at.
    Tried,
    /// Started, at once or for an instant.
    Started,
    /// Held.
    Paused,
    /// Goes on.
    Resumed,
    /// Ended before its end, by somebody or by the closing of the vote.
    Stopped,
    /// Every voter of the audience has a message.
    Done,
}

/// A mailing, and what was done to it: what an entry of the journal says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailingEntry {
    /// Which.
    pub mailing: MailingId,
    /// What for.
    pub kind: MailingKind,
    /// What was done.
    pub did: MailingAct,
    /// Voters: those whom it would reach when it starts, those who have a message when it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voters: Option<u64>,
    /// By whom, when no member of the staff was signed in; empty when the server itself concluded.
    pub by: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(kind: MailingKind, subject: &str, body: &str) -> Result<MailingWords, WordsProblem> {
        let draft = Draft {
            subject: subject.to_owned(),
            body: body.to_owned(),
        };
        let both = Drafts {
            fr: draft.clone(),
            en: draft,
        };
        MailingWords::parse(kind, both).map_err(|error| error.what)
    }

    #[test]
    fn what_is_proposed_is_sound_and_goes_through_unchanged() {
        for kind in MailingKind::ALL {
            let words = MailingWords::parse(kind, proposed(kind)).unwrap();
            assert_eq!(*words.drafts(), proposed(kind), "{kind}");
        }
    }

    #[test]
    fn a_slot_that_stands_for_nothing_is_refused_when_it_is_written() {
        let reminder = |body: &str| parsed(MailingKind::Reminder, "Rappel", body).unwrap_err();
        assert_eq!(
            reminder("Bonjour {prenom}"),
            WordsProblem::UnknownSlot("prenom".to_owned())
        );
        assert_eq!(reminder("{a_vote}"), WordsProblem::UnknownSlot("a_vote".to_owned()));
        assert_eq!(reminder("Avant le {cloture"), WordsProblem::Brace);
        assert_eq!(reminder("Avant le cloture}"), WordsProblem::Brace);
        assert_eq!(reminder("Ici : {portail}"), WordsProblem::NotAlone(Slot::Portal));
        assert_eq!(reminder("{lien}"), WordsProblem::LinkOfNothing);
        assert_eq!(reminder("HTTPS://evil.example"), WordsProblem::ForeignLink);
        assert_eq!(reminder(" \n "), WordsProblem::Empty);
        assert_eq!(
            parsed(MailingKind::Activation, "Activez", "Bonjour").unwrap_err(),
            WordsProblem::NoLink
        );
        assert_eq!(
            parsed(MailingKind::Reminder, "Rappel {portail}", "x").unwrap_err(),
            WordsProblem::NotAlone(Slot::Portal)
        );
        assert_eq!(
            parsed(MailingKind::Reminder, "a\nBcc: b", "x").unwrap_err(),
            WordsProblem::Bad
        );
        assert!(parsed(MailingKind::Activation, "Activez", "Voici\nvotre lien.\n\n{lien}\n").is_ok());
    }
}
