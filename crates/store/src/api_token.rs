//! Tokens of the API: what they may do, and the hash of their secret.

use isoloir_domain::api_token::ApiToken;
use isoloir_domain::journal::Entry;
use isoloir_domain::{StaffMember, TokenId};
use jiff::Timestamp;

use crate::value::{hash, instant, millis, parse};
use crate::{Store, StoreError};

statements! {
    INSERT = "INSERT INTO api_token (id, hash, name, scopes, consultation, owner, created, expires)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    ALL = "SELECT id, hash, name, scopes, consultation, owner, created, expires, last_used, revoked
        FROM api_token ORDER BY created DESC, id LIMIT $1";
    ONE = "SELECT id, hash, name, scopes, consultation, owner, created, expires, last_used, revoked FROM api_token WHERE id = $1";
    REVOKE = "UPDATE api_token SET revoked = $2 WHERE id = $1 AND revoked IS NULL";
    USED = "UPDATE api_token SET last_used = $2 WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: String,
    hash: Vec<u8>,
    name: String,
    scopes: String,
    consultation: Option<String>,
    owner: Option<String>,
    created: i64,
    expires: i64,
    last_used: Option<i64>,
    revoked: Option<i64>,
}

impl TokenRow {
    fn read(self) -> Result<TokenRecord, StoreError> {
        let consultation = self.consultation.map(|id| parse(&id, "a consultation's identifier"));
        let owner = self.owner.map(|id| parse(&id, "a staff identifier"));
        Ok(TokenRecord {
            hash: hash(&self.hash, "the hash of a token")?,
            token: ApiToken {
                id: parse(&self.id, "a token's identifier")?,
                name: self.name,
                scopes: parse(&self.scopes, "scopes")?,
                consultation: consultation.transpose()?,
                owner: owner.transpose()?,
                created: instant(self.created)?,
                expires: instant(self.expires)?,
                last_used: self.last_used.map(instant).transpose()?,
                revoked: self.revoked.map(instant).transpose()?,
            },
        })
    }
}

/// A token as stored.
#[derive(Debug, Clone)]
pub struct TokenRecord {
    /// What one may know of it.
    pub token: ApiToken,
    /// SHA-256 of its secret.
    pub hash: [u8; 32],
}

/// A token, and in whose place it acts.
pub struct OwnedToken {
    /// The token.
    pub record: TokenRecord,
    /// The member of the staff; none for the operator's.
    pub owner: Option<StaffMember>,
}

impl Store {
    /// Stores a token.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_token(&self, record: &TokenRecord, entry: &Entry) -> Result<(), StoreError> {
        let token = &record.token;
        on!(tx &self.db, tx => {
            sqlx::query(INSERT)
                .bind(token.id.to_string())
                .bind(record.hash.as_slice())
                .bind(&token.name)
                .bind(token.scopes.to_string())
                .bind(token.consultation.as_ref().map(|id| id.as_str()))
                .bind(token.owner.map(|id| id.to_string()))
                .bind(millis(token.created))
                .bind(millis(token.expires))
                .execute(&mut *tx)
                .await?;
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// The latest tokens, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tokens(&self, limit: u32) -> Result<Vec<ApiToken>, StoreError> {
        let rows: Vec<TokenRow> =
            on!(read &self.db, pool => sqlx::query_as(ALL).bind(i64::from(limit)).fetch_all(pool).await?);
        rows.into_iter().map(|row| Ok(row.read()?.token)).collect()
    }

    /// One token, with its owner.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn token(&self, id: TokenId) -> Result<Option<OwnedToken>, StoreError> {
        let row: Option<TokenRow> =
            on!(read &self.db, pool => sqlx::query_as(ONE).bind(id.to_string()).fetch_optional(pool).await?);
        let Some(row) = row else { return Ok(None) };
        let record = row.read()?;
        let owner = match record.token.owner {
            Some(owner) => {
                let owner = self.staff_member(owner).await?;
                Some(owner.ok_or(StoreError::Damaged("the owner of a token"))?.member)
            }
            None => None,
        };
        Ok(Some(OwnedToken { record, owner }))
    }

    /// Voids a token; false when it is unknown or void already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revoke_token(&self, id: TokenId, now: Timestamp, entry: &Entry) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let revoked = sqlx::query(REVOKE).bind(id.to_string()).bind(millis(now)).execute(&mut *tx).await?;
            if revoked.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Notes that a token was used.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn token_used(&self, id: TokenId, now: Timestamp) -> Result<(), StoreError> {
        on!(write &self.db, pool => {
            sqlx::query(USED).bind(id.to_string()).bind(millis(now)).execute(pool).await?;
        });
        Ok(())
    }
}
