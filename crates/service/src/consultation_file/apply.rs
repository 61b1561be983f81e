//! A folder becomes what the server holds: exactly what its plan says, in one transaction; the rolls come after, whole, in another, since there may be
//! a million rows. A crash between the two leaves a plan that says what is left.

use std::collections::{BTreeMap, BTreeSet};

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::texts::TextSource;
use isoloir_domain::{Consultation, Election, ElectionId};
use isoloir_store::apply::{Applied, NewContent, NewDescription};
use isoloir_store::content::NewTexts;

use super::describe::{Known, Section};
use super::plan::{Change, Plan, PlanError, Planned};
use super::{Files, Problem, ROLL};
use crate::import_roll::ImportError;
use crate::{Fault, VotingServer};

/// Why a folder was not applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The folder is refused: what is wrong.
    #[error("the folder is refused")]
    Refused(Vec<Problem>),
    /// The state of the vote forbids some of it.
    #[error("{} change(s) are forbidden", .0.len())]
    Forbidden(Vec<Change>),
    /// The plan is another than the one that was read: the folder or the server has changed since.
    #[error("the plan is now {0}: folder or server have changed since the one that you read")]
    AnotherPlan(String),
    /// Somebody else changed the consultation meanwhile, or another consultation has a board of the same key.
    #[error(
        "the server has changed meanwhile, or another consultation has a board of the same key: nothing was applied"
    )]
    Moved,
    /// Folders come with a signature of the organiser, which the command checks.
    #[error("folders are signed by the organiser: the command applies them")]
    Unsigned,
    /// All but the roll is applied.
    #[error("roll.csv was not applied, the rest is; mend it and apply again: {0}")]
    Roll(ImportError),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<PlanError> for ApplyError {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Refused(problems) => Self::Refused(problems),
            PlanError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl VotingServer {
    /// Applies a folder; when `read` is given, only if the plan is still the one of this digest. What it returns says what was changed: nothing
    /// when the server held all of it already.
    ///
    /// # Errors
    /// [`ApplyError`].
    pub async fn apply_folder(
        &self,
        scratch: &VotingServer,
        files: &Files,
        read: Option<&str>,
    ) -> Result<Plan, ApplyError> {
        let planned = self.planned(scratch, files).await?;
        let plan = planned.plan.clone();
        if read.is_some_and(|read| read != plan.digest) {
            return Err(ApplyError::AnotherPlan(plan.digest));
        }
        let forbidden: Vec<Change> = plan.forbidden().cloned().collect();
        if !forbidden.is_empty() {
            return Err(ApplyError::Forbidden(forbidden));
        }
        if plan.changes.is_empty() {
            return Ok(plan);
        }
        let what = Event::ConsultationApplied {
            folder: plan.folder.clone(),
            plan: plan.digest.clone(),
            changes: u64::try_from(plan.changes.len()).map_err(|_| Fault::Damaged("a count"))?,
        };
        let entry = self.entry(Subject::Consultation(plan.consultation.clone()), what);
        let description = self.description(planned)?;
        let applied = self.inner.store.apply_description(&description, &entry).await;
        if applied.map_err(Fault::from)? == Applied::Moved {
            return Err(ApplyError::Moved);
        }
        if plan.changes.iter().any(|change| change.section == Section::Rolls)
            && let Some(roll) = files.get(ROLL)
        {
            match self.import_roll(&plan.consultation, roll).await {
                Ok(_) => {}
                Err(ImportError::Fault(fault)) => return Err(ApplyError::Fault(fault)),
                Err(error) => return Err(ApplyError::Roll(error)),
            }
        }
        Ok(plan)
    }

    /// What the store is to make of a plan.
    fn description(&self, planned: Planned) -> Result<NewDescription, Fault> {
        let Planned { plan, known, content } = planned;
        let calendar = content.plan.calendar().map_err(|_| Fault::Damaged("a calendar"))?;
        let ids = self.elections_of(&content, known.as_ref());
        let of = |section| plan.changes.iter().filter(move |change| change.section == section);
        let touched: BTreeSet<&str> = of(Section::Elections).map(|change| change.of.as_str()).collect();
        let (mut added, mut changed) = (Vec::new(), Vec::new());
        for election in ids.values() {
            let is_known = known
                .as_ref()
                .is_some_and(|known| known.elections.iter().any(|one| one.id == election.id));
            if !is_known {
                added.push(election.clone());
            } else if touched.contains(election.key.as_str()) {
                changed.push(election.clone());
            }
        }
        let gone = known
            .iter()
            .flat_map(|known| &known.elections)
            .filter(|one| !ids.contains_key(&one.key));
        let removed: Vec<ElectionId> = gone.map(|one| one.id.clone()).collect();
        let renewed = of(Section::Lists)
            .chain(of(Section::Files))
            .map(|change| change.of.clone());
        let mut contents = Vec::new();
        for key in renewed.collect::<BTreeSet<String>>() {
            let Some(election) = ids.get(&key) else { continue };
            let files = content.files.iter().filter(|file| file.election == key);
            contents.push(NewContent {
                election: election.id.clone(),
                lists: content.lists.get(&key).cloned().unwrap_or_default(),
                files: files.map(|file| file.clone().of(election.id.clone())).collect(),
            });
        }
        // Locks are taken in the order of identifiers, by whoever takes several.
        changed.sort_by(|a, b| a.id.cmp(&b.id));
        contents.sort_by(|a: &NewContent, b| a.election.cmp(&b.election));
        let wanted = content.plan;
        Ok(NewDescription {
            from: known.as_ref().map(|known| known.revision),
            boards: of(Section::Boards).next().is_some().then_some(wanted.boards),
            texts: of(Section::Texts).next().is_some().then_some(NewTexts {
                wanted: content.texts.texts,
                files: content.texts.files,
                at: self.clock().now(),
                source: TextSource::Folder(plan.digest.clone()),
                by: String::new(),
            }),
            consultation: Consultation {
                live_box: wanted.live_box.unwrap_or_else(|| wanted.profile.live_box()),
                id: wanted.id,
                title: wanted.title,
                organiser: wanted.organiser,
                profile: wanted.profile,
                group: wanted.group,
                calendar,
                policy: wanted.policy,
            },
            added,
            changed,
            removed,
            contents,
        })
    }

    /// The elections of a folder by key: those that are known keep their identifiers, the others draw one.
    fn elections_of(&self, content: &super::check::Content, known: Option<&Known>) -> BTreeMap<String, Election> {
        let mut rng = self.rng();
        let mut elections = BTreeMap::new();
        for (position, election) in (1..).zip(&content.plan.elections) {
            let same = known.and_then(|known| known.elections.iter().find(|one| one.key == election.key));
            let id = same.map_or_else(|| ElectionId::generate(&mut rng), |one| one.id.clone());
            let one = Election {
                id,
                consultation: content.plan.id.clone(),
                key: election.key.clone(),
                title: election.title.clone(),
                seats: election.seats,
                position,
                count: election.count.clone(),
            };
            elections.insert(election.key.clone(), one);
        }
        elections
    }
}
