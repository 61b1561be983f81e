//! What would change on a server if a folder were applied, in a stable order, and what the state of the vote forbids of it.

use std::collections::{BTreeMap, BTreeSet};

use isoloir_domain::consultation::Profile;
use isoloir_domain::message::Message;
use isoloir_domain::{Consultation, ConsultationId};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::check::Content;
use super::describe::{Facts, Known, Roll, Section, facts, places_of};
use super::{Files, Problem};
use crate::{Fault, VotingServer};

/// One thing that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The section.
    pub section: Section,
    /// Key of the election or of the board, where it is one's.
    pub of: String,
    /// What changes.
    pub name: String,
    /// What it is; nothing when it is new.
    pub before: Option<String>,
    /// What it becomes; nothing when it goes.
    pub after: Option<String>,
    /// Why it cannot change any more.
    pub forbidden: Option<Message>,
}

/// What would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The consultation.
    pub consultation: ConsultationId,
    /// Whether the server does not know it yet.
    pub is_new: bool,
    /// Every change, section by section.
    pub changes: Vec<Change>,
    /// SHA-256 of the folder's files, in hexadecimal.
    pub folder: String,
    /// SHA-256 of this plan, of the folder and of the server's state that it was made from, in hexadecimal.
    pub digest: String,
}

impl Plan {
    /// What the state of the vote forbids.
    pub fn forbidden(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.forbidden.is_some())
    }
}

/// A plan, and the folder and state that it is made from.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) known: Option<Known>,
    pub(crate) content: Content,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The folder is refused: what is wrong.
    #[error("the folder is refused")]
    Refused(Vec<Problem>),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Staff numbers that a change of a roll names at most; the others are counted.
const NAMED: usize = 10;

impl VotingServer {
    /// Compares a folder with what the server holds. `scratch` is a server without data, to be thrown away.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn plan_folder(&self, scratch: &VotingServer, files: &Files) -> Result<Plan, PlanError> {
        Ok(self.planned(scratch, files).await?.plan)
    }

    pub(crate) async fn planned(&self, scratch: &VotingServer, files: &Files) -> Result<Planned, PlanError> {
        let (content, checked) = super::check::check_whole(scratch, files).await?;
        let Some(content) = content.filter(|_| checked.is_accepted()) else {
            return Err(PlanError::Refused(checked.problems));
        };
        let known = self.describe(&content.plan.id).await?;
        let state = match &known {
            Some(known) => facts(&known.plan, &known.lists, &known.files, &known.texts)?,
            None => Facts::new(),
        };
        let wanted = facts(
            &content.plan,
            &content.lists,
            &places_of(&content.files),
            &content.texts,
        )?;
        let mut changes = differences(&state, &wanted);
        let no_roll = Roll::new();
        let current = known.as_ref().map_or(&no_roll, |known| &known.roll);
        changes.extend(roll_differences(current, &content.roll));
        changes.sort_by(|a, b| (a.section, &a.of, &a.name).cmp(&(b.section, &b.of, &b.name)));
        if let Some(known) = &known {
            for change in &mut changes {
                change.forbidden = change
                    .forbidden
                    .take()
                    .or_else(|| forbids(known, self.clock().now(), change));
            }
        }
        let folder = folder_digest(files);
        let mut plan = Plan {
            consultation: content.plan.id.clone(),
            is_new: known.is_none(),
            changes,
            folder,
            digest: String::new(),
        };
        plan.digest = plan_digest(&plan, &state, current)?;
        Ok(Planned { plan, known, content })
    }
}

/// SHA-256 of all files with their paths.
pub(crate) fn folder_digest(files: &Files) -> String {
    let mut hash = Sha256::new();
    for (path, bytes) in files {
        hash.update(Sha256::digest(path.as_bytes()));
        hash.update(Sha256::digest(bytes));
    }
    hex::encode(hash.finalize())
}

fn plan_digest(plan: &Plan, state: &Facts, roll: &Roll) -> Result<String, Fault> {
    let damaged = |_| Fault::Damaged("a plan");
    let mut hash = Sha256::new();
    hash.update(b"isoloir/plan/v1|");
    for part in [
        serde_json::to_vec(&(&plan.consultation, &plan.folder, &plan.changes)).map_err(damaged)?,
        serde_json::to_vec(&state.iter().collect::<Vec<_>>()).map_err(damaged)?,
        serde_json::to_vec(&roll.iter().collect::<Vec<_>>()).map_err(damaged)?,
    ] {
        hash.update(Sha256::digest(part));
    }
    Ok(hex::encode(hash.finalize()))
}

fn differences(state: &Facts, wanted: &Facts) -> Vec<Change> {
    let places: BTreeSet<_> = state.keys().chain(wanted.keys()).collect();
    let changed = places.into_iter().filter(|place| state.get(place) != wanted.get(place));
    changed
        .map(|place| {
            let (section, of, name) = place.clone();
            Change {
                section,
                of,
                name,
                before: state.get(place).cloned(),
                after: wanted.get(place).cloned(),
                forbidden: None,
            }
        })
        .collect()
}

/// What changes of the roll of an election, by staff number.
#[derive(Default)]
struct RollChange<'a> {
    added: Vec<&'a str>,
    removed: Vec<&'a str>,
    /// Another name or address.
    renamed: Vec<&'a str>,
    /// The notice goes elsewhere.
    moved: Vec<&'a str>,
}

/// A change for each election of which the roll changes: how many, and the first of them.
fn roll_differences(current: &Roll, wanted: &Roll) -> Vec<Change> {
    // A file that says nothing of deliveries leaves those that are known.
    let delivered = wanted
        .values()
        .any(|row| row.iter().skip(PERSON).any(|field| !field.is_empty()));
    let mut elections: BTreeMap<&str, RollChange<'_>> = BTreeMap::new();
    for (place @ (election, number), row) in wanted {
        let Some(known) = current.get(place) else {
            elections.entry(election).or_default().added.push(number);
            continue;
        };
        let ((person, delivery), (known_person, known_delivery)) = (row.split_at(PERSON), known.split_at(PERSON));
        if person != known_person {
            elections.entry(election).or_default().renamed.push(number);
        } else if delivered && delivery != known_delivery {
            elections.entry(election).or_default().moved.push(number);
        }
    }
    for (election, number) in current.keys().filter(|place| !wanted.contains_key(*place)) {
        elections.entry(election).or_default().removed.push(number);
    }
    let count = |roll: &Roll, key: &str| roll.keys().filter(|(election, _)| election == key).count();
    elections
        .into_iter()
        .map(|(key, change)| change.told(key, count(current, key), count(wanted, key)))
        .collect()
}

/// Fields of a row that say who somebody is; the others say where the notice goes.
const PERSON: usize = 4;

impl RollChange<'_> {
    fn told(&self, election: &str, before: usize, after: usize) -> Change {
        let named = |numbers: &[&str], sign: &str| {
            let first: Vec<&str> = numbers.iter().take(NAMED).copied().collect();
            let more = if numbers.len() > NAMED { ", …" } else { "" };
            (!numbers.is_empty()).then(|| format!("{sign}{} ({}{more})", numbers.len(), first.join(", ")))
        };
        let parts = [
            named(&self.added, "+"),
            named(&self.removed, "-"),
            named(&self.renamed, "~"),
            named(&self.moved, "@"),
        ];
        let refused = || {
            Message::new(
                "une liste électorale ne perd ni ne renomme personne par cette voie",
                "a roll neither loses nor renames anybody this way",
            )
        };
        Change {
            section: Section::Rolls,
            of: election.to_owned(),
            name: "registered".to_owned(),
            before: (before > 0).then(|| before.to_string()),
            after: Some(format!(
                "{after}: {}",
                parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
            )),
            forbidden: (!self.removed.is_empty() || !self.renamed.is_empty()).then(refused),
        }
    }
}

/// Why an election is not removed: what is tied to it.
fn kept(known: &Known, key: &str) -> Option<Message> {
    let has = |keys: &[String]| keys.iter().any(|one| one == key);
    let (fr, en) = if has(&known.filed) {
        (
            "des candidatures y sont déposées ou préparées",
            "candidacies are filed or prepared there",
        )
    } else if has(&known.named) {
        (
            "une réclamation, une décision de justice ou l’historique de la liste électorale le nomme",
            "a complaint, a judgment or the history of its roll names it",
        )
    } else if known.roll.keys().any(|(election, _)| election == key) {
        ("des électeurs y sont inscrits", "voters are on its roll")
    } else {
        return None;
    };
    Some(Message::new(
        format!("le scrutin «\u{a0}{key}\u{a0}» ne se retire pas\u{a0}: {fr}"),
        format!("the election “{key}” cannot be removed: {en}"),
    ))
}

/// Why the state of the vote forbids a change.
fn forbids(known: &Known, now: jiff::Timestamp, change: &Change) -> Option<Message> {
    let Consultation { calendar, profile, .. } = &known.consultation;
    let in_law = *profile != Profile::Test;
    let begun = now >= calendar.opens();
    let of_sealed = known.sealed.contains(&change.of);
    let any_sealed = !known.sealed.is_empty();
    let sealed = || {
        Message::new(
            "scellé\u{a0}: une urne est préparée, ceci ne change plus",
            "sealed: a box is set up, this changes no more",
        )
    };
    let open = || Message::new("le vote a commencé", "the vote has begun");
    match change.section {
        Section::Consultation if any_sealed => Some(sealed()),
        Section::Calendar if known.frozen => Some(Message::new("le vote est clos", "the polls are closed")),
        Section::Calendar if begun && in_law => Some(open()),
        Section::Elections | Section::Lists | Section::Files | Section::Rolls if of_sealed => Some(sealed()),
        Section::Elections | Section::Lists | Section::Files | Section::Rolls if begun && in_law => Some(open()),
        Section::Elections if change.after.is_none() && change.name == "title" => kept(known, &change.of),
        Section::Boards if known.seated.contains(&change.of) => Some(Message::new(
            "ce bureau a commencé ses travaux",
            "this board has begun its work",
        )),
        // The registrar has a copy of these rules.
        Section::Policy if any_sealed && change.name.starts_with("reissue.") => Some(sealed()),
        Section::Policy if begun && in_law && change.name.starts_with("results.") => Some(open()),
        _ => None,
    }
}
