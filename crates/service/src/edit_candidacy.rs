//! A delegate prepares a list: opens a draft, writes it, attaches files. Nothing is filed yet.
//!
//! After the deadline only what the organiser asked for may change: the ranks that it named, and logo and manifesto when it named those.

use isoloir_domain::candidacy::{FiledList, FilingPhase, Finding, Piece, Standing, State, complete, corrects_only};
use isoloir_domain::count_rules::UnionPart;
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{CandidacyId, ElectionId, Sex, StaffMember};
use isoloir_store::candidacy::{CandidacyChange, Changed, Consequences};
use sha2::{Digest as _, Sha256};

use crate::candidacies::{Candidacy, CandidacyFile, WholeCandidacy, place_of};
use crate::examine_file::{self, FileRefused, Purpose, safe_name};
use crate::free_text::{line, year_in_paris};
use crate::import_lists::birth;
use crate::name_delegate::{MAX_ACRONYM, MAX_UNION};
use crate::{Fault, VotingServer};

/// Most unions of a common list.
pub const MAX_UNIONS: usize = 4;
/// Longest name of a person or staff number, in characters.
const MAX_NAME: usize = 120;

/// A candidate as typed; a row of empty fields is none.
#[derive(Debug, Clone, Default)]
pub struct TypedCandidate {
    /// The place on the list; the row's own when empty.
    pub rank: String,
    /// Staff number.
    pub number: String,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// `F`, `H`, or nothing yet.
    pub sex: String,
    /// Date of birth, or nothing.
    pub born: String,
}

/// A list as typed.
#[derive(Debug, Clone, Default)]
pub struct TypedList {
    /// Name in full.
    pub name: String,
    /// Sigle.
    pub acronym: String,
    /// Unions of a common list, with their parts; rows without name are none.
    pub unions: Vec<(String, String)>,
    /// Rows of candidates.
    pub candidates: Vec<TypedCandidate>,
}

/// A field of the form: its name, and the row from 1 when there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListField(pub &'static str, pub Option<usize>);

/// Why a delegate's act was not done.
#[derive(Debug, thiserror::Error)]
pub enum CandidacyError {
    /// No such candidacy of the delegate's union, or the person is no delegate.
    #[error("there is no such candidacy")]
    Unknown,
    /// Not an election that the delegate files for.
    #[error("the delegate does not file for this election")]
    Election,
    /// The union has a list in this election.
    #[error("the union has a list in this election")]
    SecondList,
    /// A field cannot be read.
    #[error("{0:?} cannot be read")]
    Field(ListField),
    /// The deadline is past.
    #[error("the deadline is past")]
    Late,
    /// The time for corrections is past.
    #[error("the time for corrections is past")]
    CorrectionOver,
    /// It cannot be changed where it stands.
    #[error("the candidacy can no longer be changed")]
    Fixed(State),
    /// More is changed than what was asked for.
    #[error("more is changed than was asked for")]
    NotAsked,
    /// It cannot be withdrawn any more.
    #[error("the candidacy can no longer be withdrawn")]
    WithdrawnLate,
    /// It cannot be filed like this.
    #[error("{} finding(s) stop the filing", .0.len())]
    Findings(Vec<Finding>),
    /// A file is refused.
    #[error("the file is refused")]
    File(#[source] FileRefused),
    /// The declaration is of nobody on the list.
    #[error("the declaration is of nobody on the list")]
    NoSuchCandidate,
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

impl Refusal for CandidacyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "candidacy_unknown",
            Self::Election => "candidacy_election",
            Self::SecondList => "union_has_list",
            Self::Field(_) => "field_bad",
            Self::Late => "filing_closed",
            Self::CorrectionOver => "correction_closed",
            Self::Fixed(_) => "candidacy_fixed",
            Self::NotAsked => "correction_not_asked",
            Self::WithdrawnLate => "withdrawal_closed",
            Self::Findings(_) => "candidacy_incomplete",
            Self::File(why) => why.code(),
            Self::NoSuchCandidate => "candidate_unknown",
            Self::Moved => "candidacy_moved",
            Self::Sealed => "election_sealed",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        let (fr, en) = match self {
            Self::Unknown => ("Cette candidature n’existe pas.", "There is no such candidacy."),
            Self::Election => (
                "Vous ne déposez pas de liste pour ce scrutin.",
                "You do not file lists for this election.",
            ),
            Self::SecondList => (
                "Votre organisation a déjà une liste pour ce scrutin\u{a0}: une seule par organisation.",
                "Your union has a list in this election already: one for each union.",
            ),
            Self::Field(_) => (
                "Ce champ ne se lit pas\u{a0}: il est trop long, ou n’a pas la forme attendue.",
                "This field cannot be read: it is too long, or not of the form expected.",
            ),
            Self::Late => (
                "La date limite de dépôt est passée. Rien n’est déposé.",
                "The deadline for filing is past. Nothing is filed.",
            ),
            Self::CorrectionOver => (
                "Le délai de rectification est passé. Rien n’est changé.",
                "The time for corrections is past. Nothing is changed.",
            ),
            Self::Fixed(_) => (
                "Cette candidature ne se modifie plus dans l’état où elle est.",
                "This candidacy can no longer be changed where it stands.",
            ),
            Self::NotAsked => (
                "Après la date limite, seul ce que l’organisateur a demandé se corrige.",
                "After the deadline, only what the organiser asked for can be corrected.",
            ),
            Self::WithdrawnLate => (
                "Une liste ne se retire plus après la date limite de dépôt.",
                "A list can no longer be withdrawn after the deadline for filing.",
            ),
            Self::Findings(_) => (
                "La liste ne peut pas être déposée en l’état. Elle est enregistrée comme brouillon.",
                "The list cannot be filed as it is. It is kept as a draft.",
            ),
            Self::File(why) => return why.message(),
            Self::NoSuchCandidate => (
                "Choisissez le candidat dont c’est la déclaration\u{a0}: enregistrez d’abord la liste.",
                "Choose the candidate whose declaration it is: save the list first.",
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
            Self::Unknown | Self::Election => Class::NotFound,
            Self::Field(_) | Self::Findings(_) | Self::NoSuchCandidate => Class::Unprocessable,
            Self::SecondList
            | Self::Late
            | Self::CorrectionOver
            | Self::Fixed(_)
            | Self::NotAsked
            | Self::WithdrawnLate
            | Self::Moved
            | Self::Sealed => Class::Conflict,
            Self::File(why) => why.class(),
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// What a change came to.
pub(crate) fn made(changed: Changed) -> Result<(), CandidacyError> {
    match changed {
        Changed::Made => Ok(()),
        Changed::Moved => Err(CandidacyError::Moved),
        Changed::Sealed => Err(CandidacyError::Sealed),
    }
}

impl VotingServer {
    /// Opens a draft for an election, from the union's withdrawn list there if it has one.
    ///
    /// # Errors
    /// [`CandidacyError`].
    pub async fn open_candidacy(
        &self,
        member: &StaffMember,
        election: &ElectionId,
    ) -> Result<CandidacyId, CandidacyError> {
        let own = self.own_candidacies(member).await?.ok_or(CandidacyError::Unknown)?;
        let place = own.elections.iter().find(|(one, ..)| one.id == *election);
        let (_, known, _) = place.ok_or(CandidacyError::Election)?;
        if own.dates.phase(self.inner.clock.now()) != FilingPhase::Filing {
            return Err(CandidacyError::Late);
        }
        let withdrawn = known.iter().rfind(|one| one.state == State::Withdrawn);
        let list = withdrawn.map_or_else(
            || FiledList {
                name: own.delegate.union_name.clone(),
                acronym: own.delegate.acronym.clone(),
                ..FiledList::default()
            },
            |one| one.list.clone(),
        );
        let new = Candidacy {
            id: CandidacyId::generate(&mut self.rng()),
            election: election.clone(),
            union_key: own.delegate.union_key,
            state: State::Draft,
            revision: 1,
            list,
            number: None,
            filed: None,
            asked: std::collections::BTreeSet::new(),
            reasons: String::new(),
        };
        let opened = self.inner.store.open_candidacy(&new, withdrawn.map(|one| one.id)).await;
        match opened.map_err(Fault::from)? {
            Changed::Made => Ok(new.id),
            Changed::Moved => Err(CandidacyError::SecondList),
            Changed::Sealed => Err(CandidacyError::Sealed),
        }
    }

    /// Keeps what was typed; `revision` is the one that the form was drawn from.
    ///
    /// # Errors
    /// [`CandidacyError`].
    pub async fn save_candidacy(
        &self,
        member: &StaffMember,
        id: CandidacyId,
        revision: i64,
        typed: &TypedList,
    ) -> Result<WholeCandidacy, CandidacyError> {
        let whole = self.changeable(member, id, revision).await?;
        let most = complete(
            whole.consultation.profile,
            &whole.consultation.policy,
            whole.election.seats,
        );
        let list = read_list(typed, most)?;
        self.check_asked(&whole, &list).await?;
        if list != whole.candidacy.list {
            let to = Candidacy {
                list,
                ..whole.candidacy.clone()
            };
            let change = CandidacyChange {
                from: &whole.candidacy,
                to: &to,
                step: None,
                year: year_in_paris(self.clock())?,
            };
            let changed = self
                .inner
                .store
                .change_candidacy(&change, |_| Consequences::default())
                .await;
            made(changed.map_err(Fault::from)?)?;
        }
        self.own_candidacy(member, id).await?.ok_or(CandidacyError::Unknown)
    }

    /// After the deadline, only what was asked for changes.
    async fn check_asked(&self, whole: &WholeCandidacy, list: &FiledList) -> Result<(), CandidacyError> {
        if whole.dates.phase(self.inner.clock.now()) == FilingPhase::Filing {
            return Ok(());
        }
        let filed = self
            .inner
            .store
            .last_filed(whole.candidacy.id)
            .await
            .map_err(Fault::from)?;
        match filed {
            Some(filed) if corrects_only(&filed, list, &whole.candidacy.asked) => Ok(()),
            _ => Err(CandidacyError::NotAsked),
        }
    }

    /// The candidacy, if the delegate may change it now and it is still of this revision.
    pub(crate) async fn changeable(
        &self,
        member: &StaffMember,
        id: CandidacyId,
        revision: i64,
    ) -> Result<WholeCandidacy, CandidacyError> {
        let whole = self.own_candidacy(member, id).await?.ok_or(CandidacyError::Unknown)?;
        let (state, now) = (whole.candidacy.state, self.inner.clock.now());
        if whole.sealed {
            return Err(CandidacyError::Sealed);
        }
        if !whole.dates.may_file(state, now) {
            return Err(match state {
                State::Draft => CandidacyError::Late,
                State::Asked => CandidacyError::CorrectionOver,
                fixed => CandidacyError::Fixed(fixed),
            });
        }
        if whole.candidacy.revision != revision {
            return Err(CandidacyError::Moved);
        }
        Ok(whole)
    }

    /// Attaches a file, examined first; it takes the place of the one of the same kind. `number` is the candidate's whose declaration it is.
    ///
    /// # Errors
    /// [`CandidacyError`].
    pub async fn attach_to_candidacy(
        &self,
        member: &StaffMember,
        (id, revision): (CandidacyId, i64),
        (piece, number): (Piece, &str),
        (name, bytes): (&str, Vec<u8>),
    ) -> Result<(), CandidacyError> {
        let whole = self.changeable(member, id, revision).await?;
        let number = if piece == Piece::Declaration { number } else { "" };
        self.check_piece(&whole, piece, number).await?;
        let purpose = match piece {
            Piece::Logo => Purpose::Logo,
            Piece::Manifesto => Purpose::Manifesto,
            Piece::Declaration => Purpose::Attachment,
        };
        let examined = examine_file::examine(purpose, bytes)
            .await
            .map_err(CandidacyError::File)?;
        let file = CandidacyFile {
            piece,
            number: number.to_owned(),
            name: safe_name(name, examined.media_type),
            media_type: examined.media_type.to_owned(),
            pages: examined.pages,
            size: u64::try_from(examined.bytes.len()).unwrap_or(u64::MAX),
            digest: Sha256::digest(&examined.bytes).into(),
        };
        let place = place_of(&file.digest);
        let sealed = self.inner.vault.seal(&place, &examined.bytes, &mut self.rng());
        let sealed = sealed.ok_or(Fault::Damaged("a file of a candidacy"))?;
        let changed = self
            .inner
            .store
            .put_candidacy_file(&whole.candidacy, &file, &sealed)
            .await;
        made(changed.map_err(Fault::from)?)
    }

    /// Takes a file away.
    ///
    /// # Errors
    /// [`CandidacyError`].
    pub async fn detach_from_candidacy(
        &self,
        member: &StaffMember,
        (id, revision): (CandidacyId, i64),
        (piece, number): (Piece, &str),
    ) -> Result<(), CandidacyError> {
        let whole = self.changeable(member, id, revision).await?;
        self.check_piece(&whole, piece, number).await?;
        let changed = self
            .inner
            .store
            .drop_candidacy_file(&whole.candidacy, piece, number)
            .await;
        made(changed.map_err(Fault::from)?)
    }

    /// A declaration is of somebody on the list; after the deadline only files that were asked for change.
    async fn check_piece(&self, whole: &WholeCandidacy, piece: Piece, number: &str) -> Result<(), CandidacyError> {
        let candidates = &whole.candidacy.list.candidates;
        let is_there = candidates.iter().any(|one| one.number == number && !number.is_empty());
        let has_file = whole
            .files
            .iter()
            .any(|file| file.piece == piece && file.number == number);
        if piece == Piece::Declaration && !is_there && !has_file {
            return Err(CandidacyError::NoSuchCandidate);
        }
        if whole.dates.phase(self.inner.clock.now()) == FilingPhase::Filing {
            return Ok(());
        }
        let asked = &whole.candidacy.asked;
        let filed = self
            .inner
            .store
            .last_filed(whole.candidacy.id)
            .await
            .map_err(Fault::from)?;
        let rank = filed.and_then(|list| (1..).zip(list.candidates).find(|(_, one)| one.number == number));
        let allowed = match (piece, rank) {
            (Piece::Logo | Piece::Manifesto, _) => asked.contains(&0),
            (Piece::Declaration, Some((rank, _))) => asked.contains(&rank),
            (Piece::Declaration, None) => true,
        };
        if allowed { Ok(()) } else { Err(CandidacyError::NotAsked) }
    }
}

/// Reads what was typed, as far as it goes: what is missing is a finding, what cannot be read is refused here.
fn read_list(typed: &TypedList, most: u32) -> Result<FiledList, CandidacyError> {
    let bad = |name, row| CandidacyError::Field(ListField(name, row));
    let mut unions = Vec::new();
    for (row, (name, part)) in (1..).zip(&typed.unions) {
        let name = line(name, MAX_UNION, false).map_err(|_| bad("union", Some(row)))?;
        let part = match part.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| bad("part", Some(row)))?),
        };
        if !name.is_empty() {
            unions.push(UnionPart { name, part });
        } else if part.is_some() {
            return Err(bad("union", Some(row)));
        }
    }
    let mut rows = Vec::new();
    for (row, candidate) in (1..).zip(&typed.candidates) {
        if let Some(read) = read_candidate(row, candidate)? {
            rows.push(read);
        }
    }
    // A form of the portal has one row for each place of a complete list.
    if u32::try_from(rows.len()).unwrap_or(u32::MAX) > most.max(1) {
        return Err(bad(
            "matricule",
            usize::try_from(most).ok().and_then(|most| most.checked_add(1)),
        ));
    }
    rows.sort_by_key(|(place, _)| *place);
    Ok(FiledList {
        name: line(&typed.name, MAX_UNION, false).map_err(|_| bad("liste", None))?,
        acronym: line(&typed.acronym, MAX_ACRONYM, false).map_err(|_| bad("sigle", None))?,
        unions,
        candidates: rows.into_iter().map(|(_, one)| one).collect(),
    })
}

/// A candidate with the place that was typed, and the row.
type Placed = ((u32, usize), Standing);

/// A row with its place; nothing for an empty one.
fn read_candidate(row: usize, typed: &TypedCandidate) -> Result<Option<Placed>, CandidacyError> {
    let bad = |name| CandidacyError::Field(ListField(name, Some(row)));
    let field = |name, text: &str| line(text, MAX_NAME, false).map_err(|_| bad(name));
    let number = field("matricule", &typed.number)?.to_uppercase();
    let last_name = field("nom", &typed.last_name)?;
    let first_name = field("prenom", &typed.first_name)?;
    if number.is_empty() && last_name.is_empty() && first_name.is_empty() {
        return Ok(None);
    }
    let sex = match typed.sex.trim() {
        "" => None,
        text => Some(Sex::from_letter(text).ok_or_else(|| bad("sexe"))?),
    };
    let born = match typed.born.trim() {
        "" => None,
        text => Some(birth(text).ok_or_else(|| bad("naissance"))?),
    };
    let place = match typed.rank.trim() {
        "" => u32::try_from(row).unwrap_or(u32::MAX),
        text => text.parse().map_err(|_| bad("rang"))?,
    };
    let standing = Standing {
        number,
        last_name,
        first_name,
        sex,
        born,
    };
    Ok(Some(((place, row), standing)))
}
