//! A takeover (*reprise*): the database of a server on SQLite, rebuilt from a backup and from the synchronous copy after the loss of the original, and the
//! proof that nothing is missing between them.
//!
//! Nothing is believed because it is there: boxes are walked event by event from their setup, the poll book is counted against them, and the journal, which has a
//! chain of its own, says how many ballots each commit added and which head it left. Both originals are only read.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use ed25519_dalek::VerifyingKey;
use isoloir_domain::ElectionId;
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::journal_file::{JournalHead, SignedDay};
use isoloir_protocol::archive::{EventHash, EventKind, PayloadHash, event};
use isoloir_protocol::ballot::Tracker;
use serde::Deserialize;
use sqlx::{Connection as _, SqliteConnection};

use crate::copy::{NEW_ENTRIES, NEW_EVENTS, NEW_MARKS, attach};
use crate::db::Db;
use crate::value::{hash, parse, signed, unsigned};
use crate::{Store, StoreError};

const PAGE: i64 = 256;

const OWNER: &str = "SELECT server FROM source.copied WHERE id = 1";
const COPIED_BOXES: &str = "SELECT election FROM source.box_setup ORDER BY election";
const BACKUP_BOXES: &str = "SELECT election FROM box_setup ORDER BY election";
const SAME_SETUP: &str =
    "SELECT COUNT(*) FROM box_setup b JOIN source.box_setup s ON s.election = b.election WHERE b.election = $1
    AND s.archive_timestamp = b.archive_timestamp AND s.setup = b.setup AND s.election_json = b.election_json
    AND s.trustees = b.trustees AND s.credentials = b.credentials AND s.event = b.event";
const SETUP: &str = "SELECT setup FROM source.box_setup WHERE election = $1";
const BALLOTS: &str =
    "SELECT height, tracker, credential, bytes, event FROM source.ballot WHERE election = $1 AND height > $2
    ORDER BY height LIMIT $3";
const RECORDS: &str =
    "SELECT height, kind, payload, event FROM source.tally_record WHERE election = $1 ORDER BY height";
const COPIED_HEAD: &str = "SELECT height, event FROM source.box_head WHERE election = $1";
const BACKUP_HEAD: &str = "SELECT height, event FROM box_head WHERE election = $1";
const TITLE: &str = "SELECT title FROM election WHERE id = $1";
const BACKUP_BALLOTS: &str = "SELECT COUNT(*) FROM ballot WHERE election = $1";
const MARKS: &str = "SELECT COUNT(*) FROM source.poll_book WHERE election = $1";
const OFF_ROLL: &str = "SELECT COUNT(*) FROM source.poll_book p WHERE p.election = $1 AND NOT EXISTS
    (SELECT 1 FROM roll_entry r WHERE r.election = p.election AND r.voter = p.voter)";
const LOST_MARKS: &str =
    "SELECT COUNT(*) FROM poll_book b WHERE b.election = $1 AND NOT EXISTS (SELECT 1 FROM source.poll_book s
    WHERE s.election = b.election AND s.voter = b.voter AND s.marked_minute = b.marked_minute)";
const JOURNAL: &str = "SELECT seq, entry, hash FROM source.journal WHERE seq > $1 ORDER BY seq LIMIT $2";
const END_OF_JOURNAL: &str = "UPDATE journal_head SET seq = (SELECT MAX(seq) FROM journal),
    hash = (SELECT hash FROM journal ORDER BY seq DESC LIMIT 1) WHERE id = 1";

/// What a database is rebuilt from.
pub struct Sources {
    /// The backup: a database of the server.
    pub backup: PathBuf,
    /// The synchronous copy.
    pub copy: PathBuf,
    /// The database to make; nothing is there yet.
    pub out: PathBuf,
    /// The public key of the server's receipts.
    pub server: VerifyingKey,
    /// Heads that the server signed earlier; their signatures are checked already.
    pub heads: Vec<(ElectionId, [u8; 32])>,
}

/// Why a database cannot be rebuilt without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// The copy's file is not the copy of a server.
    NotACopy,
    /// The copy is of a server with another key.
    OtherServer,
    /// A day of the backup's journal is signed with another key.
    OtherKey,
    /// The copy ends before the backup.
    CopyOlder,
    /// The copy and the backup have not the same beginning.
    OtherHistory,
    /// The journal is broken at this rank, in the copy.
    Journal(u64),
    /// The journal of the backup is broken.
    BackupJournal,
    /// The backup has this box, and the copy has it not.
    BoxMissing(ElectionId),
    /// The box was set up after the backup, which has neither its roll nor its lists.
    BoxUnknown(ElectionId),
    /// The box is set up otherwise in the copy and in the backup.
    OtherSetup(ElectionId),
    /// An event is missing at this height.
    EventMissing(ElectionId, u64),
    /// The event at this height is not the one that was chained.
    EventAltered(ElectionId, u64),
    /// The box does not end where its head says.
    Head(ElectionId),
    /// What the backup holds of the box is not the beginning of the copy's.
    BackupOffChain(ElectionId),
    /// Marks in the poll book and ballots in the box differ.
    Counts {
        /// Of this election.
        election: ElectionId,
        /// Marks.
        marks: u64,
        /// Ballots.
        ballots: u64,
    },
    /// Marks of people who are not on the backup's roll.
    OffRoll(ElectionId, u64),
    /// Marks of the backup that the copy has not.
    MarksLost(ElectionId, u64),
    /// The journal tells of more, fewer or other ballots than the box holds.
    JournalDiffers(ElectionId),
    /// A head that was signed earlier is not on the chain.
    SignedHead(ElectionId, String),
}

/// Why no database was made.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// Something is missing, or is not what it was.
    #[error("{0:?}")]
    Gap(Gap),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A database cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for RebuildError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<Gap> for RebuildError {
    fn from(gap: Gap) -> Self {
        Self::Gap(gap)
    }
}

/// One election, as it was found and rebuilt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// The election.
    pub election: ElectionId,
    /// Its title.
    pub title: String,
    /// The setup's event.
    pub setup: EventHash,
    /// Ballots in the backup.
    pub backup_ballots: u64,
    /// Height of the backup's head.
    pub backup_height: u64,
    /// The backup's head, which lies on the chain.
    pub backup_head: EventHash,
    /// Ballots now.
    pub ballots: u64,
    /// Marks in the poll book: as many.
    pub marks: u64,
    /// Height of the head.
    pub height: u64,
    /// The head.
    pub head: EventHash,
    /// Whether the box is frozen.
    pub ended: bool,
    /// Commits of ballots in the journal, each of whose heads lies on the chain at its height.
    pub commits: u64,
    /// Heads signed earlier, all of which lie on the chain.
    pub witnesses: u64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Where the backup's journal ends.
    pub backup_journal: JournalHead,
    /// Where the copy's ends.
    pub journal: JournalHead,
    /// The elections that have a box.
    pub elections: Vec<Rebuilt>,
    /// What the journal says was done since the backup, by kind of event: how often. What is neither a ballot nor an event of a box has to be done again.
    pub since: BTreeMap<String, u64>,
}

/// A database that is rebuilt and not yet in its place. Dropped without [`Rebuilding::finish`], it leaves nothing.
pub struct Rebuilding {
    store: Store,
    files: Working,
    findings: Findings,
}

/// Where the work is done, beside the database to be made.
struct Working {
    out: PathBuf,
    database: PathBuf,
    copy: PathBuf,
}

/// What SQLite puts beside a file.
const BESIDE: [&str; 3] = ["", "-wal", "-shm"];

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> RebuildError {
    let path = path.to_path_buf();
    move |source| RebuildError::File { path, source }
}

impl Working {
    /// Copies both files, with what SQLite wrote beside them and has not brought in yet.
    fn copy_of(sources: &Sources) -> Result<Self, RebuildError> {
        let database = with_suffix(&sources.out, ".part");
        let copy = with_suffix(&sources.out, ".copy");
        for made in [&sources.out, &database, &copy] {
            // What is there is not ours to replace, nor to remove.
            if made.exists() {
                return Err(file_error(made)(std::io::ErrorKind::AlreadyExists.into()));
            }
        }
        let files = Self {
            out: sources.out.clone(),
            database,
            copy,
        };
        for (from, to) in [(&sources.backup, &files.database), (&sources.copy, &files.copy)] {
            std::fs::copy(from, to).map_err(file_error(from))?;
            restrict(to)?;
            let written_beside = with_suffix(from, "-wal");
            if written_beside.exists() {
                std::fs::copy(&written_beside, with_suffix(to, "-wal")).map_err(file_error(&written_beside))?;
            }
        }
        Ok(files)
    }
}

/// Mode 0600: the roll and the poll book are in it.
fn restrict(file: &Path) -> Result<(), RebuildError> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).map_err(file_error(file))
}

impl Drop for Working {
    fn drop(&mut self) {
        for file in [&self.database, &self.copy] {
            for suffix in BESIDE {
                // What is not there need not be removed; what cannot be is beside the database, under a name that says what it is.
                let _ = std::fs::remove_file(with_suffix(file, suffix));
            }
        }
    }
}

/// Rebuilds a database from a backup and a copy, beside the place where it will stand.
///
/// # Errors
/// [`RebuildError::Gap`] when anything is missing or altered: nothing is made then.
pub async fn rebuild(sources: &Sources) -> Result<Rebuilding, RebuildError> {
    let files = Working::copy_of(sources)?;
    let store = Store::open(&format!("sqlite:{}", files.database.display())).await?;
    let findings = fill(&store, &files.copy, sources).await;
    let findings = match findings {
        Ok(findings) => findings,
        Err(error) => {
            store.close().await;
            return Err(error);
        }
    };
    Ok(Rebuilding { store, files, findings })
}

async fn fill(store: &Store, copy: &Path, sources: &Sources) -> Result<Findings, RebuildError> {
    let Db::Lite { write, .. } = &store.db else {
        return Err(StoreError::Url.into());
    };
    if !store.journal_holds().await? {
        return Err(Gap::BackupJournal.into());
    }
    check_days(&store.journal_days().await?, &sources.server)?;
    let backup_journal = store.journal_head().await?;
    let mut connection = write.acquire().await?.detach();
    attach(&mut connection, copy).await?;
    check_owner(&mut connection, &sources.server).await?;
    let told = read_journal(&mut connection, backup_journal).await?;
    let elections = examine_boxes(&mut connection, &told, &sources.heads).await?;
    let mut tx = connection.begin().await?;
    for statement in NEW_EVENTS.into_iter().chain([NEW_MARKS, NEW_ENTRIES, END_OF_JOURNAL]) {
        sqlx::query(statement).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    connection.close().await?;
    check_again(store, &elections, told.head).await?;
    Ok(Findings {
        backup_journal,
        journal: told.head,
        elections,
        since: told.since,
    })
}

/// What was made is looked at once more, by the same checks that the board's page makes.
async fn check_again(store: &Store, elections: &[Rebuilt], journal: JournalHead) -> Result<(), RebuildError> {
    let damaged = |what| RebuildError::Store(StoreError::Damaged(what));
    if !store.journal_holds().await? || store.journal_head().await? != journal {
        return Err(damaged("the journal that was rebuilt"));
    }
    for one in elections {
        let counts = store.roll_counts(&one.election).await?;
        let agree = counts.marked == one.marks && counts.ballots == one.ballots && counts.marked_off_roll == 0;
        let head = store.box_state(&one.election).await?.map(|state| state.head.event);
        if !agree || head != Some(*one.head.as_bytes()) || !store.chain_holds(&one.election).await? {
            return Err(damaged("a box that was rebuilt"));
        }
    }
    Ok(())
}

impl Rebuilding {
    /// What was found.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Adds these entries to the journal and puts the database in its place.
    ///
    /// # Errors
    /// [`RebuildError`].
    pub async fn finish(self, entries: &[Entry]) -> Result<Findings, RebuildError> {
        for entry in entries {
            self.store.append_journal(entry).await?;
        }
        // The last connection brings in what stands beside the file.
        self.store.close().await;
        let Working { out, database, .. } = &self.files;
        std::fs::File::open(database)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(database, out))
            .map_err(file_error(out))?;
        Ok(self.findings)
    }
}

/// The days that the backup's journal has were signed with this key.
fn check_days(days: &[SignedDay], server: &VerifyingKey) -> Result<(), Gap> {
    if days.iter().all(|day| day.is_signed_by(server)) {
        Ok(())
    } else {
        Err(Gap::OtherKey)
    }
}

async fn check_owner(connection: &mut SqliteConnection, server: &VerifyingKey) -> Result<(), RebuildError> {
    // Any file may be given here: one without this table is simply not a copy.
    let owner: Option<String> = match sqlx::query_scalar(OWNER).fetch_optional(connection).await {
        Ok(owner) => owner,
        Err(sqlx::Error::Database(_)) => return Err(Gap::NotACopy.into()),
        Err(error) => return Err(error.into()),
    };
    match owner {
        None => Err(Gap::NotACopy.into()),
        Some(owner) if owner == hex::encode(server.as_bytes()) => Ok(()),
        Some(_) => Err(Gap::OtherServer.into()),
    }
}

/// What the copy's journal tells.
struct Told {
    head: JournalHead,
    /// Of each election, in order: how many ballots a commit added, and the head it left.
    commits: HashMap<ElectionId, Vec<(u64, String)>>,
    /// Heads of each election that other entries name.
    heads: HashMap<ElectionId, Vec<String>>,
    since: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Kind {
    what: Named,
}

#[derive(Deserialize)]
struct Named {
    event: String,
}

/// Reads the copy's journal to its end: chained, and the continuation of the backup's.
async fn read_journal(connection: &mut SqliteConnection, backup: JournalHead) -> Result<Told, RebuildError> {
    let mut told = Told {
        head: JournalHead::EMPTY,
        commits: HashMap::new(),
        heads: HashMap::new(),
        since: BTreeMap::new(),
    };
    loop {
        let page: Vec<(i64, String, Vec<u8>)> = sqlx::query_as(JOURNAL)
            .bind(signed(told.head.rank, "the journal")?)
            .bind(PAGE)
            .fetch_all(&mut *connection)
            .await?;
        if page.is_empty() {
            break;
        }
        for (rank, text, stored) in page {
            let next = told.head.then(&text);
            if unsigned(rank, "the journal")? != next.rank || stored.as_slice() != next.hash.as_slice() {
                return Err(Gap::Journal(next.rank).into());
            }
            told.head = next;
            told.read(&text, next.rank > backup.rank);
            if next.rank == backup.rank && next != backup {
                return Err(Gap::OtherHistory.into());
            }
        }
    }
    if told.head.rank < backup.rank {
        return Err(Gap::CopyOlder.into());
    }
    Ok(told)
}

impl Told {
    /// An entry of a later version is counted and hashed like any other, and says nothing more here.
    fn read(&mut self, text: &str, is_new: bool) {
        if is_new && let Ok(Kind { what }) = serde_json::from_str(text) {
            let count = self.since.entry(what.event).or_default();
            *count = count.saturating_add(1);
        }
        let Ok(Entry {
            subject: Subject::Election(election),
            what,
            ..
        }) = serde_json::from_str(text)
        else {
            return;
        };
        match what {
            Event::BallotsRecorded { count, head } => self.commits.entry(election).or_default().push((count, head)),
            Event::PollsClosed { head } | Event::TallyEncrypted { head } | Event::TallyFinished { head, .. } => {
                self.heads.entry(election).or_default().push(head);
            }
            _ => {}
        }
    }
}

async fn examine_boxes(
    connection: &mut SqliteConnection,
    told: &Told,
    heads: &[(ElectionId, [u8; 32])],
) -> Result<Vec<Rebuilt>, RebuildError> {
    let copied = boxes(connection, COPIED_BOXES).await?;
    let backup = boxes(connection, BACKUP_BOXES).await?;
    if let Some(missing) = backup.iter().find(|one| !copied.contains(one)) {
        return Err(Gap::BoxMissing(missing.clone()).into());
    }
    if let Some(unknown) = copied.iter().find(|one| !backup.contains(one)) {
        return Err(Gap::BoxUnknown(unknown.clone()).into());
    }
    if let Some((stranger, head)) = heads.iter().find(|(one, _)| !copied.contains(one)) {
        return Err(Gap::SignedHead(stranger.clone(), hex::encode(head)).into());
    }
    let mut elections = Vec::with_capacity(copied.len());
    for election in copied {
        let chain = walk(connection, &election).await?;
        let shown: HashSet<[u8; 32]> = heads
            .iter()
            .filter(|(one, _)| *one == election)
            .map(|(_, head)| *head)
            .collect();
        if let Some(lost) = shown.iter().find(|head| !chain.has(head)) {
            return Err(Gap::SignedHead(election, hex::encode(lost)).into());
        }
        let commits = check_commits(&chain, &election, told)?;
        let witnesses = unsigned_len(shown.len())?;
        elections.push(compare(connection, election, &chain, (commits, witnesses)).await?);
    }
    Ok(elections)
}

async fn boxes(connection: &mut SqliteConnection, statement: &'static str) -> Result<Vec<ElectionId>, RebuildError> {
    let rows: Vec<String> = sqlx::query_scalar(statement).fetch_all(connection).await?;
    let read = |id: &String| parse(id, "an election's identifier").map_err(RebuildError::from);
    rows.iter().map(read).collect()
}

/// The chain of one box, by height: the setup is 0.
struct Chain {
    events: Vec<EventHash>,
    ballots: u64,
    ended: bool,
}

impl Chain {
    fn at(&self, height: u64) -> Option<&EventHash> {
        self.events.get(usize::try_from(height).ok()?)
    }

    fn has(&self, head: &[u8; 32]) -> bool {
        self.events.iter().any(|event| event.as_bytes() == head)
    }

    /// The next event, when what is stored is what follows.
    fn then(
        &mut self,
        election: &ElectionId,
        (stored_height, stored): (i64, &[u8]),
        kind: EventKind,
        payload: Option<PayloadHash>,
    ) -> Result<(), RebuildError> {
        let height = unsigned_len(self.events.len())?;
        if unsigned(stored_height, "a height")? != height {
            return Err(Gap::EventMissing(election.clone(), height).into());
        }
        let (_, next) = event(self.events.last().copied(), height, kind, payload);
        if next.as_bytes().as_slice() != stored {
            return Err(Gap::EventAltered(election.clone(), height).into());
        }
        self.events.push(next);
        Ok(())
    }
}

fn unsigned_len(length: usize) -> Result<u64, StoreError> {
    u64::try_from(length).map_err(|_| StoreError::Damaged("a count"))
}

#[derive(Deserialize)]
struct Signed {
    credential: String,
}

type BallotRow = (i64, String, String, Vec<u8>, Vec<u8>);
type RecordRow = (i64, String, Option<Vec<u8>>, Vec<u8>);

/// Walks a box of the copy from its setup to its head.
async fn walk(connection: &mut SqliteConnection, election: &ElectionId) -> Result<Chain, RebuildError> {
    let setup: Vec<u8> = sqlx::query_scalar(SETUP)
        .bind(election.as_str())
        .fetch_one(&mut *connection)
        .await?;
    let (_, first) = event(None, 0, EventKind::Setup, Some(PayloadHash::of(&setup)));
    let mut chain = Chain {
        events: vec![first],
        ballots: 0,
        ended: false,
    };
    let mut last = 0;
    loop {
        let page: Vec<BallotRow> = sqlx::query_as(BALLOTS)
            .bind(election.as_str())
            .bind(last)
            .bind(PAGE)
            .fetch_all(&mut *connection)
            .await?;
        if page.is_empty() {
            break;
        }
        for (height, tracker, credential, bytes, stored) in page {
            chain.then(
                election,
                (height, &stored),
                EventKind::Ballot,
                Some(PayloadHash::of(&bytes)),
            )?;
            let says: Option<Signed> = serde_json::from_slice(&bytes).ok();
            let is_its_own =
                Tracker::of(&bytes).as_str() == tracker && says.is_some_and(|says| says.credential == credential);
            if !is_its_own {
                return Err(Gap::EventAltered(election.clone(), unsigned(height, "a height")?).into());
            }
            (last, chain.ballots) = (height, chain.ballots.saturating_add(1));
        }
    }
    let records: Vec<RecordRow> = sqlx::query_as(RECORDS)
        .bind(election.as_str())
        .fetch_all(&mut *connection)
        .await?;
    for (height, kind, payload, stored) in records {
        let kind = crate::ballot_box::kind(&kind)?;
        chain.then(
            election,
            (height, &stored),
            kind,
            payload.as_deref().map(PayloadHash::of),
        )?;
        chain.ended = true;
    }
    let head: Option<(i64, Vec<u8>)> = sqlx::query_as(COPIED_HEAD)
        .bind(election.as_str())
        .fetch_optional(connection)
        .await?;
    let (height, head) = head.ok_or_else(|| Gap::Head(election.clone()))?;
    let ends = unsigned_len(chain.events.len())?.saturating_sub(1) == unsigned(height, "a height")?
        && chain.events.last().map(|event| event.as_bytes().as_slice()) == Some(head.as_slice());
    if ends {
        Ok(chain)
    } else {
        Err(Gap::Head(election.clone()).into())
    }
}

/// Every commit of the journal left its head at the height that the counts before it add up to, and they add up to the ballots of the box; other heads that the
/// journal names are on the chain. How many commits there were.
fn check_commits(chain: &Chain, election: &ElectionId, told: &Told) -> Result<u64, RebuildError> {
    let differs = || Gap::JournalDiffers(election.clone());
    let commits = told.commits.get(election).map_or(&[][..], Vec::as_slice);
    let mut height = 0_u64;
    for (count, head) in commits {
        height = height.saturating_add(*count);
        if chain.at(height).is_none_or(|event| event.to_string() != *head) {
            return Err(differs().into());
        }
    }
    let others = told.heads.get(election).map_or(&[][..], Vec::as_slice);
    let is_known = |head: &String| chain.events.iter().any(|event| event.to_string() == *head);
    if height != chain.ballots || !others.iter().all(is_known) {
        return Err(differs().into());
    }
    Ok(unsigned_len(commits.len())?)
}

/// A box of the copy against the backup: setup, head, roll, marks.
async fn compare(
    connection: &mut SqliteConnection,
    election: ElectionId,
    chain: &Chain,
    (commits, witnesses): (u64, u64),
) -> Result<Rebuilt, RebuildError> {
    if count(connection, SAME_SETUP, &election).await? != 1 {
        return Err(Gap::OtherSetup(election).into());
    }
    let (height, head): (i64, Vec<u8>) = sqlx::query_as(BACKUP_HEAD)
        .bind(election.as_str())
        .fetch_one(&mut *connection)
        .await?;
    let backup_height = unsigned(height, "a height")?;
    let backup_head = EventHash::from_bytes(hash(&head, "a head")?);
    if chain.at(backup_height) != Some(&backup_head) {
        return Err(Gap::BackupOffChain(election).into());
    }
    let marks = count(connection, MARKS, &election).await?;
    if marks != chain.ballots {
        let ballots = chain.ballots;
        return Err(Gap::Counts {
            election,
            marks,
            ballots,
        }
        .into());
    }
    match count(connection, OFF_ROLL, &election).await? {
        0 => {}
        off => return Err(Gap::OffRoll(election, off).into()),
    }
    match count(connection, LOST_MARKS, &election).await? {
        0 => {}
        lost => return Err(Gap::MarksLost(election, lost).into()),
    }
    let title: String = sqlx::query_scalar(TITLE)
        .bind(election.as_str())
        .fetch_one(&mut *connection)
        .await?;
    let (Some(setup), Some(head)) = (chain.events.first(), chain.events.last()) else {
        return Err(Gap::Head(election).into());
    };
    Ok(Rebuilt {
        title,
        setup: *setup,
        backup_ballots: count(connection, BACKUP_BALLOTS, &election).await?,
        backup_height,
        backup_head,
        ballots: chain.ballots,
        marks,
        height: unsigned_len(chain.events.len())?.saturating_sub(1),
        head: *head,
        ended: chain.ended,
        commits,
        witnesses,
        election,
    })
}

async fn count(
    connection: &mut SqliteConnection,
    statement: &'static str,
    election: &ElectionId,
) -> Result<u64, RebuildError> {
    let count: i64 = sqlx::query_scalar(statement)
        .bind(election.as_str())
        .fetch_one(connection)
        .await?;
    Ok(unsigned(count, "a count")?)
}
