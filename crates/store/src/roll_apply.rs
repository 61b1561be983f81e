//! A staged roll file applied: sets of rows by statements of many, all in one transaction. There may be millions of them.

use std::borrow::Cow;

use isoloir_domain::journal::Entry;
use isoloir_domain::{Delivery, ElectionId, VoterId};
use jiff::Timestamp;

use crate::consultation::LOCK_ELECTION;
use crate::many::CHUNK;
use crate::roll::{RECORD_IMPORT, name_key_of, sort_key};
use crate::roll_stage::{CHANGES, PART, Stage, VoterChange};
use crate::value::{millis, parse, signed};
use crate::{Store, StoreError};

statements! {
    MOVE_FROM = "UPDATE roll_state SET version = version + 1 WHERE id = 1 AND version = $1";
    APPLIED = "UPDATE staged_roll SET status = 'applied', applied = $2, applied_by = $3 WHERE id = $1 AND status = 'approved'";
    RECORD_MOVE = "INSERT INTO roll_move (stage, election, before, joined, gone, at) VALUES ($1, $2, $3, $4, $5, $6)";
}

/// By how much an election's roll moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElectionMove {
    /// The election.
    pub election: ElectionId,
    /// Voters so far.
    pub before: u64,
    /// Voters who join.
    pub joined: u64,
    /// Voters who leave.
    pub gone: u64,
}

/// A staged file to apply.
pub struct Application<'a> {
    /// The file.
    pub stage: &'a Stage,
    /// Elections that the file names, in order of identifiers.
    pub moves: &'a [ElectionMove],
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: &'a str,
}

impl<'a> Application<'a> {
    fn election(&self, index: u16) -> Result<&'a ElectionId, StoreError> {
        let elections = &self.stage.elections;
        elections
            .get(usize::from(index))
            .ok_or(StoreError::Damaged("a staged roll"))
    }

    /// Whether the entries of an election have a history. The first roll has none: its import says all.
    fn keeps_history(&self, election: &ElectionId) -> bool {
        let mut moves = self.moves.iter();
        moves.any(|one| one.election == *election && one.before > 0)
    }

    /// Who leaves which election, voter by voter.
    fn leaves<'c>(&self, changes: &'c [VoterChange]) -> Result<Vec<(&'a ElectionId, &'c VoterChange)>, StoreError> {
        let mut entries = Vec::new();
        for change in changes {
            for index in &change.leaves {
                entries.push((self.election(*index)?, change));
            }
        }
        Ok(entries)
    }

    /// Who joins which election, side by side in the tables: each index is walked in its own order.
    fn joins<'c>(&self, changes: &'c [VoterChange]) -> Result<Vec<(&'a ElectionId, &'c VoterChange)>, StoreError> {
        let mut entries = Vec::new();
        for change in changes {
            for index in &change.joins {
                entries.push((self.election(*index)?, change));
            }
        }
        entries.sort_by_key(|(id, change)| (*id, change.voter));
        Ok(entries)
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The rolls are changed, and committed.
    Made,
    /// Nothing is changed: nobody approved it, or it is applied already.
    NotApproved,
    /// Nothing is changed: the rolls have moved since it was staged.
    Moved,
    /// Nothing is changed: an election concerned is sealed.
    Sealed,
}

/// A line of the history of a voter's entries.
struct Line<'a> {
    voter: VoterId,
    election: Option<&'a ElectionId>,
    what: &'static str,
    before: Cow<'a, str>,
}

/// A line about an entry.
fn entry_line<'a>(what: &'static str, (election, change): (&'a ElectionId, &'a VoterChange)) -> Line<'a> {
    Line {
        voter: change.voter,
        election: Some(election),
        what,
        before: Cow::Borrowed(""),
    }
}

/// The lines about the name and the mailbox of a voter.
fn corrections(change: &VoterChange) -> impl Iterator<Item = Line<'_>> {
    let line = |what, before| Line {
        voter: change.voter,
        election: None,
        what,
        before,
    };
    let before = change.before.as_ref();
    let renamed = before.filter(|_| change.name_changes()).map(|before| {
        line(
            "renamed",
            Cow::Owned(format!("{} {}", before.first_name, before.last_name)),
        )
    });
    let mail = before
        .filter(|_| change.mail_changes())
        .map(|before| line("mail", Cow::Borrowed(before.email.as_deref().unwrap_or(""))));
    renamed.into_iter().chain(mail)
}

fn voters_of<'a>(changes: impl Iterator<Item = &'a VoterChange>) -> Vec<VoterId> {
    changes.map(|change| change.voter).collect()
}

/// The marks to write, one a row.
fn marks(changes: &[VoterChange]) -> Result<Vec<(VoterId, Vec<u8>)>, StoreError> {
    let mut rows = Vec::new();
    for change in changes {
        for mark in change.marks.iter().flatten() {
            let mark = hex::decode(mark).map_err(|_| StoreError::Damaged("a staged roll"))?;
            rows.push((change.voter, mark));
        }
    }
    Ok(rows)
}

/// Writes lines of the history, from the place `$position` on, in the transaction `$tx`.
macro_rules! record_lines {
    ($tx:ident, $application:expr, $position:ident, $lines:expr) => {{
        let at = millis($application.at);
        let lines: Vec<(i64, Line<'_>)> = ($position..).zip($lines).collect();
        put_rows!(
            $tx,
            "INSERT INTO roll_change (source, position, voter, election, what, before, decided_by, at) ",
            lines,
            |row, (position, line)| row
                .push_bind(&$application.stage.id)
                .push_bind(*position)
                .push_bind(line.voter.to_string())
                .push_bind(line.election.map(ElectionId::as_str))
                .push_bind(line.what)
                .push_bind(line.before.as_ref())
                .push_bind($application.by)
                .push_bind(at),
            ""
        );
        $position = lines.last().map_or($position, |(last, _)| last.saturating_add(1));
    }};
}

/// Whoever leaves, and mailboxes that change hands. Ends the application when a voter to correct is on a sealed roll.
macro_rules! make_room {
    ($tx:ident, $application:expr, $position:ident, $changes:expr) => {{
        let corrected = voters_of($changes.iter().filter(|change| change.before.is_some()));
        for chunk in corrected.chunks(CHUNK) {
            let mut statement = naming!(
                "SELECT COUNT(*) FROM roll_entry r JOIN election e ON e.id = r.election WHERE e.sealed AND r.voter",
                chunk
            );
            statement
                .push(" AND e.consultation = ")
                .push_bind($application.stage.consultation.as_str());
            let sealed: i64 = statement
                .build_query_scalar()
                .persistent(chunk.len() == CHUNK)
                .fetch_one(&mut *$tx)
                .await?;
            if sealed > 0 {
                return Ok(Applied::Sealed);
            }
        }
        let leaves = $application.leaves($changes)?;
        put_rows!(
            $tx,
            "DELETE FROM roll_entry WHERE (election, voter) IN (",
            leaves,
            |row, (election, change)| row.push_bind(election.as_str()).push_bind(change.voter.to_string()),
            ")"
        );
        let lines = leaves.iter().map(|entry| entry_line("left", *entry));
        record_lines!($tx, $application, $position, lines);
        let freed = voters_of($changes.iter().filter(|change| change.mail_changes()));
        to_voters!($tx, "UPDATE voter SET email = NULL WHERE id", freed);
    }};
}

/// Names, mailboxes and places on rolls of the voters who are known already; what was sent to a mailbox before is void.
macro_rules! correct_voters {
    ($tx:ident, $changes:expr) => {{
        let corrected: Vec<&VoterChange> = $changes.iter().filter(|change| change.before.is_some()).collect();
        put_rows!(
            $tx,
            "UPDATE voter SET last_name = n.column2, first_name = n.column3, email = n.column4, name_key = n.column5 FROM (",
            corrected,
            |row, change| row
                .push_bind(change.voter.to_string())
                .push_bind(&change.last_name)
                .push_bind(&change.first_name)
                .push_bind(&change.email)
                .push_bind(name_key_of(&change.last_name, &change.first_name)),
            ") AS n WHERE id = n.column1"
        );
        for chunk in corrected.chunks(CHUNK) {
            let mut statement = naming!(
                "SELECT r.election, r.voter FROM roll_entry r JOIN election e ON e.id = r.election WHERE e.sealed = FALSE AND r.voter",
                chunk.iter().map(|change| change.voter)
            );
            let rolls: Vec<(String, String)> = statement
                .build_query_as()
                .persistent(chunk.len() == CHUNK)
                .fetch_all(&mut *$tx)
                .await?;
            let entries = sorted_again(chunk, &rolls)?;
            put_rows!(
                $tx,
                "UPDATE roll_entry SET sort_key = n.column3 FROM (",
                entries,
                |row, (election, voter, key)| row.push_bind(*election).push_bind(*voter).push_bind(key.as_slice()),
                ") AS n WHERE election = n.column1 AND voter = n.column2"
            );
        }
        let moved = voters_of(corrected.iter().copied().filter(|change| change.mail_changes()));
        for statement in [
            "DELETE FROM activation WHERE voter",
            "DELETE FROM activation_code WHERE voter",
            "DELETE FROM password_reset WHERE voter",
            "DELETE FROM session WHERE voter",
        ] {
            to_voters!($tx, statement, moved);
        }
    }};
}

/// An entry, by election and voter, with the key that sorts it.
type Sorted<'r> = (&'r str, &'r str, Vec<u8>);

/// Entries of corrected voters, with the keys that sort them from now on.
fn sorted_again<'r>(changes: &[&VoterChange], rolls: &'r [(String, String)]) -> Result<Vec<Sorted<'r>>, StoreError> {
    let by_voter: std::collections::HashMap<VoterId, &&VoterChange> =
        changes.iter().map(|change| (change.voter, change)).collect();
    let mut entries = Vec::with_capacity(rolls.len());
    for (election, voter) in rolls {
        let id: ElectionId = parse(election, "an election's identifier")?;
        let change = by_voter
            .get(&parse(voter, "a voter's identifier")?)
            .ok_or(StoreError::Damaged("a roll"))?;
        let key = sort_key(&id, change.voter, &change.last_name, &change.first_name);
        entries.push((election.as_str(), voter.as_str(), key));
    }
    Ok(entries)
}

/// Voters who are new.
macro_rules! add_voters {
    ($tx:ident, $changes:expr) => {{
        let new: Vec<&VoterChange> = $changes.iter().filter(|change| change.new).collect();
        put_rows!(
            $tx,
            "INSERT INTO voter (id, number, last_name, first_name, email, name_key) ",
            new,
            |row, change| row
                .push_bind(change.voter.to_string())
                .push_bind(&change.number)
                .push_bind(&change.last_name)
                .push_bind(&change.first_name)
                .push_bind(&change.email)
                .push_bind(name_key_of(&change.last_name, &change.first_name)),
            ""
        );
    }};
}

/// Entries that are new.
macro_rules! add_entries {
    ($tx:ident, $entries:expr) => {
        put_rows!(
            $tx,
            "INSERT INTO roll_entry (election, voter, sort_key) ",
            $entries,
            |row, (id, change)| row
                .push_bind(id.as_str())
                .push_bind(change.voter.to_string())
                .push_bind(sort_key(id, change.voter, &change.last_name, &change.first_name)),
            ""
        )
    };
}

/// Where notices go, when that changes.
macro_rules! put_deliveries {
    ($tx:ident, $changes:expr) => {{
        let delivered: Vec<(VoterId, &Delivery)> =
            $changes.iter().filter_map(|change| Some((change.voter, change.delivery.as_ref()?))).collect();
        put_rows!(
            $tx,
            "INSERT INTO delivery (voter, place, place_name, address) ",
            delivered,
            |row, (voter, delivery)| {
                let place = delivery.place.as_ref();
                row.push_bind(voter.to_string())
                    .push_bind(place.map_or("", |place| place.code.as_str()))
                    .push_bind(place.map_or("", |place| place.name.as_str()))
                    .push_bind(delivery.address.join("\n"))
            },
            " ON CONFLICT (voter) DO UPDATE SET place = excluded.place, place_name = excluded.place_name, address = excluded.address"
        );
    }};
}

/// Digests of identities, when they change.
macro_rules! put_identities {
    ($tx:ident, $changes:expr) => {{
        let told = voters_of($changes.iter().filter(|change| change.marks.is_some() && !change.new));
        to_voters!($tx, "DELETE FROM voter_identity WHERE voter", told);
        put_rows!(
            $tx,
            "INSERT INTO voter_identity (mark, voter) ",
            marks($changes)?,
            |row, (voter, mark)| row.push_bind(mark.as_slice()).push_bind(voter.to_string()),
            ""
        );
    }};
}

/// The changes of a part, unsealed; `None` behind the last.
macro_rules! part {
    ($tx:ident, $application:expr, $open:expr, $seq:expr) => {{
        let part: Option<Vec<u8>> = sqlx::query_scalar(PART)
            .bind(&$application.stage.id)
            .bind(CHANGES)
            .bind(i64::from($seq))
            .fetch_optional(&mut *$tx)
            .await?;
        match part {
            Some(part) => Some($open($seq, &part)?),
            None => None,
        }
    }};
}

impl Store {
    /// Changes the rolls as an approved file says: all of it in one transaction, or nothing. `open` unseals a part.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn apply_roll(
        &self,
        application: &Application<'_>,
        open: impl Fn(u32, &[u8]) -> Result<Vec<VoterChange>, StoreError>,
        entry: &Entry,
    ) -> Result<Applied, StoreError> {
        let stage = application.stage;
        let at = millis(application.at);
        on!(large &self.db, tx => {
            for one in application.moves.iter().filter(|one| one.joined > 0 || one.gone > 0) {
                let sealed: Option<bool> =
                    sqlx::query_scalar(LOCK_ELECTION).bind(one.election.as_str()).fetch_optional(&mut *tx).await?;
                if sealed != Some(false) {
                    return Ok(Applied::Sealed);
                }
            }
            let approved = sqlx::query(APPLIED).bind(&stage.id).bind(at).bind(application.by).execute(&mut *tx).await?;
            if approved.rows_affected() == 0 {
                return Ok(Applied::NotApproved);
            }
            let base = signed(stage.base, "a version")?;
            if sqlx::query(MOVE_FROM).bind(base).execute(&mut *tx).await?.rows_affected() == 0 {
                return Ok(Applied::Moved);
            }
            let mut position = 0_i64;
            for seq in 0_u32.. {
                let Some(changes) = part!(tx, application, open, seq) else { break };
                make_room!(tx, application, position, &changes);
            }
            for seq in 0_u32.. {
                let Some(changes) = part!(tx, application, open, seq) else { break };
                add_voters!(tx, changes);
                correct_voters!(tx, changes);
                record_lines!(tx, application, position, changes.iter().flat_map(corrections));
                let entries = application.joins(&changes)?;
                add_entries!(tx, entries);
                let kept = entries.iter().filter(|(id, _)| application.keeps_history(id));
                record_lines!(tx, application, position, kept.map(|entry| entry_line("joined", *entry)));
                put_deliveries!(tx, changes);
                put_identities!(tx, &changes);
            }
            for one in application.moves {
                sqlx::query(RECORD_IMPORT)
                    .bind(one.election.as_str())
                    .bind(at)
                    .bind(&stage.file)
                    .execute(&mut *tx)
                    .await?;
                sqlx::query(RECORD_MOVE)
                    .bind(&stage.id)
                    .bind(one.election.as_str())
                    .bind(signed(one.before, "a count")?)
                    .bind(signed(one.joined, "a count")?)
                    .bind(signed(one.gone, "a count")?)
                    .bind(at)
                    .execute(&mut *tx)
                    .await?;
            }
            append_journal!(tx, entry);
        });
        Ok(Applied::Made)
    }
}
