//! Accepted candidacies become the lists of their election, in the order drawn, with logos, manifestos and the keys of common lists: what voters read,
//! what the folder of the consultation holds, what the box is set up for.

use isoloir_domain::candidacy::{CandidacyNumber, Piece, State, Weight};
use isoloir_domain::count_rules::CommonCandidacy;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::local_time::paris;
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{CandidateList, Consultation, Election, ElectionId, StaffMember};
use isoloir_store::apply::{Applied, NewContent, NewDescription};
use isoloir_store::content::{NewListFile, Role};

use crate::candidacies::WholeCandidacy;
use crate::draw_order::OrderState;
use crate::{Fault, VotingServer};

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// No such election.
    #[error("there is no such election")]
    Unknown,
    /// The display order is not drawn.
    #[error("the display order is not drawn")]
    NotDrawn,
    /// Findings stop lists that were accepted: their sigles.
    #[error("findings stop {}", .0.join(", "))]
    Findings(Vec<String>),
    /// The consultation was changed meanwhile.
    #[error("the consultation was changed meanwhile")]
    Moved,
    /// The election is sealed.
    #[error("the election is sealed")]
    Sealed,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for PublishError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "election_unknown",
            Self::NotDrawn => "order_not_drawn",
            Self::Findings(_) => "candidacy_not_acceptable",
            Self::Moved => "consultation_moved",
            Self::Sealed => "election_sealed",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Unknown => Message::new("Ce scrutin n’existe pas.", "There is no such election."),
            Self::NotDrawn => Message::new("L’ordre d’affichage n’est pas tiré.", "The display order is not drawn."),
            Self::Findings(lists) => Message::new(
                format!(
                    "Depuis leur acceptation, des constats touchent\u{a0}: {}. La liste électorale a pu changer.",
                    lists.join(", ")
                ),
                format!(
                    "Since they were accepted, findings touch: {}. The roll may have changed.",
                    lists.join(", ")
                ),
            ),
            Self::Moved => Message::new(
                "La consultation a changé entre-temps. Réessayez.",
                "The consultation has changed meanwhile. Try again.",
            ),
            Self::Sealed => Message::new(
                "Le scrutin est scellé\u{a0}: les listes ne changent plus.",
                "The election is sealed: lists change no more.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Unknown => Class::NotFound,
            Self::NotDrawn | Self::Findings(_) | Self::Moved | Self::Sealed => Class::Conflict,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Makes the accepted candidacies of an election its lists, in place of those it had; returns how many.
    ///
    /// # Errors
    /// [`PublishError`]; nothing is stored then.
    pub async fn publish_candidacies(&self, by: &StaffMember, election: &ElectionId) -> Result<usize, PublishError> {
        let store = &self.inner.store;
        let known = store.election(election).await.map_err(Fault::from)?;
        let known = known.ok_or(PublishError::Unknown)?;
        if store.is_sealed(election).await.map_err(Fault::from)? {
            return Err(PublishError::Sealed);
        }
        let OrderState::Drawn(record) = self.order_state(election).await? else {
            return Err(PublishError::NotDrawn);
        };
        // Read before the lists, so that what changes meanwhile is noticed.
        let revision = store.revision(&known.consultation).await.map_err(Fault::from)?;
        let consultation = self
            .consultation(&known.consultation)
            .await?
            .ok_or(PublishError::Unknown)?;
        let mut accepted = self.filed_candidacies(election).await?;
        accepted.retain(|one| one.candidacy.state == State::Accepted);
        accepted.sort_by_key(|one| record.order.iter().position(|name| *name == one.candidacy.list.acronym));
        let stopped = accepted
            .iter()
            .filter(|one| !one.stopping(Weight::Acceptance).is_empty());
        let stopped: Vec<String> = stopped.map(|one| one.candidacy.list.acronym.clone()).collect();
        if !stopped.is_empty() {
            return Err(PublishError::Findings(stopped));
        }
        let content = self.content_of(election, &accepted).await?;
        let numbers: Vec<CandidacyNumber> = accepted.iter().filter_map(|one| one.candidacy.number).collect();
        let what = Event::CandidaciesPublished { numbers };
        let entry = self.entry_by(by.id, Subject::Election(election.clone()), what);
        let description = NewDescription {
            from: revision,
            consultation: with_draw(consultation, &record),
            added: Vec::new(),
            changed: vec![with_common(known, &accepted)],
            removed: Vec::new(),
            boards: None,
            contents: vec![content],
            texts: None,
        };
        match store
            .apply_description(&description, &entry)
            .await
            .map_err(Fault::from)?
        {
            Applied::Made => Ok(accepted.len()),
            Applied::Moved => Err(PublishError::Moved),
        }
    }

    /// Lists and their files, as the election has them.
    async fn content_of(&self, election: &ElectionId, accepted: &[WholeCandidacy]) -> Result<NewContent, Fault> {
        let (mut lists, mut files) = (Vec::new(), Vec::new());
        for (position, whole) in (1..).zip(accepted) {
            let list = &whole.candidacy.list;
            lists.push(CandidateList {
                position,
                name: list.name.clone(),
                acronym: list.acronym.clone(),
                filed: whole.candidacy.filed,
                candidates: list.candidates(),
            });
            for (piece, role, media_type) in [
                (Piece::Logo, Role::Logo, "image/png"),
                (Piece::Manifesto, Role::Manifesto, "application/pdf"),
            ] {
                if let Some((file, bytes)) = self.candidacy_file(whole, piece, "").await? {
                    files.push(NewListFile {
                        election: election.clone(),
                        list: position,
                        role,
                        media_type,
                        digest: file.digest,
                        pages: file.pages,
                        bytes,
                    });
                }
            }
        }
        Ok(NewContent {
            election: election.clone(),
            lists,
            files,
        })
    }
}

/// The election with the keys of its common lists.
fn with_common(mut election: Election, accepted: &[WholeCandidacy]) -> Election {
    let common = accepted.iter().map(|one| &one.candidacy.list);
    let common = common.filter(|list| !list.unions.is_empty());
    election.count.common = common
        .map(|list| CommonCandidacy {
            list: list.acronym.clone(),
            unions: list.unions.clone(),
        })
        .collect();
    election
}

/// The consultation, which tells voters when and how the order was drawn unless it says so itself.
fn with_draw(mut consultation: Consultation, record: &isoloir_domain::display_order::OrderRecord) -> Consultation {
    let policy = &mut consultation.policy.candidates;
    if policy.drawn_on.is_none() && policy.drawn_how.is_none() {
        policy.drawn_on = Some(record.drawn.to_zoned_datetime(paris()).date());
        policy.drawn_how = Some(record.place.clone());
    }
    consultation
}
