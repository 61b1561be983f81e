//! Makes notices (*notices de vote*): codes and the letters that carry them, batch by batch, each batch one file.
//!
//! A batch is committed with its codes before its file is written, and completed with the file's digest after. When the file was not
//! completed, its codes are lost: its voters need a notice still, the next run makes new codes and voids those. A voter who obtained
//! a newer code meanwhile is left alone.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use isoloir_domain::{Place, VoterId};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::issue_codes::{IssueError, make_codes};
use crate::journal::Event;
use crate::store::StoreError;
use crate::store::notices::{BatchRow, NewBatch};
use crate::voting_code::VotingCode;
use crate::{Reference, Registrar};

/// Notices of one file.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Where they are handed over; `None` when they are posted.
    pub place: Option<&'a Place>,
    /// Where the file will be, `{}` standing for the batch's number.
    pub file: &'a str,
    /// Who organises the vote, as the place's papers say.
    pub organiser: &'a str,
    /// The consultation, likewise.
    pub consultation: &'a str,
}

/// Notices recorded, whose file is to be written.
pub struct MadeBatch {
    /// Number of the batch.
    pub id: i64,
    /// One for each voter, in the order asked for.
    pub notices: Vec<MadeNotice>,
}

/// A notice with its code, on its way to the paper.
pub struct MadeNotice {
    /// Its reference.
    pub reference: Reference,
    /// Its code; wiped when dropped.
    pub code: VotingCode,
}

/// A batch on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchOnRecord {
    /// Its number.
    pub id: i64,
    /// Code of its place, empty for those that are posted.
    pub place: String,
    /// Its file.
    pub file: String,
    /// First and last reference.
    pub references: Option<(Reference, Reference)>,
    /// How many notices are in it.
    pub size: i64,
    /// SHA-256 of the file in hexadecimal; `None`: it was not completed, and does not count.
    pub digest: Option<String>,
}

/// Who needs a notice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Need {
    /// Have one already, in a complete file.
    pub have: HashSet<VoterId>,
    /// Have none, and obtained a code by other means after one was begun.
    pub newer: HashSet<VoterId>,
}

impl Registrar {
    /// Of these voters, those that need no notice, and why.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn need_no_notice(&self, voters: &[VoterId]) -> Result<Need, StoreError> {
        let mut need = Need::default();
        let by_bytes: HashMap<Vec<u8>, VoterId> = voters.iter().map(|v| (v.uuid().as_bytes().to_vec(), *v)).collect();
        for made in self.store.made_notices(voters).await? {
            let Some(voter) = by_bytes.get(&made.voter) else {
                continue;
            };
            if made.complete > 0 {
                need.have.insert(*voter);
            } else if made.code > made.latest {
                need.newer.insert(*voter);
            }
        }
        Ok(need)
    }

    /// Issues a code to each of these voters and records a notice for each, all or none. `voters`: each with the name shown to whoever
    /// hands the notice over.
    ///
    /// # Errors
    /// See [`IssueError`].
    pub async fn make_notices<R: CryptoRng + ?Sized>(
        &self,
        batch: &Batch<'_>,
        voters: &[(VoterId, String)],
        rng: &mut R,
    ) -> Result<MadeBatch, IssueError> {
        let ids: Vec<VoterId> = voters.iter().map(|(voter, _)| *voter).collect();
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        let mut source = StdRng::from_rng(rng);
        let sealed = |(voter, name): &(VoterId, String)| {
            self.keys
                .seal(&name_place(*voter), name.as_bytes(), &mut source)
                .ok_or(IssueError::Interrupted)
        };
        let names = voters.iter().map(sealed).collect::<Result<Vec<_>, _>>()?;
        let orders = self.orders(&ids).await?;
        let keys = Arc::clone(&self.keys);
        let made = tokio::task::spawn_blocking(move || make_codes(&keys, &orders, &seed));
        let (codes, rows): (Vec<_>, Vec<_>) = made.await.map_err(|_| IssueError::Interrupted)??.into_iter().unzip();
        let new = NewBatch {
            place: batch.place,
            file: batch.file,
            organiser: batch.organiser,
            consultation: batch.consultation,
            names: &names,
        };
        let now = self.clock.now().as_second();
        let about = match voters {
            [(voter, _)] => Some(*voter),
            _ => None,
        };
        let what = Event::NoticesMade {
            place: batch.place.map_or_else(String::new, |place| place.code.clone()),
            count: u64::try_from(rows.len()).unwrap_or(u64::MAX),
        };
        let entry = self.entry(about, what);
        let (id, first) = self.store.replace_codes_by_notices(&rows, &new, now, &entry).await?;
        let notice = |(number, issued): (i64, crate::IssuedCode)| {
            Some(MadeNotice {
                reference: Reference::of(number)?,
                code: issued.code,
            })
        };
        let notices: Option<Vec<_>> = (first..).zip(codes).map(notice).collect();
        let notices = notices.ok_or(IssueError::References)?;
        Ok(MadeBatch { id, notices })
    }

    /// Records that a batch's file is whole and on the disk.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complete_batch(&self, batch: i64, digest: &str) -> Result<(), StoreError> {
        self.store
            .complete_batch(batch, digest, self.notice_event("file_completed", "", 0, ""))
            .await
    }

    /// The batches from `from` on, a thousand at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn batches(&self, from: i64) -> Result<Vec<BatchOnRecord>, StoreError> {
        let read = |row: BatchRow| BatchOnRecord {
            id: row.id,
            place: row.place,
            file: row.file,
            size: row.last.saturating_sub(row.first).saturating_add(1),
            references: Reference::of(row.first).zip(Reference::of(row.last)),
            digest: row.digest,
        };
        Ok(self.store.batches(from).await?.into_iter().map(read).collect())
    }
}

/// Where a sealed name stands in the database.
pub(crate) fn name_place(voter: VoterId) -> String {
    format!("notice|name|{voter}")
}
