//! Voters, rolls, and the poll book to read. (Marks are made in [`crate::record`], with the ballot or not at all.)

use futures_util::TryStreamExt as _;
use isoloir_domain::journal::Entry;
use isoloir_domain::names::normal;
use isoloir_domain::{Calendar, Delivery, ElectionId, Language, Place, Voter, VoterId};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use sqlx::QueryBuilder;

use crate::consultation::{Change, LOCK_ELECTION, calendar};
use crate::many::CHUNK;
use crate::roll_stage::MOVE;
use crate::value::{instant, millis, parse, unsigned};
use crate::{Store, StoreError};

statements! {
    RECORD_IMPORT = "INSERT INTO roll_import (election, registered, imported, file)
        VALUES ($1, (SELECT COUNT(*) FROM roll_entry WHERE election = $1), $2, $3)
        ON CONFLICT (election) DO UPDATE SET registered = excluded.registered, imported = excluded.imported, file = excluded.file";
    IMPORT = "SELECT registered, imported, file FROM roll_import WHERE election = $1";
    PAGE = "SELECT r.sort_key, v.last_name, v.first_name FROM roll_entry r JOIN voter v ON v.id = r.voter
        WHERE r.election = $1 AND r.sort_key > $2 AND r.sort_key < $3 ORDER BY r.sort_key LIMIT $4";
    IS_ON_ROLL = "SELECT COUNT(*) FROM roll_entry WHERE election = $1 AND voter = $2";
    DELETE_ENTRIES = "DELETE FROM roll_entry WHERE election = $1";
    ROLL = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language
        FROM roll_entry r JOIN voter v ON v.id = r.voter WHERE r.election = $1 ORDER BY v.id";
    ROLL_AFTER = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language
        FROM roll_entry r JOIN voter v ON v.id = r.voter WHERE r.election = $1 AND r.voter > $2 ORDER BY r.voter LIMIT $3";
    COUNTS = "SELECT (SELECT COUNT(*) FROM roll_entry WHERE election = $1),
        (SELECT COUNT(*) FROM poll_book WHERE election = $1),
        (SELECT COUNT(*) FROM poll_book p WHERE p.election = $1 AND NOT EXISTS
            (SELECT 1 FROM roll_entry r WHERE r.election = p.election AND r.voter = p.voter)),
        (SELECT COUNT(*) FROM ballot WHERE election = $1)";
    POLL_BOOK = "SELECT voter, marked_minute FROM poll_book WHERE election = $1 ORDER BY voter";
    CASTING = "SELECT c.opens, COALESCE(x.closes, c.closes), COALESCE(x.grace, c.grace), COALESCE(x.suspended, FALSE), r.voter, p.voter
        FROM election e JOIN consultation c ON c.id = e.consultation LEFT JOIN election_course x ON x.election = e.id
        LEFT JOIN roll_entry r ON r.election = e.id AND r.voter = $2
        LEFT JOIN poll_book p ON p.election = e.id AND p.voter = $2 WHERE e.id = $1";
    ENTITLED = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language,
        COALESCE(d.place, '') AS place, COALESCE(d.place_name, '') AS place_name, COALESCE(d.address, '') AS address, r.election
        FROM roll_entry r JOIN voter v ON v.id = r.voter LEFT JOIN delivery d ON d.voter = v.id
        ORDER BY COALESCE(d.place, ''), v.name_key, v.id, r.election";
    VOTER = "SELECT id, number, last_name, first_name, email, language FROM voter WHERE id = $1";
}

#[derive(sqlx::FromRow)]
pub(crate) struct VoterRow {
    pub(crate) id: String,
    number: String,
    last_name: String,
    first_name: String,
    email: Option<String>,
    language: Option<String>,
}

impl VoterRow {
    pub(crate) fn read(self) -> Result<Voter, StoreError> {
        Ok(Voter {
            id: parse(&self.id, "a voter's identifier")?,
            number: self.number,
            last_name: self.last_name,
            first_name: self.first_name,
            email: self.email,
            language: self.language.as_deref().and_then(Language::from_code),
        })
    }
}

#[derive(sqlx::FromRow)]
struct EntitledRow {
    #[sqlx(flatten)]
    voter: VoterRow,
    place: String,
    place_name: String,
    address: String,
    election: String,
}

impl EntitledRow {
    fn read(self) -> Result<EntitledVoter, StoreError> {
        let place = Place {
            code: self.place,
            name: self.place_name,
        };
        Ok(EntitledVoter {
            voter: self.voter.read()?,
            delivery: Delivery {
                place: Some(place).filter(|place| !place.code.is_empty()),
                address: self.address.lines().map(str::to_owned).collect(),
            },
            elections: vec![parse(&self.election, "an election's identifier")?],
        })
    }
}

/// A voter with the elections on whose rolls the voter is, and where the notice goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntitledVoter {
    /// The voter.
    pub voter: Voter,
    /// Where the notice goes.
    pub delivery: Delivery,
    /// In order of identifiers.
    pub elections: Vec<ElectionId>,
}

/// What a roll file becomes.
pub struct NewRoll {
    /// Elections whose rolls are replaced, in order of identifiers.
    pub elections: Vec<ElectionId>,
    /// Voters that were not known.
    pub voters: Vec<Voter>,
    /// Where notices go, of voters known before too.
    pub deliveries: Vec<(VoterId, Delivery)>,
    /// Who is on which roll, with the key that sorts the roll by name ([`sort_key`]).
    pub entries: Vec<(ElectionId, VoterId, Vec<u8>)>,
    /// Marks of the identity of each voter, in place of those known so far; none for a voter without one. Empty when the file says nothing
    /// of identities: what is known stays.
    pub identities: Vec<(VoterId, Vec<[u8; 32]>)>,
    /// SHA-256 of the file, in hexadecimal.
    pub file: String,
    /// When it is imported.
    pub imported: Timestamp,
}

/// Key by which a voter is searched by name.
pub(crate) fn name_key_of(last_name: &str, first_name: &str) -> Vec<u8> {
    normal(&format!("{last_name} {first_name}")).into_bytes()
}

/// Key that sorts a roll by name: the name in normal form, then eight bytes that tell homonyms apart and name nobody.
#[must_use]
pub fn sort_key(election: &ElectionId, voter: VoterId, last_name: &str, first_name: &str) -> Vec<u8> {
    let mut key = normal(&format!("{last_name} {first_name}")).into_bytes();
    key.push(0);
    let tail = Sha256::new()
        .chain_update(election.as_str())
        .chain_update(voter.to_string())
        .finalize();
    key.extend(tail.iter().take(8));
    key
}

/// Where the roll of an election comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollImport {
    /// On the roll when it was imported.
    pub registered: u64,
    /// When it was imported.
    pub imported: Timestamp,
    /// SHA-256 of the file, in hexadecimal.
    pub file: String,
}

/// One line of a published roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollLine {
    /// The key that sorts it, from which the next page begins.
    pub key: Vec<u8>,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
}

/// Figures of one election's roll, poll book and box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RollCounts {
    /// On the roll.
    pub registered: u64,
    /// Marked.
    pub marked: u64,
    /// Marked and not on the roll.
    pub marked_off_roll: u64,
    /// In the box.
    pub ballots: u64,
}

impl Store {
    /// Voters known under one of these staff numbers or addresses.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn known_voters(&self, numbers: &[String], emails: &[String]) -> Result<Vec<Voter>, StoreError> {
        let mut known = Vec::new();
        for (column, values) in [("number", numbers), ("email", emails)] {
            for chunk in values.chunks(CHUNK) {
                let rows: Vec<VoterRow> = on!(read &self.db, pool => {
                    let mut select =
                        QueryBuilder::new("SELECT id, number, last_name, first_name, email, language FROM voter WHERE ");
                    select.push(column).push(" IN (");
                    let mut list = select.separated(", ");
                    for value in chunk {
                        list.push_bind(value);
                    }
                    select.push(")");
                    select.build_query_as().persistent(false).fetch_all(pool).await?
                });
                for row in rows {
                    known.push(row.read()?);
                }
            }
        }
        Ok(known)
    }

    /// Replaces the rolls of some elections.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn replace_rolls(&self, roll: &NewRoll, entry: &Entry) -> Result<Change, StoreError> {
        on!(tx &self.db, tx => {
            for election in &roll.elections {
                let sealed: Option<bool> =
                    sqlx::query_scalar(LOCK_ELECTION).bind(election.as_str()).fetch_optional(&mut *tx).await?;
                if sealed != Some(false) {
                    return Ok(Change::Sealed);
                }
            }
            sqlx::query(MOVE).execute(&mut *tx).await?;
            for election in &roll.elections {
                sqlx::query(DELETE_ENTRIES).bind(election.as_str()).execute(&mut *tx).await?;
            }
            put_rows!(
                tx,
                "INSERT INTO voter (id, number, last_name, first_name, email, name_key) ",
                roll.voters,
                |row, voter| row
                    .push_bind(voter.id.to_string())
                    .push_bind(&voter.number)
                    .push_bind(&voter.last_name)
                    .push_bind(&voter.first_name)
                    .push_bind(&voter.email)
                    .push_bind(name_key_of(&voter.last_name, &voter.first_name)),
                ""
            );
            put_rows!(
                tx,
                "INSERT INTO delivery (voter, place, place_name, address) ",
                roll.deliveries,
                |row, (voter, delivery)| {
                    let place = delivery.place.as_ref();
                    row.push_bind(voter.to_string())
                        .push_bind(place.map_or("", |place| place.code.as_str()))
                        .push_bind(place.map_or("", |place| place.name.as_str()))
                        .push_bind(delivery.address.join("\n"))
                },
                " ON CONFLICT (voter) DO UPDATE SET place = excluded.place, place_name = excluded.place_name, address = excluded.address"
            );
            put_rows!(
                tx,
                "INSERT INTO roll_entry (election, voter, sort_key) ",
                roll.entries,
                |row, (election, voter, key)| row.push_bind(election.as_str()).push_bind(voter.to_string()).push_bind(key),
                ""
            );
            let told: Vec<VoterId> = roll.identities.iter().map(|(voter, _)| *voter).collect();
            to_voters!(tx, "DELETE FROM voter_identity WHERE voter", told);
            let marks: Vec<(VoterId, &[u8; 32])> =
                roll.identities.iter().flat_map(|(voter, marks)| marks.iter().map(|mark| (*voter, mark))).collect();
            put_rows!(
                tx,
                "INSERT INTO voter_identity (mark, voter) ",
                marks,
                |row, (voter, mark)| row.push_bind(mark.as_slice()).push_bind(voter.to_string()),
                ""
            );
            for election in &roll.elections {
                sqlx::query(RECORD_IMPORT)
                    .bind(election.as_str())
                    .bind(millis(roll.imported))
                    .bind(&roll.file)
                    .execute(&mut *tx)
                    .await?;
            }
            append_journal!(tx, entry);
        });
        Ok(Change::Made)
    }

    /// Everyone on a roll, once: place by place, by name in each, those without a place first. They are given to `take` as they are read, since
    /// there may be a million of them.
    ///
    /// # Errors
    /// [`StoreError`], and those of `take`.
    pub async fn entitled_voters<E: From<StoreError>>(
        &self,
        mut take: impl FnMut(EntitledVoter) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut last: Option<EntitledVoter> = None;
        on!(read &self.db, pool => {
            let mut rows = sqlx::query_as::<_, EntitledRow>(ENTITLED).fetch(pool);
            while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
                let read = row.read()?;
                match &mut last {
                    Some(last) if last.voter.id == read.voter.id => last.elections.extend(read.elections),
                    other => {
                        if let Some(complete) = other.replace(read) {
                            take(complete)?;
                        }
                    }
                }
            }
        });
        last.map_or(Ok(()), take)
    }

    /// One voter.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn voter(&self, id: VoterId) -> Result<Option<Voter>, StoreError> {
        let row: Option<VoterRow> =
            on!(read &self.db, pool => sqlx::query_as(VOTER).bind(id.to_string()).fetch_optional(pool).await?);
        row.map(VoterRow::read).transpose()
    }

    /// Where the roll of an election comes from; `None` before its first import.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roll_import(&self, election: &ElectionId) -> Result<Option<RollImport>, StoreError> {
        let row: Option<(i64, i64, String)> =
            on!(read &self.db, pool => sqlx::query_as(IMPORT).bind(election.as_str()).fetch_optional(pool).await?);
        row.map(|(registered, imported, file)| {
            Ok(RollImport {
                registered: unsigned(registered, "a count")?,
                imported: instant(imported)?,
                file,
            })
        })
        .transpose()
    }

    /// Lines of a roll by name, after the key `after` and before the key `before`, `limit` at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roll_page(
        &self,
        election: &ElectionId,
        after: &[u8],
        before: &[u8],
        limit: u32,
    ) -> Result<Vec<RollLine>, StoreError> {
        let rows: Vec<(Vec<u8>, String, String)> = on!(read &self.db, pool => sqlx::query_as(PAGE)
            .bind(election.as_str())
            .bind(after)
            .bind(before)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let read = |(key, last_name, first_name)| RollLine {
            key,
            last_name,
            first_name,
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Whether a voter is on the roll of an election.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_on_roll(&self, election: &ElectionId, voter: VoterId) -> Result<bool, StoreError> {
        let found: i64 = on!(read &self.db, pool => sqlx::query_scalar(IS_ON_ROLL)
            .bind(election.as_str())
            .bind(voter.to_string())
            .fetch_one(pool)
            .await?);
        Ok(found > 0)
    }

    /// The roll of an election, by voters' identifiers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roll(&self, election: &ElectionId) -> Result<Vec<Voter>, StoreError> {
        let rows: Vec<VoterRow> =
            on!(read &self.db, pool => sqlx::query_as(ROLL).bind(election.as_str()).fetch_all(pool).await?);
        rows.into_iter().map(VoterRow::read).collect()
    }

    /// The same, of one instant, each given to `take` as it is read: there may be a million of them.
    ///
    /// # Errors
    /// [`StoreError`], and those of `take`.
    pub async fn each_on_roll<E: From<StoreError>>(
        &self,
        election: &ElectionId,
        mut take: impl FnMut(&Voter) -> Result<(), E>,
    ) -> Result<(), E> {
        on!(read &self.db, pool => {
            let mut rows = sqlx::query_as::<_, VoterRow>(ROLL).bind(election.as_str()).fetch(pool);
            while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
                take(&row.read()?)?;
            }
        });
        Ok(())
    }

    /// The voters of a roll that come after one of them, or from the first on, by their identifiers: at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roll_after(
        &self,
        election: &ElectionId,
        after: Option<VoterId>,
        limit: u32,
    ) -> Result<Vec<Voter>, StoreError> {
        let after = after.map_or_else(String::new, |voter| voter.to_string());
        let rows: Vec<VoterRow> = on!(read &self.db, pool => sqlx::query_as(ROLL_AFTER)
            .bind(election.as_str())
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(VoterRow::read).collect()
    }

    /// Figures of roll, poll book and box, all read at the same instant.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roll_counts(&self, election: &ElectionId) -> Result<RollCounts, StoreError> {
        let (registered, marked, off, ballots): (i64, i64, i64, i64) =
            on!(read &self.db, pool => sqlx::query_as(COUNTS).bind(election.as_str()).fetch_one(pool).await?);
        Ok(RollCounts {
            registered: unsigned(registered, "a count")?,
            marked: unsigned(marked, "a count")?,
            marked_off_roll: unsigned(off, "a count")?,
            ballots: unsigned(ballots, "a count")?,
        })
    }

    /// Marks of the poll book, by voters' identifiers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn poll_book(&self, election: &ElectionId) -> Result<Vec<(VoterId, Timestamp)>, StoreError> {
        let rows: Vec<(String, i64)> =
            on!(read &self.db, pool => sqlx::query_as(POLL_BOOK).bind(election.as_str()).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(voter, at)| Ok((parse(&voter, "a voter's identifier")?, instant(at)?)))
            .collect()
    }

    /// What stands between a voter and casting, `None` for an unknown election. Reads nothing of the box: no statement names both a
    /// voter and a ballot.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn casting(&self, election: &ElectionId, voter: VoterId) -> Result<Option<Casting>, StoreError> {
        let row: Option<CastingRow> = on!(read &self.db, pool =>
            sqlx::query_as(CASTING).bind(election.as_str()).bind(voter.to_string()).fetch_optional(pool).await?);
        row.map(|(opens, closes, grace, suspended, on_roll, mark)| {
            Ok(Casting {
                calendar: calendar(opens, closes, grace)?,
                suspended,
                on_roll: on_roll.is_some(),
                marked: mark.is_some(),
            })
        })
        .transpose()
    }
}

/// Opening, closing, grace, suspended; the voter on the roll; the voter in the poll book.
type CastingRow = (i64, i64, i64, bool, Option<String>, Option<String>);

/// What stands between a voter and casting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Casting {
    /// The calendar.
    pub calendar: Calendar,
    /// Whether the board has suspended the vote.
    pub suspended: bool,
    /// Whether the voter is on the roll.
    pub on_roll: bool,
    /// Whether the poll book is marked.
    pub marked: bool,
}
