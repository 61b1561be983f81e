//! What a mailing says, to whom, how fast: checked when it is written.

use isoloir_domain::ids::MailingId;
use isoloir_domain::mailing::{Drafts, MailingAct, MailingKind, MailingWords, PerMinute};
use isoloir_domain::{ConsultationId, ElectionId};
use isoloir_store::mailing::{Content, NewMailing};

use super::{Mailing, MailingError, name_of};
use crate::free_text::holds_code;
use crate::review_roll::Decider;
use crate::{Fault, VotingServer};

/// What somebody writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailingPlan {
    /// Keys of the elections whose voters receive it.
    pub elections: Vec<String>,
    /// Subjects and texts.
    pub words: Drafts,
    /// Messages in a minute, at most.
    pub per_minute: u32,
}

impl VotingServer {
    /// Keeps a mailing as a draft: nothing leaves.
    ///
    /// # Errors
    /// [`MailingError`].
    pub async fn plan_mailing(
        &self,
        consultation: &ConsultationId,
        kind: MailingKind,
        plan: &MailingPlan,
        by: Decider<'_>,
    ) -> Result<Mailing, MailingError> {
        let content = self.mailing_content(consultation, kind, plan).await?;
        let id = MailingId::generate(&mut self.rng());
        let entry = self.mailing_entry(by, consultation, (id, kind), (MailingAct::Planned, None))?;
        let new = NewMailing {
            id,
            consultation: consultation.clone(),
            kind,
            content,
            at: entry.at,
            by: name_of(by)?,
        };
        self.inner
            .store
            .insert_mailing(&new, &entry)
            .await
            .map_err(Fault::from)?;
        self.mailing(id).await
    }

    /// Replaces what a draft says, to whom, how fast.
    ///
    /// # Errors
    /// [`MailingError`]; [`MailingError::NotNow`] once it has started.
    pub async fn correct_mailing(
        &self,
        id: MailingId,
        plan: &MailingPlan,
        by: Decider<'_>,
    ) -> Result<Mailing, MailingError> {
        let known = self.mailing(id).await?;
        let content = self.mailing_content(&known.consultation, known.kind, plan).await?;
        let did = (MailingAct::Corrected, None);
        let entry = self.mailing_entry(by, &known.consultation, (id, known.kind), did)?;
        let made = self.inner.store.correct_mailing(id, &content, &entry).await;
        let after = self.mailing(id).await?;
        if made.map_err(Fault::from)? {
            Ok(after)
        } else {
            Err(MailingError::NotNow(after.status))
        }
    }

    async fn mailing_content(
        &self,
        consultation: &ConsultationId,
        kind: MailingKind,
        plan: &MailingPlan,
    ) -> Result<Content, MailingError> {
        if self.consultation(consultation).await?.is_none() {
            return Err(MailingError::UnknownConsultation(consultation.clone()));
        }
        let elections = self.elections(consultation).await?;
        let mut chosen: Vec<ElectionId> = Vec::new();
        for key in &plan.elections {
            let election = elections.iter().find(|election| election.key == *key);
            let election = election.ok_or(MailingError::NoRoll)?;
            if !chosen.contains(&election.id) {
                chosen.push(election.id.clone());
            }
        }
        if chosen.is_empty() {
            return Err(MailingError::NoRoll);
        }
        let words = MailingWords::parse(kind, plan.words.clone())?;
        let Drafts { fr, en } = words.drafts();
        if [&fr.subject, &fr.body, &en.subject, &en.body]
            .into_iter()
            .any(|text| holds_code(text))
        {
            return Err(MailingError::HoldsCode);
        }
        Ok(Content {
            elections: chosen,
            words: plan.words.clone(),
            pace: PerMinute::new(plan.per_minute).ok_or(MailingError::Pace)?,
        })
    }
}
