//! Consultations, elections and candidate lists.

use isoloir_domain::journal::Entry;
use isoloir_domain::{
    Board, Calendar, Candidate, CandidateList, Consultation, ConsultationId, Election, ElectionId, Sex, VoterId,
};
use jiff::SignedDuration;

use crate::value::{instant, millis, parse, small};
use crate::{Store, StoreError};

statements! {
    INSERT_CONSULTATION = "INSERT INTO consultation (id, title, organiser, profile, crypto_group, opens, closes, grace, live_box, policy)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    INSERT_ELECTION = "INSERT INTO election (id, consultation, key, title, seats, position, sealed, count_rules)
        VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7)";
    CONSULTATIONS = "SELECT id, title, organiser, profile, crypto_group, opens, closes, grace, live_box, policy
        FROM consultation c WHERE NOT EXISTS (SELECT 1 FROM rehearsal r WHERE r.consultation = c.id) ORDER BY opens, id";
    CONSULTATION = "SELECT id, title, organiser, profile, crypto_group, opens, closes, grace, live_box, policy
        FROM consultation WHERE id = $1";
    ELECTIONS = "SELECT id, consultation, key, title, seats, position, count_rules FROM election WHERE consultation = $1 ORDER BY position";
    ELECTION = "SELECT id, consultation, key, title, seats, position, count_rules FROM election WHERE id = $1";
    ELECTIONS_OF = "SELECT e.id, e.consultation, e.key, e.title, e.seats, e.position, e.count_rules,
        CASE WHEN p.voter IS NULL THEN FALSE ELSE TRUE END AS marked
        FROM roll_entry r JOIN election e ON e.id = r.election LEFT JOIN poll_book p ON p.election = r.election AND p.voter = r.voter
        WHERE r.voter = $1 ORDER BY e.consultation, e.position";
    SET_CALENDAR = "UPDATE consultation SET opens = $2, closes = $3, grace = $4, revision = revision + 1 WHERE id = $1";
    SET_CALENDAR_FROM = "UPDATE consultation SET opens = $2, closes = $3, grace = $4, revision = revision + 1 WHERE id = $1 AND revision = $5";
    REVISE = "UPDATE consultation SET revision = revision + 1 WHERE id = $1";
    REVISE_BY_ELECTION = "UPDATE consultation SET revision = revision + 1 WHERE id IN (SELECT consultation FROM election WHERE id = $1)";
    LOCK_ELECTION = "UPDATE election SET sealed = sealed WHERE id = $1 RETURNING sealed";
    DELETE_CANDIDATES = "DELETE FROM candidate WHERE election = $1";
    DELETE_LISTS = "DELETE FROM candidate_list WHERE election = $1";
    INSERT_LIST = "INSERT INTO candidate_list (election, position, name, acronym, filed) VALUES ($1, $2, $3, $4, $5)";
    LISTS = "SELECT position, name, acronym, filed FROM candidate_list WHERE election = $1 ORDER BY position";
    CANDIDATES = "SELECT list, rank, last_name, first_name, sex, born FROM candidate WHERE election = $1 ORDER BY list, rank";
}

/// Whether a change was made, or refused because an election is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Made and committed.
    Made,
    /// Nothing was stored: an election concerned is sealed.
    Sealed,
}

#[derive(sqlx::FromRow)]
struct ConsultationRow {
    id: String,
    title: String,
    organiser: String,
    profile: String,
    crypto_group: String,
    opens: i64,
    closes: i64,
    grace: i64,
    live_box: bool,
    policy: String,
}

impl ConsultationRow {
    fn read(self) -> Result<Consultation, StoreError> {
        Ok(Consultation {
            id: parse(&self.id, "a consultation's identifier")?,
            title: self.title,
            organiser: self.organiser,
            profile: parse(&self.profile, "a profile")?,
            group: self.crypto_group,
            calendar: calendar(self.opens, self.closes, self.grace)?,
            live_box: self.live_box,
            policy: serde_json::from_str(&self.policy).map_err(|_| StoreError::Damaged("a policy"))?,
        })
    }
}

pub(crate) fn calendar(opens: i64, closes: i64, grace: i64) -> Result<Calendar, StoreError> {
    Calendar::new(instant(opens)?, instant(closes)?, SignedDuration::from_millis(grace))
        .map_err(|_| StoreError::Damaged("a calendar"))
}

pub(crate) fn grace_millis(calendar: &Calendar) -> i64 {
    i64::try_from(calendar.grace().as_millis()).unwrap_or(0)
}

#[derive(sqlx::FromRow)]
struct ElectionRow {
    id: String,
    consultation: String,
    key: String,
    title: String,
    seats: i64,
    position: i64,
    count_rules: String,
}

#[derive(sqlx::FromRow)]
struct OwnElectionRow {
    #[sqlx(flatten)]
    election: ElectionRow,
    marked: bool,
}

impl ElectionRow {
    fn read(self) -> Result<Election, StoreError> {
        Ok(Election {
            id: parse(&self.id, "an election's identifier")?,
            consultation: parse(&self.consultation, "a consultation's identifier")?,
            key: self.key,
            title: self.title,
            seats: small(self.seats, "seats")?,
            position: small(self.position, "a position")?,
            count: serde_json::from_str(&self.count_rules).map_err(|_| StoreError::Damaged("rules of a count"))?,
        })
    }
}

impl Store {
    /// Stores a consultation with its elections and boards; false when one of this identifier, or a board of one of these keys, exists, and then
    /// nothing is stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_consultation(
        &self,
        consultation: &Consultation,
        elections: &[Election],
        boards: &[Board],
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let c = consultation;
        on!(tx &self.db, tx => {
            let stored = sqlx::query(INSERT_CONSULTATION)
                .bind(c.id.as_str())
                .bind(&c.title)
                .bind(&c.organiser)
                .bind(c.profile.as_str())
                .bind(&c.group)
                .bind(millis(c.calendar.opens()))
                .bind(millis(c.calendar.closes()))
                .bind(grace_millis(&c.calendar))
                .bind(c.live_box)
                .bind(serde_json::to_string(&c.policy).map_err(|_| StoreError::Damaged("a policy"))?)
                .execute(&mut *tx)
                .await?;
            if stored.rows_affected() == 0 {
                return Ok(false);
            }
            for e in elections {
                sqlx::query(INSERT_ELECTION)
                    .bind(e.id.as_str())
                    .bind(e.consultation.as_str())
                    .bind(&e.key)
                    .bind(&e.title)
                    .bind(i64::from(e.seats))
                    .bind(i64::from(e.position))
                    .bind(serde_json::to_string(&e.count).map_err(|_| StoreError::Damaged("rules of a count"))?)
                    .execute(&mut *tx)
                    .await?;
            }
            put_boards!(tx, c.id, boards);
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// All consultations, by opening; not the twins of rehearsals.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn consultations(&self) -> Result<Vec<Consultation>, StoreError> {
        let rows: Vec<ConsultationRow> =
            on!(read &self.db, pool => sqlx::query_as(CONSULTATIONS).fetch_all(pool).await?);
        rows.into_iter().map(ConsultationRow::read).collect()
    }

    /// One consultation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn consultation(&self, id: &ConsultationId) -> Result<Option<Consultation>, StoreError> {
        let row: Option<ConsultationRow> =
            on!(read &self.db, pool => sqlx::query_as(CONSULTATION).bind(id.as_str()).fetch_optional(pool).await?);
        row.map(ConsultationRow::read).transpose()
    }

    /// The elections of a consultation, by position.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn elections(&self, consultation: &ConsultationId) -> Result<Vec<Election>, StoreError> {
        let rows: Vec<ElectionRow> =
            on!(read &self.db, pool => sqlx::query_as(ELECTIONS).bind(consultation.as_str()).fetch_all(pool).await?);
        rows.into_iter().map(ElectionRow::read).collect()
    }

    /// One election.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn election(&self, id: &ElectionId) -> Result<Option<Election>, StoreError> {
        let row: Option<ElectionRow> =
            on!(read &self.db, pool => sqlx::query_as(ELECTION).bind(id.as_str()).fetch_optional(pool).await?);
        row.map(ElectionRow::read).transpose()
    }

    /// The elections on whose rolls the voter is, by consultation and position, each with whether the poll book is marked. Looks at no ballot
    /// box.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn elections_of(&self, voter: VoterId) -> Result<Vec<(Election, bool)>, StoreError> {
        let rows: Vec<OwnElectionRow> =
            on!(read &self.db, pool => sqlx::query_as(ELECTIONS_OF).bind(voter.to_string()).fetch_all(pool).await?);
        rows.into_iter()
            .map(|row| Ok((row.election.read()?, row.marked)))
            .collect()
    }

    /// Replaces the calendar; with `from`, only if the consultation is still of this revision. Whether it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_calendar(
        &self,
        id: &ConsultationId,
        calendar: &Calendar,
        from: Option<i64>,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let set = sqlx::query(if from.is_some() { SET_CALENDAR_FROM } else { SET_CALENDAR })
                .bind(id.as_str())
                .bind(millis(calendar.opens()))
                .bind(millis(calendar.closes()))
                .bind(grace_millis(calendar));
            let set = match from {
                Some(revision) => set.bind(revision),
                None => set,
            };
            if set.execute(&mut *tx).await?.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Replaces the candidate lists of the elections named. `lists` comes in order of elections' identifiers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn replace_lists(
        &self,
        lists: &[(ElectionId, Vec<CandidateList>)],
        entry: &Entry,
    ) -> Result<Change, StoreError> {
        on!(tx &self.db, tx => {
            if let Some((election, _)) = lists.first() {
                sqlx::query(REVISE_BY_ELECTION).bind(election.as_str()).execute(&mut *tx).await?;
            }
            for (election, _) in lists {
                let sealed: Option<bool> =
                    sqlx::query_scalar(LOCK_ELECTION).bind(election.as_str()).fetch_optional(&mut *tx).await?;
                if sealed != Some(false) {
                    return Ok(Change::Sealed);
                }
            }
            for (election, lists) in lists {
                put_lists!(tx, election, lists);
            }
            append_journal!(tx, entry);
        });
        Ok(Change::Made)
    }

    /// Candidate lists of an election, in display order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lists(&self, election: &ElectionId) -> Result<Vec<CandidateList>, StoreError> {
        let (lists, candidates): (Vec<ListRow>, Vec<CandidateRow>) = on!(read &self.db, pool => (
            sqlx::query_as(LISTS).bind(election.as_str()).fetch_all(pool).await?,
            sqlx::query_as(CANDIDATES).bind(election.as_str()).fetch_all(pool).await?,
        ));
        let mut candidates = candidates.into_iter().peekable();
        let mut read = Vec::with_capacity(lists.len());
        for (position, name, acronym, filed) in lists {
            let mut members = Vec::new();
            while let Some((_, rank, last_name, first_name, sex, born)) = candidates.next_if(|row| row.0 == position) {
                let sex = Sex::from_letter(&sex).ok_or(StoreError::Damaged("a sex"))?;
                members.push(Candidate {
                    rank: small(rank, "a rank")?,
                    last_name,
                    first_name,
                    sex,
                    born: born.map(|born| parse(&born, "a date of birth")).transpose()?,
                });
            }
            read.push(CandidateList {
                position: small(position, "a position")?,
                name,
                acronym,
                filed: filed.map(instant).transpose()?,
                candidates: members,
            });
        }
        Ok(read)
    }
}

type ListRow = (i64, String, String, Option<i64>);
type CandidateRow = (i64, i64, String, String, String, Option<String>);
