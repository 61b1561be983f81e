//! `isoloir seats`: seats from votes, step by step, each with its rule.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use isoloir_seats::{Allocation, BirthDate, Candidate, Contest, Draw, List, Outcome, Rule, Step, TieBreak, allocate};
use serde::Deserialize;

/// Allocates seats from votes in a JSON file, showing every step and the rule it rests on.
#[derive(clap::Args)]
#[command(
    long_about = "Allocates seats from votes in a JSON file, showing every step and the rule it rests on.\n\n\
                  The file holds one contest, or {\"vectors\": [contest, …]}. A contest that says what is \"expected\" is compared with it, \
                  and a difference is an error.",
    after_help = "Example file:\n  {\"seats\": 10, \"ties\": [\"votes\", \"candidates\", \"lot\"],\n   \
                  \"lists\": [[\"STC\", 1015], [\"FSU\", 956], [\"SNALC\", 905]], \"registered\": 5080, \"voters\": 3526, \"blank\": 80}\n\n\
                  Optional: \"rule\": \"cse\", \"candidates\": {\"STC\": 20}, \"strikes\": {\"STC\": [[\"name\", 7]]},\n  \
                  \"draw\": {\"between\": [\"A\", \"B\"], \"winners\": [\"A\"]}"
)]
pub struct SeatsArgs {
    /// JSON file.
    file: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    #[serde(default, rename = "about")]
    _about: String,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    rule: RuleName,
    seats: u16,
    #[serde(default)]
    ties: Vec<TieName>,
    lists: Vec<(String, u64)>,
    #[serde(default)]
    candidates: BTreeMap<String, u16>,
    #[serde(default)]
    strikes: BTreeMap<String, Vec<(String, u64)>>,
    #[serde(default)]
    born: BTreeMap<String, (u16, u8, u8)>,
    valid_ballots: Option<u64>,
    registered: Option<u64>,
    voters: Option<u64>,
    blank: Option<u64>,
    draw: Option<DrawFile>,
    expected: Option<Expected>,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RuleName {
    #[default]
    Public,
    Cse,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum TieName {
    Votes,
    Candidates,
    Elder,
    Lot,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DrawFile {
    between: Vec<String>,
    winners: Vec<String>,
}

#[derive(Deserialize)]
struct Expected {
    seats: Option<BTreeMap<String, u16>>,
    draw: Option<ExpectedDraw>,
    #[serde(default)]
    no_valid_vote: bool,
}

#[derive(Deserialize)]
struct ExpectedDraw {
    seats: u16,
    between: Vec<String>,
}

pub(crate) fn run(arguments: &SeatsArgs) -> anyhow::Result<()> {
    let shown = arguments.file.display();
    let text = std::fs::read_to_string(&arguments.file).with_context(|| format!("cannot read {shown}"))?;
    let vectors = read(&text).with_context(|| format!("{shown} is not a contest"))?;
    let mut wrong = 0;
    for vector in &vectors {
        let allocation = allocate(&vector.contest()?);
        print!("{}", explain(vector, &allocation));
        if let Some(expected) = &vector.expected {
            let as_expected = expected.holds(&allocation);
            println!(
                "  {}\n",
                if as_expected {
                    "conforme à ce qui est attendu"
                } else {
                    "DIFFÉRENT de ce qui est attendu"
                }
            );
            wrong += u32::from(!as_expected);
        }
    }
    if wrong > 0 {
        bail!("{wrong} contest(s) differ from what is expected")
    } else {
        Ok(())
    }
}

fn read(text: &str) -> Result<Vec<Vector>, serde_json::Error> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    if value.get("vectors").is_some() {
        serde_json::from_str::<Vectors>(text).map(|file| file.vectors)
    } else {
        serde_json::from_str::<Vector>(text).map(|vector| vec![vector])
    }
}

impl Vector {
    fn contest(&self) -> anyhow::Result<Contest> {
        let rule = match self.rule {
            RuleName::Public => Rule::PublicService,
            RuleName::Cse => Rule::Cse,
        };
        let ties = self.ties.iter().map(|tie| tie.rule()).collect();
        let lists = self.lists.iter().map(|(name, votes)| self.list(name, *votes)).collect();
        let mut contest = Contest::new(rule, self.seats, ties, lists).map_err(|e| self.refuse(&e))?;
        if let Some(valid) = self.valid_ballots {
            contest = contest.with_valid_ballots(valid).map_err(|e| self.refuse(&e))?;
        }
        if let Some(draw) = &self.draw {
            let draw = Draw {
                between: draw.between.clone(),
                winners: draw.winners.clone(),
            };
            contest = contest.with_draw(draw).map_err(|e| self.refuse(&e))?;
        }
        Ok(contest)
    }

    fn list(&self, name: &str, votes: u64) -> List {
        let list = List::new(name, votes);
        match (self.strikes.get(name), self.candidates.get(name)) {
            (Some(strikes), _) => list.with_candidates(
                strikes
                    .iter()
                    .map(|(name, strikes)| self.candidate(name, *strikes))
                    .collect(),
            ),
            (None, Some(count)) => list.with_candidate_count(*count),
            (None, None) => list,
        }
    }

    fn candidate(&self, name: &str, strikes: u64) -> Candidate {
        let candidate = Candidate::new(name).struck(strikes);
        match self.born.get(name) {
            Some((year, month, day)) => candidate.born(BirthDate {
                year: *year,
                month: *month,
                day: *day,
            }),
            None => candidate,
        }
    }

    fn refuse(&self, error: &isoloir_seats::ContestError) -> anyhow::Error {
        anyhow::anyhow!("contest {}: {error}", self.title())
    }

    fn title(&self) -> String {
        [self.id.as_str(), self.name.as_str()]
            .into_iter()
            .filter(|s| !s.is_empty())
            .collect::<Vec<_>>()
            .join(" – ")
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

impl Expected {
    fn holds(&self, allocation: &Allocation) -> bool {
        let seats = self.seats.as_ref().is_none_or(|seats| {
            allocation
                .lists
                .iter()
                .all(|list| seats.get(&list.name).copied().unwrap_or(0) == list.seats())
        });
        let outcome = match (&self.draw, self.no_valid_vote, &allocation.outcome) {
            (Some(draw), _, Outcome::DrawRequired { seats, between }) => {
                (draw.seats, &draw.between) == (*seats, between)
            }
            (None, true, Outcome::NoValidVote) | (None, false, Outcome::Complete) => true,
            _ => false,
        };
        seats && outcome
    }
}

fn explain(vector: &Vector, allocation: &Allocation) -> String {
    let mut lines = vec![format!("{} : {} sièges", vector.title(), allocation.seats)];
    if let (Some(registered), Some(voters)) = (vector.registered, vector.voters)
        && registered > 0
    {
        let hundredths = (voters * 20_000 / registered).div_ceil(2);
        let blank = vector
            .blank
            .map_or_else(String::new, |blank| format!(", {blank} bulletins blancs"));
        lines.push(format!(
            "  {registered} inscrits, {voters} votants (participation {},{:02} %){blank}",
            hundredths / 100,
            hundredths % 100
        ));
    }
    if let Some(quotient) = allocation.quotient.and_then(|q| q.exact().map(|exact| (q, exact))) {
        let (quotient, exact) = quotient;
        lines.push(format!("  quotient : {quotient} = {}", exact.decimal(2, ',')));
    }
    for list in &allocation.lists {
        lines.push(format!(
            "  {:<12} {:>10} voix  {:>3} siège(s) : {} au quotient, {} à la plus forte moyenne",
            list.name,
            list.votes
                .decimal(if list.votes.denominator() == 1 { 0 } else { 2 }, ','),
            list.seats(),
            list.by_quotient,
            list.by_average
        ));
        if !list.elected().is_empty() && list.seats() > 0 {
            lines.push(format!("      élus : {}", list.elected().join(", ")));
        }
    }
    lines.extend(
        allocation
            .steps
            .iter()
            .map(|step| explain_step(vector, allocation, step)),
    );
    lines.extend(explain_outcome(&allocation.outcome));
    lines.join("\n") + "\n"
}

fn explain_step(vector: &Vector, allocation: &Allocation, step: &Step) -> String {
    let rule = match vector.rule {
        RuleName::Public => Rule::PublicService,
        RuleName::Cse => Rule::Cse,
    };
    let winner = allocation.lists.get(step.winner).map_or("?", |list| list.name.as_str());
    let citation = step.basis().citation(rule);
    format!(
        "  siège {} à {winner}, moyenne {} : {} ({})",
        step.seat,
        step.average.decimal(2, ','),
        citation.fr,
        citation.source
    )
}

fn explain_outcome(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Complete => None,
        Outcome::NoValidVote => Some("  carence : aucun suffrage exprimé, aucun siège attribué".to_owned()),
        Outcome::DrawRequired { seats, between } => Some(format!(
            "  tirage au sort requis : {seats} siège(s) entre {}",
            between.join(", ")
        )),
        Outcome::FigureMissing { seats, between, .. } => Some(format!(
            "  {seats} siège(s) en suspens entre {} : il manque le nombre de candidats ou les dates de naissance",
            between.join(", ")
        )),
        Outcome::Unsettled { seats, between } => Some(format!(
            "  {seats} siège(s) en suspens entre {} : aucune règle ne départage",
            between.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corsica_2022_gives_the_published_seats() {
        let text = r#"{"seats":10,"ties":["votes","candidates","lot"],"registered":5080,"voters":3526,"blank":80,
            "lists":[["STC",1015],["FSU",956],["SNALC",905],["UNSA",201],["FO",134],["CFDT",126],["CGT",109]],
            "expected":{"seats":{"STC":4,"FSU":3,"SNALC":3}}}"#;
        let vectors = read(text).unwrap();
        let allocation = allocate(&vectors[0].contest().unwrap());
        assert!(vectors[0].expected.as_ref().unwrap().holds(&allocation));
        let text = explain(&vectors[0], &allocation);
        assert!(
            text.contains("participation 69,41 %") && text.contains("344,60"),
            "{text}"
        );
        assert!(text.contains("253,75"), "{text}");
    }

    #[test]
    fn a_wrong_expectation_and_an_unknown_field_are_seen() {
        let vectors = read(r#"{"seats":2,"lists":[["A",3]],"expected":{"seats":{"B":2}}}"#).unwrap();
        assert!(
            !vectors[0]
                .expected
                .as_ref()
                .unwrap()
                .holds(&allocate(&vectors[0].contest().unwrap()))
        );
        assert!(read(r#"{"seats":2,"list":[]}"#).is_err());
    }
}
