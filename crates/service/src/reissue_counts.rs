//! How many new codes were asked for (*compteurs du réassort*), for the board and the minutes. Read from the journal, which names no contact.
//!
//! What was made of these requests (links used, codes issued) the registrar counts; what has become of messages, the delivery ledgers do.

use std::collections::BTreeMap;

use isoloir_domain::delivery::Channel;
use isoloir_domain::journal::Event;
use isoloir_domain::reissue::ReissuePath;

use crate::{Fault, VotingServer};

/// The counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReissueCounts {
    /// Links asked for and sent, by path and channel.
    pub sent: BTreeMap<(ReissuePath, Channel), u64>,
    /// Links sent again, by path and channel.
    pub again: BTreeMap<(ReissuePath, Channel), u64>,
    /// Requests refused, by path and code of the refusal.
    pub refused: BTreeMap<(ReissuePath, String), u64>,
}

impl VotingServer {
    /// Counts every request so far.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn reissue_counts(&self) -> Result<ReissueCounts, Fault> {
        let mut counts = ReissueCounts::default();
        let mut after = 0;
        loop {
            let page = self.inner.store.reissues_after(after).await?;
            let Some((last, _)) = page.last() else {
                return Ok(counts);
            };
            after = *last;
            for (_, entry) in page {
                counts.add(entry.what);
            }
        }
    }
}

impl ReissueCounts {
    fn add(&mut self, event: Event) {
        let count = match event {
            Event::ReissueAsked {
                path,
                channel,
                again: false,
                ..
            } => self.sent.entry((path, channel)).or_default(),
            Event::ReissueAsked { path, channel, .. } => self.again.entry((path, channel)).or_default(),
            Event::ReissueRefused { path, why } => self.refused.entry((path, why)).or_default(),
            _ => return,
        };
        *count = count.saturating_add(1);
    }
}
