//! How an election is counted: what its text chose within the law (`[elections.count]` in `consultation.toml`).

use std::collections::HashSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::consultation::Profile;
use crate::message::Message;

/// What the text of an election says of its count. Everything may be left out; what is then true stands at each line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CountRules {
    /// The chain that settles equal averages; see [`CountRules::chain`] for what holds when it is left out.
    pub ties: Option<Vec<Tie>>,
    /// What voters choose between.
    pub ballot: BallotKind,
    /// Days that a union has to name its members after a vote for unions: 15 to 30.
    pub designation_days: Option<u8>,
    /// First round of a CSE: without its quorum it elects nobody.
    pub first_round: bool,
    /// Key of the election of the titular members whose substitutes this one elects (CSE: two ballots).
    pub substitutes_of: Option<String>,
    /// Women and men among those whom the instance represents, as published.
    pub shares: Option<Shares>,
    /// Common lists, with the key that shares their votes.
    pub common: Vec<CommonCandidacy>,
}

/// One link of the chain that settles equal averages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tie {
    /// More votes.
    Votes,
    /// More candidates.
    Candidates,
    /// The elder of the candidates who would be elected.
    Elder,
    /// Drawing of lots (*tirage au sort*).
    Lot,
}

/// What voters choose between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BallotKind {
    /// Lists of candidates (*scrutin de liste*).
    #[default]
    List,
    /// Unions, which name their members afterwards (*scrutin de sigle*).
    Sigle,
}

/// Women and men whom an instance represents, at a day (*parts respectives de femmes et d’hommes*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    /// Women.
    pub women: u32,
    /// Men.
    pub men: u32,
    /// The day of reference, for instance 2026-01-01.
    pub dated: Date,
}

/// A common list (*candidature commune*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommonCandidacy {
    /// The list's sigle.
    pub list: String,
    /// The organisations behind it.
    pub unions: Vec<UnionPart>,
}

/// An organisation behind a common list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnionPart {
    /// Its name.
    pub name: String,
    /// Its part of the key that was declared; equal parts when none is said.
    pub part: Option<u32>,
}

/// Why rules do not hold together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CountRulesError {
    /// The chain is empty, says something twice, or goes on after the draw.
    #[error("ties: each rule once, and nothing after the lot")]
    Ties,
    /// Unions have no candidates to count.
    #[error("ties: a vote for unions knows no number of candidates and no elder")]
    TiesWithoutCandidates,
    /// Only a vote for unions has a delay of designation, of 15 to 30 days.
    #[error("designation_days: 15 to 30, for ballot = \"sigle\"")]
    Designation,
    /// A CSE is elected by lists.
    #[error("ballot = \"sigle\" is not for the profile cse")]
    SigleInCse,
    /// Rounds and ballots of substitutes are the Code du travail's.
    #[error("first_round and substitutes_of are for the profile cse")]
    OnlyCse,
    /// Nobody is represented.
    #[error("shares: women and men are both zero")]
    Shares,
    /// A common list is of several organisations, each named once, all with a part or none.
    #[error("common list {0}: at least two unions, each named once, all with a part or none")]
    Common(String),
    /// A common list appears twice.
    #[error("common list {0} appears twice")]
    CommonTwice(String),
}

impl CountRulesError {
    /// What the organiser reads.
    #[must_use]
    pub fn message(&self) -> Message {
        let fr = match self {
            Self::Ties => "ties\u{a0}: chaque règle une fois, et rien après le tirage au sort".to_owned(),
            Self::TiesWithoutCandidates => {
                "ties\u{a0}: un scrutin de sigle n’a ni nombre de candidats ni candidat le plus âgé".to_owned()
            }
            Self::Designation => "designation_days\u{a0}: de 15 à 30, avec ballot = \"sigle\"".to_owned(),
            Self::SigleInCse => "ballot = \"sigle\" n’est pas du profil cse".to_owned(),
            Self::OnlyCse => "first_round et substitutes_of sont du profil cse".to_owned(),
            Self::Shares => "shares\u{a0}: ni femme ni homme".to_owned(),
            Self::Common(list) => format!(
                "candidature commune {list}\u{a0}: deux organisations au moins, chacune nommée une fois, toutes avec une part ou aucune"
            ),
            Self::CommonTwice(list) => format!("la candidature commune {list} figure deux fois"),
        };
        Message::new(fr, self.to_string())
    }
}

/// Days that a union has to name its members, at least and at most, after a vote for unions.
const DESIGNATION: std::ops::RangeInclusive<u8> = 15..=30;

impl CountRules {
    /// Checks that the rules hold together under `profile`.
    ///
    /// # Errors
    /// [`CountRulesError`].
    pub fn check(&self, profile: Profile) -> Result<(), CountRulesError> {
        self.check_ties()?;
        let sigle = self.ballot == BallotKind::Sigle;
        if sigle && profile == Profile::Cse {
            return Err(CountRulesError::SigleInCse);
        }
        if self
            .designation_days
            .is_some_and(|days| !sigle || !DESIGNATION.contains(&days))
        {
            return Err(CountRulesError::Designation);
        }
        if profile != Profile::Cse && (self.first_round || self.substitutes_of.is_some()) {
            return Err(CountRulesError::OnlyCse);
        }
        if self.shares.is_some_and(|shares| shares.women == 0 && shares.men == 0) {
            return Err(CountRulesError::Shares);
        }
        self.check_common()
    }

    fn check_ties(&self) -> Result<(), CountRulesError> {
        let Some(ties) = &self.ties else { return Ok(()) };
        let distinct: HashSet<&Tie> = ties.iter().collect();
        let after_the_lot = ties.iter().skip_while(|tie| **tie != Tie::Lot).count() > 1;
        if ties.is_empty() || distinct.len() != ties.len() || after_the_lot {
            return Err(CountRulesError::Ties);
        }
        let of_candidates = distinct.contains(&Tie::Candidates) || distinct.contains(&Tie::Elder);
        if self.ballot == BallotKind::Sigle && of_candidates {
            return Err(CountRulesError::TiesWithoutCandidates);
        }
        Ok(())
    }

    fn check_common(&self) -> Result<(), CountRulesError> {
        let mut lists = HashSet::new();
        for common in &self.common {
            if !lists.insert(&common.list) {
                return Err(CountRulesError::CommonTwice(common.list.clone()));
            }
            let names: HashSet<&String> = common.unions.iter().map(|union| &union.name).collect();
            let parts = common.unions.iter().filter(|union| union.part.is_some()).count();
            let zero = common.unions.iter().any(|union| union.part == Some(0));
            let all_or_none = parts == 0 || parts == common.unions.len();
            if common.unions.len() < 2 || names.len() != common.unions.len() || zero || !all_or_none {
                return Err(CountRulesError::Common(common.list.clone()));
            }
        }
        Ok(())
    }

    /// The chain that settles equal averages. When the text says nothing: votes, then candidates, then the lot in the civil service;
    /// votes, then the lot between unions; votes, then the elder in a CSE.
    #[must_use]
    pub fn chain(&self, profile: Profile) -> Vec<Tie> {
        match (&self.ties, profile, self.ballot) {
            (Some(ties), ..) => ties.clone(),
            (None, _, BallotKind::Sigle) => vec![Tie::Votes, Tie::Lot],
            (None, Profile::Cse, BallotKind::List) => vec![Tie::Votes, Tie::Elder],
            (None, Profile::Cgfp2024 | Profile::Decree2011 | Profile::Test, BallotKind::List) => {
                vec![Tie::Votes, Tie::Candidates, Tie::Lot]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> CountRules {
        serde_json::from_str(text).unwrap()
    }

    fn refused(text: &str) -> Option<CountRulesError> {
        rules(text).check(Profile::Cgfp2024).err()
    }

    #[test]
    fn chains_of_the_profiles() {
        let chain = |text, profile| rules(text).chain(profile);
        assert_eq!(chain("{}", Profile::Cgfp2024), [Tie::Votes, Tie::Candidates, Tie::Lot]);
        assert_eq!(chain("{}", Profile::Cse), [Tie::Votes, Tie::Elder]);
        assert_eq!(
            chain(r#"{"ballot":"sigle"}"#, Profile::Cgfp2024),
            [Tie::Votes, Tie::Lot]
        );
        assert_eq!(chain(r#"{"ties":["lot"]}"#, Profile::Cse), [Tie::Lot]);
    }

    #[test]
    fn what_does_not_hold_together_is_refused() {
        let common = |unions: &str| refused(&format!(r#"{{"common":[{{"list":"FC","unions":[{unions}]}}]}}"#));
        assert_eq!(refused("{}"), None);
        assert_eq!(refused(r#"{"ties":[]}"#), Some(CountRulesError::Ties));
        assert_eq!(refused(r#"{"ties":["lot","votes"]}"#), Some(CountRulesError::Ties));
        assert_eq!(refused(r#"{"ties":["votes","votes"]}"#), Some(CountRulesError::Ties));
        assert_eq!(
            refused(r#"{"ballot":"sigle","ties":["votes","candidates"]}"#),
            Some(CountRulesError::TiesWithoutCandidates)
        );
        assert_eq!(refused(r#"{"ballot":"sigle","designation_days":15}"#), None);
        for wrong in [
            r#"{"ballot":"sigle","designation_days":14}"#,
            r#"{"ballot":"sigle","designation_days":31}"#,
            r#"{"designation_days":20}"#,
        ] {
            assert_eq!(refused(wrong), Some(CountRulesError::Designation), "{wrong}");
        }
        assert_eq!(refused(r#"{"first_round":true}"#), Some(CountRulesError::OnlyCse));
        assert!(rules(r#"{"first_round":true}"#).check(Profile::Cse).is_ok());
        assert_eq!(
            refused(r#"{"shares":{"women":0,"men":0,"dated":"2026-01-01"}}"#),
            Some(CountRulesError::Shares)
        );
        assert_eq!(common(r#"{"name":"X","part":60},{"name":"Y","part":40}"#), None);
        assert_eq!(common(r#"{"name":"X"},{"name":"Y"}"#), None);
        for wrong in [
            r#"{"name":"X"}"#,
            r#"{"name":"X"},{"name":"X"}"#,
            r#"{"name":"X","part":60},{"name":"Y"}"#,
            r#"{"name":"X","part":60},{"name":"Y","part":0}"#,
        ] {
            assert_eq!(common(wrong), Some(CountRulesError::Common("FC".into())), "{wrong}");
        }
    }
}
