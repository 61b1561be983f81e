//! What can be wrong in a file that an organiser brings, line by line, and the few things that are set right and said.

use isoloir_domain::local_time::{self, LocalTimeError};
use isoloir_domain::message::Message;
use isoloir_domain::pivot::PivotError;
use isoloir_domain::roll_keys::KeyError;
use jiff::Timestamp;

/// One thing wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    /// Line in the file, from 1.
    pub line: u64,
    /// What is wrong.
    pub what: AnomalyKind,
}

/// What can be wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnomalyKind {
    /// The first line does not name the columns expected.
    WrongColumns {
        /// As they should be.
        expected: &'static str,
        /// As they are.
        found: String,
    },
    /// The row has another number of fields.
    WrongFieldCount {
        /// Fields in the header.
        expected: u64,
        /// Fields in the row.
        found: u64,
    },
    /// A field is empty.
    MissingField(&'static str),
    /// No election of the consultation has this key.
    UnknownElection(String),
    /// Not an e-mail address.
    BadEmail(String),
    /// A staff number that would be taken for an address.
    BadNumber(String),
    /// This voter is on this roll twice; the first time at the line given.
    DuplicateRow(u64),
    /// The same place under another name, at the line given.
    SamePlaceOtherName(u64),
    /// A place has a name and no code.
    PlaceWithoutCode,
    /// The same staff number, with another name or address, at the line given.
    SameNumberOtherPerson(u64),
    /// The same address for another staff number, at the line given.
    SameEmailOtherPerson(u64),
    /// The staff number is known already, under another name or address.
    KnownUnderOtherName,
    /// The address is known already, for another staff number.
    KnownEmail(String),
    /// Not a whole number from 1.
    BadRank(String),
    /// The ranks of a list are not 1, 2, 3... in the order of the file.
    RankOutOfOrder,
    /// Neither F nor H.
    BadSex(String),
    /// Neither 1971-03-09 nor 09/03/1971.
    BadDate(String),
    /// Voters choose between unions: their list has no candidate.
    CandidateOfUnion,
    /// The consultation tells the key of a common list that is not here.
    CommonListMissing(String),
    /// The same list comes again after another one, or under another acronym.
    ListScattered(String),
    /// Not a local time with its zone.
    BadTime(LocalTimeError),
    /// A list was filed after the deadline.
    FiledLate {
        /// When.
        at: Timestamp,
        /// The last instant at which it could be.
        deadline: Timestamp,
    },
    /// Two rows of one list say that it was filed at different times.
    FiledTwice(String),
    /// The file has no row.
    Empty,
    /// Not a CSV file (a quote that is not closed, for instance).
    Unreadable(String),
    /// The identity at birth is incomplete or malformed.
    BadIdentity(PivotError),
    /// The text holds control characters or is longer than 500 characters.
    BadText(&'static str),
    /// The cell is a formula: its value depends on a sheet that is not here.
    Formula(&'static str),
    /// A long number that a spreadsheet has rounded, `1,23457E+12`: digits are lost.
    Scientific(&'static str, String),
    /// A spreadsheet shows an error in place of a value, `#N/A`.
    SheetError(&'static str, String),
    /// Accents were damaged by two encodings, `HÃ©lÃ¨ne`.
    BrokenAccents(&'static str, String),
    /// A date that a spreadsheet counts in days, with the day that it probably is.
    SerialDate(String, Option<jiff::civil::Date>),
    /// A key that has not the form or the letter that it should have.
    BadKey(&'static str, String, KeyError),
    /// The domain of the mailbox is not among those of the policy.
    MailDomain(String),
    /// The same social-security number as another person's, at the line given.
    SameNirOtherPerson(u64),
    /// Another line says something else of the same person or mailbox.
    InDoubt(u64),
    /// Set right: spaces that do not break lines, or have no width.
    Spaces(&'static str),
    /// Set right: accents apart from their letters.
    Composed(&'static str),
    /// Set right: a text written as a formula to keep its zeros, `="00123"`.
    QuotedFormula(&'static str),
    /// To look at: the same names, and birth date, as another number's, at the line given.
    SameIdentity(u64),
}

/// Codes of the kinds whose rows are kept all the same.
pub const REMARK_CODES: [&str; 4] = ["spaces", "composed", "quoted_formula", "same_identity"];

impl AnomalyKind {
    /// What the organiser reads.
    #[must_use]
    pub fn message(&self) -> Message {
        let (fr, en) = match self {
            Self::WrongColumns { expected, found } => (
                format!(
                    "les colonnes attendues sont «\u{a0}{expected}\u{a0}»\u{202f}; la première ligne du fichier est «\u{a0}{found}\u{a0}»"
                ),
                format!("the columns should be “{expected}”; the first line of the file is “{found}”"),
            ),
            Self::WrongFieldCount { expected, found } => (
                format!("{found} champs au lieu de {expected}"),
                format!("{found} fields instead of {expected}"),
            ),
            Self::MissingField(name) => (
                format!("le champ «\u{a0}{name}\u{a0}» est vide"),
                format!("the field “{name}” is empty"),
            ),
            Self::UnknownElection(key) => (
                format!("aucun scrutin de la consultation n’a la clé «\u{a0}{key}\u{a0}»"),
                format!("no election of the consultation has the key “{key}”"),
            ),
            Self::BadEmail(email) => (
                format!("«\u{a0}{email}\u{a0}» n’est pas une adresse de courriel"),
                format!("“{email}” is not an e-mail address"),
            ),
            Self::BadNumber(number) => (
                format!(
                    "le matricule «\u{a0}{number}\u{a0}» contient «\u{a0}@\u{a0}»\u{a0}: il serait pris pour une adresse"
                ),
                format!("the staff number “{number}” holds “@”: it would be taken for an address"),
            ),
            Self::DuplicateRow(line) => (
                format!("cet électeur figure déjà sur cette liste, ligne {line}"),
                format!("this voter is on this roll already, line {line}"),
            ),
            Self::SameNumberOtherPerson(line) => (
                format!("même matricule qu’à la ligne {line}, avec un autre nom ou une autre adresse"),
                format!("same staff number as on line {line}, with another name or address"),
            ),
            Self::SameEmailOtherPerson(line) => (
                format!("même adresse qu’à la ligne {line}, pour un autre matricule"),
                format!("same address as on line {line}, for another staff number"),
            ),
            Self::SamePlaceOtherName(line) => (
                format!("même lieu de remise qu’à la ligne {line}, sous un autre nom"),
                format!("same delivery place as on line {line}, under another name"),
            ),
            Self::PlaceWithoutCode => (
                "le lieu de remise a un nom (lieu_nom) mais pas de code (lieu)".to_owned(),
                "the delivery place has a name (lieu_nom) and no code (lieu)".to_owned(),
            ),
            Self::KnownUnderOtherName => (
                "ce matricule est déjà connu sous un autre nom ou une autre adresse".to_owned(),
                "this staff number is known already, under another name or address".to_owned(),
            ),
            Self::KnownEmail(number) => (
                format!("cette adresse est déjà celle du matricule «\u{a0}{number}\u{a0}»"),
                format!("this address is that of staff number “{number}” already"),
            ),
            Self::BadRank(rank) => (
                format!("le rang «\u{a0}{rank}\u{a0}» n’est pas un nombre entier à partir de 1"),
                format!("the rank “{rank}” is not a whole number from 1"),
            ),
            Self::RankOutOfOrder => (
                "les rangs d’une liste doivent se suivre à partir de 1".to_owned(),
                "the ranks of a list must follow one another from 1".to_owned(),
            ),
            Self::BadDate(text) => (
                format!("«\u{a0}{text}\u{a0}» n’est pas une date\u{a0}: écrivez-la 1971-03-09 ou 09/03/1971"),
                format!("“{text}” is not a date: write it as 1971-03-09 or 09/03/1971"),
            ),
            Self::CandidateOfUnion => (
                "ce scrutin est de sigle\u{a0}: laissez vides rang, nom, prénom et sexe".to_owned(),
                "this election is between unions: leave rank, names and sex empty".to_owned(),
            ),
            Self::CommonListMissing(acronym) => (
                format!(
                    "la candidature commune «\u{a0}{acronym}\u{a0}», dont la consultation dit la clé, ne figure pas dans le fichier"
                ),
                format!("the common list “{acronym}”, whose key the consultation tells, is not in the file"),
            ),
            Self::BadSex(sex) => (
                format!("le sexe «\u{a0}{sex}\u{a0}» n’est ni F ni H"),
                format!("the sex “{sex}” is neither F nor H"),
            ),
            Self::ListScattered(name) => (
                format!("la liste «\u{a0}{name}\u{a0}» revient après une autre, ou sous un autre sigle"),
                format!("the list “{name}” comes again after another one, or under another acronym"),
            ),
            Self::BadTime(error) => {
                let Message { fr, en } = error.message();
                (fr, en)
            }
            Self::FiledLate { at, deadline } => {
                let (at, deadline) = (local_time::write(*at), local_time::write(*deadline));
                (
                    format!("liste déposée hors délai\u{a0}: le {at}, pour une date limite au {deadline}"),
                    format!("the list was filed too late: {at}, and the deadline is {deadline}"),
                )
            }
            Self::FiledTwice(name) => (
                format!("la liste «\u{a0}{name}\u{a0}» a deux dates de dépôt"),
                format!("the list “{name}” has two dates of filing"),
            ),
            Self::Empty => (
                "le fichier n’a aucune ligne de données".to_owned(),
                "the file has no row".to_owned(),
            ),
            Self::Unreadable(why) => (
                format!("le fichier n’est pas un CSV lisible\u{a0}: {why}"),
                format!("the file is not readable CSV: {why}"),
            ),
            Self::BadIdentity(error) => {
                let (fr, en) = identity_words(*error);
                (fr.to_owned(), en.to_owned())
            }
            Self::BadText(name) => (
                format!("le champ «\u{a0}{name}\u{a0}» est trop long ou contient des caractères de contrôle"),
                format!("the field “{name}” is too long or holds control characters"),
            ),
            damage => return damage.damage_message(),
        };
        Message::new(fr, en)
    }

    /// What spreadsheets and encodings do to files.
    fn damage_message(&self) -> Message {
        let (fr, en) = match self {
            Self::Formula(name) => (
                format!("le champ «\u{a0}{name}\u{a0}» est une formule\u{a0}: remplacez-la par sa valeur"),
                format!("the field “{name}” is a formula: put its value in its place"),
            ),
            Self::Scientific(name, text) => (
                format!(
                    "le champ «\u{a0}{name}\u{a0}» vaut «\u{a0}{text}\u{a0}»\u{a0}: un tableur a arrondi le nombre, des chiffres sont perdus"
                ),
                format!("the field “{name}” is “{text}”: a spreadsheet has rounded the number, digits are lost"),
            ),
            Self::SheetError(name, text) => (
                format!("le champ «\u{a0}{name}\u{a0}» vaut «\u{a0}{text}\u{a0}»\u{a0}: c’est une erreur de tableur"),
                format!("the field “{name}” is “{text}”: an error of a spreadsheet"),
            ),
            Self::BrokenAccents(name, text) => (
                format!("les accents de «\u{a0}{name}\u{a0}» sont abîmés\u{a0}: «\u{a0}{text}\u{a0}»"),
                format!("the accents of “{name}” are damaged: “{text}”"),
            ),
            Self::SerialDate(text, Some(date)) => (
                format!("«\u{a0}{text}\u{a0}» est une date de tableur comptée en jours, sans doute {date}"),
                format!("“{text}” is a spreadsheet's date, counted in days, probably {date}"),
            ),
            Self::SerialDate(text, None) => (
                format!("«\u{a0}{text}\u{a0}» est un nombre et non une date"),
                format!("“{text}” is a number and not a date"),
            ),
            Self::BadKey(name, text, error) => key_words(name, text, error),
            Self::MailDomain(email) => (
                format!("le domaine de «\u{a0}{email}\u{a0}» n’est pas de ceux que la consultation admet"),
                format!("the domain of “{email}” is not one that the consultation admits"),
            ),
            Self::SameNirOtherPerson(line) => (
                format!("même numéro de sécurité sociale qu’à la ligne {line}, pour un autre matricule"),
                format!("same social-security number as on line {line}, for another staff number"),
            ),
            Self::InDoubt(line) => (
                format!("la ligne {line} dit autre chose de la même personne ou de la même adresse"),
                format!("line {line} says something else of the same person or address"),
            ),
            Self::Spaces(name) => (
                format!(
                    "le champ «\u{a0}{name}\u{a0}» avait des espaces insécables ou invisibles, devenues ordinaires"
                ),
                format!("the field “{name}” had no-break or invisible spaces, made plain"),
            ),
            Self::Composed(name) => (
                format!("le champ «\u{a0}{name}\u{a0}» avait des accents séparés de leurs lettres, réunis"),
                format!("the field “{name}” had accents apart from their letters, put together"),
            ),
            Self::QuotedFormula(name) => (
                format!("le champ «\u{a0}{name}\u{a0}» était écrit =\"…\"\u{a0}: seul le texte est gardé"),
                format!("the field “{name}” was written =\"…\": its text is kept"),
            ),
            Self::SameIdentity(line) => (
                format!("mêmes nom, prénom et date de naissance qu’à la ligne {line}, sous un autre matricule"),
                format!("same names and birth date as on line {line}, under another staff number"),
            ),
            // Every other kind has its words in `message`.
            _ => (String::new(), String::new()),
        };
        Message::new(fr, en)
    }

    /// Whether the row is kept all the same.
    #[must_use]
    pub fn is_remark(&self) -> bool {
        REMARK_CODES.contains(&self.code())
    }

    /// A stable name of the kind, in reports.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WrongColumns { .. } => "wrong_columns",
            Self::WrongFieldCount { .. } => "wrong_field_count",
            Self::MissingField(_) => "missing_field",
            Self::UnknownElection(_) => "unknown_election",
            Self::BadEmail(_) => "bad_email",
            Self::BadNumber(_) => "bad_number",
            Self::DuplicateRow(_) => "duplicate_row",
            Self::SamePlaceOtherName(_) => "same_place_other_name",
            Self::PlaceWithoutCode => "place_without_code",
            Self::SameNumberOtherPerson(_) => "same_number_other_person",
            Self::SameEmailOtherPerson(_) => "same_email_other_person",
            Self::KnownUnderOtherName => "known_under_other_name",
            Self::KnownEmail(_) => "known_email",
            Self::BadRank(_) => "bad_rank",
            Self::RankOutOfOrder => "rank_out_of_order",
            Self::BadSex(_) => "bad_sex",
            Self::BadDate(_) => "bad_date",
            Self::CandidateOfUnion => "candidate_of_union",
            Self::CommonListMissing(_) => "common_list_missing",
            Self::ListScattered(_) => "list_scattered",
            Self::BadTime(_) => "bad_time",
            Self::FiledLate { .. } => "filed_late",
            Self::FiledTwice(_) => "filed_twice",
            Self::Empty => "empty",
            Self::Unreadable(_) => "unreadable",
            Self::BadIdentity(_) => "bad_identity",
            Self::BadText(_) => "bad_text",
            Self::Formula(_) => "formula",
            Self::Scientific(..) => "scientific",
            Self::SheetError(..) => "sheet_error",
            Self::BrokenAccents(..) => "broken_accents",
            Self::SerialDate(..) => "serial_date",
            Self::BadKey(..) => "bad_key",
            Self::MailDomain(_) => "mail_domain",
            Self::SameNirOtherPerson(_) => "same_nir_other_person",
            Self::InDoubt(_) => "in_doubt",
            Self::Spaces(_) => "spaces",
            Self::Composed(_) => "composed",
            Self::QuotedFormula(_) => "quoted_formula",
            Self::SameIdentity(_) => "same_identity",
        }
    }
}

/// What is wrong with a key. A social-security number is not repeated.
fn key_words(name: &str, text: &str, error: &KeyError) -> (String, String) {
    match error {
        KeyError::Numen => (
            format!(
                "«\u{a0}{text}\u{a0}» n’est pas un NUMEN (deux chiffres, une lettre, sept chiffres, trois lettres)"
            ),
            format!("“{text}” is not a NUMEN (two digits, a letter, seven digits, three letters)"),
        ),
        KeyError::ZerosLost { digits } => (
            format!(
                "«\u{a0}{text}\u{a0}» a moins de {digits} chiffres\u{a0}: un tableur a sans doute ôté les zéros de tête de «\u{a0}{name}\u{a0}»"
            ),
            format!(
                "“{text}” has fewer than {digits} digits: a spreadsheet has probably taken the leading zeros of “{name}” away"
            ),
        ),
        KeyError::Digits { digits } => (
            format!("«\u{a0}{text}\u{a0}» n’a pas {digits} chiffres"),
            format!("“{text}” is not {digits} digits"),
        ),
        KeyError::Uai => (
            format!("«\u{a0}{text}\u{a0}» n’est pas un code UAI (sept chiffres et une lettre)"),
            format!("“{text}” is not the code of a school (UAI: seven digits and a letter)"),
        ),
        KeyError::UaiLetter { expected } => (
            format!("«\u{a0}{text}\u{a0}» n’est pas un code UAI\u{a0}: ces chiffres donnent la lettre {expected}"),
            format!("“{text}” is not the code of a school (UAI): these digits yield the letter {expected}"),
        ),
        KeyError::Nir => (
            "le numéro de sécurité sociale n’a pas 13 caractères et une clé de 2 chiffres".to_owned(),
            "the social-security number has not 13 characters and a key of 2 digits".to_owned(),
        ),
        KeyError::NirKey => (
            "la clé du numéro de sécurité sociale est fausse".to_owned(),
            "the key of the social-security number is wrong".to_owned(),
        ),
    }
}

/// What is wrong with an identity at birth.
const fn identity_words(error: PivotError) -> (&'static str, &'static str) {
    match error {
        PivotError::BirthName => (
            "« nom_naissance » est vide ou sans lettre",
            "“nom_naissance” is empty or has no letter",
        ),
        PivotError::GivenNames => (
            "« prenoms » est vide ou sans lettre",
            "“prenoms” is empty or has no letter",
        ),
        PivotError::Sex => ("«\u{a0}sexe\u{a0}» n’est ni F ni H", "“sexe” is neither F nor H"),
        PivotError::BirthDate => (
            "«\u{a0}date_naissance\u{a0}» n’est pas une date (AAAA-MM-JJ ou JJ/MM/AAAA, avec 00 pour un jour ou un mois inconnu)",
            "“date_naissance” is not a date (YYYY-MM-DD or DD/MM/YYYY, with 00 for an unknown day or month)",
        ),
        PivotError::Birthplace => (
            "«\u{a0}lieu_naissance\u{a0}» n’est pas le code officiel d’une commune, sur 5 caractères (75056, 2A004)",
            "“lieu_naissance” is not the official code of a municipality, of 5 characters (75056, 2A004)",
        ),
        PivotError::BirthCountry => (
            "«\u{a0}pays_naissance\u{a0}» n’est pas le code officiel d’un pays, sur 5 chiffres (99100 pour la France)",
            "“pays_naissance” is not the official code of a country, of 5 digits (99100 for France)",
        ),
    }
}
