//! Election boards, and what they did, record by record.

use isoloir_domain::board_deed::{Deed, Record};
use isoloir_domain::journal::Entry;
use isoloir_domain::{Board, ConsultationId, Seat};

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

    /// Appends a record, with its entry in the journal. False when there is one of its slot, and then nothing changes.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] when there is no such board.
    pub async fn append_board_record(&self, new: &NewBoardRecord, entry: &Entry) -> Result<bool, StoreError> {
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
            append_journal!(tx, entry);
        });
        Ok(true)
    }
}
