//! Acts that take two people: proposed by one, confirmed by another. The database refuses the same person too.

use isoloir_domain::critical::CriticalAct;
use isoloir_domain::journal::Entry;
use isoloir_domain::{ChangeId, ConsultationId, StaffId};
use jiff::Timestamp;

use crate::value::{instant, millis, parse};
use crate::{Store, StoreError};

statements! {
    EXPIRE = "UPDATE critical_act SET status = 'expired' WHERE status = 'pending' AND expires <= $1";
    PROPOSE = "INSERT INTO critical_act (id, consultation, kind, about, act, proposed, proposed_by, proposer, expires, status)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending') ON CONFLICT DO NOTHING";
    ONE = "SELECT id, consultation, act, proposed, proposed_by, proposer, expires, status, decided, decided_by
        FROM critical_act WHERE id = $1";
    ALL = "SELECT id, consultation, act, proposed, proposed_by, proposer, expires, status, decided, decided_by
        FROM critical_act WHERE consultation = $1 ORDER BY status <> 'pending', proposed DESC, id LIMIT $2";
    CONFIRM = "UPDATE critical_act SET status = 'confirmed', decided = $2, decided_by = $3
        WHERE id = $1 AND status = 'pending' AND expires > $2 AND (proposed_by IS NULL OR proposed_by <> $3)";
    REFUSE = "UPDATE critical_act SET status = 'refused', decided = $2, decided_by = $3
        WHERE id = $1 AND status = 'pending' AND expires > $2";
}

/// Where a proposed act stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalStatus {
    /// Another person has to decide.
    Pending,
    /// Another person confirmed it.
    Confirmed,
    /// Refused, or withdrawn.
    Refused,
    /// Nobody decided in time.
    Expired,
}

impl ProposalStatus {
    /// Its name in the database and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        [Self::Pending, Self::Confirmed, Self::Refused, Self::Expired]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(StoreError::Damaged("a proposed act"))
    }
}

/// An act that was proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Identifier.
    pub id: ChangeId,
    /// The consultation.
    pub consultation: ConsultationId,
    /// What.
    pub act: CriticalAct,
    /// When it was proposed.
    pub proposed: Timestamp,
    /// By which member of the staff; none for a program of the operator.
    pub proposed_by: Option<StaffId>,
    /// Their name, or the program's.
    pub proposer: String,
    /// Until when it may be confirmed.
    pub expires: Timestamp,
    /// Where it stands.
    pub status: ProposalStatus,
    /// When and by whom it was decided.
    pub decision: Option<(Timestamp, StaffId)>,
}

#[derive(sqlx::FromRow)]
struct ProposalRow {
    id: String,
    consultation: String,
    act: String,
    proposed: i64,
    proposed_by: Option<String>,
    proposer: String,
    expires: i64,
    status: String,
    decided: Option<i64>,
    decided_by: Option<String>,
}

impl ProposalRow {
    fn read(self) -> Result<Proposal, StoreError> {
        let staff = |id: String| parse(&id, "a staff identifier");
        let decision = match (self.decided, self.decided_by) {
            (Some(at), Some(by)) => Some((instant(at)?, staff(by)?)),
            _ => None,
        };
        Ok(Proposal {
            id: parse(&self.id, "a proposal's identifier")?,
            consultation: parse(&self.consultation, "a consultation's identifier")?,
            act: serde_json::from_str(&self.act).map_err(|_| StoreError::Damaged("a proposed act"))?,
            proposed: instant(self.proposed)?,
            proposed_by: self.proposed_by.map(staff).transpose()?,
            proposer: self.proposer,
            expires: instant(self.expires)?,
            status: ProposalStatus::read(&self.status)?,
            decision,
        })
    }
}

impl Store {
    /// Stores a proposal; false when another one of the same waits.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn propose_act(&self, proposal: &Proposal, entry: &Entry) -> Result<bool, StoreError> {
        let act = serde_json::to_string(&proposal.act).map_err(|_| StoreError::Damaged("a proposed act"))?;
        on!(tx &self.db, tx => {
            sqlx::query(EXPIRE).bind(millis(proposal.proposed)).execute(&mut *tx).await?;
            let stored = sqlx::query(PROPOSE)
                .bind(proposal.id.to_string())
                .bind(proposal.consultation.as_str())
                .bind(proposal.act.as_str())
                .bind(proposal.act.of())
                .bind(act)
                .bind(millis(proposal.proposed))
                .bind(proposal.proposed_by.map(|id| id.to_string()))
                .bind(&proposal.proposer)
                .bind(millis(proposal.expires))
                .execute(&mut *tx)
                .await?;
            if stored.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// One proposal.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn proposal(&self, id: ChangeId) -> Result<Option<Proposal>, StoreError> {
        let row: Option<ProposalRow> =
            on!(read &self.db, pool => sqlx::query_as(ONE).bind(id.to_string()).fetch_optional(pool).await?);
        row.map(ProposalRow::read).transpose()
    }

    /// Proposals of a consultation, those that wait first, then the latest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn proposals(&self, consultation: &ConsultationId, limit: u32) -> Result<Vec<Proposal>, StoreError> {
        let rows: Vec<ProposalRow> = on!(read &self.db, pool => sqlx::query_as(ALL)
            .bind(consultation.as_str())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(ProposalRow::read).collect()
    }

    /// Confirms (or refuses) a proposal; false when it is decided, too old, or confirmed by who proposed it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn decide_act(
        &self,
        id: ChangeId,
        confirmed: bool,
        (by, now): (StaffId, Timestamp),
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let decided = sqlx::query(if confirmed { CONFIRM } else { REFUSE })
                .bind(id.to_string())
                .bind(millis(now))
                .bind(by.to_string())
                .execute(&mut *tx)
                .await?;
            if decided.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }
}
