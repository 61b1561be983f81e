//! Election boards, and what they did, record by record.

use std::collections::HashMap;

use isoloir_domain::board_deed::{Deed, Record};
use isoloir_domain::journal::Entry;
use isoloir_domain::{Board, Calendar, ConsultationId, ElectionId, Seat};
use jiff::SignedDuration;

use crate::value::{instant, millis, parse, unsigned};
use crate::{Store, StoreError};

statements! {
    INSERT_BOARD = "INSERT INTO board (key, consultation, position, composition, records) VALUES ($1, $2, $3, $4, 0)
        ON CONFLICT DO NOTHING";
    BOARDS = "SELECT key, consultation, composition FROM board ORDER BY consultation, position";
    BOARD = "SELECT key, consultation, composition FROM board WHERE key = $1";
    VERSION = "SELECT records FROM board WHERE key = $1";
    NEXT = "UPDATE board SET records = records + 1 WHERE key = $1 RETURNING records";
    TAKEN = "SELECT COUNT(*) FROM board_record WHERE board = $1 AND slot = $2";
    INSERT_RECORD = "INSERT INTO board_record (board, seq, slot, seat, deed, body, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    COURSE = "SELECT suspended, closes, grace FROM election_course WHERE election = $1";
    COURSES = "SELECT x.election, x.suspended, x.closes, x.grace FROM election_course x JOIN election e ON e.id = x.election
        WHERE e.consultation = $1";
    SUSPEND = "INSERT INTO election_course (election, suspended) VALUES ($1, $2)
        ON CONFLICT (election) DO UPDATE SET suspended = excluded.suspended";
    CLOSING = "INSERT INTO election_course (election, suspended, closes, grace) VALUES ($1, FALSE, $2, $3)
        ON CONFLICT (election) DO UPDATE SET closes = excluded.closes, grace = excluded.grace";
    MARK_REHEARSAL = "INSERT INTO rehearsal (consultation, board) VALUES ($1, $2)";
    RECORDS = "SELECT seat, deed, body, at FROM board_record WHERE board = $1 ORDER BY seq";
}

/// A record to be appended.
pub struct NewBoardRecord {
    /// The board's key.
    pub board: String,
    /// What there is once.
    pub slot: String,
    /// The record.
    pub record: Record,
}

/// What a record does to an election, in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// Nobody votes in it, or again.
    Suspend(ElectionId, bool),
    /// Each closes as its calendar says.
    Closing(Vec<(ElectionId, Calendar)>),
}

/// What a board decided of an election's course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Course {
    /// Whether nobody votes.
    pub suspended: bool,
    /// Another closing, with its grace.
    pub closing: Option<(jiff::Timestamp, SignedDuration)>,
}

impl Course {
    /// The calendar with the board's closing; `None` when the board moved none.
    #[must_use]
    pub fn calendar(&self, of_consultation: &Calendar) -> Option<Calendar> {
        let (closes, grace) = self.closing?;
        Calendar::new(of_consultation.opens(), closes, grace).ok()
    }

    fn read(suspended: bool, closes: Option<i64>, grace: Option<i64>) -> Result<Self, StoreError> {
        let closing = closes.zip(grace).map(|(closes, grace)| -> Result<_, StoreError> {
            Ok((instant(closes)?, SignedDuration::from_millis(grace)))
        });
        let closing = closing.transpose()?;
        Ok(Self { suspended, closing })
    }
}

/// Stores the boards of a consultation in the transaction `$tx`; a key that is taken ends it with `Ok(false)`.
macro_rules! put_boards {
    ($tx:ident, $consultation:expr, $boards:expr) => {{
        for (position, board) in (1_i64..).zip($boards) {
            let stored = sqlx::query($crate::board::INSERT_BOARD)
                .bind(&board.key)
                .bind($consultation.as_str())
                .bind(position)
                .bind(serde_json::to_string(board).map_err(|_| StoreError::Damaged("a board"))?)
                .execute(&mut *$tx)
                .await?;
            if stored.rows_affected() == 0 {
                return Ok(false);
            }
        }
    }};
}

type BoardRow = (String, String, String);
type RecordRow = (Option<String>, String, Option<String>, i64);

fn board((_, consultation, composition): BoardRow) -> Result<(ConsultationId, Board), StoreError> {
    let board = serde_json::from_str(&composition).map_err(|_| StoreError::Damaged("a board"))?;
    Ok((parse(&consultation, "a consultation's identifier")?, board))
}

fn record((seat, deed, body, at): RecordRow) -> Result<Record, StoreError> {
    let deed: Deed = serde_json::from_str(&deed).map_err(|_| StoreError::Damaged("a board's record"))?;
    let by: Option<Seat> = seat.map(|seat| parse(&seat, "a seat")).transpose()?;
    let at = instant(at)?;
    Ok(Record { by, deed, body, at })
}

impl Store {
    /// All boards with their consultations, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn boards(&self) -> Result<Vec<(ConsultationId, Board)>, StoreError> {
        let rows: Vec<BoardRow> = on!(read &self.db, pool => sqlx::query_as(BOARDS).fetch_all(pool).await?);
        rows.into_iter().map(board).collect()
    }

    /// One board with its consultation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn board(&self, key: &str) -> Result<Option<(ConsultationId, Board)>, StoreError> {
        let row: Option<BoardRow> =
            on!(read &self.db, pool => sqlx::query_as(BOARD).bind(key).fetch_optional(pool).await?);
        row.map(board).transpose()
    }

    /// How many records a board has; 0 when there is no such board.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn board_version(&self, key: &str) -> Result<u64, StoreError> {
        let records: Option<i64> =
            on!(read &self.db, pool => sqlx::query_scalar(VERSION).bind(key).fetch_optional(pool).await?);
        unsigned(records.unwrap_or(0), "a count")
    }

    /// Everything that a board did, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn board_records(&self, key: &str) -> Result<Vec<Record>, StoreError> {
        let rows: Vec<RecordRow> = on!(read &self.db, pool => sqlx::query_as(RECORDS).bind(key).fetch_all(pool).await?);
        rows.into_iter().map(record).collect()
    }

    /// Appends a record, with what it does and its entry in the journal. False when there is one of its slot, and then nothing changes.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] when there is no such board.
    pub async fn append_board_record(
        &self,
        new: &NewBoardRecord,
        effect: &Effect,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let deed = serde_json::to_string(&new.record.deed).map_err(|_| StoreError::Damaged("a board's record"))?;
        on!(tx &self.db, tx => {
            let seq: Option<i64> = sqlx::query_scalar(NEXT).bind(&new.board).fetch_optional(&mut *tx).await?;
            let seq = seq.ok_or(StoreError::Damaged("a board"))?;
            let taken: i64 =
                sqlx::query_scalar(TAKEN).bind(&new.board).bind(&new.slot).fetch_one(&mut *tx).await?;
            if taken > 0 {
                return Ok(false);
            }
            sqlx::query(INSERT_RECORD)
                .bind(&new.board)
                .bind(seq)
                .bind(&new.slot)
                .bind(new.record.by.map(|seat| seat.to_string()))
                .bind(&deed)
                .bind(new.record.body.as_deref())
                .bind(millis(new.record.at))
                .execute(&mut *tx)
                .await?;
            match effect {
                Effect::None => {}
                Effect::Suspend(election, suspended) => {
                    sqlx::query(SUSPEND).bind(election.as_str()).bind(suspended).execute(&mut *tx).await?;
                }
                Effect::Closing(closings) => {
                    for (election, calendar) in closings {
                        sqlx::query(CLOSING)
                            .bind(election.as_str())
                            .bind(millis(calendar.closes()))
                            .bind(i64::try_from(calendar.grace().as_millis()).unwrap_or(0))
                            .execute(&mut *tx)
                            .await?;
                    }
                }
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Marks a consultation that is about to be stored as the twin of a board's elections: no list names it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_rehearsal(&self, twin: &ConsultationId, board: &str) -> Result<(), StoreError> {
        on!(write &self.db, pool =>
            sqlx::query(MARK_REHEARSAL).bind(twin.as_str()).bind(board).execute(pool).await.map(|_| ())?);
        Ok(())
    }

    /// What the board decided of an election's course.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn course(&self, election: &ElectionId) -> Result<Course, StoreError> {
        let row: Option<(bool, Option<i64>, Option<i64>)> =
            on!(read &self.db, pool => sqlx::query_as(COURSE).bind(election.as_str()).fetch_optional(pool).await?);
        row.map_or_else(
            || Ok(Course::default()),
            |(suspended, closes, grace)| Course::read(suspended, closes, grace),
        )
    }

    /// What boards decided of the courses of a consultation's elections.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn courses(&self, consultation: &ConsultationId) -> Result<HashMap<ElectionId, Course>, StoreError> {
        let rows: Vec<(String, bool, Option<i64>, Option<i64>)> =
            on!(read &self.db, pool => sqlx::query_as(COURSES).bind(consultation.as_str()).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(election, suspended, closes, grace)| {
                let election = parse(&election, "an election's identifier")?;
                Ok((election, Course::read(suspended, closes, grace)?))
            })
            .collect()
    }
}
