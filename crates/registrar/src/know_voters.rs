//! What the registrar is told of consultation and voters: the rules and addresses from the voting server's file, the identifiers from a file that the
//! voting server never sees.

use std::collections::HashSet;

use isoloir_domain::{Language, VoterId};
use rand::rngs::StdRng;
use rayon::prelude::*;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::Registrar;
use crate::ask_reissue::mailbox_place;
use crate::identifier::Kind;
use crate::journal::Event;
use crate::store::StoreError;
use crate::store::reissue::{KnownConsultation, NewVoter};

/// A voter as told.
pub struct KnownVoter {
    /// Identifier.
    pub voter: VoterId,
    /// Staff number (*matricule*).
    pub number: String,
    /// Language that the voter chose, if any.
    pub language: Option<Language>,
    /// The address that identifies the account.
    pub mailbox: Option<String>,
}

/// A line of the file of identifiers.
pub struct GivenIdentifier {
    /// Line, from 1.
    pub line: u64,
    /// Staff number.
    pub number: String,
    /// NUMEN, if given.
    pub numen: Option<String>,
    /// Social-security number or its first ten digits, if given.
    pub nir: Option<String>,
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum KnowError {
    /// Read the entitlements first.
    #[error("the rules are not known yet: read the entitlements first")]
    NoRules,
    /// The number is nobody's.
    #[error("line {line}: no voter has this staff number")]
    Nobody {
        /// Line.
        line: u64,
    },
    /// The number is that of several voters.
    #[error("line {line}: several voters have this staff number")]
    Several {
        /// Line.
        line: u64,
    },
    /// The same number before.
    #[error("line {line}: this staff number stands twice in the file")]
    Twice {
        /// Line.
        line: u64,
    },
    /// Not an identifier.
    #[error("line {line}: the {kind} has not the form of one")]
    Malformed {
        /// Line.
        line: u64,
        /// Which.
        kind: &'static str,
    },
    /// The policy asks for none, so that none is to be kept (RGPD, art. 5: *minimisation*).
    #[error("line {line}: the policy does not ask for this identifier ({kind}), which must not be kept")]
    NotAsked {
        /// Line.
        line: u64,
        /// Which.
        kind: &'static str,
    },
    /// The cipher refused.
    #[error("the addresses could not be sealed")]
    Interrupted,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Registrar {
    /// Reads consultation and rules, once the voters of the same file are known: over what was known before.
    ///
    /// # Errors
    /// [`KnowError`].
    pub async fn know_consultation(&self, consultation: &KnownConsultation, voters: u64) -> Result<(), KnowError> {
        let entry = self.entry(None, Event::EntitlementsRead { voters });
        Ok(self.store.know_consultation(consultation, &entry).await?)
    }

    /// Reads some voters, each given once, over what was known of them: all or none of these. Read again, they are the same.
    ///
    /// # Errors
    /// [`KnowError`].
    pub async fn know_voters(&self, voters: &[KnownVoter], rng: &mut StdRng) -> Result<(), KnowError> {
        let mut rows = Vec::with_capacity(voters.len());
        for one in voters {
            let place = mailbox_place(one.voter);
            let seal = |mailbox: &String| self.keys.seal(&place, mailbox.as_bytes(), rng);
            rows.push(NewVoter {
                voter: one.voter,
                number: one.number.clone(),
                language: one.language.map(Language::code),
                mailbox: match one.mailbox.as_ref().map(seal) {
                    Some(None) => return Err(KnowError::Interrupted),
                    sealed => sealed.flatten(),
                },
            });
        }
        Ok(self.store.know_voters(&rows).await?)
    }

    /// Refuses, with its line, what [`Registrar::know_identifiers`] would refuse; `seen` has the numbers of the lines before.
    ///
    /// # Errors
    /// [`KnowError`], with the line.
    pub async fn check_identifiers(
        &self,
        given: &[GivenIdentifier],
        seen: &mut HashSet<String>,
    ) -> Result<(), KnowError> {
        self.read_identifiers(given, seen).await.map(|_| ())
    }

    /// Keeps keyed hashes of identifiers, of the kinds that the policy asks for. All or nothing. Returns how many.
    ///
    /// # Errors
    /// [`KnowError`], with the line.
    pub async fn know_identifiers(&self, given: &[GivenIdentifier]) -> Result<u64, KnowError> {
        let plain = self.read_identifiers(given, &mut HashSet::new()).await?;
        let mark = |(voter, kind, normal): (VoterId, Kind, Zeroizing<String>)| {
            let mark = kind.mark(&self.keys, voter, &normal);
            (voter.uuid().as_bytes().to_vec(), kind.as_str(), mark)
        };
        let marks: Vec<_> = plain.into_par_iter().map(mark).collect();
        let count = u64::try_from(marks.len()).unwrap_or(u64::MAX);
        let entry = self.entry(None, Event::IdentifiersRead { count });
        self.store.set_identifiers(&marks, &entry).await?;
        Ok(count)
    }

    /// Whose identifiers these are, and the one way to write each.
    async fn read_identifiers(
        &self,
        given: &[GivenIdentifier],
        seen: &mut HashSet<String>,
    ) -> Result<Vec<(VoterId, Kind, Zeroizing<String>)>, KnowError> {
        let rules = self.store.consultation().await?.ok_or(KnowError::NoRules)?.reissue;
        let asks = |kind: Kind| {
            rules
                .paths
                .iter()
                .flat_map(|p| p.factors.iter().flatten())
                .any(|f| *f == kind.factor())
        };
        let numbers: Vec<&str> = given.iter().map(|one| one.number.as_str()).collect();
        let known = self.store.voters_numbered(&numbers).await?;
        let mut plain = Vec::new();
        for one in given {
            let line = one.line;
            if !seen.insert(one.number.clone()) {
                return Err(KnowError::Twice { line });
            }
            let voter = match known.get(&one.number).map(Vec::as_slice) {
                Some([voter]) => voter_of(voter).ok_or(KnowError::Nobody { line })?,
                Some([_, ..]) => return Err(KnowError::Several { line }),
                Some([]) | None => return Err(KnowError::Nobody { line }),
            };
            for (kind, typed) in [(Kind::Numen, &one.numen), (Kind::NirDigits, &one.nir)] {
                let Some(typed) = typed else { continue };
                let name = kind.as_str();
                if !asks(kind) {
                    return Err(KnowError::NotAsked { line, kind: name });
                }
                let normal = kind.normal(typed).ok_or(KnowError::Malformed { line, kind: name })?;
                plain.push((voter, kind, normal));
            }
        }
        Ok(plain)
    }
}

fn voter_of(bytes: &[u8]) -> Option<VoterId> {
    Uuid::from_slice(bytes).ok()?.to_string().parse().ok()
}
