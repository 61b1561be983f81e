//! What the help desk's agents see of a voter, what they have sent, and changes of address by two people.
//!
//! No statement here names the poll book or the box: an agent's page cannot tell whether a voter has voted.

use std::fmt;
use std::str::FromStr;

use isoloir_domain::journal::Entry;
use isoloir_domain::{ChangeId, ConsultationId, StaffId, Voter, VoterId};
use jiff::Timestamp;

use crate::account::{END_SESSIONS, INSERT_CODE, INSERT_LINK, NewCode, NewLink, VOID_CODE, VOID_LINKS, VOID_RESET};
use crate::outbox::NewMessage;
use crate::roll::VoterRow;
use crate::roll_stage::MOVE;
use crate::value::{instant, millis, parse, unsigned};
use crate::{Store, StoreError};

statements! {
    BY_NAME = "SELECT id, number, last_name, first_name, email, language FROM voter
        WHERE name_key >= $1 AND name_key < $2 ORDER BY name_key, id LIMIT $3";
    ACCOUNT = "SELECT activated, last_sign_in FROM account WHERE voter = $1";
    LINK = "SELECT MAX(expires) FROM activation WHERE voter = $1 AND expires > $2";
    ELECTIONS = "SELECT e.consultation, e.title FROM roll_entry r JOIN election e ON e.id = r.election
        WHERE r.voter = $1 ORDER BY e.consultation, e.position";
    LOCK_VOTER = "UPDATE voter SET number = number WHERE id = $1 RETURNING email";
    SENDINGS = "SELECT COUNT(*) FROM support_sending WHERE voter = $1 AND sent > $2";
    ACTIVATED = "SELECT COUNT(*) FROM account WHERE voter = $1";
    SEND = "INSERT INTO support_sending (voter, sent, agent) VALUES ($1, $2, $3)";
    EXPIRE = "UPDATE address_change SET status = 'expired' WHERE status = 'pending' AND expires <= $1";
    PENDING_OF = "SELECT COUNT(*) FROM address_change WHERE voter = $1 AND status = 'pending'";
    ADDRESS_TAKEN = "SELECT COUNT(*) FROM voter WHERE email = $1";
    PROPOSE = "INSERT INTO address_change (id, voter, old_address, new_address, reason, proposed, proposed_by, expires, status)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending')";
    CHANGE = "SELECT id, voter, old_address, new_address, reason, proposed, proposed_by, expires, status, decided, decided_by
        FROM address_change WHERE id = $1";
    CHANGES_OF = "SELECT id, voter, old_address, new_address, reason, proposed, proposed_by, expires, status, decided, decided_by
        FROM address_change WHERE voter = $1 ORDER BY proposed DESC, id LIMIT 20";
    CHANGES = "SELECT id, voter, old_address, new_address, reason, proposed, proposed_by, expires, status, decided, decided_by
        FROM address_change ORDER BY CASE WHEN status = 'pending' THEN 0 ELSE 1 END, proposed DESC, id LIMIT $1";
    APPROVE = "UPDATE address_change SET status = 'approved', decided = $2, decided_by = $3
        WHERE id = $1 AND status = 'pending' AND expires > $2 AND proposed_by <> $3";
    REFUSE = "UPDATE address_change SET status = 'refused', decided = $2, decided_by = $3 WHERE id = $1 AND status = 'pending'";
    SET_ADDRESS = "UPDATE voter SET email = $2 WHERE id = $1";
}

/// An account, as an agent may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountFacts {
    /// When it was activated.
    pub activated: Timestamp,
    /// Last sign-in.
    pub last_sign_in: Option<Timestamp>,
}

/// Where a change of address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeStatus {
    /// Another person has to decide.
    Pending,
    /// The address is changed.
    Approved,
    /// Refused, or withdrawn.
    Refused,
    /// Nobody decided in time.
    Expired,
}

/// Not the name of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownStatus;

impl fmt::Display for UnknownStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown status of a change of address")
    }
}

impl std::error::Error for UnknownStatus {}

impl FromStr for ChangeStatus {
    type Err = UnknownStatus;
    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        match text {
            "pending" => Ok(Self::Pending),
            "approved" => Ok(Self::Approved),
            "refused" => Ok(Self::Refused),
            "expired" => Ok(Self::Expired),
            _ => Err(UnknownStatus),
        }
    }
}

/// A change of address that was proposed (*changement d’adresse*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressChange {
    /// Identifier.
    pub id: ChangeId,
    /// Whose address.
    pub voter: VoterId,
    /// The address when it was proposed; `None` for a voter who had none.
    pub old: Option<String>,
    /// The address proposed.
    pub new: String,
    /// Why.
    pub reason: String,
    /// When it was proposed.
    pub proposed: Timestamp,
    /// By whom.
    pub proposed_by: StaffId,
    /// Until when it may be approved.
    pub expires: Timestamp,
    /// Where it stands.
    pub status: ChangeStatus,
    /// When and by whom it was decided.
    pub decision: Option<(Timestamp, StaffId)>,
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    id: String,
    voter: String,
    old_address: String,
    new_address: String,
    reason: String,
    proposed: i64,
    proposed_by: String,
    expires: i64,
    status: String,
    decided: Option<i64>,
    decided_by: Option<String>,
}

impl ChangeRow {
    fn read(self) -> Result<AddressChange, StoreError> {
        let decision = match (self.decided, self.decided_by) {
            (Some(at), Some(by)) => Some((instant(at)?, parse(&by, "a staff identifier")?)),
            _ => None,
        };
        Ok(AddressChange {
            id: parse(&self.id, "a change's identifier")?,
            voter: parse(&self.voter, "a voter's identifier")?,
            old: (!self.old_address.is_empty()).then_some(self.old_address),
            new: self.new_address,
            reason: self.reason,
            proposed: instant(self.proposed)?,
            proposed_by: parse(&self.proposed_by, "a staff identifier")?,
            expires: instant(self.expires)?,
            status: parse(&self.status, "a change's status")?,
            decision,
        })
    }
}

/// What an agent has sent to a voter.
pub enum Sent<'a> {
    /// An activation link, with the mail that carries it.
    Link(&'a NewLink),
    /// The code of an activation letter.
    Code(&'a NewCode),
}

/// A sending, and the limit that holds for it.
pub struct NewSending<'a> {
    /// To whom.
    pub voter: VoterId,
    /// Who has it sent.
    pub agent: StaffId,
    /// What.
    pub what: Sent<'a>,
    /// How many may be sent after [`NewSending::since`].
    pub limit: u64,
    /// From when sendings count.
    pub since: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// What came of a sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// It will leave.
    Made,
    /// The account is active.
    Activated,
    /// The daily limit is reached.
    TooMany,
}

/// What came of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposed {
    /// It waits for another person.
    Made,
    /// Another one waits already.
    Pending,
    /// Another voter has this address.
    Taken,
}

/// What came of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approved {
    /// The address is changed.
    Made,
    /// Decided, expired, unknown, proposed by the same person, or the address changed meanwhile.
    Not,
    /// The account is active, which takes a supervisor.
    Activated,
    /// Another voter has this address.
    Taken,
}

impl Store {
    /// Voters whose key of search lies from `from` to before `until`, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn voters_by_name(&self, from: &[u8], until: &[u8], limit: u32) -> Result<Vec<Voter>, StoreError> {
        let rows: Vec<VoterRow> = on!(read &self.db, pool =>
            sqlx::query_as(BY_NAME).bind(from).bind(until).bind(i64::from(limit)).fetch_all(pool).await?);
        rows.into_iter().map(VoterRow::read).collect()
    }

    /// The account of a voter; `None` before its activation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_facts(&self, voter: VoterId) -> Result<Option<AccountFacts>, StoreError> {
        let row: Option<(i64, Option<i64>)> = on!(read &self.db, pool =>
            sqlx::query_as(ACCOUNT).bind(voter.to_string()).fetch_optional(pool).await?);
        row.map(|(activated, last)| {
            Ok(AccountFacts {
                activated: instant(activated)?,
                last_sign_in: last.map(instant).transpose()?,
            })
        })
        .transpose()
    }

    /// Until when the voter's activation link is good, if one is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn activation_until(&self, voter: VoterId, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let until: Option<i64> = on!(read &self.db, pool => sqlx::query_scalar(LINK)
            .bind(voter.to_string())
            .bind(millis(now))
            .fetch_one(pool)
            .await?);
        until.map(instant).transpose()
    }

    /// Titles of the elections on whose roll the voter is, each with its consultation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn elections_of_voter(&self, voter: VoterId) -> Result<Vec<(ConsultationId, String)>, StoreError> {
        let rows: Vec<(String, String)> =
            on!(read &self.db, pool => sqlx::query_as(ELECTIONS).bind(voter.to_string()).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(consultation, title)| Ok((parse(&consultation, "a consultation's identifier")?, title)))
            .collect()
    }

    /// Has an activation link or letter sent again, unless the account is active or the limit reached. Earlier ones are void.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn send_again(&self, sending: &NewSending<'_>, entry: &Entry) -> Result<Sending, StoreError> {
        let voter = sending.voter.to_string();
        on!(tx &self.db, tx => {
            // The voter's row is the lock: two agents at the same time do not outrun the limit.
            sqlx::query(LOCK_VOTER).bind(&voter).execute(&mut *tx).await?;
            let activated: i64 = sqlx::query_scalar(ACTIVATED).bind(&voter).fetch_one(&mut *tx).await?;
            if activated > 0 {
                return Ok(Sending::Activated);
            }
            let before: i64 =
                sqlx::query_scalar(SENDINGS).bind(&voter).bind(millis(sending.since)).fetch_one(&mut *tx).await?;
            if unsigned(before, "a count")? >= sending.limit {
                return Ok(Sending::TooMany);
            }
            sqlx::query(SEND)
                .bind(&voter)
                .bind(millis(sending.now))
                .bind(sending.agent.to_string())
                .execute(&mut *tx)
                .await?;
            for statement in [VOID_LINKS, VOID_CODE] {
                sqlx::query(statement).bind(&voter).execute(&mut *tx).await?;
            }
            match sending.what {
                Sent::Link(link) => {
                    sqlx::query(INSERT_LINK)
                        .bind(link.hash.as_slice())
                        .bind(&voter)
                        .bind(millis(link.expires))
                        .execute(&mut *tx)
                        .await?;
                    if let Some(mail) = &link.mail {
                        queue_message!(tx, mail);
                    }
                }
                Sent::Code(code) => {
                    sqlx::query(INSERT_CODE)
                        .bind(code.hash.as_slice())
                        .bind(&voter)
                        .bind(millis(code.expires))
                        .execute(&mut *tx)
                        .await?;
                }
            }
            append_journal!(tx, entry);
        });
        Ok(Sending::Made)
    }

    /// How often something was sent for a voter since then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sendings_since(&self, voter: VoterId, since: Timestamp) -> Result<u64, StoreError> {
        let count: i64 = on!(read &self.db, pool => sqlx::query_scalar(SENDINGS)
            .bind(voter.to_string())
            .bind(millis(since))
            .fetch_one(pool)
            .await?);
        unsigned(count, "a count")
    }

    /// Stores a proposal, unless one waits already or the address is another voter's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn propose_address(&self, change: &AddressChange, entry: &Entry) -> Result<Proposed, StoreError> {
        let voter = change.voter.to_string();
        on!(tx &self.db, tx => {
            sqlx::query(LOCK_VOTER).bind(&voter).execute(&mut *tx).await?;
            sqlx::query(EXPIRE).bind(millis(change.proposed)).execute(&mut *tx).await?;
            let pending: i64 = sqlx::query_scalar(PENDING_OF).bind(&voter).fetch_one(&mut *tx).await?;
            if pending > 0 {
                return Ok(Proposed::Pending);
            }
            let taken: i64 = sqlx::query_scalar(ADDRESS_TAKEN).bind(&change.new).fetch_one(&mut *tx).await?;
            if taken > 0 {
                return Ok(Proposed::Taken);
            }
            sqlx::query(PROPOSE)
                .bind(change.id.to_string())
                .bind(&voter)
                .bind(change.old.as_deref().unwrap_or(""))
                .bind(&change.new)
                .bind(&change.reason)
                .bind(millis(change.proposed))
                .bind(change.proposed_by.to_string())
                .bind(millis(change.expires))
                .execute(&mut *tx)
                .await?;
            append_journal!(tx, entry);
        });
        Ok(Proposed::Made)
    }

    /// One proposal.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn address_change(&self, id: ChangeId) -> Result<Option<AddressChange>, StoreError> {
        let row: Option<ChangeRow> =
            on!(read &self.db, pool => sqlx::query_as(CHANGE).bind(id.to_string()).fetch_optional(pool).await?);
        row.map(ChangeRow::read).transpose()
    }

    /// The latest proposals for one voter.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn address_changes_of(&self, voter: VoterId) -> Result<Vec<AddressChange>, StoreError> {
        let rows: Vec<ChangeRow> =
            on!(read &self.db, pool => sqlx::query_as(CHANGES_OF).bind(voter.to_string()).fetch_all(pool).await?);
        rows.into_iter().map(ChangeRow::read).collect()
    }

    /// Proposals, those that wait first, then the latest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn address_changes(&self, limit: u32) -> Result<Vec<AddressChange>, StoreError> {
        let rows: Vec<ChangeRow> =
            on!(read &self.db, pool => sqlx::query_as(CHANGES).bind(i64::from(limit)).fetch_all(pool).await?);
        rows.into_iter().map(ChangeRow::read).collect()
    }

    /// Approves a proposal by somebody other than its author: the address changes, sessions and links of the voter end, `mails` tell both
    /// addresses. An active account takes `supervisor`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn approve_address(
        &self,
        change: &AddressChange,
        (by, supervisor, now): (StaffId, bool, Timestamp),
        mails: &[NewMessage],
        entry: &Entry,
    ) -> Result<Approved, StoreError> {
        let voter = change.voter.to_string();
        on!(tx &self.db, tx => {
            // A roll file staged before knows another mailbox.
            sqlx::query(MOVE).execute(&mut *tx).await?;
            let address: Option<Option<String>> =
                sqlx::query_scalar(LOCK_VOTER).bind(&voter).fetch_optional(&mut *tx).await?;
            if address != Some(change.old.clone()) {
                return Ok(Approved::Not);
            }
            let approved = sqlx::query(APPROVE)
                .bind(change.id.to_string())
                .bind(millis(now))
                .bind(by.to_string())
                .execute(&mut *tx)
                .await?;
            if approved.rows_affected() == 0 {
                return Ok(Approved::Not);
            }
            // What is returned from here on is rolled back with the approval.
            let activated: i64 = sqlx::query_scalar(ACTIVATED).bind(&voter).fetch_one(&mut *tx).await?;
            if activated > 0 && !supervisor {
                return Ok(Approved::Activated);
            }
            let taken: i64 = sqlx::query_scalar(ADDRESS_TAKEN).bind(&change.new).fetch_one(&mut *tx).await?;
            if taken > 0 {
                return Ok(Approved::Taken);
            }
            sqlx::query(SET_ADDRESS).bind(&voter).bind(&change.new).execute(&mut *tx).await?;
            for statement in [VOID_LINKS, VOID_CODE, VOID_RESET, END_SESSIONS] {
                sqlx::query(statement).bind(&voter).execute(&mut *tx).await?;
            }
            for mail in mails {
                queue_message!(tx, mail);
            }
            append_journal!(tx, entry);
        });
        Ok(Approved::Made)
    }

    /// Refuses or withdraws a proposal; false when it is decided already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn refuse_address(
        &self,
        id: ChangeId,
        by: StaffId,
        now: Timestamp,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            sqlx::query(EXPIRE).bind(millis(now)).execute(&mut *tx).await?;
            let refused = sqlx::query(REFUSE)
                .bind(id.to_string())
                .bind(millis(now))
                .bind(by.to_string())
                .execute(&mut *tx)
                .await?;
            if refused.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }
}
