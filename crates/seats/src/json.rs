//! Contests and allocations as JSON: the form of `vectors/seats.json`, of `isoloir seats`, of the published results and of what
//! `isoloir-verify --results` recomputes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::allocation::{Allocation, ListResult, Outcome, Step, allocate};
use crate::common::{CommonList, KeyError};
use crate::contest::{Candidate, Contest, ContestError, List, Rule, TieBreak};
use crate::date::Date;
use crate::draw::{Draw, DrawError, DrawRecord, allocate_with_draw};
use crate::law::Basis;

/// A contest as a file says it, not yet checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContestFile {
    /// Short name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Name in full.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Body of rules.
    #[serde(default)]
    pub rule: RuleName,
    /// Seats to fill.
    pub seats: u16,
    /// The chain that settles equal averages.
    #[serde(default)]
    pub ties: Vec<TieName>,
    /// Lists with their valid ballots, in the order in which they are shown.
    pub lists: Vec<(String, u64)>,
    /// Number of candidates of a list; enough, when it is not said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub candidates: BTreeMap<String, u16>,
    /// Candidates of a list by name, in its order.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, Vec<String>>,
    /// The same with the ballots that strike each name (CSE).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub strikes: BTreeMap<String, Vec<(String, u64)>>,
    /// Dates of birth by list and candidate, where ties go to the elder.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub born: BTreeMap<String, BTreeMap<String, String>>,
    /// By list, candidates of a CSE's substitutes' ballot who are elected as titular members.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub elected_elsewhere: BTreeMap<String, BTreeSet<String>>,
    /// Organisations behind a common list, each with its part of the key, or all without.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub common: BTreeMap<String, Vec<(String, Option<u32>)>>,
    /// Announced sum of the lists' ballots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_ballots: Option<u64>,
    /// On the roll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<u64>,
    /// Those who voted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voters: Option<u64>,
    /// Blank (and null) ballots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blank: Option<u64>,
    /// First round of a CSE: without its quorum it elects nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first_round: bool,
    /// The recorded draw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draw: Option<DrawFile>,
    /// What a test vector expects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Map<String, Value>>,
}

/// Name of a body of rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleName {
    /// Civil service.
    #[default]
    Public,
    /// *Comité social et économique*.
    Cse,
}

/// Name of a link of the chain that settles equal averages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TieName {
    /// More votes.
    Votes,
    /// More candidates.
    Candidates,
    /// The elder.
    Elder,
    /// Drawing of lots.
    Lot,
}

/// A record of a drawing of lots, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawFile {
    /// The day, as `2026-12-11`.
    pub date: String,
    /// Where.
    pub place: String,
    /// Who was there.
    pub present: Vec<String>,
    /// How.
    pub method: String,
    /// Lists between which lots were drawn.
    pub between: Vec<String>,
    /// Lists that receive a seat each.
    pub winners: Vec<String>,
}

/// Why a file is no contest.
#[derive(Debug)]
pub enum JsonError {
    /// Not JSON, or not of this form.
    Form(serde_json::Error),
    /// The figures are no contest.
    Contest(ContestError),
    /// The record is no draw, or answers another tie.
    Draw(DrawError),
    /// A common list's key is none.
    Key(KeyError),
    /// Something is said of a list that does not stand.
    UnknownList(String),
    /// Something is said of a candidate who does not stand.
    UnknownCandidate(String),
    /// No date.
    Date(String),
    /// Some organisations of a common list have a part, others none.
    HalfAKey(String),
    /// Voters, blanks, roll and ballots do not agree.
    Figures(&'static str),
}

/// A contest that was read, with what the file says beside it.
#[derive(Debug, Clone)]
pub struct Counted {
    file: ContestFile,
    contest: Contest,
    draw: Option<Draw>,
    common: Vec<(String, CommonList)>,
}

/// Reads a file of one contest, or of `{"vectors": [contest, …]}`.
///
/// # Errors
/// [`JsonError`].
pub fn parse(text: &str) -> Result<Vec<Counted>, JsonError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Vectors {
        #[serde(default, rename = "about")]
        _about: String,
        vectors: Vec<ContestFile>,
    }
    let value: Value = serde_json::from_str(text)?;
    let files = if value.get("vectors").is_some() {
        serde_json::from_value::<Vectors>(value)?.vectors
    } else {
        vec![serde_json::from_value(value)?]
    };
    files.into_iter().map(ContestFile::check).collect()
}

impl ContestFile {
    /// Checks everything that the file says.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn check(self) -> Result<Counted, JsonError> {
        self.check_names()?;
        self.check_figures()?;
        let lists = self.lists.iter().map(|(name, votes)| self.list(name, *votes));
        let lists = lists.collect::<Result<Vec<_>, _>>()?;
        let ties = self.ties.iter().map(|tie| tie.rule()).collect();
        let mut contest = Contest::new(self.rule.rule(), self.seats, ties, lists)?;
        if let Some(valid) = self.valid_ballots {
            contest = contest.with_valid_ballots(valid)?;
        }
        if self.first_round {
            let registered = self.registered.ok_or(JsonError::Figures(
                "a first round needs the number of registered voters",
            ))?;
            contest = contest.first_round_of(registered)?;
        }
        let draw = self.draw.as_ref().map(DrawFile::check).transpose()?;
        let common = self
            .common
            .iter()
            .map(|(list, members)| Ok((list.clone(), key(list, members)?)));
        let common = common.collect::<Result<Vec<_>, JsonError>>()?;
        Ok(Counted {
            contest,
            draw,
            common,
            file: self,
        })
    }

    /// Nothing may be said of lists that do not stand.
    fn check_names(&self) -> Result<(), JsonError> {
        let known: BTreeSet<&String> = self.lists.iter().map(|(name, _)| name).collect();
        let said = self
            .candidates
            .keys()
            .chain(self.names.keys())
            .chain(self.strikes.keys());
        let said = said
            .chain(self.born.keys())
            .chain(self.elected_elsewhere.keys())
            .chain(self.common.keys());
        match said.into_iter().find(|name| !known.contains(name)) {
            Some(unknown) => Err(JsonError::UnknownList(unknown.clone())),
            None => Ok(()),
        }
    }

    fn check_figures(&self) -> Result<(), JsonError> {
        let counted: u128 = self.lists.iter().map(|(_, votes)| u128::from(*votes)).sum();
        if let (Some(voters), Some(blank)) = (self.voters, self.blank)
            && u128::from(voters) != counted + u128::from(blank)
        {
            return Err(JsonError::Figures(
                "voters are not the lists' ballots and the blank ones",
            ));
        }
        if self.voters.is_some_and(|voters| u128::from(voters) < counted) {
            return Err(JsonError::Figures("the lists have more ballots than there are voters"));
        }
        if let (Some(registered), Some(voters)) = (self.registered, self.voters)
            && voters > registered
        {
            return Err(JsonError::Figures("there are more voters than registered"));
        }
        Ok(())
    }

    fn list(&self, name: &str, votes: u64) -> Result<List, JsonError> {
        let list = List::new(name, votes);
        let named: Vec<(&String, u64)> = match (self.strikes.get(name), self.names.get(name)) {
            (Some(strikes), _) => strikes.iter().map(|(name, strikes)| (name, *strikes)).collect(),
            (None, Some(names)) => names.iter().map(|name| (name, 0)).collect(),
            (None, None) => {
                let count = self.candidates.get(name);
                return Ok(count.map_or(list.clone(), |count| list.with_candidate_count(*count)));
            }
        };
        self.check_candidates(name, &named)?;
        let candidates = named
            .into_iter()
            .map(|(candidate, strikes)| self.candidate(name, candidate, strikes));
        Ok(list.with_candidates(candidates.collect::<Result<_, _>>()?))
    }

    /// Nothing may be said of candidates who do not stand.
    fn check_candidates(&self, list: &str, named: &[(&String, u64)]) -> Result<(), JsonError> {
        let born = self.born.get(list).into_iter().flat_map(BTreeMap::keys);
        let elsewhere = self.elected_elsewhere.get(list).into_iter().flatten();
        let mut said = born.chain(elsewhere);
        match said.find(|name| !named.iter().any(|(known, _)| known == name)) {
            Some(unknown) => Err(JsonError::UnknownCandidate(unknown.clone())),
            None => Ok(()),
        }
    }

    fn candidate(&self, list: &str, name: &String, strikes: u64) -> Result<Candidate, JsonError> {
        let mut candidate = Candidate::new(name).struck(strikes);
        if let Some(born) = self.born.get(list).and_then(|born| born.get(name)) {
            candidate = candidate.born(date(born)?);
        }
        if self
            .elected_elsewhere
            .get(list)
            .is_some_and(|names| names.contains(name))
        {
            candidate = candidate.elected_elsewhere();
        }
        Ok(candidate)
    }
}

fn date(text: &str) -> Result<Date, JsonError> {
    text.parse().map_err(|_| JsonError::Date(text.to_owned()))
}

/// All parts, or none.
fn key(list: &str, members: &[(String, Option<u32>)]) -> Result<CommonList, JsonError> {
    let parts: Vec<(&str, u32)> = members
        .iter()
        .filter_map(|(name, part)| Some((name.as_str(), (*part)?)))
        .collect();
    if parts.is_empty() {
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        Ok(CommonList::equal(&names)?)
    } else if parts.len() == members.len() {
        Ok(CommonList::declared(&parts)?)
    } else {
        Err(JsonError::HalfAKey(list.to_owned()))
    }
}

impl RuleName {
    fn rule(self) -> Rule {
        match self {
            Self::Public => Rule::PublicService,
            Self::Cse => Rule::Cse,
        }
    }
}

impl TieName {
    fn rule(self) -> TieBreak {
        match self {
            Self::Votes => TieBreak::Votes,
            Self::Candidates => TieBreak::Candidates,
            Self::Elder => TieBreak::Elder,
            Self::Lot => TieBreak::Lot,
        }
    }
}

impl DrawFile {
    /// Checks that the record is complete in itself.
    ///
    /// # Errors
    /// [`JsonError::Draw`], [`JsonError::Date`].
    pub fn check(&self) -> Result<Draw, JsonError> {
        Ok(Draw::new(DrawRecord {
            held_on: date(&self.date)?,
            place: self.place.clone(),
            present: self.present.clone(),
            method: self.method.clone(),
            between: self.between.clone(),
            winners: self.winners.clone(),
        })?)
    }
}

impl Counted {
    /// What the file says.
    #[must_use]
    pub fn file(&self) -> &ContestFile {
        &self.file
    }

    /// The contest.
    #[must_use]
    pub fn contest(&self) -> &Contest {
        &self.contest
    }

    /// The common lists, by name.
    #[must_use]
    pub fn common(&self) -> &[(String, CommonList)] {
        &self.common
    }

    /// Allocates the seats, with the recorded draw if there is one.
    ///
    /// # Errors
    /// [`DrawError`] when the record does not answer the tie.
    pub fn allocate(&self) -> Result<Allocation, DrawError> {
        match &self.draw {
            Some(draw) => allocate_with_draw(&self.contest, draw),
            None => Ok(allocate(&self.contest)),
        }
    }

    /// The allocation as it is published: what the vectors expect, under the same names, and what explains it.
    #[must_use]
    pub fn publish(&self, allocation: &Allocation) -> Value {
        let mut out = Map::new();
        let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
        if !self.file.id.is_empty() {
            put("id", json!(self.file.id));
        }
        put("rule", json!(self.file.rule));
        put("outcome", json!(outcome_name(&allocation.outcome)));
        if let Some(quotient) = allocation.quotient {
            put("quotient", json!(quotient.to_string()));
        }
        put("seats", per_list(allocation, |list| positive(list.seats())));
        put("by_quotient", per_list(allocation, |list| positive(list.by_quotient)));
        put("by_average", per_list(allocation, |list| positive(list.by_average)));
        put("by_average_in_order", by_average_in_order(allocation));
        put(
            "average_votes",
            per_list(allocation, |list| Some(json!(list.votes.to_string()))),
        );
        put(
            "elected",
            per_list(allocation, |list| {
                named(list, list.elected().iter().map(|s| s.name.as_str()).collect())
            }),
        );
        put(
            "substitutes",
            per_list(allocation, |list| {
                named(
                    list,
                    allocation.substitutes(list).iter().map(|s| s.name.as_str()).collect(),
                )
            }),
        );
        put("unallocated", json!(allocation.unallocated()));
        match &allocation.outcome {
            Outcome::NoValidVote => put("no_valid_vote", json!(true)),
            Outcome::QuorumNotReached(quorum) => put("quorum", json!({"reached": false, "needed": quorum.needed()})),
            Outcome::DrawRequired { seats, between } => put("draw", json!({"seats": seats, "between": between})),
            Outcome::FigureMissing { seats, between, .. } | Outcome::Unsettled { seats, between } => {
                put("undecided", json!({"seats": seats, "between": between}))
            }
            Outcome::Complete => None,
        };
        put(
            "steps",
            allocation.steps.iter().map(|step| explain(allocation, step)).collect(),
        );
        put("sources", sources(allocation));
        if !self.common.is_empty() {
            put("audience", self.audience());
        }
        Value::Object(out)
    }

    /// Votes of each organisation behind each common list, exact.
    fn audience(&self) -> Value {
        let votes = |list: &str| {
            self.file
                .lists
                .iter()
                .find(|(name, _)| name == list)
                .map_or(0, |(_, votes)| *votes)
        };
        let line = |(list, key): &(String, CommonList)| {
            let parts = key
                .audience(votes(list))
                .into_iter()
                .map(|a| (a.name, json!(a.votes.to_string())));
            (list.clone(), Value::Object(parts.collect()))
        };
        Value::Object(self.common.iter().map(line).collect())
    }
}

fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Complete => "complete",
        Outcome::NoValidVote => "no_valid_vote",
        Outcome::QuorumNotReached(_) => "quorum_not_reached",
        Outcome::DrawRequired { .. } => "draw_required",
        Outcome::FigureMissing { .. } => "figure_missing",
        Outcome::Unsettled { .. } => "unsettled",
    }
}

fn positive(seats: u16) -> Option<Value> {
    (seats > 0).then(|| json!(seats))
}

fn named(list: &ListResult, names: Vec<&str>) -> Option<Value> {
    (list.seats() > 0 && !names.is_empty()).then(|| json!(names))
}

fn per_list(allocation: &Allocation, figure: impl Fn(&ListResult) -> Option<Value>) -> Value {
    let line = |list: &ListResult| Some((list.name.clone(), figure(list)?));
    Value::Object(allocation.lists.iter().filter_map(line).collect())
}

fn name_of(allocation: &Allocation, list: usize) -> &str {
    allocation.lists.get(list).map_or("", |list| list.name.as_str())
}

fn by_average_in_order(allocation: &Allocation) -> Value {
    let line = |step: &Step| json!([name_of(allocation, step.winner), step.average.to_string()]);
    allocation.steps.iter().map(line).collect()
}

fn explain(allocation: &Allocation, step: &Step) -> Value {
    let averages = step.averages.iter().filter_map(|line| {
        let list = allocation.lists.get(line.list)?;
        Some(json!({
            "list": list.name, "votes": list.votes.to_string(), "divisor": u32::from(line.seats_before) + 1,
            "average": line.average?.to_string(),
        }))
    });
    let citation = allocation.citation(step.basis());
    let tied: Vec<&str> = step.tied.iter().map(|list| name_of(allocation, *list)).collect();
    let mut out = json!({
        "seat": step.seat, "list": name_of(allocation, step.winner), "average": step.average.to_string(),
        "averages": averages.collect::<Vec<_>>(), "rule": citation.fr, "source": citation.source,
    });
    if let (true, Some(out)) = (step.is_tied(), out.as_object_mut()) {
        out.insert("tied".to_owned(), json!(tied));
    }
    out
}

/// The rules that the figures rest on, beside those of the steps.
fn sources(allocation: &Allocation) -> Value {
    let mut bases = vec![("quotient", Basis::Quotient)];
    match allocation.rule {
        Rule::PublicService => bases.push(("substitutes", Basis::Substitutes)),
        Rule::Cse => bases.extend([
            ("average_votes", Basis::AverageOfCandidates),
            ("strikes", Basis::Strikes),
        ]),
    }
    if allocation.lists.iter().any(|list| list.limit.is_some()) {
        bases.push(("limit", Basis::Limit));
    }
    let line = |(name, basis): (&str, Basis)| {
        let citation = allocation.citation(basis);
        (name.to_owned(), json!({"rule": citation.fr, "source": citation.source}))
    };
    Value::Object(bases.into_iter().map(line).collect())
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> JsonError {
        JsonError::Form(error)
    }
}

impl From<ContestError> for JsonError {
    fn from(error: ContestError) -> JsonError {
        JsonError::Contest(error)
    }
}

impl From<DrawError> for JsonError {
    fn from(error: DrawError) -> JsonError {
        JsonError::Draw(error)
    }
}

impl From<KeyError> for JsonError {
    fn from(error: KeyError) -> JsonError {
        JsonError::Key(error)
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonError::Form(error) => write!(f, "not of the form of a contest: {error}"),
            JsonError::Contest(error) => error.fmt(f),
            JsonError::Draw(error) => error.fmt(f),
            JsonError::Key(error) => error.fmt(f),
            JsonError::UnknownList(name) => write!(f, "no list is named {name}"),
            JsonError::UnknownCandidate(name) => write!(f, "no candidate of that list is named {name}"),
            JsonError::Date(text) => write!(f, "{text}: write a date as 2026-12-11"),
            JsonError::HalfAKey(list) => write!(f, "common list {list}: every organisation has a part, or none"),
            JsonError::Figures(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for JsonError {}
