//! Imports candidate lists: `scrutin;liste;sigle;rang;nom;prenom;sexe`, ranks from 1 in list order, lists in the display order drawn.
//!
//! A last column `naissance` may follow, where equal averages go to the elder. Where voters choose between unions, a row names the union
//! alone and leaves the candidate's fields empty.

use std::collections::{BTreeMap, HashMap};

use isoloir_domain::count_rules::BallotKind;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::{Candidate, CandidateList, ConsultationId, Election, ElectionId, Sex};
use isoloir_store::consultation::Change;
use jiff::civil::Date;

use crate::import_roll::{Anomaly, AnomalyKind, ImportError, ImportReport, report};
use crate::table::{self, Column, Row, Table};
use crate::{Fault, VotingServer};

/// The candidate's columns are empty where voters choose between unions.
const COLUMNS: [Column; 8] = [
    Column::filled("scrutin"),
    Column::filled("liste"),
    Column::filled("sigle"),
    Column::may_be_empty("rang"),
    Column::may_be_empty("nom"),
    Column::may_be_empty("prenom"),
    Column::may_be_empty("sexe"),
    Column::may_be_absent("naissance"),
];
/// Of these, what every candidate has.
const OF_A_CANDIDATE: [&str; 4] = ["rang", "nom", "prenom", "sexe"];
const HEADER: &str = "scrutin;liste;sigle;rang;nom;prenom;sexe";
impl VotingServer {
    /// Imports a file of candidate lists; importing again replaces the lists of the elections that the file names.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import_lists(&self, consultation: &ConsultationId, file: &[u8]) -> Result<ImportReport, ImportError> {
        let elections = self.elections_by_key(consultation).await?;
        let table = table::read(file, &COLUMNS, HEADER);
        let mut read = ListFile::read(&table, &elections);
        read.check_common_lists(&elections);
        if !read.anomalies.is_empty() {
            read.anomalies.sort_by_key(|anomaly| anomaly.line);
            return Err(ImportError::Anomalies(read.anomalies));
        }
        let lists: Vec<(ElectionId, Vec<CandidateList>)> = read.lists.into_iter().collect();
        let report = report(&table, lists.iter().map(|(_, lists)| lists.len()).sum(), 0)?;
        let what = Event::ListsImported {
            rows: report.rows,
            file: report.file.clone(),
        };
        let entry = self.entry(Subject::Consultation(consultation.clone()), what);
        match self
            .inner
            .store
            .replace_lists(&lists, &entry)
            .await
            .map_err(Fault::from)?
        {
            Change::Made => Ok(report),
            Change::Sealed => Err(ImportError::Sealed),
        }
    }
}

/// What the file says, and what is wrong with it.
struct ListFile {
    lists: BTreeMap<ElectionId, Vec<CandidateList>>,
    anomalies: Vec<Anomaly>,
}

impl ListFile {
    fn read(table: &Table<8>, elections: &HashMap<String, Election>) -> Self {
        let mut file = Self {
            lists: BTreeMap::new(),
            anomalies: table.anomalies.clone(),
        };
        for row in &table.rows {
            if let Err(what) = file.take(row, elections) {
                file.anomalies.push(Anomaly { line: row.line, what });
            }
        }
        file
    }

    fn take(&mut self, row: &Row<8>, elections: &HashMap<String, Election>) -> Result<(), AnomalyKind> {
        let [key, name, acronym, of_the_candidate @ ..] = &row.fields;
        let election = elections
            .get(key)
            .ok_or_else(|| AnomalyKind::UnknownElection(key.clone()))?;
        let candidate = match election.count.ballot {
            BallotKind::Sigle if of_the_candidate.iter().all(String::is_empty) => None,
            BallotKind::Sigle => return Err(AnomalyKind::CandidateOfUnion),
            BallotKind::List => Some(candidate(of_the_candidate)?),
        };
        let list = self.list(&election.id, name, acronym)?;
        let Some(candidate) = candidate else { return Ok(()) };
        // The rank that was expected is taken as given, so that one wrong rank is one anomaly.
        let expected = list.candidates.last().map_or(0, |last| last.rank).saturating_add(1);
        let in_order = candidate.rank == expected;
        list.candidates.push(candidate);
        if in_order {
            Ok(())
        } else {
            Err(AnomalyKind::RankOutOfOrder)
        }
    }

    /// The list that the row names: the one before, or a new one.
    fn list(&mut self, election: &ElectionId, name: &str, acronym: &str) -> Result<&mut CandidateList, AnomalyKind> {
        let scattered = || AnomalyKind::ListScattered(name.to_owned());
        let lists = self.lists.entry(election.clone()).or_default();
        if lists.last().is_none_or(|list| list.name != name) {
            if lists.iter().any(|list| list.name == name) {
                return Err(scattered());
            }
            let position = u32::try_from(lists.len()).unwrap_or(u32::MAX).saturating_add(1);
            lists.push(CandidateList {
                position,
                name: name.to_owned(),
                acronym: acronym.to_owned(),
                candidates: Vec::new(),
            });
        }
        lists
            .last_mut()
            .filter(|list| list.acronym == acronym)
            .ok_or_else(scattered)
    }

    /// Every common list of which the consultation tells the key stands in the file.
    fn check_common_lists(&mut self, elections: &HashMap<String, Election>) {
        for election in elections.values() {
            let Some(lists) = self.lists.get(&election.id) else {
                continue;
            };
            let missing = election.count.common.iter();
            let missing = missing.filter(|common| !lists.iter().any(|list| list.acronym == common.list));
            self.anomalies.extend(missing.map(|common| Anomaly {
                line: 1,
                what: AnomalyKind::CommonListMissing(common.list.clone()),
            }));
        }
    }
}

/// A candidate, every field but the date of birth filled.
fn candidate(fields: &[String; 5]) -> Result<Candidate, AnomalyKind> {
    let empty = OF_A_CANDIDATE.iter().zip(fields).find(|(_, value)| value.is_empty());
    if let Some((name, _)) = empty {
        return Err(AnomalyKind::MissingField(name));
    }
    let [rank, last_name, first_name, sex, born] = fields;
    let number: u32 = rank.parse().map_err(|_| AnomalyKind::BadRank(rank.clone()))?;
    if number == 0 {
        return Err(AnomalyKind::BadRank(rank.clone()));
    }
    let sex = Sex::from_letter(sex).ok_or_else(|| AnomalyKind::BadSex(sex.clone()))?;
    let born = match born.as_str() {
        "" => None,
        text => Some(birth(text).ok_or_else(|| AnomalyKind::BadDate(text.to_owned()))?),
    };
    Ok(Candidate {
        rank: number,
        last_name: last_name.clone(),
        first_name: first_name.clone(),
        sex,
        born,
    })
}

/// `1971-03-09`, or `09/03/1971` as spreadsheets in French write it.
fn birth(text: &str) -> Option<Date> {
    Date::strptime("%d/%m/%Y", text).or_else(|_| text.parse()).ok()
}
