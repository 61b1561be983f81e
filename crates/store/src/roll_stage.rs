//! Roll files that were read and checked, and wait for somebody to approve and apply them; the history of the entries of a roll.
//!
//! A staged file holds what it would change, compared with the rolls in force at a version. Applying it is one transaction, which refuses when the
//! version is another by then: see [`crate::roll_apply`]. What it holds of persons is sealed by the caller: this file moves bytes.

use futures_util::TryStreamExt as _;
use isoloir_domain::complaint::ComplaintNumber;
use isoloir_domain::journal::Entry;
use isoloir_domain::{ConsultationId, Delivery, ElectionId, Place, Voter, VoterId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::roll::VoterRow;
use crate::value::{instant, millis, parse, signed, unsigned};
use crate::{Store, StoreError};

statements! {
    VERSION = "SELECT version FROM roll_state WHERE id = 1";
    MOVE = "UPDATE roll_state SET version = version + 1 WHERE id = 1";
    EVERYONE = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language,
        COALESCE(d.place, '') AS place, COALESCE(d.place_name, '') AS place_name, COALESCE(d.address, '') AS address, r.election
        FROM voter v LEFT JOIN delivery d ON d.voter = v.id LEFT JOIN roll_entry r ON r.voter = v.id ORDER BY v.id";
    IDENTITIES = "SELECT voter, mark FROM voter_identity ORDER BY voter, mark";
    INSERT_STAGE = "INSERT INTO staged_roll (id, consultation, mode, status, file, base, elections, report, staged, staged_by, approved_by, applied_by)
        VALUES ($1, $2, $3, 'staged', $4, $5, $6, $7, $8, $9, '', '')";
    INSERT_PART = "INSERT INTO staged_part (stage, kind, seq, sealed) VALUES ($1, $2, $3, $4)";
    WIPE = "DELETE FROM staged_part WHERE stage IN
        (SELECT id FROM staged_roll WHERE consultation = $1 AND status IN ('applied', 'abandoned'))";
    PART = "SELECT sealed FROM staged_part WHERE stage = $1 AND kind = $2 AND seq = $3";
    STAGE = "SELECT id, consultation, mode, status, file, base, elections, report, staged, staged_by, approved, approved_by, applied, applied_by
        FROM staged_roll WHERE id = $1";
    STAGES = "SELECT id, consultation, mode, status, file, base, elections, report, staged, staged_by, approved, approved_by, applied, applied_by
        FROM staged_roll WHERE consultation = $1 ORDER BY staged DESC, id";
    APPROVE = "UPDATE staged_roll SET status = 'approved', approved = $2, approved_by = $3 WHERE id = $1 AND status = 'staged'";
    ABANDON = "UPDATE staged_roll SET status = 'abandoned' WHERE id = $1 AND status IN ('staged', 'approved')";
    CORRECT = "UPDATE voter SET last_name = $2, first_name = $3, email = $4, name_key = $5 WHERE id = $1";
    RESORT = "UPDATE roll_entry SET sort_key = $3 WHERE election = $1 AND voter = $2";
    ROLLS_OF = "SELECT r.election FROM roll_entry r JOIN election e ON e.id = r.election WHERE r.voter = $1 AND e.sealed = FALSE";
    LEAVE = "DELETE FROM roll_entry WHERE election = $1 AND voter = $2";
    IN_SEALED = "SELECT COUNT(*) FROM roll_entry r JOIN election e ON e.id = r.election
        WHERE r.voter = $1 AND e.consultation = $2 AND e.sealed";
    INSERT_CHANGE = "INSERT INTO roll_change (source, position, voter, election, what, before, decided_by, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    BY_COMPLAINTS = "SELECT source, what, at FROM roll_change
        WHERE election = $1 AND what IN ('joined', 'left') AND source LIKE 'R-%' AND at >= $2 ORDER BY at, source, position";
    HISTORY = "SELECT source, election, what, before, decided_by, at FROM roll_change WHERE voter = $1 ORDER BY at, source, position";
}

/// What a file is to the rolls of the elections that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The whole of them: whoever is not in the file leaves.
    Complete,
    /// It adds and corrects; nobody leaves.
    Supplement,
}

impl Mode {
    /// The name in the database and in forms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Supplement => "supplement",
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        [Self::Complete, Self::Supplement]
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or(StoreError::Damaged("a staged roll"))
    }
}

/// Where a staged file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageStatus {
    /// Read and checked.
    Staged,
    /// Somebody approved it.
    Approved,
    /// The rolls are changed.
    Applied,
    /// Given up.
    Abandoned,
}

impl StageStatus {
    /// The name in the database and in pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Approved => "approved",
            Self::Applied => "applied",
            Self::Abandoned => "abandoned",
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        [Self::Staged, Self::Approved, Self::Applied, Self::Abandoned]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(StoreError::Damaged("a staged roll"))
    }
}

/// A file to keep until it is applied.
pub struct NewStage {
    /// Its identifier.
    pub id: String,
    /// The consultation.
    pub consultation: ConsultationId,
    /// What it is to the rolls.
    pub mode: Mode,
    /// SHA-256 of the file, in hexadecimal.
    pub file: String,
    /// The version of the rolls that it was compared with.
    pub base: u64,
    /// Elections of the consultation, by the index that its parts use.
    pub elections: Vec<ElectionId>,
    /// JSON of its figures.
    pub report: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// A part of what a staged file holds, sealed.
pub struct SealedPart {
    /// What it holds.
    pub kind: &'static str,
    /// Its rank among those of its kind, from 0.
    pub seq: u32,
    /// The bytes.
    pub sealed: Vec<u8>,
}

/// A staged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its identifier.
    pub id: String,
    /// The consultation.
    pub consultation: ConsultationId,
    /// What it is to the rolls.
    pub mode: Mode,
    /// Where it stands.
    pub status: StageStatus,
    /// SHA-256 of the file, in hexadecimal.
    pub file: String,
    /// The version of the rolls that it was compared with.
    pub base: u64,
    /// Elections of the consultation, by the index that its parts use.
    pub elections: Vec<ElectionId>,
    /// JSON of its figures.
    pub report: String,
    /// When it was staged, and by whom.
    pub staged: (Timestamp, String),
    /// When it was approved, and by whom.
    pub approved: Option<(Timestamp, String)>,
    /// When it was applied, and by whom.
    pub applied: Option<(Timestamp, String)>,
}

#[derive(sqlx::FromRow)]
struct StageRow {
    id: String,
    consultation: String,
    mode: String,
    status: String,
    file: String,
    base: i64,
    elections: String,
    report: String,
    staged: i64,
    staged_by: String,
    approved: Option<i64>,
    approved_by: String,
    applied: Option<i64>,
    applied_by: String,
}

impl StageRow {
    fn read(self) -> Result<Stage, StoreError> {
        let done = |at: Option<i64>, by: String| at.map(|at| Ok::<_, StoreError>((instant(at)?, by))).transpose();
        Ok(Stage {
            consultation: parse(&self.consultation, "a consultation's identifier")?,
            mode: Mode::read(&self.mode)?,
            status: StageStatus::read(&self.status)?,
            base: unsigned(self.base, "a version")?,
            elections: serde_json::from_str(&self.elections).map_err(|_| StoreError::Damaged("a staged roll"))?,
            staged: (instant(self.staged)?, self.staged_by),
            approved: done(self.approved, self.approved_by)?,
            applied: done(self.applied, self.applied_by)?,
            id: self.id,
            file: self.file,
            report: self.report,
        })
    }
}

/// A voter as the rolls in force have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoterInForce {
    /// The voter.
    pub voter: Voter,
    /// Where the notice goes.
    pub delivery: Delivery,
    /// Elections of every consultation.
    pub elections: Vec<ElectionId>,
}

#[derive(sqlx::FromRow)]
struct InForceRow {
    #[sqlx(flatten)]
    voter: VoterRow,
    place: String,
    place_name: String,
    address: String,
    election: Option<String>,
}

impl InForceRow {
    fn election(&self) -> Result<Option<ElectionId>, StoreError> {
        let election = self.election.as_deref();
        election.map(|text| parse(text, "an election's identifier")).transpose()
    }

    fn read(self) -> Result<VoterInForce, StoreError> {
        let elections = self.election()?.into_iter().collect();
        let place = Place {
            code: self.place,
            name: self.place_name,
        };
        Ok(VoterInForce {
            voter: self.voter.read()?,
            delivery: Delivery {
                place: Some(place).filter(|place| !place.code.is_empty()),
                address: self.address.lines().map(str::to_owned).collect(),
            },
            elections,
        })
    }
}

/// What changes for one voter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoterChange {
    /// The voter; drawn when the file was staged, for one who is new.
    pub voter: VoterId,
    /// Line of the file that first names the voter; 0 for one whom it does not name.
    pub line: u64,
    /// Staff number.
    pub number: String,
    /// Family name, from now on.
    pub last_name: String,
    /// Given name, from now on.
    pub first_name: String,
    /// Mailbox, from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Names and mailbox so far, of a voter for whom they change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// Not known before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new: bool,
    /// Where the notice goes, when it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// Digests of the identity in hexadecimal, when they change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<Vec<String>>,
    /// Elections that the voter joins, by index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<u16>,
    /// Elections that the voter leaves, by index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaves: Vec<u16>,
}

/// Names and mailbox so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl VoterChange {
    pub(crate) fn mail_changes(&self) -> bool {
        self.before.as_ref().is_some_and(|before| before.email != self.email)
    }

    pub(crate) fn name_changes(&self) -> bool {
        let renamed = |before: &Before| before.last_name != self.last_name || before.first_name != self.first_name;
        self.before.as_ref().is_some_and(renamed)
    }
}

/// A line of the history of a voter's entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// A staged file, a complaint, or a judgment.
    pub source: String,
    /// The election; none for names and mailbox.
    pub election: Option<ElectionId>,
    /// `joined`, `left`, `renamed`, `mail`.
    pub what: String,
    /// The name or mailbox before.
    pub before: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

type HistoryRow = (String, Option<String>, String, String, String, i64);

/// Writes a line of the history in the transaction `$tx`.
macro_rules! record_change {
    ($tx:ident, $source:expr, $position:expr, $voter:expr, $election:expr, $what:expr, $before:expr, $by:expr, $at:expr) => {
        sqlx::query($crate::roll_stage::INSERT_CHANGE)
            .bind($source)
            .bind($position)
            .bind($voter)
            .bind($election)
            .bind($what)
            .bind($before)
            .bind($by)
            .bind($at)
            .execute(&mut *$tx)
            .await?
    };
}

/// Sets names and mailbox of a voter in the transaction `$tx`, and the order of the rolls that have the name; a sealed one keeps its order. With another mailbox, what was sent
/// to the one before is void.
macro_rules! correct_voter {
    ($tx:ident, $voter:expr, $last:expr, $first:expr, $email:expr, $mail_changes:expr) => {{
        let (voter, last, first): (VoterId, &str, &str) = ($voter, $last, $first);
        sqlx::query($crate::roll_stage::CORRECT)
            .bind(voter.to_string())
            .bind(last)
            .bind(first)
            .bind($email)
            .bind($crate::roll::name_key_of(last, first))
            .execute(&mut *$tx)
            .await?;
        let rolls: Vec<String> = sqlx::query_scalar($crate::roll_stage::ROLLS_OF)
            .bind(voter.to_string())
            .fetch_all(&mut *$tx)
            .await?;
        for election in rolls {
            let election: ElectionId = $crate::value::parse(&election, "an election's identifier")?;
            sqlx::query($crate::roll_stage::RESORT)
                .bind(election.as_str())
                .bind(voter.to_string())
                .bind($crate::roll::sort_key(&election, voter, last, first))
                .execute(&mut *$tx)
                .await?;
        }
        if $mail_changes {
            for statement in [
                $crate::account::VOID_LINKS,
                $crate::account::VOID_CODE,
                $crate::account::VOID_RESET,
                $crate::account::END_SESSIONS,
            ] {
                sqlx::query(statement)
                    .bind(voter.to_string())
                    .execute(&mut *$tx)
                    .await?;
            }
        }
    }};
}

impl Store {
    /// How often the rolls have moved.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roll_version(&self) -> Result<u64, StoreError> {
        let version: i64 = on!(read &self.db, pool => sqlx::query_scalar(VERSION).fetch_one(pool).await?);
        unsigned(version, "a version")
    }

    /// Every voter known, once, with all elections: given to `take` as they are read, since there may be a million of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn each_voter(&self, mut take: impl FnMut(VoterInForce)) -> Result<(), StoreError> {
        let mut last: Option<VoterInForce> = None;
        on!(read &self.db, pool => {
            let mut rows = sqlx::query_as::<_, InForceRow>(EVERYONE).fetch(pool);
            while let Some(row) = rows.try_next().await? {
                let same = last.as_mut().filter(|last| row.voter.id == last.voter.id.to_string());
                if let Some(last) = same {
                    last.elections.extend(row.election()?);
                } else if let Some(complete) = last.replace(row.read()?) {
                    take(complete);
                }
            }
        });
        if let Some(last) = last {
            take(last);
        }
        Ok(())
    }

    /// The marks of each voter who has an identity, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn each_identity(&self, mut take: impl FnMut(VoterId, &[[u8; 32]])) -> Result<(), StoreError> {
        let mut owner: Option<VoterId> = None;
        let mut marks: Vec<[u8; 32]> = Vec::new();
        on!(read &self.db, pool => {
            let mut rows = sqlx::query_as::<_, (String, Vec<u8>)>(IDENTITIES).fetch(pool);
            while let Some((voter, mark)) = rows.try_next().await? {
                let voter: VoterId = parse(&voter, "a voter's identifier")?;
                if let Some(before) = owner.replace(voter).filter(|before| *before != voter) {
                    take(before, &marks);
                    marks.clear();
                }
                marks.push(crate::value::hash(&mark, "a mark")?);
            }
        });
        if let Some(owner) = owner {
            take(owner, &marks);
        }
        Ok(())
    }

    /// Keeps a file that was read and checked, part by part, in one transaction, and wipes what those that are over held of persons.
    ///
    /// # Errors
    /// [`StoreError`], and those of `next`.
    pub async fn stage_roll<E: From<StoreError>>(
        &self,
        stage: &NewStage,
        mut next: impl FnMut() -> Result<Option<SealedPart>, E>,
        entry: &Entry,
    ) -> Result<(), E> {
        let elections = serde_json::to_string(&stage.elections).map_err(|_| StoreError::Damaged("a staged roll"))?;
        let base = signed(stage.base, "a version")?;
        let kept: Result<Result<(), E>, StoreError> = async {
            on!(tx &self.db, tx => {
                sqlx::query(WIPE).bind(stage.consultation.as_str()).execute(&mut *tx).await?;
                sqlx::query(INSERT_STAGE)
                    .bind(&stage.id)
                    .bind(stage.consultation.as_str())
                    .bind(stage.mode.as_str())
                    .bind(&stage.file)
                    .bind(base)
                    .bind(&elections)
                    .bind(&stage.report)
                    .bind(millis(stage.at))
                    .bind(&stage.by)
                    .execute(&mut *tx)
                    .await?;
                loop {
                    let part = match next() {
                        Ok(Some(part)) => part,
                        Ok(None) => break,
                        Err(error) => return Ok(Err(error)),
                    };
                    sqlx::query(INSERT_PART)
                        .bind(&stage.id)
                        .bind(part.kind)
                        .bind(i64::from(part.seq))
                        .bind(&part.sealed)
                        .execute(&mut *tx)
                        .await?;
                }
                append_journal!(tx, entry);
            });
            Ok(Ok(()))
        }
        .await;
        kept?
    }

    /// The staged files of a consultation, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn staged_rolls(&self, consultation: &ConsultationId) -> Result<Vec<Stage>, StoreError> {
        let rows: Vec<StageRow> =
            on!(read &self.db, pool => sqlx::query_as(STAGES).bind(consultation.as_str()).fetch_all(pool).await?);
        rows.into_iter().map(StageRow::read).collect()
    }

    /// One staged file.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn staged_roll(&self, id: &str) -> Result<Option<Stage>, StoreError> {
        let row: Option<StageRow> =
            on!(read &self.db, pool => sqlx::query_as(STAGE).bind(id).fetch_optional(pool).await?);
        row.map(StageRow::read).transpose()
    }

    /// A part of a staged file, sealed; `None` behind the last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn staged_part(&self, id: &str, kind: &str, seq: u32) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(on!(read &self.db, pool => sqlx::query_scalar(PART)
            .bind(id)
            .bind(kind)
            .bind(i64::from(seq))
            .fetch_optional(pool)
            .await?))
    }

    /// Records that somebody approved a staged file; false when it is not waiting for that.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn approve_roll(&self, id: &str, at: Timestamp, by: &str, entry: &Entry) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let made = sqlx::query(APPROVE).bind(id).bind(millis(at)).bind(by).execute(&mut *tx).await?;
            if made.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Gives a staged file up; false when it is applied or given up already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn abandon_roll(&self, id: &str, entry: &Entry) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let made = sqlx::query(ABANDON).bind(id).execute(&mut *tx).await?;
            if made.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Who joined the roll of an election, or left it, by a decision on a complaint since an instant: the complaint, whether somebody joined, when.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn joined_or_left_by_complaints(
        &self,
        election: &ElectionId,
        since: Timestamp,
    ) -> Result<Vec<(ComplaintNumber, bool, Timestamp)>, StoreError> {
        let rows: Vec<(String, String, i64)> = on!(read &self.db, pool => sqlx::query_as(BY_COMPLAINTS)
            .bind(election.as_str())
            .bind(millis(since))
            .fetch_all(pool)
            .await?);
        rows.into_iter()
            .map(|(source, what, at)| Ok((parse(&source, "a complaint's number")?, what == "joined", instant(at)?)))
            .collect()
    }

    /// What happened to a voter's entries since the first import, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roll_history(&self, voter: VoterId) -> Result<Vec<HistoryLine>, StoreError> {
        let rows: Vec<HistoryRow> =
            on!(read &self.db, pool => sqlx::query_as(HISTORY).bind(voter.to_string()).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(source, election, what, before, by, at)| {
                let election = election.as_deref();
                Ok(HistoryLine {
                    source,
                    election: election
                        .map(|text| parse(text, "an election's identifier"))
                        .transpose()?,
                    what,
                    before,
                    by,
                    at: instant(at)?,
                })
            })
            .collect()
    }
}

/// The kind of the parts that hold changes.
pub const CHANGES: &str = "changes";
