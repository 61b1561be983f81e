//! From the counted results to what the results page shows: figures become texts, seats keep their reasons.

use isoloir_domain::count_rules::{BallotKind, Shares};
use isoloir_service::results::Results;
use isoloir_service::results::seats::{Allocation, Basis, Fraction, Outcome, Step};

use crate::pages::results::{
    AudienceView, AverageRow, DrawView, ElectedView, Explanation, ListView, ResultsView, Round, SharesView,
};
use isoloir_theme::args;
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::when;

/// Decimals shown of quotient and averages; they are cut, never rounded, and never compared.
const DECIMALS: u8 = 2;

/// The view of `results` in `lang`. Below the secrecy threshold no figure of a list enters it.
#[must_use]
pub(crate) fn results_view(lang: Lang, results: &Results) -> ResultsView {
    let withheld = results.is_withheld();
    let allocation = results.count.as_ref().map(|count| &count.allocation);
    let explained = allocation.filter(|_| !withheld);
    ResultsView {
        id: results.election.id.to_string(),
        title: results.election.title.clone(),
        registered: results.registered,
        voters: results.voters,
        blank: if withheld { 0 } else { results.blank },
        expressed: if withheld { 0 } else { results.expressed },
        seats: u64::from(results.election.seats),
        withheld,
        lists: lists(results, withheld),
        explanation: explained.and_then(|allocation| explanation(lang, allocation)),
        undecided: match allocation {
            Some(allocation) => undecided(lang, &allocation.outcome),
            None => Some(lang.text("undecided-titular")),
        },
        draw: results.draw().map(|draw| DrawView {
            date: draw
                .date
                .parse()
                .map_or_else(|_| draw.date.clone(), |day| when::day(lang, day)),
            place: draw.place.clone(),
            present: draw.present.join(&lang.text("list-separator")),
            method: draw.method.clone(),
            winners: draw.winners.join(&lang.text("list-separator")),
        }),
        elected: elected(results),
        shares: shares(lang, results),
        audience: if withheld { Vec::new() } else { audience(lang, results) },
        designation_days: match results.election.count.ballot {
            BallotKind::Sigle => results.election.count.designation_days,
            BallotKind::List => None,
        },
        verified: None,
    }
}

fn lists(results: &Results, withheld: bool) -> Vec<ListView> {
    let won = |place: usize| {
        results
            .count
            .as_ref()
            .and_then(|count| count.allocation.lists.get(place))
    };
    let view = |(place, result): (usize, &isoloir_service::results::ListResult)| ListView {
        name: result.list.name.clone(),
        votes: if withheld { 0 } else { result.votes },
        by_quotient: match won(place) {
            Some(list) if withheld => u64::from(list.seats()),
            won => won.map_or(0, |list| u64::from(list.by_quotient)),
        },
        by_average: won(place)
            .filter(|_| !withheld)
            .map_or(0, |list| u64::from(list.by_average)),
    };
    results.lists.iter().enumerate().map(view).collect()
}

fn elected(results: &Results) -> Vec<ElectedView> {
    let names = |people: &[isoloir_domain::Candidate]| people.iter().map(|c| c.full_name()).collect::<Vec<_>>();
    let with_elected = results.lists.iter().filter(|list| !list.elected.is_empty());
    let view = with_elected.map(|list| ElectedView {
        list: list.list.name.clone(),
        titular: names(&list.elected),
        substitutes: names(&list.substitutes),
    });
    view.collect()
}

fn shares(lang: Lang, results: &Results) -> Option<SharesView> {
    let (women, men) = results.elected_by_sex();
    let percent = |women: u64, men: u64| lang.percent(women, women + men);
    Some(SharesView {
        women,
        men,
        women_percent: percent(women, men)?,
        represented: results.election.count.shares.and_then(|shares: Shares| {
            let percent = percent(u64::from(shares.women), u64::from(shares.men))?;
            Some((percent, when::day(lang, shares.dated)))
        }),
    })
}

/// Votes of the organisations behind common lists; a tenth is enough to read, the data have them exact.
fn audience(lang: Lang, results: &Results) -> Vec<AudienceView> {
    let Some(count) = &results.count else { return Vec::new() };
    let votes = |name: &str| {
        results
            .lists
            .iter()
            .find(|list| list.list.name == name)
            .map_or(0, |list| list.votes)
    };
    let view = count.counted.common().iter().map(|(list, common)| AudienceView {
        list: list.clone(),
        declared: common.has_key(),
        unions: common
            .audience(votes(list))
            .into_iter()
            .map(|union| (union.name, decimal(lang, union.votes)))
            .collect(),
    });
    view.collect()
}

fn decimal(lang: Lang, fraction: Fraction) -> String {
    lang.decimal(&fraction.decimal(DECIMALS, lang.decimal_mark()))
}

fn explanation(lang: Lang, allocation: &Allocation) -> Option<Explanation> {
    let quotient = allocation.quotient?;
    let over_quotient = allocation.lists.iter().map(|list| {
        let numerator = list.votes.numerator().saturating_mul(u128::from(quotient.seats));
        let denominator = list.votes.denominator().saturating_mul(quotient.valid_votes);
        Fraction::new(numerator, denominator).map_or_else(|| "–".to_owned(), |times| decimal(lang, times))
    });
    Some(Explanation {
        seats: u64::from(quotient.seats),
        quotient: decimal(lang, quotient.exact()?),
        exact: 100 % quotient.exact()?.denominator() == 0,
        over_quotient: over_quotient.collect(),
        quotient_source: Some(allocation.citation(Basis::Quotient).source.to_owned()),
        rounds: allocation
            .steps
            .iter()
            .map(|step| round(lang, allocation, step))
            .collect(),
        average_source: Some(allocation.citation(Basis::HighestAverage).source.to_owned()),
    })
}

/// One seat at the highest average. Lists without a vote or a candidate left take no part, and have no row.
fn round(lang: Lang, allocation: &Allocation, step: &Step) -> Round {
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
    let settled = step.is_tied().then(|| {
        let citation = allocation.citation(step.basis());
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
        Outcome::QuorumNotReached(quorum) => {
            let valid = u64::try_from(quorum.valid_votes).unwrap_or(u64::MAX);
            return Some(lang.with("undecided-quorum", args![n = valid, needed = quorum.needed()]));
        }
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
    use isoloir_domain::Profile;
    use isoloir_domain::{Calendar, CandidateList, Consultation, Election};
    use isoloir_service::results::seats::json::{ContestFile, TieName};
    use isoloir_service::results::{Count, ListResult};
    use jiff::SignedDuration;

    fn results(figures: &[(&str, u64)], seats: u16) -> Results {
        let file = ContestFile {
            seats,
            ties: vec![TieName::Votes, TieName::Lot],
            lists: figures
                .iter()
                .map(|(name, votes)| ((*name).to_owned(), *votes))
                .collect(),
            ..ContestFile::default()
        };
        let counted = file.check().unwrap();
        let allocation = counted.allocate().unwrap();
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
                count: isoloir_domain::CountRules::default(),
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
                        filed: None,
                        candidates: Vec::new(),
                    },
                    votes: *votes,
                    seats: allocation.seats_of(name).map(u32::from),
                    elected: Vec::new(),
                    substitutes: Vec::new(),
                })
                .collect(),
            count: Some(Count { counted, allocation }),
        }
    }

    #[test]
    fn below_the_threshold_no_figure_of_a_list_is_in_the_view() {
        let mut few = results(&[("A", 3), ("B", 1)], 2);
        (few.voters, few.blank) = (4, 0);
        let view = results_view(Lang::Fr, &few);
        assert!(view.withheld && view.explanation.is_none() && view.audience.is_empty());
        assert!(view.lists.iter().all(|list| list.votes == 0 && list.by_average == 0));
        assert_eq!(view.lists[0].by_quotient, 2);
        few.consultation.policy.results.secrecy_threshold = Some(4);
        assert!(!results_view(Lang::Fr, &few).withheld);
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
