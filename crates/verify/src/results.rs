//! Published results against the box: the same votes, and the seats computed again.
//!
//! The file is what the portal publishes (`resultats.json`). Votes and blanks must be those that the archive's result decrypts to, list by
//! list; seats, quotient, averages, every step and its rule must be what this program computes from them.

use isoloir_protocol::audit::Report;
use isoloir_protocol::question::Question;
use isoloir_protocol::tally::Shape;
use isoloir_seats::json::{ContestFile, Counted};
use serde::Deserialize;
use serde_json::Value;

use crate::args::Lang;

/// What the comparison found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResultsVerdict {
    /// Votes are the archive's, seats are recomputed alike. Seats by list, in the order of the lists.
    Agree(Vec<(String, u16)>),
    /// The published file holds no votes: so few voted that they stay with the board.
    Withheld,
    /// The archive holds no result to compare with.
    NoResult,
    /// The file is of another election.
    OtherElection,
    /// The file is not of the form of published results.
    Unreadable(String),
    /// Votes, blanks or names differ from the archive's.
    OtherVotes(String),
    /// The seats, or what explains them, are not what the votes give.
    OtherSeats(String),
}

/// The part of the published results that is compared; the rest is for readers.
#[derive(Deserialize)]
struct Published {
    format: String,
    election: String,
    lists_withheld: bool,
    contest: Option<ContestFile>,
    allocation: Option<Value>,
}

const FORMAT: &str = "isoloir-results-1";

impl ResultsVerdict {
    /// Whether the published results stand, as far as they go.
    #[must_use]
    pub const fn holds(&self) -> bool {
        matches!(self, Self::Agree(_) | Self::Withheld)
    }

    /// The finding as a sentence.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Agree(_), Lang::Fr) => {
                "Résultats publiés : mêmes voix que l’archive, sièges recalculés à l’identique.".into()
            }
            (Self::Agree(_), Lang::En) => {
                "Published results: the archive’s votes, the same seats computed again.".into()
            }
            (Self::Withheld, Lang::Fr) => {
                "Résultats publiés : voix retenues (trop peu de votants), rien à recalculer.".into()
            }
            (Self::Withheld, Lang::En) => {
                "Published results: votes withheld (too few voters), nothing to recompute.".into()
            }
            (Self::NoResult, Lang::Fr) => "Résultats publiés : l’archive ne contient pas encore de résultat.".into(),
            (Self::NoResult, Lang::En) => "Published results: the archive holds no result yet.".into(),
            (Self::OtherElection, Lang::Fr) => "Résultats publiés : ils sont d’un autre scrutin.".into(),
            (Self::OtherElection, Lang::En) => "Published results: they are of another election.".into(),
            (Self::Unreadable(why), Lang::Fr) => format!("Résultats publiés : fichier illisible ({why})."),
            (Self::Unreadable(why), Lang::En) => format!("Published results: unreadable file ({why})."),
            (Self::OtherVotes(what), Lang::Fr) => {
                format!("Résultats publiés : voix différentes de l’archive ({what}).")
            }
            (Self::OtherVotes(what), Lang::En) => {
                format!("Published results: other votes than the archive’s ({what}).")
            }
            (Self::OtherSeats(what), Lang::Fr) => {
                format!("Résultats publiés : les voix ne donnent pas ces sièges ({what}).")
            }
            (Self::OtherSeats(what), Lang::En) => {
                format!("Published results: the votes do not give these seats ({what}).")
            }
        }
    }
}

/// Compares published results with an audited archive, and computes the seats again.
#[must_use]
pub fn compare(published: &[u8], report: &Report) -> ResultsVerdict {
    let published: Published = match serde_json::from_slice(published) {
        Ok(published) => published,
        Err(error) => return ResultsVerdict::Unreadable(error.to_string()),
    };
    if published.format != FORMAT {
        return ResultsVerdict::Unreadable(published.format);
    }
    let Some(election) = &report.election else {
        return ResultsVerdict::NoResult;
    };
    if published.election != election.uuid.as_str() {
        return ResultsVerdict::OtherElection;
    }
    if published.lists_withheld {
        return ResultsVerdict::Withheld;
    }
    let Some(counts) = counts(report) else {
        return ResultsVerdict::NoResult;
    };
    let (Some(contest), Some(allocation)) = (published.contest, published.allocation) else {
        return ResultsVerdict::Unreadable("contest, allocation".to_owned());
    };
    let counted = match contest.check() {
        Ok(counted) => counted,
        Err(error) => return ResultsVerdict::OtherSeats(error.to_string()),
    };
    match other_votes(counted.file(), &counts, report.figures.num_tallied) {
        Some(what) => ResultsVerdict::OtherVotes(what),
        None => recompute(&counted, &allocation),
    }
}

/// Each answer with its count, blanks first, as the archive's result has them.
fn counts(report: &Report) -> Option<Vec<(String, u64)>> {
    let question = match report.election.as_ref()?.questions.as_slice() {
        [Question::Homomorphic(question)] if question.blank() => question,
        _ => return None,
    };
    let Shape::Array(all) = report.result.as_ref()?.counts() else {
        return None;
    };
    let counts = all.first()?.atoms();
    let names = std::iter::once(String::new()).chain(question.answers().iter().cloned());
    Some(names.zip(counts.iter().map(|count| count.get())).collect())
}

fn other_votes(file: &ContestFile, counts: &[(String, u64)], voters: u64) -> Option<String> {
    let (blank, lists) = counts.split_first()?;
    if file.lists != lists {
        let differs = lists.iter().find(|list| !file.lists.contains(list));
        return Some(differs.map_or_else(|| "order, number".to_owned(), |(name, votes)| format!("{name} {votes}")));
    }
    if file.blank != Some(blank.1) {
        return Some(format!("blank {}", blank.1));
    }
    (file.voters != Some(voters)).then(|| format!("voters {voters}"))
}

fn recompute(counted: &Counted, published: &Value) -> ResultsVerdict {
    let allocation = match counted.allocate() {
        Ok(allocation) => allocation,
        Err(error) => return ResultsVerdict::OtherSeats(error.to_string()),
    };
    let ours = counted.publish(&allocation);
    if ours == *published {
        let seats = allocation.lists.iter().map(|list| (list.name.clone(), list.seats()));
        return ResultsVerdict::Agree(seats.collect());
    }
    let fields = ours.as_object().into_iter().flatten();
    let differs = fields.filter(|(name, value)| published.get(name.as_str()) != Some(*value));
    let names: Vec<&str> = differs.map(|(name, _)| name.as_str()).collect();
    ResultsVerdict::OtherSeats(if names.is_empty() {
        "allocation".to_owned()
    } else {
        names.join(", ")
    })
}
