//! The box to read, its setup, and the events of the count.

use std::collections::HashSet;

use isoloir_domain::ballot_box::BoxHead;
use isoloir_domain::journal::Entry;
use isoloir_domain::{ConsultationId, ElectionId};
use isoloir_protocol::archive::{EventHash, EventKind, PayloadHash, event};

use crate::closing::Verification;
use crate::record::LOCK_BOX;
use crate::value::{hash, signed, small, unsigned};
use crate::{Store, StoreError};

statements! {
    LOCK_ELECTION = "UPDATE election SET sealed = TRUE WHERE id = $1 AND sealed = FALSE";
    INSERT_SETUP = "INSERT INTO box_setup (election, archive_timestamp, setup, election_json, trustees, credentials, event)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    INSERT_HEAD = "INSERT INTO box_head (election, height, event, ended) VALUES ($1, 0, $2, FALSE)";
    SETUP = "SELECT archive_timestamp, setup, election_json, trustees, credentials FROM box_setup WHERE election = $1";
    TRUSTEES = "SELECT trustees FROM box_setup WHERE election = $1";
    HEAD = "SELECT height, event, ended FROM box_head WHERE election = $1";
    BALLOTS = "SELECT height, tracker, bytes, event FROM ballot WHERE election = $1 AND height > $2 AND height <= $3
        ORDER BY height LIMIT $4";
    TRACKERS = "SELECT height, tracker FROM ballot WHERE election = $1 AND height > $2 ORDER BY height LIMIT $3";
    COUNT = "SELECT COUNT(*) FROM ballot WHERE election = $1";
    INSERT_RECORD = "INSERT INTO tally_record (election, height, kind, owner, payload, data, event)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    END_BOX = "UPDATE box_head SET height = $2, event = $3, ended = TRUE WHERE election = $1";
    MOVE_HEAD = "UPDATE box_head SET height = $2, event = $3 WHERE election = $1";
    RECORD_EXISTS = "SELECT COUNT(*) FROM tally_record WHERE election = $1 AND kind = $2 AND owner = $3";
    RECORDS = "SELECT height, kind, owner, payload, data, event FROM tally_record WHERE election = $1 ORDER BY height";
    COUNTED = "SELECT t.election FROM tally_record t JOIN election e ON e.id = t.election WHERE e.consultation = $1 AND t.kind = 'Result'";
    HAS_RESULT = "SELECT COUNT(*) FROM tally_record WHERE election = $1 AND kind = 'Result'";
    INSERT_SIDECAR = "INSERT INTO box_sidecar (election, page, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    SIDECAR_PAGE = "SELECT bytes FROM box_sidecar WHERE election = $1 AND page = $2";
    SIDECAR_PAGES = "SELECT COUNT(*) FROM box_sidecar WHERE election = $1";
    UNFROZEN = "SELECT e.id FROM election e JOIN consultation c ON c.id = e.consultation LEFT JOIN election_course x ON x.election = e.id
        WHERE e.sealed = TRUE AND COALESCE(x.closes, c.closes) + COALESCE(x.grace, c.grace) <= $1 AND NOT EXISTS
        (SELECT 1 FROM tally_record t WHERE t.election = e.id AND t.kind = 'EncryptedTally') ORDER BY e.id";
}

/// What a box is set up with: the exact bytes that the archive will hold.
pub struct BoxSetup {
    /// Instant in the archive's header, seconds since 1970.
    pub archive_timestamp: u64,
    /// The record that refers to the three documents.
    pub setup: Vec<u8>,
    /// The election.
    pub election: Vec<u8>,
    /// The trustees.
    pub trustees: Vec<u8>,
    /// The public credentials.
    pub credentials: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct SetupRow {
    archive_timestamp: i64,
    setup: Vec<u8>,
    election_json: Vec<u8>,
    trustees: Vec<u8>,
    credentials: Vec<u8>,
}

/// A ballot as it lies in the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBallot {
    /// Height of its event.
    pub height: u64,
    /// Its tracker.
    pub tracker: String,
    /// Its exact bytes.
    pub bytes: Vec<u8>,
    /// Hash of its event.
    pub event: [u8; 32],
}

/// An event after the ballots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyRecord {
    /// Height of the event.
    pub height: u64,
    /// Its kind.
    pub kind: EventKind,
    /// Number of the trustee, 0 when there is none.
    pub owner: u32,
    /// What the event points at.
    pub payload: Option<Vec<u8>>,
    /// What the payload points at in turn.
    pub data: Option<Vec<u8>>,
    /// Hash of the event.
    pub event: [u8; 32],
}

/// An event to be appended after the ballots.
pub struct NewRecord {
    /// Its kind.
    pub kind: EventKind,
    /// Number of the trustee, 0 when there is none.
    pub owner: u32,
    /// What the event points at.
    pub payload: Option<Vec<u8>>,
    /// What the payload points at in turn.
    pub data: Option<Vec<u8>>,
}

/// A head and whether the box is frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxState {
    /// The head.
    pub head: BoxHead,
    /// Frozen.
    pub ended: bool,
}

pub(crate) fn kind(text: &str) -> Result<EventKind, StoreError> {
    let known = [
        EventKind::EndBallots,
        EventKind::EncryptedTally,
        EventKind::Shuffle,
        EventKind::EndShuffles,
        EventKind::PartialDecryption,
        EventKind::Result,
    ];
    known
        .into_iter()
        .find(|kind| kind.to_string() == text)
        .ok_or(StoreError::Damaged("a kind of event"))
}

type RecordRow = (i64, String, i64, Option<Vec<u8>>, Option<Vec<u8>>, Vec<u8>);

impl Store {
    /// Seals an election and creates its empty box. `None`: it was sealed already. Otherwise the head.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_up_box<E>(
        &self,
        election: &ElectionId,
        setup: &BoxSetup,
        entry: E,
    ) -> Result<Option<EventHash>, StoreError>
    where
        E: FnOnce(&EventHash) -> Entry,
    {
        let (_, head) = event(None, 0, EventKind::Setup, Some(PayloadHash::of(&setup.setup)));
        let entry = entry(&head);
        on!(tx &self.db, tx => {
            let sealed = sqlx::query(LOCK_ELECTION).bind(election.as_str()).execute(&mut *tx).await?;
            if sealed.rows_affected() == 0 {
                return Ok(None);
            }
            sqlx::query(INSERT_SETUP)
                .bind(election.as_str())
                .bind(signed(setup.archive_timestamp, "an instant")?)
                .bind(&setup.setup)
                .bind(&setup.election)
                .bind(&setup.trustees)
                .bind(&setup.credentials)
                .bind(head.as_bytes().as_slice())
                .execute(&mut *tx)
                .await?;
            sqlx::query(INSERT_HEAD)
                .bind(election.as_str())
                .bind(head.as_bytes().as_slice())
                .execute(&mut *tx)
                .await?;
            append_journal!(tx, &entry);
        });
        Ok(Some(head))
    }

    /// What a box is set up with.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn box_setup(&self, election: &ElectionId) -> Result<Option<BoxSetup>, StoreError> {
        let row: Option<SetupRow> =
            on!(read &self.db, pool => sqlx::query_as(SETUP).bind(election.as_str()).fetch_optional(pool).await?);
        row.map(|row| {
            Ok(BoxSetup {
                archive_timestamp: unsigned(row.archive_timestamp, "an instant")?,
                setup: row.setup,
                election: row.election_json,
                trustees: row.trustees,
                credentials: row.credentials,
            })
        })
        .transpose()
    }

    /// The trustees' keys that a box is set up with, in the archive's bytes. All of [`Store::box_setup`] has a line for every voter.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn box_trustees(&self, election: &ElectionId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(on!(read &self.db, pool =>
            sqlx::query_scalar(TRUSTEES).bind(election.as_str()).fetch_optional(pool).await?))
    }

    /// Head of a box.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn box_state(&self, election: &ElectionId) -> Result<Option<BoxState>, StoreError> {
        let row: Option<(i64, Vec<u8>, bool)> =
            on!(read &self.db, pool => sqlx::query_as(HEAD).bind(election.as_str()).fetch_optional(pool).await?);
        row.map(|(height, event, ended)| {
            let head = BoxHead {
                election: election.clone(),
                event: hash(&event, "a head")?,
                height: unsigned(height, "a height")?,
            };
            Ok(BoxState { head, ended })
        })
        .transpose()
    }

    /// At most `limit` ballots above height `after` and up to height `until`, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ballots(
        &self,
        election: &ElectionId,
        after: u64,
        until: u64,
        limit: u32,
    ) -> Result<Vec<StoredBallot>, StoreError> {
        let (after, until) = (signed(after, "a height")?, signed(until, "a height")?);
        let rows: Vec<(i64, String, Vec<u8>, Vec<u8>)> = on!(read &self.db, pool => sqlx::query_as(BALLOTS)
            .bind(election.as_str())
            .bind(after)
            .bind(until)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        rows.into_iter()
            .map(|(height, tracker, bytes, event)| {
                Ok(StoredBallot {
                    height: unsigned(height, "a height")?,
                    tracker,
                    bytes,
                    event: hash(&event, "an event")?,
                })
            })
            .collect()
    }

    /// At most `limit` trackers above height `after`, with their heights.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn trackers(
        &self,
        election: &ElectionId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<(u64, String)>, StoreError> {
        let after = signed(after, "a height")?;
        let rows: Vec<(i64, String)> = on!(read &self.db, pool => sqlx::query_as(TRACKERS)
            .bind(election.as_str())
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        rows.into_iter()
            .map(|(height, tracker)| Ok((unsigned(height, "a height")?, tracker)))
            .collect()
    }

    /// How many ballots are in the box.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ballot_count(&self, election: &ElectionId) -> Result<u64, StoreError> {
        let count: i64 =
            on!(read &self.db, pool => sqlx::query_scalar(COUNT).bind(election.as_str()).fetch_one(pool).await?);
        unsigned(count, "a count")
    }

    /// Appends an event after the ballots and moves the head. `EndBallots` freezes the box. False when an event of this kind and owner is
    /// there already: then nothing changes.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] when the box does not exist.
    pub async fn append_record<E>(
        &self,
        election: &ElectionId,
        record: &NewRecord,
        entry: E,
    ) -> Result<bool, StoreError>
    where
        E: FnOnce(&EventHash) -> Entry,
    {
        self.append(election, record, None, entry).await
    }

    /// Appends the result with the audit that the archive passed with it. False when a result is there already, or when the box is no longer the
    /// one that was audited: then nothing changes.
    ///
    /// # Errors
    /// As [`Self::append_record`].
    pub async fn append_verified<E>(
        &self,
        election: &ElectionId,
        record: &NewRecord,
        verified: &Verification,
        entry: E,
    ) -> Result<bool, StoreError>
    where
        E: FnOnce(&EventHash) -> Entry,
    {
        self.append(election, record, Some(verified), entry).await
    }

    async fn append<E>(
        &self,
        election: &ElectionId,
        record: &NewRecord,
        verified: Option<&Verification>,
        entry: E,
    ) -> Result<bool, StoreError>
    where
        E: FnOnce(&EventHash) -> Entry,
    {
        on!(tx &self.db, tx => {
            let locked: Option<(i64, Vec<u8>, bool)> =
                sqlx::query_as(LOCK_BOX).bind(election.as_str()).fetch_optional(&mut *tx).await?;
            let (height, head, ended) = locked.ok_or(StoreError::Damaged("a box"))?;
            let there: i64 = sqlx::query_scalar(RECORD_EXISTS)
                .bind(election.as_str())
                .bind(record.kind.to_string())
                .bind(i64::from(record.owner))
                .fetch_one(&mut *tx)
                .await?;
            if there > 0 {
                return Ok(false);
            }
            let ends = record.kind == EventKind::EndBallots;
            if !ends && !ended {
                return Err(StoreError::Damaged("the order of a box"));
            }
            let parent = EventHash::from_bytes(hash(&head, "a head")?);
            let height = unsigned(height, "a height")?.saturating_add(1);
            let payload = record.payload.as_deref().map(PayloadHash::of);
            let (_, head) = event(Some(parent), height, record.kind, payload);
            if verified.is_some_and(|verified| verified.head != head) {
                return Ok(false);
            }
            let height = signed(height, "a height")?;
            sqlx::query(INSERT_RECORD)
                .bind(election.as_str())
                .bind(height)
                .bind(record.kind.to_string())
                .bind(i64::from(record.owner))
                .bind(&record.payload)
                .bind(&record.data)
                .bind(head.as_bytes().as_slice())
                .execute(&mut *tx)
                .await?;
            sqlx::query(if ends { END_BOX } else { MOVE_HEAD })
                .bind(election.as_str())
                .bind(height)
                .bind(head.as_bytes().as_slice())
                .execute(&mut *tx)
                .await?;
            if let Some(verified) = verified {
                keep_verification!(tx, election, verified);
            }
            let entry = entry(&head);
            append_journal!(tx, &entry);
        });
        Ok(true)
    }

    /// The events after the ballots, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn records(&self, election: &ElectionId) -> Result<Vec<TallyRecord>, StoreError> {
        let rows: Vec<RecordRow> =
            on!(read &self.db, pool => sqlx::query_as(RECORDS).bind(election.as_str()).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(height, name, owner, payload, data, event)| {
                Ok(TallyRecord {
                    height: unsigned(height, "a height")?,
                    kind: kind(&name)?,
                    owner: small(owner, "a trustee's number")?,
                    payload,
                    data,
                    event: hash(&event, "an event")?,
                })
            })
            .collect()
    }

    /// The elections of a consultation whose result is in their box.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn counted(&self, consultation: &ConsultationId) -> Result<HashSet<ElectionId>, StoreError> {
        let rows: Vec<String> = on!(read &self.db, pool =>
            sqlx::query_scalar(COUNTED).bind(consultation.as_str()).fetch_all(pool).await?);
        rows.iter()
            .map(|id| crate::value::parse(id, "an election's identifier"))
            .collect()
    }

    /// Whether the result of an election is in its box.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn has_result(&self, election: &ElectionId) -> Result<bool, StoreError> {
        let found: i64 = on!(read &self.db, pool =>
            sqlx::query_scalar(HAS_RESULT).bind(election.as_str()).fetch_one(pool).await?);
        Ok(found > 0)
    }

    /// Keeps a page of the archive's sidecar; one that is there stays.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_sidecar_page(&self, election: &ElectionId, page: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let page = signed(page, "a page")?;
        on!(write &self.db, pool =>
            sqlx::query(INSERT_SIDECAR).bind(election.as_str()).bind(page).bind(bytes).execute(pool).await.map(|_| ())?);
        Ok(())
    }

    /// A page of the archive's sidecar, counted from 0.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sidecar_page(&self, election: &ElectionId, page: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let page = signed(page, "a page")?;
        Ok(on!(read &self.db, pool =>
            sqlx::query_scalar(SIDECAR_PAGE).bind(election.as_str()).bind(page).fetch_optional(pool).await?))
    }

    /// How many pages the archive's sidecar has; 0 where there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sidecar_pages(&self, election: &ElectionId) -> Result<u64, StoreError> {
        let count: i64 = on!(read &self.db, pool =>
            sqlx::query_scalar(SIDECAR_PAGES).bind(election.as_str()).fetch_one(pool).await?);
        unsigned(count, "a count")
    }

    /// Elections set up whose grace is over at `now` and whose encrypted tally is missing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_to_close(&self, now: jiff::Timestamp) -> Result<Vec<ElectionId>, StoreError> {
        let rows: Vec<String> = on!(read &self.db, pool =>
            sqlx::query_scalar(UNFROZEN).bind(crate::value::millis(now)).fetch_all(pool).await?);
        rows.iter()
            .map(|id| crate::value::parse(id, "an election's identifier"))
            .collect()
    }

    /// Whether every event of a box follows from the one before, from the setup down to the head that stood when the reading began.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn chain_holds(&self, election: &ElectionId) -> Result<bool, StoreError> {
        let (Some(state), Some(setup)) = (self.box_state(election).await?, self.box_setup(election).await?) else {
            return Ok(false);
        };
        let (_, mut head) = event(None, 0, EventKind::Setup, Some(PayloadHash::of(&setup.setup)));
        let mut height = 0_u64;
        loop {
            let page = self.ballots(election, height, state.head.height, 200).await?;
            if page.is_empty() {
                break;
            }
            for ballot in page {
                let payload = Some(PayloadHash::of(&ballot.bytes));
                let (_, next) = event(Some(head), height.saturating_add(1), EventKind::Ballot, payload);
                height = height.saturating_add(1);
                if ballot.height != height || *next.as_bytes() != ballot.event {
                    return Ok(false);
                }
                head = next;
            }
        }
        for record in self.records(election).await? {
            if record.height > state.head.height {
                break;
            }
            height = height.saturating_add(1);
            let payload = record.payload.as_deref().map(PayloadHash::of);
            let (_, next) = event(Some(head), height, record.kind, payload);
            if record.height != height || *next.as_bytes() != record.event {
                return Ok(false);
            }
            head = next;
        }
        Ok(height == state.head.height && *head.as_bytes() == state.head.event)
    }
}
