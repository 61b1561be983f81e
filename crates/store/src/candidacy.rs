//! Candidacies: who files for which union, the lists that are filed, their files, what was decided, and the lot of the display order.
//!
//! A change names the revision that it is made from, under the lock of the election: of two people who change one list, the second is told; and of
//! a sealed election nothing changes.

use std::collections::{BTreeMap, BTreeSet};

use isoloir_domain::candidacy::{CandidacyNumber, FiledList, Piece, State};
use isoloir_domain::journal::Entry;
use isoloir_domain::{CandidacyId, ConsultationId, ElectionId, StaffId};
use jiff::Timestamp;
use sqlx::QueryBuilder;

use crate::consultation::LOCK_ELECTION;
use crate::many::CHUNK;
use crate::outbox::NewMessage;
use crate::value::{hash, instant, millis, parse, small, unsigned};
use crate::{Store, StoreError};

statements! {
    PUT_DELEGATE = "INSERT INTO union_delegate (staff, consultation, union_key, union_name, acronym, elections) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (staff) DO UPDATE SET consultation = excluded.consultation, union_key = excluded.union_key,
        union_name = excluded.union_name, acronym = excluded.acronym, elections = excluded.elections";
    DELEGATE = "SELECT staff, consultation, union_key, union_name, acronym, elections FROM union_delegate WHERE staff = $1";
    DELEGATES = "SELECT staff, consultation, union_key, union_name, acronym, elections FROM union_delegate
        WHERE consultation = $1 ORDER BY acronym, staff";
    INSERT = "INSERT INTO candidacy (id, election, union_key, state, revision, list, asked, reasons) VALUES ($1, $2, $3, 'draft', 1, $4, '[]', '')
        ON CONFLICT DO NOTHING";
    COPY_FILES = "INSERT INTO candidacy_file (candidacy, election, piece, number, name, media_type, pages, size, digest, sealed)
        SELECT $1, election, piece, number, name, media_type, pages, size, digest, sealed FROM candidacy_file WHERE candidacy = $2";
    ONE = "SELECT id, election, union_key, state, revision, list, year, rank, filed, asked, reasons FROM candidacy WHERE id = $1";
    OF_ELECTION = "SELECT id, election, union_key, state, revision, list, year, rank, filed, asked, reasons FROM candidacy
        WHERE election = $1 ORDER BY year, rank, id";
    OF_UNION = "SELECT c.id, c.election, c.union_key, c.state, c.revision, c.list, c.year, c.rank, c.filed, c.asked, c.reasons FROM candidacy c
        JOIN election e ON e.id = c.election WHERE e.consultation = $1 AND c.union_key = $2 ORDER BY e.position, c.year, c.rank, c.id";
    COUNTS = "SELECT c.election, c.state, COUNT(*) FROM candidacy c JOIN election e ON e.id = c.election WHERE e.consultation = $1
        GROUP BY c.election, c.state";
    UPDATE = "UPDATE candidacy SET state = $4, list = $5, asked = $6, reasons = $7, filed = $8, year = $9, rank = $10, revision = revision + 1
        WHERE id = $1 AND state = $2 AND revision = $3";
    TOUCH = "UPDATE candidacy SET revision = revision + 1 WHERE id = $1 AND state = $2 AND revision = $3";
    NEXT = "INSERT INTO candidacy_counter (year, latest) VALUES ($1, 1)
        ON CONFLICT (year) DO UPDATE SET latest = candidacy_counter.latest + 1 RETURNING latest";
    INSERT_STEP = "INSERT INTO candidacy_step (candidacy, revision, state, at, done_by, list, digest, reasons)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    STEPS = "SELECT state, at, done_by, digest, reasons FROM candidacy_step WHERE candidacy = $1 ORDER BY revision";
    LAST_FILED = "SELECT list FROM candidacy_step WHERE candidacy = $1 AND state = 'filed' ORDER BY revision DESC LIMIT 1";
    PUT_FILE = "INSERT INTO candidacy_file (candidacy, election, piece, number, name, media_type, pages, size, digest, sealed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (candidacy, piece, number) DO UPDATE SET name = excluded.name, media_type = excluded.media_type, pages = excluded.pages,
        size = excluded.size, digest = excluded.digest, sealed = excluded.sealed";
    DELETE_FILE = "DELETE FROM candidacy_file WHERE candidacy = $1 AND piece = $2 AND number = $3";
    FILES = "SELECT piece, number, name, media_type, pages, size, digest FROM candidacy_file WHERE candidacy = $1 ORDER BY piece, number";
    SEALED_FILE = "SELECT sealed FROM candidacy_file WHERE candidacy = $1 AND piece = $2 AND number = $3";
    INSERT_SECRET = "INSERT INTO order_secret (election, commitment, secret, committed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    SECRET = "SELECT commitment, secret, committed FROM order_secret WHERE election = $1";
    INSERT_DRAW = "INSERT INTO order_draw (election, record, drawn) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    DRAW = "SELECT record FROM order_draw WHERE election = $1";
    UNDECIDED = "SELECT COUNT(*) FROM candidacy WHERE election = $1 AND state IN ('filed', 'asked')";
}

/// Whose lists a delegate files (*délégué de liste*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnionDelegate {
    /// The member of the staff.
    pub staff: StaffId,
    /// The consultation.
    pub consultation: ConsultationId,
    /// The union's sigle in normal form, by which unions are compared.
    pub union_key: String,
    /// The union's name.
    pub union_name: String,
    /// Its sigle.
    pub acronym: String,
    /// Keys of the elections; none for all.
    pub elections: Vec<String>,
}

type DelegateRow = (String, String, String, String, String, String);

fn read_delegate(
    (staff, consultation, union_key, union_name, acronym, elections): DelegateRow,
) -> Result<UnionDelegate, StoreError> {
    Ok(UnionDelegate {
        staff: parse(&staff, "a staff identifier")?,
        consultation: parse(&consultation, "a consultation's identifier")?,
        union_key,
        union_name,
        acronym,
        elections: serde_json::from_str(&elections).map_err(|_| StoreError::Damaged("a delegate's elections"))?,
    })
}

/// A candidacy as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidacy {
    /// Identifier.
    pub id: CandidacyId,
    /// The election.
    pub election: ElectionId,
    /// The union's sigle in normal form.
    pub union_key: String,
    /// Where it stands.
    pub state: State,
    /// Grows with every change.
    pub revision: i64,
    /// The list.
    pub list: FiledList,
    /// Its number, once it was filed.
    pub number: Option<CandidacyNumber>,
    /// When it was filed last.
    pub filed: Option<Timestamp>,
    /// Ranks that the organiser asks to correct; 0 for logo and manifesto.
    pub asked: BTreeSet<u32>,
    /// Why it was asked for, or refused.
    pub reasons: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    election: String,
    union_key: String,
    state: String,
    revision: i64,
    list: String,
    year: Option<i64>,
    rank: Option<i64>,
    filed: Option<i64>,
    asked: String,
    reasons: String,
}

fn number(year: i64, rank: i64) -> Result<CandidacyNumber, StoreError> {
    let year = u16::try_from(year).map_err(|_| StoreError::Damaged("a year"))?;
    Ok(CandidacyNumber::new(year, small(rank, "a rank")?))
}

fn read_list(text: &str) -> Result<FiledList, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Damaged("a candidacy's list"))
}

fn write_list(list: &FiledList) -> Result<String, StoreError> {
    serde_json::to_string(list).map_err(|_| StoreError::Damaged("a candidacy's list"))
}

impl Row {
    fn read(self) -> Result<Candidacy, StoreError> {
        Ok(Candidacy {
            id: parse(&self.id, "a candidacy's identifier")?,
            election: parse(&self.election, "an election's identifier")?,
            union_key: self.union_key,
            state: parse(&self.state, "a candidacy's state")?,
            revision: self.revision,
            list: read_list(&self.list)?,
            number: match (self.year, self.rank) {
                (Some(year), Some(rank)) => Some(number(year, rank)?),
                _ => None,
            },
            filed: self.filed.map(instant).transpose()?,
            asked: serde_json::from_str(&self.asked).map_err(|_| StoreError::Damaged("ranks to correct"))?,
            reasons: self.reasons,
        })
    }
}

/// A change of a candidacy.
pub struct CandidacyChange<'a> {
    /// As it was read.
    pub from: &'a Candidacy,
    /// As it becomes. Its revision is not looked at; its number is given when it is filed for the first time.
    pub to: &'a Candidacy,
    /// The step to keep, unless only a draft changes: who, when, digest of list and files.
    pub step: Option<(&'a str, Timestamp, &'a str)>,
    /// The year, in Paris, of a number that is given.
    pub year: u16,
}

/// What follows from a change, once the candidacy has its number.
#[derive(Default)]
pub struct Consequences {
    /// What enters the journal.
    pub entry: Option<Entry>,
    /// Mails to send.
    pub mails: Vec<NewMessage>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// Made and committed.
    Made,
    /// Nothing was stored: it was changed meanwhile.
    Moved,
    /// Nothing was stored: the election is sealed.
    Sealed,
}

/// A file of a candidacy, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidacyFile {
    /// What it is.
    pub piece: Piece,
    /// Staff number of the candidate whose declaration it is.
    pub number: String,
    /// Name to show.
    pub name: String,
    /// Type.
    pub media_type: String,
    /// Pages of a PDF; 1 for a picture.
    pub pages: u32,
    /// Bytes in clear.
    pub size: u64,
    /// SHA-256 of the bytes in clear.
    pub digest: [u8; 32],
}

/// A step that a candidacy went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidacyStep {
    /// Where it led.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// Who: the identifier of a staff account.
    pub by: String,
    /// SHA-256 of list and files, in hexadecimal.
    pub digest: String,
    /// Why.
    pub reasons: String,
}

/// The secret of a display order, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSecret {
    /// Digest of the secret, in hexadecimal.
    pub commitment: String,
    /// The secret, sealed.
    pub secret: Vec<u8>,
    /// When the digest was published.
    pub committed: Timestamp,
}

/// Locks the election of a candidacy in the transaction `$tx`, and leaves when it is sealed.
macro_rules! lock_unsealed {
    ($tx:ident, $election:expr) => {{
        let sealed: Option<bool> = sqlx::query_scalar(LOCK_ELECTION)
            .bind($election.as_str())
            .fetch_optional(&mut *$tx)
            .await?;
        if sealed != Some(false) {
            return Ok(Changed::Sealed);
        }
    }};
}

/// The next revision of a candidacy that is still as it was read; otherwise nothing is stored.
macro_rules! move_on {
    ($tx:ident, $of:ident) => {{
        let touched = sqlx::query(TOUCH)
            .bind($of.id.to_string())
            .bind($of.state.as_str())
            .bind($of.revision)
            .execute(&mut *$tx)
            .await?;
        if touched.rows_affected() == 0 {
            return Ok(Changed::Moved);
        }
    }};
}

impl Store {
    /// Says whose lists a delegate files, in place of what was said before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_delegate(&self, delegate: &UnionDelegate, entry: &Entry) -> Result<(), StoreError> {
        let elections =
            serde_json::to_string(&delegate.elections).map_err(|_| StoreError::Damaged("a delegate's elections"))?;
        on!(tx &self.db, tx => {
            sqlx::query(PUT_DELEGATE)
                .bind(delegate.staff.to_string())
                .bind(delegate.consultation.as_str())
                .bind(&delegate.union_key)
                .bind(&delegate.union_name)
                .bind(&delegate.acronym)
                .bind(&elections)
                .execute(&mut *tx)
                .await?;
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// Whose lists this member of the staff files, if any.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delegate(&self, staff: StaffId) -> Result<Option<UnionDelegate>, StoreError> {
        let row: Option<DelegateRow> =
            on!(read &self.db, pool => sqlx::query_as(DELEGATE).bind(staff.to_string()).fetch_optional(pool).await?);
        row.map(read_delegate).transpose()
    }

    /// The delegates of a consultation, by union.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delegates(&self, consultation: &ConsultationId) -> Result<Vec<UnionDelegate>, StoreError> {
        let rows: Vec<DelegateRow> =
            on!(read &self.db, pool => sqlx::query_as(DELEGATES).bind(consultation.as_str()).fetch_all(pool).await?);
        rows.into_iter().map(read_delegate).collect()
    }

    /// Opens a draft, with the files of `from` if there is one; `Moved` when the union has a list in this election.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_candidacy(&self, new: &Candidacy, from: Option<CandidacyId>) -> Result<Changed, StoreError> {
        let list = write_list(&new.list)?;
        on!(tx &self.db, tx => {
            lock_unsealed!(tx, new.election);
            let stored = sqlx::query(INSERT)
                .bind(new.id.to_string())
                .bind(new.election.as_str())
                .bind(&new.union_key)
                .bind(&list)
                .execute(&mut *tx)
                .await?;
            if stored.rows_affected() == 0 {
                return Ok(Changed::Moved);
            }
            if let Some(from) = from {
                sqlx::query(COPY_FILES).bind(new.id.to_string()).bind(from.to_string()).execute(&mut *tx).await?;
            }
        });
        Ok(Changed::Made)
    }

    /// One candidacy.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn candidacy(&self, id: CandidacyId) -> Result<Option<Candidacy>, StoreError> {
        let row: Option<Row> =
            on!(read &self.db, pool => sqlx::query_as(ONE).bind(id.to_string()).fetch_optional(pool).await?);
        row.map(Row::read).transpose()
    }

    /// The candidacies of an election, drafts too, by number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn candidacies(&self, election: &ElectionId) -> Result<Vec<Candidacy>, StoreError> {
        let rows: Vec<Row> =
            on!(read &self.db, pool => sqlx::query_as(OF_ELECTION).bind(election.as_str()).fetch_all(pool).await?);
        rows.into_iter().map(Row::read).collect()
    }

    /// The candidacies of a union, by election.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn candidacies_of_union(
        &self,
        consultation: &ConsultationId,
        union_key: &str,
    ) -> Result<Vec<Candidacy>, StoreError> {
        let rows: Vec<Row> = on!(read &self.db, pool => sqlx::query_as(OF_UNION)
            .bind(consultation.as_str())
            .bind(union_key)
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(Row::read).collect()
    }

    /// How many candidacies stand where, by election.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn candidacy_counts(
        &self,
        consultation: &ConsultationId,
    ) -> Result<BTreeMap<ElectionId, BTreeMap<State, u64>>, StoreError> {
        let rows: Vec<(String, String, i64)> =
            on!(read &self.db, pool => sqlx::query_as(COUNTS).bind(consultation.as_str()).fetch_all(pool).await?);
        let mut counts: BTreeMap<ElectionId, BTreeMap<State, u64>> = BTreeMap::new();
        for (election, state, count) in rows {
            let states = counts.entry(parse(&election, "an election's identifier")?).or_default();
            states.insert(parse(&state, "a candidacy's state")?, unsigned(count, "a count")?);
        }
        Ok(counts)
    }

    /// Changes a candidacy. `follows` says what enters the journal and which mails leave, for the number that the candidacy has then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn change_candidacy(
        &self,
        change: &CandidacyChange<'_>,
        follows: impl FnOnce(Option<CandidacyNumber>) -> Consequences + Send,
    ) -> Result<Changed, StoreError> {
        let CandidacyChange { from, to, step, year } = change;
        let list = write_list(&to.list)?;
        let asked = serde_json::to_string(&to.asked).map_err(|_| StoreError::Damaged("ranks to correct"))?;
        on!(tx &self.db, tx => {
            lock_unsealed!(tx, from.election);
            let mut given = from.number;
            if given.is_none() && to.state == State::Filed {
                let rank: i64 = sqlx::query_scalar(NEXT).bind(i64::from(*year)).fetch_one(&mut *tx).await?;
                given = Some(number(i64::from(*year), rank)?);
            }
            let stored = sqlx::query(UPDATE)
                .bind(from.id.to_string())
                .bind(from.state.as_str())
                .bind(from.revision)
                .bind(to.state.as_str())
                .bind(&list)
                .bind(&asked)
                .bind(&to.reasons)
                .bind(to.filed.map(millis))
                .bind(given.map(|number| i64::from(number.year())))
                .bind(given.map(|number| i64::from(number.rank())))
                .execute(&mut *tx)
                .await?;
            // Dropped without commit, so that no number is lost.
            if stored.rows_affected() == 0 {
                return Ok(Changed::Moved);
            }
            if let Some((by, at, digest)) = step {
                sqlx::query(INSERT_STEP)
                    .bind(from.id.to_string())
                    .bind(from.revision.saturating_add(1))
                    .bind(to.state.as_str())
                    .bind(millis(*at))
                    .bind(*by)
                    .bind(&list)
                    .bind(*digest)
                    .bind(&to.reasons)
                    .execute(&mut *tx)
                    .await?;
            }
            let Consequences { entry, mails } = follows(given);
            for mail in &mails {
                queue_message!(tx, mail);
            }
            if let Some(entry) = &entry {
                append_journal!(tx, entry);
            }
        });
        Ok(Changed::Made)
    }

    /// What a candidacy went through, from its first filing on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn candidacy_steps(&self, id: CandidacyId) -> Result<Vec<CandidacyStep>, StoreError> {
        let rows: Vec<(String, i64, String, String, String)> =
            on!(read &self.db, pool => sqlx::query_as(STEPS).bind(id.to_string()).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(state, at, by, digest, reasons)| {
                Ok(CandidacyStep {
                    state: parse(&state, "a candidacy's state")?,
                    at: instant(at)?,
                    by,
                    digest,
                    reasons,
                })
            })
            .collect()
    }

    /// The list as it was filed last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn last_filed(&self, id: CandidacyId) -> Result<Option<FiledList>, StoreError> {
        let list: Option<String> =
            on!(read &self.db, pool => sqlx::query_scalar(LAST_FILED).bind(id.to_string()).fetch_optional(pool).await?);
        list.as_deref().map(read_list).transpose()
    }

    /// Attaches a file in place of the one of the same kind, with its encrypted bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_candidacy_file(
        &self,
        of: &Candidacy,
        file: &CandidacyFile,
        sealed: &[u8],
    ) -> Result<Changed, StoreError> {
        on!(tx &self.db, tx => {
            lock_unsealed!(tx, of.election);
            move_on!(tx, of);
            sqlx::query(PUT_FILE)
                .bind(of.id.to_string())
                .bind(of.election.as_str())
                .bind(file.piece.as_str())
                .bind(&file.number)
                .bind(&file.name)
                .bind(&file.media_type)
                .bind(i64::from(file.pages))
                .bind(i64::try_from(file.size).unwrap_or(i64::MAX))
                .bind(file.digest.as_slice())
                .bind(sealed)
                .execute(&mut *tx)
                .await?;
        });
        Ok(Changed::Made)
    }

    /// Takes a file away.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_candidacy_file(&self, of: &Candidacy, piece: Piece, number: &str) -> Result<Changed, StoreError> {
        on!(tx &self.db, tx => {
            lock_unsealed!(tx, of.election);
            move_on!(tx, of);
            sqlx::query(DELETE_FILE)
                .bind(of.id.to_string())
                .bind(piece.as_str())
                .bind(number)
                .execute(&mut *tx)
                .await?;
        });
        Ok(Changed::Made)
    }

    /// The files of a candidacy.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn candidacy_files(&self, id: CandidacyId) -> Result<Vec<CandidacyFile>, StoreError> {
        type FileRow = (String, String, String, String, i64, i64, Vec<u8>);
        let rows: Vec<FileRow> =
            on!(read &self.db, pool => sqlx::query_as(FILES).bind(id.to_string()).fetch_all(pool).await?);
        let read = |(piece, number, name, media_type, pages, size, digest): FileRow| {
            Ok(CandidacyFile {
                piece: parse(&piece, "a file's kind")?,
                number,
                name,
                media_type,
                pages: small(pages, "a count")?,
                size: unsigned(size, "a size")?,
                digest: hash(&digest, "a digest")?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// The encrypted bytes of a file.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sealed_candidacy_file(
        &self,
        id: CandidacyId,
        piece: Piece,
        number: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(on!(read &self.db, pool => sqlx::query_scalar(SEALED_FILE)
            .bind(id.to_string())
            .bind(piece.as_str())
            .bind(number)
            .fetch_optional(pool)
            .await?))
    }

    /// Of these staff numbers, those on the roll of an election: family name and given name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn on_roll(
        &self,
        election: &ElectionId,
        numbers: &[String],
    ) -> Result<BTreeMap<String, (String, String)>, StoreError> {
        let mut found = BTreeMap::new();
        for chunk in numbers.chunks(CHUNK) {
            let rows: Vec<(String, String, String)> = on!(read &self.db, pool => {
                let mut select = QueryBuilder::new(
                    "SELECT v.number, v.last_name, v.first_name FROM voter v JOIN roll_entry r ON r.voter = v.id WHERE r.election = ",
                );
                select.push_bind(election.as_str()).push(" AND v.number IN (");
                let mut list = select.separated(", ");
                for number in chunk {
                    list.push_bind(number);
                }
                select.push(")");
                select.build_query_as().persistent(false).fetch_all(pool).await?
            });
            found.extend(rows.into_iter().map(|(number, last, first)| (number, (last, first))));
        }
        Ok(found)
    }

    /// Keeps the secret of a display order; false when one is kept, and then nothing is stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn commit_order(
        &self,
        election: &ElectionId,
        secret: &OrderSecret,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let stored = sqlx::query(INSERT_SECRET)
                .bind(election.as_str())
                .bind(&secret.commitment)
                .bind(&secret.secret)
                .bind(millis(secret.committed))
                .execute(&mut *tx)
                .await?;
            if stored.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// The secret of a display order, if one is kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn order_secret(&self, election: &ElectionId) -> Result<Option<OrderSecret>, StoreError> {
        let row: Option<(String, Vec<u8>, i64)> =
            on!(read &self.db, pool => sqlx::query_as(SECRET).bind(election.as_str()).fetch_optional(pool).await?);
        row.map(|(commitment, secret, committed)| {
            Ok(OrderSecret {
                commitment,
                secret,
                committed: instant(committed)?,
            })
        })
        .transpose()
    }

    /// Records the draw of a display order. `Moved` when one is recorded, or a list waits for a decision.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_order(
        &self,
        election: &ElectionId,
        record: &str,
        entry: &Entry,
    ) -> Result<Changed, StoreError> {
        on!(tx &self.db, tx => {
            lock_unsealed!(tx, election);
            let undecided: i64 =
                sqlx::query_scalar(UNDECIDED).bind(election.as_str()).fetch_one(&mut *tx).await?;
            if undecided > 0 {
                return Ok(Changed::Moved);
            }
            let stored = sqlx::query(INSERT_DRAW)
                .bind(election.as_str())
                .bind(record)
                .bind(millis(entry.at))
                .execute(&mut *tx)
                .await?;
            if stored.rows_affected() == 0 {
                return Ok(Changed::Moved);
            }
            append_journal!(tx, entry);
        });
        Ok(Changed::Made)
    }

    /// The record of the draw of a display order, as it was written.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn order_record(&self, election: &ElectionId) -> Result<Option<String>, StoreError> {
        Ok(on!(read &self.db, pool => sqlx::query_scalar(DRAW).bind(election.as_str()).fetch_optional(pool).await?))
    }
}
