//! Logos and manifestos of the candidate lists (*logos et professions de foi*): all of the same size, checked, stored by digest.

use std::collections::BTreeMap;

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Message, Refusal as _};
use isoloir_domain::names::normal;
use isoloir_domain::{CandidateList, ConsultationId, ElectionId};
use isoloir_store::consultation::Change;
use isoloir_store::content::NewListFile;
use sha2::{Digest as _, Sha256};

pub use isoloir_store::content::{ListFile, PublicFile, Role};

use crate::examine_file::{self, Examined, FileRefused, Purpose};
use crate::{Fault, VotingServer};

/// A file of the consultation's folder.
#[derive(Debug, Clone)]
pub struct GivenFile {
    /// As the organiser knows it, for the report: `logos/csa/UAP.png`.
    pub path: String,
    /// Key of the election.
    pub election: String,
    /// Acronym or position of the list.
    pub list: String,
    /// What it is.
    pub role: Role,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// One thing wrong with a file.
#[derive(Debug)]
pub enum ListFileWrong {
    /// No election of the consultation has this key.
    Election,
    /// No list, or several lists, of the election answer to this name.
    List,
    /// The list has such a file already.
    Twice,
    /// The content is refused.
    Content(FileRefused),
}

impl ListFileWrong {
    /// What the organiser reads.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Election => Message::new("aucun scrutin n’a cette clé", "no election has this key"),
            Self::List => Message::new(
                "ce nom n’est ni le sigle d’une seule liste du scrutin, ni un rang",
                "this name is neither the acronym of one list of the election nor a rank",
            ),
            Self::Twice => Message::new("la liste a déjà un tel fichier", "the list has such a file already"),
            Self::Content(why) => why.message(),
        }
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ListFilesError {
    /// What is wrong, by path.
    #[error("{} file(s) are wrong", .0.len())]
    Wrong(Vec<(String, ListFileWrong)>),
    /// An election is sealed.
    #[error("an election is sealed: its lists are fixed")]
    Sealed,
    /// No such consultation.
    #[error("there is no consultation {0}")]
    UnknownConsultation(ConsultationId),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// Replaces the logos and manifestos of all elections of a consultation; returns how many were stored.
    ///
    /// # Errors
    /// [`ListFilesError`]; nothing is stored then.
    pub async fn import_list_files(
        &self,
        consultation: &ConsultationId,
        given: Vec<GivenFile>,
    ) -> Result<u64, ListFilesError> {
        let mut elections = self.elections(consultation).await?;
        if elections.is_empty() {
            return Err(ListFilesError::UnknownConsultation(consultation.clone()));
        }
        let mut lists = BTreeMap::new();
        for election in &elections {
            lists.insert(election.key.clone(), self.lists(&election.id).await?);
        }
        let files = read_list_files(&lists, given).await?;
        let ids: BTreeMap<&str, &ElectionId> = elections.iter().map(|one| (one.key.as_str(), &one.id)).collect();
        let files: Vec<NewListFile> = files
            .into_iter()
            .filter_map(|file| {
                let election = (*ids.get(file.election.as_str())?).clone();
                Some(file.of(election))
            })
            .collect();
        elections.sort_by(|a, b| a.id.cmp(&b.id));
        let ids: Vec<ElectionId> = elections.into_iter().map(|election| election.id).collect();
        let count = u64::try_from(files.len()).map_err(|_| Fault::Damaged("a count"))?;
        let digests = files
            .iter()
            .fold(Sha256::new(), |hash, file| hash.chain_update(file.digest));
        let what = Event::ListFilesImported {
            files: count,
            digest: hex::encode(digests.finalize()),
        };
        let entry = self.entry(Subject::Consultation(consultation.clone()), what);
        match self
            .inner
            .store
            .replace_list_files(&ids, &files, &entry)
            .await
            .map_err(Fault::from)?
        {
            Change::Made => Ok(count),
            Change::Sealed => Err(ListFilesError::Sealed),
        }
    }

    /// Logos and manifestos of an election.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn list_files(&self, election: &ElectionId) -> Result<Vec<ListFile>, Fault> {
        Ok(self.inner.store.list_files(election).await?)
    }

    /// A published file by its digest.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn public_file(&self, digest: &[u8; 32]) -> Result<Option<PublicFile>, Fault> {
        Ok(self.inner.store.public_file(digest).await?)
    }
}

/// A file of a list, examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadListFile {
    /// Key of the election.
    pub(crate) election: String,
    /// Position of the list.
    pub(crate) list: u32,
    /// What it is.
    pub(crate) role: Role,
    /// SHA-256 of the bytes to store.
    pub(crate) digest: [u8; 32],
    examined: Examined,
}

impl ReadListFile {
    /// As it is stored.
    pub(crate) fn of(self, election: ElectionId) -> NewListFile {
        NewListFile {
            election,
            list: self.list,
            role: self.role,
            media_type: self.examined.media_type,
            digest: self.digest,
            pages: self.examined.pages,
            bytes: self.examined.bytes,
        }
    }
}

/// Examines the files of lists, given by the keys of their elections.
///
/// # Errors
/// [`ListFilesError::Wrong`] with all that is wrong, or a fault.
pub(crate) async fn read_list_files(
    lists: &BTreeMap<String, Vec<CandidateList>>,
    given: Vec<GivenFile>,
) -> Result<Vec<ReadListFile>, ListFilesError> {
    let mut files: Vec<ReadListFile> = Vec::with_capacity(given.len());
    let mut wrong = Vec::new();
    for file in given {
        let path = file.path.clone();
        match read_list_file(lists, file).await {
            Ok(read) if files.iter().any(|one| is_same_place(one, &read)) => wrong.push((path, ListFileWrong::Twice)),
            Ok(read) => files.push(read),
            Err(Ok(what)) => wrong.push((path, what)),
            Err(Err(fault)) => return Err(fault.into()),
        }
    }
    if wrong.is_empty() {
        Ok(files)
    } else {
        Err(ListFilesError::Wrong(wrong))
    }
}

async fn read_list_file(
    lists: &BTreeMap<String, Vec<CandidateList>>,
    file: GivenFile,
) -> Result<ReadListFile, Result<ListFileWrong, Fault>> {
    let lists = lists.get(&file.election).ok_or(Ok(ListFileWrong::Election))?;
    let wanted = normal(&file.list);
    let mut named = lists
        .iter()
        .filter(|list| normal(&list.acronym) == wanted || list.position.to_string() == wanted);
    let (Some(list), None) = (named.next(), named.next()) else {
        return Err(Ok(ListFileWrong::List));
    };
    let purpose = match file.role {
        Role::Logo => Purpose::Logo,
        Role::Manifesto => Purpose::Manifesto,
    };
    let examined = match examine_file::examine(purpose, file.bytes).await {
        Ok(examined) => examined,
        Err(FileRefused::Fault(fault)) => return Err(Err(fault)),
        Err(why) => return Err(Ok(ListFileWrong::Content(why))),
    };
    Ok(ReadListFile {
        election: file.election,
        list: list.position,
        role: file.role,
        digest: Sha256::digest(&examined.bytes).into(),
        examined,
    })
}

fn is_same_place(one: &ReadListFile, other: &ReadListFile) -> bool {
    one.election == other.election && one.list == other.list && one.role == other.role
}
