//! `isoloir seats`: seats from votes, step by step, each with its rule.

use std::path::PathBuf;

use anyhow::{Context, bail};
use isoloir_seats::json::{Counted, parse};
use isoloir_seats::{Allocation, Basis, ListResult, Outcome, Step};
use serde_json::{Map, Value};

/// Allocates seats from votes in a JSON file, showing every step and the rule it rests on.
#[derive(clap::Args)]
#[command(
    long_about = "Allocates seats from votes in a JSON file, showing every step and the rule it rests on. The answer is JSON: an object for one \
                  contest, an array for several; fractions are exact, as text. With --text, the same for people.\n\n\
                  The file holds one contest, or {\"vectors\": [contest, …]}. A contest that says what is \"expected\" is compared with it, \
                  and a difference is an error.",
    after_help = "Example file:\n  {\"seats\": 10, \"ties\": [\"votes\", \"candidates\", \"lot\"],\n   \
                  \"lists\": [[\"STC\", 1015], [\"FSU\", 956], [\"SNALC\", 905]], \"registered\": 5080, \"voters\": 2956, \"blank\": 80}\n\n\
                  Optional: \"rule\": \"cse\", \"candidates\": {\"STC\": 20}, \"names\": {\"STC\": [\"…\", \"…\"]}, \"strikes\": {\"STC\": [[\"name\", 7]]},\n  \
                  \"born\": {\"STC\": {\"name\": \"1971-03-09\"}}, \"common\": {\"FSU\": [[\"X\", 60], [\"Y\", 40]]}, \"first_round\": true,\n  \
                  \"draw\": {\"date\": \"2026-12-11\", \"place\": \"…\", \"present\": [\"…\"], \"method\": \"…\", \"between\": [\"A\", \"B\"], \
                  \"winners\": [\"A\"]}\n\nForm and sources of the rules: docs/seats.md"
)]
pub struct SeatsArgs {
    /// JSON file.
    file: PathBuf,
    /// Answers in French sentences instead of JSON.
    #[arg(long)]
    text: bool,
}

pub(crate) fn run(arguments: &SeatsArgs) -> anyhow::Result<()> {
    let shown = arguments.file.display();
    let text = std::fs::read_to_string(&arguments.file).with_context(|| format!("cannot read {shown}"))?;
    let several = serde_json::from_str::<Value>(&text).is_ok_and(|value| value.get("vectors").is_some());
    let contests = parse(&text).with_context(|| shown.to_string())?;
    let mut answers = Vec::new();
    let mut wrong = Vec::new();
    for counted in &contests {
        let allocation = counted.allocate().with_context(|| title(counted))?;
        let published = counted.publish(&allocation);
        if let Some(expected) = &counted.file().expected
            && !is_as_expected(expected, &published)
        {
            wrong.push(title(counted));
        }
        if arguments.text {
            print!("{}", explain(counted, &allocation));
        }
        answers.push(published);
    }
    if !arguments.text {
        let answer = if several {
            Value::Array(answers)
        } else {
            answers.into_iter().collect::<Vec<_>>().pop().unwrap_or_default()
        };
        println!("{}", serde_json::to_string_pretty(&answer)?);
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        bail!("not as expected: {}", wrong.join(", "))
    }
}

/// Whether everything that is expected stands in what is published, and nothing is open that is not expected to be.
fn is_as_expected(expected: &Map<String, Value>, published: &Value) -> bool {
    let found = expected.iter().all(|(name, value)| match (name.as_str(), value) {
        // Elected candidates are expected of some lists only.
        ("elected", Value::Object(lists)) => lists
            .iter()
            .all(|(list, names)| published.get("elected").and_then(|all| all.get(list)) == Some(names)),
        _ => published.get(name) == Some(value),
    });
    let open = ["draw", "no_valid_vote", "quorum", "undecided"];
    found
        && open
            .iter()
            .all(|name| published.get(*name).is_some() == expected.contains_key(*name))
}

fn title(counted: &Counted) -> String {
    let file = counted.file();
    let parts: Vec<&str> = [file.id.as_str(), file.name.as_str()]
        .into_iter()
        .filter(|s| !s.is_empty())
        .collect();
    parts.join(" – ")
}

fn explain(counted: &Counted, allocation: &Allocation) -> String {
    let mut lines = vec![format!("{} : {} sièges", title(counted), allocation.seats)];
    lines.extend(turnout(counted));
    if let Some((quotient, exact)) = allocation.quotient.and_then(|q| q.exact().map(|exact| (q, exact))) {
        let source = allocation.citation(Basis::Quotient).source;
        lines.push(format!(
            "  quotient : {quotient} = {} ({source})",
            exact.decimal(2, ',')
        ));
    }
    for list in &allocation.lists {
        lines.extend(explain_list(allocation, list));
    }
    lines.extend(allocation.steps.iter().map(|step| explain_step(allocation, step)));
    lines.extend(explain_outcome(&allocation.outcome));
    lines.join("\n") + "\n"
}

fn turnout(counted: &Counted) -> Option<String> {
    let file = counted.file();
    let (registered, voters) = (file.registered.filter(|n| *n > 0)?, file.voters?);
    let hundredths = (u128::from(voters) * 20_000 / u128::from(registered)).div_ceil(2);
    let blank = file
        .blank
        .map_or_else(String::new, |blank| format!(", {blank} bulletins blancs"));
    Some(format!(
        "  {registered} inscrits, {voters} votants (participation {},{:02} %){blank}",
        hundredths / 100,
        hundredths % 100
    ))
}

fn explain_list(allocation: &Allocation, list: &ListResult) -> Vec<String> {
    let digits = if list.votes.denominator() == 1 { 0 } else { 2 };
    let mut lines = vec![format!(
        "  {:<12} {:>10} voix  {:>3} siège(s) : {} au quotient, {} à la plus forte moyenne",
        list.name,
        list.votes.decimal(digits, ','),
        list.seats(),
        list.by_quotient,
        list.by_average
    )];
    for (title, people) in [("élus", list.elected()), ("suppléants", allocation.substitutes(list))] {
        if !people.is_empty() {
            let names: Vec<&str> = people.iter().map(|s| s.name.as_str()).collect();
            lines.push(format!("      {title} : {}", names.join(", ")));
        }
    }
    lines
}

fn explain_step(allocation: &Allocation, step: &Step) -> String {
    let winner = allocation.lists.get(step.winner).map_or("?", |list| list.name.as_str());
    let citation = allocation.citation(step.basis());
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
        Outcome::QuorumNotReached(quorum) => Some(format!(
            "  quorum non atteint : {} suffrages exprimés, il en faut {} ; second tour",
            quorum.valid_votes,
            quorum.needed()
        )),
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

    fn one(text: &str) -> Counted {
        parse(text).unwrap().remove(0)
    }

    #[test]
    fn corsica_2022_gives_the_published_seats() {
        let counted = one(
            r#"{"seats":10,"ties":["votes","candidates","lot"],"registered":5080,"voters":3526,"blank":80,
            "lists":[["STC",1015],["FSU",956],["SNALC",905],["UNSA",201],["FO",134],["CFDT",126],["CGT",109]],
            "expected":{"seats":{"STC":4,"FSU":3,"SNALC":3}}}"#,
        );
        let allocation = counted.allocate().unwrap();
        assert!(is_as_expected(
            counted.file().expected.as_ref().unwrap(),
            &counted.publish(&allocation)
        ));
        let text = explain(&counted, &allocation);
        assert!(
            text.contains("participation 69,41 %") && text.contains("344,60"),
            "{text}"
        );
        assert!(text.contains("253,75"), "{text}");
    }

    #[test]
    fn a_wrong_expectation_is_seen() {
        for expected in [
            r#"{"seats":{"B":2}}"#,
            r#"{"seats":{"A":2},"draw":{"seats":1,"between":["A"]}}"#,
        ] {
            let counted = one(&format!(r#"{{"seats":2,"lists":[["A",3]],"expected":{expected}}}"#));
            let published = counted.publish(&counted.allocate().unwrap());
            assert!(
                !is_as_expected(counted.file().expected.as_ref().unwrap(), &published),
                "{expected}"
            );
        }
    }
}
