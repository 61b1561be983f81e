//! Imports candidate lists: `scrutin;liste;sigle;rang;nom;prenom;sexe`, ranks from 1 in list order, lists in the display order drawn.

use std::collections::{BTreeMap, HashMap};

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::{Candidate, CandidateList, ConsultationId, ElectionId, Sex};
use isoloir_store::consultation::Change;

use crate::import_roll::{Anomaly, AnomalyKind, ImportError, ImportReport, report};
use crate::table::{self, Column, Row, Table};
use crate::{Fault, VotingServer};

const COLUMNS: [Column; 7] = [
    Column::filled("scrutin"),
    Column::filled("liste"),
    Column::filled("sigle"),
    Column::filled("rang"),
    Column::filled("nom"),
    Column::filled("prenom"),
    Column::filled("sexe"),
];
const HEADER: &str = "scrutin;liste;sigle;rang;nom;prenom;sexe";

impl VotingServer {
    /// Imports a file of candidate lists; importing again replaces the lists of the elections that the file names.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import_lists(&self, consultation: &ConsultationId, file: &[u8]) -> Result<ImportReport, ImportError> {
        let elections = self.election_keys(consultation).await?;
        let table = table::read(file, &COLUMNS, HEADER);
        let mut read = ListFile::read(&table, &elections);
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
    fn read(table: &Table<7>, elections: &HashMap<String, ElectionId>) -> Self {
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

    fn take(&mut self, row: &Row<7>, elections: &HashMap<String, ElectionId>) -> Result<(), AnomalyKind> {
        let [key, name, acronym, rank, last_name, first_name, sex] = &row.fields;
        let election = elections
            .get(key)
            .ok_or_else(|| AnomalyKind::UnknownElection(key.clone()))?;
        let number: u32 = rank.parse().map_err(|_| AnomalyKind::BadRank(rank.clone()))?;
        if number == 0 {
            return Err(AnomalyKind::BadRank(rank.clone()));
        }
        let sex = Sex::from_letter(sex).ok_or_else(|| AnomalyKind::BadSex(sex.clone()))?;
        let lists = self.lists.entry(election.clone()).or_default();
        if lists.last().is_none_or(|list| list.name != *name) {
            if lists.iter().any(|list| list.name == *name) {
                return Err(AnomalyKind::ListScattered(name.clone()));
            }
            let position = u32::try_from(lists.len()).unwrap_or(u32::MAX).saturating_add(1);
            lists.push(CandidateList {
                position,
                name: name.clone(),
                acronym: acronym.clone(),
                candidates: Vec::new(),
            });
        }
        let Some(list) = lists.last_mut() else { return Ok(()) };
        if list.acronym != *acronym {
            return Err(AnomalyKind::ListScattered(name.clone()));
        }
        // The rank that was expected is taken as given, so that one wrong rank is one anomaly.
        let expected = list.candidates.last().map_or(0, |last| last.rank).saturating_add(1);
        list.candidates.push(Candidate {
            rank: number,
            last_name: last_name.clone(),
            first_name: first_name.clone(),
            sex,
        });
        if number == expected {
            Ok(())
        } else {
            Err(AnomalyKind::RankOutOfOrder)
        }
    }
}
