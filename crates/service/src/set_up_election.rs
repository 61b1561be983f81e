//! Sets up a box: the board's keys, the registrar's public credentials and the lists become the Belenios setup.
//!
//! One homomorphic question: the answers are the names of the lists in the drawn order, with a blank, exactly one choice.

use std::collections::HashSet;

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::policy_lint::{self, Severity};
use isoloir_domain::{CandidateList, Consultation, Election, ElectionId};
use isoloir_protocol::archive::{EventHash, Setup};
use isoloir_protocol::credential::{ElectionUuid, PublicCredential};
use isoloir_protocol::election::ElectionParams;
use isoloir_protocol::group::GroupName;
use isoloir_protocol::json;
use isoloir_protocol::question::Homomorphic;
use isoloir_store::ballot_box::BoxSetup;
use rayon::prelude::*;

use crate::count;
use crate::{Fault, VotingServer};

/// What board and registrar bring.
pub struct SetUp<'a> {
    /// The trustees, as the protocol writes them (canonical JSON).
    pub trustees: &'a [u8],
    /// Public credentials from the registrar, one per voter of the roll, in an order that says nothing of the voters.
    pub credentials: &'a [String],
    /// Name of the credential authority, for the election's description.
    pub credential_authority: &'a str,
}

/// Why the box was not set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// No such election.
    #[error("there is no election {0}")]
    UnknownElection(ElectionId),
    /// Set up already.
    #[error("election {0} is set up already")]
    Already(ElectionId),
    /// No candidate list.
    #[error("election {0} has no candidate list")]
    NoList(ElectionId),
    /// Credentials and voters differ in number.
    #[error("the roll has {voters} voters and there are {credentials} credentials")]
    CredentialCount {
        /// On the roll.
        voters: usize,
        /// Given.
        credentials: usize,
    },
    /// A credential is not a member of the group, or occurs twice.
    #[error("credential {0} (from 1) is malformed or occurs twice")]
    Credential(usize),
    /// The trustees are malformed or a proof of theirs is wrong.
    #[error("the trustees' keys are refused: {0}")]
    Trustees(String),
    /// A gate of the rolls stands: its key.
    #[error("the rolls are not what they should be: {0} (see `isoloir consultation review`)")]
    Roll(String),
    /// The rules of the reissue are refused by the linter.
    #[error("the rules of the reissue are refused: {0}")]
    Reissue(&'static str),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// Stores the setup of the election: from here on lists and roll are sealed, and the box exists and is empty.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub async fn set_up_election(&self, election: &ElectionId, set_up: SetUp<'_>) -> Result<(), SetUpError> {
        let unknown = || SetUpError::UnknownElection(election.clone());
        let (known, consultation) = self.election(election).await?.ok_or_else(unknown)?;
        // Imported by an earlier version, or written by another hand: a box is never set up behind a door that one factor opens.
        let findings = policy_lint::lint(&consultation.policy.reissue, &consultation.calendar);
        if let Some(refused) = findings.iter().find(|found| found.rule.severity() == Severity::Refused) {
            return Err(SetUpError::Reissue(refused.rule.code()));
        }
        let review = self.review_roll(&consultation).await?;
        if let Some(gate) = review.standing().next() {
            return Err(SetUpError::Roll(gate.key()));
        }
        let lists = self.lists(election).await?;
        if lists.is_empty() {
            return Err(SetUpError::NoList(election.clone()));
        }
        let registered = self
            .inner
            .store
            .roll_counts(election)
            .await
            .map_err(Fault::from)?
            .registered;
        let voters = usize::try_from(registered).map_err(|_| Fault::Damaged("a count"))?;
        if voters != set_up.credentials.len() || voters == 0 {
            return Err(SetUpError::CredentialCount {
                voters,
                credentials: set_up.credentials.len(),
            });
        }
        let group: GroupName = consultation.group.parse().map_err(|_| Fault::Damaged("a group"))?;
        let credentials = self.check_credentials(group, set_up.credentials).await?;
        let trustees = set_up.trustees.to_vec();
        let key = self.compute(move || count::public_key(group, &trustees)).await?;
        let key = key.map_err(|error| SetUpError::Trustees(error.to_string()))?;
        let election_json = election_json(&known, &consultation, &lists, set_up.credential_authority, group, key)?;
        let setup = BoxSetup {
            archive_timestamp: u64::try_from(self.inner.clock.now().as_second()).unwrap_or(0),
            setup: Setup::of(&election_json, set_up.trustees, &credentials).to_bytes(),
            election: election_json,
            trustees: set_up.trustees.to_vec(),
            credentials,
        };
        let entry = |head: &EventHash| {
            self.entry(
                Subject::Election(election.clone()),
                Event::ElectionSetUp { head: head.to_string() },
            )
        };
        let head = self
            .inner
            .store
            .set_up_box(election, &setup, entry)
            .await
            .map_err(Fault::from)?;
        head.map(|_| ()).ok_or_else(|| SetUpError::Already(election.clone()))
    }

    /// Checks that each credential is a member of the group and stands once; gives the list as the archive holds it.
    async fn check_credentials(&self, group: GroupName, credentials: &[String]) -> Result<Vec<u8>, SetUpError> {
        let texts = credentials.to_vec();
        let checked = self.compute(move || {
            let wrong = texts
                .par_iter()
                .position_first(|text| PublicCredential::parse(text, group).is_err());
            let mut seen = HashSet::with_capacity(texts.len());
            let wrong = wrong.or_else(|| texts.iter().position(|text| !seen.insert(text)));
            wrong.map_or_else(|| Ok(json::to_bytes(&texts)), Err)
        });
        checked
            .await?
            .map_err(|place| SetUpError::Credential(place.saturating_add(1)))
    }
}

/// The Belenios election: one question, one answer per list, a blank, one choice.
fn election_json(
    election: &Election,
    consultation: &Consultation,
    lists: &[CandidateList],
    authority: &str,
    group: GroupName,
    key: String,
) -> Result<Vec<u8>, Fault> {
    let answers = lists.iter().map(|list| list.name.clone()).collect();
    let question = Homomorphic::new(&election.title, answers, 1, 1, true).map_err(|_| Fault::Damaged("the lists"))?;
    let uuid: ElectionUuid = election
        .id
        .as_str()
        .parse()
        .map_err(|_| Fault::Damaged("an election's identifier"))?;
    let mut params = ElectionParams::new(uuid, group, key, vec![question.into()]);
    params.name = election.title.clone();
    params.description = consultation.title.clone();
    params.administrator = Some(consultation.organiser.clone());
    params.credential_authority = Some(authority.to_owned());
    Ok(params.to_bytes())
}
