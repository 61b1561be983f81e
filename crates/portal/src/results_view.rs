//! From the counted results to what the results page shows: figures become texts, seats keep their reasons.

use isoloir_service::results::Results;

use crate::i18n::Lang;
use crate::pages::results::{ListView, ResultsView};

/// The view of `results` in `lang`.
#[must_use]
pub(crate) fn results_view(_lang: Lang, results: &Results) -> ResultsView {
    ResultsView {
        id: results.election.id.to_string(),
        title: results.election.title.clone(),
        registered: results.registered,
        voters: results.voters,
        blank: results.blank,
        expressed: results.expressed,
        seats: u64::from(results.election.seats),
        lists: results
            .lists
            .iter()
            .map(|list| ListView {
                name: list.list.name.clone(),
                votes: list.votes,
                by_quotient: u64::from(list.seats.unwrap_or(0)),
                by_average: 0,
            })
            .collect(),
        explanation: None,
        undecided: None,
    }
}
