//! Imports candidate lists: `scrutin;liste;sigle;rang;nom;prenom;sexe`, ranks from 1 in list order, lists in the display order drawn.
//!
//! A column `naissance` may follow, where equal averages go to the elder, and a column `depose`: when the list was filed. Where voters choose between unions, a row names the union
//! alone and leaves the candidate's fields empty.

use std::collections::{BTreeMap, HashMap};

use isoloir_domain::count_rules::BallotKind;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::timetable::filing_ends;
use isoloir_domain::{Candidate, CandidateList, ConsultationId, CountRules, ElectionId, Sex, local_time};
use isoloir_store::consultation::Change;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::import_roll::{Anomaly, AnomalyKind, ImportError, ImportReport, report};
use crate::table::{self, Column, Row, Table};
use crate::{Fault, VotingServer};

/// The candidate's columns are empty where voters choose between unions.
const COLUMNS: [Column; 9] = [
    Column::filled("scrutin"),
    Column::filled("liste"),
    Column::filled("sigle"),
    Column::may_be_empty("rang"),
    Column::may_be_empty("nom"),
    Column::may_be_empty("prenom"),
    Column::may_be_empty("sexe"),
    Column::may_be_absent("naissance"),
    Column::may_be_absent("depose"),
];
/// Of these, what every candidate has.
const OF_A_CANDIDATE: [&str; 4] = ["rang", "nom", "prenom", "sexe"];
const HEADER: &str = "scrutin;liste;sigle;rang;nom;prenom;sexe [;naissance] [;depose]";

/// What a file of lists must fit.
pub(crate) struct ListRules<'a> {
    /// Key of each election, and how it is counted.
    pub(crate) elections: HashMap<&'a str, &'a CountRules>,
    /// Last instant at which a list may be filed.
    pub(crate) filing_ends: Option<Timestamp>,
}

/// A file of lists that was read.
pub(crate) struct ReadLists {
    /// The lists of each election that the file names, by its key.
    pub(crate) lists: BTreeMap<String, Vec<CandidateList>>,
    /// The figures of the file.
    pub(crate) report: ImportReport,
}

/// Reads a file of candidate lists.
///
/// # Errors
/// [`ImportError::Anomalies`], in order of lines.
pub(crate) fn read_lists(file: &[u8], rules: &ListRules<'_>) -> Result<ReadLists, ImportError> {
    let table = table::read(file, &COLUMNS, HEADER);
    let mut read = ListFile::read(&table, rules);
    read.check_common_lists(rules);
    if !read.anomalies.is_empty() {
        read.anomalies.sort_by_key(|anomaly| anomaly.line);
        return Err(ImportError::Anomalies(read.anomalies));
    }
    let report = report(&table, read.lists.values().map(Vec::len).sum(), 0)?;
    Ok(ReadLists {
        lists: read.lists,
        report,
    })
}

impl VotingServer {
    /// Imports a file of candidate lists; importing again replaces the lists of the elections that the file names.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import_lists(&self, consultation: &ConsultationId, file: &[u8]) -> Result<ImportReport, ImportError> {
        let elections = self.elections_by_key(consultation).await?;
        let known = self.consultation(consultation).await?;
        let known = known.ok_or_else(|| ImportError::UnknownConsultation(consultation.clone()))?;
        let rules = ListRules {
            elections: elections.iter().map(|(key, one)| (key.as_str(), &one.count)).collect(),
            filing_ends: filing_ends(known.profile, &known.calendar, &known.policy),
        };
        let ReadLists { lists, report } = read_lists(file, &rules)?;
        let lists: BTreeMap<ElectionId, Vec<CandidateList>> = lists
            .into_iter()
            .filter_map(|(key, lists)| Some((elections.get(&key)?.id.clone(), lists)))
            .collect();
        let lists: Vec<(ElectionId, Vec<CandidateList>)> = lists.into_iter().collect();
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
    lists: BTreeMap<String, Vec<CandidateList>>,
    anomalies: Vec<Anomaly>,
}

impl ListFile {
    fn read(table: &Table<9>, rules: &ListRules<'_>) -> Self {
        let mut file = Self {
            lists: BTreeMap::new(),
            anomalies: table.anomalies.clone(),
        };
        for row in &table.rows {
            if let Err(what) = file.take(row, rules) {
                file.anomalies.push(Anomaly { line: row.line, what });
            }
        }
        file
    }

    fn take(&mut self, row: &Row<9>, rules: &ListRules<'_>) -> Result<(), AnomalyKind> {
        let [key, name, acronym, rank, last_name, first_name, sex, born, filed] = &row.fields;
        let count = rules.elections.get(key.as_str());
        let count = count.ok_or_else(|| AnomalyKind::UnknownElection(key.clone()))?;
        let of_the_candidate = [rank, last_name, first_name, sex, born];
        let candidate = match count.ballot {
            BallotKind::Sigle if of_the_candidate.iter().all(|field| field.is_empty()) => None,
            BallotKind::Sigle => return Err(AnomalyKind::CandidateOfUnion),
            BallotKind::List => Some(candidate(of_the_candidate)?),
        };
        let filed = filed_at(filed, rules.filing_ends)?;
        let list = self.list(key, name, acronym, filed)?;
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
    fn list(
        &mut self,
        election: &str,
        name: &str,
        acronym: &str,
        filed: Option<Timestamp>,
    ) -> Result<&mut CandidateList, AnomalyKind> {
        let scattered = || AnomalyKind::ListScattered(name.to_owned());
        let lists = self.lists.entry(election.to_owned()).or_default();
        if lists.last().is_none_or(|list| list.name != name) {
            if lists.iter().any(|list| list.name == name) {
                return Err(scattered());
            }
            let position = u32::try_from(lists.len()).unwrap_or(u32::MAX).saturating_add(1);
            lists.push(CandidateList {
                position,
                name: name.to_owned(),
                acronym: acronym.to_owned(),
                filed,
                candidates: Vec::new(),
            });
        }
        let list = lists
            .last_mut()
            .filter(|list| list.acronym == acronym)
            .ok_or_else(scattered)?;
        if list.filed == filed {
            Ok(list)
        } else {
            Err(AnomalyKind::FiledTwice(name.to_owned()))
        }
    }

    /// Every common list of which the consultation tells the key stands in the file.
    fn check_common_lists(&mut self, rules: &ListRules<'_>) {
        for (key, count) in &rules.elections {
            let Some(lists) = self.lists.get(*key) else {
                continue;
            };
            let missing = count.common.iter();
            let missing = missing.filter(|common| !lists.iter().any(|list| list.acronym == common.list));
            self.anomalies.extend(missing.map(|common| Anomaly {
                line: 1,
                what: AnomalyKind::CommonListMissing(common.list.clone()),
            }));
        }
    }
}

/// When a list was filed; a second after the deadline is too late.
fn filed_at(text: &str, deadline: Option<Timestamp>) -> Result<Option<Timestamp>, AnomalyKind> {
    if text.is_empty() {
        return Ok(None);
    }
    let at = local_time::parse(text).map_err(AnomalyKind::BadTime)?;
    match deadline {
        Some(deadline) if at > deadline => Err(AnomalyKind::FiledLate { at, deadline }),
        _ => Ok(Some(at)),
    }
}

/// A candidate, every field but the date of birth filled.
fn candidate(fields: [&String; 5]) -> Result<Candidate, AnomalyKind> {
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
pub(crate) fn birth(text: &str) -> Option<Date> {
    Date::strptime("%d/%m/%Y", text).or_else(|_| text.parse()).ok()
}
