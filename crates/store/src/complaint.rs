//! Complaints about the roll, their attachments and decisions.

use std::collections::BTreeSet;

use isoloir_domain::complaint::{ComplaintNumber, Object, Status};
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::{ConsultationId, ElectionId, StaffMember, VoterId};
use jiff::Timestamp;

use crate::outbox::NewMessage;
use crate::roll_correction::{Decided, NewCorrection};
use crate::value::{instant, millis, parse, small, unsigned};
use crate::{Store, StoreError};

statements! {
    BY_TOKEN = "SELECT year, rank, voter FROM complaint WHERE token = $1";
    NEXT = "INSERT INTO complaint_counter (year, latest) VALUES ($1, 1)
        ON CONFLICT (year) DO UPDATE SET latest = complaint_counter.latest + 1 RETURNING latest";
    INSERT = "INSERT INTO complaint (year, rank, consultation, token, voter, last_name, first_name, number, contact, object, election,
        other_person, body, filed, due, status, decided_by, reasons, effect)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'open', '', '', '')";
    INSERT_FILE = "INSERT INTO complaint_file (year, rank, position, origin, name, media_type, size, sealed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    NEXT_POSITION = "SELECT COALESCE(MAX(position), 0) + 1 FROM complaint_file WHERE year = $1 AND rank = $2";
    ONE = "SELECT year, rank, consultation, voter, last_name, first_name, number, contact, object, election, other_person, body, filed, due,
        status, decided, decided_by, reasons, effect FROM complaint WHERE year = $1 AND rank = $2";
    OF_VOTER = "SELECT year, rank, consultation, voter, last_name, first_name, number, contact, object, election, other_person, body, filed,
        due, status, decided, decided_by, reasons, effect FROM complaint WHERE voter = $1 ORDER BY year DESC, rank DESC";
    BY_STATUS = "SELECT year, rank, consultation, voter, last_name, first_name, number, contact, object, election, other_person, body, filed,
        due, status, decided, decided_by, reasons, effect FROM complaint
        WHERE status = $1 AND ($2 = '' OR consultation = $2) AND ($3 = '' OR REPLACE($3, election, '') <> $3)
        ORDER BY due, year, rank LIMIT $4 OFFSET $5";
    ALL = "SELECT year, rank, consultation, voter, last_name, first_name, number, contact, object, election, other_person, body, filed, due,
        status, decided, decided_by, reasons, effect FROM complaint WHERE consultation = $1 ORDER BY year, rank";
    COUNTS = "SELECT status, COUNT(*) FROM complaint
        WHERE ($1 = '' OR consultation = $1) AND ($2 = '' OR REPLACE($2, election, '') <> $2) GROUP BY status";
    OPEN_OF_VOTER = "SELECT COUNT(*) FROM complaint WHERE voter = $1 AND status = 'open'";
    FILES = "SELECT position, origin, name, media_type, size FROM complaint_file WHERE year = $1 AND rank = $2 ORDER BY position";
    SEALED = "SELECT sealed FROM complaint_file WHERE year = $1 AND rank = $2 AND position = $3";
    DECIDE = "UPDATE complaint SET status = $3, decided = $4, decided_by = $5, reasons = $6, effect = $7
        WHERE year = $1 AND rank = $2 AND status = 'open'";
}

/// Which complaints somebody sees: by default, all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComplaintScope {
    /// Those of this consultation only.
    pub consultation: Option<ConsultationId>,
    /// Those of these elections only; a complaint about none of them is of those who see all.
    pub elections: Option<BTreeSet<ElectionId>>,
}

impl ComplaintScope {
    /// What a member of the staff sees.
    #[must_use]
    pub fn of(member: &StaffMember) -> Self {
        Self {
            consultation: member.consultation.clone(),
            elections: member.only_elections().cloned(),
        }
    }

    /// Whether this complaint is among them.
    #[must_use]
    pub fn has(&self, complaint: &Complaint) -> bool {
        let of = complaint.election.as_ref();
        let named = |only: &BTreeSet<ElectionId>| of.is_some_and(|election| only.contains(election));
        self.consultation
            .as_ref()
            .is_none_or(|only| *only == complaint.consultation)
            && self.elections.as_ref().is_none_or(named)
    }

    /// The consultation as statements take it: empty for all.
    fn consultation_text(&self) -> &str {
        self.consultation.as_ref().map_or("", ConsultationId::as_str)
    }

    /// The elections as statements take them, each after a comma, which no identifier holds: empty for all, one comma for none.
    fn elections_text(&self) -> String {
        match &self.elections {
            None => String::new(),
            Some(only) if only.is_empty() => ",".to_owned(),
            Some(only) => only
                .iter()
                .fold(String::new(), |text, election| text + "," + election.as_str()),
        }
    }
}

/// A decision to store.
pub struct NewDecision<'a> {
    /// Accepted or rejected.
    pub status: Status,
    /// Why, by whom, when.
    pub decision: &'a Decision,
    /// What is attached.
    pub files: &'a [NewFile],
    /// The mail that tells the person.
    pub mail: Option<&'a NewMessage>,
    /// What changes on the roll.
    pub correction: Option<&'a NewCorrection>,
    /// What enters the journal.
    pub entries: &'a [Entry],
}

/// A complaint to file.
pub struct NewComplaint {
    /// The year, in Paris, that its number names.
    pub year: u16,
    /// The consultation.
    pub consultation: ConsultationId,
    /// SHA-256 of the form's token.
    pub token: [u8; 32],
    /// The voter who files it; none for a person on no roll.
    pub voter: Option<VoterId>,
    /// Family name, as the roll or the person says it.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Staff number, if given.
    pub number: String,
    /// Address at which the person is told.
    pub contact: String,
    /// What it is about.
    pub object: Object,
    /// The election concerned, if one is.
    pub election: Option<ElectionId>,
    /// The other person concerned, if one is.
    pub other_person: String,
    /// What the person says.
    pub body: String,
    /// When.
    pub filed: Timestamp,
    /// Until when it must be decided.
    pub due: Timestamp,
}

/// A file attached to a complaint, encrypted.
pub struct NewFile {
    /// Name to show.
    pub name: String,
    /// `application/pdf`, `image/png` or `image/jpeg`.
    pub media_type: &'static str,
    /// Bytes in clear.
    pub size: u64,
    /// Encrypted bytes.
    pub sealed: Vec<u8>,
}

/// A file attached to a complaint, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComplaintFile {
    /// Rank in the complaint, from 1.
    pub position: u32,
    /// Whether the organiser added it; the person did otherwise.
    pub by_organiser: bool,
    /// Name to show.
    pub name: String,
    /// Type.
    pub media_type: String,
    /// Bytes in clear.
    pub size: u64,
}

/// A decision (*décision*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// When.
    pub at: Timestamp,
    /// Who: the identifier of a staff account, or `operator`.
    pub by: String,
    /// Why.
    pub reasons: String,
    /// What changes on the roll, if anything.
    pub effect: String,
}

/// A complaint (*réclamation*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Its number.
    pub number: ComplaintNumber,
    /// The consultation.
    pub consultation: ConsultationId,
    /// The voter who filed it; none for a person on no roll.
    pub voter: Option<VoterId>,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Staff number, if given.
    pub staff_number: String,
    /// Address at which the person is told.
    pub contact: String,
    /// What it is about.
    pub object: Object,
    /// The election concerned, if one is.
    pub election: Option<ElectionId>,
    /// The other person concerned, if one is.
    pub other_person: String,
    /// What the person says.
    pub body: String,
    /// When it was filed.
    pub filed: Timestamp,
    /// Until when it must be decided.
    pub due: Timestamp,
    /// Where it stands.
    pub status: Status,
    /// The decision, once there is one.
    pub decision: Option<Decision>,
}

/// What came of filing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filed {
    /// Filed under this number.
    New(ComplaintNumber),
    /// The same form had been sent before.
    Again(ComplaintNumber),
    /// The token belongs to somebody else's form.
    Foreign,
}

#[derive(sqlx::FromRow)]
struct Row {
    year: i64,
    rank: i64,
    consultation: String,
    voter: Option<String>,
    last_name: String,
    first_name: String,
    number: String,
    contact: String,
    object: String,
    election: Option<String>,
    other_person: String,
    body: String,
    filed: i64,
    due: i64,
    status: String,
    decided: Option<i64>,
    decided_by: String,
    reasons: String,
    effect: String,
}

fn number(year: i64, rank: i64) -> Result<ComplaintNumber, StoreError> {
    let year = u16::try_from(year).map_err(|_| StoreError::Damaged("a year"))?;
    Ok(ComplaintNumber::new(year, small(rank, "a rank")?))
}

fn key(number: ComplaintNumber) -> (i64, i64) {
    (i64::from(number.year()), i64::from(number.rank()))
}

impl Row {
    fn read(self) -> Result<Complaint, StoreError> {
        let decision = match self.decided {
            Some(at) => Some(Decision {
                at: instant(at)?,
                by: self.decided_by,
                reasons: self.reasons,
                effect: self.effect,
            }),
            None => None,
        };
        Ok(Complaint {
            number: number(self.year, self.rank)?,
            consultation: parse(&self.consultation, "a consultation's identifier")?,
            voter: self.voter.map(|id| parse(&id, "a voter's identifier")).transpose()?,
            last_name: self.last_name,
            first_name: self.first_name,
            staff_number: self.number,
            contact: self.contact,
            object: parse(&self.object, "a complaint's object")?,
            election: self
                .election
                .map(|id| parse(&id, "an election's identifier"))
                .transpose()?,
            other_person: self.other_person,
            body: self.body,
            filed: instant(self.filed)?,
            due: instant(self.due)?,
            status: parse(&self.status, "a complaint's status")?,
            decision,
        })
    }
}

impl Store {
    /// The complaint of a form's token, and whose it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complaint_by_token(
        &self,
        token: &[u8; 32],
    ) -> Result<Option<(ComplaintNumber, Option<VoterId>)>, StoreError> {
        let row: Option<(i64, i64, Option<String>)> = on!(read &self.db, pool =>
            sqlx::query_as(BY_TOKEN).bind(token.as_slice()).fetch_optional(pool).await?);
        row.map(|(year, rank, voter)| {
            let voter = voter.map(|id| parse(&id, "a voter's identifier")).transpose()?;
            Ok((number(year, rank)?, voter))
        })
        .transpose()
    }

    /// Files a complaint with its attachments and its acknowledgement; `mail` writes it for the number that was given. The same
    /// token again files nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn file_complaint(
        &self,
        new: &NewComplaint,
        files: &[NewFile],
        mail: impl FnOnce(ComplaintNumber) -> Option<NewMessage> + Send,
    ) -> Result<Filed, StoreError> {
        let voter = new.voter.map(|id| id.to_string());
        on!(tx &self.db, tx => {
            // The counter's row is the lock: of two copies of one form, the second waits here and then finds the first.
            let rank: i64 = sqlx::query_scalar(NEXT).bind(i64::from(new.year)).fetch_one(&mut *tx).await?;
            let known: Option<(i64, i64, Option<String>)> =
                sqlx::query_as(BY_TOKEN).bind(new.token.as_slice()).fetch_optional(&mut *tx).await?;
            if let Some((year, rank, owner)) = known {
                // Dropped without commit, so that no number is lost.
                return Ok(if owner == voter { Filed::Again(number(year, rank)?) } else { Filed::Foreign });
            }
            let given = number(i64::from(new.year), rank)?;
            sqlx::query(INSERT)
                .bind(i64::from(new.year))
                .bind(rank)
                .bind(new.consultation.as_str())
                .bind(new.token.as_slice())
                .bind(&voter)
                .bind(&new.last_name)
                .bind(&new.first_name)
                .bind(&new.number)
                .bind(&new.contact)
                .bind(new.object.as_str())
                .bind(new.election.as_ref().map(ElectionId::as_str))
                .bind(&new.other_person)
                .bind(&new.body)
                .bind(millis(new.filed))
                .bind(millis(new.due))
                .execute(&mut *tx)
                .await?;
            for (position, file) in (1_i64..).zip(files) {
                sqlx::query(INSERT_FILE)
                    .bind(i64::from(new.year))
                    .bind(rank)
                    .bind(position)
                    .bind("person")
                    .bind(&file.name)
                    .bind(file.media_type)
                    .bind(i64::try_from(file.size).unwrap_or(i64::MAX))
                    .bind(&file.sealed)
                    .execute(&mut *tx)
                    .await?;
            }
            if let Some(mail) = mail(given) {
                queue_message!(tx, &mail);
            }
            let subject = match new.voter {
                Some(voter) => Subject::Voter(voter),
                None => Subject::Consultation(new.consultation.clone()),
            };
            let entry = Entry { at: new.filed, actor: None, subject, what: Event::ComplaintFiled { number: given } };
            append_journal!(tx, &entry);
            Ok(Filed::New(given))
        })
    }

    /// One complaint.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complaint(&self, number: ComplaintNumber) -> Result<Option<Complaint>, StoreError> {
        let (year, rank) = key(number);
        let row: Option<Row> =
            on!(read &self.db, pool => sqlx::query_as(ONE).bind(year).bind(rank).fetch_optional(pool).await?);
        row.map(Row::read).transpose()
    }

    /// A voter's complaints, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complaints_of_voter(&self, voter: VoterId) -> Result<Vec<Complaint>, StoreError> {
        let rows: Vec<Row> =
            on!(read &self.db, pool => sqlx::query_as(OF_VOTER).bind(voter.to_string()).fetch_all(pool).await?);
        rows.into_iter().map(Row::read).collect()
    }

    /// Those of the complaints in one status that `scope` has, the most urgent first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complaints_by_status(
        &self,
        scope: &ComplaintScope,
        status: Status,
        limit: u32,
        offset: u64,
    ) -> Result<Vec<Complaint>, StoreError> {
        let rows: Vec<Row> = on!(read &self.db, pool => sqlx::query_as(BY_STATUS)
            .bind(status.as_str())
            .bind(scope.consultation_text())
            .bind(scope.elections_text())
            .bind(i64::from(limit))
            .bind(i64::try_from(offset).unwrap_or(i64::MAX))
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(Row::read).collect()
    }

    /// All complaints of a consultation, by number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complaints(&self, consultation: &ConsultationId) -> Result<Vec<Complaint>, StoreError> {
        let rows: Vec<Row> =
            on!(read &self.db, pool => sqlx::query_as(ALL).bind(consultation.as_str()).fetch_all(pool).await?);
        rows.into_iter().map(Row::read).collect()
    }

    /// How many of the complaints that `scope` has stand in each status; a status without any is left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complaint_counts(&self, scope: &ComplaintScope) -> Result<Vec<(Status, u64)>, StoreError> {
        let rows: Vec<(String, i64)> = on!(read &self.db, pool => sqlx::query_as(COUNTS)
            .bind(scope.consultation_text())
            .bind(scope.elections_text())
            .fetch_all(pool)
            .await?);
        rows.into_iter()
            .map(|(status, count)| Ok((parse(&status, "a complaint's status")?, unsigned(count, "a count")?)))
            .collect()
    }

    /// How many complaints of a voter wait for a decision.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_complaints_of(&self, voter: VoterId) -> Result<u64, StoreError> {
        let count: i64 = on!(read &self.db, pool =>
            sqlx::query_scalar(OPEN_OF_VOTER).bind(voter.to_string()).fetch_one(pool).await?);
        unsigned(count, "a count")
    }

    /// The attachments of a complaint, without their bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complaint_files(&self, number: ComplaintNumber) -> Result<Vec<ComplaintFile>, StoreError> {
        let (year, rank) = key(number);
        let rows: Vec<(i64, String, String, String, i64)> =
            on!(read &self.db, pool => sqlx::query_as(FILES).bind(year).bind(rank).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(position, origin, name, media_type, size)| {
                Ok(ComplaintFile {
                    position: small(position, "a rank")?,
                    by_organiser: origin != "person",
                    name,
                    media_type,
                    size: unsigned(size, "a size")?,
                })
            })
            .collect()
    }

    /// The encrypted bytes of an attachment.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complaint_file(&self, number: ComplaintNumber, position: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let (year, rank) = key(number);
        Ok(on!(read &self.db, pool => sqlx::query_scalar(SEALED)
            .bind(year)
            .bind(rank)
            .bind(i64::from(position))
            .fetch_optional(pool)
            .await?))
    }

    /// Decides a complaint that is open, with what the organiser attaches, the mail that tells the person, and the
    /// correction of the roll.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn decide_complaint(
        &self,
        number: ComplaintNumber,
        new: &NewDecision<'_>,
    ) -> Result<Decided, StoreError> {
        let decision = new.decision;
        let (year, rank) = key(number);
        on!(tx &self.db, tx => {
            if let Some(correction) = new.correction
                && let Some(not) = apply_correction!(tx, correction)
            {
                return Ok(Decided::Not(not));
            }
            let made = sqlx::query(DECIDE)
                .bind(year)
                .bind(rank)
                .bind(new.status.as_str())
                .bind(millis(decision.at))
                .bind(&decision.by)
                .bind(&decision.reasons)
                .bind(&decision.effect)
                .execute(&mut *tx)
                .await?;
            if made.rows_affected() == 0 {
                return Ok(Decided::Already);
            }
            let first: i64 = sqlx::query_scalar(NEXT_POSITION).bind(year).bind(rank).fetch_one(&mut *tx).await?;
            for (position, file) in (first..).zip(new.files) {
                sqlx::query(INSERT_FILE)
                    .bind(year)
                    .bind(rank)
                    .bind(position)
                    .bind("organiser")
                    .bind(&file.name)
                    .bind(file.media_type)
                    .bind(i64::try_from(file.size).unwrap_or(i64::MAX))
                    .bind(&file.sealed)
                    .execute(&mut *tx)
                    .await?;
            }
            if let Some(mail) = new.mail {
                queue_message!(tx, mail);
            }
            for entry in new.entries {
                append_journal!(tx, entry);
            }
        });
        Ok(Decided::Made)
    }
}
