//! Imports voters and rolls (*listes électorales*): `matricule;nom;prenom;courriel;scrutin`, one row per voter and election, and columns that
//! a file may have besides: where the notice goes (`lieu;lieu_nom`, `adresse1` to `adresse5`), and who each voter is to FranceConnect (*identité pivot*:
//! `nom_naissance;prenoms;sexe;date_naissance;lieu_naissance;pays_naissance`), of which only keyed digests are kept.
//!
//! The e-mail address may be empty: such voters receive a letter. All or nothing: every anomaly of the file is reported with its line, and none is repaired in silence.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use isoloir_carriers::mail::is_writable;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::local_time::{self, LocalTimeError};
use isoloir_domain::message::Message;
use isoloir_domain::pivot::{GivenNames, Pivot, PivotError, Said};
use isoloir_domain::{Clock, ConsultationId, Delivery, Election, ElectionId, Place, Sex, Voter, VoterId};
use isoloir_store::consultation::Change;
use isoloir_store::roll::{NewRoll, sort_key};
use jiff::Timestamp;
use rand_core::CryptoRng;

use crate::table::{self, Column, Table};
use crate::{Fault, VotingServer};

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows accepted.
    pub rows: u64,
    /// Voters (or lists) that the file names.
    pub subjects: u64,
    /// Of these voters, those without an e-mail address: they are written to on paper.
    pub without_email: u64,
    /// Of these voters, those whom FranceConnect can identify.
    pub with_identity: u64,
    /// Of the latter, those who share their identity with another voter of the file: FranceConnect cannot tell them apart.
    pub shared_identity: u64,
    /// How the file was encoded: `UTF-8` or `windows-1252`.
    pub encoding: &'static str,
    /// SHA-256 of the file, in hexadecimal.
    pub file: String,
}

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
}

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
        };
        Message::new(fr, en)
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

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No such consultation.
    #[error("there is no consultation {0}")]
    UnknownConsultation(ConsultationId),
    /// The box of an election of the file is set up: rolls and lists are sealed.
    #[error("an election of this file is set up already")]
    Sealed,
    /// The file has anomalies, in order of lines. Nothing was stored.
    #[error("the file has {} anomalies", .0.len())]
    Anomalies(Vec<Anomaly>),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

const COLUMNS: [Column; 18] = [
    Column::filled("matricule"),
    Column::filled("nom"),
    Column::filled("prenom"),
    Column::may_be_empty("courriel"),
    Column::filled("scrutin"),
    Column::may_be_absent("lieu"),
    Column::may_be_absent("lieu_nom"),
    Column::may_be_absent("adresse1"),
    Column::may_be_absent("adresse2"),
    Column::may_be_absent("adresse3"),
    Column::may_be_absent("adresse4"),
    Column::may_be_absent("adresse5"),
    Column::may_be_absent("nom_naissance"),
    Column::may_be_absent("prenoms"),
    Column::may_be_absent("sexe"),
    Column::may_be_absent("date_naissance"),
    Column::may_be_absent("lieu_naissance"),
    Column::may_be_absent("pays_naissance"),
];
const HEADER: &str = "matricule;nom;prenom;courriel;scrutin [;lieu;lieu_nom] [;adresse1 … adresse5] \
    [;nom_naissance;prenoms;sexe;date_naissance;lieu_naissance;pays_naissance]";

impl VotingServer {
    /// Imports a roll file into a consultation. Voters known already (same staff number) keep their identifier; importing
    /// again replaces the rolls of the elections that the file names.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import_roll(&self, consultation: &ConsultationId, file: &[u8]) -> Result<ImportReport, ImportError> {
        let elections = self.election_keys(consultation).await?;
        let table = table::read(file, &COLUMNS, HEADER);
        let mut roll = RollFile::read(&table, &elections, |text| self.inner.vault.mark("pivot", text));
        self.meet_known(&mut roll).await?;
        if !roll.anomalies.is_empty() {
            roll.anomalies.sort_by_key(|anomaly| anomaly.line);
            return Err(ImportError::Anomalies(roll.anomalies));
        }
        let without_email = roll.people.values().filter(|person| person.email.is_none()).count();
        let (with_identity, shared_identity) = roll.identities();
        let report = ImportReport {
            with_identity: count(with_identity)?,
            shared_identity: count(shared_identity)?,
            ..report(&table, roll.people.len(), without_email)?
        };
        let what = Event::RollImported {
            rows: report.rows,
            file: report.file.clone(),
        };
        let entry = self.entry(Subject::Consultation(consultation.clone()), what);
        let roll = roll.into_roll(self.clock(), &mut self.rng(), report.file.clone());
        match self
            .inner
            .store
            .replace_rolls(&roll, &entry)
            .await
            .map_err(Fault::from)?
        {
            Change::Made => Ok(report),
            Change::Sealed => Err(ImportError::Sealed),
        }
    }

    /// Elections of a consultation by key.
    pub(crate) async fn elections_by_key(
        &self,
        consultation: &ConsultationId,
    ) -> Result<HashMap<String, Election>, ImportError> {
        let elections = self.elections(consultation).await?;
        if elections.is_empty() {
            return Err(ImportError::UnknownConsultation(consultation.clone()));
        }
        Ok(elections
            .into_iter()
            .map(|election| (election.key.clone(), election))
            .collect())
    }

    /// Identifiers of the elections by their keys.
    pub(crate) async fn election_keys(
        &self,
        consultation: &ConsultationId,
    ) -> Result<HashMap<String, ElectionId>, ImportError> {
        let elections = self.elections_by_key(consultation).await?;
        Ok(elections
            .into_iter()
            .map(|(key, election)| (key, election.id))
            .collect())
    }

    /// Compares with the voters known from earlier files: the same person keeps the identifier, two persons are an anomaly.
    async fn meet_known(&self, roll: &mut RollFile) -> Result<(), Fault> {
        let numbers: Vec<String> = roll.people.keys().cloned().collect();
        let emails: Vec<String> = roll.people.values().filter_map(|person| person.email.clone()).collect();
        let known = self.inner.store.known_voters(&numbers, &emails).await?;
        let by_email: HashMap<&str, &Voter> = known
            .iter()
            .filter_map(|voter| Some((voter.email.as_deref()?, voter)))
            .collect();
        let by_number: HashMap<&str, &Voter> = known.iter().map(|voter| (voter.number.as_str(), voter)).collect();
        for (number, person) in &mut roll.people {
            if let Some(voter) = by_number.get(number.as_str()) {
                if person.is(voter) {
                    person.known = Some(voter.id);
                } else {
                    let what = AnomalyKind::KnownUnderOtherName;
                    roll.anomalies.push(Anomaly {
                        line: person.line,
                        what,
                    });
                }
            } else if let Some(voter) = person.email.as_deref().and_then(|email| by_email.get(email)) {
                let what = AnomalyKind::KnownEmail(voter.number.clone());
                roll.anomalies.push(Anomaly {
                    line: person.line,
                    what,
                });
            }
        }
        Ok(())
    }
}

/// The figures of an import.
pub(crate) fn report<const N: usize>(
    table: &Table<N>,
    subjects: usize,
    without_email: usize,
) -> Result<ImportReport, Fault> {
    Ok(ImportReport {
        rows: count(table.rows.len())?,
        subjects: count(subjects)?,
        without_email: count(without_email)?,
        with_identity: 0,
        shared_identity: 0,
        encoding: table.encoding,
        file: table.digest.clone(),
    })
}

fn count(n: usize) -> Result<u64, Fault> {
    u64::try_from(n).map_err(|_| Fault::Damaged("a count"))
}

/// A person of the file.
struct Person {
    line: u64,
    last_name: String,
    first_name: String,
    email: Option<String>,
    delivery: Delivery,
    /// Digests of the identity; none for a voter whom FranceConnect does not identify.
    marks: Vec<[u8; 32]>,
    known: Option<VoterId>,
}

impl Person {
    fn is(&self, voter: &Voter) -> bool {
        self.last_name == voter.last_name && self.first_name == voter.first_name && self.email == voter.email
    }

    fn is_same(&self, other: &Self) -> bool {
        self.last_name == other.last_name
            && self.first_name == other.first_name
            && self.email == other.email
            && self.delivery == other.delivery
            && self.marks == other.marks
    }
}

/// Where a row says that the notice goes.
fn delivery(code: &str, name: &str, address: &[&String]) -> Result<Delivery, AnomalyKind> {
    let place = match (code, name) {
        ("", "") => None,
        ("", _) => return Err(AnomalyKind::PlaceWithoutCode),
        (code, name) => Some(Place {
            code: code.to_owned(),
            name: if name.is_empty() { code } else { name }.to_owned(),
        }),
    };
    let address = address.iter().filter(|line| !line.is_empty());
    Ok(Delivery {
        place,
        address: address.map(|line| (*line).clone()).collect(),
    })
}

/// Digests of the identity of a row: none when every field of it is empty.
fn marks(identity: [&String; 6], mark: impl Fn(&str) -> [u8; 32]) -> Result<Vec<[u8; 32]>, PivotError> {
    if identity.iter().all(|field| field.is_empty()) {
        return Ok(Vec::new());
    }
    let [birth_name, given_names, sex, birth_date, birthplace, birth_country] = identity;
    let pivot = Pivot::read(&Said {
        birth_name,
        given_names: GivenNames::Text(given_names),
        sex: Sex::from_letter(sex),
        birth_date,
        birthplace,
        birth_country,
    })?;
    Ok(pivot.texts().map(|text| mark(&text)).collect())
}

/// What the file says, and what is wrong with it.
struct RollFile {
    people: BTreeMap<String, Person>,
    entries: Vec<(ElectionId, String)>,
    anomalies: Vec<Anomaly>,
}

impl RollFile {
    fn read(table: &Table<18>, elections: &HashMap<String, ElectionId>, mark: impl Fn(&str) -> [u8; 32]) -> Self {
        let mut roll = Self {
            people: BTreeMap::new(),
            entries: Vec::new(),
            anomalies: table.anomalies.clone(),
        };
        let mut emails: HashMap<String, (u64, String)> = HashMap::new();
        let mut seen: HashMap<(ElectionId, String), u64> = HashMap::new();
        let mut places: HashMap<String, (u64, String)> = HashMap::new();
        for row in &table.rows {
            let [number, last_name, first_name, email, key, code, place, rest @ ..] = &row.fields;
            let [line1, line2, line3, line4, line5, identity @ ..] = rest;
            let mut wrong = |what| roll.anomalies.push(Anomaly { line: row.line, what });
            // Numbers are compared without case, as they are typed at sign-in.
            let number = &number.to_uppercase();
            let email = Some(normal_email(email)).filter(|email| !email.is_empty());
            if let Some(email) = email.as_ref().filter(|email| !is_writable(email)) {
                wrong(AnomalyKind::BadEmail(email.clone()));
                continue;
            }
            // What is typed at sign-in is an address when it has this sign, a number otherwise.
            if number.contains('@') {
                wrong(AnomalyKind::BadNumber(number.clone()));
                continue;
            }
            let Some(election) = elections.get(key) else {
                wrong(AnomalyKind::UnknownElection(key.clone()));
                continue;
            };
            if let Some(line) = seen.get(&(election.clone(), number.clone())) {
                wrong(AnomalyKind::DuplicateRow(*line));
                continue;
            }
            seen.insert((election.clone(), number.clone()), row.line);
            if let Some(email) = &email {
                let (line, owner) = emails
                    .entry(email.clone())
                    .or_insert_with(|| (row.line, number.clone()));
                if owner != number {
                    wrong(AnomalyKind::SameEmailOtherPerson(*line));
                    continue;
                }
            }
            let delivery = match delivery(code, place, &[line1, line2, line3, line4, line5]) {
                Ok(delivery) => delivery,
                Err(what) => {
                    wrong(what);
                    continue;
                }
            };
            if let Some(place) = &delivery.place {
                let (line, name) = places
                    .entry(place.code.clone())
                    .or_insert_with(|| (row.line, place.name.clone()));
                if *name != place.name {
                    wrong(AnomalyKind::SamePlaceOtherName(*line));
                    continue;
                }
            }
            let marks = match marks(identity.each_ref(), &mark) {
                Ok(marks) => marks,
                Err(error) => {
                    wrong(AnomalyKind::BadIdentity(error));
                    continue;
                }
            };
            let person = Person {
                line: row.line,
                last_name: last_name.clone(),
                first_name: first_name.clone(),
                email,
                delivery,
                marks,
                known: None,
            };
            match roll.people.get(number) {
                Some(first) if !first.is_same(&person) => wrong(AnomalyKind::SameNumberOtherPerson(first.line)),
                Some(_) => {}
                None => {
                    roll.people.insert(number.clone(), person);
                }
            }
            roll.entries.push((election.clone(), number.clone()));
        }
        roll
    }

    /// How many voters have an identity, and how many of them share it.
    fn identities(&self) -> (usize, usize) {
        let mut owners: HashMap<[u8; 32], u64> = HashMap::new();
        for mark in self.people.values().flat_map(|person| &person.marks) {
            *owners.entry(*mark).or_default() += 1;
        }
        let shares = |person: &Person| {
            let many = |mark| owners.get(mark).is_some_and(|&many| many > 1);
            person.marks.iter().any(many)
        };
        let identified = self.people.values().filter(|person| !person.marks.is_empty());
        identified.fold((0, 0), |(all, shared), person| {
            (all + 1, shared + usize::from(shares(person)))
        })
    }

    fn into_roll(self, clock: &dyn Clock, rng: &mut impl CryptoRng, file: String) -> NewRoll {
        let mut ids: HashMap<String, (VoterId, String, String)> = HashMap::with_capacity(self.people.len());
        let mut voters = Vec::new();
        let mut deliveries = Vec::new();
        // A file that says nothing of deliveries leaves those that are known.
        let delivered = self
            .people
            .values()
            .any(|person| person.delivery != Delivery::default());
        // So does one that says nothing of identities.
        let identified = self.people.values().any(|person| !person.marks.is_empty());
        let mut identities = Vec::new();
        for (number, person) in self.people {
            let id = person.known.unwrap_or_else(|| VoterId::generate(clock, rng));
            ids.insert(
                number.clone(),
                (id, person.last_name.clone(), person.first_name.clone()),
            );
            if delivered {
                deliveries.push((id, person.delivery));
            }
            if identified {
                identities.push((id, person.marks));
            }
            if person.known.is_none() {
                let Person {
                    last_name,
                    first_name,
                    email,
                    ..
                } = person;
                voters.push(Voter {
                    id,
                    number,
                    last_name,
                    first_name,
                    email,
                    language: None,
                });
            }
        }
        let elections: BTreeSet<ElectionId> = self.entries.iter().map(|(election, _)| election.clone()).collect();
        let entries = self
            .entries
            .into_iter()
            .filter_map(|(election, number)| {
                let (id, last_name, first_name) = ids.get(&number)?;
                let key = sort_key(&election, *id, last_name, first_name);
                Some((election, *id, key))
            })
            .collect();
        NewRoll {
            elections: elections.into_iter().collect(),
            voters,
            deliveries,
            identities,
            entries,
            file,
            imported: clock.now(),
        }
    }
}

/// Addresses are compared without case.
fn normal_email(email: &str) -> String {
    email.to_lowercase()
}
