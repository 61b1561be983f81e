//! A consultation's description, changed as a whole: all of it in one transaction, or nothing.

use std::collections::BTreeSet;

use isoloir_domain::journal::Entry;
use isoloir_domain::{Board, CandidateList, Consultation, ConsultationId, Election, ElectionId};

use crate::consultation::{
    DELETE_CANDIDATES, DELETE_LISTS, INSERT_CONSULTATION, INSERT_ELECTION, LOCK_ELECTION, grace_millis,
};
use crate::content::{DELETE_LIST_FILES, DELETE_ORPHANS, NewListFile, NewTexts};
use crate::value::{millis, parse};
use crate::{Store, StoreError};

statements! {
    REVISION = "SELECT revision FROM consultation WHERE id = $1";
    UPDATE_CONSULTATION = "UPDATE consultation SET title = $3, organiser = $4, profile = $5, crypto_group = $6, opens = $7, closes = $8,
        grace = $9, live_box = $10, policy = $11, revision = revision + 1 WHERE id = $1 AND revision = $2";
    SEALED = "SELECT sealed FROM election WHERE id = $1";
    MOVE_AWAY = "UPDATE election SET position = -position WHERE id = $1";
    UPDATE_ELECTION = "UPDATE election SET title = $2, seats = $3, position = $4, count_rules = $5 WHERE id = $1";
    DELETE_IMPORT = "DELETE FROM roll_import WHERE election = $1";
    DELETE_ELECTION = "DELETE FROM election WHERE id = $1";
    NAMED = "SELECT id FROM election WHERE consultation = $1
        AND (id IN (SELECT election FROM complaint WHERE election IS NOT NULL) OR id IN (SELECT election FROM judgment)
        OR id IN (SELECT election FROM roll_change WHERE election IS NOT NULL) OR id IN (SELECT election FROM roll_move))";
    IS_NAMED = "SELECT COUNT(*) FROM (SELECT election FROM complaint WHERE election = $1 UNION ALL SELECT election FROM judgment WHERE election = $1
        UNION ALL SELECT election FROM roll_change WHERE election = $1 UNION ALL SELECT election FROM roll_move WHERE election = $1
        UNION ALL SELECT election FROM candidacy WHERE election = $1 UNION ALL SELECT election FROM order_secret WHERE election = $1) named";
    DELETE_BOARDS = "DELETE FROM board WHERE consultation = $1 AND records = 0";
    MOVE_BOARD = "UPDATE board SET position = $2 WHERE key = $1 AND records > 0";
}

/// Replaces the lists of an election, which the transaction `$tx` has locked; their files go.
macro_rules! put_lists {
    ($tx:ident, $election:expr, $lists:expr) => {{
        let election = $election.as_str();
        for statement in [
            $crate::content::DELETE_LIST_FILES,
            $crate::consultation::DELETE_CANDIDATES,
            $crate::consultation::DELETE_LISTS,
        ] {
            sqlx::query(statement).bind(election).execute(&mut *$tx).await?;
        }
        for list in $lists {
            sqlx::query($crate::consultation::INSERT_LIST)
                .bind(election)
                .bind(i64::from(list.position))
                .bind(&list.name)
                .bind(&list.acronym)
                .bind(list.filed.map(millis))
                .execute(&mut *$tx)
                .await?;
            if list.candidates.is_empty() {
                continue;
            }
            let mut insert = sqlx::QueryBuilder::new(
                "INSERT INTO candidate (election, list, rank, last_name, first_name, sex, born) ",
            );
            insert.push_values(&list.candidates, |mut row, candidate| {
                row.push_bind(election)
                    .push_bind(i64::from(list.position))
                    .push_bind(i64::from(candidate.rank))
                    .push_bind(&candidate.last_name)
                    .push_bind(&candidate.first_name)
                    .push_bind(candidate.sex.letter())
                    .push_bind(candidate.born.map(|born| born.to_string()));
            });
            insert.build().persistent(false).execute(&mut *$tx).await?;
        }
    }};
}

/// Adds files of lists, in the transaction `$tx`.
macro_rules! put_list_files {
    ($tx:ident, $files:expr) => {{
        for file in $files {
            sqlx::query($crate::content::INSERT_FILE)
                .bind(file.digest.as_slice())
                .bind(file.media_type)
                .bind(&file.bytes)
                .execute(&mut *$tx)
                .await?;
            sqlx::query($crate::content::INSERT_LIST_FILE)
                .bind(file.election.as_str())
                .bind(i64::from(file.list))
                .bind(file.role.as_str())
                .bind(file.digest.as_slice())
                .bind(i64::try_from(file.bytes.len()).unwrap_or(i64::MAX))
                .bind(i64::from(file.pages))
                .execute(&mut *$tx)
                .await?;
        }
    }};
}

/// Adds a version of a text, in the transaction `$tx`.
macro_rules! put_version {
    ($tx:ident, $consultation:expr, $key:expr, $version:expr) => {{
        let (name, language) = $key.parts();
        let content = $version.content.as_ref();
        let attachment = content.and_then(|content| content.attachment.as_ref());
        let (size, pages) = $crate::content::measures(attachment)?;
        sqlx::query($crate::content::INSERT_VERSION)
            .bind($consultation.as_str())
            .bind(name)
            .bind(language)
            .bind(i64::from($version.number))
            .bind(content.map(|content| content.body.as_str()))
            .bind(attachment.map(|attachment| attachment.digest.as_slice()))
            .bind(size)
            .bind(pages)
            .bind($crate::content::since($version))
            .bind($version.source.to_string())
            .bind(&$version.by)
            .execute(&mut *$tx)
            .await?;
    }};
}

/// Brings all texts of a consultation to what they are to be, in the transaction `$tx`: a version for each that changes.
macro_rules! put_texts {
    ($tx:ident, $consultation:expr, $texts:expr) => {{
        for (digest, bytes) in &$texts.files {
            sqlx::query($crate::content::INSERT_FILE)
                .bind(digest.as_slice())
                .bind("application/pdf")
                .bind(bytes)
                .execute(&mut *$tx)
                .await?;
        }
        let rows: Vec<$crate::content::VersionRow> = sqlx::query_as($crate::content::LATEST)
            .bind($consultation.as_str())
            .fetch_all(&mut *$tx)
            .await?;
        for (key, version) in $texts.versions(&$crate::content::by_key(rows)?) {
            put_version!($tx, $consultation, key, &version);
        }
    }};
}

/// Lists of an election, with their files.
pub struct NewContent {
    /// The election.
    pub election: ElectionId,
    /// Its lists, in place of those known.
    pub lists: Vec<CandidateList>,
    /// Their files, in place of those known.
    pub files: Vec<NewListFile>,
}

/// What a consultation becomes.
pub struct NewDescription {
    /// The revision that it is made from; none for a new consultation.
    pub from: Option<i64>,
    /// The consultation.
    pub consultation: Consultation,
    /// Elections that are new.
    pub added: Vec<Election>,
    /// Elections of which something changes.
    pub changed: Vec<Election>,
    /// Elections that go, with all that is theirs but rolls, which must be empty.
    pub removed: Vec<ElectionId>,
    /// All boards, when one changes. Those that did something keep what they are.
    pub boards: Option<Vec<Board>>,
    /// Lists and files of the elections of which some change.
    pub contents: Vec<NewContent>,
    /// All texts and questions, when one changes.
    pub texts: Option<NewTexts>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Made and committed.
    Made,
    /// Nothing was stored: the consultation has changed since, an election was sealed, something names one that was to go, a board began, or a
    /// board's key is another's.
    Moved,
}

impl Store {
    /// How many times a consultation's description was changed; `None` for an unknown one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revision(&self, id: &ConsultationId) -> Result<Option<i64>, StoreError> {
        Ok(on!(read &self.db, pool =>
            sqlx::query_scalar(REVISION).bind(id.as_str()).fetch_optional(pool).await?))
    }

    /// The elections of a consultation that a complaint, a judgment or the history of a roll names.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn named_elections(&self, id: &ConsultationId) -> Result<BTreeSet<ElectionId>, StoreError> {
        let ids: Vec<String> =
            on!(read &self.db, pool => sqlx::query_scalar(NAMED).bind(id.as_str()).fetch_all(pool).await?);
        ids.iter().map(|id| parse(id, "an election's identifier")).collect()
    }

    /// Whether the rolls and lists of an election are fixed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_sealed(&self, election: &ElectionId) -> Result<bool, StoreError> {
        let sealed: Option<bool> =
            on!(read &self.db, pool => sqlx::query_scalar(SEALED).bind(election.as_str()).fetch_optional(pool).await?);
        Ok(sealed == Some(true))
    }

    /// Changes a description as a whole.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is stored then.
    pub async fn apply_description(&self, new: &NewDescription, entry: &Entry) -> Result<Applied, StoreError> {
        let c = &new.consultation;
        let policy = serde_json::to_string(&c.policy).map_err(|_| StoreError::Damaged("a policy"))?;
        let rules = |election: &Election| {
            serde_json::to_string(&election.count).map_err(|_| StoreError::Damaged("rules of a count"))
        };
        on!(tx &self.db, tx => {
            let stored = match new.from {
                None => sqlx::query(INSERT_CONSULTATION).bind(c.id.as_str()),
                Some(revision) => sqlx::query(UPDATE_CONSULTATION).bind(c.id.as_str()).bind(revision),
            };
            let stored = stored
                .bind(&c.title)
                .bind(&c.organiser)
                .bind(c.profile.as_str())
                .bind(&c.group)
                .bind(millis(c.calendar.opens()))
                .bind(millis(c.calendar.closes()))
                .bind(grace_millis(&c.calendar))
                .bind(c.live_box)
                .bind(&policy)
                .execute(&mut *tx)
                .await?;
            if stored.rows_affected() == 0 {
                return Ok(Applied::Moved);
            }
            let touched = new.changed.iter().map(|election| &election.id).chain(&new.removed);
            for election in touched.chain(new.contents.iter().map(|content| &content.election)) {
                if new.added.iter().any(|added| added.id == *election) {
                    continue;
                }
                let sealed: Option<bool> =
                    sqlx::query_scalar(LOCK_ELECTION).bind(election.as_str()).fetch_optional(&mut *tx).await?;
                if sealed != Some(false) {
                    return Ok(Applied::Moved);
                }
            }
            for election in &new.removed {
                let named: i64 = sqlx::query_scalar(IS_NAMED).bind(election.as_str()).fetch_one(&mut *tx).await?;
                if named > 0 {
                    return Ok(Applied::Moved);
                }
                for statement in
                    [DELETE_LIST_FILES, DELETE_CANDIDATES, DELETE_LISTS, DELETE_IMPORT, DELETE_ELECTION]
                {
                    sqlx::query(statement).bind(election.as_str()).execute(&mut *tx).await?;
                }
            }
            // Ranks are unique: they are taken from all before they are given anew.
            for election in &new.changed {
                sqlx::query(MOVE_AWAY).bind(election.id.as_str()).execute(&mut *tx).await?;
            }
            for election in &new.changed {
                sqlx::query(UPDATE_ELECTION)
                    .bind(election.id.as_str())
                    .bind(&election.title)
                    .bind(i64::from(election.seats))
                    .bind(i64::from(election.position))
                    .bind(rules(election)?)
                    .execute(&mut *tx)
                    .await?;
            }
            for election in &new.added {
                sqlx::query(INSERT_ELECTION)
                    .bind(election.id.as_str())
                    .bind(election.consultation.as_str())
                    .bind(&election.key)
                    .bind(&election.title)
                    .bind(i64::from(election.seats))
                    .bind(i64::from(election.position))
                    .bind(rules(election)?)
                    .execute(&mut *tx)
                    .await?;
            }
            if let Some(boards) = &new.boards {
                sqlx::query(DELETE_BOARDS).bind(c.id.as_str()).execute(&mut *tx).await?;
                for (position, board) in (1_i64..).zip(boards) {
                    let moved = sqlx::query(MOVE_BOARD).bind(&board.key).bind(position).execute(&mut *tx).await?;
                    if moved.rows_affected() > 0 {
                        continue;
                    }
                    let stored = sqlx::query(crate::board::INSERT_BOARD)
                        .bind(&board.key)
                        .bind(c.id.as_str())
                        .bind(position)
                        .bind(serde_json::to_string(board).map_err(|_| StoreError::Damaged("a board"))?)
                        .execute(&mut *tx)
                        .await?;
                    if stored.rows_affected() == 0 {
                        return Ok(Applied::Moved);
                    }
                }
            }
            for content in &new.contents {
                put_lists!(tx, content.election, &content.lists);
                put_list_files!(tx, &content.files);
            }
            sqlx::query(DELETE_ORPHANS).execute(&mut *tx).await?;
            if let Some(texts) = &new.texts {
                put_texts!(tx, c.id, texts);
            }
            append_journal!(tx, entry);
        });
        Ok(Applied::Made)
    }
}
