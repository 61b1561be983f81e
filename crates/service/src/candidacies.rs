//! Candidacies to read: a delegate's own union's, the organiser's whole queue; each with its files, findings, steps and dates.
//!
//! A union reads no list of another before they are published: findings about others are left out of what its delegates read, and drafts, or
//! corrections that are not filed yet, out of what the organiser reads.

use std::collections::{BTreeMap, BTreeSet};

use isoloir_domain::candidacy::{
    Case, FiledList, FilingDates, Finding, OtherList, Piece, State, Weight, check, filing_dates,
};
use isoloir_domain::{CandidacyId, Consultation, ConsultationId, Election, ElectionId, StaffMember};

pub use isoloir_store::candidacy::{Candidacy, CandidacyFile, CandidacyStep, UnionDelegate};

use crate::{Fault, VotingServer};

/// A candidacy with all that is known of it.
#[derive(Debug, Clone)]
pub struct WholeCandidacy {
    /// The candidacy.
    pub candidacy: Candidacy,
    /// Its election.
    pub election: Election,
    /// The consultation.
    pub consultation: Consultation,
    /// Until when it may be filed and corrected.
    pub dates: FilingDates,
    /// Its files.
    pub files: Vec<CandidacyFile>,
    /// What is wrong with it, or worth knowing.
    pub findings: Vec<Finding>,
    /// What it went through.
    pub steps: Vec<CandidacyStep>,
    /// Whether the election is sealed: nothing changes any more.
    pub sealed: bool,
}

impl WholeCandidacy {
    /// Findings that stop `weight` or something lighter.
    #[must_use]
    pub fn stopping(&self, weight: Weight) -> Vec<Finding> {
        let stops = |finding: &&Finding| finding.weight <= weight;
        self.findings.iter().filter(stops).cloned().collect()
    }

    /// SHA-256 of list and files, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        let files: Vec<[u8; 32]> = self.files.iter().map(|file| file.digest).collect();
        self.candidacy.list.digest(&files)
    }
}

/// The candidacies of an election in figures, for the queue.
#[derive(Debug, Clone)]
pub struct ElectionQueue {
    /// The election.
    pub election: Election,
    /// How many stand where.
    pub counts: BTreeMap<State, u64>,
    /// Whether the display order is drawn.
    pub drawn: bool,
    /// Whether the election is sealed.
    pub sealed: bool,
}

/// What a delegate's page begins with.
#[derive(Debug, Clone)]
pub struct OwnCandidacies {
    /// Whose lists the person files.
    pub delegate: UnionDelegate,
    /// The consultation.
    pub consultation: Consultation,
    /// Until when lists may be filed and corrected.
    pub dates: FilingDates,
    /// The elections that the person files for, with what the union filed there, the latest last, and whether it is sealed.
    pub elections: Vec<(Election, Vec<Candidacy>, bool)>,
}

impl VotingServer {
    /// Whose lists this member of the staff files, and how far they are; none for whoever is no delegate.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn own_candidacies(&self, member: &StaffMember) -> Result<Option<OwnCandidacies>, Fault> {
        let Some(delegate) = self.inner.store.delegate(member.id).await? else {
            return Ok(None);
        };
        let consultation = self.consultation(&delegate.consultation).await?;
        let consultation = consultation.ok_or(Fault::Damaged("a delegate's consultation"))?;
        let mut filed = self
            .inner
            .store
            .candidacies_of_union(&consultation.id, &delegate.union_key)
            .await?;
        let mut elections = Vec::new();
        for election in self.elections(&consultation.id).await? {
            if !files_for(&delegate, &election) {
                continue;
            }
            let (own, others) = filed.into_iter().partition(|one| one.election == election.id);
            filed = others;
            let sealed = self.inner.store.is_sealed(&election.id).await?;
            elections.push((election, own, sealed));
        }
        Ok(Some(OwnCandidacies {
            dates: filing_dates(consultation.profile, &consultation.calendar, &consultation.policy),
            delegate,
            consultation,
            elections,
        }))
    }

    /// A candidacy of the delegate's union, as its delegates read it; none of another union.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn own_candidacy(&self, member: &StaffMember, id: CandidacyId) -> Result<Option<WholeCandidacy>, Fault> {
        let Some(delegate) = self.inner.store.delegate(member.id).await? else {
            return Ok(None);
        };
        let Some(candidacy) = self.inner.store.candidacy(id).await? else {
            return Ok(None);
        };
        let mut whole = self.whole(candidacy).await?;
        let own = whole.candidacy.union_key == delegate.union_key
            && whole.consultation.id == delegate.consultation
            && files_for(&delegate, &whole.election);
        whole.findings.retain(|finding| !finding.problem.tells_of_others());
        Ok(own.then_some(whole))
    }

    /// A candidacy that was filed, as the organiser reads it.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn filed_candidacy(&self, id: CandidacyId) -> Result<Option<WholeCandidacy>, Fault> {
        match self.inner.store.candidacy(id).await? {
            Some(candidacy) if candidacy.number.is_some() => {
                let candidacy = self.as_filed(candidacy).await?;
                Ok(Some(self.whole(candidacy).await?))
            }
            _ => Ok(None),
        }
    }

    /// The filed candidacies of an election, each as the organiser reads it, by number.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn filed_candidacies(&self, election: &ElectionId) -> Result<Vec<WholeCandidacy>, Fault> {
        let mut read = Vec::new();
        for candidacy in self.inner.store.candidacies(election).await? {
            if candidacy.number.is_some() {
                let candidacy = self.as_filed(candidacy).await?;
                read.push(self.whole(candidacy).await?);
            }
        }
        Ok(read)
    }

    /// How far every election of a consultation is, in display order.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn candidacy_queue(&self, consultation: &ConsultationId) -> Result<Vec<ElectionQueue>, Fault> {
        let mut counts = self.inner.store.candidacy_counts(consultation).await?;
        let mut queue = Vec::new();
        for election in self.elections(consultation).await? {
            queue.push(ElectionQueue {
                counts: counts.remove(&election.id).unwrap_or_default(),
                drawn: self.inner.store.order_record(&election.id).await?.is_some(),
                sealed: self.inner.store.is_sealed(&election.id).await?,
                election,
            });
        }
        Ok(queue)
    }

    /// The delegates of a consultation, by union.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn delegates(&self, consultation: &ConsultationId) -> Result<Vec<UnionDelegate>, Fault> {
        Ok(self.inner.store.delegates(consultation).await?)
    }

    /// The bytes of a file of a candidacy. Who may read it is the caller's business.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn candidacy_file(
        &self,
        whole: &WholeCandidacy,
        piece: Piece,
        number: &str,
    ) -> Result<Option<(CandidacyFile, Vec<u8>)>, Fault> {
        let mut files = whole.files.iter();
        let Some(file) = files.find(|file| file.piece == piece && file.number == number) else {
            return Ok(None);
        };
        let sealed = self
            .inner
            .store
            .sealed_candidacy_file(whole.candidacy.id, piece, number)
            .await?;
        let Some(sealed) = sealed else { return Ok(None) };
        let bytes = self.inner.vault.open(&place_of(&file.digest), &sealed);
        let bytes = bytes.ok_or(Fault::Damaged("a file of a candidacy"))?;
        Ok(Some((file.clone(), bytes.to_vec())))
    }

    /// What was filed last, while the union corrects it.
    async fn as_filed(&self, mut candidacy: Candidacy) -> Result<Candidacy, Fault> {
        if candidacy.state == State::Asked
            && let Some(filed) = self.inner.store.last_filed(candidacy.id).await?
        {
            candidacy.list = filed;
        }
        Ok(candidacy)
    }

    pub(crate) async fn whole(&self, candidacy: Candidacy) -> Result<WholeCandidacy, Fault> {
        let store = &self.inner.store;
        let election = store.election(&candidacy.election).await?;
        let election = election.ok_or(Fault::Damaged("a candidacy's election"))?;
        let consultation = self.consultation(&election.consultation).await?;
        let consultation = consultation.ok_or(Fault::Damaged("an election's consultation"))?;
        let files = store.candidacy_files(candidacy.id).await?;
        let findings = self.findings(&candidacy, &election, &consultation, &files).await?;
        Ok(WholeCandidacy {
            dates: filing_dates(consultation.profile, &consultation.calendar, &consultation.policy),
            steps: store.candidacy_steps(candidacy.id).await?,
            sealed: store.is_sealed(&election.id).await?,
            candidacy,
            election,
            consultation,
            files,
            findings,
        })
    }

    async fn findings(
        &self,
        candidacy: &Candidacy,
        election: &Election,
        consultation: &Consultation,
        files: &[CandidacyFile],
    ) -> Result<Vec<Finding>, Fault> {
        let numbers: Vec<String> = candidacy.list.candidates.iter().map(|one| one.number.clone()).collect();
        let roll = self.inner.store.on_roll(&election.id, &numbers).await?;
        let others = self.lists_beside(candidacy).await?;
        let others: Vec<OtherList<'_>> = others.iter().map(|(union, list)| OtherList { union, list }).collect();
        let with = |piece| files.iter().filter(move |file| file.piece == piece);
        let declared: BTreeSet<String> = with(Piece::Declaration).map(|file| file.number.clone()).collect();
        Ok(check(&Case {
            profile: consultation.profile,
            policy: &consultation.policy,
            election,
            union: &candidacy.union_key,
            list: &candidacy.list,
            shown: (with(Piece::Logo).count() > 0, with(Piece::Manifesto).count() > 0),
            declared: &declared,
            roll: &roll,
            others: &others,
        }))
    }

    /// The lists that stand in the same election: union and list of each.
    async fn lists_beside(&self, candidacy: &Candidacy) -> Result<Vec<(String, FiledList)>, Fault> {
        let mut others = Vec::new();
        for other in self.inner.store.candidacies(&candidacy.election).await? {
            if other.id != candidacy.id && other.state.stands() {
                let other = self.as_filed(other).await?;
                others.push((other.union_key, other.list));
            }
        }
        Ok(others)
    }
}

/// Whether a delegate files for this election.
pub(crate) fn files_for(delegate: &UnionDelegate, election: &Election) -> bool {
    delegate.elections.is_empty() || delegate.elections.contains(&election.key)
}

/// Where the bytes of a file are sealed: a copy of a withdrawn list keeps them.
pub(crate) fn place_of(digest: &[u8; 32]) -> String {
    format!("candidacy_file|{}", hex::encode(digest))
}
