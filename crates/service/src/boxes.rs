//! Boxes that are set up, parsed once and kept: a setup never changes.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use isoloir_domain::{CandidateList, ElectionId};
use isoloir_protocol::any::AnyElection;
use sha2::{Digest as _, Sha256};

use crate::{Fault, VotingServer};

/// A box that is set up, ready to judge ballots.
pub(crate) struct OpenBox {
    pub(crate) election: AnyElection,
    pub(crate) bytes: Arc<[u8]>,
    /// Titles of the election and of its consultation, and the organiser, for letters.
    pub(crate) titles: [String; 3],
    /// Candidate lists in display order: sealed with the box.
    pub(crate) lists: Arc<[CandidateList]>,
    /// SHA-256 of each public credential, sorted: 32 bytes per voter whatever the group.
    credentials: Vec<[u8; 32]>,
}

impl OpenBox {
    /// Whether this public credential is in the election's list.
    pub(crate) fn knows(&self, credential: &str) -> bool {
        self.credentials.binary_search(&digest(credential)).is_ok()
    }
}

fn digest(credential: &str) -> [u8; 32] {
    Sha256::digest(credential.as_bytes()).into()
}

/// The boxes read so far.
#[derive(Default)]
pub(crate) struct Boxes(RwLock<HashMap<ElectionId, Arc<OpenBox>>>);

impl VotingServer {
    /// The box of an election; `None` when there is none, or it is not set up yet.
    pub(crate) async fn open_box(&self, election: &ElectionId) -> Result<Option<Arc<OpenBox>>, Fault> {
        let known = self
            .inner
            .boxes
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(election)
            .cloned();
        if known.is_some() {
            return Ok(known);
        }
        let Some(setup) = self.inner.store.box_setup(election).await? else {
            return Ok(None);
        };
        let (known, consultation) = self.election(election).await?.ok_or(Fault::Damaged("an election"))?;
        let titles = [known.title, consultation.title, consultation.organiser];
        let lists = Arc::from(self.lists(election).await?);
        let opened = self
            .compute(move || parse(&setup.election, &setup.credentials, titles, lists))
            .await??;
        let opened = Arc::new(opened);
        let mut boxes = self.inner.boxes.0.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Some(Arc::clone(boxes.entry(election.clone()).or_insert(opened))))
    }
}

fn parse(
    election: &[u8],
    credentials: &[u8],
    titles: [String; 3],
    lists: Arc<[CandidateList]>,
) -> Result<OpenBox, Fault> {
    let texts: Vec<String> =
        serde_json::from_slice(credentials).map_err(|_| Fault::Damaged("a list of credentials"))?;
    // A weight may follow the credential after a comma; ballots carry the credential alone.
    let mut credentials: Vec<_> = texts
        .iter()
        .map(|text| digest(text.split_once(',').map_or(text.as_str(), |(point, _)| point)))
        .collect();
    credentials.sort_unstable();
    let bytes = Arc::from(election);
    let election = AnyElection::parse(election).map_err(|_| Fault::Damaged("an election"))?;
    Ok(OpenBox {
        election,
        bytes,
        titles,
        lists,
        credentials,
    })
}
