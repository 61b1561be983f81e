//! What the registrar is told of consultation and voters: the rules and addresses from the voting server's file, the identifiers from a file that the
//! voting server never sees.

use std::collections::HashSet;

use isoloir_domain::{Language, VoterId};
use rand::rngs::StdRng;
use rayon::prelude::*;
use uuid::Uuid;

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
    /// Reads consultation and voters, over what was known of them. All or nothing.
    ///
    /// # Errors
    /// [`KnowError`].
    pub async fn know_voters(
        &self,
        consultation: &KnownConsultation,
        voters: &[KnownVoter],
        rng: &mut StdRng,
    ) -> Result<(), KnowError> {
        let mut sealed = Vec::with_capacity(voters.len());
        for voter in voters {
            let mailbox = match &voter.mailbox {
                None => None,
                Some(mailbox) => {
                    let place = mailbox_place(voter.voter);
                    Some(
                        self.keys
                            .seal(&place, mailbox.as_bytes(), rng)
                            .ok_or(KnowError::Interrupted)?,
                    )
                }
            };
            sealed.push(NewVoter {
                voter: voter.voter,
                number: voter.number.clone(),
                language: voter.language.map(Language::code),
                mailbox,
            });
        }
        let count = u64::try_from(sealed.len()).unwrap_or(u64::MAX);
        let entry = self.entry(None, Event::EntitlementsRead { voters: count });
        Ok(self.store.know(consultation, &sealed, &entry).await?)
    }

    /// Keeps keyed hashes of identifiers, of the kinds that the policy asks for. All or nothing. Returns how many.
    ///
    /// # Errors
    /// [`KnowError`], with the line.
    pub async fn know_identifiers(&self, given: &[GivenIdentifier]) -> Result<u64, KnowError> {
        let rules = self.store.consultation().await?.ok_or(KnowError::NoRules)?.reissue;
        let asks = |kind: Kind| {
            rules
                .paths
                .iter()
                .flat_map(|p| p.factors.iter().flatten())
                .any(|f| *f == kind.factor())
        };
        let mut seen = HashSet::new();
        let mut plain = Vec::new();
        for one in given {
            let line = one.line;
            if !seen.insert(one.number.as_str()) {
                return Err(KnowError::Twice { line });
            }
            let voter = match self.store.voters_numbered(&one.number).await?.as_slice() {
                [voter] => Uuid::from_slice(voter).map_err(|_| KnowError::Nobody { line })?,
                [] => return Err(KnowError::Nobody { line }),
                _ => return Err(KnowError::Several { line }),
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
        let mark = |(voter, kind, normal): (Uuid, Kind, zeroize::Zeroizing<String>)| {
            let id: VoterId = voter.to_string().parse().map_err(|_| KnowError::Interrupted)?;
            Ok((
                voter.as_bytes().to_vec(),
                kind.as_str(),
                kind.mark(&self.keys, id, &normal),
            ))
        };
        let marks = plain.into_par_iter().map(mark).collect::<Result<Vec<_>, KnowError>>()?;
        let count = u64::try_from(marks.len()).unwrap_or(u64::MAX);
        let entry = self.entry(None, Event::IdentifiersRead { count });
        self.store.set_identifiers(&marks, &entry).await?;
        Ok(count)
    }
}
