//! Consultations, elections, lists, rolls and phases, to read.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

use isoloir_domain::{
    Calendar, CandidateList, Consultation, ConsultationId, Election, ElectionId, ElectoralRoll, Phase, Policy, PollBook,
};

use isoloir_store::StoreError;
use isoloir_store::roll::EntitledVoter;
use jiff::SignedDuration;

use crate::password::words_of;
use crate::{Fault, VotingServer};

/// What the portal's consultation decides, for pages and accounts.
#[derive(Debug, Clone, Default)]
pub struct PortalRules {
    /// The organiser's decisions.
    pub policy: Policy,
    /// When one can vote; `None` before a consultation is imported.
    pub calendar: Option<Calendar>,
    /// Words of title and organiser, which make bad passwords.
    pub words: Vec<String>,
}

/// Read again after this long: another process may have imported a consultation.
const FRESH: SignedDuration = SignedDuration::from_secs(5);

impl VotingServer {
    /// The consultation that a portal is about: the one that is open, else the next to open, else the last that closed.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn portal_consultation(&self) -> Result<Option<Consultation>, Fault> {
        let now = self.inner.clock.now();
        let rank = |consultation: &Consultation| match consultation.calendar.phase(now) {
            Phase::Open | Phase::Grace => (0, consultation.calendar.closes().as_second()),
            Phase::Preparation => (1, consultation.calendar.opens().as_second()),
            Phase::Closed | Phase::Tallied => (2, consultation.calendar.closes().as_second().saturating_neg()),
        };
        Ok(self.consultations().await?.into_iter().min_by_key(rank))
    }

    /// What that consultation decides, at most a few seconds old.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn portal_rules(&self) -> Result<Arc<PortalRules>, Fault> {
        let now = self.inner.clock.now();
        let known = self.inner.rules.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, rules)) = known
            && now.duration_since(at).abs() < FRESH
        {
            return Ok(rules);
        }
        let Some(consultation) = self.portal_consultation().await? else {
            return Ok(Arc::default());
        };
        let words = [&consultation.title, &consultation.organiser];
        let rules = Arc::new(PortalRules {
            words: words.into_iter().flat_map(|text| words_of(text)).collect(),
            calendar: Some(consultation.calendar),
            policy: consultation.policy,
        });
        *self.inner.rules.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&rules)));
        Ok(rules)
    }

    /// All consultations, by opening.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn consultations(&self) -> Result<Vec<Consultation>, Fault> {
        Ok(self.inner.store.consultations().await?)
    }

    /// One consultation.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn consultation(&self, id: &ConsultationId) -> Result<Option<Consultation>, Fault> {
        Ok(self.inner.store.consultation(id).await?)
    }

    /// How often the description of a consultation has changed; 0 for one that is unknown.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn consultation_revision(&self, id: &ConsultationId) -> Result<i64, Fault> {
        Ok(self.inner.store.revision(id).await?.unwrap_or(0))
    }

    /// The elections of a consultation, in display order.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn elections(&self, consultation: &ConsultationId) -> Result<Vec<Election>, Fault> {
        Ok(self.inner.store.elections(consultation).await?)
    }

    /// The elections of a consultation, in display order, each with where the vote stands.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn elections_with_phase(&self, consultation: &Consultation) -> Result<Vec<(Election, Phase)>, Fault> {
        let elections = self.elections(&consultation.id).await?;
        let now = self.inner.clock.now();
        let courses = self.inner.store.courses(&consultation.id).await?;
        // Nothing is counted before a calendar is over; a board may have ended one election before the others.
        let over = consultation.calendar.phase(now) == Phase::Closed || !courses.is_empty();
        let counted = if over {
            self.inner.store.counted(&consultation.id).await?
        } else {
            HashSet::new()
        };
        let phase = |election: &Election| {
            let moved = courses
                .get(&election.id)
                .and_then(|course| course.calendar(&consultation.calendar));
            match moved.unwrap_or(consultation.calendar).phase(now) {
                Phase::Closed if counted.contains(&election.id) => Phase::Tallied,
                other => other,
            }
        };
        Ok(elections
            .into_iter()
            .map(|election| {
                let phase = phase(&election);
                (election, phase)
            })
            .collect())
    }

    /// One election and its consultation, with the calendar of this election: a board may have given it another closing.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn election(&self, id: &ElectionId) -> Result<Option<(Election, Consultation)>, Fault> {
        let Some(election) = self.inner.store.election(id).await? else {
            return Ok(None);
        };
        let consultation = self.inner.store.consultation(&election.consultation).await?;
        let consultation = consultation.ok_or(Fault::Damaged("a consultation"))?;
        let consultation = self.with_course(&election.id, consultation).await?;
        Ok(Some((election, consultation)))
    }

    /// The consultation with the closing that the board gave this election, if it did.
    pub(crate) async fn with_course(
        &self,
        election: &ElectionId,
        mut known: Consultation,
    ) -> Result<Consultation, Fault> {
        let course = self.inner.store.course(election).await?;
        known.calendar = course.calendar(&known.calendar).unwrap_or(known.calendar);
        Ok(known)
    }

    /// Whether the board has suspended the vote of this election.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn is_suspended(&self, election: &ElectionId) -> Result<bool, Fault> {
        Ok(self.inner.store.course(election).await?.suspended)
    }

    /// Candidate lists in display order.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn lists(&self, election: &ElectionId) -> Result<Vec<CandidateList>, Fault> {
        Ok(self.inner.store.lists(election).await?)
    }

    /// The roll, for the registrar's generation of credentials and for the board. Not public.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn electoral_roll(&self, election: &ElectionId) -> Result<ElectoralRoll, Fault> {
        let voters = self.inner.store.roll(election).await?;
        Ok(ElectoralRoll {
            election: election.clone(),
            voters,
        })
    }

    /// Everyone on a roll, once, place by place, for the registrar: given to `take` as they are read. Not public.
    ///
    /// # Errors
    /// [`Fault`], and those of `take`.
    pub async fn entitled_voters<E: From<StoreError>>(
        &self,
        take: impl FnMut(EntitledVoter) -> Result<(), E>,
    ) -> Result<(), E> {
        self.inner.store.entitled_voters(take).await
    }

    /// The poll book, for board members only (R. 211-542, R. 211-570).
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn poll_book(&self, election: &ElectionId) -> Result<PollBook, Fault> {
        let marks = self.inner.store.poll_book(election).await?;
        Ok(PollBook {
            election: election.clone(),
            marks,
        })
    }

    /// Where the vote stands, `None` for an unknown election.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn phase(&self, election: &ElectionId) -> Result<Option<Phase>, Fault> {
        let Some((election, consultation)) = self.election(election).await? else {
            return Ok(None);
        };
        Ok(Some(self.phase_of(&election, &consultation).await?))
    }

    /// As [`VotingServer::phase`], for an election at hand.
    pub(crate) async fn phase_of(&self, election: &Election, consultation: &Consultation) -> Result<Phase, Fault> {
        let by_calendar = consultation.calendar.phase(self.inner.clock.now());
        if by_calendar != Phase::Closed {
            return Ok(by_calendar);
        }
        let counted = self.inner.store.has_result(&election.id).await?;
        Ok(if counted { Phase::Tallied } else { Phase::Closed })
    }
}
