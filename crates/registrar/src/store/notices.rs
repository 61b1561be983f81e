//! Notices, the files they are in, the places that hand them over, and what was done with them.

use isoloir_domain::{Place, VoterId};
use sqlx::QueryBuilder;

use super::{Store, StoreError, pages};

statements! {
    COMPLETE_BATCH = "UPDATE notice_batch SET digest = $2 WHERE id = $1 AND digest IS NULL";
    BATCH_PLACE = "SELECT place, file FROM notice_batch WHERE id = $1";
    BATCHES = "SELECT id, place, file, digest, first, first + size - 1 AS last FROM notice_batch WHERE id >= $1 ORDER BY id LIMIT 1000";
    PAGE_OF_NOTICES = "SELECT n.number, n.voter, n.place, b.file, n.page, n.name, n.status, n.changed_at, \
        CASE WHEN n.generation = c.generation THEN 0 ELSE 1 END AS void FROM notice n JOIN notice_batch b ON b.id = n.batch \
        JOIN code c ON c.voter = n.voter WHERE n.number > $1 AND b.digest IS NOT NULL ORDER BY n.number LIMIT 5000";
    NOTICE = "SELECT n.number, n.voter, n.place, b.file, n.page, n.name, n.status, n.changed_at, \
        CASE WHEN n.generation = c.generation AND b.digest IS NOT NULL THEN 0 ELSE 1 END AS void FROM notice n \
        JOIN notice_batch b ON b.id = n.batch JOIN code c ON c.voter = n.voter WHERE n.number = $1";
    AT_PLACE = "SELECT n.number, n.voter, n.place, b.file, n.page, n.name, n.status, n.changed_at, \
        CASE WHEN n.generation = c.generation THEN 0 ELSE 1 END AS void FROM notice n JOIN notice_batch b ON b.id = n.batch \
        JOIN code c ON c.voter = n.voter WHERE n.place = $1 AND n.status = $2 AND b.digest IS NOT NULL ORDER BY n.number";
    CHANGE = "UPDATE notice SET status = $3, changed_at = $4 WHERE number = $1 AND status = $2";
    CHANGE_AT_PLACE = "UPDATE notice SET status = $3, changed_at = $4 WHERE place = $1 AND status = $2 \
        AND batch IN (SELECT id FROM notice_batch WHERE digest IS NOT NULL)";
    COUNTS = "SELECT n.place, COALESCE(p.name, '') AS name, n.status, \
        CASE WHEN n.generation = c.generation THEN 0 ELSE 1 END AS void, COUNT(*) AS count, MAX(p.closed_at) AS closed_at \
        FROM notice n JOIN notice_batch b ON b.id = n.batch JOIN code c ON c.voter = n.voter \
        LEFT JOIN notice_place p ON p.code = n.place WHERE b.digest IS NOT NULL \
        GROUP BY n.place, p.name, n.status, CASE WHEN n.generation = c.generation THEN 0 ELSE 1 END ORDER BY n.place";
    PLACE = "SELECT code, name, closed_at, organiser, consultation FROM notice_place WHERE code = $1";
    PLACES = "SELECT code, name, closed_at, organiser, consultation FROM notice_place ORDER BY code";
    CLOSE_PLACE = "UPDATE notice_place SET closed_at = $2, link = NULL WHERE code = $1 AND closed_at IS NULL";
    SET_LINK = "UPDATE notice_place SET link = $2, link_expires = $3 WHERE code = $1";
    FORGET_SESSIONS = "DELETE FROM place_session WHERE place = $1 OR expires <= $2";
    TAKE_LINK = "UPDATE notice_place SET link = NULL WHERE link = $1 AND link_expires > $2 RETURNING code";
    LINK_IS_GOOD = "SELECT code FROM notice_place WHERE link = $1 AND link_expires > $2";
    ADD_SESSION = "INSERT INTO place_session (token, place, expires) VALUES ($1, $2, $3)";
    SESSION = "SELECT p.code, p.name, p.closed_at, p.organiser, p.consultation FROM place_session s JOIN notice_place p ON p.code = s.place \
        WHERE s.token = $1 AND s.expires > $2";
    END_SESSION = "DELETE FROM place_session WHERE token = $1";
    ADD_EVENT = "INSERT INTO notice_event (at, place, number, event, detail) VALUES ($1, $2, $3, $4, $5)";
    LAST_EVENT = "SELECT at, detail FROM notice_event WHERE place = $1 AND event = $2 ORDER BY at DESC LIMIT 1";
}

/// A batch to record with its codes.
pub(crate) struct NewBatch<'a> {
    pub place: Option<&'a Place>,
    pub file: &'a str,
    pub organiser: &'a str,
    pub consultation: &'a str,
    /// Sealed names, in the order of the codes.
    pub names: &'a [Vec<u8>],
}

/// What is known of a voter's notices.
#[derive(sqlx::FromRow)]
pub(crate) struct Made {
    pub voter: Vec<u8>,
    /// How many are in complete files.
    pub complete: i64,
    /// Generation of the code of the latest.
    pub latest: i64,
    /// Generation of the valid code.
    pub code: i64,
}

/// A batch, with the numbers of its first and last notice.
#[derive(sqlx::FromRow)]
pub(crate) struct BatchRow {
    pub id: i64,
    pub place: String,
    pub file: String,
    pub digest: Option<String>,
    pub first: i64,
    pub last: i64,
}

/// A notice.
#[derive(sqlx::FromRow)]
pub(crate) struct NoticeRow {
    pub number: i64,
    pub voter: Vec<u8>,
    pub place: String,
    pub file: String,
    pub page: i64,
    pub name: Vec<u8>,
    pub status: String,
    pub changed_at: i64,
    pub void: i32,
}

/// How many notices of a place are in a state.
#[derive(sqlx::FromRow)]
pub(crate) struct CountRow {
    pub place: String,
    pub name: String,
    pub status: String,
    pub void: i32,
    pub count: i64,
    pub closed_at: Option<i64>,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct PlaceRow {
    pub code: String,
    pub name: String,
    pub closed_at: Option<i64>,
    pub organiser: String,
    pub consultation: String,
}

/// Something that was done, to be appended.
pub(crate) struct NewEvent<'a> {
    pub at: i64,
    pub place: &'a str,
    pub number: i64,
    pub event: &'a str,
    pub detail: &'a str,
}

/// Appends an event. A macro, since it serves transactions on two engines.
macro_rules! append_event {
    ($tx:ident, $event:expr) => {{
        let event: &NewEvent<'_> = $event;
        let append = sqlx::query(ADD_EVENT).bind(event.at).bind(event.place);
        append
            .bind(event.number)
            .bind(event.event)
            .bind(event.detail)
            .execute(&mut *$tx)
            .await?;
    }};
}

impl Store {
    /// What is known of the notices of some voters, for those who have any.
    pub(crate) async fn made_notices(&self, voters: &[VoterId]) -> Result<Vec<Made>, StoreError> {
        let mut made = Vec::new();
        for page in pages(voters) {
            let found: Vec<Made> = on!(read self, pool => {
                let mut select = QueryBuilder::new(
                    "SELECT n.voter, SUM(CASE WHEN b.digest IS NULL THEN 0 ELSE 1 END) AS complete, MAX(n.generation) AS latest, \
                     MAX(c.generation) AS code FROM notice n JOIN notice_batch b ON b.id = n.batch JOIN code c ON c.voter = n.voter \
                     WHERE n.voter IN (",
                );
                let mut list = select.separated(", ");
                for voter in page {
                    list.push_bind(voter.uuid().as_bytes().to_vec());
                }
                select.push(") GROUP BY n.voter");
                select.build_query_as().fetch_all(pool).await?
            });
            made.extend(found);
        }
        Ok(made)
    }

    /// Completes a batch, once, and says so in the journal.
    pub(crate) async fn complete_batch(&self, id: i64, digest: &str, event: NewEvent<'_>) -> Result<(), StoreError> {
        on!(tx self, tx => {
            let done = sqlx::query(COMPLETE_BATCH).bind(id).bind(digest).execute(&mut *tx).await?;
            if done.rows_affected() == 1 {
                let (place, file): (String, String) = sqlx::query_as(BATCH_PLACE).bind(id).fetch_one(&mut *tx).await?;
                append_event!(tx, &NewEvent { place: &place, detail: &file, ..event });
            }
        });
        Ok(())
    }

    /// A thousand batches from a number on.
    pub(crate) async fn batches(&self, from: i64) -> Result<Vec<BatchRow>, StoreError> {
        let rows: Vec<BatchRow> = on!(read self, pool => sqlx::query_as(BATCHES).bind(from).fetch_all(pool).await?);
        Ok(rows)
    }

    /// Some thousand notices of complete files after a number.
    pub(crate) async fn page_of_notices(&self, after: i64) -> Result<Vec<NoticeRow>, StoreError> {
        let rows: Vec<NoticeRow> =
            on!(read self, pool => sqlx::query_as(PAGE_OF_NOTICES).bind(after).fetch_all(pool).await?);
        Ok(rows)
    }

    /// One notice. One whose file was not completed is void.
    pub(crate) async fn notice(&self, number: i64) -> Result<Option<NoticeRow>, StoreError> {
        let row: Option<NoticeRow> =
            on!(read self, pool => sqlx::query_as(NOTICE).bind(number).fetch_optional(pool).await?);
        Ok(row)
    }

    /// The notices of a place in a state.
    pub(crate) async fn notices_at(&self, place: &str, status: &str) -> Result<Vec<NoticeRow>, StoreError> {
        let rows: Vec<NoticeRow> =
            on!(read self, pool => sqlx::query_as(AT_PLACE).bind(place).bind(status).fetch_all(pool).await?);
        Ok(rows)
    }

    /// Moves a notice from a state to another and says so in the journal; `false` when it is not in that state.
    pub(crate) async fn change_notice(
        &self,
        (from, to): (&str, &str),
        event: &NewEvent<'_>,
    ) -> Result<bool, StoreError> {
        let changed = on!(tx self, tx => {
            let change = sqlx::query(CHANGE).bind(event.number).bind(from).bind(to).bind(event.at);
            let changed = change.execute(&mut *tx).await?.rows_affected() == 1;
            if changed {
                append_event!(tx, event);
            }
            changed
        });
        Ok(changed)
    }

    /// Moves all notices of a place from states to another, and says so in the journal; gives how many moved.
    pub(crate) async fn change_notices_at(
        &self,
        (from, to): (&[&str], &str),
        event: &NewEvent<'_>,
    ) -> Result<u64, StoreError> {
        let changed = on!(tx self, tx => {
            let mut changed = 0_u64;
            for from in from {
                let change = sqlx::query(CHANGE_AT_PLACE).bind(event.place).bind(from).bind(to).bind(event.at);
                changed = changed.saturating_add(change.execute(&mut *tx).await?.rows_affected());
            }
            append_event!(tx, event);
            changed
        });
        Ok(changed)
    }

    /// Ends the handing over at a place: its notices that nobody took are undelivered. `None` when it ended before.
    pub(crate) async fn close_place(&self, event: &NewEvent<'_>) -> Result<Option<u64>, StoreError> {
        let closed = on!(tx self, tx => {
            let close = sqlx::query(CLOSE_PLACE).bind(event.place).bind(event.at).execute(&mut *tx).await?;
            if close.rows_affected() == 1 {
                let change = sqlx::query(CHANGE_AT_PLACE).bind(event.place).bind("made").bind("undelivered").bind(event.at);
                let count = change.execute(&mut *tx).await?.rows_affected();
                append_event!(tx, event);
                Some(count)
            } else {
                None
            }
        });
        Ok(closed)
    }

    /// Counts by place and state.
    pub(crate) async fn notice_counts(&self) -> Result<Vec<CountRow>, StoreError> {
        let rows: Vec<CountRow> = on!(read self, pool => sqlx::query_as(COUNTS).fetch_all(pool).await?);
        Ok(rows)
    }

    /// One place.
    pub(crate) async fn place(&self, code: &str) -> Result<Option<PlaceRow>, StoreError> {
        let row: Option<PlaceRow> =
            on!(read self, pool => sqlx::query_as(PLACE).bind(code).fetch_optional(pool).await?);
        Ok(row)
    }

    /// All places.
    pub(crate) async fn places(&self) -> Result<Vec<PlaceRow>, StoreError> {
        let rows: Vec<PlaceRow> = on!(read self, pool => sqlx::query_as(PLACES).fetch_all(pool).await?);
        Ok(rows)
    }

    /// Gives a place a new link, by the hash of its token; the former one and the sessions are void.
    pub(crate) async fn set_link(&self, token: &[u8], expires: i64, event: &NewEvent<'_>) -> Result<(), StoreError> {
        on!(tx self, tx => {
            sqlx::query(SET_LINK).bind(event.place).bind(token).bind(expires).execute(&mut *tx).await?;
            sqlx::query(FORGET_SESSIONS).bind(event.place).bind(event.at).execute(&mut *tx).await?;
            append_event!(tx, event);
        });
        Ok(())
    }

    /// Whether a link may still be opened.
    pub(crate) async fn link_is_good(&self, token: &[u8], now: i64) -> Result<bool, StoreError> {
        let found: Option<(String,)> =
            on!(read self, pool => sqlx::query_as(LINK_IS_GOOD).bind(token).bind(now).fetch_optional(pool).await?);
        Ok(found.is_some())
    }

    /// Consumes a link and begins a session; gives the place, or `None` for a link that is not good any more.
    pub(crate) async fn take_link(
        &self,
        (link, session): (&[u8], &[u8]),
        expires: i64,
        event: &NewEvent<'_>,
    ) -> Result<Option<String>, StoreError> {
        let place = on!(tx self, tx => {
            let taken: Option<(String,)> =
                sqlx::query_as(TAKE_LINK).bind(link).bind(event.at).fetch_optional(&mut *tx).await?;
            if let Some((place,)) = &taken {
                sqlx::query(ADD_SESSION).bind(session).bind(place).bind(expires).execute(&mut *tx).await?;
                append_event!(tx, &NewEvent { place, ..*event });
            }
            taken.map(|(place,)| place)
        });
        Ok(place)
    }

    /// The place of a session.
    pub(crate) async fn place_session(&self, token: &[u8], now: i64) -> Result<Option<PlaceRow>, StoreError> {
        let row: Option<PlaceRow> =
            on!(read self, pool => sqlx::query_as(SESSION).bind(token).bind(now).fetch_optional(pool).await?);
        Ok(row)
    }

    /// Ends a session.
    pub(crate) async fn end_place_session(&self, token: &[u8]) -> Result<(), StoreError> {
        on!(write self, pool => sqlx::query(END_SESSION).bind(token).execute(pool).await.map(|_| ())?);
        Ok(())
    }

    /// When an event last happened at a place, and its detail.
    pub(crate) async fn last_event(&self, place: &str, event: &str) -> Result<Option<(i64, String)>, StoreError> {
        let row: Option<(i64, String)> =
            on!(read self, pool => sqlx::query_as(LAST_EVENT).bind(place).bind(event).fetch_optional(pool).await?);
        Ok(row)
    }
}
