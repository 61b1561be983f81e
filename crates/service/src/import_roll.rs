//! Imports voters and rolls (*listes électorales*): `matricule;nom;prenom;courriel;scrutin`, one row per voter and election, and columns that
//! a file may have besides: where the notice goes (`lieu;lieu_nom`, `adresse1` to `adresse5`), and who each voter is to FranceConnect (*identité pivot*:
//! `nom_naissance;prenoms;sexe;date_naissance;lieu_naissance;pays_naissance`), of which only keyed digests are kept.
//!
//! The e-mail address may be empty: such voters receive a letter. All or nothing: every anomaly of the file is reported with its line, and none is repaired in silence.

use std::collections::{BTreeSet, HashMap};

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::roll_keys::RollKeys;
use isoloir_domain::{Clock, ConsultationId, Delivery, Election, ElectionId, Voter, VoterId};
use isoloir_store::consultation::Change;
use isoloir_store::roll::{NewRoll, sort_key};
use isoloir_store::roll_stage::Mode;
use rand_core::CryptoRng;

pub use crate::anomaly::{Anomaly, AnomalyKind};
use crate::hr_file::{GivenRoll, Shape};
use crate::roll_compare::Differences;
use crate::roll_draft::{Draft, More, Person, ReadError};
use crate::table::Table;
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

impl VotingServer {
    /// Imports a roll file into a consultation. Voters known already (same staff number) keep their identifier; importing
    /// again replaces the rolls of the elections that the file names.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import_roll(&self, consultation: &ConsultationId, file: &[u8]) -> Result<ImportReport, ImportError> {
        let elections = self.elections(consultation).await?;
        if elections.is_empty() {
            return Err(ImportError::UnknownConsultation(consultation.clone()));
        }
        let given = GivenRoll::Bytes(file.into());
        let (mut draft, shape) = self
            .read_draft(&given, elections, &self.roll_keys(consultation).await?)
            .await??;
        let compared = self
            .compare_roll(&mut draft, Mode::Supplement, Differences::Refused)
            .await?;
        let mut anomalies = draft.anomalies();
        anomalies.extend(compared.late);
        if !anomalies.is_empty() {
            anomalies.sort_by_key(|anomaly| anomaly.line);
            return Err(ImportError::Anomalies(anomalies));
        }
        let (with_identity, shared_identity) = identities(&draft.persons);
        let report = ImportReport {
            rows: draft.rows,
            subjects: count(draft.persons.len())?,
            without_email: count(draft.persons.iter().filter(|person| person.email.is_none()).count())?,
            with_identity: count(with_identity)?,
            shared_identity: count(shared_identity)?,
            encoding: shape.encoding,
            file: shape.digest,
        };
        let what = Event::RollImported {
            rows: report.rows,
            file: report.file.clone(),
        };
        let entry = self.entry(Subject::Consultation(consultation.clone()), what);
        let roll = into_roll(draft, self.clock(), &mut self.rng(), report.file.clone());
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

    /// What the consultation says of the identifiers of its roll.
    pub(crate) async fn roll_keys(&self, consultation: &ConsultationId) -> Result<RollKeys, Fault> {
        let known = self.consultation(consultation).await?;
        Ok(known.map(|known| known.policy.roll.keys).unwrap_or_default())
    }

    /// Reads a file off the async threads.
    pub(crate) async fn read_draft(
        &self,
        given: &GivenRoll,
        elections: Vec<Election>,
        keys: &RollKeys,
    ) -> Result<Result<(Draft, Shape), ReadError>, Fault> {
        let (server, given, keys) = (self.clone(), given.clone(), keys.clone());
        let read = move || Draft::read(&given, elections, &keys, &|text| server.inner.vault.mark("pivot", text));
        tokio::task::spawn_blocking(read).await.map_err(|_| Fault::Stopping)
    }
}

impl From<ReadError> for ImportError {
    fn from(error: ReadError) -> Self {
        Self::Anomalies(match error {
            ReadError::Whole(anomaly) => vec![anomaly],
            ReadError::TooMany(first) => first,
            ReadError::Unread(unread) => vec![Anomaly {
                line: 1,
                what: AnomalyKind::Unreadable(unread.to_string()),
            }],
        })
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

/// How many persons have an identity, and how many of them share it.
pub(crate) fn identities(persons: &[Person]) -> (usize, usize) {
    let marks = |person: &Person| person.more.as_ref().map(|more| more.marks.clone()).unwrap_or_default();
    let mut owners: HashMap<[u8; 32], u64> = HashMap::new();
    for mark in persons.iter().flat_map(marks) {
        *owners.entry(mark).or_default() += 1;
    }
    persons
        .iter()
        .map(marks)
        .filter(|marks| !marks.is_empty())
        .fold((0, 0), |(all, shared), marks| {
            let many = marks.iter().any(|mark| owners.get(mark).is_some_and(|&many| many > 1));
            (all + 1, shared + usize::from(many))
        })
}

/// What the store puts in place of the rolls of the elections named. A file that says nothing of deliveries, or of identities, leaves those known.
fn into_roll(draft: Draft, clock: &dyn Clock, rng: &mut impl CryptoRng, file: String) -> NewRoll {
    let mut roll = NewRoll {
        elections: Vec::new(),
        voters: Vec::new(),
        deliveries: Vec::new(),
        identities: Vec::new(),
        entries: Vec::new(),
        file,
        imported: clock.now(),
    };
    let tells = |told: fn(&More) -> bool| {
        draft
            .persons
            .iter()
            .filter_map(|person| person.more.as_deref())
            .any(told)
    };
    let delivered = tells(|more| more.delivery != Delivery::default());
    let identified = tells(|more| !more.marks.is_empty());
    let mut ids: Vec<VoterId> = Vec::with_capacity(draft.persons.len());
    for person in &draft.persons {
        let more = person.more.as_deref();
        let known = person.known.as_ref().map(|known| known.id);
        let id = known.unwrap_or_else(|| VoterId::generate(clock, rng));
        ids.push(id);
        if delivered {
            roll.deliveries
                .push((id, more.map(|more| more.delivery.clone()).unwrap_or_default()));
        }
        if identified {
            roll.identities
                .push((id, more.map(|more| more.marks.clone()).unwrap_or_default()));
        }
        if known.is_none() {
            roll.voters.push(Voter {
                id,
                number: person.number.to_string(),
                last_name: person.last_name.to_string(),
                first_name: person.first_name.to_string(),
                email: person.email.as_deref().map(str::to_owned),
                language: None,
            });
        }
    }
    let mut elections: BTreeSet<ElectionId> = BTreeSet::new();
    for row in &draft.entries {
        let place = usize::try_from(row.person).unwrap_or(usize::MAX);
        let election = draft.elections.get(usize::from(row.election));
        let (Some(person), Some(id), Some(election)) = (draft.persons.get(place), ids.get(place), election) else {
            continue;
        };
        let key = sort_key(&election.id, *id, &person.last_name, &person.first_name);
        elections.insert(election.id.clone());
        roll.entries.push((election.id.clone(), *id, key));
    }
    roll.elections = elections.into_iter().collect();
    roll
}
