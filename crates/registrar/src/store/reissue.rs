//! Links, where voters stand, and what is known of them.

use std::collections::HashMap;

use sqlx::QueryBuilder;

use super::codes::NewCode;
use super::outbox::NewMessage;
use super::{Store, StoreError, pages};
use crate::journal::Entry;
use isoloir_domain::VoterId;
use isoloir_domain::reissue::ReissuePolicy;

statements! {
    CONSULTATION = "SELECT title, organiser, opens, closes, reissue FROM consultation WHERE id = 1";
    SET_CONSULTATION = "INSERT INTO consultation (id, title, organiser, opens, closes, reissue) VALUES (1, $1, $2, $3, $4, $5) \
        ON CONFLICT (id) DO UPDATE SET title = excluded.title, organiser = excluded.organiser, opens = excluded.opens, \
        closes = excluded.closes, reissue = excluded.reissue";
    FORGET_ORDERS = "DELETE FROM taken_order WHERE until < $1";
    TAKE_ORDER = "INSERT INTO taken_order (id, until) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    // The row lock that this takes orders everything about one voter.
    LOCK_STANDING = "INSERT INTO standing (voter, made, failures, failed, locked_until) VALUES ($1, 0, 0, 0, 0) \
        ON CONFLICT (voter) DO UPDATE SET made = standing.made RETURNING made, failures, locked_until";
    FAILED = "UPDATE standing SET failures = $2, failed = failed + 1, locked_until = $3 WHERE voter = $1";
    RIGHT = "UPDATE standing SET failures = 0, locked_until = 0 WHERE voter = $1";
    MADE = "UPDATE standing SET made = made + 1 WHERE voter = $1";
    EXPIRE_LINK = "UPDATE link SET state = 'expired', token = NULL, settled = $2 WHERE voter = $1 AND state = 'pending' AND expires <= $2";
    PENDING = "SELECT l.id, l.token, l.expires, l.sendings, o.id AS message, o.channel, o.status, o.letter FROM link l \
        JOIN outbox o ON o.id = l.message WHERE l.voter = $1 AND l.state = 'pending'";
    BLOCKED = "SELECT COUNT(*) FROM blocked_path WHERE voter = $1 AND path = $2";
    MARKS = "SELECT kind, mark FROM identifier WHERE voter = $1";
    KNOWN = "SELECT v.language, v.mailbox, (SELECT COUNT(*) FROM credential c WHERE c.voter = v.voter) FROM voter v WHERE v.voter = $1";
    ADD_LINK = "INSERT INTO link (id, voter, path, factors, token_hash, token, state, created, expires, settled, sendings, message) \
        VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, NULL, 1, $9)";
    SENT_AGAIN = "UPDATE link SET sendings = sendings + 1, message = $2 WHERE id = $1";
    LINK = "SELECT id, voter, path, factors, state, expires FROM link WHERE token_hash = $1";
    USE_LINK = "UPDATE link SET state = 'used', token = NULL, settled = $2 WHERE id = $1";
    SEALED = "SELECT election, sealed FROM credential WHERE voter = $1";
    GENERATION = "SELECT generation FROM code WHERE voter = $1";
    ADD_CONTEST = "INSERT INTO contest (token_hash, voter, path, generation, expires, used) VALUES ($1, $2, $3, $4, $5, NULL)";
    CONTEST = "SELECT voter, path, generation, expires, used FROM contest WHERE token_hash = $1";
    USE_CONTEST = "UPDATE contest SET used = $2 WHERE token_hash = $1";
    BLOCK_PATH = "INSERT INTO blocked_path (voter, path, blocked_at) VALUES ($1, $2, $3) ON CONFLICT (voter, path) DO NOTHING";
    VOID_LINKS = "UPDATE link SET state = 'void', token = NULL, settled = $2 WHERE voter = $1 AND state = 'pending'";
    KEEP_TRACE = "INSERT INTO voided_code (voter, generation, issued_at, voided_at) \
        SELECT voter, generation, issued_at, $2 FROM code WHERE voter = $1";
    // A verifier of another length than a hash matches nothing; the rank goes on, so that the next code has its own.
    VOID_CODE = "UPDATE code SET verifier = $2, generation = generation + 1, issued_at = $3 WHERE voter = $1";
    UNWRAP = "DELETE FROM wrapped_credential WHERE voter = $1";
    COUNTS = "SELECT (SELECT COUNT(*) FROM code) + (SELECT COUNT(*) FROM voided_code), (SELECT count FROM counter WHERE name = 'wrong_codes'), \
        (SELECT CAST(COALESCE(SUM(failed), 0) AS BIGINT) FROM standing), (SELECT COUNT(*) FROM contest WHERE used IS NOT NULL)";
    LINKS = "SELECT path, state, COUNT(*) FROM link GROUP BY path, state ORDER BY path, state";
}

/// The consultation as the registrar knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownConsultation {
    /// Title.
    pub title: String,
    /// Who organises it.
    pub organiser: String,
    /// When the vote opens, in seconds since 1970.
    pub opens: i64,
    /// When it closes.
    pub closes: i64,
    /// The rules.
    pub reissue: ReissuePolicy,
}

impl KnownConsultation {
    /// From when until when codes are reissued: the vote's own opening and closing, unless the policy says otherwise. Seconds since 1970.
    #[must_use]
    pub fn window(&self) -> (i64, i64) {
        let rules = &self.reissue;
        (
            rules.opens.map_or(self.opens, |at| at.as_second()),
            rules.closes.map_or(self.closes, |at| at.as_second()),
        )
    }

    /// Whether codes are reissued at `now`.
    #[must_use]
    pub fn reissues_at(&self, now: i64) -> bool {
        let (opens, closes) = self.window();
        (opens..closes).contains(&now) && !self.reissue.paths.is_empty()
    }
}

/// A voter to be known, with the mailbox sealed.
pub(crate) struct NewVoter {
    pub voter: VoterId,
    pub number: String,
    pub language: Option<&'static str>,
    pub mailbox: Option<Vec<u8>>,
}

/// A link that waits to be used.
#[derive(sqlx::FromRow)]
pub(crate) struct Pending {
    pub id: Vec<u8>,
    pub token: Option<Vec<u8>>,
    pub expires: i64,
    pub sendings: i64,
    pub message: String,
    pub channel: String,
    pub status: String,
    pub letter: Option<Vec<u8>>,
}

/// What a request meets, while the voter's row is locked.
pub(crate) struct Standing {
    pub made: i64,
    pub failures: i64,
    pub locked_until: i64,
    pub blocked: bool,
    /// Keyed hashes of the identifiers, by kind.
    pub marks: Vec<(String, Vec<u8>)>,
    /// `None` when the voter is unknown, or has no credential.
    pub known: Option<Known>,
    pub pending: Option<Pending>,
}

/// What is known of the voter.
pub(crate) struct Known {
    pub language: Option<String>,
    pub mailbox: Option<Vec<u8>>,
}

/// What is decided of a request.
pub(crate) enum Asked {
    /// Nothing changes.
    Refused,
    /// The identifier was compared, and is wrong.
    Wrong {
        failures: i64,
        locked_until: i64,
        entry: Entry,
    },
    /// The pending message still waits to leave: it is the one.
    Waiting,
    /// The pending link is sent once more.
    Again {
        link: Vec<u8>,
        message: NewMessage,
        entry: Entry,
    },
    /// A new link.
    New {
        link: NewLink,
        message: NewMessage,
        entry: Entry,
    },
}

/// A link to be stored.
pub(crate) struct NewLink {
    pub id: Vec<u8>,
    pub path: &'static str,
    pub factors: String,
    pub token_hash: [u8; 32],
    pub token: Vec<u8>,
    pub created: i64,
    pub expires: i64,
}

/// A link found by its token.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct LinkRow {
    pub id: Vec<u8>,
    pub voter: Vec<u8>,
    pub path: String,
    pub factors: String,
    pub state: String,
    pub expires: i64,
}

/// What using a link meets, while the voter's row is locked.
pub(crate) struct Usable {
    pub link: LinkRow,
    pub made: i64,
    pub sealed: Vec<(String, Vec<u8>)>,
    /// Rank of the present code; 0 when there was none.
    pub generation: i64,
    pub known: Option<Known>,
}

/// What using a link writes.
pub(crate) struct Made {
    pub code: NewCode,
    pub entry: Entry,
    /// A message to the voter, with the hash of the token by which it lets the code be contested.
    pub notice: Option<(NewMessage, [u8; 32], i64)>,
}

/// A contest found by its token.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct ContestRow {
    pub voter: Vec<u8>,
    pub path: String,
    pub generation: i64,
    pub expires: i64,
    pub used: Option<i64>,
}

/// What was counted, all voters together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counts {
    pub codes: i64,
    pub wrong_codes: i64,
    pub wrong_identifiers: i64,
    pub contested: i64,
    /// Path, state, how many.
    pub links: Vec<(String, String, i64)>,
}

fn bytes(voter: VoterId) -> Vec<u8> {
    voter.uuid().as_bytes().to_vec()
}

/// Reads what is known of a voter, in the transaction `$tx`.
macro_rules! known {
    ($tx:ident, $id:expr) => {{
        let row: Option<(Option<String>, Option<Vec<u8>>, i64)> =
            sqlx::query_as(KNOWN).bind($id).fetch_optional(&mut *$tx).await?;
        row.filter(|(_, _, credentials)| *credentials > 0)
            .map(|(language, mailbox, _)| Known { language, mailbox })
    }};
}

impl Store {
    /// The consultation, once the voting server's file was read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn consultation(&self) -> Result<Option<KnownConsultation>, StoreError> {
        let row: Option<(String, String, i64, i64, String)> =
            on!(read self, pool => sqlx::query_as(CONSULTATION).fetch_optional(pool).await?);
        let Some((title, organiser, opens, closes, reissue)) = row else {
            return Ok(None);
        };
        let reissue = serde_json::from_str(&reissue).map_err(|_| StoreError::Damaged("the rules of the reissue"))?;
        Ok(Some(KnownConsultation {
            title,
            organiser,
            opens,
            closes,
            reissue,
        }))
    }

    /// Writes what the voting server's file says of the consultation, over what an earlier one said.
    pub(crate) async fn know_consultation(
        &self,
        consultation: &KnownConsultation,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        let reissue = serde_json::to_string(&consultation.reissue)
            .map_err(|_| StoreError::Damaged("the rules of the reissue"))?;
        on!(tx self, tx => {
            let set = sqlx::query(SET_CONSULTATION).bind(&consultation.title).bind(&consultation.organiser);
            set.bind(consultation.opens).bind(consultation.closes).bind(&reissue).execute(&mut *tx).await?;
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// Writes what the file says of some voters, over what an earlier one said: all or none of them.
    pub(crate) async fn know_voters(&self, voters: &[NewVoter]) -> Result<(), StoreError> {
        on!(tx self, tx => {
            for page in pages(voters) {
                let mut set = QueryBuilder::new("INSERT INTO voter (voter, number, language, mailbox) ");
                set.push_values(page, |mut values, voter| {
                    values.push_bind(bytes(voter.voter)).push_bind(voter.number.as_str());
                    values.push_bind(voter.language).push_bind(voter.mailbox.as_deref());
                });
                set.push(
                    " ON CONFLICT (voter) DO UPDATE SET number = excluded.number, language = excluded.language, \
                     mailbox = excluded.mailbox",
                );
                set.build().execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// The voters with these staff numbers, by number.
    pub(crate) async fn voters_numbered(&self, numbers: &[&str]) -> Result<HashMap<String, Vec<Vec<u8>>>, StoreError> {
        let mut voters: HashMap<String, Vec<Vec<u8>>> = HashMap::with_capacity(numbers.len());
        for page in pages(numbers) {
            let found: Vec<(String, Vec<u8>)> = on!(read self, pool => {
                let mut select = QueryBuilder::new("SELECT number, voter FROM voter WHERE number IN (");
                let mut list = select.separated(", ");
                for number in page {
                    list.push_bind(*number);
                }
                select.push(")");
                select.build_query_as().fetch_all(pool).await?
            });
            // A number that stands twice in different pages brings its voters twice.
            for (number, voter) in found {
                let of_number = voters.entry(number).or_default();
                if !of_number.contains(&voter) {
                    of_number.push(voter);
                }
            }
        }
        Ok(voters)
    }

    /// Writes keyed hashes of identifiers, each voter's and kind's once: voter, kind, hash. All or nothing.
    pub(crate) async fn set_identifiers(
        &self,
        marks: &[(Vec<u8>, &'static str, [u8; 32])],
        entry: &Entry,
    ) -> Result<(), StoreError> {
        on!(tx self, tx => {
            for page in pages(marks) {
                let mut set = QueryBuilder::new("INSERT INTO identifier (voter, kind, mark) ");
                set.push_values(page, |mut values, (voter, kind, mark)| {
                    values.push_bind(voter.as_slice()).push_bind(*kind).push_bind(mark.as_slice());
                });
                set.push(" ON CONFLICT (voter, kind) DO UPDATE SET mark = excluded.mark");
                set.build().execute(&mut *tx).await?;
            }
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// Notes that an order was taken, until its time is over anyway; `false` when it was taken before.
    pub(crate) async fn take_order(&self, id: &[u8; 16], now: i64, until: i64) -> Result<bool, StoreError> {
        let taken = on!(tx self, tx => {
            sqlx::query(FORGET_ORDERS).bind(now).execute(&mut *tx).await?;
            sqlx::query(TAKE_ORDER).bind(id.to_vec()).bind(until).execute(&mut *tx).await?.rows_affected()
        });
        Ok(taken == 1)
    }

    /// Lets `decide` judge a request with where the voter stands, and writes the consequence, in one transaction that is alone with this voter.
    pub(crate) async fn ask<F, R>(
        &self,
        voter: VoterId,
        path: &'static str,
        now: i64,
        decide: F,
    ) -> Result<R, StoreError>
    where
        F: FnOnce(Standing) -> (Asked, R),
    {
        let id = bytes(voter);
        let answer = on!(tx self, tx => {
            let (made, failures, locked_until): (i64, i64, i64) =
                sqlx::query_as(LOCK_STANDING).bind(&id).fetch_one(&mut *tx).await?;
            sqlx::query(EXPIRE_LINK).bind(&id).bind(now).execute(&mut *tx).await?;
            let (blocked,): (i64,) = sqlx::query_as(BLOCKED).bind(&id).bind(path).fetch_one(&mut *tx).await?;
            let marks: Vec<(String, Vec<u8>)> = sqlx::query_as(MARKS).bind(&id).fetch_all(&mut *tx).await?;
            let known = known!(tx, &id);
            let pending: Option<Pending> = sqlx::query_as(PENDING).bind(&id).fetch_optional(&mut *tx).await?;
            let blocked = blocked > 0;
            let (asked, answer) = decide(Standing { made, failures, locked_until, blocked, marks, known, pending });
            match &asked {
                Asked::Refused | Asked::Waiting => {}
                Asked::Wrong { failures, locked_until, entry } => {
                    sqlx::query(FAILED).bind(&id).bind(*failures).bind(*locked_until).execute(&mut *tx).await?;
                    append_journal!(tx, entry);
                }
                Asked::Again { link, message, entry } => {
                    sqlx::query(RIGHT).bind(&id).execute(&mut *tx).await?;
                    queue_message!(tx, message);
                    sqlx::query(SENT_AGAIN).bind(link).bind(&message.id).execute(&mut *tx).await?;
                    append_journal!(tx, entry);
                }
                Asked::New { link, message, entry } => {
                    sqlx::query(RIGHT).bind(&id).execute(&mut *tx).await?;
                    queue_message!(tx, message);
                    let add = sqlx::query(ADD_LINK).bind(&link.id).bind(&id).bind(link.path).bind(&link.factors);
                    let add = add.bind(link.token_hash.to_vec()).bind(&link.token).bind(link.created);
                    add.bind(link.expires).bind(&message.id).execute(&mut *tx).await?;
                    append_journal!(tx, entry);
                }
            }
            answer
        });
        Ok(answer)
    }

    /// The voter's link that waits to be used, if any is good at `now`.
    pub(crate) async fn pending_link(&self, voter: VoterId, now: i64) -> Result<Option<Pending>, StoreError> {
        let found: Option<Pending> =
            on!(read self, pool => sqlx::query_as(PENDING).bind(bytes(voter)).fetch_optional(pool).await?);
        Ok(found.filter(|link| link.expires > now))
    }

    /// The link with this hash.
    pub(crate) async fn link(&self, token_hash: &[u8; 32]) -> Result<Option<LinkRow>, StoreError> {
        Ok(on!(read self, pool => sqlx::query_as(LINK).bind(token_hash.to_vec()).fetch_optional(pool).await?))
    }

    /// Lets `decide` make the code, with what the link and the voter are while the voter's row is locked, and writes everything that follows in
    /// the same transaction. `None` when there is no such link.
    pub(crate) async fn use_link<F, R>(
        &self,
        token_hash: &[u8; 32],
        now: i64,
        decide: F,
    ) -> Result<Option<R>, StoreError>
    where
        F: FnOnce(Usable) -> (Option<Made>, R),
    {
        let Some(found) = self.link(token_hash).await? else {
            return Ok(None);
        };
        let id = found.voter;
        let answer = on!(tx self, tx => {
            let (made, _, _): (i64, i64, i64) = sqlx::query_as(LOCK_STANDING).bind(&id).fetch_one(&mut *tx).await?;
            let link: LinkRow = sqlx::query_as(LINK).bind(token_hash.to_vec()).fetch_one(&mut *tx).await?;
            let sealed: Vec<(String, Vec<u8>)> = sqlx::query_as(SEALED).bind(&id).fetch_all(&mut *tx).await?;
            let generation: Option<(i64,)> = sqlx::query_as(GENERATION).bind(&id).fetch_optional(&mut *tx).await?;
            let generation = generation.map_or(0, |(rank,)| rank);
            let (path, link_id) = (link.path.clone(), link.id.clone());
            let known = known!(tx, &id);
            let (written, answer) = decide(Usable { link, made, sealed, generation, known });
            if let Some(Made { code, entry, notice }) = &written {
                sqlx::query(USE_LINK).bind(&link_id).bind(now).execute(&mut *tx).await?;
                sqlx::query(MADE).bind(&id).execute(&mut *tx).await?;
                write_codes!(tx, std::slice::from_ref(code), now);
                if let Some((message, contest, until)) = notice {
                    queue_message!(tx, message);
                    let add = sqlx::query(ADD_CONTEST).bind(contest.to_vec()).bind(&id).bind(&path);
                    add.bind(generation.saturating_add(1)).bind(*until).execute(&mut *tx).await?;
                }
                append_journal!(tx, entry);
            }
            answer
        });
        Ok(Some(answer))
    }

    /// The contest with this hash.
    pub(crate) async fn contest(&self, token_hash: &[u8; 32]) -> Result<Option<ContestRow>, StoreError> {
        Ok(on!(read self, pool => sqlx::query_as(CONTEST).bind(token_hash.to_vec()).fetch_optional(pool).await?))
    }

    /// Uses a contest, once: closes the path for this voter, voids the pending link, and the code unless another was made since. `entry` writes
    /// the journal's line, told whether the code was still valid. `None` when it was used, or is over.
    pub(crate) async fn use_contest<F>(
        &self,
        token_hash: &[u8; 32],
        now: i64,
        entry: F,
    ) -> Result<Option<bool>, StoreError>
    where
        F: FnOnce(&ContestRow, bool) -> Entry,
    {
        let Some(found) = self.contest(token_hash).await? else {
            return Ok(None);
        };
        let id = found.voter;
        let voided = on!(tx self, tx => {
            let _: (i64, i64, i64) = sqlx::query_as(LOCK_STANDING).bind(&id).fetch_one(&mut *tx).await?;
            let contest: ContestRow = sqlx::query_as(CONTEST).bind(token_hash.to_vec()).fetch_one(&mut *tx).await?;
            if contest.used.is_some() || contest.expires <= now {
                None
            } else {
                let generation: Option<(i64,)> = sqlx::query_as(GENERATION).bind(&id).fetch_optional(&mut *tx).await?;
                let valid = generation.is_some_and(|(rank,)| rank == contest.generation);
                sqlx::query(USE_CONTEST).bind(token_hash.to_vec()).bind(now).execute(&mut *tx).await?;
                sqlx::query(BLOCK_PATH).bind(&id).bind(&contest.path).bind(now).execute(&mut *tx).await?;
                sqlx::query(VOID_LINKS).bind(&id).bind(now).execute(&mut *tx).await?;
                if valid {
                    sqlx::query(KEEP_TRACE).bind(&id).bind(now).execute(&mut *tx).await?;
                    sqlx::query(VOID_CODE).bind(&id).bind(Vec::<u8>::new()).bind(now).execute(&mut *tx).await?;
                    sqlx::query(UNWRAP).bind(&id).execute(&mut *tx).await?;
                }
                let line = entry(&contest, valid);
                append_journal!(tx, &line);
                Some(valid)
            }
        });
        Ok(voided)
    }

    /// What was counted.
    pub(crate) async fn counts(&self) -> Result<Counts, StoreError> {
        let (codes, wrong_codes, wrong_identifiers, contested): (i64, i64, i64, i64) =
            on!(read self, pool => sqlx::query_as(COUNTS).fetch_one(pool).await?);
        let links = on!(read self, pool => sqlx::query_as(LINKS).fetch_all(pool).await?);
        Ok(Counts {
            codes,
            wrong_codes,
            wrong_identifiers,
            contested,
            links,
        })
    }
}
