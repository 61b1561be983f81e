//! The organiser decides about a filed list: accepts it, asks for a correction, or refuses it with reasons (*recevabilité*).
//!
//! Corrections are asked for until the end of the days given to tell ineligible candidates; a list that is being corrected is not refused before the
//! union's time is over. Once the display order is drawn, no list joins it.

use std::collections::BTreeSet;

use isoloir_domain::candidacy::{CandidacyNumber, FilingPhase, Finding, State, Weight};
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{CandidacyId, StaffMember};
use isoloir_store::candidacy::{CandidacyChange, Changed, Consequences};

use crate::candidacies::{Candidacy, WholeCandidacy};
use crate::decide_complaint::SHORTEST_REASONS;
use crate::file_complaint::MAX_BODY;
use crate::free_text::{paragraphs, year_in_paris};
use crate::letters::Letter;
use crate::{Fault, VotingServer};

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CandidacyDecision {
    /// The list is accepted.
    Accept,
    /// The union is asked to correct these ranks (0: logo and manifesto), for these reasons.
    Ask(BTreeSet<u32>, String),
    /// The list is refused, for these reasons.
    Refuse(String),
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideCandidacyError {
    /// No such filed candidacy.
    #[error("there is no such candidacy")]
    Unknown,
    /// It is decided, or withdrawn.
    #[error("the candidacy waits for no decision")]
    Decided,
    /// Reasons are missing, too short or too long.
    #[error("the reasons are too short or too long")]
    Reasons,
    /// No rank was chosen.
    #[error("nothing to correct was chosen")]
    NothingAsked,
    /// Findings stop the acceptance.
    #[error("{} finding(s) stop the acceptance", .0.len())]
    Findings(Vec<Finding>),
    /// Corrections can no longer be asked for.
    #[error("corrections can no longer be asked for")]
    ToldLate,
    /// The union's time to correct is not over.
    #[error("the union may still correct")]
    Correcting,
    /// The display order is drawn.
    #[error("the display order is drawn")]
    Drawn,
    /// Somebody changed it meanwhile.
    #[error("the candidacy was changed meanwhile")]
    Moved,
    /// The election is sealed.
    #[error("the election is sealed")]
    Sealed,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for DecideCandidacyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "candidacy_unknown",
            Self::Decided => "candidacy_decided",
            Self::Reasons => "reasons_bad",
            Self::NothingAsked => "correction_empty",
            Self::Findings(_) => "candidacy_not_acceptable",
            Self::ToldLate => "correction_asked_late",
            Self::Correcting => "correction_running",
            Self::Drawn => "order_drawn",
            Self::Moved => "candidacy_moved",
            Self::Sealed => "election_sealed",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        let (fr, en) = match self {
            Self::Unknown => ("Cette candidature n’existe pas.", "There is no such candidacy."),
            Self::Decided => (
                "Cette candidature n’attend pas de décision. La vôtre n’a pas été enregistrée.",
                "This candidacy waits for no decision. Yours was not stored.",
            ),
            Self::Reasons => (
                "Une décision est motivée\u{a0}: écrivez pourquoi, en 20 à 4\u{202f}000\u{a0}caractères.",
                "A decision has reasons: write why, in 20 to 4,000 characters.",
            ),
            Self::NothingAsked => ("Choisissez ce qui est à corriger.", "Choose what is to be corrected."),
            Self::Findings(_) => (
                "Des constats empêchent d’accepter cette liste.",
                "Findings stop this list from being accepted.",
            ),
            Self::ToldLate => (
                "Le délai pour signaler une inéligibilité est passé\u{a0}: la liste est acceptée ou refusée.",
                "The time to tell of ineligible candidates is past: the list is accepted or refused.",
            ),
            Self::Correcting => (
                "L’organisation peut encore corriger sa liste\u{a0}: attendez la fin du délai.",
                "The union may still correct its list: wait for the end of its time.",
            ),
            Self::Drawn => (
                "L’ordre d’affichage est tiré\u{a0}: aucune liste ne s’y ajoute.",
                "The display order is drawn: no list joins it.",
            ),
            Self::Moved => (
                "Cette candidature a changé entre-temps. Relisez-la\u{a0}: rien n’est enregistré.",
                "This candidacy has changed meanwhile. Read it again: nothing is stored.",
            ),
            Self::Sealed => (
                "Le scrutin est scellé\u{a0}: les listes ne changent plus.",
                "The election is sealed: lists change no more.",
            ),
            Self::Fault(fault) => return fault.message(),
        };
        Message::new(fr, en)
    }

    fn class(&self) -> Class {
        match self {
            Self::Unknown => Class::NotFound,
            Self::Reasons | Self::NothingAsked | Self::Findings(_) => Class::Unprocessable,
            Self::Decided | Self::ToldLate | Self::Correcting | Self::Drawn | Self::Moved | Self::Sealed => {
                Class::Conflict
            }
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Decides about a candidacy of this revision; the union's delegates are told by mail.
    ///
    /// # Errors
    /// [`DecideCandidacyError`].
    pub async fn decide_candidacy(
        &self,
        by: &StaffMember,
        id: CandidacyId,
        revision: i64,
        decision: &CandidacyDecision,
    ) -> Result<(), DecideCandidacyError> {
        let whole = self.filed_candidacy(id).await?.ok_or(DecideCandidacyError::Unknown)?;
        if whole.sealed {
            return Err(DecideCandidacyError::Sealed);
        }
        let to = self.decided_candidacy(&whole, decision).await?;
        if whole.candidacy.revision != revision {
            return Err(DecideCandidacyError::Moved);
        }
        let (now, digest, who) = (self.inner.clock.now(), whole.digest(), by.id.to_string());
        let change = CandidacyChange {
            from: &whole.candidacy,
            to: &to,
            step: Some((&who, now, &digest)),
            year: year_in_paris(self.clock())?,
        };
        let to_whom = self.delegates_of(&whole).await?;
        let follows = |number: Option<CandidacyNumber>| {
            let Some(number) = number else {
                return Consequences::default();
            };
            let letter = Letter::CandidacyDecided {
                number: number.to_string(),
                election: whole.election.title.clone(),
                what: told(to.state),
                link: format!("{}/depot/{id}", self.inner.public_url),
            };
            let what = Event::CandidacyDecided {
                number,
                decision: to.state.as_str().to_owned(),
                digest: digest.clone(),
                reasons: to.reasons.clone(),
            };
            Consequences {
                entry: Some(self.entry_by(by.id, Subject::Election(whole.election.id.clone()), what)),
                mails: self.letters_to(&to_whom, &letter, &whole.consultation.organiser),
            }
        };
        match self
            .inner
            .store
            .change_candidacy(&change, follows)
            .await
            .map_err(Fault::from)?
        {
            Changed::Made => Ok(()),
            Changed::Moved => Err(DecideCandidacyError::Moved),
            Changed::Sealed => Err(DecideCandidacyError::Sealed),
        }
    }

    /// The candidacy as the decision makes it.
    async fn decided_candidacy(
        &self,
        whole: &WholeCandidacy,
        decision: &CandidacyDecision,
    ) -> Result<Candidacy, DecideCandidacyError> {
        let phase = whole.dates.phase(self.inner.clock.now());
        let (state, asked, reasons) = match (decision, whole.candidacy.state) {
            (CandidacyDecision::Accept, State::Filed) => {
                let stopping = whole.stopping(Weight::Acceptance);
                if !stopping.is_empty() {
                    return Err(DecideCandidacyError::Findings(stopping));
                }
                (State::Accepted, BTreeSet::new(), String::new())
            }
            (CandidacyDecision::Ask(ranks, reasons), State::Filed) => {
                if !matches!(phase, FilingPhase::Filing | FilingPhase::Telling) {
                    return Err(DecideCandidacyError::ToldLate);
                }
                let last = whole.candidacy.list.candidates.len();
                let is_rank = |rank: &u32| usize::try_from(*rank).is_ok_and(|rank| rank <= last);
                let ranks: BTreeSet<u32> = ranks.iter().copied().filter(is_rank).collect();
                if ranks.is_empty() {
                    return Err(DecideCandidacyError::NothingAsked);
                }
                (State::Asked, ranks, read_reasons(reasons)?)
            }
            (CandidacyDecision::Refuse(_), State::Asked) if phase != FilingPhase::Over => {
                return Err(DecideCandidacyError::Correcting);
            }
            (CandidacyDecision::Refuse(reasons), State::Filed | State::Asked) => {
                (State::Refused, BTreeSet::new(), read_reasons(reasons)?)
            }
            _ => return Err(DecideCandidacyError::Decided),
        };
        let drawn = self.inner.store.order_record(&whole.election.id).await;
        if state == State::Accepted && drawn.map_err(Fault::from)?.is_some() {
            return Err(DecideCandidacyError::Drawn);
        }
        Ok(Candidacy {
            state,
            asked,
            reasons,
            ..whole.candidacy.clone()
        })
    }
}

fn read_reasons(text: &str) -> Result<String, DecideCandidacyError> {
    let reasons = paragraphs(text, MAX_BODY).map_err(|_| DecideCandidacyError::Reasons)?;
    if reasons.chars().count() < SHORTEST_REASONS {
        return Err(DecideCandidacyError::Reasons);
    }
    Ok(reasons)
}

/// What the mail says of a decision.
fn told(state: State) -> Message {
    match state {
        State::Accepted => Message::new("La liste est recevable.", "The list is accepted."),
        State::Refused => Message::new(
            "La liste est refusée. Les motifs sont à cette adresse\u{a0}:",
            "The list is refused. The reasons are at this address:",
        ),
        _ => Message::new(
            "Une correction est demandée. Ce qui est à corriger, et jusqu’à quand, est à cette adresse\u{a0}:",
            "A correction is asked for. What is to be corrected, and until when, is at this address:",
        ),
    }
}
