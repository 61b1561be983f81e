//! One voter's entry corrected by a decision: an accepted complaint, a judgment. Before the sealing only, in the transaction of the decision, with a
//! line in the history of the entry.

use isoloir_domain::complaint::CorrectionKind;
use isoloir_domain::journal::Entry;
use isoloir_domain::{ConsultationId, ElectionId, Voter};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::consultation::LOCK_ELECTION;
use crate::roll_stage::{IN_SEALED, MOVE};
use crate::value::{instant, millis, parse};
use crate::{Store, StoreError};

statements! {
    NUMBER_KNOWN = "SELECT COUNT(*) FROM voter WHERE number = $1";
    MAIL_OF_OTHER = "SELECT COUNT(*) FROM voter WHERE email = $1 AND id <> $2";
    INSERT_VOTER = "INSERT INTO voter (id, number, last_name, first_name, email, name_key) VALUES ($1, $2, $3, $4, $5, $6)";
    JOIN = "INSERT INTO roll_entry (election, voter, sort_key) VALUES ($1, $2, $3) ON CONFLICT (election, voter) DO NOTHING";
    RECOUNT = "UPDATE roll_import SET registered = (SELECT COUNT(*) FROM roll_entry WHERE election = $1) WHERE election = $1";
    INSERT_JUDGMENT = "INSERT INTO judgment (id, consultation, election, number, last_name, first_name, ordered, court, dated, reference, effect,
        signed, recorded, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING";
    JUDGMENTS = "SELECT id, consultation, election, number, last_name, first_name, ordered, court, dated, reference, effect, signed, recorded,
        recorded_by FROM judgment WHERE consultation = $1 ORDER BY recorded, id";
}

/// A correction of one voter's entry.
#[derive(Debug, Clone)]
pub struct NewCorrection {
    /// The consultation.
    pub consultation: ConsultationId,
    /// The voter, with names and mailbox from now on.
    pub voter: Voter,
    /// Whether the voter is not known yet.
    pub newcomer: bool,
    /// What changes.
    pub what: CorrectionKind,
    /// The name or mailbox before.
    pub before: String,
    /// The decision: number of a complaint, or identifier of a judgment.
    pub source: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Why a correction is not made. Nothing is stored then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCorrected {
    /// The roll is sealed.
    Sealed,
    /// The voter is on the roll already.
    There,
    /// The voter is not on the roll.
    NotThere,
    /// Another voter has this mailbox, or this number.
    Taken,
}

/// What became of a decision with a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Stored, with the correction if there is one.
    Made,
    /// Decided or recorded before; nothing is stored.
    Already,
    /// The correction cannot be made; nothing is stored.
    Not(NotCorrected),
}

/// A judgment about a roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgment {
    /// Its identifier here.
    pub id: String,
    /// The consultation.
    pub consultation: ConsultationId,
    /// The election.
    pub election: ElectionId,
    /// Staff number of the person.
    pub number: String,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// `join` or `leave`.
    pub ordered: String,
    /// Which court.
    pub court: String,
    /// The day of the judgment.
    pub dated: Date,
    /// Its number.
    pub reference: String,
    /// `roll`, `paper` or `recorded`.
    pub effect: String,
    /// Who signed, name and function.
    pub signed: Vec<String>,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// By whom.
    pub recorded_by: String,
}

#[derive(sqlx::FromRow)]
struct JudgmentRow {
    id: String,
    consultation: String,
    election: String,
    number: String,
    last_name: String,
    first_name: String,
    ordered: String,
    court: String,
    dated: String,
    reference: String,
    effect: String,
    signed: String,
    recorded: i64,
    recorded_by: String,
}

impl JudgmentRow {
    fn read(self) -> Result<Judgment, StoreError> {
        Ok(Judgment {
            consultation: parse(&self.consultation, "a consultation's identifier")?,
            election: parse(&self.election, "an election's identifier")?,
            dated: parse(&self.dated, "a date")?,
            signed: serde_json::from_str(&self.signed).map_err(|_| StoreError::Damaged("a judgment"))?,
            recorded: instant(self.recorded)?,
            id: self.id,
            number: self.number,
            last_name: self.last_name,
            first_name: self.first_name,
            ordered: self.ordered,
            court: self.court,
            reference: self.reference,
            effect: self.effect,
            recorded_by: self.recorded_by,
        })
    }
}

/// Makes a correction in the transaction `$tx`; gives why not, and then the transaction is to be given up.
macro_rules! apply_correction {
    ($tx:ident, $correction:expr) => {{
        use isoloir_domain::VoterId;
        use isoloir_domain::complaint::CorrectionKind;
        use $crate::roll_correction::{self as own, NotCorrected};
        let correction: &own::NewCorrection = $correction;
        let voter: VoterId = correction.voter.id;
        let (id, last, first) = (
            voter.to_string(),
            &correction.voter.last_name,
            &correction.voter.first_name,
        );
        let email = &correction.voter.email;
        'made: {
            if let Some(election) = correction.what.election() {
                let sealed: Option<bool> = sqlx::query_scalar(own::LOCK)
                    .bind(election.as_str())
                    .fetch_optional(&mut *$tx)
                    .await?;
                if sealed != Some(false) {
                    break 'made Some(NotCorrected::Sealed);
                }
            } else {
                let sealed: i64 = sqlx::query_scalar(own::SEALED)
                    .bind(&id)
                    .bind(correction.consultation.as_str())
                    .fetch_one(&mut *$tx)
                    .await?;
                if sealed > 0 {
                    break 'made Some(NotCorrected::Sealed);
                }
            }
            sqlx::query(own::MOVED).execute(&mut *$tx).await?;
            if let Some(email) = email {
                let taken: i64 = sqlx::query_scalar(own::MAIL_OF_OTHER)
                    .bind(email)
                    .bind(&id)
                    .fetch_one(&mut *$tx)
                    .await?;
                if taken > 0 {
                    break 'made Some(NotCorrected::Taken);
                }
            }
            if correction.newcomer {
                let known: i64 = sqlx::query_scalar(own::NUMBER_KNOWN)
                    .bind(&correction.voter.number)
                    .fetch_one(&mut *$tx)
                    .await?;
                if known > 0 {
                    break 'made Some(NotCorrected::Taken);
                }
                sqlx::query(own::INSERT_VOTER)
                    .bind(&id)
                    .bind(&correction.voter.number)
                    .bind(last)
                    .bind(first)
                    .bind(email)
                    .bind($crate::roll::name_key_of(last, first))
                    .execute(&mut *$tx)
                    .await?;
            }
            match &correction.what {
                CorrectionKind::Join(election) => {
                    let joined = sqlx::query(own::JOIN)
                        .bind(election.as_str())
                        .bind(&id)
                        .bind($crate::roll::sort_key(election, voter, last, first))
                        .execute(&mut *$tx)
                        .await?;
                    if joined.rows_affected() == 0 {
                        break 'made Some(NotCorrected::There);
                    }
                }
                CorrectionKind::Leave(election) => {
                    let left = sqlx::query($crate::roll_stage::LEAVE)
                        .bind(election.as_str())
                        .bind(&id)
                        .execute(&mut *$tx)
                        .await?;
                    if left.rows_affected() == 0 {
                        break 'made Some(NotCorrected::NotThere);
                    }
                }
                CorrectionKind::Rename { .. } => correct_voter!($tx, voter, last, first, email, false),
                CorrectionKind::Mail(_) => correct_voter!($tx, voter, last, first, email, true),
            }
            let election = correction.what.election();
            if let Some(election) = election {
                sqlx::query(own::RECOUNT)
                    .bind(election.as_str())
                    .execute(&mut *$tx)
                    .await?;
            }
            record_change!(
                $tx,
                &correction.source,
                0_i64,
                &id,
                election.map(|election| election.as_str()),
                correction.what.as_str(),
                &correction.before,
                &correction.by,
                $crate::value::millis(correction.at)
            );
            None
        }
    }};
}

/// What the macro takes from elsewhere.
pub(crate) const LOCK: &str = LOCK_ELECTION;
pub(crate) const SEALED: &str = IN_SEALED;
pub(crate) const MOVED: &str = MOVE;

impl Store {
    /// Records a judgment, with the correction that it orders when the roll is not sealed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_judgment(
        &self,
        judgment: &Judgment,
        correction: Option<&NewCorrection>,
        entries: &[Entry],
    ) -> Result<Decided, StoreError> {
        let signed = serde_json::to_string(&judgment.signed).map_err(|_| StoreError::Damaged("a judgment"))?;
        on!(tx &self.db, tx => {
            if let Some(correction) = correction
                && let Some(not) = apply_correction!(tx, correction)
            {
                return Ok(Decided::Not(not));
            }
            let stored = sqlx::query(INSERT_JUDGMENT)
                .bind(&judgment.id)
                .bind(judgment.consultation.as_str())
                .bind(judgment.election.as_str())
                .bind(&judgment.number)
                .bind(&judgment.last_name)
                .bind(&judgment.first_name)
                .bind(&judgment.ordered)
                .bind(&judgment.court)
                .bind(judgment.dated.to_string())
                .bind(&judgment.reference)
                .bind(&judgment.effect)
                .bind(&signed)
                .bind(millis(judgment.recorded))
                .bind(&judgment.recorded_by)
                .execute(&mut *tx)
                .await?;
            if stored.rows_affected() == 0 {
                return Ok(Decided::Already);
            }
            for entry in entries {
                append_journal!(tx, entry);
            }
        });
        Ok(Decided::Made)
    }

    /// The judgments about the rolls of a consultation, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn judgments(&self, consultation: &ConsultationId) -> Result<Vec<Judgment>, StoreError> {
        let rows: Vec<JudgmentRow> =
            on!(read &self.db, pool => sqlx::query_as(JUDGMENTS).bind(consultation.as_str()).fetch_all(pool).await?);
        rows.into_iter().map(JudgmentRow::read).collect()
    }
}
