//! Boxes that are set up, parsed once and kept: a setup never changes.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use isoloir_domain::{CandidateList, ElectionId};
use isoloir_protocol::any::AnyElection;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

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
pub(crate) struct Boxes {
    kept: RwLock<HashMap<ElectionId, Arc<OpenBox>>>,
    /// Whoever reads one. The credentials of 1.4 million voters are a hundred megabytes of JSON, and after a start everybody asks for them at once.
    reading: Mutex<()>,
}

impl Boxes {
    fn kept(&self, election: &ElectionId) -> Option<Arc<OpenBox>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(election).cloned()
    }

    fn keep(&self, election: &ElectionId, open: &Arc<OpenBox>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.insert(election.clone(), Arc::clone(open));
    }
}

impl VotingServer {
    /// The box of an election; `None` when there is none, or it is not set up yet.
    pub(crate) async fn open_box(&self, election: &ElectionId) -> Result<Option<Arc<OpenBox>>, Fault> {
        let boxes = &self.inner.boxes;
        if let Some(open) = boxes.kept(election) {
            return Ok(Some(open));
        }
        // Where there is nothing to read, nobody waits for those who read.
        if self.inner.store.box_state(election).await?.is_none() {
            return Ok(None);
        }
        let _reading = boxes.reading.lock().await;
        if let Some(open) = boxes.kept(election) {
            return Ok(Some(open));
        }
        let setup = self.inner.store.box_setup(election).await?;
        let setup = setup.ok_or(Fault::Damaged("a box without its setup"))?;
        let (known, consultation) = self.election(election).await?.ok_or(Fault::Damaged("an election"))?;
        let titles = [known.title, consultation.title, consultation.organiser];
        let lists = Arc::from(self.lists(election).await?);
        let open = self
            .compute(move || parse(&setup.election, &setup.credentials, titles, lists))
            .await??;
        let open = Arc::new(open);
        boxes.keep(election, &open);
        Ok(Some(open))
    }
}

fn parse(
    election: &[u8],
    credentials: &[u8],
    titles: [String; 3],
    lists: Arc<[CandidateList]>,
) -> Result<OpenBox, Fault> {
    // Borrowed: a text of its own for each would take more than all that is kept.
    let texts: Vec<&str> = serde_json::from_slice(credentials).map_err(|_| Fault::Damaged("a list of credentials"))?;
    // A weight may follow the credential after a comma; ballots carry the credential alone.
    let mut credentials: Vec<_> = texts
        .iter()
        .map(|text| digest(text.split_once(',').map_or(*text, |(point, _)| point)))
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
