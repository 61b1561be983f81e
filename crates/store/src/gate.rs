//! What the rolls are, in figures, and the gates that somebody decided to pass.

use isoloir_domain::ConsultationId;
use isoloir_domain::journal::Entry;
use isoloir_domain::roll_gates::{ElectionRoll, Moved, RollFigures, Waiver};

use crate::value::{instant, millis, unsigned};
use crate::{Store, StoreError};

statements! {
    ROLLS = "SELECT e.key, e.title, COUNT(r.voter), COUNT(CASE WHEN r.voter IS NOT NULL AND v.email IS NULL THEN 1 END)
        FROM election e LEFT JOIN roll_entry r ON r.election = e.id LEFT JOIN voter v ON v.id = r.voter
        WHERE e.consultation = $1 GROUP BY e.id, e.key, e.title, e.position ORDER BY e.position";
    BY_ELECTIONS = "SELECT n, COUNT(*), COUNT(CASE WHEN mailboxes = 0 THEN 1 END) FROM (
        SELECT COUNT(*) AS n, COUNT(v.email) AS mailboxes FROM roll_entry r JOIN election e ON e.id = r.election
        JOIN voter v ON v.id = r.voter WHERE e.consultation = $1 GROUP BY r.voter) AS voters GROUP BY n";
    ORPHANS = "SELECT COUNT(*) FROM voter v WHERE NOT EXISTS (SELECT 1 FROM roll_entry r WHERE r.voter = v.id)
        AND NOT EXISTS (SELECT 1 FROM roll_change c WHERE c.voter = v.id AND c.what = 'left')";
    LATEST_MOVES = "SELECT e.key, m.before, m.joined, m.gone FROM roll_move m JOIN election e ON e.id = m.election
        WHERE e.consultation = $1 AND m.before > 0 AND m.at = (SELECT MAX(n.at) FROM roll_move n WHERE n.election = m.election)";
    DUPLICATES = "SELECT COUNT(DISTINCT i.voter) FROM voter_identity i
        WHERE i.mark IN (SELECT mark FROM voter_identity GROUP BY mark HAVING COUNT(*) > 1)
        AND EXISTS (SELECT 1 FROM roll_entry r JOIN election e ON e.id = r.election WHERE r.voter = i.voter AND e.consultation = $1)";
    INSERT_WAIVER = "INSERT INTO gate_waiver (consultation, gate, waived_by, reason, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    WAIVERS = "SELECT gate, waived_by, reason, at FROM gate_waiver WHERE consultation = $1 ORDER BY at";
}

/// Key and title of an election, voters, those without a mailbox.
type RollRow = (String, String, i64, i64);
/// Elections of a voter, how many have so many, those without a mailbox.
type ByElections = (i64, i64, i64);
/// Key of an election, voters before, who joined, who left.
type MoveRow = (String, i64, i64, i64);
/// Rolls, voters by elections, orphans, duplicates, latest moves.
type Found = (Vec<RollRow>, Vec<ByElections>, i64, i64, Vec<MoveRow>);

impl Store {
    /// What the rolls of a consultation are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roll_figures(&self, consultation: &ConsultationId) -> Result<RollFigures, StoreError> {
        let id = consultation.as_str();
        let (rolls, by_elections, orphans, duplicates, moves): Found = on!(read &self.db, pool => (
            sqlx::query_as(ROLLS).bind(id).fetch_all(pool).await?,
            sqlx::query_as(BY_ELECTIONS).bind(id).fetch_all(pool).await?,
            sqlx::query_scalar(ORPHANS).fetch_one(pool).await?,
            sqlx::query_scalar(DUPLICATES).bind(id).fetch_one(pool).await?,
            sqlx::query_as(LATEST_MOVES).bind(id).fetch_all(pool).await?,
        ));
        let count = |n: i64| unsigned(n, "a count");
        let mut figures = RollFigures {
            elections: Vec::with_capacity(rolls.len()),
            voters: 0,
            without_mailbox: 0,
            by_elections: std::collections::BTreeMap::new(),
            orphans: count(orphans)?,
            duplicates: count(duplicates)?,
        };
        for (key, title, registered, without) in rolls {
            let moved = moves.iter().find(|(of, ..)| *of == key);
            let moved = moved.map(|(_, before, joined, gone)| {
                Ok::<_, StoreError>(Moved {
                    before: count(*before)?,
                    joined: count(*joined)?,
                    gone: count(*gone)?,
                })
            });
            figures.elections.push(ElectionRoll {
                moved: moved.transpose()?,
                key,
                title,
                registered: count(registered)?,
                without_mailbox: count(without)?,
            });
        }
        for (elections, voters, without) in by_elections {
            figures.voters = figures.voters.saturating_add(count(voters)?);
            figures.without_mailbox = figures.without_mailbox.saturating_add(count(without)?);
            figures.by_elections.insert(count(elections)?, count(voters)?);
        }
        Ok(figures)
    }

    /// Records the decision to pass a gate; false when one is recorded, and then nothing is stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn waive_gate(
        &self,
        consultation: &ConsultationId,
        waiver: &Waiver,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let stored = sqlx::query(INSERT_WAIVER)
                .bind(consultation.as_str())
                .bind(&waiver.gate)
                .bind(&waiver.by)
                .bind(&waiver.reason)
                .bind(millis(waiver.at))
                .execute(&mut *tx)
                .await?;
            if stored.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// The gates that somebody decided to pass, in the order of the decisions.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn gate_waivers(&self, consultation: &ConsultationId) -> Result<Vec<Waiver>, StoreError> {
        let rows: Vec<(String, String, String, i64)> =
            on!(read &self.db, pool => sqlx::query_as(WAIVERS).bind(consultation.as_str()).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(gate, by, reason, at)| {
                Ok(Waiver {
                    gate,
                    by,
                    reason,
                    at: instant(at)?,
                })
            })
            .collect()
    }
}
