//! A roll file, read and checked against itself: who it names, in which elections, and the rows that are put aside.
//!
//! A row that is wrong is never dropped in silence: it is refused, with every reason. When two rows contradict each other about a person or a mailbox,
//! none of them wins: all rows of the person are put aside.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashTable;
use isoloir_carriers::mail::is_writable;
use isoloir_domain::message::Message;
use isoloir_domain::names::normal;
use isoloir_domain::pivot::{GivenNames, Pivot, PivotError, Said};
use isoloir_domain::roll_keys::{RollKeys, check_nir};
use isoloir_domain::{Delivery, Election, Place, Sex, VoterId};
use isoloir_store::roll_stage::Before;
use jiff::civil::{Date, date};

use crate::anomaly::{Anomaly, AnomalyKind};
use crate::hr_file::{Cell, Damage, FileUnread, GivenRoll, Shape};

/// Rows put aside, at most: with more, the file is not the one that was meant.
pub const MAX_REFUSED: usize = 100_000;
/// Remarks kept with their lines, at most; they are counted beyond.
const MAX_REMARKS: usize = 10_000;
/// Longest field accepted, in characters.
const MAX_FIELD: usize = 500;

/// Columns of a file: those that every file has, filled in every row but for the mailbox, then those that it may have.
const COLUMNS: [&str; 19] = [
    "matricule",
    "nom",
    "prenom",
    "courriel",
    "scrutin",
    "lieu",
    "lieu_nom",
    "adresse1",
    "adresse2",
    "adresse3",
    "adresse4",
    "adresse5",
    "nom_naissance",
    "prenoms",
    "sexe",
    "date_naissance",
    "lieu_naissance",
    "pays_naissance",
    "nir",
];
const REQUIRED: usize = 5;
const EMAIL: usize = 3;
const BIRTH_DATE: usize = 15;
const NIR: usize = 18;
const HEADER: &str = "matricule;nom;prenom;courriel;scrutin [;lieu;lieu_nom] [;adresse1 … adresse5] \
    [;nom_naissance;prenoms;sexe;date_naissance;lieu_naissance;pays_naissance]";
/// Columns of a template of ours, which come back with it.
const OURS: [&str; 2] = ["ligne", "anomalies"];

/// Longest election list of a consultation: an index is two bytes.
pub(crate) type ElectionIndex = u16;

/// A person of the file.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) line: u32,
    pub(crate) number: Box<str>,
    pub(crate) last_name: Box<str>,
    pub(crate) first_name: Box<str>,
    pub(crate) email: Option<Box<str>>,
    pub(crate) more: Option<Box<More>>,
    /// Digest of the cells of delivery and identity.
    more_digest: u64,
    /// Two rows contradict each other.
    pub(crate) doubted: bool,
    /// Filled when the roll in force is read.
    pub(crate) known: Option<Box<Known>>,
}

/// What some rows say besides.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct More {
    pub(crate) delivery: Delivery,
    /// Digests of the identity; none for a voter whom FranceConnect does not identify.
    pub(crate) marks: Vec<[u8; 32]>,
}

/// A voter known before.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) id: VoterId,
    /// Names and mailbox so far, when they differ.
    pub(crate) before: Option<Before>,
    /// Elections that the voter leaves.
    pub(crate) leaves: Vec<ElectionIndex>,
    /// Elections in which the voter stays.
    pub(crate) stays: Vec<ElectionIndex>,
    /// The notice goes elsewhere.
    pub(crate) delivery_changes: bool,
    /// FranceConnect knows the voter otherwise.
    pub(crate) marks_change: bool,
}

/// A person on the roll of an election.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RollRow {
    pub(crate) person: u32,
    pub(crate) line: u32,
    pub(crate) election: ElectionIndex,
    /// On the roll in force already.
    pub(crate) there: bool,
}

/// A row put aside.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedRow {
    /// Line in the file, from 1.
    pub line: u64,
    /// Its cells, as tidied.
    pub cells: Vec<String>,
    /// Codes of the reasons.
    pub codes: Vec<String>,
    /// The reasons.
    pub reasons: Vec<Message>,
}

/// What a file says of its voters.
pub(crate) struct Draft {
    pub(crate) elections: Vec<Election>,
    keys: HashMap<String, ElectionIndex>,
    rules: RollKeys,
    /// Names of the columns, as the file has them.
    pub(crate) header: Vec<String>,
    columns: Option<Columns>,
    pub(crate) rows: u64,
    pub(crate) persons: Vec<Person>,
    pub(crate) entries: Vec<RollRow>,
    /// Elections that the file names.
    pub(crate) covered: BTreeSet<ElectionIndex>,
    /// Rows refused, with the first cells and the reasons.
    pub(crate) refused: BTreeMap<u64, (Vec<String>, Vec<AnomalyKind>)>,
    /// Numbers of rows put aside: nobody of that number leaves a roll by this file.
    pub(crate) held: BTreeSet<String>,
    /// Why persons are put aside with all their rows.
    pub(crate) doubts: BTreeMap<u32, AnomalyKind>,
    pub(crate) remarks: Vec<Anomaly>,
    pub(crate) counts: BTreeMap<&'static str, u64>,
    hasher: RandomState,
    numbers: HashTable<u32>,
    emails: HashTable<u32>,
    pairs: HashTable<u32>,
    identities: HashMap<u64, u32>,
    names: HashMap<u64, u32>,
    nirs: HashMap<u64, u32>,
    places: HashMap<String, (u64, String)>,
}

/// Where each column stands in this file.
struct Columns {
    places: [Option<usize>; 19],
    ours: BTreeSet<usize>,
    fields: usize,
}

/// A fault of the file as a whole, or a file that is read.
pub(crate) type Read = Result<(Draft, Shape), ReadError>;

/// Why a file yields no draft.
#[derive(Debug)]
pub(crate) enum ReadError {
    Unread(FileUnread),
    /// The columns are others, or there is no row.
    Whole(Anomaly),
    /// More rows are wrong than are put aside; the first of them.
    TooMany(Vec<Anomaly>),
}

/// A keyed digest of an identity at birth.
pub(crate) type Mark<'a> = &'a (dyn Fn(&str) -> [u8; 32] + Sync);

impl Draft {
    /// Reads a file. Blocks: call it off the async threads.
    pub(crate) fn read(given: &GivenRoll, elections: Vec<Election>, rules: &RollKeys, mark: Mark<'_>) -> Read {
        let mut draft = Self::new(elections, rules.clone());
        let mut whole: Option<Anomaly> = None;
        let mut full = false;
        let outcome = given.read(&mut |line, cells| {
            if whole.is_some() || full {
                return Ok(());
            }
            if draft.columns.is_none() {
                whole = draft.take_header(line, cells).err();
            } else {
                draft.take_row(line, cells, mark);
                full = draft.refused.len() > MAX_REFUSED;
            }
            Ok(())
        });
        let shape = outcome.map_err(ReadError::Unread)?;
        if full {
            let first = draft.anomalies().into_iter().take(1_000).collect();
            return Err(ReadError::TooMany(first));
        }
        let nothing = Anomaly {
            line: 1,
            what: if draft.columns.is_none() {
                wrong_columns(&[])
            } else {
                AnomalyKind::Empty
            },
        };
        match whole {
            Some(anomaly) => Err(ReadError::Whole(anomaly)),
            None if draft.rows == 0 => Err(ReadError::Whole(nothing)),
            None => Ok((draft, shape)),
        }
    }

    fn new(elections: Vec<Election>, rules: RollKeys) -> Self {
        let keys = elections
            .iter()
            .zip(0..)
            .map(|(election, index)| (election.key.clone(), index));
        Self {
            keys: keys.collect(),
            elections,
            rules,
            header: Vec::new(),
            columns: None,
            rows: 0,
            persons: Vec::new(),
            entries: Vec::new(),
            covered: BTreeSet::new(),
            refused: BTreeMap::new(),
            held: BTreeSet::new(),
            doubts: BTreeMap::new(),
            remarks: Vec::new(),
            counts: BTreeMap::new(),
            hasher: RandomState::new(),
            numbers: HashTable::new(),
            emails: HashTable::new(),
            pairs: HashTable::new(),
            identities: HashMap::new(),
            names: HashMap::new(),
            nirs: HashMap::new(),
            places: HashMap::new(),
        }
    }

    /// Every refusal, by line.
    pub(crate) fn anomalies(&self) -> Vec<Anomaly> {
        let rows = self.refused.iter();
        rows.flat_map(|(line, (_, kinds))| {
            kinds.iter().map(|what| Anomaly {
                line: *line,
                what: what.clone(),
            })
        })
        .collect()
    }

    fn take_header(&mut self, line: u64, cells: &[Cell]) -> Result<(), Anomaly> {
        let names: Vec<String> = cells.iter().map(|cell| cell.text.clone()).collect();
        let wrong = || Anomaly {
            line,
            what: wrong_columns(&names),
        };
        let plain: Vec<String> = names.iter().map(|name| normal(name)).collect();
        let places = COLUMNS.map(|column| plain.iter().position(|name| *name == normal(column)));
        let missing = places.iter().take(REQUIRED).any(Option::is_none);
        let ours = plain.iter().zip(0..).filter(|(name, _)| OURS.contains(&name.as_str()));
        let ours: BTreeSet<usize> = ours.map(|(_, place)| place).collect();
        // As many known columns as names: none is unknown, and none stands there twice.
        let named = plain.iter().filter(|name| !name.is_empty()).count();
        let known = places.iter().flatten().count().saturating_add(ours.len());
        let unwanted = places.get(NIR).is_some_and(Option::is_some) && !self.rules.nir;
        if missing || known != named || unwanted {
            return Err(wrong());
        }
        let last = plain.iter().rposition(|name| !name.is_empty());
        self.columns = Some(Columns {
            places,
            ours,
            fields: last.map_or(0, |last| last.saturating_add(1)),
        });
        self.header = names;
        Ok(())
    }

    fn take_row(&mut self, line: u64, cells: &[Cell], mark: Mark<'_>) {
        self.rows = self.rows.saturating_add(1);
        let Some(columns) = &self.columns else { return };
        let fields = columns.fields;
        let found = cells
            .iter()
            .rposition(|cell| !cell.text.is_empty())
            .map_or(0, |last| last.saturating_add(1));
        // Spreadsheets leave empty cells out at the end, or add some.
        if found > fields || cells.len() < columns.least() {
            let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
            let what = AnomalyKind::WrongFieldCount {
                expected: count(fields),
                found: count(cells.len()),
            };
            return self.refuse(line, cells, vec![what]);
        }
        let places = columns.places;
        let (mut wrong, mut remarks) = (Vec::new(), Vec::new());
        for (index, (column, place)) in COLUMNS.iter().zip(&places).enumerate() {
            let Some(cell) = place.and_then(|place| cells.get(place)) else {
                if index < REQUIRED && index != EMAIL {
                    wrong.push(AnomalyKind::MissingField(column));
                }
                continue;
            };
            if let Some(damage) = cell.damage {
                let what = told(column, cell, damage);
                if what.is_remark() { &mut remarks } else { &mut wrong }.push(what);
            } else if cell.text.is_empty() && index < REQUIRED && index != EMAIL {
                wrong.push(AnomalyKind::MissingField(column));
            }
            // Four bytes at most a character: most cells are not counted.
            if cell.text.len() > MAX_FIELD && cell.text.chars().count() > MAX_FIELD {
                wrong.push(AnomalyKind::BadText(column));
            }
        }
        if wrong.is_empty()
            && let Err(what) = self.take_person(line, &Fields { cells, places }, mark)
        {
            wrong.push(what);
        }
        if wrong.is_empty() {
            for what in remarks {
                self.remark(line, what);
            }
        } else {
            self.refuse(line, cells, wrong);
        }
    }

    fn refuse(&mut self, line: u64, cells: &[Cell], kinds: Vec<AnomalyKind>) {
        let place = |index: usize| {
            self.columns
                .as_ref()
                .and_then(|columns| columns.places.get(index).copied().flatten())
        };
        let text = |index: usize| {
            place(index)
                .and_then(|place| cells.get(place))
                .map(|cell| cell.text.clone())
        };
        let doubles = kinds.iter().all(|kind| matches!(kind, AnomalyKind::DuplicateRow(_)));
        let number = text(0).unwrap_or_default().to_uppercase();
        if let Some(election) = text(4).and_then(|key| self.keys.get(&key).copied()) {
            self.covered.insert(election);
        }
        if !doubles && !number.is_empty() {
            self.held.insert(number);
        }
        for kind in &kinds {
            self.count(kind.code());
        }
        let ours = self
            .columns
            .as_ref()
            .map(|columns| columns.ours.clone())
            .unwrap_or_default();
        let kept = cells.iter().zip(0..).filter(|(_, place)| !ours.contains(place));
        let kept = kept
            .map(|(cell, _)| cell.text.chars().take(MAX_FIELD).collect())
            .collect();
        self.refused.insert(line, (kept, kinds));
    }

    fn remark(&mut self, line: u64, what: AnomalyKind) {
        self.count(what.code());
        if self.remarks.len() < MAX_REMARKS {
            self.remarks.push(Anomaly { line, what });
        }
    }

    fn count(&mut self, code: &'static str) {
        let count = self.counts.entry(code).or_default();
        *count = count.saturating_add(1);
    }

    /// Names of the columns but ours, in the order of a refused row's cells.
    pub(crate) fn own_header(&self) -> Vec<String> {
        let ours = self
            .columns
            .as_ref()
            .map(|columns| columns.ours.clone())
            .unwrap_or_default();
        let names = self.header.iter().zip(0..).filter(|(_, place)| !ours.contains(place));
        names.map(|(name, _)| name.clone()).collect()
    }

    /// Whether the file has a column of deliveries, and one of identities.
    pub(crate) fn tells_more(&self) -> (bool, bool) {
        let there = |from: usize, to: usize| {
            let places = self.columns.as_ref().map(|columns| columns.places);
            places.is_some_and(|places| {
                places
                    .get(from..to)
                    .is_some_and(|some| some.iter().any(Option::is_some))
            })
        };
        (there(5, 12), there(12, 18))
    }

    /// Index of the person of a number, in capitals.
    pub(crate) fn person_of(&self, number: &str) -> Option<u32> {
        let found = self.numbers.find(self.hasher.hash_one(number), |&index| {
            self.person(index).is_some_and(|person| *person.number == *number)
        });
        found.copied()
    }

    /// Index of the person of a mailbox, in lower case.
    pub(crate) fn owner_of(&self, email: &str) -> Option<u32> {
        let found = self.emails.find(self.hasher.hash_one(email), |&index| {
            self.person(index)
                .is_some_and(|person| person.email.as_deref() == Some(email))
        });
        found.copied()
    }

    /// Index of the row of a person in an election.
    pub(crate) fn row_of(&self, person: u32, election: ElectionIndex) -> Option<u32> {
        let found = self.pairs.find(self.hasher.hash_one((person, election)), |&index| {
            let row = usize::try_from(index).ok().and_then(|index| self.entries.get(index));
            row.is_some_and(|row| (row.person, row.election) == (person, election))
        });
        found.copied()
    }

    pub(crate) fn person(&self, index: u32) -> Option<&Person> {
        usize::try_from(index).ok().and_then(|index| self.persons.get(index))
    }

    pub(crate) fn person_mut(&mut self, index: u32) -> Option<&mut Person> {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.persons.get_mut(index))
    }

    /// Puts a person aside, with all rows: another line contradicts what this one says, and none of the two wins.
    pub(crate) fn doubt(&mut self, person: u32, why: AnomalyKind) {
        let Some(doubted) = self.person_mut(person) else { return };
        doubted.doubted = true;
        let number = doubted.number.to_string();
        self.held.insert(number);
        self.doubts.entry(person).or_insert(why);
    }

    fn take_person(&mut self, line: u64, fields: &Fields<'_>, mark: Mark<'_>) -> Result<(), AnomalyKind> {
        // Numbers are compared without case, as they are typed at sign-in.
        let number = fields.text(0).to_uppercase();
        let email = Some(fields.text(EMAIL).to_lowercase()).filter(|email| !email.is_empty());
        let election = self.check_row(fields, &number, email.as_deref())?;
        let more_digest = self.hasher.hash_one(fields.more());
        let index = match self.person_of(&number) {
            Some(index) => {
                let first = self.person(index);
                let same = first.is_some_and(|first| {
                    *first.last_name == *fields.text(1)
                        && *first.first_name == *fields.text(2)
                        && first.email.as_deref() == email.as_deref()
                        && first.more_digest == more_digest
                });
                if !same {
                    let first_line = first.map_or(0, |first| u64::from(first.line));
                    self.doubt(index, AnomalyKind::InDoubt(line));
                    return Err(AnomalyKind::SameNumberOtherPerson(first_line));
                }
                index
            }
            None => self.meet(line, fields, number, email, more_digest, mark)?,
        };
        if let Some(row) = self.row_of(index, election) {
            let first = usize::try_from(row).ok().and_then(|row| self.entries.get(row));
            return Err(AnomalyKind::DuplicateRow(first.map_or(0, |row| u64::from(row.line))));
        }
        self.covered.insert(election);
        let at = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.push(RollRow {
            person: index,
            line: u32::try_from(line).unwrap_or(u32::MAX),
            election,
            there: false,
        });
        let (entries, hasher) = (&self.entries, &self.hasher);
        let hash = |index: &u32| {
            let row = usize::try_from(*index).ok().and_then(|index| entries.get(index));
            row.map_or(0, |row| hasher.hash_one((row.person, row.election)))
        };
        self.pairs.insert_unique(hasher.hash_one((index, election)), at, hash);
        Ok(())
    }

    /// What a row says, without looking at the others.
    fn check_row(&self, fields: &Fields<'_>, number: &str, email: Option<&str>) -> Result<ElectionIndex, AnomalyKind> {
        if let Some(email) = email {
            if !is_writable(email) {
                return Err(AnomalyKind::BadEmail(email.to_owned()));
            }
            if !self.rules.admits(email) {
                return Err(AnomalyKind::MailDomain(email.to_owned()));
            }
        }
        // What is typed at sign-in is an address when it has this sign, a number otherwise.
        if number.contains('@') {
            return Err(AnomalyKind::BadNumber(number.to_owned()));
        }
        let bad = |name, text: &str, error| AnomalyKind::BadKey(name, text.to_owned(), error);
        self.rules
            .number
            .check(number)
            .map_err(|error| bad("matricule", number, error))?;
        let place = fields.text(5);
        if !place.is_empty() {
            self.rules
                .place
                .check(place)
                .map_err(|error| bad("lieu", place, error))?;
        }
        let nir = fields.text(NIR);
        if !nir.is_empty() {
            check_nir(nir).map_err(|error| bad("nir", "", error))?;
        }
        let born = fields.text(BIRTH_DATE);
        if matches!(born.len(), 4..=6) && born.bytes().all(|b| b.is_ascii_digit()) {
            return Err(AnomalyKind::SerialDate(born.to_owned(), serial_date(born)));
        }
        let key = fields.text(4);
        let election = self.keys.get(key).copied();
        election.ok_or_else(|| AnomalyKind::UnknownElection(key.to_owned()))
    }

    /// A person whom no row named so far.
    fn meet(
        &mut self,
        line: u64,
        fields: &Fields<'_>,
        number: String,
        email: Option<String>,
        more_digest: u64,
        mark: Mark<'_>,
    ) -> Result<u32, AnomalyKind> {
        if let Some(owner) = email.as_deref().and_then(|email| self.owner_of(email)) {
            let first = self.person(owner).map_or(0, |owner| u64::from(owner.line));
            self.doubt(owner, AnomalyKind::InDoubt(line));
            return Err(AnomalyKind::SameEmailOtherPerson(first));
        }
        let delivery = fields.delivery()?;
        if let Some(place) = &delivery.place {
            let (first, name) = self
                .places
                .entry(place.code.clone())
                .or_insert_with(|| (line, place.name.clone()));
            if *name != place.name {
                return Err(AnomalyKind::SamePlaceOtherName(*first));
            }
        }
        let marks = fields.marks(mark).map_err(AnomalyKind::BadIdentity)?;
        let index = u32::try_from(self.persons.len()).unwrap_or(u32::MAX);
        self.compare_identity(line, fields, index)?;
        let more = More { delivery, marks };
        self.persons.push(Person {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            number: number.into_boxed_str(),
            last_name: fields.text(1).into(),
            first_name: fields.text(2).into(),
            email: email.map(String::into_boxed_str),
            more: (more != More::default()).then(|| Box::new(more)),
            more_digest,
            doubted: false,
            known: None,
        });
        self.index(index);
        Ok(index)
    }

    /// Makes a person found by number and by mailbox.
    fn index(&mut self, index: u32) {
        let (persons, hasher) = (&self.persons, &self.hasher);
        let at = |index: &u32| usize::try_from(*index).ok().and_then(|index| persons.get(index));
        let number = |index: &u32| at(index).map_or(0, |person| hasher.hash_one(&*person.number));
        let email = |index: &u32| at(index).map_or(0, |person| hasher.hash_one(person.email.as_deref().unwrap_or("")));
        self.numbers.insert_unique(number(&index), index, number);
        if at(&index).is_some_and(|person| person.email.is_some()) {
            self.emails.insert_unique(email(&index), index, email);
        }
    }

    /// Notes who shares a social-security number (refused), or names and birth date (a remark), with another.
    fn compare_identity(&mut self, line: u64, fields: &Fields<'_>, index: u32) -> Result<(), AnomalyKind> {
        let nir: String = fields.text(NIR).chars().filter(|c| !c.is_whitespace()).collect();
        if !nir.is_empty() {
            let first = *self
                .nirs
                .entry(self.hasher.hash_one(nir.to_uppercase()))
                .or_insert(index);
            if first != index {
                let first_line = self.person(first).map_or(0, |first| u64::from(first.line));
                self.doubt(first, AnomalyKind::InDoubt(line));
                return Err(AnomalyKind::SameNirOtherPerson(first_line));
            }
        }
        let names = format!("{}|{}", normal(fields.text(1)), normal(fields.text(2)));
        let homonyms = self.names.entry(self.hasher.hash_one(&names)).or_default();
        *homonyms = homonyms.saturating_add(1);
        let born = fields.text(BIRTH_DATE);
        if !born.is_empty() {
            let identity = self.hasher.hash_one((&names, born));
            let first = *self.identities.entry(identity).or_insert(index);
            if first != index {
                let first = self.person(first).map_or(0, |first| u64::from(first.line));
                self.remark(line, AnomalyKind::SameIdentity(first));
            }
        }
        Ok(())
    }

    /// How many persons share their names with another person of the file.
    pub(crate) fn homonyms(&self) -> u64 {
        let shared = self.names.values().filter(|&&many| many > 1);
        shared.fold(0_u64, |sum, &many| sum.saturating_add(u64::from(many)))
    }

    /// Puts aside every row of the persons who are in doubt: the file is read again for them.
    pub(crate) fn settle(&mut self, given: &GivenRoll) -> Result<(), FileUnread> {
        if self.doubts.is_empty() {
            return Ok(());
        }
        let mut first = true;
        let mut found: Vec<(u64, Vec<Cell>, AnomalyKind)> = Vec::new();
        given.read(&mut |line, cells| {
            if std::mem::take(&mut first) || self.refused.contains_key(&line) {
                return Ok(());
            }
            let place = self
                .columns
                .as_ref()
                .and_then(|columns| columns.places.first().copied().flatten());
            let number = place
                .and_then(|place| cells.get(place))
                .map(|cell| cell.text.to_uppercase());
            let person = number.and_then(|number| self.person_of(&number));
            if let Some(why) = person.and_then(|person| self.doubts.get(&person)) {
                found.push((line, cells.to_vec(), why.clone()));
            }
            Ok(())
        })?;
        for (line, cells, what) in found {
            self.refuse(line, &cells, vec![what]);
        }
        Ok(())
    }
}

impl Columns {
    /// Fields that a row has at least: the last required one.
    fn least(&self) -> usize {
        let last = self.places.iter().take(REQUIRED).flatten().max();
        last.map_or(0, |last| last.saturating_add(1))
    }
}

fn wrong_columns(names: &[String]) -> AnomalyKind {
    AnomalyKind::WrongColumns {
        expected: HEADER,
        found: names.join(";").chars().take(200).collect(),
    }
}

fn told(column: &'static str, cell: &Cell, damage: Damage) -> AnomalyKind {
    let text = || cell.text.chars().take(MAX_FIELD).collect::<String>();
    match damage {
        Damage::Spaces => AnomalyKind::Spaces(column),
        Damage::Composed => AnomalyKind::Composed(column),
        Damage::QuotedFormula => AnomalyKind::QuotedFormula(column),
        Damage::Formula => AnomalyKind::Formula(column),
        Damage::Scientific => AnomalyKind::Scientific(column, text()),
        Damage::SheetError => AnomalyKind::SheetError(column, text()),
        Damage::BrokenAccents => AnomalyKind::BrokenAccents(column, text()),
        Damage::Control => AnomalyKind::BadText(column),
    }
}

/// A spreadsheet counts days from the eve of 1900; only those of people who work are told.
fn serial_date(text: &str) -> Option<Date> {
    let days: i32 = text.parse().ok()?;
    let found = date(1899, 12, 30).checked_add(jiff::Span::new().days(days)).ok()?;
    (1920..=2015).contains(&found.year()).then_some(found)
}

/// The cells of a row by column.
struct Fields<'a> {
    cells: &'a [Cell],
    places: [Option<usize>; 19],
}

impl Fields<'_> {
    fn text(&self, column: usize) -> &str {
        let place = self.places.get(column).copied().flatten();
        let cell = place.and_then(|place| self.cells.get(place));
        cell.map_or("", |cell| cell.text.as_str())
    }

    /// Delivery and identity, to compare two rows.
    fn more(&self) -> Vec<&str> {
        (5..NIR).map(|column| self.text(column)).collect()
    }

    /// Where a row says that the notice goes.
    fn delivery(&self) -> Result<Delivery, AnomalyKind> {
        let place = match (self.text(5), self.text(6)) {
            ("", "") => None,
            ("", _) => return Err(AnomalyKind::PlaceWithoutCode),
            (code, name) => Some(Place {
                code: code.to_owned(),
                name: if name.is_empty() { code } else { name }.to_owned(),
            }),
        };
        let address = (7..12).map(|column| self.text(column)).filter(|line| !line.is_empty());
        Ok(Delivery {
            place,
            address: address.map(str::to_owned).collect(),
        })
    }

    /// Digests of the identity of a row: none when every field of it is empty.
    fn marks(&self, mark: Mark<'_>) -> Result<Vec<[u8; 32]>, PivotError> {
        if (12..NIR).all(|column| self.text(column).is_empty()) {
            return Ok(Vec::new());
        }
        let pivot = Pivot::read(&Said {
            birth_name: self.text(12),
            given_names: GivenNames::Text(self.text(13)),
            sex: Sex::from_letter(self.text(14)),
            birth_date: self.text(BIRTH_DATE),
            birthplace: self.text(16),
            birth_country: self.text(17),
        })?;
        Ok(pivot.texts().map(|text| mark(&text)).collect())
    }
}
