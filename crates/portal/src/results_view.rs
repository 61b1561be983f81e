//! From the counted results to what the results page shows: figures become texts, seats keep their reasons.

use isoloir_domain::Profile;
use isoloir_service::results::Results;
use isoloir_service::results::seats::{Allocation, Basis, Fraction, Outcome, Rule, Step};

use crate::pages::results::{AverageRow, Explanation, ListView, ResultsView, Round};
use isoloir_theme::args;
use isoloir_theme::i18n::{Lang, key};

/// Decimals shown of quotient and averages; they are cut, never rounded, and never compared.
const DECIMALS: u8 = 2;

/// The view of `results` in `lang`.
#[must_use]
pub(crate) fn results_view(lang: Lang, results: &Results) -> ResultsView {
    let allocation = results.allocation.as_ref();
    let seats_of = |name: &str| allocation.and_then(|a| a.lists.iter().find(|list| list.name == name));
    let lists = results.lists.iter().map(|result| {
        let won = seats_of(&result.list.name);
        ListView {
            name: result.list.name.clone(),
            votes: result.votes,
            by_quotient: won.map_or(0, |list| u64::from(list.by_quotient)),
            by_average: won.map_or(0, |list| u64::from(list.by_average)),
        }
    });
    ResultsView {
        id: results.election.id.to_string(),
        title: results.election.title.clone(),
        registered: results.registered,
        voters: results.voters,
        blank: results.blank,
        expressed: results.expressed,
        seats: u64::from(results.election.seats),
        lists: lists.collect(),
        explanation: allocation
            .and_then(|allocation| explanation(lang, allocation, rule_of(results.consultation.profile))),
        undecided: allocation.and_then(|allocation| undecided(lang, &allocation.outcome)),
    }
}

/// The body of rules of a legal profile, for citations.
const fn rule_of(profile: Profile) -> Rule {
    match profile {
        Profile::Cse => Rule::Cse,
        Profile::Cgfp2024 | Profile::Test => Rule::PublicService,
    }
}

fn decimal(lang: Lang, fraction: Fraction) -> String {
    lang.decimal(&fraction.decimal(DECIMALS, lang.decimal_mark()))
}

fn explanation(lang: Lang, allocation: &Allocation, rule: Rule) -> Option<Explanation> {
    let quotient = allocation.quotient?;
    let over_quotient = allocation.lists.iter().map(|list| {
        let numerator = list.votes.numerator().saturating_mul(u128::from(quotient.seats));
        let denominator = list.votes.denominator().saturating_mul(quotient.valid_votes);
        Fraction::new(numerator, denominator).map_or_else(|| "–".to_owned(), |times| decimal(lang, times))
    });
    Some(Explanation {
        quotient: decimal(lang, quotient.exact()?),
        exact: 100 % quotient.exact()?.denominator() == 0,
        over_quotient: over_quotient.collect(),
        quotient_source: Some(Basis::Quotient.citation(rule).source.to_owned()),
        rounds: allocation
            .steps
            .iter()
            .map(|step| round(lang, allocation, step, rule))
            .collect(),
        average_source: Some(Basis::HighestAverage.citation(rule).source.to_owned()),
    })
}

/// One seat at the highest average. Lists without a vote or a candidate left take no part, and have no row.
fn round(lang: Lang, allocation: &Allocation, step: &Step, rule: Rule) -> Round {
    let rows = step.averages.iter().filter_map(|average| {
        let list = allocation.lists.get(average.list)?;
        Some(AverageRow {
            name: list.name.clone(),
            votes: list.ballots,
            divisor: u64::from(average.seats_before) + 1,
            average: decimal(lang, average.average?),
            kept: average.list == step.winner,
        })
    });
    let settled = (step.tied.len() > 1).then(|| {
        let citation = step.basis().citation(rule);
        let words = match lang {
            Lang::Fr => citation.fr,
            Lang::En => citation.en,
        };
        lang.with("round-settled", args![words = words, source = citation.source])
    });
    Round {
        seat: u64::from(step.seat),
        rows: rows.collect(),
        settled,
    }
}

/// What the allocation waits for, if it is not complete.
fn undecided(lang: Lang, outcome: &Outcome) -> Option<String> {
    let (message, seats, between) = match outcome {
        Outcome::Complete => return None,
        Outcome::NoValidVote => return Some(lang.text("undecided-no-vote")),
        Outcome::DrawRequired { seats, between } => (key("undecided-draw"), seats, between),
        Outcome::FigureMissing { seats, between, .. } => (key("undecided-figure"), seats, between),
        Outcome::Unsettled { seats, between } => (key("undecided-open"), seats, between),
    };
    let names = between.join(&lang.text("list-separator"));
    Some(lang.with(
        message,
        args![n = *seats, count = lang.spelled_first(u64::from(*seats)), lists = names],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use isoloir_domain::{Calendar, CandidateList, Consultation, Election};
    use isoloir_service::results::ListResult;
    use isoloir_service::results::seats::{Contest, List, TieBreak, allocate};
    use jiff::SignedDuration;

    fn results(figures: &[(&str, u64)], seats: u16) -> Results {
        let lists = figures.iter().map(|(name, votes)| List::new(name, *votes)).collect();
        let contest = Contest::new(Rule::PublicService, seats, vec![TieBreak::Votes, TieBreak::Lot], lists).unwrap();
        let allocation = allocate(&contest);
        let expressed = figures.iter().map(|(_, votes)| votes).sum();
        let id: isoloir_domain::ConsultationId = "essai".parse().unwrap();
        let opens = "2022-12-01T07:00:00Z".parse().unwrap();
        let closes = "2022-12-08T16:00:00Z".parse().unwrap();
        Results {
            election: Election {
                id: "NkHrZ7QCf3Nf3h".parse().unwrap(),
                consultation: id.clone(),
                key: "csa".into(),
                title: "CSA".into(),
                seats: u32::from(seats),
                position: 1,
            },
            consultation: Consultation {
                id,
                title: "Essai".into(),
                organiser: "Essai".into(),
                profile: Profile::Cgfp2024,
                group: "Ed25519".into(),
                calendar: Calendar::new(opens, closes, SignedDuration::ZERO).unwrap(),
                live_box: false,
                policy: isoloir_domain::Policy::default(),
            },
            registered: 5080,
            voters: expressed + 80,
            blank: 80,
            expressed,
            lists: figures
                .iter()
                .map(|(name, votes)| ListResult {
                    list: CandidateList {
                        position: 1,
                        name: (*name).into(),
                        acronym: (*name).into(),
                        candidates: Vec::new(),
                    },
                    votes: *votes,
                    seats: allocation.seats_of(name).map(u32::from),
                })
                .collect(),
            allocation: Some(allocation),
        }
    }

    #[test]
    fn corsica_2022_explains_itself() {
        let figures = [
            ("STC", 1015),
            ("FSU", 956),
            ("SNALC", 905),
            ("UNSA", 201),
            ("FO", 134),
            ("CFDT", 126),
            ("CGT", 109),
        ];
        let view = results_view(Lang::Fr, &results(&figures, 10));
        let seats: Vec<u64> = view
            .lists
            .iter()
            .map(|list| list.by_quotient + list.by_average)
            .collect();
        assert_eq!(seats, [4, 3, 3, 0, 0, 0, 0]);
        let explanation = view.explanation.unwrap();
        assert_eq!(explanation.quotient, "344,60");
        assert!(explanation.exact);
        assert_eq!(explanation.over_quotient[0], "2,94");
        assert_eq!(explanation.rounds.len(), 4);
        for round in &explanation.rounds {
            assert_eq!(round.rows.iter().filter(|row| row.kept).count(), 1);
        }
        assert_eq!(view.undecided, None);
    }

    #[test]
    fn a_draw_to_come_is_said_and_no_seat_invented() {
        let view = results_view(Lang::Fr, &results(&[("A", 100), ("B", 100)], 1));
        assert_eq!(
            view.lists
                .iter()
                .map(|list| list.by_quotient + list.by_average)
                .sum::<u64>(),
            0
        );
        assert!(view.undecided.unwrap().contains("A, B"));
    }

    #[test]
    fn nobody_voted_for_a_list() {
        let view = results_view(Lang::En, &results(&[("A", 0), ("B", 0)], 2));
        assert!(view.explanation.is_none());
        assert!(view.undecided.is_some());
    }
}
