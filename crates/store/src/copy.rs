//! The synchronous copy (*copie synchrone*): the ballot log of a server on SQLite, in a second file on another disk, so that a receipt means that both
//! have the ballot.
//!
//! The server's own file comes first: a commit there, then what is new in it goes to the copy, in one transaction that reaches the disk, then receipts are
//! given. So the copy never holds what the server's file does not, and what it lacks after a crash is told by comparing the two: the journal, which every event
//! of a box enters in its own transaction, says how far the copy is. See docs/adr/0029.
//!
//! Copied: setups, heads, ballots and events of the boxes, the poll book, the journal, seals and audits of closings. The rest is in the nightly backup.

use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::{ElectionId, VoterId};
use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, QueryBuilder, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard};

use crate::db::ACQUIRE;
use crate::value::{parse, unsigned};
use crate::{Store, StoreError, schema};

const OWNER: &str = "SELECT server FROM copied WHERE id = 1";
const SET_OWNER: &str = "INSERT INTO copied (id, server, rounds) VALUES (1, $1, 0)";
/// The first statement of a round: it takes the copy's write lock before anything is read.
const ROUND: &str = "UPDATE copied SET rounds = rounds + 1";
const COPIED_UP_TO: &str = "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1";
const SOURCE_UP_TO: &str = "SELECT seq, hash FROM source.journal_head WHERE id = 1";
const SOURCE_ENTRY: &str = "SELECT hash FROM source.journal WHERE seq = $1";
const COPIED_ENTRY: &str = "SELECT hash FROM journal WHERE seq = $1";

/// From the attached file `source` into this one, in this order: setups, empty boxes.
pub(crate) const NEW_BOXES: [&str; 2] = [
    "INSERT INTO box_setup (election, archive_timestamp, setup, election_json, trustees, credentials, event)
        SELECT election, archive_timestamp, setup, election_json, trustees, credentials, event FROM source.box_setup
        WHERE election NOT IN (SELECT election FROM box_setup)",
    "INSERT INTO box_head (election, height, event, ended) SELECT election, 0, event, FALSE FROM box_setup
        WHERE election NOT IN (SELECT election FROM box_head)",
];

/// Then the events of the boxes, their heads, and what closings left.
pub(crate) const NEW_EVENTS: [&str; 5] = [
    "INSERT INTO ballot (election, height, tracker, credential, bytes, event)
        SELECT s.election, s.height, s.tracker, s.credential, s.bytes, s.event FROM box_head h
        JOIN source.ballot s ON s.election = h.election AND s.height > h.height ORDER BY s.election, s.height",
    "INSERT INTO tally_record (election, height, kind, owner, payload, data, event)
        SELECT s.election, s.height, s.kind, s.owner, s.payload, s.data, s.event FROM box_head h
        JOIN source.tally_record s ON s.election = h.election AND s.height > h.height ORDER BY s.election, s.height",
    "UPDATE box_head SET height = s.height, event = s.event, ended = s.ended FROM source.box_head s
        WHERE s.election = box_head.election AND s.height > box_head.height",
    "INSERT INTO closing_seal (election, statement, at) SELECT election, statement, at FROM source.closing_seal
        WHERE election NOT IN (SELECT election FROM closing_seal)",
    "INSERT INTO verification (election, head, archive, size, checks, at)
        SELECT election, head, archive, size, checks, at FROM source.verification
        WHERE election NOT IN (SELECT election FROM verification)",
];

/// Then the marks of the poll book that are missing: reads all of it.
pub(crate) const NEW_MARKS: &str = "INSERT INTO poll_book (election, voter, marked_minute)
    SELECT s.election, s.voter, s.marked_minute FROM source.poll_book s
    WHERE NOT EXISTS (SELECT 1 FROM poll_book p WHERE p.election = s.election AND p.voter = s.voter)";

/// Last, the journal.
pub(crate) const NEW_ENTRIES: &str =
    "INSERT INTO journal (seq, entry, hash) SELECT seq, entry, hash FROM source.journal
    WHERE seq > (SELECT COALESCE(MAX(seq), 0) FROM journal) ORDER BY seq";

/// How many ballots [`NEW_EVENTS`] will bring, by election.
const BALLOTS_TO_COME: &str = "SELECT s.election, COUNT(*) FROM box_head h
    JOIN source.ballot s ON s.election = h.election AND s.height > h.height GROUP BY s.election ORDER BY s.election";

/// Why the copy does not follow.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A server on PostgreSQL has standbys.
    #[error("a copy is kept of a SQLite database only: PostgreSQL has its own standbys")]
    NotSqlite,
    /// There is nothing to write to: no folder, no right, or the file that was being written is not at its place any more.
    #[error("the copy cannot be written at {path}: {reason}")]
    Unreachable {
        /// Where it should be.
        path: PathBuf,
        /// What is wrong there.
        reason: String,
    },
    /// Another server's, or of another vote.
    #[error(
        "the copy at {0} is that of another server or of another vote: give another path, and touch this file no more"
    )]
    Foreign(PathBuf),
    /// The database is older than the copy: a backup was put back without a takeover.
    #[error("the copy at {0} holds what the database does not: rebuild the database with `isoloir takeover`")]
    Ahead(PathBuf),
    /// The copy was not written when it was last tried; its own error is in the log.
    #[error("the copy does not follow the database")]
    Behind,
    /// Its database refused: a full disk, one that has gone.
    #[error("the copy: {0}")]
    Database(#[from] sqlx::Error),
    /// Its schema could not be brought up to date.
    #[error("the copy's schema: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// What it holds does not read back.
    #[error("the copy holds a damaged value")]
    Damaged,
}

/// Where the copy is kept, and whose it is.
#[derive(Debug, Clone)]
pub struct CopyPlace {
    /// The file; made when missing, in a folder that is there.
    pub file: PathBuf,
    /// The public key of the server's receipts.
    pub server: [u8; 32],
}

/// A mark that a batch made: election, voter, minute in milliseconds since 1970.
pub(crate) type Mark = (ElectionId, VoterId, i64);

/// The copy of one store.
pub(crate) struct BallotCopy {
    place: CopyPlace,
    source: PathBuf,
    /// Held while ballots are recorded: whoever has it knows that no batch is between the two files.
    state: Mutex<State>,
    /// Whether the last round succeeded: for `/healthz`, which waits for nobody.
    follows: AtomicBool,
}

pub(crate) struct State {
    link: Option<Link>,
    /// Whether the server's file may have what the copy lacks.
    lacks: bool,
}

/// An open copy, with the server's file attached as `source`.
struct Link {
    connection: SqliteConnection,
    /// Device and number of the file: the path may lead elsewhere later.
    identity: (u64, u64),
}

/// What a round brought.
type Brought = Vec<(ElectionId, u64)>;

impl Store {
    /// As [`Store::open`], with a copy of the ballot log at `place`, which is made or completed at once.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Copy`] when the copy cannot be written or is not this server's.
    pub async fn open_with_copy(url: &str, place: CopyPlace, now: Timestamp) -> Result<Self, StoreError> {
        if !url.starts_with("sqlite:") {
            return Err(CopyError::NotSqlite.into());
        }
        let options: SqliteConnectOptions = url.parse()?;
        let mut store = Self::open(url).await?;
        create(&place.file)?;
        warn_of_the_same_disk(&place.file, options.get_filename());
        store.copy = Some(Arc::new(BallotCopy {
            place,
            source: options.get_filename().to_path_buf(),
            state: Mutex::new(State {
                link: None,
                lacks: true,
            }),
            follows: AtomicBool::new(true),
        }));
        store.complete_copy(now).await?;
        Ok(store)
    }

    /// Brings the copy up to the server's file and tries its disk, whether anything is new or not. What it lacked of ballots enters the journal. Nothing where no copy is
    /// kept.
    ///
    /// # Errors
    /// [`StoreError::Copy`].
    pub async fn complete_copy(&self, now: Timestamp) -> Result<(), StoreError> {
        let Some(copy) = &self.copy else { return Ok(()) };
        let mut state = copy.state.lock().await;
        self.complete(copy, &mut state, now).await
    }

    /// Returns once the copy has all that the server's file has at this moment. Nothing where no copy is kept.
    ///
    /// # Errors
    /// [`StoreError::Copy`].
    pub async fn copied(&self, now: Timestamp) -> Result<(), StoreError> {
        let Some(copy) = &self.copy else { return Ok(()) };
        let mut state = copy.state.lock().await;
        if !state.lacks && copy.is_level(&mut state).await {
            return Ok(());
        }
        self.complete(copy, &mut state, now).await
    }

    /// Whether the copy followed at the last round; true where none is kept.
    #[must_use]
    pub fn copy_follows(&self) -> bool {
        self.copy
            .as_ref()
            .is_none_or(|copy| copy.follows.load(Ordering::Relaxed))
    }

    async fn complete(&self, copy: &BallotCopy, state: &mut State, now: Timestamp) -> Result<(), StoreError> {
        let lacked = state.lacks;
        let brought = copy.round(state, None).await?;
        if !lacked {
            return Ok(());
        }
        for (election, ballots) in brought {
            let entry = Entry {
                at: now,
                actor: None,
                subject: Subject::Election(election),
                what: Event::CopyCompleted { ballots },
            };
            self.append_journal(&entry).await?;
        }
        Ok(())
    }

    /// The turn of a batch of ballots: until it is dropped no other reaches the copy. Fails, before anything is stored, while the copy does not follow.
    pub(crate) async fn copy_turn<'a>(
        &self,
        copy: &'a BallotCopy,
        now: Timestamp,
    ) -> Result<MutexGuard<'a, State>, StoreError> {
        let mut state = copy.state.lock().await;
        if state.lacks || !copy.stands(&state) {
            self.complete(copy, &mut state, now).await?;
        }
        // Until the batch is in both files, or in none: whatever becomes of this turn.
        state.lacks = true;
        Ok(state)
    }

    /// Closes the copy, if there is one.
    pub(crate) async fn close_copy(&self) {
        let Some(copy) = &self.copy else { return };
        let link = copy.state.lock().await.link.take();
        if let Some(link) = link
            && let Err(error) = link.connection.close().await
        {
            tracing::warn!(%error, "the copy was not closed cleanly");
        }
    }
}

impl BallotCopy {
    /// After a batch that stored nothing.
    pub(crate) fn nothing_new(state: &mut State) {
        state.lacks = false;
    }

    /// After a batch that made these marks: receipts may be given when this returns.
    pub(crate) async fn follow(&self, state: &mut State, marks: &[Mark]) -> Result<(), CopyError> {
        self.round(state, Some(marks)).await.map(|_| ())
    }

    /// One round of copying; without `marks` it looks for those that are missing. Tells the log when the copy stops or begins to follow.
    async fn round(&self, state: &mut State, marks: Option<&[Mark]>) -> Result<Brought, CopyError> {
        // Back only after a success: a connection that failed, or whose round was given up, is closed.
        let link = state.link.take().filter(|link| self.is_in_place(link));
        match self.try_round(link, marks).await {
            Ok((link, brought)) => {
                (state.link, state.lacks) = (Some(link), false);
                if !self.follows.swap(true, Ordering::Relaxed) {
                    tracing::warn!(copy = %self.place.file.display(), "the copy follows again");
                }
                Ok(brought)
            }
            Err(error) => {
                state.lacks = true;
                self.follows.store(false, Ordering::Relaxed);
                tracing::error!(copy = %self.place.file.display(), %error, "the copy does not follow: no receipt is given");
                Err(error)
            }
        }
    }

    async fn try_round(&self, link: Option<Link>, marks: Option<&[Mark]>) -> Result<(Link, Brought), CopyError> {
        let mut link = match link {
            Some(link) => link,
            None => self.link().await?,
        };
        let brought = self.ship(&mut link.connection, marks).await?;
        Ok((link, brought))
    }

    /// Whether the copy is open where it should be.
    fn stands(&self, state: &State) -> bool {
        state.link.as_ref().is_some_and(|link| self.is_in_place(link))
    }

    /// A file that was removed, or whose disk is mounted no more, still takes what is written to it: and nobody would find it.
    fn is_in_place(&self, link: &Link) -> bool {
        identity(&self.place.file).is_ok_and(|identity| identity == link.identity)
    }

    /// Whether both journals end alike: then nothing is missing. Writes nothing.
    async fn is_level(&self, state: &mut State) -> bool {
        let Some(mut link) = state.link.take().filter(|link| self.is_in_place(link)) else {
            return false;
        };
        match ends(&mut link.connection).await {
            Ok((copied, source)) => {
                state.link = Some(link);
                copied == Some(source)
            }
            Err(_) => false,
        }
    }

    async fn link(&self) -> Result<Link, CopyError> {
        let file = &self.place.file;
        let identity = identity(file).map_err(|error| unreachable_at(file, &error))?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(ACQUIRE);
        // A pool for the schema alone: then its one connection is ours.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await?;
        schema::copy().run(&pool).await?;
        let mut connection = pool.acquire().await?.detach();
        pool.close().await;
        let server = hex::encode(self.place.server);
        let owner: Option<String> = sqlx::query_scalar(OWNER).fetch_optional(&mut connection).await?;
        match owner {
            None => {
                sqlx::query(SET_OWNER).bind(&server).execute(&mut connection).await?;
            }
            Some(owner) if owner == server => {}
            Some(_) => return Err(CopyError::Foreign(file.clone())),
        }
        attach(&mut connection, &self.source).await?;
        Ok(Link { connection, identity })
    }

    async fn ship(&self, connection: &mut SqliteConnection, marks: Option<&[Mark]>) -> Result<Brought, CopyError> {
        let mut tx = connection.begin().await?;
        sqlx::query(ROUND).execute(&mut *tx).await?;
        let (copied, source) = ends(&mut tx).await?;
        if copied.as_ref() != Some(&source) {
            self.follows_from(&mut tx, copied, &source).await?;
        }
        for statement in NEW_BOXES {
            sqlx::query(statement).execute(&mut *tx).await?;
        }
        let coming: Vec<(String, i64)> = sqlx::query_as(BALLOTS_TO_COME).fetch_all(&mut *tx).await?;
        for statement in NEW_EVENTS {
            sqlx::query(statement).execute(&mut *tx).await?;
        }
        let coming = coming
            .into_iter()
            .map(|(election, count)| Ok((parse(&election, "an election")?, unsigned(count, "a count")?)))
            .collect::<Result<Brought, StoreError>>()
            .map_err(|_| CopyError::Damaged)?;
        let ballots: u64 = coming.iter().map(|(_, count)| count).sum();
        let known = marks.filter(|marks| u64::try_from(marks.len()) == Ok(ballots));
        match known {
            Some([]) => {}
            Some(marks) => {
                let mut insert = QueryBuilder::new("INSERT INTO poll_book (election, voter, marked_minute) ");
                insert.push_values(marks, |mut row, (election, voter, minute)| {
                    row.push_bind(election.as_str())
                        .push_bind(voter.to_string())
                        .push_bind(*minute);
                });
                insert.build().persistent(false).execute(&mut *tx).await?;
            }
            // Another program recorded ballots too: its marks are not at hand.
            None => {
                sqlx::query(NEW_MARKS).execute(&mut *tx).await?;
            }
        }
        sqlx::query(NEW_ENTRIES).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(coming)
    }

    /// Refuses a copy whose end is not in the server's journal.
    async fn follows_from(
        &self,
        connection: &mut SqliteConnection,
        copied: Option<End>,
        source: &End,
    ) -> Result<(), CopyError> {
        let Some((rank, hash)) = copied else { return Ok(()) };
        let there: Option<Vec<u8>> = sqlx::query_scalar(SOURCE_ENTRY)
            .bind(rank)
            .fetch_optional(&mut *connection)
            .await?;
        if there.as_deref() == Some(hash.as_slice()) {
            return Ok(());
        }
        let here: Option<Vec<u8>> = sqlx::query_scalar(COPIED_ENTRY)
            .bind(source.0)
            .fetch_optional(connection)
            .await?;
        Err(if source.0 == 0 || here.as_deref() == Some(source.1.as_slice()) {
            CopyError::Ahead(self.place.file.clone())
        } else {
            CopyError::Foreign(self.place.file.clone())
        })
    }
}

/// Rank and hash of a journal's last entry.
type End = (i64, Vec<u8>);

/// Where the copy's journal ends, and the server's.
async fn ends(connection: &mut SqliteConnection) -> Result<(Option<End>, End), sqlx::Error> {
    let copied = sqlx::query_as(COPIED_UP_TO).fetch_optional(&mut *connection).await?;
    let source = sqlx::query_as(SOURCE_UP_TO).fetch_one(connection).await?;
    Ok((copied, source))
}

/// Attaches a file under the name that the statements above read from.
pub(crate) async fn attach(connection: &mut SqliteConnection, file: &Path) -> Result<(), sqlx::Error> {
    let file = file.display().to_string();
    sqlx::query("ATTACH DATABASE $1 AS source")
        .bind(file)
        .execute(connection)
        .await?;
    Ok(())
}

fn identity(file: &Path) -> std::io::Result<(u64, u64)> {
    std::fs::metadata(file).map(|found| (found.dev(), found.ino()))
}

fn unreachable_at(file: &Path, error: &std::io::Error) -> CopyError {
    CopyError::Unreachable {
        path: file.to_path_buf(),
        reason: error.to_string(),
    }
}

/// Makes an empty file that only its owner reads, where there is none: SQLite gives its own files the same rights.
fn create(file: &Path) -> Result<(), CopyError> {
    let made = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file);
    match made {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(unreachable_at(file, &error)),
    }
}

fn warn_of_the_same_disk(copy: &Path, source: &Path) {
    let device = |file| identity(file).map(|(device, _)| device).ok();
    if device(copy) == device(source) {
        tracing::warn!(copy = %copy.display(), "the copy is on the disk of the database: it does not outlive it");
    }
}
