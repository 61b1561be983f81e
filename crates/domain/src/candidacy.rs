//! Candidacies (*candidatures*): the list that a union files for an election, where it stands, until when it may be filed and corrected, and what
//! is wrong with it.
//!
//! [`check`] is pure: it is given the list, the election, the roll and the other lists, and says every finding at once. Some stop the filing, some
//! stop the acceptance, some are remarks; each names who must act.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::consultation::{Calendar, Profile};
use crate::count_rules::{BallotKind, Shares, Tie, UnionPart};
use crate::election::{Candidate, Election, Sex};
use crate::local_time::paris;
use crate::message::Message;
use crate::names::normal;
pub use crate::number::UnknownName;
use crate::policy::Policy;
use crate::timetable::{end_of, filing_ends};

yearly_number! {
    /// Number of a candidacy (*numéro de candidature*), given when it is filed: `C-2026-000012`.
    CandidacyNumber, "C"
}

/// Where a candidacy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Being written; nobody but the union reads it (*brouillon*).
    Draft,
    /// Filed, acknowledged, not decided (*déposée*).
    Filed,
    /// The organiser asks for a correction and says which (*à corriger*).
    Asked,
    /// Accepted (*recevable*).
    Accepted,
    /// Refused, with reasons (*irrecevable*).
    Refused,
    /// Withdrawn by the union (*retirée*).
    Withdrawn,
}

impl State {
    /// All of them, in display order.
    pub const ALL: [Self; 6] = [
        Self::Filed,
        Self::Asked,
        Self::Accepted,
        Self::Refused,
        Self::Withdrawn,
        Self::Draft,
    ];

    /// The name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Filed => "filed",
            Self::Asked => "asked",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether it may still become a list of the election: a union has one such candidacy for an election.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Draft | Self::Filed | Self::Asked | Self::Accepted)
    }

    /// Whether it was filed and may still become a list.
    #[must_use]
    pub const fn stands(self) -> bool {
        matches!(self, Self::Filed | Self::Asked | Self::Accepted)
    }
}

impl FromStr for State {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// What a file of a candidacy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Piece {
    /// The list's logo.
    Logo,
    /// Its manifesto (*profession de foi*), a PDF.
    Manifesto,
    /// A candidate's signed declaration (*déclaration individuelle de candidature*, R. 211-531).
    Declaration,
}

impl Piece {
    /// All of them, in display order.
    pub const ALL: [Self; 3] = [Self::Logo, Self::Manifesto, Self::Declaration];

    /// The name in forms and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Logo => "logo",
            Self::Manifesto => "manifesto",
            Self::Declaration => "declaration",
        }
    }
}

impl FromStr for Piece {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|piece| piece.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// A candidate as the union names it, found on the roll by the staff number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Staff number, in upper case as rolls keep it.
    pub number: String,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Sex, once said.
    pub sex: Option<Sex>,
    /// Date of birth, where equal averages go to the elder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<Date>,
}

/// What a union files: the list and its candidates in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FiledList {
    /// Name in full.
    pub name: String,
    /// Sigle.
    pub acronym: String,
    /// The organisations of a common list, with their key; none for a list of one union.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unions: Vec<UnionPart>,
    /// Candidates in list order; none where voters choose between unions.
    pub candidates: Vec<Standing>,
}

impl FiledList {
    /// The candidates as the election's list has them; those whose sex is not said are left out, which no accepted list has.
    #[must_use]
    pub fn candidates(&self) -> Vec<Candidate> {
        let complete = self.candidates.iter().filter_map(|one| Some((one, one.sex?)));
        (1..)
            .zip(complete)
            .map(|(rank, (one, sex))| Candidate {
                rank,
                last_name: one.last_name.clone(),
                first_name: one.first_name.clone(),
                sex,
                born: one.born,
            })
            .collect()
    }

    /// SHA-256 of the list and of the digests of its files, in hexadecimal: what an acknowledgement says was filed.
    #[must_use]
    pub fn digest(&self, files: &[[u8; 32]]) -> String {
        let mut hash = Sha256::new();
        hash.update(b"isoloir/candidacy/v1|");
        // Fails for no value of this type.
        hash.update(serde_json::to_vec(self).unwrap_or_default());
        for file in files {
            hash.update(file);
        }
        hex::encode(hash.finalize())
    }

    /// Names under which its unions are compared with others: its own union first, then those of a common list.
    fn union_keys(&self, own: &str) -> BTreeSet<String> {
        let named = self.unions.iter().map(|union| normal(&union.name));
        std::iter::once(own.to_owned()).chain(named).collect()
    }
}

/// Until when lists are filed and corrected. Each instant is the last one that is in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilingDates {
    /// Lists may be filed until then (*date limite de dépôt*).
    pub filed_until: Timestamp,
    /// The organiser tells ineligible candidates until then.
    pub told_until: Timestamp,
    /// The union corrects until then.
    pub corrected_until: Timestamp,
}

/// Where an instant falls among the dates of filing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilingPhase {
    /// Lists may be filed.
    Filing,
    /// The organiser looks at them; what was asked for may be corrected.
    Telling,
    /// What was asked for may be corrected.
    Correcting,
    /// Nothing of a list changes.
    Over,
}

/// Days that the organiser has to tell ineligible candidates, then the union to correct, unless the consultation says otherwise.
const DAYS: u8 = 3;

/// The dates of a consultation. Without a deadline of the law or of the organiser, lists may be filed until the vote opens; nothing is corrected
/// after that.
#[must_use]
pub fn filing_dates(profile: Profile, calendar: &Calendar, policy: &Policy) -> FilingDates {
    let last = calendar
        .opens()
        .checked_sub(SignedDuration::from_secs(1))
        .unwrap_or_else(|_| calendar.opens());
    let filed_until = filing_ends(profile, calendar, policy).unwrap_or(last).min(last);
    let days = |days: Option<u8>| i32::from(days.unwrap_or(DAYS));
    let told = days(policy.candidates.told_days);
    let corrected = told.saturating_add(days(policy.candidates.corrected_days));
    FilingDates {
        filed_until,
        told_until: days_after(filed_until, told).min(last),
        corrected_until: days_after(filed_until, corrected).min(last),
    }
}

/// The last second of the day in Paris that is so many days after that of `from`.
fn days_after(from: Timestamp, days: i32) -> Timestamp {
    if days == 0 {
        return from;
    }
    let span: Span = i64::from(days).days();
    let day = from.to_zoned_datetime(paris()).date().checked_add(span).ok();
    day.and_then(end_of)
        .and_then(|end| end.checked_sub(SignedDuration::from_secs(1)).ok())
        .unwrap_or(from)
}

impl FilingDates {
    /// Where `now` falls. Seconds count: what is done within the last second is in time, a second later is late.
    #[must_use]
    pub fn phase(&self, now: Timestamp) -> FilingPhase {
        let in_time = |until: Timestamp| now.as_second() <= until.as_second();
        if in_time(self.filed_until) {
            FilingPhase::Filing
        } else if in_time(self.told_until) {
            FilingPhase::Telling
        } else if in_time(self.corrected_until) {
            FilingPhase::Correcting
        } else {
            FilingPhase::Over
        }
    }

    /// Whether the union may change and file a candidacy in this state at `now`.
    #[must_use]
    pub fn may_file(&self, state: State, now: Timestamp) -> bool {
        match state {
            State::Draft => self.phase(now) == FilingPhase::Filing,
            State::Asked => self.phase(now) != FilingPhase::Over,
            State::Filed | State::Accepted | State::Refused | State::Withdrawn => false,
        }
    }

    /// Whether the union may withdraw a candidacy in this state at `now`: as long as others may still be filed.
    #[must_use]
    pub fn may_withdraw(&self, state: State, now: Timestamp) -> bool {
        state.is_live() && self.phase(now) == FilingPhase::Filing
    }
}

/// How heavy a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The list cannot be filed like this.
    Filing,
    /// It can be filed, and not be accepted.
    Acceptance,
    /// To know; stops nothing.
    Remark,
}

/// Who must act on a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The union's delegate.
    Delegate,
    /// The organiser.
    Organiser,
}

/// What is wrong, or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The list has no name.
    NoName,
    /// It has no sigle.
    NoAcronym,
    /// It has no candidate.
    NoCandidate,
    /// Voters choose between unions: a list names no candidate.
    SigleHasCandidates,
    /// More candidates than this.
    TooMany(u32),
    /// Fewer candidates than this.
    TooFew(u32),
    /// Candidates, and those of a complete list: it cannot have more seats than candidates.
    Incomplete(u32, u32),
    /// Number, names or sex are missing.
    CandidateIncomplete,
    /// The same person stands twice on the list.
    Twice,
    /// Not on the electoral roll of this election under this number.
    NotOnRoll,
    /// On the roll under another name.
    OtherName,
    /// The same person stands on another list of the election: its sigle.
    OnOtherList(String),
    /// No signed declaration.
    NoDeclaration,
    /// No date of birth, which equal averages may need.
    NoBirth,
    /// Women on the list, then the least and the most that the shares allow.
    Shares(u32, u32, u32),
    /// Women and men do not alternate.
    Alternation,
    /// The shares of women and men were not published for the election.
    SharesUnknown,
    /// Fewer than two unions, one named twice, or parts said for some only.
    CommonKey,
    /// A union stands on another list of the election: its sigle.
    UnionTwice(String),
    /// Another list has this sigle.
    AcronymTaken,
    /// No logo.
    NoLogo,
    /// No manifesto.
    NoManifesto,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub problem: Problem,
    /// The rank of the candidate, from 1, when it is about one.
    pub rank: Option<u32>,
    /// How heavy it is.
    pub weight: Weight,
}

impl Problem {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoName => "list_without_name",
            Self::NoAcronym => "list_without_acronym",
            Self::NoCandidate => "list_without_candidate",
            Self::SigleHasCandidates => "candidates_on_union_list",
            Self::TooMany(_) => "too_many_candidates",
            Self::TooFew(_) => "too_few_candidates",
            Self::Incomplete(..) => "list_incomplete",
            Self::CandidateIncomplete => "candidate_incomplete",
            Self::Twice => "candidate_twice",
            Self::NotOnRoll => "candidate_not_on_roll",
            Self::OtherName => "candidate_other_name",
            Self::OnOtherList(_) => "candidate_on_other_list",
            Self::NoDeclaration => "declaration_missing",
            Self::NoBirth => "birth_missing",
            Self::Shares(..) => "shares_not_met",
            Self::Alternation => "sexes_not_alternate",
            Self::SharesUnknown => "shares_unknown",
            Self::CommonKey => "common_key_wrong",
            Self::UnionTwice(_) => "union_on_other_list",
            Self::AcronymTaken => "acronym_taken",
            Self::NoLogo => "logo_missing",
            Self::NoManifesto => "manifesto_missing",
        }
    }

    /// Who must act.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        match self {
            Self::OtherName | Self::OnOtherList(_) | Self::SharesUnknown | Self::UnionTwice(_) | Self::AcronymTaken => {
                Actor::Organiser
            }
            _ => Actor::Delegate,
        }
    }

    /// Whether it tells of another union's list, which no union reads before the lists are published.
    #[must_use]
    pub const fn tells_of_others(&self) -> bool {
        matches!(self, Self::OnOtherList(_) | Self::UnionTwice(_) | Self::AcronymTaken)
    }

    /// What it is, in words.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::TooMany(most) => Message::new(
                format!("La liste a trop de candidats\u{a0}: {most} au plus."),
                format!("The list has too many candidates: {most} at most."),
            ),
            Self::TooFew(least) => Message::new(
                format!("La liste a trop peu de candidats\u{a0}: {least} au moins."),
                format!("The list has too few candidates: {least} at least."),
            ),
            Self::Incomplete(candidates, complete) => Message::new(
                format!(
                    "Liste incomplète\u{a0}: {candidates} sur {complete}. Elle n’aura jamais plus de sièges que de candidats."
                ),
                format!("Incomplete list: {candidates} of {complete}. It can have no more seats than candidates."),
            ),
            Self::OnOtherList(list) => Message::new(
                format!("Cette personne figure aussi sur la liste {list}\u{a0}: nul ne se présente sur deux listes."),
                format!("This person stands on the list {list} too: nobody stands on two lists."),
            ),
            Self::UnionTwice(list) => Message::new(
                format!(
                    "Une organisation de cette liste présente aussi la liste {list}\u{a0}: une seule liste par organisation."
                ),
                format!("A union of this list files the list {list} too: one list for each union."),
            ),
            Self::Shares(women, least, most) if least == most => Message::new(
                format!(
                    "La liste compte {women} femme(s)\u{202f}; les parts de femmes et d’hommes en demandent {least}."
                ),
                format!("The list has {women} women; the shares of women and men ask for {least}."),
            ),
            Self::Shares(women, least, most) => Message::new(
                format!(
                    "La liste compte {women} femme(s)\u{202f}; les parts de femmes et d’hommes en demandent de {least} à {most}."
                ),
                format!("The list has {women} women; the shares of women and men ask for {least} to {most}."),
            ),
            fixed => {
                let (fr, en) = fixed.fixed_words();
                Message::new(fr, en)
            }
        }
    }

    const fn fixed_words(&self) -> (&'static str, &'static str) {
        match self {
            Self::NoName => ("Écrivez le nom de la liste.", "Write the name of the list."),
            Self::NoAcronym => ("Écrivez le sigle de la liste.", "Write the sigle of the list."),
            Self::NoCandidate => ("La liste n’a aucun candidat.", "The list has no candidate."),
            Self::SigleHasCandidates => (
                "Ce scrutin se fait sur sigle\u{a0}: la liste ne nomme aucun candidat.",
                "Voters choose between unions here: the list names no candidate.",
            ),
            Self::CandidateIncomplete => (
                "Matricule, nom, prénom ou sexe manque.",
                "Staff number, names or sex are missing.",
            ),
            Self::Twice => (
                "Ce matricule figure deux fois sur la liste.",
                "This staff number stands twice on the list.",
            ),
            Self::NotOnRoll => (
                "Ce matricule n’est pas sur la liste électorale du scrutin\u{a0}: la personne n’est pas éligible.",
                "This staff number is not on the election’s roll: the person is not eligible.",
            ),
            Self::OtherName => (
                "La liste électorale donne un autre nom à ce matricule.",
                "The roll has another name for this staff number.",
            ),
            Self::NoDeclaration => (
                "La déclaration individuelle signée n’est pas jointe.",
                "The signed individual declaration is not attached.",
            ),
            Self::NoBirth => (
                "La date de naissance manque\u{a0}: à égalité, le siège va au plus âgé.",
                "The date of birth is missing: in a tie the seat goes to the elder.",
            ),
            Self::Alternation => (
                "Femmes et hommes n’alternent pas jusqu’à épuisement de l’un des deux.",
                "Women and men do not alternate until there are no more of one of them.",
            ),
            Self::SharesUnknown => (
                "Les parts de femmes et d’hommes ne sont pas publiées pour ce scrutin\u{a0}: elles ne sont pas vérifiées.",
                "The shares of women and men are not published for this election: they are not checked.",
            ),
            Self::CommonKey => (
                "Candidature commune\u{a0}: deux organisations au moins, chacune nommée une fois, toutes avec une part ou aucune.",
                "Common list: at least two unions, each named once, all with a part or none.",
            ),
            Self::AcronymTaken => (
                "Une autre liste de ce scrutin porte ce sigle.",
                "Another list of this election has this sigle.",
            ),
            Self::NoLogo => (
                "Pas de logo\u{a0}: le sigle sera dessiné dans le même cadre.",
                "No logo: the sigle will be drawn in the same box.",
            ),
            Self::NoManifesto => ("Pas de profession de foi.", "No manifesto."),
            Self::TooMany(_)
            | Self::TooFew(_)
            | Self::Incomplete(..)
            | Self::OnOtherList(_)
            | Self::UnionTwice(_)
            | Self::Shares(..) => ("", ""),
        }
    }
}

/// A list of another union, for the same election.
#[derive(Debug, Clone)]
pub struct OtherList<'a> {
    /// Key of the union that filed it.
    pub union: &'a str,
    /// The list.
    pub list: &'a FiledList,
}

/// What a candidacy is checked against.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The legal profile.
    pub profile: Profile,
    /// The organiser's decisions.
    pub policy: &'a Policy,
    /// The election.
    pub election: &'a Election,
    /// Key of the union that files the list ([`union_key`]).
    pub union: &'a str,
    /// The list.
    pub list: &'a FiledList,
    /// Whether it has a logo, then a manifesto.
    pub shown: (bool, bool),
    /// Staff numbers whose declarations are attached.
    pub declared: &'a BTreeSet<String>,
    /// Of its candidates, those on the roll: family name and given name by staff number.
    pub roll: &'a BTreeMap<String, (String, String)>,
    /// The lists of others that stand.
    pub others: &'a [OtherList<'a>],
}

/// The form in which a union is compared: its sigle without accents and case.
#[must_use]
pub fn union_key(acronym: &str) -> String {
    normal(acronym)
}

/// Candidates of a complete list: titular members and substitutes in the civil service, one ballot of each in a CSE.
#[must_use]
pub fn complete(profile: Profile, policy: &Policy, seats: u32) -> u32 {
    let for_each = policy.candidates.for_each_seat.unwrap_or(match profile {
        Profile::Cgfp2024 | Profile::Decree2011 | Profile::Test => 2,
        Profile::Cse => 1,
    });
    seats.saturating_mul(u32::from(for_each)).max(1)
}

/// Everything that is wrong with a candidacy, or worth knowing, the heaviest first and then by rank.
#[must_use]
pub fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut found = Findings(Vec::new());
    found.of_the_list(case);
    if case.election.count.ballot == BallotKind::Sigle {
        if !case.list.candidates.is_empty() {
            found.add(Weight::Filing, None, Problem::SigleHasCandidates);
        }
    } else {
        found.of_the_number(case);
        found.of_candidates(case);
        found.of_shares(case);
    }
    found.of_others(case);
    let mut found = found.0;
    found.sort_by_key(|finding| (finding.weight, finding.rank));
    found
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, weight: Weight, rank: Option<u32>, problem: Problem) {
        self.0.push(Finding { problem, rank, weight });
    }

    fn of_the_list(&mut self, case: &Case<'_>) {
        let list = case.list;
        if list.name.is_empty() {
            self.add(Weight::Filing, None, Problem::NoName);
        }
        if list.acronym.is_empty() {
            self.add(Weight::Filing, None, Problem::NoAcronym);
        }
        if !list.unions.is_empty() && !is_key(&list.unions) {
            self.add(Weight::Filing, None, Problem::CommonKey);
        }
        let (logo, manifesto) = case.shown;
        if !logo {
            self.add(Weight::Remark, None, Problem::NoLogo);
        }
        if !manifesto {
            self.add(Weight::Remark, None, Problem::NoManifesto);
        }
    }

    fn of_the_number(&mut self, case: &Case<'_>) {
        let count = size(&case.list.candidates);
        let most = complete(case.profile, case.policy, case.election.seats);
        let least = case.policy.candidates.least(most);
        if count == 0 {
            self.add(Weight::Filing, None, Problem::NoCandidate);
        } else if count > most {
            self.add(Weight::Filing, None, Problem::TooMany(most));
        } else if count < least {
            self.add(Weight::Acceptance, None, Problem::TooFew(least));
        } else if count < most {
            self.add(Weight::Remark, None, Problem::Incomplete(count, most));
        }
    }

    fn of_candidates(&mut self, case: &Case<'_>) {
        let elder = case.election.count.chain(case.profile).contains(&Tie::Elder);
        let mut seen = BTreeSet::new();
        for (rank, one) in (1..).zip(&case.list.candidates) {
            let rank = Some(rank);
            if one.number.is_empty() || one.last_name.is_empty() || one.first_name.is_empty() || one.sex.is_none() {
                self.add(Weight::Filing, rank, Problem::CandidateIncomplete);
            }
            if one.number.is_empty() {
                continue;
            }
            if !seen.insert(one.number.as_str()) {
                self.add(Weight::Filing, rank, Problem::Twice);
            }
            match case.roll.get(&one.number) {
                None => self.add(Weight::Acceptance, rank, Problem::NotOnRoll),
                Some((last, first)) if !is_called(one, last, first) => {
                    self.add(Weight::Remark, rank, Problem::OtherName);
                }
                Some(_) => {}
            }
            if !case.declared.contains(&one.number) {
                self.add(Weight::Acceptance, rank, Problem::NoDeclaration);
            }
            if elder && one.born.is_none() {
                self.add(Weight::Acceptance, rank, Problem::NoBirth);
            }
        }
    }

    /// Women and men against the shares of those whom the instance represents. A CSE's list is judged afterwards, by the judge: it is told, and
    /// stops nothing.
    fn of_shares(&mut self, case: &Case<'_>) {
        let sexes: Vec<Sex> = case.list.candidates.iter().filter_map(|one| one.sex).collect();
        if sexes.is_empty() || sexes.len() < case.list.candidates.len() {
            return;
        }
        let cse = case.profile == Profile::Cse;
        let weight = if cse { Weight::Remark } else { Weight::Acceptance };
        let women = u32::try_from(sexes.iter().filter(|sex| **sex == Sex::Female).count()).unwrap_or(u32::MAX);
        match case.election.count.shares {
            None => self.add(Weight::Remark, None, Problem::SharesUnknown),
            Some(shares) => {
                let (least, most) = women_allowed(&shares, size(&case.list.candidates), cse);
                if women < least || women > most {
                    self.add(weight, None, Problem::Shares(women, least, most));
                }
            }
        }
        if cse && !alternates(&sexes) {
            self.add(weight, None, Problem::Alternation);
        }
    }

    fn of_others(&mut self, case: &Case<'_>) {
        let own = case.list.union_keys(case.union);
        for other in case.others {
            let name = &other.list.acronym;
            if !name.is_empty() && normal(name) == normal(&case.list.acronym) {
                self.add(Weight::Acceptance, None, Problem::AcronymTaken);
            }
            if !own.is_disjoint(&other.list.union_keys(other.union)) {
                self.add(Weight::Acceptance, None, Problem::UnionTwice(name.clone()));
            }
            for (rank, one) in (1..).zip(&case.list.candidates) {
                let same = |theirs: &Standing| !one.number.is_empty() && theirs.number == one.number;
                if other.list.candidates.iter().any(same) {
                    self.add(Weight::Acceptance, Some(rank), Problem::OnOtherList(name.clone()));
                }
            }
        }
    }
}

fn size(candidates: &[Standing]) -> u32 {
    u32::try_from(candidates.len()).unwrap_or(u32::MAX)
}

fn is_called(one: &Standing, last: &str, first: &str) -> bool {
    normal(&one.last_name) == normal(last) && normal(&one.first_name) == normal(first)
}

/// At least two unions, each named once, all with a part above zero or none.
fn is_key(unions: &[UnionPart]) -> bool {
    let names: BTreeSet<String> = unions.iter().map(|union| normal(&union.name)).collect();
    let parts = unions
        .iter()
        .filter(|union| union.part.is_some_and(|part| part > 0))
        .count();
    let none = unions.iter().all(|union| union.part.is_none());
    unions.len() > 1 && names.len() == unions.len() && !names.contains("") && (none || parts == unions.len())
}

/// The least and the most women that a list of `size` candidates may have. In the civil service their number is the share rounded down or up; in a
/// CSE it is rounded to the nearest, either way when exactly half, and a sex whose share rounds to nobody may have one candidate.
fn women_allowed(shares: &Shares, size: u32, cse: bool) -> (u32, u32) {
    let total = u64::from(shares.women).saturating_add(u64::from(shares.men)).max(1);
    let exact = u64::from(size).saturating_mul(u64::from(shares.women));
    let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let (down, up) = (narrow(exact.div_euclid(total)), narrow(exact.div_ceil(total)));
    if !cse {
        return (down, up);
    }
    let twice = exact.rem_euclid(total).saturating_mul(2);
    let (least, most) = match twice.cmp(&total) {
        std::cmp::Ordering::Less => (down, down),
        std::cmp::Ordering::Equal => (down, up),
        std::cmp::Ordering::Greater => (up, up),
    };
    let least = if least == size { size.saturating_sub(1) } else { least };
    let most = if most == 0 { 1 } else { most };
    (least, most)
}

/// Whether women and men alternate until there are no more of one of them.
fn alternates(sexes: &[Sex]) -> bool {
    let women = sexes.iter().filter(|sex| **sex == Sex::Female).count();
    let fewer = women.min(sexes.len().saturating_sub(women));
    let mixed = sexes.get(..fewer.saturating_mul(2)).unwrap_or(sexes);
    mixed.iter().zip(mixed.iter().skip(1)).all(|(one, next)| one != next)
}

/// Whether `new` corrects no more of `old` than what was asked for, after the deadline: name, sigle and key stay, nobody is added, and the candidates
/// whose ranks were not asked for stay in their order.
#[must_use]
pub fn corrects_only(old: &FiledList, new: &FiledList, asked: &BTreeSet<u32>) -> bool {
    if (&old.name, &old.acronym, &old.unions) != (&new.name, &new.acronym, &new.unions)
        || new.candidates.len() > old.candidates.len()
    {
        return false;
    }
    let mut rest = new.candidates.iter();
    let mut kept = (1..).zip(&old.candidates).filter(|(rank, _)| !asked.contains(rank));
    kept.all(|(_, one)| rest.any(|other| other == one))
}
