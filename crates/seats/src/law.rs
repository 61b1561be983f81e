//! The source of each rule, in the two languages of the pages.
//!
//! An article is named only where its text was read; where only its content is known, the text is named without a number.
//! What was read where stands in docs/seats.md. The ties of the civil service are settled by each instance's own text, hence the
//! chain as configuration.

use crate::contest::Rule;
use crate::ties::Settled;

/// The rule that a figure or a seat rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The quotient and the seats it gives.
    Quotient,
    /// No more seats than candidates.
    Limit,
    /// Votes of a list are the average of its candidates' votes.
    AverageOfCandidates,
    /// Strikes move a candidate from 10 % of the list's ballots on.
    Strikes,
    /// A seat by highest average.
    HighestAverage,
    /// Equal averages: more votes.
    MoreVotes,
    /// Equal averages: more candidates.
    MoreCandidates,
    /// Equal averages: the elder.
    Elder,
    /// Equal averages: drawing of lots.
    Lot,
    /// Equal averages, and a seat for each.
    EnoughSeats,
    /// As many substitutes as titular members, next on the list.
    Substitutes,
    /// A common list's votes are shared among its organisations.
    CommonList,
    /// A first round elects nobody without its quorum.
    Quorum,
}

impl From<Settled> for Basis {
    fn from(settled: Settled) -> Basis {
        match settled {
            Settled::Average => Basis::HighestAverage,
            Settled::Votes => Basis::MoreVotes,
            Settled::Candidates => Basis::MoreCandidates,
            Settled::Elder => Basis::Elder,
            Settled::Lot => Basis::Lot,
            Settled::EnoughSeats => Basis::EnoughSeats,
        }
    }
}

/// A rule as shown beside a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Citation {
    /// Text and article, as French lawyers cite them.
    pub source: &'static str,
    /// The rule in French.
    pub fr: &'static str,
    /// The rule in English.
    pub en: &'static str,
}

impl Basis {
    /// Source and wording of the rule under one body of rules.
    #[must_use]
    pub fn citation(self, rule: Rule) -> Citation {
        let source = match rule {
            Rule::PublicService => self.public_service(),
            Rule::Cse => self.cse(),
        };
        let (fr, en) = self.wording();
        Citation { source, fr, en }
    }

    fn public_service(self) -> &'static str {
        match self {
            Basis::Quotient => {
                "Code général de la fonction publique, art. R. 211-118 et R. 211-439 ; texte de l’instance"
            }
            Basis::HighestAverage | Basis::EnoughSeats => "texte de l’instance (plus forte moyenne)",
            Basis::Limit => "Conseil d’État, 16 juin 1999 ; texte de l’instance",
            Basis::MoreVotes | Basis::MoreCandidates | Basis::Elder | Basis::Lot => {
                "texte de l’instance (départage des moyennes égales)"
            }
            Basis::Substitutes => "texte de l’instance (suppléants en nombre égal aux titulaires)",
            Basis::CommonList => "Code général de la fonction publique, art. R. 211-77",
            Basis::AverageOfCandidates | Basis::Strikes | Basis::Quorum => {
                "sans objet (vote pour une liste entière, en un tour)"
            }
        }
    }

    fn cse(self) -> &'static str {
        match self {
            Basis::Quotient => "Code du travail, art. R. 2314-19",
            Basis::HighestAverage | Basis::EnoughSeats => "Code du travail, art. R. 2314-20",
            Basis::MoreVotes | Basis::MoreCandidates | Basis::Elder | Basis::Lot => {
                "Code du travail (départage des moyennes égales)"
            }
            Basis::Limit => "nombre de candidats de la liste",
            Basis::Strikes | Basis::Quorum => "Code du travail, art. L. 2314-29",
            Basis::AverageOfCandidates => "Code du travail (moyenne des voix des candidats)",
            Basis::Substitutes => "sans objet (suppléants élus par un vote séparé)",
            Basis::CommonList => "Code du travail (listes communes)",
        }
    }

    fn wording(self) -> (&'static str, &'static str) {
        match self {
            Basis::Quotient => (
                "Chaque liste a autant de sièges que ses voix contiennent de fois le quotient électoral.",
                "Each list has as many seats as its votes contain the electoral quotient.",
            ),
            Basis::Limit => (
                "Une liste n’obtient pas plus de sièges qu’elle ne présente de candidats.",
                "A list obtains no more seats than it has candidates.",
            ),
            Basis::AverageOfCandidates => (
                "Les voix d’une liste sont la moyenne des voix de ses candidats.",
                "A list’s votes are the average of its candidates’ votes.",
            ),
            Basis::Strikes => (
                "Les ratures ne changent l’ordre d’élection qu’à partir de 10 % des suffrages de la liste.",
                "Strikes change the order of election only from 10 % of the list’s votes.",
            ),
            Basis::HighestAverage => (
                "Le siège va à la liste qui a la plus forte moyenne : ses voix, divisées par ses sièges plus un.",
                "The seat goes to the list with the highest average: its votes over its seats plus one.",
            ),
            Basis::MoreVotes => (
                "À moyennes égales, le siège va à la liste qui a le plus de voix.",
                "With equal averages, the seat goes to the list with more votes.",
            ),
            Basis::MoreCandidates => (
                "À moyennes et voix égales, le siège va à la liste qui a présenté le plus de candidats.",
                "With equal averages and votes, the seat goes to the list that presented more candidates.",
            ),
            Basis::Elder => (
                "À moyennes et voix égales, le siège va au plus âgé des candidats susceptibles d’être élus.",
                "With equal averages and votes, the seat goes to the elder of the candidates who may be elected.",
            ),
            Basis::Lot => (
                "À égalité jusqu’au bout, le siège est attribué par tirage au sort.",
                "Equal to the end, the seat is drawn by lot.",
            ),
            Basis::EnoughSeats => (
                "Les moyennes sont égales, et il reste un siège pour chacune de ces listes.",
                "The averages are equal, and a seat remains for each of these lists.",
            ),
            Basis::Substitutes => (
                "Chaque liste a autant de suppléants que de titulaires, dans l’ordre de présentation.",
                "Each list has as many substitutes as titular members, in its order.",
            ),
            Basis::CommonList => (
                "Les voix d’une candidature commune sont réparties selon la clé déclarée au dépôt, ou à parts égales.",
                "A common list’s votes are shared by the key declared when it was filed, or equally.",
            ),
            Basis::Quorum => (
                "Au premier tour, nul n’est élu si les suffrages valablement exprimés n’atteignent pas la moitié des inscrits.",
                "In the first round nobody is elected unless valid votes reach half of the registered voters.",
            ),
        }
    }
}
