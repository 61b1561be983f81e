//! What judges ordered about a roll, and what was corrected on it after the last day of complaints: for the minutes, which name none of the persons.

use isoloir_domain::{Consultation, ElectionId};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::record_judgment::{Effect, Judgment, Order};
use crate::{Fault, VotingServer};

/// Who decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authority {
    /// A judge.
    Judge {
        /// Which court.
        court: String,
        /// The day of the judgment.
        dated: Date,
        /// Who signed the record, name and function.
        signed: Vec<String>,
    },
    /// The organiser, on a complaint, after the last day of complaints.
    Late,
}

/// A decision about a roll, with how many persons it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollDecision {
    /// Who decided.
    pub authority: Authority,
    /// The number of the judgment, or of the complaint.
    pub reference: String,
    /// What was decided.
    pub order: Order,
    /// What followed.
    pub effect: Effect,
    /// Persons concerned.
    pub persons: u64,
    /// When it was recorded; of several, the first.
    pub recorded: Timestamp,
}

impl RollDecision {
    fn of(judgment: Judgment) -> Result<Self, Fault> {
        Ok(Self {
            order: judgment.ordered.parse().map_err(|_| Fault::Damaged("a judgment"))?,
            effect: judgment.effect.parse().map_err(|_| Fault::Damaged("a judgment"))?,
            reference: judgment.reference,
            persons: 1,
            recorded: judgment.recorded,
            authority: Authority::Judge {
                court: judgment.court,
                dated: judgment.dated,
                signed: judgment.signed,
            },
        })
    }

    /// Whether another record is of the same decision, for another person.
    fn is_same(&self, other: &Self) -> bool {
        self.authority == other.authority
            && (&self.reference, self.order, self.effect) == (&other.reference, other.order, other.effect)
    }
}

impl VotingServer {
    /// The decisions about the roll of an election, in the order of their records.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn roll_decisions(
        &self,
        consultation: &Consultation,
        election: &ElectionId,
    ) -> Result<Vec<RollDecision>, Fault> {
        let mut all: Vec<RollDecision> = Vec::new();
        let judgments = self.judgments(&consultation.id).await?;
        for judgment in judgments.into_iter().filter(|one| one.election == *election) {
            let decision = RollDecision::of(judgment)?;
            match all.iter_mut().find(|known| known.is_same(&decision)) {
                Some(known) => known.persons = known.persons.saturating_add(1),
                None => all.push(decision),
            }
        }
        let last_day = consultation.policy.complaints.window(&consultation.calendar).until;
        let late = self
            .inner
            .store
            .joined_or_left_by_complaints(election, last_day)
            .await?;
        all.extend(late.into_iter().map(|(number, joined, recorded)| RollDecision {
            authority: Authority::Late,
            reference: number.to_string(),
            order: if joined { Order::Join } else { Order::Leave },
            effect: Effect::Roll,
            persons: 1,
            recorded,
        }));
        all.sort_by_key(|decision| decision.recorded);
        Ok(all)
    }
}
