//! The results as open data: JSON that a verifier recomputes, CSV that a spreadsheet opens. Below the secrecy threshold neither holds a
//! figure of any list (docs/adr/0009).

use std::collections::BTreeMap;

use isoloir_domain::cell::safe_field;
use isoloir_domain::count_rules::BallotKind;
use isoloir_seats::json::ContestFile;
use isoloir_seats::{Allocation, Settled, Step};
use serde_json::{Value, json};

use crate::results::{Count, ListResult, Results};

/// The form of the JSON; another form gets another name.
pub const FORMAT: &str = "isoloir-results-1";

/// The published results of one election, as JSON.
#[must_use]
pub fn results_json(results: &Results) -> Value {
    let withheld = results.is_withheld();
    let (women, men) = results.elected_by_sex();
    let election = &results.election;
    let mut out = json!({
        "format": FORMAT,
        "election": election.id.as_str(),
        "title": election.title,
        "consultation": results.consultation.title,
        "organiser": results.consultation.organiser,
        "profile": results.consultation.profile.as_str(),
        "closed": results.consultation.calendar.closes().to_string(),
        "seats": election.seats,
        "registered": results.registered,
        "voters": results.voters,
        "turnout_percent": percent(results.turnout_hundredths()),
        "lists_withheld": withheld,
        "lists": results.lists.iter().map(|list| list_json(list, withheld)).collect::<Vec<_>>(),
        "elected": {"women": women, "men": men},
    });
    let mut put = |name: &str, value: Value| {
        if let Some(out) = out.as_object_mut() {
            out.insert(name.to_owned(), value);
        }
    };
    if let Some(shares) = election.count.shares {
        put(
            "represented",
            json!({"women": shares.women, "men": shares.men, "dated": shares.dated.to_string()}),
        );
    }
    if election.count.ballot == BallotKind::Sigle {
        put("designation_days", json!(election.count.designation_days));
    }
    if withheld {
        put(
            "secrecy_threshold",
            json!(
                results
                    .consultation
                    .policy
                    .results
                    .threshold(results.consultation.profile)
            ),
        );
        return out;
    }
    put("blank", json!(results.blank));
    put("expressed", json!(results.expressed));
    if let Some(count) = &results.count {
        put("contest", json!(public_contest(count)));
        put("allocation", count.counted.publish(&count.allocation));
    }
    out
}

fn list_json(result: &ListResult, withheld: bool) -> Value {
    let names = |people: &[isoloir_domain::Candidate]| people.iter().map(|c| c.full_name()).collect::<Vec<_>>();
    let mut out = json!({
        "position": result.list.position,
        "name": result.list.name,
        "acronym": result.list.acronym,
        "seats": result.seats,
        "elected": names(&result.elected),
        "substitutes": names(&result.substitutes),
    });
    if let (false, Some(out)) = (withheld, out.as_object_mut()) {
        out.insert("votes".to_owned(), json!(result.votes));
    }
    out
}

fn percent(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The contest without dates of birth, but for those that an equal average made decisive: whoever recomputes needs them.
#[must_use]
pub fn public_contest(count: &Count) -> ContestFile {
    let mut file = count.counted.file().clone();
    let known = std::mem::take(&mut file.born);
    let by_age = count
        .allocation
        .steps
        .iter()
        .filter(|step| step.settled == Settled::Elder);
    for (list, name) in by_age.flat_map(|step| compared(&count.allocation, step)) {
        if let Some(date) = known.get(&list).and_then(|born| born.get(&name)) {
            let born: &mut BTreeMap<String, String> = file.born.entry(list).or_default();
            born.insert(name, date.clone());
        }
    }
    file
}

/// The candidates whom the seat of this step would elect, list by list.
fn compared(allocation: &Allocation, step: &Step) -> Vec<(String, String)> {
    let next = |place: &usize| {
        let list = allocation.lists.get(*place)?;
        let before = step.averages.get(*place)?.seats_before;
        let mut in_line = list.order.iter().filter(|standing| !standing.elsewhere);
        let standing = in_line.nth(usize::from(before))?;
        Some((list.name.clone(), standing.name.clone()))
    };
    step.tied.iter().filter_map(next).collect()
}

/// The published results of several elections as CSV: one row per list, cells that a spreadsheet never computes.
#[must_use]
pub fn results_csv(all: &[Results]) -> String {
    let mut text = String::from(
        "scrutin;intitule;inscrits;votants;participation;blancs;exprimes;liste;sigle;voix;sieges_quotient;sieges_moyenne;sieges;elus\r\n",
    );
    for results in all {
        for (place, list) in results.lists.iter().enumerate() {
            let row = row(results, place, list).map(|cell| safe_field(&cell));
            text.push_str(&row.join(";"));
            text.push_str("\r\n");
        }
    }
    text
}

fn row(results: &Results, place: usize, result: &ListResult) -> [String; 14] {
    let open = |figure: u64| {
        if results.is_withheld() {
            String::new()
        } else {
            figure.to_string()
        }
    };
    let won = results
        .count
        .as_ref()
        .and_then(|count| count.allocation.lists.get(place));
    let elected: Vec<String> = result.elected.iter().map(|candidate| candidate.full_name()).collect();
    [
        results.election.key.clone(),
        results.election.title.clone(),
        results.registered.to_string(),
        results.voters.to_string(),
        percent(results.turnout_hundredths()).replace('.', ","),
        open(results.blank),
        open(results.expressed),
        result.list.name.clone(),
        result.list.acronym.clone(),
        open(result.votes),
        won.map_or_else(String::new, |won| open(u64::from(won.by_quotient))),
        won.map_or_else(String::new, |won| open(u64::from(won.by_average))),
        result.seats.map_or_else(String::new, |seats| seats.to_string()),
        elected.join(", "),
    ]
}
